"""Delivers a few events one after another, without an event loop: a single webhook should not wait for asyncio's import.

Events also go through a proxy this way, with httpx. The schedule and the bookkeeping are those of the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from ringocli.errors import NoReply, NotConnected
from ringocli.http.exchange import BROKEN_OFF, Direction, RenderedRequest, Reply, too_slow
from ringocli.http.failure import Failure
from ringocli.messaging.load.attempt import DeliveryAttempt, EventOutcome
from ringocli.messaging.load.bookkeeping import Bookkeeper, Record
from ringocli.messaging.load.counters import RunCounters
from ringocli.messaging.load.event_order import Source
from ringocli.messaging.load.event_schedule import EventSchedule
from ringocli.messaging.load.plan import LoadPlan
from ringocli.text.secret import Secret
from ringocli.text.traced import Piece, Traced

Exchange = Callable[[bytes], Reply]
"""Sends the bytes of a request and reads the reply; raises ``NoReply``."""


def run_sequentially(
    plan: LoadPlan,
    source: Source,
    counters: RunCounters,
    exchange: Exchange,
    *,
    report: Callable[[EventOutcome], None] | None = None,
    record: Record | None = None,
    pause: Callable[[float], None] = sleep,
    chance: Callable[[], float] | None = None,
) -> float:
    """Deliver everything; returns the seconds that it took. Ctrl-C ends it early, with correct counters."""
    run = _SequentialRun(plan, source, counters, exchange, report, record, pause, chance or _chance)
    try:
        run.work()
    except KeyboardInterrupt:
        counters.stopped = True
    return monotonic() - run.schedule.started


def _chance() -> float:
    import random  # whose import takes longer than a delivery

    return random.random()


class _SequentialRun:
    """The state of one run."""

    def __init__(
        self,
        plan: LoadPlan,
        source: Source,
        counters: RunCounters,
        exchange: Exchange,
        report: Callable[[EventOutcome], None] | None,
        record: Record | None,
        pause: Callable[[float], None],
        chance: Callable[[], float],
    ) -> None:
        self._counters, self._exchange, self._pause = counters, exchange, pause
        self.schedule = EventSchedule(plan, source, counters)
        self._books = Bookkeeper(plan, counters, self.schedule, report=report, record=record, chance=chance)
        self._breaker = plan.breaker
        self.schedule.start(monotonic())

    def work(self) -> None:
        """Send one event after another until nothing is left."""
        while (attempt := self._next()) is not None:
            self._try(attempt)
            self._counters.advance(monotonic() - self.schedule.started)
            if self._breaker.given_up and self._breaker.last_failure is not None:
                self._books.give_up(self._breaker.last_failure)
                return

    def _next(self) -> DeliveryAttempt | None:
        """The next event, as soon as it is due."""
        schedule = self.schedule
        while (attempt := schedule.next(monotonic())) is None:
            moment = schedule.next_at
            if moment is None or (schedule.is_over(moment) and not schedule.waiting):
                return None
            self._wait_until(moment)
        return attempt

    def _wait_until(self, moment: float) -> None:
        while (left_s := moment - monotonic()) > 0:
            self._pause(left_s)

    def _try(self, attempt: DeliveryAttempt) -> None:
        self._books.start_try(attempt, monotonic())
        try:
            reply = self._exchange(attempt.event.payload)
        except NoReply as failure:
            if not isinstance(failure, NotConnected):
                attempt.unanswered += 1
            self._breaker.silent(failure, monotonic())
            self._books.unanswered(attempt, failure, monotonic())
            return
        self._breaker.answered()
        self._books.answered(attempt, reply, monotonic())


def whole_replies_only(exchange: Exchange, host: str, port: int, timeout_s: float) -> Exchange:
    """An exchange in which an incomplete reply counts as a failure, as in the engine."""
    words = Failure(host=host, port=port, timeout_s=timeout_s, proxied=False)

    def checked(payload: bytes) -> Reply:
        reply = exchange(payload)
        if BROKEN_OFF in reply.notes:
            raise words.truncated()
        if too_slow(timeout_s) in reply.notes:
            raise words.timed_out(has_left=True)
        return reply

    return checked


def as_request(url: Secret, payload: bytes) -> RenderedRequest:
    """The bytes of an event as a request for ``Sender``, to another path of the same host if the event has one."""
    head, _, body = payload.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = [line.partition(": ") for line in lines]
    whole = url.reveal()
    origin = whole[: whole.index("/", whole.index("://") + 3)] if "/" in whole.partition("://")[2] else whole
    return RenderedRequest(
        name=method,
        direction=Direction.INCOMING,
        method=method,
        url=Traced((Piece(Secret(origin + target, str(url), remembered=False)),)),
        headers=tuple(
            (name, Traced((Piece(Secret(value, remembered=False)),)))
            for name, _, value in pairs
            if name not in ("Host", "Content-Length")
        ),
        body=Traced((Piece(Secret(body.decode("utf-8"), remembered=False)),)) if body else None,
        variables={},
    )
