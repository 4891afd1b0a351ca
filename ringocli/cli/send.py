"""``send-test``: one real request, what keeps it from harm, and what came back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

import typer

from ringocli.cli import simulate
from ringocli.cli.options import (
    MissingOption,
    ProfileOption,
    PropertyEnvOption,
    PropertyFileOption,
    PropertyOption,
    PublicPropertyOption,
    SetFileOption,
    SetOption,
    TemplateArgument,
    ValuesOption,
    chosen,
    gathered,
    help_text,
    missing_of,
    open_template,
    path_of,
)
from ringocli.cli.wire import (
    CaFileOption,
    ExpectStatusOption,
    TimeoutOption,
    check_seconds,
    say_notes,
    say_where,
)
from ringocli.errors import LocalError, NoReply, UsageError
from ringocli.text import console

SEND_EXAMPLES = (
    "ringocli send-test samples/telnyx.json --dry-run --missing sample",
    "ringocli send-test samples/telnyx.json --url http://127.0.0.1:8025 --missing sample",
    "ringocli send-test samples/telnyx.json --url http://127.0.0.1:8025 --missing sample --format json",
)
SEND_MORE = (
    "A real send reaches a real telephone: it needs --live, or a yes at the prompt, and every value:\n\n"
    "\b\n"
    "  ringocli send-test acme.json --live --property-env 'API key=ACME_KEY' \\\n"
    "    --set number=+12025550100 --set contact=+13105550199 --set content='Hi there'\n\n"
    "Exit codes: 0 sent and understood, 1 not as expected, 2 asked wrongly or not allowed, 4 no reply at all."
)


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command(
        "send-test",
        help=help_text("Send one real request and read the reply by response_map.", SEND_EXAMPLES, SEND_MORE),
    )(send_test)
    simulate.register(app)


def send_test(
    template: TemplateArgument,
    request: Annotated[str, typer.Argument(metavar="[SendMessage|SendFile]")] = "SendMessage",
    url: Annotated[str | None, typer.Option(metavar="URL", help="Send there: replaces scheme, host and port.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the request and send nothing.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Yes, send to a host that is not this machine.")] = False,
    set_: SetOption = None,
    set_file: SetFileOption = None,
    property_env: PropertyEnvOption = None,
    property_file: PropertyFileOption = None,
    property_: PropertyOption = None,
    public_property: PublicPropertyOption = None,
    values: ValuesOption = None,
    profile: ProfileOption = None,
    missing: MissingOption = None,
    expect_status: ExpectStatusOption = "2xx",
    timeout_s: TimeoutOption = 10.0,
    retry_connect: Annotated[
        int,
        typer.Option("--retry-connect", min=0, max=20, help="Try again, only if no connection was made."),
    ] = 0,
    ca_file: CaFileOption = None,
    har: Annotated[
        str | None, typer.Option("--har", metavar="FILE", help="Keep the exchange as HAR, secrets masked.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing HAR file.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="text|json")] = "text",
) -> None:
    """Render, guard, send, judge, print."""
    from ringocli.http.statuses import Statuses
    from ringocli.messaging.request import at_base, render_request

    chosen("--format", format_, ("text", "json"))
    expected = Statuses.parse(expect_status)
    check_seconds("--timeout-s", timeout_s)
    if har == "-" and format_ == "json":
        raise UsageError("--har - and --format json both want stdout", "Name a file for the HAR.")
    policy = missing_of(missing, None)
    opened = open_template(template)
    settings = gathered(
        opened.template,
        set_=set_,
        set_file=set_file,
        property_=property_,
        property_env=property_env,
        property_file=property_file,
        public=public_property,
        values=values,
        profile=profile,
    )
    spec = opened.template.request(request)
    rendered = render_request(opened.template, spec, settings.values, policy)
    if url is not None:
        _check_base(url)
        rendered = at_base(rendered, url)
    say_notes(rendered.notes)
    if dry_run:
        _print_dry(rendered, format_)
        return
    if har is not None:
        _check_har(har, force=force)
    say_where(rendered.host, settings.profile)
    _guard(rendered, live=live, may_ask=not no_input)
    verdict = _judged(spec, rendered, expected, _Way(timeout_s, ca_file, retry_connect, har, force))
    _print_verdict(verdict, format_, aside=har == "-")
    if not verdict.ok:
        raise typer.Exit(1)


class _Way(NamedTuple):
    """How a request is sent and kept."""

    timeout_s: float
    ca_file: str | None
    retry_connect: int
    har: str | None
    force: bool


def _judged(spec: Any, request: Any, expected: Any, way: _Way) -> Any:
    """Send the request, keep the exchange where a HAR was asked for, and judge the reply.

    Raises:
        NoReply: nothing came back; the HAR is written all the same.
    """
    from ringocli.http.transport import Sender, send_when_connected  # first: it is the slowest to import
    from ringocli.messaging.formats.har import Sent
    from ringocli.messaging.verdict import judge

    at = datetime.now(UTC)
    try:
        with Sender(timeout_s=way.timeout_s, ca_file=way.ca_file) as sender:
            reply = send_when_connected(request, sender.send, retries=way.retry_connect, on_retry=_say_retry)
    except NoReply as error:
        _keep(way, Sent(at=at, request=request, reply=None, failure=error.message))
        raise
    _keep(way, Sent(at=at, request=request, reply=reply))
    return judge(spec, request, reply, expected)


def _keep(way: _Way, exchange: Any) -> None:
    from ringocli.messaging.formats.har import har_text
    from ringocli.text.files import write_text

    if way.har == "-":
        console.out(har_text([exchange]), end="")
    elif way.har is not None:
        write_text(path_of(way.har), har_text([exchange]), force=way.force, mode=0o600)
        console.note(f"note: the exchange is in {way.har}", "dim")


def _check_har(har: str, *, force: bool) -> None:
    """Refuse a file that cannot be written before anything is sent, not after."""
    path = path_of(har)
    if har == "-":
        return
    if path.exists() and not force:
        raise UsageError(f"{har} exists", "Give --force to replace it, or another name; nothing was sent.")
    if path.is_dir() or not path.parent.is_dir():
        raise LocalError(f"{har}: cannot be written", "Check the folder; nothing was sent.")


def _check_base(url: str) -> None:
    """Refuse what ``--url`` would show or drop without a word."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return  # at_base says what is wrong with it
    if "@" in parts.netloc:
        raise UsageError("--url holds a user name or password", "Credentials belong into properties.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        console.note("note: --url replaces scheme, host and port; its path and query are not used")


def _guard(request: Any, *, live: bool, may_ask: bool) -> None:
    """Let a request to a real host pass only with ``--live`` or a yes.

    Raises:
        UsageError: neither was given; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback
    from ringocli.text.secret import sent

    if is_loopback(request.host):
        return
    if sent(request.url.text).startswith("http:"):
        console.complain("warning: plain http: whoever is on the way can read the credentials", "yellow")
    if live:
        return
    if may_ask and console.is_interactive():
        if console.asked(f"{_in_words(request)}\nSend it for real? [y/N]: ").strip().lower() in ("y", "yes"):
            return
        raise UsageError("nothing was sent", "Give --live to send without being asked.")
    raise UsageError(
        f"{request.host} is not this machine, so this would send a real message",
        "Give --live to do so, or try it here first: --url http://127.0.0.1:8025",
    )


def _in_words(request: Any) -> str:
    """What is about to be sent, for the question: method, host, receiver and how many SMS it makes."""
    from ringocli.messaging.segments import count_segments

    words = f"{request.method} to {request.host}"
    if "to" in request.variables:
        words += f", a message to {console.printable(str(request.variables['to']))}"
    if request.name == "SendMessage" and "content" in request.variables:
        counted = count_segments(str(request.variables["content"]))
        words += f", {counted.segments} SMS segment{'s' * (counted.segments != 1)} ({counted.encoding})"
    return words


def _say_retry(error: NoReply, wait_s: float) -> None:
    console.note(f"note: {error.message}; trying again in {wait_s:g} s", "dim")


def _print_verdict(verdict: Any, format_: str, *, aside: bool) -> None:
    from ringocli.messaging.formats.verdict import as_document, as_text

    if format_ == "json":
        console.out_json(as_document(verdict))
    elif aside:
        console.complain(as_text(verdict))
    else:
        console.out(as_text(verdict))


def _print_dry(request: Any, format_: str) -> None:
    from ringocli.messaging.formats.requests import as_http
    from ringocli.messaging.formats.verdict import dry_document

    if format_ == "json":
        console.out_json(dry_document(request))
        return
    console.out(console.printable(as_http(request)))
    console.note(f"note: not sent; it would go to {request.host}", "dim")
