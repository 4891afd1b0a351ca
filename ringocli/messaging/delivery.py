"""Delivering events or requests to a receiver: a few one after another, many over many connections at once."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ringocli.errors import UsageError
from ringocli.http.addresses import is_loopback
from ringocli.http.direct import exchange
from ringocli.http.exchange import DEFAULT_TIMEOUT_S, Reply
from ringocli.http.proxies import proxy_for
from ringocli.messaging.load.attempt import EventOutcome
from ringocli.messaging.load.bookkeeping import Failover
from ringocli.messaging.load.counters import LoadSummary, RunCounters
from ringocli.messaging.load.event_order import Feed, NumberedFeed, Position, Shard, Source, numbers, positions
from ringocli.messaging.load.events import EventFactory, Recipe
from ringocli.messaging.load.plan import LoadPlan
from ringocli.text.secret import Secret
from ringocli.text.url import split_url

if TYPE_CHECKING:
    from ringocli.messaging.load.data_rows import DataRows
    from ringocli.messaging.load.event_chaos import EventChaos

MAX_EVENTS_WITHOUT_LIVE = 10
"""How many events may be sent to a host that is not loopback without ``--live``."""

Report = Callable[[EventOutcome], None]


class Route(NamedTuple):
    """Where events go and how; ``count`` is None if it is not known beforehand."""

    url: Secret
    plan: LoadPlan
    total: int | None
    timeout_s: float = DEFAULT_TIMEOUT_S
    ca_file: str | None = None
    failover: tuple[Secret, Failover] | None = None
    """The URL for events that the first one did not accept, and the function that makes their requests."""

    @property
    def host(self) -> str:
        """The receiver's host."""
        return split_url(self.url.reveal()).hostname

    @property
    def is_small(self) -> bool:
        """Whether an event loop would cost more than it gains: a few events, one after another, to this machine."""
        plan = self.plan
        is_local = split_url(self.url.reveal()).scheme == "http" and is_loopback(self.host)
        is_plain = plan.rate_per_s is None and plan.duration_s is None and plan.concurrency == 1
        return (
            is_plain
            and is_local
            and self.failover is None
            and self.total is not None
            and self.total <= MAX_EVENTS_WITHOUT_LIVE
        )


class Delivery(NamedTuple):
    """What is delivered, and how.

    ``total`` None means: each data row once, or without data until the plan's duration is over. ``template_sha256``
    ties a journal to the template.
    """

    recipe: Recipe
    plan: LoadPlan
    url: Secret
    total: int | None = 1
    data: DataRows | None = None
    shard: Shard = Shard()
    journal: Path | None = None
    chaos: EventChaos | None = None
    template_sha256: str = ""
    timeout_s: float = DEFAULT_TIMEOUT_S
    ca_file: str | None = None
    failover_url: Secret | None = None

    @property
    def route(self) -> Route:
        """How the events are sent; with a journal by the engine, whose results it records."""
        return Route(
            url=self.url,
            plan=self.plan,
            total=self.total if self.journal is None else None,
            timeout_s=self.timeout_s,
            ca_file=self.ca_file,
            failover=(self.failover_url, self._failover(self.failover_url)) if self.failover_url is not None else None,
        )

    def _failover(self, url: Secret) -> Failover:
        """Makes the events of the same recipe for another URL, with the same ids and bodies."""
        factory = EventFactory(self.recipe._replace(url=url))
        return lambda event: factory.event(event.number, event.row)

    @property
    def host(self) -> str:
        """The receiver's host."""
        return self.route.host

    @property
    def needs_live(self) -> bool:
        """Whether sending this much to a host requires ``--live``."""
        hosts = [
            self.host,
            *([split_url(self.failover_url.reveal()).hostname] if self.failover_url is not None else []),
        ]
        is_much = (
            self.plan.duration_s is not None
            or self.chaos is not None
            or self.total is None
            or self.total > MAX_EVENTS_WITHOUT_LIVE
        )
        return is_much and not all(map(is_loopback, hosts))

    @property
    def amount(self) -> str:
        """The planned amount, in words."""
        if self.total is not None:
            events = f"{self.total:,} event{'s' * (self.total != 1)}"
        else:
            events = f"each row of {self.data.name}" if self.data is not None else ""
        time = "" if self.plan.duration_s is None else f"{self.plan.duration_s:g} s"
        if not events:
            return f"events for {time}"
        return f"{events} within {time}" if time else events


def rate_of(text: str) -> float:
    """Read ``--rate``: ``5``, ``0.5`` or ``5/s``.

    Raises:
        UsageError: not a positive number.
    """
    try:
        rate = float(text.strip().removesuffix("/s"))
    except ValueError:
        rate = 0.0
    if not (0 < rate < math.inf):
        raise UsageError(f"invalid --rate {text!r}", "Write events per second: --rate 5, or 5/s.")
    return rate


def deliver(
    delivery: Delivery,
    factory: EventFactory,
    *,
    report: Report | None = None,
    counters: RunCounters | None = None,
    display: Callable[[RunCounters], AbstractContextManager[None]] | None = None,
) -> LoadSummary:
    """Send everything; ``report`` is called with each finished event, ``display`` shows the counters as they change.

    Raises:
        RingocliError: a data row is wrong, or the journal cannot be used; the summary so far is in the counters.
    """
    counters = counters if counters is not None else RunCounters()
    if delivery.journal is not None:
        return _deliver_with_journal(delivery, factory, report, counters, display)
    order = positions(count=delivery.total, rows=delivery.data, shard=delivery.shard)
    feed: Source = Feed(factory, order)
    if delivery.data is None:
        feed = NumberedFeed(factory, numbers(delivery.total, delivery.shard), size=_known_size(delivery))
    if delivery.chaos is not None:
        from ringocli.messaging.load.event_chaos import ChaoticFeed

        feed = chaotic = ChaoticFeed(factory, order, delivery.chaos, delivery.recipe.seed)
        counters.chaos = chaotic.done
    elapsed_s = _run(delivery, feed, counters, report, None, display)
    counters.skipped_rows = delivery.data.skipped if delivery.data is not None else 0
    return counters.summary(_planned(delivery, feed, counters), elapsed_s)


def _known_size(delivery: Delivery) -> int | None:
    if delivery.data is not None or delivery.total is None:
        return None
    return delivery.shard.size(delivery.total)


def _planned(delivery: Delivery, feed: Source, counters: RunCounters) -> int:
    """How many events were planned; if a run is limited only by time, how many were started."""
    is_counted = delivery.data is not None or delivery.total is not None
    left = feed.skip_rest() if counters.stopped and is_counted and delivery.plan.duration_s is None else 0
    return counters.taken + left


def _run(
    delivery: Delivery,
    feed: Source,
    counters: RunCounters,
    report: Report | None,
    record: Callable[..., None] | None,
    display: Callable[[RunCounters], AbstractContextManager[None]] | None,
) -> float:
    with display(counters) if display is not None else nullcontext():
        return send_events(delivery.route, feed, counters, report=report, record=record)


def send_events(
    route: Route,
    source: Source,
    counters: RunCounters,
    *,
    report: Report | None = None,
    record: Callable[..., None] | None = None,
) -> float:
    """Send everything; returns the seconds that it took.

    Raises:
        RingocliError: the source of events failed, or the CA file cannot be used.
    """
    from ringocli.messaging.load.sequential import as_request, run_sequentially, whole_replies_only

    if route.ca_file is not None:
        from ringocli.http.certificates import check_ca_file

        check_ca_file(route.ca_file)
    url = route.url.reveal()
    parts = split_url(url)
    port = parts.wire_port
    if route.is_small:

        def send(payload: bytes) -> Reply:
            return exchange(parts.wire_host, port, payload, timeout_s=route.timeout_s)

        send_whole = whole_replies_only(send, parts.wire_host, port, route.timeout_s)
        return run_sequentially(route.plan, source, counters, send_whole, report=report, record=record)
    if proxy_for(parts.scheme, parts.wire_host) is not None:
        if route.failover is not None:
            raise UsageError("--failover-url cannot be used through a proxy", "Add the host to NO_PROXY.")
        from ringocli.http.transport import Sender

        with Sender(timeout_s=route.timeout_s, ca_file=route.ca_file) as sender:
            send_whole = whole_replies_only(
                lambda payload: sender.send(as_request(route.url, payload)), parts.wire_host, port, route.timeout_s
            )
            return run_sequentially(route.plan, source, counters, send_whole, report=report, record=record)
    from ringocli.messaging.load.engine import Engine
    from ringocli.messaging.load.event_loop import run_engine
    from ringocli.messaging.load.target import LoadTarget

    target = LoadTarget.of(url, timeout_s=route.timeout_s, ca_file=route.ca_file)
    failover = None
    if route.failover is not None:
        second = LoadTarget.of(route.failover[0].reveal(), timeout_s=route.timeout_s, ca_file=route.ca_file)
        failover = second, route.failover[1]
    engine = Engine(route.plan, target, source, counters, report=report, record=record, failover=failover)
    run_engine(engine)
    return engine.elapsed_s


def _deliver_with_journal(
    delivery: Delivery,
    factory: EventFactory,
    report: Report | None,
    counters: RunCounters,
    display: Callable[[RunCounters], AbstractContextManager[None]] | None,
) -> LoadSummary:
    from ringocli.messaging.load.journal import Journal
    from ringocli.messaging.load.journal_facts import facts_of

    assert delivery.journal is not None
    data = delivery.data
    facts = facts_of(delivery.recipe, delivery.template_sha256, delivery.shard)
    data_file = os.path.abspath(data.name) if data is not None and not data.is_stream else None
    with Journal(delivery.journal, facts, delivery.shard, data_file=data_file) as journal:

        def order() -> Iterator[Position]:
            rows = journal.keep_rows(data) if data is not None and data.is_stream else data
            return positions(count=delivery.total, rows=rows, shard=delivery.shard)

        if journal.is_resumed and data is not None:
            journal.check_rows(order(), data.name)
        answered = journal.totals().answered

        def planned() -> int:
            if data is not None:
                return sum(1 for _ in order())
            known = _known_size(delivery)
            return known if known is not None else counters.taken + answered

        feed = Feed(factory, journal.pending(order()), size=lambda: planned() - answered)
        elapsed_s = 0.0
        try:
            elapsed_s = _run(delivery, feed, counters, report, journal.answers.record, display)
        finally:
            journal.flush(elapsed_s)
        counters.skipped_rows = data.skipped if data is not None else 0
        return journal.over_all_runs(counters.summary(counters.done, elapsed_s), planned(), counters.unsent_error)


def random_seed() -> int:
    """A seed for a run that was given none; it is printed, so that the run can be repeated."""
    return int.from_bytes(os.urandom(4), "big")
