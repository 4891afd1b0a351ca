"""What a load run sends next, and when.

Closed model: a new event is due whenever one is asked for. Open model (``rate_per_s``): event ``i`` is due at
``start + i / rate`` whatever the receiver does. Retries and delayed events wait in a queue; one that is due goes before
the new events.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count
from math import inf
from time import monotonic

from ringocli.messaging.load.attempt import DeliveryAttempt
from ringocli.messaging.load.counters import RunCounters
from ringocli.messaging.load.event_order import Source
from ringocli.messaging.load.plan import LoadPlan

MAX_WAITING = 50_000
"""No new events are taken while this many wait for their next try."""


class EventSchedule:
    """The events that are still to be sent: those of the source, and those that wait. Times are monotonic.

    ``waiting`` is ordered by time. ``is_exhausted`` means that there are no more new events, ``is_closed`` that nothing
    more is sent at all. ``counters`` is None if the taken events are counted elsewhere.
    """

    def __init__(self, plan: LoadPlan, source: Source, counters: RunCounters | None) -> None:
        self._plan, self._source, self._counters = plan, source, counters
        self._rate_per_s = plan.rate_per_s
        self._order = count()
        self._ends_at = inf
        self.started = 0.0
        self.taken = 0
        self.waiting: list[tuple[float, int, DeliveryAttempt]] = []
        self.is_exhausted = self.is_closed = False

    def start(self, now: float) -> None:
        """Start the run: its first event is due now."""
        self.started = now
        if self._plan.duration_s is not None:
            self._ends_at = self.started + self._plan.duration_s

    def next(self, now: float) -> DeliveryAttempt | None:
        """The event to send now: one that waited and is due, else a new one that is due.

        Raises:
            RingocliError: the source of events failed.
        """
        if self.is_closed:
            return None
        while True:
            if self.waiting and self.waiting[0][0] <= now:
                return heapq.heappop(self.waiting)[2]
            if not self._takes_new:
                return None
            due = self.started + self.taken / self._rate_per_s if self._rate_per_s else now
            if due > now:
                return None
            if now >= self._ends_at and self.taken:
                self.is_exhausted = True
                return None
            event = self._source.take()
            if event is None:
                self.is_exhausted = True
                return None
            self.taken += 1
            if self._counters is not None:
                self._counters.taken += 1
            if not event.delay_s:
                return DeliveryAttempt(event, due)
            self.postpone(DeliveryAttempt(event, due + event.delay_s), due + event.delay_s)
            now = monotonic()  # many in a row may be delayed

    @property
    def next_at(self) -> float | None:
        """The next moment at which an event becomes due; None if only a free connection is missing, or nothing is left."""
        return min(self._moments, default=None)

    def next_from(self, start: float) -> float | None:
        """The first moment from ``start`` on at which there is an event to send; None if nothing is left."""
        if not self._rate_per_s and self._takes_new:
            return start
        return max(start, min(self._moments)) if self._moments else None

    @property
    def _moments(self) -> list[float]:
        """When the first event that waits is due, and when the next new one is."""
        moments = [self.waiting[0][0]] if self.waiting else []
        if self._rate_per_s and self._takes_new:
            moments.append(self.started + self.taken / self._rate_per_s)
        return moments

    @property
    def _takes_new(self) -> bool:
        return not self.is_exhausted and len(self.waiting) < MAX_WAITING

    @property
    def sends_only_new(self) -> bool:
        """Whether new events are all that there is to send."""
        return not (self.waiting or self.is_exhausted or self.is_closed)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to send."""
        return self.is_closed or (self.is_exhausted and not self.waiting)

    def is_over(self, moment: float) -> bool:
        """Whether a moment is beyond the run's duration."""
        return moment >= self._ends_at

    def postpone(self, attempt: DeliveryAttempt, until: float) -> None:
        """Send an event at a later moment."""
        heapq.heappush(self.waiting, (until, next(self._order), attempt))

    def drain(self) -> Iterator[DeliveryAttempt]:
        """Remove the waiting events, and return them in order."""
        while self.waiting:
            yield heapq.heappop(self.waiting)[2]

    def skip_rest(self) -> int:
        """Take no more new events; returns how many there would have been."""
        self.is_exhausted = True
        # With a duration, it is unknown how many more events there would have been.
        return 0 if self._plan.duration_s is not None else self._source.skip_rest()

    def close(self) -> None:
        """Send nothing more: no new events, no retries, and none of those that wait."""
        self.is_closed = True
        self.waiting.clear()
