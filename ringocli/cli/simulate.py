"""``simulate-webhook``: the provider's webhooks, one or many, to any URL."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

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
    complete_events,
    gathered,
    help_text,
    missing_of,
    open_template,
)
from ringocli.cli.wire import (
    CaFileOption,
    ExpectStatusOption,
    TimeoutOption,
    check_seconds,
    say_notes,
    say_where,
)
from ringocli.errors import UsageError
from ringocli.text import console

SIMULATE_EXAMPLES = (
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025",
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025 --set content='Hi there'",
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025 --event message --count 20 --rate 50",
    "ringocli simulate-webhook samples/telnyx.json --url http://127.0.0.1:8025 --count 5 --format jsonl",
)
SIMULATE_MORE = (
    "The webhook URL is whatever Ringotel's portal shows for the integration. It is a secret: keep it in "
    "RINGOCLI_WEBHOOK_URL or in a profile. Unset variables get sample values.\n\n"
    "Exit codes: 0 all delivered, 1 one was not, 2 asked wrongly or not allowed, 4 no event got any reply."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "simulate-webhook",
        help=help_text("Play the provider: send webhooks to a URL.", SIMULATE_EXAMPLES, SIMULATE_MORE),
    )(simulate_webhook)


def simulate_webhook(
    template: TemplateArgument,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            metavar="EVENT",
            help="Which event; repeatable, sent in turn. Default: the first.",
            autocompletion=complete_events,
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="The webhook URL; better kept in RINGOCLI_WEBHOOK_URL.")
    ] = None,
    set_: SetOption = None,
    set_file: SetFileOption = None,
    property_env: PropertyEnvOption = None,
    property_file: PropertyFileOption = None,
    property_: PropertyOption = None,
    public_property: PublicPropertyOption = None,
    values: ValuesOption = None,
    profile: ProfileOption = None,
    missing: MissingOption = None,
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="What it is sent as; a template does not say it.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, max=100_000_000, help="How many events. Default: each --event once.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="R/s", help="Events a second. Default: as fast as replies come.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Events under way at once.")] = 1,
    duration: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Stop after so long, --count or not.")
    ] = None,
    retry: Annotated[
        int, typer.Option(min=0, max=100, help="Try again after no reply, 429 or 5xx; Retry-After is obeyed.")
    ] = 0,
    expect_status: ExpectStatusOption = "2xx",
    expect_body_contains: Annotated[
        str | None, typer.Option("--expect-body-contains", metavar="TEXT", help="Every reply has to hold it.")
    ] = None,
    timeout_s: TimeoutOption = 10.0,
    ca_file: CaFileOption = None,
    live: Annotated[
        bool, typer.Option("--live", help="Yes, send this much to a host that is not this machine.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the webhooks and send nothing.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="text|json|jsonl")] = "text",
) -> None:
    """Plan, guard, deliver, sum up."""
    from ringocli.http.statuses import Statuses
    from ringocli.messaging.delivery import Plan, rate_of, renderer
    from ringocli.template.values import Missing

    chosen("--format", format_, ("text", "json", "jsonl"))
    check_seconds("--timeout-s", timeout_s)
    if duration is not None:
        check_seconds("--duration", duration)
    expected, rate_per_s = Statuses.parse(expect_status), rate_of(rate) if rate is not None else None
    policy = missing_of(missing, Missing.SAMPLE)
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
        url=url,
    )
    events = _events(opened.template, event or [])
    plan = Plan(
        count=count if count is not None or duration is not None else len(events),
        rate_per_s=rate_per_s,
        concurrency=concurrency,
        duration_s=duration,
        retries=retry,
        expected=expected,
        body_contains=expect_body_contains,
    )
    render = renderer(
        opened.template,
        events,
        settings.values,
        policy,
        url=_webhook_url(settings),
        content_type=content_type,
    )
    # Each event once, before a byte is sent: what is missing or cannot be encoded is said now.
    first = [render(index) for index in range(min(len(events), plan.count or len(events)))]
    say_notes(note for request in first for note in request.notes)
    if dry_run:
        _print_dry(first, plan, format_)
        return
    _guard(first[0].host, plan, live=live, profile=settings.profile)
    _run(plan, render, events, first[0].host, _Way(timeout_s, ca_file, format_))


class _Way(NamedTuple):
    """How events are sent and shown."""

    timeout_s: float
    ca_file: str | None
    format: str


def _events(template: Any, names: list[str]) -> tuple[Any, ...]:
    if not template.events:
        raise UsageError("the template has no event to send", "Run ringocli validate to see what is missing.")
    return tuple(template.event(name) for name in names) or template.events[:1]


def _webhook_url(settings: Any) -> Any:
    """The webhook URL with its mask; every way to give one is named where there is none."""
    from ringocli.http.webhook_url import address_of

    if settings.webhook_url is None:
        raise UsageError(
            "there is no webhook URL to send to",
            "Give --url URL, set RINGOCLI_WEBHOOK_URL, or put webhook_url into a profile of ringocli.toml and "
            "name it with --profile; Ringotel's portal shows the URL in the integration's settings.",
        )
    return address_of(settings.webhook_url)


def _guard(host: str, plan: Any, *, live: bool, profile: str | None) -> None:
    """Name host and total, and let much to a real host pass only with ``--live``.

    Raises:
        UsageError: ``--live`` is missing; nothing was sent.
    """
    from ringocli.http.addresses import is_loopback

    say_where(host, profile)
    if not is_loopback(host):
        console.complain(f"sending {plan.total} to {host}")
    elif plan.count != 1:
        console.note(f"note: sending {plan.total} to {host}", "dim")
    if plan.needs_live(host) and not live:
        raise UsageError(
            f"{plan.total} to {host}, which is not this machine, need --live",
            "Give --live if the other side knows of it, or send at most 10 events.",
        )


def _run(plan: Any, render: Callable[[int], Any], events: tuple[Any, ...], host: str, way: _Way) -> None:
    """Deliver the plan and show what became of it; leaves with the exit code that it deserves."""
    from ringocli.http.transport import Sender  # first: it is the slowest to import
    from ringocli.messaging.delivery import deliver
    from ringocli.messaging.formats.delivery import as_line, as_text, one_event, why

    reasons: Counter[str] = Counter()
    only: list[Any] = []

    def tell(outcome: Any) -> None:
        if outcome.error is not None and len(reasons) < 1000:
            reasons[why(outcome)] += 1
        if way.format == "jsonl":
            console.out_json(as_line(outcome, events[(outcome.index - 1) % len(events)]), indent=None)
        elif plan.count == 1:
            only.append(outcome)

    with Sender(timeout_s=way.timeout_s, ca_file=way.ca_file, connections=plan.concurrency) as sender:
        summary = deliver(plan, render, sender.send, tell=tell)
    if way.format == "text":
        console.out(one_event(only[0]) if only else as_text(summary, host, reasons))
    else:
        console.out_json(summary.document, indent=2 if way.format == "json" else None)
    for outcome in only:
        _complain(outcome)
    if way.format == "json" and not only:
        for reason, times in reasons.most_common(3):
            console.complain(f"{times} x {console.printable(reason)}")
    if summary.interrupted:
        raise KeyboardInterrupt
    if summary.failed:
        raise typer.Exit(1 if summary.replied else 4)


def _complain(outcome: Any) -> None:
    """Say on stderr why the only event got no reply, with the next step."""
    if outcome.failure is not None:
        console.complain(f"{console.styled('error:', 'red', 'bold', stream=sys.stderr)} {outcome.failure.message}")
        console.complain(f"  {outcome.failure.hint}")


def _print_dry(requests: list[Any], plan: Any, format_: str) -> None:
    from ringocli.messaging.formats.requests import as_document, as_http

    if format_ == "text":
        console.out("\n\n".join(console.printable(as_http(request)) for request in requests))
        console.note(f"note: not sent; {plan.total} would go to {requests[0].host}", "dim")
    elif format_ == "json":
        documents = [as_document(request) for request in requests]
        console.out_json({"schema_version": 1, "dry_run": True, "planned": plan.count, "requests": documents})
    else:
        for request in requests:
            console.out_json({"schema_version": 1, "dry_run": True, **as_document(request)}, indent=None)
