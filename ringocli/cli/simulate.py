"""``simulate-webhook``: the provider's webhooks, one or many, to any URL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from ringocli.cli.command import command
from ringocli.cli.completion import complete_events
from ringocli.cli.inputs import gather_values, missing_policy, open_template
from ringocli.cli.notices import announce_host, print_notes
from ringocli.cli.options import (
    DAY_S,
    ConnectionOptions,
    ContentType,
    ExpectStatusOptions,
    Live,
    Missing,
    TemplateArgument,
    ValueOptions,
)
from ringocli.cli.output import print_http, progress
from ringocli.cli.parameters import Option
from ringocli.errors import CheckFailed, NoReply, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.http.exchange import RenderedRequest
    from ringocli.messaging.delivery import Outcome, Plan, Render, Summary
    from ringocli.template.model import Template, WebhookEvent
    from ringocli.template.settings import Settings
    from ringocli.text.secret import Secret

EXAMPLES = (
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025",
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025 --set content='Hi there'",
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025 --event message --count 20 --rate 50",
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025 --count 5 --format jsonl",
)
MORE = (
    "The URL can be Ringotel's, as shown in its portal for the integration, or your own server's. Ringotel's is a "
    "secret: keep it in RINGOCLI_WEBHOOK_URL or in a profile. Variables without a value get sample values.\n\n"
    "Exit codes: 0 all delivered, 1 some were not, 2 usage error, 3 local error, 4 no event got a response."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How many events are sent, and how fast."""

    SECTION = "Load"

    count: Annotated[
        int | None, Option("How many events to send. Default: each --event once.", min=1, max=100_000_000)
    ] = None
    rate: Annotated[str | None, Option("Events per second. Default: as fast as replies arrive.", metavar="R/s")] = None
    concurrency: Annotated[int, Option("How many events may be in flight at once.", min=1, max=256)] = 1
    duration: Annotated[
        float | None,
        Option("Stop after this time, even before --count.", metavar="SECONDS", min=0.001, max=DAY_S, unit=" seconds"),
    ] = None
    retry: Annotated[int, Option("Retries after no reply, 429 or 5xx; Retry-After is obeyed.", min=0, max=100)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions:
    """The options of ``simulate-webhook``."""

    template: TemplateArgument
    event: Annotated[
        tuple[str, ...],
        Option(
            "The event to send; several are sent in turn. Default: the first. Repeatable.",
            metavar="EVENT",
            complete=complete_events,
        ),
    ] = ()
    url: Annotated[str | None, Option("The webhook URL; safer in RINGOCLI_WEBHOOK_URL.", metavar="URL")] = None
    missing: Missing = None
    content_type: ContentType = None
    status: ExpectStatusOptions
    expect_body_contains: Annotated[str | None, Option("A text that every reply must contain.", metavar="TEXT")] = None
    live: Live = False
    dry_run: Annotated[bool, Option("Show the webhooks and send nothing.")] = False
    format: Annotated[str, Option("Output format.", choices=("text", "json", "jsonl"))] = "text"
    load: LoadOptions
    values: ValueOptions
    connection: ConnectionOptions


@command("simulate-webhook", "Play the provider: send webhooks to a URL.", examples=EXAMPLES, more=MORE)
def simulate_webhook(options: SimulateOptions) -> int:
    """Send the events and print the summary."""
    from ringocli.messaging.delivery import renderer
    from ringocli.template.values import Missing as MissingPolicy

    template = open_template(options.template).template
    settings = gather_values(template, options.values, url=options.url)
    events = _events(template, options.event)
    plan = _plan(options, len(events))
    render = renderer(
        template,
        events,
        settings.values,
        missing_policy(options.missing, MissingPolicy.SAMPLE),
        url=_webhook_url(settings),
        content_type=options.content_type,
    )
    # Each event once before anything is sent, so that what is missing or cannot be encoded is reported first.
    requests = [render(index) for index in range(min(len(events), plan.count or len(events)))]
    print_notes(note for request in requests for note in request.notes)
    if options.dry_run:
        _print_unsent(requests, plan, options.format)
        return 0
    host = requests[0].host
    _check_amount(host, plan, live=options.live, profile=settings.profile)
    return _deliver(plan, render, events, host, options)


def _plan(options: SimulateOptions, events: int) -> Plan:
    from ringocli.http.statuses import Statuses
    from ringocli.messaging.delivery import Plan, rate_of

    load = options.load
    return Plan(
        count=load.count if load.count is not None or load.duration is not None else events,
        rate_per_s=rate_of(load.rate) if load.rate is not None else None,
        concurrency=load.concurrency,
        duration_s=load.duration,
        retries=load.retry,
        expected=Statuses.parse(options.status.expect_status),
        body_contains=options.expect_body_contains,
    )


def _events(template: Template, names: Sequence[str]) -> tuple[WebhookEvent, ...]:
    if not template.events:
        raise UsageError("the template has no events to send", "Run ringocli validate to see what is missing.")
    return tuple(map(template.event, names)) or template.events[:1]


def _webhook_url(settings: Settings) -> Secret:
    """The webhook URL.

    Raises:
        UsageError: there is none; every way to set it is named.
    """
    from ringocli.http.addresses import webhook_address

    if settings.webhook_url is None:
        raise UsageError(
            "no webhook URL to send to",
            "Use --url URL, set RINGOCLI_WEBHOOK_URL, or put webhook_url into a profile of ringocli.toml and use "
            "--profile. Ringotel's portal shows the URL in the integration's settings.",
        )
    return webhook_address(settings.webhook_url)


def _check_amount(host: str, plan: Plan, *, live: bool, profile: str | None) -> None:
    """Announce host and total, and refuse to send much to another machine without ``--live``.

    Raises:
        UsageError: ``--live`` is missing; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback

    announce_host(host, profile)
    if not is_loopback(host):
        console.complain(f"sending {plan.total} to {host}")
    elif plan.count != 1:
        console.note(f"note: sending {plan.total} to {host}", "dim")
    if plan.needs_live(host) and not live:
        raise UsageError(
            f"sending {plan.total} to {host}, which is not this machine, needs --live",
            "Use --live if the receiver expects it, or send at most 10 events.",
        )


def _deliver(plan: Plan, render: Render, events: Sequence[WebhookEvent], host: str, options: SimulateOptions) -> int:
    """Deliver the events and print the outcome; the exit code.

    Raises:
        KeyboardInterrupt: the run was interrupted; its summary is printed nevertheless.
    """
    from ringocli.http.transport import Sender  # first: it is the slowest to import
    from ringocli.messaging.delivery import deliver
    from ringocli.messaging.formats.delivery import as_line, why

    reasons: Counter[str] = Counter()
    only: list[Outcome] = []

    def record(outcome: Outcome) -> None:
        if outcome.error is not None and len(reasons) < 1000:
            reasons[why(outcome)] += 1
        if options.format == "jsonl":
            console.out_json(as_line(outcome, events[(outcome.index - 1) % len(events)]), indent=None)
        elif plan.count == 1:
            only.append(outcome)
        advance(1)

    connection = options.connection
    with (
        Sender(timeout_s=connection.timeout_s, ca_file=connection.ca_file, connections=plan.concurrency) as sender,
        progress(f"sending to {host}", plan.count, enabled=options.format != "jsonl") as advance,
    ):
        summary = deliver(plan, render, sender.send, tell=record)
    _print_summary(summary, only, reasons, host, options.format)
    if summary.interrupted:
        raise KeyboardInterrupt
    if not summary.failed:
        return 0
    return CheckFailed.code if summary.replied else NoReply.code


def _print_summary(summary: Summary, only: Sequence[Outcome], reasons: Counter[str], host: str, format_: str) -> None:
    """Print the only event in full, or the summary of many; failures without a reply go to stderr."""
    from ringocli.messaging.formats.delivery import as_text, one_event

    if format_ == "text":
        console.out(one_event(only[0]) if only else as_text(summary, host, reasons))
    else:
        console.out_json(summary.document, indent=2 if format_ == "json" else None)
    for outcome in only:
        if outcome.failure is not None:
            console.error(outcome.failure.message, outcome.failure.hint)
    if format_ == "json" and not only:
        for reason, times in reasons.most_common(3):
            console.complain(f"{times} x {console.printable(reason)}")


def _print_unsent(requests: Sequence[RenderedRequest], plan: Plan, format_: str) -> None:
    from ringocli.messaging.formats.requests import as_document

    if format_ == "text":
        for index, request in enumerate(requests):
            if index:
                console.out()
            print_http(request)
        console.note(f"note: not sent; {plan.total} would go to {requests[0].host}", "dim")
    elif format_ == "json":
        documents = [as_document(request) for request in requests]
        console.out_json({"schema_version": 1, "dry_run": True, "planned": plan.count, "requests": documents})
    else:
        for request in requests:
            console.out_json({"schema_version": 1, "dry_run": True, **as_document(request)}, indent=None)
