"""``init --add-event`` and ``--add-file``: extend an existing template; on any error the file is left untouched."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from ringocli.cli.init.options import InitOptions
from ringocli.cli.init.sources import Sources, folder_of, read_hints, readable, sample_in, webhook_of
from ringocli.cli.inputs import file_of, path_of
from ringocli.cli.output import print_json
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringocli.importers.learn.webhook_samples import WebhookSample
    from ringocli.lint.finding import Finding
    from ringocli.template.scaffold import Draft


def extend(options: InitOptions, sources: Sources) -> None:
    """Extend a template, check it and write it; a template that would become invalid is left as it is.

    Raises:
        UsageError: no template is named, or the addition would break it.
        LocalError: a file cannot be read.
    """
    from ringocli.importers.extend import with_events, with_file_request
    from ringocli.importers.sources import read_source
    from ringocli.text.files import read_text

    path, events, file = _inputs_in(options, sources)
    before = text = read_text(path)
    hints = read_hints(sources.hints)
    drafts = []
    if file is not None:
        pasted = read_source(file[1], file[0], for_file=True, allowed=folder_of(sources.allowed))
        text, draft = with_file_request(path, text, pasted, hints, force=options.force)
        drafts.append(draft)
    if events:
        text, draft = with_events(path, text, [_sample(pair) for pair in events], hints)
        drafts.append(draft)
    remaining = _errors_without_new_ones(path, before, text)
    _finish(options, path, before, text, _combined(drafts), remaining)


def _finish(
    options: InitOptions, path: str, before: str, text: str, draft: Draft, remaining: Sequence[Finding]
) -> None:
    """Write the extended template and the credentials; print what was added, and the errors that were there before."""
    from ringocli.cli.init.summary import print_summary
    from ringocli.importers.credentials_file import check_path, save
    from ringocli.importers.draft_formats import as_document
    from ringocli.text.files import write_text

    credentials = options.learn.save_credentials if not options.dry_run else None
    if credentials is not None:
        check_path(file_of("--save-credentials", credentials), force=options.force)
    if not options.dry_run and text != before:
        write_text(path_of(path), text, force=True, expected=before)
    if credentials is not None:
        save(path_of(credentials), draft.saved, force=options.force)
    if options.format == "json":
        print_json(as_document(draft, None if options.dry_run else path))
        return
    if options.dry_run:
        console.out(text, end="")
    elif text == before:
        console.note(f"{path} already matches the sample: nothing was changed.", "green")
    elif draft.blocking:
        console.note(f"Extended {path}, but {draft.blocking[0].clause.rstrip('.')}.", "magenta")
    else:
        console.note(f"Extended {path}.", "green")
    print_summary(draft, remaining, credentials)


def _combined(drafts: list[Draft]) -> Draft:
    """Several additions as one draft; the template is that of the last one."""
    return replace(
        drafts[-1],
        decisions=tuple(decision for draft in drafts for decision in draft.decisions),
        not_expressible=tuple(entry for draft in drafts for entry in draft.not_expressible),
        credentials=tuple(pair for draft in drafts for pair in draft.credentials),
        saved={name: value for draft in drafts for name, value in draft.saved.items()},
        constants=tuple(constant for draft in drafts for constant in draft.constants),
        blocking=tuple(blocker for draft in drafts for blocker in draft.blocking),
        notes=tuple(note for draft in drafts for note in draft.notes),
    )


def _inputs_in(options: InitOptions, sources: Sources) -> tuple[str, list[str], tuple[str | None, str] | None]:
    """Find the template, the samples and the source of the request among the options.

    The template may also be the value of ``--add-event`` or ``--add-file``, with the samples in ``--sample-webhook``
    and the command in ``--file-from-curl``.
    """
    events, template = list(options.extend.add_event), options.output
    file: tuple[str | None, str] | None = (None, options.extend.add_file) if options.extend.add_file else None
    if template is None and sources.webhooks and len(events) == 1:
        template, events = events[0], list(sources.webhooks)
    elif sources.webhooks:
        events += sources.webhooks
    if template is None and sources.file is not None and file is not None:
        template, file = file[1], sources.file
    if template is None:
        raise UsageError(
            "no template given: name the file to extend", "For example: ringocli init acme.json --add-event in.json"
        )
    return template, events, file


def _sample(pair: str) -> WebhookSample:
    """``KIND=FILE``, or a file whose kind is recognised.

    Raises:
        UsageError: the kind is not recognised.
    """
    from ringocli.importers.learn.webhook_kind import kind_of
    from ringocli.importers.learn.webhook_samples import KINDS
    from ringocli.template.variables import sample_kind
    from ringocli.text.files import read_bytes

    kind, separator, path = pair.partition("=")
    kind = sample_kind(kind)
    if not separator or kind not in KINDS or os.path.exists(pair):
        kind, path = "", pair
    sample = sample_in(path, read_bytes(path))
    webhook = readable(webhook_of(kind or "other", path, sample))
    if kind:
        return webhook
    recognised = kind_of("", webhook.document)
    if recognised is None:
        raise UsageError(
            f"{path}: cannot tell whether this is a message, an mms or a receipt", f"Write --add-event KIND={path}."
        )
    return webhook_of(recognised, path, sample)


def _errors_without_new_ones(path: str, before: str, after: str) -> list[Finding]:
    """The errors of an extended template.

    Raises:
        UsageError: one of them was not there before.
    """
    from collections import Counter

    from ringocli.lint.engine import lint
    from ringocli.lint.rule import Severity
    from ringocli.text.document import Document

    def errors(text: str) -> list[Finding]:
        return [found for found in lint(Document.read(path, text)) if found.severity is Severity.ERROR]

    def counted(found: Sequence[Finding]) -> Counter[tuple[str, str]]:
        return Counter((one.code, one.message) for one in found)

    remaining = errors(after)
    new = counted(remaining) - counted(errors(before))
    if new:
        code, message = next(iter(new))
        raise UsageError(f"this would break {path}: {code} {message}", "Nothing was written.")
    return remaining
