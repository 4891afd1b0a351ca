"""``send-test``: one real request, and the reply to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringocli.cli.command import command
from ringocli.cli.inputs import check_output, gather_values, missing_policy, open_template
from ringocli.cli.notices import announce_host, print_notes
from ringocli.cli.output import print_http, print_json
from ringocli.cli.send.options import SendOptions
from ringocli.cli.send.run import send_and_print
from ringocli.errors import UsageError
from ringocli.text import console
from ringocli.text.url import split_url

if TYPE_CHECKING:
    from ringocli.http.exchange import RenderedRequest
    from ringocli.messaging.load.compiled import Row
    from ringocli.template.model import RequestSpec, Template
    from ringocli.template.values import Layer, Values

EXAMPLES = (
    "ringocli send-test samples/telnyx.json --dry-run --missing sample",
    "ringocli send-test samples/telnyx.json --url http://127.0.0.1:8025 --missing sample",
    "ringocli send-test samples/telnyx.json --url http://127.0.0.1:8025 --missing sample --format json",
)
MORE = (
    "The examples send to ringocli emulate samples/telnyx.json --port 8025. "
    "A real message reaches a real phone. It needs --live, or a yes at the prompt, and a value for every "
    "variable:\n\n"
    "\b\n"
    "  ringocli send-test acme.json --live --property-env 'API key=ACME_KEY' \\\n"
    "    --set number=+12025550100 --set contact=+13105550199 \\\n"
    "    --set content='Hi there'\n\n"
    "To check regularly that every number answers, behind a tunnel to port 8026:\n\n"
    "\b\n"
    "  ringocli send-test acme.json --live --data numbers.csv --allow +1310 \\\n"
    "    --property-env 'API key=ACME_KEY' \\\n"
    "    --await message --listen 127.0.0.1:8026 --format junit\n\n"
    "Exit codes: 0 sent and answered as expected, 1 the reply is not as expected, 2 usage error, 3 local error, 4 "
    "no response."
)


@command("send-test", "Send one real request.", examples=EXAMPLES, more=MORE)
def send_test(options: SendOptions) -> int:
    """Render the requests, send them, and print what the replies mean."""
    from ringocli.http.status_codes import Statuses

    expected = Statuses.parse(options.status.expect_status)
    if options.har == "-" and options.format != "text":
        raise UsageError(
            f"--har - and --format {options.format} cannot both write to stdout", "Name a file for the HAR."
        )
    _check_combination(options)
    opened = open_template(options.template)
    settings = gather_values(opened.template, options.values)
    spec = opened.template.request(options.request)
    requests = _requests(options, opened.template, spec, settings.values)
    print_notes(note for request in requests for note in request.notes)
    if options.dry_run:
        _print_unsent(requests[0], options.format)
        return 0
    for name in (options.har, options.record):
        if name is not None:
            check_output(name, force=options.force)
    announce_host(requests[0].host, settings.profile)
    _check_amount(options, requests)
    _confirm(requests, live=options.live, may_ask=not options.no_input)
    return send_and_print(options, opened.template, spec, requests, expected)


def _check_combination(options: SendOptions) -> None:
    """Refuse options that only make sense together.

    Raises:
        UsageError: one of them is missing.
    """
    if options.await_ and (options.emulator is None) == (options.listen is None):
        raise UsageError(
            "--await needs either --emulator or --listen",
            "Say where the webhook arrives: --emulator URL, or --listen HOST:PORT behind your tunnel.",
        )
    if not options.await_ and (options.emulator is not None or options.listen is not None):
        raise UsageError("--emulator and --listen need --await", "For example: --await delivered")
    if options.data is not None and (options.har is not None or options.record is not None):
        raise UsageError("--data cannot be combined with --har or --record", "Use them for a single message.")
    if options.data is None and (options.rate is not None or options.max_sends is not None):
        raise UsageError("--rate and --max-sends need --data", "Without it one message is sent.")
    if options.format == "junit" and options.data is None:
        raise UsageError("--format junit needs --data", "A JUnit report has one test case per row of --data.")
    if options.record == "-":
        raise UsageError("--record needs a file", "A case refers to files in the same folder.")


def _requests(options: SendOptions, template: Template, spec: RequestSpec, values: Values) -> list[RenderedRequest]:
    """The request, or one for each data row; every row is read and rendered before the first send."""
    from ringocli.messaging.request import at_base, render_request
    from ringocli.template.values import Layer, Values

    policy = missing_policy(options.missing, None)
    layers: list[Layer | None] = [None]
    if options.data is not None:
        layers = [Layer(variables=row) for row in _rows(options, options.data)]
    if options.url is not None:
        _check_base(options.url)
    found = []
    for number, layer in enumerate(layers, 1):
        layered = Values(layers=(layer, *values.layers)) if layer is not None else values
        try:
            request = render_request(template, spec, layered, policy)
        except UsageError as error:
            where = f"{options.data}: row {number}: " if layer is not None else ""
            raise UsageError(f"{where}{error.message}", error.hint) from None
        found.append(at_base(request, options.url) if options.url is not None else request)
    return found


DEFAULT_MAX_SENDS = 10


def _rows(options: SendOptions, name: str) -> list[Row]:
    """The rows of ``--data``.

    Raises:
        UsageError: a row cannot be used, or there are none or too many of them; nothing was sent.
    """
    from ringocli.messaging.load.data_rows import BadRow, DataRows

    limit = options.max_sends or (DEFAULT_MAX_SENDS if options.live else None)
    found = []
    try:
        for row in DataRows.open(name):
            found.append(row)
            if limit is not None and len(found) > limit:
                raise UsageError(f"{name} has more than {limit} rows", "Nothing was sent. Raise --max-sends.")
    except BadRow as bad:
        raise UsageError(bad.message, "Nothing was sent. Fix the row.") from None
    if not found:
        raise UsageError(f"{name}: no rows", "Nothing was sent.")
    return found


def _check_amount(options: SendOptions, requests: Sequence[RenderedRequest]) -> None:
    """Refuse recipients that are not allowed, and announce what is about to be sent.

    Raises:
        UsageError: a recipient is not allowed; nothing was sent.
    """
    from ringocli.messaging.awaiting.sends import check_allowed, estimate

    check_allowed(requests, options.allow)
    if options.data is not None or options.price is not None:
        console.note(f"note: {estimate(requests, options.price).text}")


def _check_base(url: str) -> None:
    """Refuse a ``--url`` with credentials, and note the parts that are ignored."""
    parts = split_url(url)
    if "@" in parts.netloc:
        raise UsageError("--url contains a user name or password", "Put credentials into properties.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        console.note("note: --url replaces scheme, host and port; its path and query are ignored")


def _confirm(requests: Sequence[RenderedRequest], *, live: bool, may_ask: bool) -> None:
    """Require ``--live`` or a yes at the prompt for requests to another machine.

    Raises:
        UsageError: neither was given; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback
    from ringocli.text.secret import sent

    request = requests[0]
    if is_loopback(request.host):
        return
    if sent(request.url.text).startswith("http:"):
        console.complain("warning: http sends credentials and messages unencrypted", "magenta")
    if live:
        return
    if may_ask and console.is_interactive():
        if console.ask(f"{_summary(requests)}\nSend it for real? [y/N]: ").strip().lower() in ("y", "yes"):
            return
        raise UsageError("nothing was sent", "Use --live to send without confirmation.")
    raise UsageError(
        f"{request.host} is not this machine, so this would send a real message",
        "Use --live to send it, or try it locally first: --url http://127.0.0.1:8025",
    )


def _summary(requests: Sequence[RenderedRequest]) -> str:
    """What is about to be sent: method, host, recipient and the number of SMS segments."""
    from ringocli.messaging.segments import count_segments

    request = requests[0]
    text = f"{request.method} to {request.host}"
    if len(requests) > 1:
        return f"{text}, {len(requests):,} messages"
    if "to" in request.variables:
        text += f", a message to {console.printable(str(request.variables['to']))}"
    if request.name == "SendMessage" and "content" in request.variables:
        text += f", {count_segments(str(request.variables['content'])).summary}"
    return text


def _print_unsent(request: RenderedRequest, format_: str) -> None:
    from ringocli.messaging.formats.verdict import dry_document

    if format_ == "json":
        print_json(dry_document(request))
        return
    print_http(request)
    console.note(f"note: not sent; it would go to {request.host}", "dim")
