"""``send-test``: one real request, and the reply to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from ringocli.cli.command import command
from ringocli.cli.inputs import gather_values, missing_policy, open_template, path_of
from ringocli.cli.notices import announce_host, print_notes
from ringocli.cli.options import (
    ConnectionOptions,
    ExpectStatusOptions,
    Live,
    Missing,
    NoInput,
    TemplateArgument,
    TextOrJson,
    ValueOptions,
)
from ringocli.cli.output import print_http, print_json
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, LocalError, NoReply, UsageError
from ringocli.text import console
from ringocli.text.url import split_url

if TYPE_CHECKING:
    from ringocli.http.exchange import RenderedRequest
    from ringocli.http.statuses import Statuses
    from ringocli.messaging.formats.har import Sent
    from ringocli.messaging.verdict import Verdict
    from ringocli.template.model import RequestSpec

EXAMPLES = (
    "ringocli send-test samples/telnyx.json --dry-run --missing sample",
    "ringocli send-test samples/telnyx.json --url http://127.0.0.1:8025 --missing sample",
    "ringocli send-test samples/telnyx.json --url http://127.0.0.1:8025 --missing sample --format json",
)
MORE = (
    "A real send reaches a real phone. It needs --live, or a yes at the prompt, and a value for every variable:\n\n"
    "\b\n"
    "  ringocli send-test acme.json --live --property-env 'API key=ACME_KEY' \\\n"
    "    --set number=+12025550100 --set contact=+13105550199 \\\n"
    "    --set content='Hi there'\n\n"
    "Exit codes: 0 sent and understood, 1 the reply is not as expected, 2 usage error, 3 local error, 4 no response."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """The options of ``send-test``."""

    template: TemplateArgument
    request: Annotated[str, Argument("[SendMessage|SendFile]", "The request to send.")] = "SendMessage"
    url: Annotated[str | None, Option("Send to this host instead: replaces scheme, host and port.", metavar="URL")] = (
        None
    )
    dry_run: Annotated[bool, Option("Show the request and send nothing.")] = False
    live: Live = False
    missing: Missing = None
    status: ExpectStatusOptions
    retry_connect: Annotated[int, Option("Retries, only if no connection was made.", min=0, max=20)] = 0
    har: Annotated[str | None, Option("Write the exchange as HAR, secrets masked.", metavar="FILE")] = None
    force: Annotated[bool, Option("Overwrite an existing HAR file.")] = False
    no_input: NoInput = False
    format: TextOrJson = "text"
    values: ValueOptions
    connection: ConnectionOptions


@command("send-test", "Send one real request.", examples=EXAMPLES, more=MORE)
def send_test(options: SendOptions) -> int:
    """Render a request, send it, and print what the reply means."""
    from ringocli.http.statuses import Statuses
    from ringocli.messaging.request import at_base, render_request

    expected = Statuses.parse(options.status.expect_status)
    if options.har == "-" and options.format == "json":
        raise UsageError("--har - and --format json cannot both write to stdout", "Name a file for the HAR.")
    opened = open_template(options.template)
    settings = gather_values(opened.template, options.values)
    spec = opened.template.request(options.request)
    request = render_request(opened.template, spec, settings.values, missing_policy(options.missing, None))
    if options.url is not None:
        _check_base(options.url)
        request = at_base(request, options.url)
    print_notes(request.notes)
    if options.dry_run:
        _print_unsent(request, options.format)
        return 0
    if options.har is not None:
        _check_har(options.har, force=options.force)
    announce_host(request.host, settings.profile)
    _confirm(request, live=options.live, may_ask=not options.no_input)
    verdict = _verdict(spec, request, expected, options)
    _print_verdict(verdict, options)
    return 0 if verdict.ok else CheckFailed.code


def _verdict(spec: RequestSpec, request: RenderedRequest, expected: Statuses, options: SendOptions) -> Verdict:
    """Send the request, write the HAR if wanted, and judge the reply.

    Raises:
        NoReply: nothing was received; the HAR is written nevertheless.
    """
    from ringocli.http.transport import Sender, send_when_connected  # first: it is the slowest to import
    from ringocli.messaging.formats.har import Sent
    from ringocli.messaging.verdict import judge

    at = datetime.now(UTC)
    connection = options.connection
    try:
        with Sender(timeout_s=connection.timeout_s, ca_file=connection.ca_file) as sender:
            reply = send_when_connected(request, sender.send, retries=options.retry_connect, on_retry=_note_retry)
    except NoReply as error:
        _write_har(Sent(at=at, request=request, reply=None, failure=error.message), options)
        raise
    _write_har(Sent(at=at, request=request, reply=reply), options)
    return judge(spec, request, reply, expected)


def _write_har(exchange: Sent, options: SendOptions) -> None:
    from ringocli.messaging.formats.har import har_text
    from ringocli.text.files import write_text

    if options.har == "-":
        console.out(har_text([exchange]), end="")
    elif options.har is not None:
        write_text(path_of(options.har), har_text([exchange]), force=options.force, mode=0o600)
        console.note(f"note: wrote the exchange to {options.har}", "dim")


def _check_har(har: str, *, force: bool) -> None:
    """Refuse a HAR file that cannot be written before anything is sent, not after."""
    path = path_of(har)
    if har == "-":
        return
    if path.exists() and not force:
        raise UsageError(f"{har} exists", "Use --force to overwrite it, or choose another name. Nothing was sent.")
    if path.is_dir() or not path.parent.is_dir():
        raise LocalError(f"{har}: cannot be written", "Check the folder. Nothing was sent.")


def _check_base(url: str) -> None:
    """Refuse a ``--url`` with credentials, and note the parts that are ignored."""
    parts = split_url(url)
    if "@" in parts.netloc:
        raise UsageError("--url contains a user name or password", "Put credentials into properties.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        console.note("note: --url replaces scheme, host and port; its path and query are ignored")


def _confirm(request: RenderedRequest, *, live: bool, may_ask: bool) -> None:
    """Let a request to another machine pass only with ``--live`` or a yes.

    Raises:
        UsageError: neither was given; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback
    from ringocli.text.secret import sent

    if is_loopback(request.host):
        return
    if sent(request.url.text).startswith("http:"):
        console.complain("warning: http sends credentials and messages unencrypted", "yellow")
    if live:
        return
    if may_ask and console.is_interactive():
        if console.ask(f"{_summary(request)}\nSend it for real? [y/N]: ").strip().lower() in ("y", "yes"):
            return
        raise UsageError("nothing was sent", "Use --live to send without confirmation.")
    raise UsageError(
        f"{request.host} is not this machine, so this would send a real message",
        "Use --live to send it, or try it locally first: --url http://127.0.0.1:8025",
    )


def _summary(request: RenderedRequest) -> str:
    """What is about to be sent: method, host, recipient and the number of SMS segments."""
    from ringocli.messaging.segments import count_segments

    text = f"{request.method} to {request.host}"
    if "to" in request.variables:
        text += f", a message to {console.printable(str(request.variables['to']))}"
    if request.name == "SendMessage" and "content" in request.variables:
        text += f", {count_segments(str(request.variables['content'])).summary}"
    return text


def _note_retry(error: NoReply, wait_s: float) -> None:
    console.note(f"note: {error.message}; retrying in {wait_s:g} s", "dim")


def _print_verdict(verdict: Verdict, options: SendOptions) -> None:
    from ringocli.messaging.formats.verdict import as_document, as_text

    if options.format == "json":
        print_json(as_document(verdict))
    elif options.har == "-":
        console.complain(as_text(verdict))
    else:
        console.out(as_text(verdict))


def _print_unsent(request: RenderedRequest, format_: str) -> None:
    from ringocli.messaging.formats.verdict import dry_document

    if format_ == "json":
        print_json(dry_document(request))
        return
    print_http(request)
    console.note(f"note: not sent; it would go to {request.host}", "dim")
