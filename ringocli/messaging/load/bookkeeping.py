"""Decides the result of each event (delivered, to be tried again, or failed), independently of connections."""

from __future__ import annotations

from collections.abc import Callable
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

    from ringocli.messaging.load.event_schedule import EventSchedule

Record = Callable[[DeliveryAttempt, str | None, int | None, int], None]
"""Records a finished event: the attempt, its error or None, its last status, and its latency in microseconds."""

Failover = Callable[[Event], Event]
"""Makes the same event for the failover URL."""

MAX_EXPLAINED = 1_000
"""How many failed replies are read for their error message; reading each would slow down a run that fails as a
whole."""


class Bookkeeper:
    """Decides about each try and counts the result; an event that is tried again goes back to the schedule."""

    def __init__(
        self,
        plan: LoadPlan,
        counters: RunCounters,
        schedule: EventSchedule,
        *,
        report: Callable[[EventOutcome], None] | None,
        record: Record | None,
        chance: Callable[[], float],
        failover: Failover | None = None,
    ) -> None:
        self._plan, self._counters, self._schedule = plan, counters, schedule
        self._report, self._record, self._chance = report, record, chance
        self._failover = failover
        self._plain = report is None and record is None
        self._explained = 0

    def may_remember(self, status: int) -> bool:
        """Whether replies with this status count as delivered by it alone, so that they need no parsing."""
        verdicts = self._plan.verdicts
        return self._report is None and verdicts.body_contains is None and status in verdicts.expected

    def start_try(self, attempt: DeliveryAttempt, now: float) -> float:
        """Record that a try is sent now; returns how many seconds the event is late, 0 after its first try."""
        late_s = 0.0
        attempt.sent_at = now
        if not attempt.tries:
            if attempt.due == now:
                attempt.is_on_time = True
            else:
                late_s = now - attempt.due
                self._counters.late.record(int(late_s * 1e6))
        attempt.tries += 1
        if attempt.unanswered > attempt.duplicates:
            attempt.duplicates += 1
            self._counters.duplicates_sent += 1
        return late_s

    def count_late_without_cause(self) -> None:
        """Count an event that was sent late although it could have been sent earlier."""
        self._counters.late_without_cause += 1

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

    def give_up(self, failure: NoReply) -> None:
        """Fail all events that are left, for the same reason: those that wait, and those that were never sent."""
        for attempt in self._schedule.drain():
            attempt.failure, attempt.reply = failure, None
            self._finish(attempt, failure.kind, None, None)
        if not self._schedule.is_exhausted:
            number = self._schedule.skip_rest()
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
        retry, schedule = self._plan.retry, self._schedule
        tries = attempt.tries - attempt.tries_before
        wait_s = retry.wait_s(tries, attempt.reply, chance=self._chance, now=_utc_now)
        if wait_s is not None and not schedule.is_closed and not schedule.is_over(now + wait_s):
            schedule.postpone(attempt, monotonic() + wait_s)
            return
        if wait_s is None and self._failover is not None and not attempt.is_failover and not schedule.is_closed:
            attempt.is_failover, attempt.tries_before = True, attempt.tries
            attempt.event = self._failover(attempt.event)
            self._counters.failed_over += 1
            schedule.postpone(attempt, monotonic())
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
