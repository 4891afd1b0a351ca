"""Sends the events that are due over many connections at once, and passes each result on to the bookkeeping.

A retry occupies no connection while it waits. Everything runs on one event loop, in one thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic

from ringocli.errors import NoReply, NotConnected
from ringocli.http.exchange import Reply
from ringocli.messaging.load.attempt import DeliveryAttempt
from ringocli.messaging.load.bookkeeping import Bookkeeper
from ringocli.messaging.load.circuit_breaker import CircuitBreaker
from ringocli.messaging.load.connection import LoadConnection
from ringocli.messaging.load.connection_pool import ConnectionPool
from ringocli.messaging.load.earliest_timer import EarliestTimer
from ringocli.messaging.load.event_schedule import EventSchedule
from ringocli.messaging.load.fast_lane import FastLane
from ringocli.messaging.load.known_replies import KnownReplies
from ringocli.messaging.load.target import LoadTarget

LATE_S = 0.1
"""If an event is sent this much later than it was due although a connection was free, this machine is too slow."""

PROBATION_S = 0.02
"""How long the first reply's connection waits before it is used again, in case the server closes it unannounced."""


class Dispatcher:
    """Sends what the schedule has, as far as there are connections; ``on_done`` is called when nothing is left.

    ``failure`` is the error of the source of events, if it failed.
    """

    def __init__(
        self,
        target: LoadTarget,
        pool: ConnectionPool,
        schedule: EventSchedule,
        books: Bookkeeper,
        breaker: CircuitBreaker,
        *,
        known: KnownReplies,
        lane: FastLane | None,
        on_done: Callable[[], None],
    ) -> None:
        self._target, self._pool, self._schedule, self._books = target, pool, schedule, books
        self._breaker, self.known, self._lane, self._on_done = breaker, known, lane, on_done
        self.failure: BaseException | None = None
        self._in_flight = 0
        self._is_proven = self._closes_silently = False
        self._timer = EarliestTimer(self.pump)

    def pump(self) -> None:
        """Send what is due, as far as there are connections, and set the timer for the rest."""
        while not self._schedule.is_closed:
            now = monotonic()
            if self._breaker.given_up and self._breaker.last_failure is not None:
                self._books.give_up(self._breaker.last_failure)
                break
            is_probe = self._breaker.is_open
            if is_probe and not self._breaker.may_probe(now):
                break
            connection = self._pool.take_idle(now)
            if connection is None and not self._pool.has_room:
                return  # whichever connection becomes free sends the next event
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
        self.check_done()

    def check_done(self) -> None:
        """Call ``on_done`` if nothing is left to send, and no reply is awaited."""
        if self._in_flight == 0 and self._schedule.is_done:
            self._on_done()

    def close_lane(self) -> None:
        """Make every connection ask for its next event; the lane opens again when nothing else has to be sent first."""
        if self._lane is not None:
            self._lane.is_open = False

    def _next(self, now: float) -> DeliveryAttempt | None:
        try:
            return self._schedule.next(now)
        except BaseException as error:  # carried out of the loop's callbacks, and raised at the end of the run
            self.failure = error
            self._schedule.close()
            return None

    def _set_timer(self) -> None:
        """Set the timer for the next retry, event or probe."""
        moment = self._schedule.next_at
        if self._breaker.is_open:
            if self._breaker.probing:
                return  # the result of the probe decides what happens next
            moment = self._schedule.next_from(self._breaker.probe_at)
        if moment is not None and not self._schedule.is_closed:
            self._timer.set(moment)

    def _connect(self, attempt: DeliveryAttempt) -> None:
        self._in_flight += 1
        self._pool.connect(
            lambda: LoadConnection(self), partial(self._connected, attempt), is_failover=attempt.is_failover
        )

    def _connected(self, attempt: DeliveryAttempt, found: LoadConnection | NotConnected) -> None:
        self._in_flight -= 1
        if isinstance(found, LoadConnection) and found.reusable:
            self._pool.add(found, is_failover=attempt.is_failover)
            self._send(found, attempt, monotonic())
            return
        if not self._breaker.probing:  # a probe that cannot connect does not count as a try of the event
            attempt.tries += 1
        # A connection that is not reusable was closed before anything was sent.
        failure = found if isinstance(found, NotConnected) else self._target.failure.no_http(silent=True)
        self._fail(attempt, failure, monotonic())

    def _send(self, connection: LoadConnection, attempt: DeliveryAttempt, now: float) -> None:
        self._in_flight += 1
        late_s = self._books.start_try(attempt, now)
        if late_s > LATE_S and self._pool.has_room:
            self._books.count_late_without_cause()
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
                asyncio.get_running_loop().call_later(PROBATION_S, self._release, connection)
            return
        elif self._takes_next(connection, now):
            return
        else:
            self._pool.rest(connection, now)
        self.pump()

    def _takes_next(self, connection: LoadConnection, now: float) -> bool:
        """Send the next event on a free connection; returns whether an event was due."""
        if self._lane is not None and self._schedule.sends_only_new and not self._breaker.is_troubled:
            pair = self._lane.take()
            if pair is None:
                self._schedule.is_exhausted = True
                return False
            self._lane.is_open = True
            self._in_flight += 1
            connection.carry(self._lane, pair, now)
            return True
        if self._breaker.is_open or self._breaker.given_up:
            return False
        attempt = self._next(now)
        if attempt is None:
            return False
        if attempt.is_failover:
            self._connect(attempt)
            return False
        self._send(connection, attempt, now)
        return True

    def _release(self, connection: LoadConnection) -> None:
        if connection.reusable:
            self._pool.rest(connection, monotonic())
        self.pump()

    def may_remember(self, status: int) -> bool:
        """Whether replies with this status count as delivered by it alone, so that they need no parsing."""
        return self._books.may_remember(status)

    def on_lane_left(self, connection: LoadConnection, now: float) -> None:
        """Continue after an event of the fast lane after which the connection did not take the next one."""
        self._in_flight -= 1
        self._go_on(connection, now)

    def on_known_reply(self, connection: LoadConnection, attempt: DeliveryAttempt, status: int, now: float) -> None:
        """Record a reply that counts as delivered."""
        self._in_flight -= 1
        self._close_circuit()
        self._books.delivered(attempt, status, now)
        self._go_on(connection, now)

    def on_reply(self, connection: LoadConnection, attempt: DeliveryAttempt, reply: Reply, now: float) -> None:
        """Record a complete reply, whatever its status."""
        self._in_flight -= 1
        self._close_circuit()
        self._books.answered(attempt, reply, now)
        self.close_lane()
        self._go_on(connection, now)

    def _close_circuit(self) -> None:
        """Send events again after a reply; if only probes were sent, the other connections have work again."""
        if self._breaker.is_open:
            asyncio.get_running_loop().call_soon(self.pump)
        if self._breaker.is_troubled:
            self._breaker.answered()

    def on_broken(self, connection: LoadConnection, attempt: DeliveryAttempt, kind: str, now: float) -> None:
        """Record that a request was sent and no complete reply arrived."""
        self._in_flight -= 1
        self._pool.forget(connection)
        attempt.unanswered += 1
        self._fail(attempt, self._target.broken(kind), now)

    def _fail(self, attempt: DeliveryAttempt, failure: NoReply, now: float) -> None:
        self._breaker.silent(failure, now)
        self.close_lane()
        self._books.unanswered(attempt, failure, now)
        self.pump()

    def on_closed(self, connection: LoadConnection, *, unannounced: bool) -> None:
        """Remove an idle connection that the other side closed."""
        self._pool.forget(connection)
        if unannounced and not self._is_proven and connection.replies:
            self._closes_silently = True
