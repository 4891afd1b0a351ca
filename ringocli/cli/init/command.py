"""``init``: writes a template from a preset, a few answers, or samples of a provider's documentation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringocli.cli.command import help_text
from ringocli.cli.init.extend import Growth, extend
from ringocli.cli.init.prompts import ask, command_line
from ringocli.cli.init.sources import Pasting, one_source, read_pastes, reviewed
from ringocli.cli.inputs import path_of
from ringocli.cli.output import print_json, print_table
from ringocli.cli.parameters import chosen
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.lint.finding import Finding
    from ringocli.template.scaffold import Draft

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
GROW = "Extend an existing template"
PASTES = "Learn from the provider's documentation"


def register(app: typer.Typer) -> None:
    """Add the command."""
    more = "On a terminal it asks for what is missing. An existing file is overwritten only with --force."
    app.command("init", help=help_text("Write a template.", EXAMPLES, more))(init)


def _complete_presets(incomplete: str) -> list[str]:
    from ringocli.template.presets import names

    return [name for name in names() if name.startswith(incomplete)]


def init(
    output: Annotated[str | None, typer.Argument(metavar="[OUTPUT]", help="Default: <id>.json; - is stdout.")] = None,
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Start from a provider.", autocompletion=_complete_presets)
    ] = None,
    list_presets: Annotated[bool, typer.Option("--list-presets", help="Show the presets.")] = False,
    id_: Annotated[str | None, typer.Option("--id", help="The integration's id, part of the Webhook URL.")] = None,
    name: Annotated[str | None, typer.Option(help="The name shown in Ringotel's portal.")] = None,
    logo: Annotated[str | None, typer.Option(metavar="URL", help="https URL of the logo.")] = None,
    auth: Annotated[str | None, typer.Option(metavar="bearer|basic|oauth2|none")] = None,
    property_: Annotated[
        list[str] | None, typer.Option("--property", metavar="NAME", help="A property's name. Repeatable.")
    ] = None,
    send_url: Annotated[str | None, typer.Option(metavar="URL", help="Where SendMessage goes.")] = None,
    file_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where SendFile goes, if not to the same URL.")
    ] = None,
    method: Annotated[str | None, typer.Option(help="[default: POST]")] = None,
    content_type: Annotated[str | None, typer.Option(help="[default: application/json]")] = None,
    authorize_url: Annotated[str | None, typer.Option(metavar="URL", help="For --auth oauth2.")] = None,
    token_url: Annotated[str | None, typer.Option(metavar="URL", help="For --auth oauth2.")] = None,
    from_curl: Annotated[
        str | None,
        typer.Option("--from-curl", metavar="FILE|-", help="The command that sends a text.", rich_help_panel=PASTES),
    ] = None,
    file_from_curl: Annotated[
        str | None,
        typer.Option(
            "--file-from-curl", metavar="FILE|-", help="The command that sends a file.", rich_help_panel=PASTES
        ),
    ] = None,
    from_openapi: Annotated[
        str | None,
        typer.Option(
            "--from-openapi",
            metavar="SPEC#OPERATION",
            help="An operation of an OpenAPI document; without #OPERATION, lists the candidates.",
            rich_help_panel=PASTES,
        ),
    ] = None,
    file_from_openapi: Annotated[
        str | None,
        typer.Option(
            "--file-from-openapi", metavar="SPEC#OPERATION", help="The same, for files.", rich_help_panel=PASTES
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE[#NAME]",
            help="curl, OpenAPI, Postman, HAR, .http, ...; the format is auto-detected.",
            rich_help_panel=PASTES,
        ),
    ] = None,
    file_from: Annotated[
        str | None,
        typer.Option("--file-from", metavar="FILE[#NAME]", help="The same, for files.", rich_help_panel=PASTES),
    ] = None,
    sample_response: Annotated[
        str | None,
        typer.Option(
            "--sample-response", metavar="FILE", help="The provider's reply to a send request.", rich_help_panel=PASTES
        ),
    ] = None,
    sample_webhook: Annotated[
        list[str] | None,
        typer.Option(
            "--sample-webhook",
            metavar="KIND=FILE",
            help="KIND is message, mms, delivered or other; other = a webhook that must not match (e.g. a failed receipt). "
            "Repeatable.",
            rich_help_panel=PASTES,
        ),
    ] = None,
    hint: Annotated[
        list[str] | None,
        typer.Option(
            "--hint",
            metavar="NAME=LITERAL",
            help="The sample value of a variable: from to content url messageid extension domain. Repeatable.",
            rich_help_panel=PASTES,
        ),
    ] = None,
    save_credentials: Annotated[
        str | None,
        typer.Option(
            "--save-credentials",
            metavar="FILE",
            help="Save the pasted credentials in this file, for --values.",
            rich_help_panel=PASTES,
        ),
    ] = None,
    allow_files: Annotated[
        str | None,
        typer.Option(
            "--allow-files", metavar="DIR", help="Read @file arguments below this folder.", rich_help_panel=PASTES
        ),
    ] = None,
    add_event: Annotated[
        list[str] | None,
        typer.Option(
            "--add-event",
            metavar="[KIND=]FILE",
            help="Add an event for this sample to the existing template OUTPUT. Repeatable.",
            rich_help_panel=GROW,
        ),
    ] = None,
    add_file: Annotated[
        str | None,
        typer.Option(
            "--add-file",
            metavar="FILE",
            help="Add SendFile from this command (curl, OpenAPI#OPERATION, ...) to the existing template OUTPUT.",
            rich_help_panel=GROW,
        ),
    ] = None,
    editor: Annotated[
        str | None,
        typer.Option(
            "--editor",
            metavar="vscode",
            help="Make the editor use the JSON schema, for OUTPUT or for every template in this folder.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the template instead of writing it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask questions.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="text|json")] = "text",
) -> None:
    """Write a template."""
    from ringocli.template.scaffold import AUTH_KINDS, Answers

    chosen("--format", format_, ("text", "json"))
    if list_presets:
        _list_presets(format_)
        return
    if auth is not None:
        chosen("--auth", auth, AUTH_KINDS)
    answers = Answers(
        id=id_,
        name=name,
        logo=logo,
        auth=auth,
        properties=tuple(property_ or ()),
        send_url=send_url,
        file_url=file_url,
        method=method,
        content_type=content_type,
        authorize_url=authorize_url,
        token_url=token_url,
    )
    pasting = Pasting(
        send=one_source({"--from-curl": from_curl, "--from-openapi": from_openapi, "--from": from_}),
        file=one_source(
            {"--file-from-curl": file_from_curl, "--file-from-openapi": file_from_openapi, "--file-from": file_from}
        ),
        reply=sample_response,
        webhooks=tuple(sample_webhook or ()),
        hints=tuple(hint or ()),
        allowed=allow_files,
    )
    if add_event or add_file:
        growth = Growth(output, tuple(add_event or ()), add_file, pasting)
        extend(growth, dry_run=dry_run, force=force, as_json=format_ == "json", credentials=save_credentials)
        return
    if editor is not None:
        from ringocli.cli.init.vscode import write_settings

        chosen("--editor", editor, ("vscode",))
        if preset is None and pasting.is_empty and not (id_ or name or send_url):
            write_settings(output)
            return
    asking = not no_input and console.is_interactive()
    if save_credentials is not None:
        _check_credentials(save_credentials, pasting, force=force or dry_run)
    asked = False
    if not pasting.is_empty:
        if preset is not None:
            raise UsageError("--preset cannot be combined with samples", "Use one or the other.")
        draft = _from_pastes(pasting, answers, asking=asking)
    else:
        pastes = None
        if preset is None and not all((id_, name, send_url)):
            preset, answers, pastes = ask(answers, allowed=asking)
            asked = pastes is None
        draft = _reviewed(pastes, answers) if pastes is not None else _draft(preset, answers)
    text = json.dumps(draft.template, ensure_ascii=False, indent=2) + "\n"
    draft, findings = _checked(text, draft)
    path = output or f"{draft.template['id']}.json"
    written = _write(path, text, dry_run=dry_run, force=force, as_json=format_ == "json")
    if save_credentials is not None and not dry_run:
        from ringocli.importers.credentials import save

        save(path_of(save_credentials), draft.saved, force=force)
    if editor is not None and written is not None:
        write_settings(written)
    if format_ == "json":
        from ringocli.importers.formats import as_document

        console.out_json(as_document(draft, written))
    else:
        _summarise(draft, path, findings, dry_run=dry_run, saved=save_credentials if not dry_run else None)
    if asked:
        console.note(f"\nThe same without questions:\n  {command_line(preset, answers, output)}")


def _check_credentials(file: str, pasting: Pasting, *, force: bool) -> None:
    """Reject an unsuitable credentials file before anything is written."""
    from ringocli.importers.credentials import check_place

    if pasting.is_empty:
        raise UsageError("--save-credentials needs a pasted request", "Add --from-curl.")
    check_place(path_of(file), force=force)


def _from_pastes(pasting: Pasting, answers: Any, *, asking: bool) -> Any:
    """A draft from samples; on a terminal it is shown and can be corrected."""
    from ringocli.importers.draft import from_pastes
    from ringocli.lint.rules.identity import BUILT_IN

    settled = {
        "--auth": answers.auth, "--send-url": answers.send_url, "--file-url": answers.file_url,
        "--method": answers.method, "--content-type": answers.content_type,
    }  # fmt: skip
    given = [option for option, value in settled.items() if value]
    if given and (pasting.send or pasting.file):
        raise UsageError(
            f"{', '.join(given)} cannot be combined with a pasted request, which already defines it",
            "Leave it out; the template can be edited afterwards.",
        )
    pastes = read_pastes(pasting)
    if not (pasting.send or pasting.file) and not all((answers.id, answers.name, answers.send_url)):
        _, answers, _ = ask(answers, allowed=asking, samples_only=True)
    return _reviewed(pastes, answers) if asking else from_pastes(pastes, answers, BUILT_IN)


def _reviewed(pastes: Any, answers: Any) -> Any:
    """The draft that the user accepted after reviewing it."""
    from ringocli.importers.draft import from_pastes
    from ringocli.lint.rules.identity import BUILT_IN

    return reviewed(pastes, lambda current: from_pastes(current, answers, BUILT_IN))[1]


def _list_presets(format_: str) -> None:
    from ringocli.template.presets import load, names

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
                "not_expressible": [dict(entry) for entry in preset.not_expressible],
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
        built_in = f" (Ringotel ships {preset.ringotel_builtin})" if preset.ringotel_builtin else ""
        properties = ", ".join(preset.template["properties"]) or "no properties"
        console.out(f"{preset.name:<{width}}  {preset.title}{built_in}: {properties}")


def _draft(preset: str | None, answers: Any) -> Any:
    from ringocli.template.presets import load
    from ringocli.template.scaffold import from_answers, from_preset

    return from_preset(load(preset), answers) if preset is not None else from_answers(answers)


def _checked(text: str, draft: Draft) -> tuple[Draft, list[Finding]]:
    """The draft and the findings about it.

    Raises:
        UsageError: there is an error, which only an answer can have caused; nothing is written.
    """
    from dataclasses import replace

    from ringocli.lint.engine import lint
    from ringocli.lint.rule import Severity
    from ringocli.messaging.proof import prove
    from ringocli.template.reader import read_template
    from ringocli.text.document import Document

    findings = list(lint(Document.read("draft", text)))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        listed = "; ".join(f"{error.code} {error.message}" for error in errors)
        raise UsageError(f"the template would have errors: {listed}",
                           f"See: ringocli explain {errors[0].code}. Nothing was written.")  # fmt: skip
    certificate = prove(read_template(json.loads(text)), text, cases=PROOF_CASES)
    if certificate.counter_example is not None:
        found = certificate.counter_example
        failed = f"it fails prove: {found.where}: {found.why}"
        return replace(draft, blocking=(*draft.blocking, failed)), findings
    return draft, findings


def _write(path: str, text: str, *, dry_run: bool, force: bool, as_json: bool) -> str | None:
    """Write the file, or print it; the path that was written, or None."""
    from ringocli.text.files import STDIN, write_text

    if dry_run or path == STDIN:
        if not as_json:
            console.out(text, end="")
        return None
    write_text(path_of(path), text, force=force)
    return path


def _summarise(draft: Draft, path: str, findings: list[Finding], *, dry_run: bool, saved: str | None) -> None:
    """Print the summary on stderr, because stdout may be the template."""
    from ringocli.importers.formats import about_credentials, as_lines, headline, next_steps

    written = not dry_run and path != "-"
    if written or draft.blocking:
        first = headline(draft, path if written else "the template", findings, verb="Wrote" if written else "Made")
        console.note(first, "green" if draft.is_complete else "yellow")
        if draft.preset is not None:
            console.note()
    for indent, line in as_lines(draft, findings):
        console.remark(line, indent) if line else console.note()
    if said := about_credentials(draft, saved):
        console.note()
        console.remark(said)
    if written:
        console.note("\nNext:")
        for step in next_steps(draft, path, saved):
            console.remark(step, "  ")
