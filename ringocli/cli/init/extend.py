"""``init --add-event`` and ``--add-file``: extend an existing template; on any error the file is left untouched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ringocli.cli.init.sources import Pasting, folder_of, read_hints, sample_in, webhook_of
from ringocli.cli.inputs import path_of
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.template.scaffold import Draft


@dataclass(frozen=True)
class Growth:
    """The template to extend, samples of new events, and the source of a new SendFile."""

    template: str | None
    events: tuple[str, ...]
    file: str | None
    pasting: Pasting


def extend(growth: Growth, *, dry_run: bool, force: bool, as_json: bool, credentials: str | None) -> None:
    """Extend a template, check it and write it; a template that would become invalid is left as it is.

    ``credentials`` is the file to save those of a pasted command in.

    Raises:
        UsageError: no template is named, or the addition would break it.
        LocalError: a file cannot be read.
    """
    from ringocli.importers.credentials import check_place, save
    from ringocli.importers.extend import with_events, with_file_request
    from ringocli.importers.formats import about_credentials, as_document, as_lines
    from ringocli.importers.sources import read_source
    from ringocli.text.files import read_text, write_text

    path, events, file = _sorted_out(growth)
    before = text = read_text(path)
    hints = read_hints(growth.pasting.hints)
    drafts = []
    if file is not None:
        pasted = read_source(file[1], file[0], for_file=True, allowed=folder_of(growth.pasting.allowed))
        text, draft = with_file_request(path, text, pasted, hints, force=force)
        drafts.append(draft)
    if events:
        text, draft = with_events(path, text, [_sample(pair) for pair in events], hints)
        drafts.append(draft)
    _refuse_new_errors(path, before, text)
    draft = _joined(drafts)
    if credentials is not None and not dry_run:
        check_place(path_of(credentials), force=force)
    if not dry_run and text != before:
        write_text(path_of(path), text, force=True)
    if credentials is not None and not dry_run:
        save(path_of(credentials), draft.saved, force=force)
    if as_json:
        console.out_json(as_document(draft, None if dry_run else path))
        return
    if dry_run:
        console.out(text, end="")
    else:
        console.note(
            f"Extended {path}." if text != before else f"{path} already matches it: nothing was changed.", "green"
        )
    for indent, line in as_lines(draft, ()):
        console.remark(line, indent) if line else console.note()
    if said := about_credentials(draft, None if dry_run else credentials):
        console.note()
        console.remark(said)


def _joined(drafts: list[Draft]) -> Draft:
    """Several additions as one draft; the template is that of the last one."""
    return replace(
        drafts[-1],
        decisions=tuple(decision for draft in drafts for decision in draft.decisions),
        not_expressible=tuple(entry for draft in drafts for entry in draft.not_expressible),
        credentials=tuple(pair for draft in drafts for pair in draft.credentials),
        saved={name: value for draft in drafts for name, value in draft.saved.items()},
        notes=tuple(note for draft in drafts for note in draft.notes),
    )


def _sorted_out(growth: Growth) -> tuple[str, list[str], tuple[str | None, str] | None]:
    """The template, the samples and the source of the request.

    The template may also be the value of ``--add-event`` or ``--add-file``, with the samples in ``--sample-webhook``
    and the command in ``--file-from-curl``.
    """
    events, template = list(growth.events), growth.template
    file: tuple[str | None, str] | None = (None, growth.file) if growth.file else None
    if template is None and growth.pasting.webhooks and len(events) == 1:
        template, events = events[0], list(growth.pasting.webhooks)
    elif growth.pasting.webhooks:
        events += growth.pasting.webhooks
    if template is None and growth.pasting.file is not None and file is not None:
        template, file = file[1], growth.pasting.file
    if template is None:
        raise UsageError(
            "no template given: name the file to extend", "For example: ringocli init acme.json --add-event in.json"
        )
    return template, events, file


def _sample(pair: str) -> Any:
    """``KIND=FILE``, or a file whose kind is recognised.

    Raises:
        UsageError: the kind is not recognised.
    """
    from pathlib import Path

    from ringocli.importers.learn.webhook_kind import kind_of
    from ringocli.importers.learn.webhook_samples import KINDS
    from ringocli.template.variables import sample_kind
    from ringocli.text.files import read_bytes

    kind, separator, path = pair.partition("=")
    kind = sample_kind(kind)
    if not separator or kind not in KINDS or Path(pair).exists():
        kind, path = "", pair
    sample = sample_in(path, read_bytes(path))
    webhook = webhook_of(kind or "other", path, sample)
    if kind:
        return webhook
    told = kind_of("", webhook.document)
    if told is None:
        raise UsageError(
            f"{path}: cannot tell whether this is a message, an mms or a receipt", f"Write --add-event KIND={path}."
        )
    return webhook_of(told, path, sample)


def _refuse_new_errors(path: str, before: str, after: str) -> None:
    """Reject a change that adds an error to a template."""
    from collections import Counter

    from ringocli.lint.engine import lint
    from ringocli.lint.rule import Severity
    from ringocli.text.document import Document

    def errors(text: str) -> Counter[tuple[str, str]]:
        found = lint(Document.read(path, text))
        return Counter((one.code, one.message) for one in found if one.severity is Severity.ERROR)

    new = errors(after) - errors(before)
    if new:
        code, message = next(iter(new))
        raise UsageError(f"this would break {path}: {code} {message}", "Nothing was written.")
