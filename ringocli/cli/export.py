"""``export``: OpenAPI, JSON Schema, a messaging server, or a relay for a provider that Ringotel cannot express."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.init.options import LearnOptions
from ringocli.cli.inputs import open_template, path_of
from ringocli.cli.options import TextOrJson
from ringocli.cli.parameters import Argument, Group, Option
from ringocli.errors import UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.importers.relay.spec import RelaySpec
    from ringocli.template.model import Template

TARGETS = ("openapi", "json-schema", "receiver", "relay")
EXAMPLES = (
    "ringocli export samples/telnyx.json --to openapi --output api",
    "ringocli export samples/telnyx.json --to json-schema --output -",
    "ringocli export samples/generic-json.json --to receiver --lang php",
    "ringocli export --to relay --from-curl samples/docs/send.sh --sample-webhook message=samples/docs/message.json",
)
MORE = (
    "openapi: OpenAPI 3.1 with the requests as paths and the events as webhooks. json-schema: one schema per event. "
    "receiver: a server that accepts the template's requests and sends its webhooks, as a starting point for your "
    "own.\n\n"
    "relay: a server for a provider that requires something Ringotel cannot send (custom headers, multipart, XML, "
    "signed webhooks). It is generated from the provider's documentation, as a template is by init, with a test and "
    "a template that points to it.\n\n"
    "The folder is named after the id unless you give --output; existing files are overwritten only with --force."
)


class ExportOptions(NamedTuple):
    """The options of ``export``."""

    to: Annotated[str, Option("What to write.", choices=TARGETS)]
    template: Annotated[
        str | None, Argument("[TEMPLATE]", "A template file, or - for stdin; not for relay.", endings=(".json",))
    ] = None
    lang: Annotated[str, Option("The language of receiver and relay.", choices=("python", "php"))] = "python"
    output: Annotated[str | None, Option("The folder. Default: the id.", metavar="DIR|-")] = None
    force: Annotated[bool, Option("Overwrite existing files.")] = False
    id: Annotated[
        str | None, Option("For relay: the integration's id. Default: from the API's host.", metavar="ID")
    ] = None
    name: Annotated[str | None, Option("For relay: the name shown in Ringotel's portal.", metavar="NAME")] = None
    sign_requests: Annotated[
        str | None,
        Option(
            "For relay: how requests must be signed, e.g. 'X-Signature: hmac-sha256-hex {X-Timestamp}.{body}'. In "
            "braces: body, method, url, path, query, timestamp, nonce, secret, or the name of a header or field.",
            metavar="RECIPE",
        ),
    ] = None
    sign_webhooks: Annotated[
        str | None,
        Option("For relay: how the provider signs webhooks, if their headers do not show it.", metavar="RECIPE"),
    ] = None
    format: TextOrJson = "text"
    learn: Annotated[LearnOptions, Group("Learn from the provider's documentation")] = LearnOptions()


@command("export", "Export to OpenAPI, JSON Schema or a server.", examples=EXAMPLES, more=MORE)
def export(options: ExportOptions) -> int:
    """Write the files, or print the one document with ``--output -``."""
    notes: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    if options.to == "relay":
        from ringocli.importers.relay.files import relay_files

        spec = _relay(options)
        name, files, notes, todo = spec.id, relay_files(spec, options.lang), spec.notes, spec.todo
    elif options.sign_requests or options.sign_webhooks:
        raise UsageError("--sign-requests and --sign-webhooks apply to a relay", "Add --to relay.")
    else:
        if options.template is None:
            raise UsageError("no template given", f"For example: ringocli export acme.json --to {options.to}")
        template = open_template(options.template).template
        name, files = template.id or "export", _files(template, options)
    if options.output == "-":
        _print(files)
        return 0
    folder = path_of(options.output or name)
    _write(folder, files, options.force)
    if options.format == "json":
        facts = {"complete": not todo, "todo": list(todo), "notes": list(notes)} if options.to == "relay" else {}
        console.out_json({"schema_version": 1, "path": str(folder), "files": sorted(files), **facts})
        return 0
    if todo:
        console.out(f"Wrote {folder}, but it is not finished. {todo[0][:1].upper()}{todo[0][1:]}.", hang=2)
        console.out(f"Files: {', '.join(sorted(files))}", hang=2)
    else:
        console.out(f"Wrote {folder}: {', '.join(sorted(files))}", hang=2)
    for text in todo[1:]:
        console.note(f"left to do: {text}")
    for text in notes:
        console.note(f"note: {text}")
    return 0


def _files(template: Template, options: ExportOptions) -> dict[str, str]:
    if options.to == "openapi":
        from ringocli.messaging.export.openapi import openapi_document

        return {"openapi.json": _json(openapi_document(template))}
    if options.to == "json-schema":
        from ringocli.messaging.export.json_schema import schemas

        found = {name: _json(schema) for name, schema in schemas(template).items()}
        if not found:
            raise UsageError("the template has no events", "JSON Schema describes webhooks; try --to openapi.")
        return found
    from ringocli.messaging.export.receiver import receiver_files

    return receiver_files(template, options.lang)


def _relay(options: ExportOptions) -> RelaySpec:
    from ringocli.cli.init.sources import read_pastes, sources_of
    from ringocli.importers.relay.spec import learn_relay
    from ringocli.template.scaffold import Answers

    if options.template is not None:
        raise UsageError(
            "a relay is generated from the provider's documentation, not from a template",
            "Omit TEMPLATE and add --from-curl.",
        )
    if options.learn.save_credentials is not None:
        raise UsageError(
            "--save-credentials does not apply to a relay",
            "A relay reads its credentials from the environment: see .env.example.",
        )
    pastes = read_pastes(sources_of(options.learn), for_relay=True)
    return learn_relay(pastes, Answers(id=options.id, name=options.name), options.sign_requests, options.sign_webhooks)


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _print(files: dict[str, str]) -> None:
    """Print the only document, or all documents by their file names."""
    if len(files) == 1:
        console.out(next(iter(files.values())), end="")
    elif all(name.endswith(".json") for name in files):
        console.out_json({name: json.loads(text) for name, text in files.items()})
    else:
        raise UsageError("a server consists of several files, which cannot be printed", "Name a folder with --output.")


def _write(folder: Path, files: dict[str, str], force: bool) -> None:
    from ringocli.text.files import new_folder, write_texts

    existing = [name for name in files if os.path.exists(folder / name)]
    if existing and not force:
        raise UsageError(
            f"{folder / existing[0]} exists", "Use --force to overwrite it, or choose another folder with --output."
        )
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise UsageError(f"{folder} is a file", "Choose a folder with --output.")
    with new_folder(folder):
        write_texts({folder / name: text for name, text in files.items()}, force=True)
