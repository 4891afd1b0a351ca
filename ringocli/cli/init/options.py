"""The options of ``init``."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from ringocli.cli.completion_values import complete_presets, complete_samples, complete_variables
from ringocli.cli.options import NoInput, TextOrJson
from ringocli.cli.parameters import Argument, Group, Option

AUTH_KINDS = ("bearer", "basic", "oauth2", "none")


class LearnOptions(NamedTuple):
    """The samples to learn a template from."""

    from_curl: Annotated[str | None, Option("The command that sends a text.", metavar="FILE|-")] = None
    file_from_curl: Annotated[str | None, Option("The command that sends a file.", metavar="FILE|-")] = None
    from_openapi: Annotated[
        str | None,
        Option(
            "An operation of an OpenAPI document; without #OPERATION, lists the candidates.",
            metavar="SPEC#OPERATION",
            endings=(".json", ".yaml", ".yml"),
        ),
    ] = None
    file_from_openapi: Annotated[
        str | None, Option("The same, for files.", metavar="SPEC#OPERATION", endings=(".json", ".yaml", ".yml"))
    ] = None
    from_: Annotated[
        str | None,
        Option(
            "curl, OpenAPI, Postman, HAR, .http and others; the format is auto-detected.",
            flags=("--from",),
            metavar="FILE[#NAME]",
        ),
    ] = None
    file_from: Annotated[str | None, Option("The same, for files.", metavar="FILE[#NAME]")] = None
    sample_response: Annotated[str | None, Option("The provider's reply to a send request.", metavar="FILE")] = None
    sample_webhook: Annotated[
        tuple[str, ...],
        Option(
            "KIND is message, mms, delivered or other; other = a webhook that must not match (e.g. a failed receipt). "
            "Repeatable.",
            metavar="KIND=FILE",
            complete=complete_samples,
        ),
    ] = ()
    hint: Annotated[
        tuple[str, ...],
        Option(
            "The sample value of a variable: from, to, content, url, messageid, extension or domain. Repeatable.",
            metavar="NAME=VALUE",
            complete=complete_variables,
        ),
    ] = ()
    drop: Annotated[tuple[str, ...], Option("Leave this field of the samples out. Repeatable.", metavar="FIELD")] = ()
    save_credentials: Annotated[
        str | None, Option("Save the pasted credentials in this file, for --values.", metavar="FILE")
    ] = None
    allow_files: Annotated[str | None, Option("Read @file arguments below this folder.", metavar="DIR")] = None


class ExtendOptions(NamedTuple):
    """What to add to an existing template."""

    add_event: Annotated[
        tuple[str, ...],
        Option(
            "Add an event for this sample to the existing template OUTPUT. Repeatable.",
            metavar="[KIND=]FILE",
            complete=complete_samples,
        ),
    ] = ()
    add_file: Annotated[
        str | None,
        Option(
            "Add SendFile from this command (curl, OpenAPI#OPERATION, ...) to the existing template OUTPUT.",
            metavar="FILE",
        ),
    ] = None


class InitOptions(NamedTuple):
    """The options of ``init``."""

    output: Annotated[str | None, Argument("[OUTPUT]", "Default: <id>.json; - is stdout.")] = None
    preset: Annotated[
        str | None, Option("Start from a provider's preset.", metavar="NAME", complete=complete_presets)
    ] = None
    list_presets: Annotated[bool, Option("List the presets.")] = False
    id: Annotated[str | None, Option("The integration's id, part of the Webhook URL.")] = None
    name: Annotated[str | None, Option("The name shown in Ringotel's portal.")] = None
    logo: Annotated[str | None, Option("https URL of the logo.", metavar="URL")] = None
    auth: Annotated[str | None, Option("How requests authenticate.", choices=AUTH_KINDS)] = None
    property: Annotated[tuple[str, ...], Option("The name of a property. Repeatable.", metavar="NAME")] = ()
    send_url: Annotated[str | None, Option("The URL of SendMessage.", metavar="URL")] = None
    file_url: Annotated[str | None, Option("The URL of SendFile, if different.", metavar="URL")] = None
    method: Annotated[str | None, Option("The HTTP method. Default: POST.")] = None
    content_type: Annotated[
        str | None, Option("How requests are encoded. Default: application/json.", metavar="TYPE")
    ] = None
    authorize_url: Annotated[
        str | None, Option("The OAuth2 authorization endpoint, for --auth oauth2.", metavar="URL")
    ] = None
    token_url: Annotated[str | None, Option("The OAuth2 token endpoint, for --auth oauth2.", metavar="URL")] = None
    editor: Annotated[
        str | None,
        Option(
            "Make the editor use the JSON schema, for OUTPUT or for every template in this folder.",
            choices=("vscode",),
        ),
    ] = None
    dry_run: Annotated[bool, Option("Print the template instead of writing it.")] = False
    force: Annotated[bool, Option("Overwrite an existing file.")] = False
    no_input: NoInput = False
    format: TextOrJson = "text"
    learn: Annotated[LearnOptions, Group("Learn from the provider's documentation")] = LearnOptions()
    extend: Annotated[ExtendOptions, Group("Extend an existing template")] = ExtendOptions()
