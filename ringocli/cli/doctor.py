"""``doctor``: examines an integration step by step to find where it fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.inputs import gather_values
from ringocli.cli.options import (
    ConnectionGroup,
    ConnectionOptions,
    TemplateArgument,
    TextOrJson,
    ValueGroup,
    ValueOptions,
)
from ringocli.cli.output import progress
from ringocli.cli.parameters import Option
from ringocli.errors import CheckFailed, NoReply
from ringocli.testing.doctor.steps import NETWORK_RUNGS, RUNGS
from ringocli.text import console
from ringocli.text.url import split_url, with_local_scheme

if TYPE_CHECKING:
    from ringocli.testing.doctor.steps import Diagnosis, Rung

EXAMPLES = (
    'ringocli doctor samples/telnyx.json --url http://127.0.0.1:8025 --property-env "API key=TELNYX_KEY"',
    'ringocli doctor samples/telnyx.json --url http://127.0.0.1:8025 --property-env "API key=TELNYX_KEY" --format json',
)
MORE = (
    "The steps are "
    + ", ".join(RUNGS)
    + ". doctor stops at the first step that fails, says what is wrong and how to fix it, and prints the command "
    "that continues from there.\n\n"
    "Without --live nothing is sent to the provider's sending URL; if the preset has a URL that only checks the "
    "credential, that URL is requested. With --live one real message is sent, so from, to and content are "
    "needed:\n\n"
    "\b\n"
    "  ringocli doctor acme.json --live --property-env 'API key=ACME_KEY' \\\n"
    "    --set number=+12025550100 --set contact=+13105550199 \\\n"
    "    --set content=Test --webhook-url https://...\n\n"
    "ringocli cannot see what a real Ringotel did with an event, so that step asks you.\n\n"
    "Exit codes: 0 nothing failed, 1 a step failed, 2 usage error, 3 local error, 4 no connection (dns, tcp, tls)."
)


class DoctorOptions(NamedTuple):
    """The options of ``doctor``."""

    template: TemplateArgument
    url: Annotated[str | None, Option("Check this host instead: replaces scheme, host and port.", metavar="URL")] = None
    webhook_url: Annotated[
        str | None, Option("The webhook URL from Ringotel's portal, or of an emulator.", metavar="URL")
    ] = None
    live: Annotated[bool, Option("Send one real message and one event.")] = False
    from_rung: Annotated[str, Option("Start at this step.", choices=RUNGS, metavar="STEP")] = RUNGS[0]
    receipt_timeout_s: Annotated[
        float, Option("How long to wait for the receipt.", metavar="SECONDS", min=0.1, max=3600, unit=" seconds")
    ] = 30.0
    format: TextOrJson = "text"
    values: ValueGroup = ValueOptions()
    connection: ConnectionGroup = ConnectionOptions()


@command("doctor", "Find where a live integration is broken.", examples=EXAMPLES, more=MORE)
def doctor(options: DoctorOptions) -> int:
    """Examine an integration and print each step."""
    from ringocli.http.addresses import check_http_url, webhook_address
    from ringocli.template.reader import read_template
    from ringocli.template.values import Values
    from ringocli.testing.doctor.diagnose import Examination, diagnose
    from ringocli.text.document import Document
    from ringocli.text.files import read_text

    if options.url is not None:
        check_http_url("--url", options.url)
    document = Document.read(options.template, read_text(options.template))
    readable = document.broken is None and isinstance(document.value, dict)
    template = read_template(document.value) if readable else None
    settings = gather_values(template, options.values, url=options.webhook_url) if template is not None else None

    webhook_url = settings.webhook_url if settings is not None else None
    with progress("examining"):
        diagnosis = diagnose(
            Examination(
                name=options.template,
                document=document,
                values=settings.values if settings is not None else Values(),
                base=options.url,
                webhook_url=webhook_address(webhook_url) if webhook_url is not None else None,
                live=options.live,
                from_rung=options.from_rung,
                timeout_s=options.connection.timeout_s,
                receipt_wait_s=options.receipt_timeout_s,
                ca_file=options.connection.ca_file,
                options=tuple(_repeated(options)),
            )
        )
    _print(diagnosis, options.format)
    if diagnosis.stopped_at is None:
        return 0
    return NoReply.code if diagnosis.stopped_at in NETWORK_RUNGS else CheckFailed.code


def _repeated(options: DoctorOptions) -> Iterator[str]:
    """The given options for the command that continues the examination; secrets are masked."""
    given = options.values
    named: tuple[tuple[str, Iterable[str | None]], ...] = (
        ("--profile", [given.profile]),
        ("--values", [given.values]),
        ("--url", [options.url]),
        ("--webhook-url", [f"{split_url(with_local_scheme(url)).origin}/***" for url in [options.webhook_url] if url]),
        ("--property-env", given.property_env),
        ("--property-file", given.property_file),
        ("--property-cmd", given.property_cmd),
        ("--property", [f"{pair.partition('=')[0]}=***" for pair in given.property]),
        ("--public-property", given.public_property),
        ("--set", given.set),
        ("--set-file", given.set_file),
        ("--ca-file", [options.connection.ca_file]),
    )
    for option, values in named:
        yield from (word for value in values if value is not None for word in (option, value))
    if options.live:
        yield "--live"


def _print(diagnosis: Diagnosis, format_: str) -> None:
    if format_ == "json":
        console.out_json(_document(diagnosis))
        return
    for rung in diagnosis.rungs:
        if rung.detail != "not reached":
            for number, line in enumerate(_lines(rung)):
                console.out(line, hang=14 if number else 23)
    for warning in diagnosis.warnings:
        console.complain(f"warning: {warning}", "magenta")
    if diagnosis.stopped_at is not None:
        console.out(f"Stopped at {diagnosis.stopped_at}.")
    else:
        asked = sum(rung.result == "asked" for rung in diagnosis.rungs)
        console.out("Nothing failed." + (f" {asked} question{'s' * (asked != 1)} for you to answer." if asked else ""))


_STYLES = {"ok": ("green",), "failed": ("red", "bold"), "skipped": ("dim",), "asked": ("magenta",)}


def _lines(rung: Rung) -> list[str]:
    mark = console.styled(f"{rung.result.value:<8}", *_STYLES[rung.result.value])
    lines = [f"{mark} {rung.name:<13} {console.printable(rung.detail)}"]
    if rung.fix:
        lines.append(f"{'':<8} fix: {console.printable(rung.fix)}")
    if rung.resume:
        lines.append(f"{'':<8} then: {rung.resume}")
    return lines


def _document(diagnosis: Diagnosis) -> dict[str, object]:
    return {
        "schema_version": 1,
        "rungs": [
            {
                "name": rung.name,
                "result": rung.result.value,
                "detail": rung.detail,
                "fix": rung.fix,
                "resume": rung.resume,
            }
            for rung in diagnosis.rungs
        ],
        "stopped_at": diagnosis.stopped_at,
        "warnings": list(diagnosis.warnings),
    }
