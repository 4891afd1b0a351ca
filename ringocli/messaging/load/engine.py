"""Delivers events over many connections at once, and records the result of each.

Closed model: each connection takes the next event as soon as the last one is answered. Open model (``rate_per_s``):
event ``i`` is due at ``start + i / rate`` whatever the receiver does, and latency counts from then. Retries wait in a
queue and occupy no connection. Everything runs on one event loop, in one thread.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from ringocli.errors import NoReply, NotConnected
from ringocli.http.exchange import Reply
from ringocli.messaging.load.attempt import DeliveryAttempt, EventOutcome
from ringocli.messaging.load.bookkeeping import Bookkeeper, Failover, Record
from ringocli.messaging.load.circuit_breaker import CircuitBreaker
from ringocli.messaging.load.connection import LoadConnection
from ringocli.messaging.load.connection_pool import ConnectionPool
from ringocli.messaging.load.counters import RunCounters
from ringocli.messaging.load.event_order import NumberedFeed, Source
from ringocli.messaging.load.fast_lane import FastLane
from ringocli.messaging.load.known_replies import KnownReplies
from ringocli.messaging.load.plan import LoadPlan
from ringocli.messaging.load.target import Connector, LoadTarget

GRACE_S = 1.0
"""How long Ctrl-C waits for replies that are on their way."""

LATE_S = 0.1
"""If an event is sent this much later than it was due although a connection was free, this machine is too slow."""

PROBATION_S = 0.02
"""How long the first reply's connection waits before it is used again, in case the server closes it unannounced."""

MAX_WAITING = 50_000
"""No new events are taken while this many wait for their next try."""


class Engine:
    """One run. ``report`` is called with each finished event, ``record`` with each one that a journal keeps."""

    def __init__(
        self,
        plan: LoadPlan,
        target: LoadTarget,
        source: Source,
        counters: RunCounters,
        *,
        report: Callable[[EventOutcome], None] | None = None,
        record: Record | None = None,
        chance: Callable[[], float] = random.random,
        failover: tuple[LoadTarget, Failover] | None = None,
    ) -> None:
        self._plan, self._target, self._source, self._counters = plan, target, source, counters
        self._books = Bookkeeper(
            plan,
            counters,
            report=report,
            record=record,
            chance=chance,
            failover=failover[1] if failover is not None else None,
        )
        self._waiting = self._books.waiting
        self._connectors = [Connector(target), *([Connector(failover[0])] if failover is not None else [])]
        self._breaker = plan.breaker if failover is None else CircuitBreaker(threshold=None, give_up_s=0)
        self.known = KnownReplies()
        self._pool = ConnectionPool()
        self._number = 0
        self._in_flight = 0
        self._exhausted = self._stopping = self._is_proven = self._closes_silently = False
        self._is_closed_model = plan.rate_per_s is None and plan.duration_s is None
        self.lane: FastLane | None = None
        if plan.rate_per_s is None and self._books.counts_only and isinstance(source, NumberedFeed):
            self.lane = FastLane(source, counters, self.known)
        self._started = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._failure: BaseException | None = None

    async def run(self) -> None:
        """Deliver everything; after ``stop`` it returns early, and unfinished events are not counted.

        Raises:
            RingocliError: the source of events failed; what was sent is in the counters.
        """
        self._loop = asyncio.get_running_loop()
        self._finished = self._loop.create_future()
        self._started = self._books.started = monotonic()
        self._loop.set_exception_handler(self._on_crash)
        sweeper = self._loop.create_task(self._sweep())
        if self.lane is not None and self._plan.duration_s is not None:
            self._loop.call_later(self._plan.duration_s, self._on_time_over)
        try:
            self._pump()
            await self._finished
        finally:
            sweeper.cancel()
            self._pool.close()
            for connector in self._connectors:
                connector.cancel()
            with suppress(asyncio.CancelledError):
                await sweeper
            if self.lane is not None:
                self.lane.settle()
        if self._failure is not None:
            raise self._failure

    def _on_crash(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the run after an internal error in a callback, instead of waiting forever."""
        self._failure = self._failure or context.get("exception") or RuntimeError(context["message"])
        self._end()

    def stop(self) -> None:
        """End the run: take no more events, and wait a second for the replies that are on their way."""
        if self._stopping:
            self._end()
            return
        self._stopping = self._counters.stopped = True
        self._close_lane()
        self._books.close()
        self._loop.call_later(GRACE_S, self._end)
        self._check_finished()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run started."""
        return monotonic() - self._started

    async def _sweep(self) -> None:
        """Look for overdue replies and stale connections."""
        pause_s = min(0.05, self._target.timeout_s / 4)
        while True:
            await asyncio.sleep(pause_s)
            now = monotonic()
            if self.lane is not None:
                self.lane.settle()
            self._counters.advance(now - self._started)
            for connection in tuple(self._pool.open):
                connection.check_deadline(now, self._target.timeout_s)

    def _on_time_over(self) -> None:
        """End a run with a fast lane after its duration; the lane itself does not look at the clock."""
        if self._number:
            self._exhausted = True
            self._close_lane()

    def _end(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)

    def _check_finished(self) -> None:
        if self._in_flight == 0 and (self._stopping or (self._exhausted and not self._waiting)):
            self._end()

    def _next(self, now: float) -> DeliveryAttempt | None:
        """The next event to send now: a retry that is due, else a new event that is due."""
        if self._stopping:
            return None
        if self._waiting and self._waiting[0][0] <= now:
            return heapq.heappop(self._waiting)[2]
        if self._exhausted or len(self._waiting) >= MAX_WAITING:
            return None
        rate = self._plan.rate_per_s
        due = self._started + self._number / rate if rate else now
        if due > now:
            return None
        if self._number and self._books.is_over(max(due, now)):
            self._exhausted = True
            return None
        return self._fresh(due)

    def _fresh(self, due: float) -> DeliveryAttempt | None:
        try:
            event = self._source.take()
        except BaseException as error:  # carried out of the loop's callbacks, and raised by run()
            self._failure = error
            self._exhausted = True
            self._books.close()
            return None
        if event is None:
            self._exhausted = True
            return None
        self._number += 1
        if self.lane is None:  # the lane counts its events itself
            self._counters.taken += 1
        if event.delay_s:
            self._books.wait_for(DeliveryAttempt(event, due + event.delay_s))
            return self._next(monotonic())
        return DeliveryAttempt(event, due)

    def _pump(self) -> None:
        """Send what is due, as far as there are connections, and set the timer for the rest."""
        while not self._stopping:
            now = monotonic()
            if self._breaker.given_up:
                self._give_up()
                break
            is_probe = self._breaker.is_open
            if is_probe and not self._breaker.may_probe(now):
                break
            connection = self._pool.take_idle(now)
            if connection is None and len(self._pool.open) + len(self._connectors[0].pending) >= self._plan.concurrency:
                break
            attempt = self._next(now)
            if attempt is None:
                if connection is not None:
                    self._pool.put_back(connection)
                break
            self._breaker.probing = is_probe
            if connection is not None and not attempt.is_failover:
                self._send(connection, attempt, now)
                continue
            if connection is not None:
                self._pool.rest(connection, now)
            self._connect(attempt)
        self._set_timer()
        self._check_finished()

    def _give_up(self) -> None:
        """Give up on a silent receiver: nothing more is sent, and all remaining events fail for the same reason."""
        failure = self._breaker.last_failure
        if failure is None or self._failure is not None:
            return
        self._books.fail_waiting(failure)
        if not self._exhausted:
            self._exhausted = True
            # With a duration but no rate, it is unknown how many more events there would have been.
            is_open_ended = self._plan.duration_s is not None
            self._books.fail_unsent(failure, 0 if is_open_ended else self._source.skip_rest())

    def _set_timer(self) -> None:
        """Set the timer for the next retry, event or probe."""
        moments = [self._waiting[0][0]] if self._waiting else []
        if self._breaker.is_open:
            if self._breaker.probing:
                return  # the result of the probe decides what happens next
            moments = [max([self._breaker.probe_at, *(moments if self._exhausted else [])])]
        elif self._plan.rate_per_s and not self._exhausted:
            moments.append(self._started + self._number / self._plan.rate_per_s)
        if not moments or self._stopping:
            return
        moment = min(moments)
        if self._timer is not None:
            if self._timer_at <= moment and self._timer_at > monotonic():
                return
            self._timer.cancel()
        self._timer_at = moment
        self._timer = self._loop.call_later(max(0.0, moment - monotonic()) + 0.0005, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._pump()

    def _connect(self, attempt: DeliveryAttempt) -> None:
        self._in_flight += 1
        self._connectors[attempt.is_failover].start(lambda: LoadConnection(self), partial(self._connected, attempt))

    def _connected(self, attempt: DeliveryAttempt, found: LoadConnection | NotConnected) -> None:
        self._in_flight -= 1
        if isinstance(found, LoadConnection) and found.reusable:
            found.is_failover = attempt.is_failover  # such a connection is not used again: failing over is rare
            self._pool.open.add(found)
            self._send(found, attempt, monotonic())
            return
        if not self._breaker.probing:  # a probe that cannot connect does not count as a try of the event
            attempt.tries += 1
        # A connection that is not reusable was closed before anything was sent.
        failure = found if isinstance(found, NotConnected) else self._target.failure.no_http(silent=True)
        self._fail(attempt, failure, monotonic())

    def _send(self, connection: LoadConnection, attempt: DeliveryAttempt, now: float) -> None:
        self._in_flight += 1
        attempt.sent_at = now
        if not attempt.tries and attempt.due == now:
            attempt.is_on_time = True
        elif not attempt.tries:
            late_s = now - attempt.due
            self._counters.late.record(int(late_s * 1e6))
            if late_s > LATE_S and len(self._pool.open) + len(self._connectors[0].pending) < self._plan.concurrency:
                self._counters.late_without_cause += 1
        attempt.tries += 1
        if attempt.unanswered > attempt.duplicates:
            attempt.duplicates += 1
            self._counters.duplicates_sent += 1
        connection.send(attempt, now)

    def _go_on(self, connection: LoadConnection, now: float) -> None:
        """Let the connection take the next event after a reply."""
        if not connection.reusable or self._closes_silently or connection.is_failover:
            self._pool.drop(connection)
        elif not self._is_proven:
            if connection.replies > 1:
                self._is_proven = True
                self._release(connection)
            else:
                self._loop.call_later(PROBATION_S, self._release, connection)
            return
        elif self._takes_next(connection, now):
            return
        else:
            self._pool.rest(connection, now)
        self._pump()

    def _takes_next(self, connection: LoadConnection, now: float) -> bool:
        """Send the next event on a free connection; returns whether an event was due."""
        is_simple = not (self._waiting or self._exhausted or self._stopping or self._breaker.is_troubled)
        if is_simple and self.lane is not None:
            pair = self.lane.take()
            if pair is None:
                self._exhausted = True
                return False
            self.lane.is_open = True
            self._in_flight += 1
            connection.carry(self.lane, pair, now)
            return True
        if self._breaker.is_open or self._breaker.given_up:
            return False
        attempt = self._fresh(now) if is_simple and self._is_closed_model else self._next(now)
        if attempt is None:
            return False
        if attempt.is_failover:
            self._connect(attempt)
            return False
        self._send(connection, attempt, now)
        return True

    def _close_lane(self) -> None:
        """Make every connection ask for its next event; the lane opens again when nothing else has to be sent first."""
        if self.lane is not None:
            self.lane.is_open = False

    def _release(self, connection: LoadConnection) -> None:
        if connection.reusable:
            self._pool.rest(connection, monotonic())
        self._pump()

    def may_remember(self, status: int) -> bool:
        """Whether replies with this status count as delivered by it alone, so that they need no parsing."""
        return self._books.needs_status_only and status in self._plan.verdicts.expected

    def on_lane_left(self, connection: LoadConnection, now: float) -> None:
        """Continue after an event of the fast lane after which the connection did not take the next one."""
        self._in_flight -= 1
        self._go_on(connection, now)

    def on_known_reply(self, connection: LoadConnection, attempt: DeliveryAttempt, status: int, now: float) -> None:
        """Record a reply that counts as delivered."""
        self._in_flight -= 1
        if self._breaker.is_troubled:
            self._breaker.answered()
        self._books.delivered(attempt, status, now)
        self._go_on(connection, now)

    def on_reply(self, connection: LoadConnection, attempt: DeliveryAttempt, reply: Reply, now: float) -> None:
        """Record a complete reply, whatever its status."""
        self._in_flight -= 1
        self._breaker.answered()
        self._books.answered(attempt, reply, now)
        self._close_lane()
        self._go_on(connection, now)

    def on_broken(self, connection: LoadConnection, attempt: DeliveryAttempt, kind: str, now: float) -> None:
        """Record that a request was sent and no complete reply arrived."""
        self._in_flight -= 1
        self._pool.forget(connection)
        attempt.unanswered += 1
        self._fail(attempt, self._target.broken(kind), now)

    def _fail(self, attempt: DeliveryAttempt, failure: NoReply, now: float) -> None:
        self._breaker.silent(failure, now)
        self._close_lane()
        self._books.unanswered(attempt, failure, now)
        self._pump()

    def on_closed(self, connection: LoadConnection, *, unannounced: bool) -> None:
        """Remove an idle connection that the other side closed."""
        self._pool.forget(connection)
        if unannounced and not self._is_proven and connection.replies:
            self._closes_silently = True
