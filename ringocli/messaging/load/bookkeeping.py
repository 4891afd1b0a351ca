"""Decides the result of each event (delivered, to be tried again, or failed), independently of connections."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from ringocli.errors import NoReply
from ringocli.http.error_text import provider_message
from ringocli.http.exchange import Reply
from ringocli.messaging.load.attempt import DeliveryAttempt, EventOutcome
from ringocli.messaging.load.counters import RunCounters
from ringocli.messaging.load.events import Event
from ringocli.messaging.load.plan import LoadPlan

if TYPE_CHECKING:
    from datetime import datetime

Record = Callable[[DeliveryAttempt, str | None, int | None, int], None]
"""Records a finished event: the attempt, its error or None, its last status, and its latency in microseconds."""

Failover = Callable[[Event], Event]
"""Makes the same event for the failover URL."""

MAX_EXPLAINED = 1_000
"""How many failed replies are read for their error message; reading each would slow down a run that fails as a
whole."""


class Bookkeeper:
    """Decides about each try and counts the result. ``waiting`` is the queue of retries, ordered by their time."""

    def __init__(
        self,
        plan: LoadPlan,
        counters: RunCounters,
        *,
        report: Callable[[EventOutcome], None] | None,
        record: Record | None,
        chance: Callable[[], float],
        failover: Failover | None = None,
    ) -> None:
        self._plan, self._counters = plan, counters
        self._report, self._record, self._chance = report, record, chance
        self._failover = failover
        self._plain = report is None and record is None
        self.waiting: list[tuple[float, int, DeliveryAttempt]] = []
        self.started = 0.0
        self._order = count()
        self._closed = False
        self._explained = 0

    @property
    def needs_status_only(self) -> bool:
        """Whether only the status of a reply matters."""
        return self._report is None and self._plan.verdicts.body_contains is None

    @property
    def counts_only(self) -> bool:
        """Whether events that are delivered at the first try are counted and then forgotten."""
        return self._plain and self.needs_status_only

    def is_over(self, moment: float) -> bool:
        """Whether a moment is beyond the run's duration."""
        return self._plan.duration_s is not None and moment >= self.started + self._plan.duration_s

    def close(self) -> None:
        """Schedule no more retries, and drop the waiting ones."""
        self._closed = True
        self.waiting.clear()

    def delivered(self, attempt: DeliveryAttempt, status: int, now: float) -> None:
        """Record a reply that counts as delivered; latency runs from when the event was due, over all tries."""
        counters = self._counters
        latency_us = int((now - attempt.due) * 1e6)
        if self._plain and attempt.is_on_time and attempt.tries == 1:
            counters.deliver_at_once(status, 1)
            counters.first_try.record(latency_us)
            return
        counters.saved_by_failover += attempt.is_failover
        counters.replies[status] += 1
        self._record_on_time(attempt)
        counters.later_service.record(int((now - attempt.sent_at) * 1e6))
        attempt.answered = True
        self._finish(attempt, None, status, latency_us)

    def answered(self, attempt: DeliveryAttempt, reply: Reply, now: float) -> None:
        """Decide about an event after a complete reply, whatever its status."""
        attempt.answered = True
        attempt.reply, attempt.failure = reply, None
        error = self._plan.verdicts.error(reply)
        if attempt.event.damaged and 400 <= reply.status < 500:
            error = None  # a damaged event should be refused
        if error is None:
            self.delivered(attempt, reply.status, now)
            return
        self._counters.later_service.record(int((now - attempt.sent_at) * 1e6))
        self._counters.replies[reply.status] += 1
        self._retry_or_fail(attempt, error, now)

    def unanswered(self, attempt: DeliveryAttempt, failure: NoReply, now: float) -> None:
        """Decide about an event after a try without a complete reply."""
        attempt.failure, attempt.reply = failure, None
        self._counters.silences[failure.kind] += 1
        self._retry_or_fail(attempt, failure.kind, now)

    def wait_for(self, attempt: DeliveryAttempt) -> None:
        """Queue an event that is due later than those after it."""
        heapq.heappush(self.waiting, (attempt.due, next(self._order), attempt))

    def fail_waiting(self, failure: NoReply) -> None:
        """Fail every event that waits for its next try."""
        while self.waiting:
            attempt = heapq.heappop(self.waiting)[2]
            attempt.failure, attempt.reply = failure, None
            self._finish(attempt, failure.kind, None, None)

    def fail_unsent(self, failure: NoReply, number: int) -> None:
        """Fail this many events that were never sent."""
        self._counters.fail_unsent(failure.kind, number)
        if number:
            self._counters.give_reason(failure.message, number)

    def _record_on_time(self, attempt: DeliveryAttempt) -> None:
        """Record that an event left when it was due, unless that is in ``first_try`` or was recorded before."""
        if attempt.is_on_time:
            attempt.is_on_time = False
            self._counters.late.record(0)

    def _retry_or_fail(self, attempt: DeliveryAttempt, error: str, now: float) -> None:
        self._record_on_time(attempt)
        retry = self._plan.retry
        tries = attempt.tries - attempt.tries_before
        wait_s = retry.wait_s(tries, attempt.reply, chance=self._chance, now=_utc_now)
        if wait_s is not None and not self._closed and not self.is_over(now + wait_s):
            heapq.heappush(self.waiting, (monotonic() + wait_s, next(self._order), attempt))
            return
        if wait_s is None and self._failover is not None and not attempt.is_failover and not self._closed:
            attempt.is_failover, attempt.tries_before = True, attempt.tries
            attempt.event = self._failover(attempt.event)
            self._counters.failed_over += 1
            heapq.heappush(self.waiting, (monotonic(), next(self._order), attempt))
            return
        if wait_s is None and retry.gives_up_on(tries, attempt.reply, _utc_now()):
            error = "retry-after"
        self._finish(attempt, error, attempt.reply.status if attempt.reply is not None else None, None)

    def _finish(self, attempt: DeliveryAttempt, error: str | None, status: int | None, latency_us: int | None) -> None:
        self._counters.sent_this_run += 1
        self._counters.finish(
            error=error, status=status, replied=attempt.answered, tries=attempt.tries, latency_us=latency_us
        )
        if error is not None and self._explained < MAX_EXPLAINED:
            self._explained += 1
            self._counters.give_reason(failure_reason(error, attempt.reply, attempt.failure))
        if self._record is not None:
            self._record(attempt, error, status, latency_us or 0)
        if self._report is not None:
            self._report(_outcome(attempt, error))


def failure_reason(error: str | None, reply: Reply | None, failure: NoReply | None) -> str:
    """Why an event was not delivered, with the receiver's message if there is one; empty if it was delivered."""
    if error is None:
        return ""
    if reply is None:
        return failure.message if failure is not None else error
    if error == "body":
        return "the reply does not contain the expected text"
    message = provider_message(reply)
    if error == "retry-after":
        message = "Retry-After asks for a longer wait than --max-retry-after-s"
    return f"status {reply.status}" + (f": {message}" if message else "")


def _utc_now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _outcome(attempt: DeliveryAttempt, error: str | None) -> EventOutcome:
    return EventOutcome(
        event=attempt.event,
        reply=attempt.reply,
        failure=attempt.failure,
        error=error,
        tries=attempt.tries,
        answered=attempt.answered,
        elapsed_ms=attempt.reply.elapsed_ms if attempt.reply is not None else None,
    )
