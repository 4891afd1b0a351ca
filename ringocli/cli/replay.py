"""``replay``: sends recorded webhooks, or the events of a journal, again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_values import complete_properties, complete_variables
from ringocli.cli.inputs import OpenedTemplate, gather_values, open_template, path_of
from ringocli.cli.notices import bounded_connections
from ringocli.cli.options import ConnectionGroup, ConnectionOptions, Live, TemplateArgument, TextOrJson, ValueOptions
from ringocli.cli.output import print_json
from ringocli.cli.parameters import Argument, Group, Option
from ringocli.errors import CheckFailed, NoReply, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.messaging.delivery import Route
    from ringocli.messaging.load.attempt import EventOutcome
    from ringocli.messaging.load.counters import LoadSummary
    from ringocli.testing.replay import Replay
    from ringocli.text.secret import Secret, Text

EXAMPLES = (
    "ringocli replay samples/telnyx.json samples/telnyx/message.http --url http://127.0.0.1:8025/webhook/telnyx-custom",
    "ringocli replay samples/telnyx.json samples/telnyx/message.http "
    "--url http://127.0.0.1:8025/webhook/telnyx-custom --set content=Hello",
)
MORE = (
    "The examples send to ringocli emulate samples/telnyx.json --port 8025. "
    "RECORDING is an export of the emulator (ringocli emulate, /api/export), a HAR file, one webhook in any form, "
    "or the journal of a simulate-webhook run. In an export or HAR file, requests that the template itself sends "
    "are ignored. The header webhook-id keeps its value.\n\n"
    "Exit codes: 0 all delivered, 1 some were not, 2 usage error, 3 local error, 4 none got a response."
)
NOTHING_REPLACED = "no webhook has ${}$: nothing was replaced"
MAX_REPLAYS_WITHOUT_LIVE = 10
"""How many webhooks may be sent to another machine without ``--live``."""


class JournalOptions(NamedTuple):
    """The options that are only meant for journals."""

    only: Annotated[
        str | None, Option("Send only the events that were delivered, or that failed.", choices=("delivered", "failed"))
    ] = None
    data: Annotated[str | None, Option("The data file of the run, if it was moved.", metavar="FILE")] = None
    property_env: Annotated[
        tuple[str, ...],
        Option(
            "A property from an environment variable, for the journal of a --send run. Repeatable.",
            metavar="NAME=VAR",
            complete=complete_properties,
        ),
    ] = ()
    property_file: Annotated[tuple[str, ...], Option("A property from a file. Repeatable.", metavar="NAME=PATH")] = ()


class ReplayOptions(NamedTuple):
    """The options of ``replay``."""

    template: TemplateArgument
    recording: Annotated[str, Argument("RECORDING", "Recorded traffic, or - for stdin; or a journal.")]
    url: Annotated[
        str | None, Option("Where to send the webhooks; to keep it secret, set RINGOCLI_WEBHOOK_URL.", metavar="URL")
    ] = None
    set: Annotated[
        tuple[str, ...],
        Option(
            "Replace this variable in each webhook that has it. Repeatable.",
            metavar="NAME=VALUE",
            complete=complete_variables,
        ),
    ] = ()
    rate: Annotated[str | None, Option("Webhooks per second. Default: as fast as replies arrive.", metavar="R/s")] = (
        None
    )
    concurrency: Annotated[int, Option("How many may be in flight at once.", min=1, max=256)] = 1
    retry: Annotated[int, Option("Retries after no reply, 429 or 5xx; Retry-After is obeyed.", min=0, max=100)] = 0
    live: Live = False
    format: TextOrJson = "text"
    journal: Annotated[JournalOptions, Group("Journals")] = JournalOptions()
    connection: ConnectionGroup = ConnectionOptions()


@command("replay", "Send recorded webhooks again.", examples=EXAMPLES, more=MORE)
def replay(options: ReplayOptions) -> int:
    """Send the webhooks and print the results."""
    from ringocli.http.addresses import webhook_address
    from ringocli.messaging.load.journal_reader import is_database
    from ringocli.template.settings import pair
    from ringocli.template.values import check_variable

    opened = open_template(options.template)
    wanted = options.journal
    given = ValueOptions(property_env=wanted.property_env, property_file=wanted.property_file)
    settings = gather_values(opened.template, given, url=options.url)
    if settings.webhook_url is None:
        raise UsageError("no webhook URL to send to", "Use --url URL, or set RINGOCLI_WEBHOOK_URL.")
    edits = dict(pair("--set", entry) for entry in options.set)
    for name in edits:
        check_variable(name)
    url = webhook_address(settings.webhook_url)
    if is_database(options.recording):
        return _replay_journal(options, opened, url, edits, settings.values.properties)
    if wanted.only or wanted.data or wanted.property_env or wanted.property_file:
        raise UsageError("--only, --data and properties are for journals", f"{options.recording} is not a journal.")
    return _replay_recording(options, opened, url, edits)


def _replay_recording(options: ReplayOptions, opened: OpenedTemplate, url: Secret, edits: dict[str, str]) -> int:
    from ringocli.messaging.delivery import send_events
    from ringocli.messaging.load.counters import RunCounters
    from ringocli.testing.replay import ReplaySource, replays_of
    from ringocli.text.files import read_bytes

    replays = replays_of(opened.template, read_bytes(options.recording), edits)
    _note_edits(replays, edits)
    route = _route(options, url, len(replays))
    counters = RunCounters()
    outcomes: list[EventOutcome] = []
    source = ReplaySource(replays, url)
    elapsed_s = send_events(route, source, counters, report=outcomes.append)
    summary = counters.summary(counters.taken + source.skip_rest(), elapsed_s)
    outcomes.sort(key=lambda one: one.event.number)
    _print(replays, outcomes, summary, route.host, options.format)
    return _code(summary)


def _replay_journal(
    options: ReplayOptions, opened: OpenedTemplate, url: Secret, edits: dict[str, str], properties: Mapping[str, Text]
) -> int:
    from ringocli.messaging.delivery import send_events
    from ringocli.messaging.formats.delivery import as_text
    from ringocli.messaging.load.counters import RunCounters
    from ringocli.messaging.load.data_rows import DataRows
    from ringocli.messaging.load.event_order import Feed
    from ringocli.messaging.load.events import EventFactory
    from ringocli.messaging.load.journal_facts import recipe_of
    from ringocli.messaging.load.journal_reader import opened_journal

    wanted = options.journal
    with opened_journal(path_of(options.recording)) as journal:
        recipe = recipe_of(
            journal.facts,
            opened.template,
            opened.sha256,
            url=url,
            edits=edits,
            properties=properties,
        )
        file = wanted.data or journal.data_file
        rows = DataRows.open(file, skips_bad_rows=True) if file is not None and not journal.has_rows else None
        source = rows if rows is not None else list(journal.kept_rows()) if journal.has_rows else None
        for _ in journal.positions(source, wanted.only):
            pass  # a changed row is found before anything is sent
        count = journal.count(wanted.only)
        route = _route(options, url, count)
        counters, factory = RunCounters(), EventFactory(recipe)
        for name in edits:
            if not factory.uses(name):
                console.complain(NOTHING_REPLACED.format(name))
        feed = Feed(factory, journal.positions(source, wanted.only), size=lambda: count)
        elapsed_s = send_events(route, feed, counters)
    summary = counters.summary(count, elapsed_s)
    if options.format == "json":
        print_json({**summary.document, "edited": sorted(edits)})
    else:
        console.out(as_text(summary, route.host), hang=13)
    return _code(summary)


def _route(options: ReplayOptions, url: Secret, count: int) -> Route:
    """The route of the webhooks.

    Raises:
        UsageError: there are none, or many for another machine and ``--live`` is missing.
    """
    from ringocli.http.addresses import is_loopback
    from ringocli.messaging.delivery import Route, rate_of
    from ringocli.messaging.load.plan import LoadPlan
    from ringocli.messaging.load.retry_policy import RetryPolicy

    plan = LoadPlan(
        concurrency=bounded_connections(options.concurrency),
        rate_per_s=rate_of(options.rate) if options.rate is not None else None,
        retry=RetryPolicy(retries=options.retry),
    )
    connection = options.connection
    route = Route(url=url, plan=plan, total=count, timeout_s=connection.timeout_s, ca_file=connection.ca_file)
    if not count:
        raise UsageError(f"{options.recording}: there is nothing to send", "Omit --only to send all events.")
    if not is_loopback(route.host):
        console.complain(f"sending {count:,} webhook{'s' * (count != 1)} to {route.host}")
        if count > MAX_REPLAYS_WITHOUT_LIVE and not options.live:
            raise UsageError(
                f"sending {count:,} webhooks to {route.host}, which is not this machine, needs --live",
                "Use --live if the receiver expects them.",
            )
    return route


def _note_edits(replays: Sequence[Replay], edits: dict[str, str]) -> None:
    for name in edits:
        if not any(name in one.edited for one in replays):
            console.complain(NOTHING_REPLACED.format(name))
    if any(one.edited and one.is_signed for one in replays):
        console.complain("an edited webhook keeps its recorded signature, which is no longer valid")


def _code(summary: LoadSummary) -> int:
    if summary.interrupted:
        raise KeyboardInterrupt
    if summary.failed and not summary.replied:
        return NoReply.code
    return CheckFailed.code if summary.failed else 0


def _print(
    replays: Sequence[Replay], outcomes: Sequence[EventOutcome], summary: LoadSummary, host: str, format_: str
) -> None:
    documents = [replays[outcome.event.number].document(outcome) for outcome in outcomes]
    if format_ == "json":
        print_json(
            {
                "schema_version": 1,
                "sent": len(documents),
                "delivered": summary.delivered,
                "failed": summary.failed,
                "replays": documents,
            }
        )
        return
    for one in documents:
        mark = console.styled(one["problem"], "red") if one["problem"] else console.styled(f"{one['status']}", "green")
        edited = f"  ({', '.join(one['edited'])} replaced)" if one["edited"] else ""
        console.out(f"{one['number']:>4}  {console.printable(one['event'] or 'no event'):<36} {mark}{edited}", hang=6)
    console.out(f"{summary.delivered:,} of {summary.planned:,} delivered to {host}")
