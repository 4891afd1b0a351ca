"""Runs a load test from its first event to its last: starts it, watches the clock, and ends it.

The schedule says what is due, the dispatcher sends it, and the bookkeeper decides about the result.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from ringocli.messaging.load.attempt import EventOutcome
from ringocli.messaging.load.bookkeeping import Bookkeeper, Failover, Record
from ringocli.messaging.load.circuit_breaker import CircuitBreaker
from ringocli.messaging.load.connection_pool import ConnectionPool
from ringocli.messaging.load.counters import RunCounters
from ringocli.messaging.load.dispatcher import Dispatcher
from ringocli.messaging.load.event_order import NumberedFeed, Source
from ringocli.messaging.load.event_schedule import EventSchedule
from ringocli.messaging.load.fast_lane import FastLane
from ringocli.messaging.load.known_replies import KnownReplies
from ringocli.messaging.load.plan import LoadPlan
from ringocli.messaging.load.target import LoadTarget

GRACE_S = 1.0
"""How long Ctrl-C waits for replies that are on their way."""


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
        self._plan, self._target, self._counters = plan, target, counters
        second, failing_over = failover if failover is not None else (None, None)
        known = KnownReplies()
        self._lane: FastLane | None = None
        counts_only = report is None and record is None and plan.verdicts.body_contains is None
        if counts_only and plan.rate_per_s is None and isinstance(source, NumberedFeed):
            self._lane = FastLane(source, counters, known)
        # The lane counts the events that it takes itself, and those that others take from its source.
        self._schedule = EventSchedule(plan, source, counters if self._lane is None else None)
        self._pool = ConnectionPool(plan.concurrency, target, second)
        self._dispatcher = Dispatcher(
            target,
            self._pool,
            self._schedule,
            Bookkeeper(
                plan, counters, self._schedule, report=report, record=record, chance=chance, failover=failing_over
            ),
            plan.breaker if failover is None else CircuitBreaker(threshold=None, give_up_s=0),
            known=known,
            lane=self._lane,
            on_done=self._end,
        )
        self._is_stopping = False
        self._crash: BaseException | None = None

    async def run(self) -> None:
        """Deliver everything; after ``stop`` it returns early, and unfinished events are not counted.

        Raises:
            RingocliError: the source of events failed; what was sent is in the counters.
        """
        self._loop = asyncio.get_running_loop()
        self._finished = self._loop.create_future()
        self._schedule.start(monotonic())
        self._loop.set_exception_handler(self._on_crash)
        sweeper = self._loop.create_task(self._sweep())
        if self._lane is not None and self._plan.duration_s is not None:
            self._loop.call_later(self._plan.duration_s, self._on_time_over)
        try:
            self._dispatcher.pump()
            await self._finished
        finally:
            sweeper.cancel()
            self._pool.close()
            with suppress(asyncio.CancelledError):
                await sweeper
            if self._lane is not None:
                self._lane.settle()
        failure = self._dispatcher.failure or self._crash
        if failure is not None:
            raise failure

    def _on_crash(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the run after an internal error in a callback, instead of waiting forever."""
        self._crash = self._crash or context.get("exception") or RuntimeError(context["message"])
        self._schedule.close()
        self._end()

    def stop(self) -> None:
        """End the run: take no more events, and wait a second for the replies that are on their way."""
        if self._is_stopping:
            self._end()
            return
        self._is_stopping = self._counters.stopped = True
        self._schedule.close()
        self._dispatcher.close_lane()
        self._loop.call_later(GRACE_S, self._end)
        self._dispatcher.check_done()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run started."""
        return monotonic() - self._schedule.started

    async def _sweep(self) -> None:
        """Look for overdue replies and stale connections."""
        pause_s = min(0.05, self._target.timeout_s / 4)
        while True:
            await asyncio.sleep(pause_s)
            now = monotonic()
            if self._lane is not None:
                self._lane.settle()
            self._counters.advance(now - self._schedule.started)
            for connection in tuple(self._pool.open):
                connection.check_deadline(now, self._target.timeout_s)

    def _on_time_over(self) -> None:
        """End a run with a fast lane after its duration; the lane itself does not look at the clock."""
        if self._schedule.taken:
            self._schedule.is_exhausted = True
            self._dispatcher.close_lane()

    def _end(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)
