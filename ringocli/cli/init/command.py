"""``init``: writes a template from a preset, a few answers, or samples of a provider's documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.init.options import InitOptions
from ringocli.cli.inputs import file_of, path_of
from ringocli.cli.output import print_json, print_table
from ringocli.errors import UsageError
from ringocli.text import console
from ringocli.text.json_numbers import dumps

if TYPE_CHECKING:
    from ringocli.cli.init.sources import Sources
    from ringocli.importers.draft import Pastes
    from ringocli.lint.finding import Finding
    from ringocli.template.scaffold import Answers, Draft
    from ringocli.testing.cases.from_samples import FirstCase

EXAMPLES = (
    "ringocli init --preset telnyx",
    "ringocli init --preset twilio --id acme-sms --name 'Acme SMS' acme.json",
    "ringocli init --id acme --name Acme --send-url https://sms.acme.example/v1/messages",
    "ringocli init --list-presets",
    "ringocli init --from-curl samples/docs/send.sh --sample-webhook message=samples/docs/message.json",
    "ringocli init --from-curl samples/docs/send.sh --save-credentials ../acme-credentials.toml",
    "ringocli init --from-openapi samples/docs/openapi.yaml#sendMessage",
)
PROOF_CASES = 60


@command(
    "init",
    "Write a template.",
    examples=EXAMPLES,
    more="On a terminal, init asks for missing values. An existing file is overwritten only with --force.\n\n"
    "Samples are also written as a first case for ringocli test, into the folder cases next to the template, "
    "without credentials.",
)
def init(options: InitOptions) -> int:
    """Write a template, or extend one, and print what was recognised."""
    from ringocli.cli.init.sources import sources_of

    if options.list_presets:
        _list_presets(options.format)
        return 0
    sources = sources_of(options.learn)
    if options.extend.add_event or options.extend.add_file:
        from ringocli.cli.init.extend import extend

        extend(options, sources)
        return 0
    if options.editor is not None and options.preset is None and sources.is_empty and not _has_answers(options):
        from ringocli.cli.init.vscode import write_settings

        write_settings(options.output)
        return 0
    if options.learn.save_credentials is not None:
        _check_credentials(options, sources)
    made = _draft(options, sources)
    _finish(options, made)
    if made.equivalent_command:
        console.note(f"\nThe same without questions:\n  {made.equivalent_command}")
    return 0


def _has_answers(options: InitOptions) -> bool:
    return bool(options.id or options.name or options.send_url)


def _answers(options: InitOptions) -> Answers:
    from ringocli.template.scaffold import Answers

    _check_urls(options)
    return Answers(
        id=options.id,
        name=options.name,
        logo=options.logo,
        auth=options.auth,
        properties=options.property,
        send_url=options.send_url,
        file_url=options.file_url,
        method=options.method,
        content_type=options.content_type,
        authorize_url=options.authorize_url,
        token_url=options.token_url,
    )


def _check_urls(options: InitOptions) -> None:
    """Reject a malformed URL; those of requests are checked with the whole template, and any may contain variables."""
    from ringocli.http.addresses import check_http_url

    urls = {"--logo": options.logo, "--authorize-url": options.authorize_url, "--token-url": options.token_url}
    for option, url in urls.items():
        if url is not None and "$" not in url:
            check_http_url(option, url)


def _check_credentials(options: InitOptions, sources: Sources) -> None:
    """Reject an unsuitable credentials file before anything is written."""
    from ringocli.importers.credentials_file import check_path

    if sources.is_empty:
        raise UsageError("--save-credentials needs a pasted request", "Add --from-curl.")
    check_path(
        file_of("--save-credentials", str(options.learn.save_credentials)), force=options.force or options.dry_run
    )


class _Drafted(NamedTuple):
    """A draft, its samples, and a command line that gives the same answers ("" if no question was asked)."""

    draft: Draft
    pastes: Pastes | None = None
    equivalent_command: str = ""
    asked: bool = False


def _draft(options: InitOptions, sources: Sources) -> _Drafted:
    from ringocli.cli.init.prompts import answered, ask, equivalent_command
    from ringocli.cli.init.review import drafted
    from ringocli.importers.leftover_credentials import without_credentials
    from ringocli.template.preset import load
    from ringocli.template.scaffold import from_answers, from_preset

    can_ask = not options.no_input and console.is_interactive()
    answers, preset = _answers(options), options.preset
    if not sources.is_empty:
        if preset is not None:
            raise UsageError("--preset cannot be combined with samples", "Use one or the other.")
        return _from_samples(sources, answers, can_ask=can_ask)
    asked = False
    if preset is None and not all((answers.id, answers.name, answers.send_url)):
        preset, answers, pastes = ask(answers, allowed=can_ask)
        if pastes is not None:
            if pastes.send is None and pastes.file is None:
                answers = answered(answers)
            return _Drafted(drafted(pastes, answers, review=True), pastes, asked=True)
        asked = True
    draft = from_preset(load(preset), answers) if preset is not None else without_credentials(from_answers(answers))
    return _Drafted(draft, None, equivalent_command(preset, answers, options.output) if asked else "", asked=asked)


def _from_samples(sources: Sources, answers: Answers, *, can_ask: bool) -> _Drafted:
    """A draft from samples; on a terminal it is shown and can be corrected."""
    from ringocli.cli.init.prompts import ask
    from ringocli.cli.init.review import drafted
    from ringocli.cli.init.sources import read_pastes

    settled = {
        "--auth": answers.auth,
        "--send-url": answers.send_url,
        "--file-url": answers.file_url,
        "--method": answers.method,
        "--content-type": answers.content_type,
    }
    given = [option for option, value in settled.items() if value]
    has_request = bool(sources.send or sources.file)
    if given and has_request:
        raise UsageError(
            f"{', '.join(given)} cannot be combined with a pasted request, which already defines it",
            "Omit it; you can edit the template afterwards.",
        )
    pastes = read_pastes(sources)
    if not has_request and not all((answers.id, answers.name, answers.send_url)):
        _, answers, _ = ask(answers, allowed=can_ask, samples_only=True)
    return _Drafted(drafted(pastes, answers, review=can_ask), pastes, asked=can_ask)


def _list_presets(format_: str) -> None:
    from ringocli.template.preset import load
    from ringocli.template.presets import names

    presets = [load(name) for name in names()]
    if format_ == "json":
        listed = [
            {
                "name": preset.name,
                "title": preset.title,
                "summary": preset.summary,
                "ringotel_builtin": preset.ringotel_builtin,
                "properties": list(preset.template["properties"]),
                "numbers": dict(preset.numbers),
                "webhook_console": preset.webhook_console,
                "not_expressible": [{"what": entry.what, "why": entry.why} for entry in preset.not_expressible],
                "sources": [dict(source) for source in preset.sources],
            }
            for preset in presets
        ]
        print_json({"schema_version": 1, "presets": listed})
        return
    rows = [
        (preset.name, preset.title, preset.ringotel_builtin or "", ", ".join(preset.template["properties"]))
        for preset in presets
    ]
    if print_table(("preset", "provider", "built into Ringotel as", "properties"), rows):
        return
    width = max(len(preset.name) for preset in presets)
    for preset in presets:
        built_in = f" (built into Ringotel as {preset.ringotel_builtin})" if preset.ringotel_builtin else ""
        properties = ", ".join(preset.template["properties"]) or "no properties"
        console.out(f"{preset.name:<{width}}  {preset.title}{built_in}: {properties}")


def _finish(options: InitOptions, made: _Drafted) -> None:
    """Check a draft, write it and its first case, and print the summary."""
    from ringocli.cli.init.prompts import free_path
    from ringocli.text.files import STDIN

    draft = made.draft
    text = dumps(draft.template, indent=2) + "\n"
    draft, findings = _checked(text, draft)
    path = options.output or f"{draft.template['id']}.json"
    if made.asked and path != STDIN and not (options.force or options.dry_run):
        path = free_path(path)
    written = _write(path, text, options)
    saved = options.learn.save_credentials if not options.dry_run else None
    if saved is not None:
        from ringocli.importers.credentials_file import save

        save(path_of(saved), draft.saved, force=options.force)
    if options.editor is not None and written is not None:
        from ringocli.cli.init.vscode import write_settings

        write_settings(written)
    case = _write_case(options, made.pastes, draft, written)
    if options.format == "json":
        from ringocli.importers.draft_formats import as_document

        print_json(as_document(draft, written, [path.as_posix() for path in case.files] if case is not None else []))
    else:
        _summarise(draft, path, findings, written=written is not None, saved=saved, case=case)


def _write_case(options: InitOptions, pastes: Pastes | None, draft: Draft, written: str | None) -> FirstCase | None:
    """The first case, from the samples; None where there are none, or nothing is written."""
    if pastes is None or pastes.is_empty or written is None:
        return None
    from ringocli.template.reader import read_template
    from ringocli.testing.cases.from_samples import write_first_case

    return write_first_case(read_template(draft.template), draft, pastes, path_of(written), force=options.force)


def _checked(text: str, draft: Draft) -> tuple[Draft, list[Finding]]:
    """The draft and the findings about it.

    Raises:
        UsageError: the draft has an error, which can only be due to an answer; nothing is written.
    """
    from ringocli.lint.engine import lint
    from ringocli.lint.rule import Severity
    from ringocli.messaging.proof import prove
    from ringocli.template.limit import Blocker
    from ringocli.template.reader import read_template
    from ringocli.text.document import Document

    findings = list(lint(Document.read("draft", text)))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        listed = "; ".join(dict.fromkeys(f"{error.code} {error.message}" for error in errors))
        raise UsageError(
            f"the generated template has errors: {listed}",
            f"See: ringocli explain {errors[0].code}. Nothing was written.",
        )
    certificate = prove(read_template(json.loads(text)), text, cases=PROOF_CASES)
    if certificate.counter_example is not None:
        found = certificate.counter_example
        failed = f"it fails prove: {found.where}: {found.why}"
        return replace(draft, blocking=(*draft.blocking, Blocker(failed))), findings
    return draft, findings


def _write(path: str, text: str, options: InitOptions) -> str | None:
    """Write the file, or print it; returns the path that was written, or None."""
    from ringocli.text.files import STDIN, write_text

    if options.dry_run or path == STDIN:
        if options.format != "json":
            console.out(text, end="")
        return None
    write_text(path_of(path), text, force=options.force)
    return path


def _summarise(
    draft: Draft, path: str, findings: list[Finding], *, written: bool, saved: str | None, case: FirstCase | None
) -> None:
    """Print the summary on stderr, because stdout may be the template."""
    from ringocli.cli.init.summary import print_summary
    from ringocli.importers.draft_formats import headline, next_steps

    if written or draft.blocking:
        first = headline(draft, path if written else "the template", findings, verb="Wrote" if written else "Made")
        console.note(first, "green" if draft.is_complete else "magenta")
        if draft.preset is not None:
            console.note()
    print_summary(draft, findings, saved)
    if case is not None:
        if case.files:
            console.note()
            console.remark(f"Wrote {case.files[-1].as_posix()}: your samples as a test. Run it with: ringocli test")
        for reason in case.left_out:
            console.remark(f"Not in the test: {reason}")
    if written:
        console.note("\nNext:")
        for step in next_steps(draft, path, saved):
            # A command is not wrapped, so that it can be copied.
            console.note(f"  {step}") if step.startswith("ringocli ") else console.remark(step, "  ")
