"""Counters of a run: planned = delivered + failed, always; in constant memory, whatever the number of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ringocli.messaging.load.histogram import Histogram, difference, middle_us

MAX_SLICES = 360
"""The most points in a chart over time; beyond that, neighbours are merged."""

MAX_REASONS, SHOWN_REASONS = 100, 10


class Slice:
    """One interval of a run: replies by class, failures without a reply, and latencies in buckets."""

    __slots__ = ("classes", "latencies")

    def __init__(self, classes: Counter[str] | None = None, latencies: Counter[int] | None = None) -> None:
        self.classes: Counter[str] = Counter() if classes is None else classes
        self.latencies: Counter[int] = Counter() if latencies is None else latencies

    def add(self, other: Slice) -> None:
        """Add the next interval."""
        self.classes += other.classes
        self.latencies += other.latencies

    def histogram(self) -> Histogram:
        """The latencies as a histogram; its maximum is that of the highest bucket."""
        found = Histogram()
        found.merge(dict(self.latencies), middle_us(max(self.latencies)) if self.latencies else 0)
        return found


class Timeline:
    """Replies and latencies over time, from the difference between the counts now and a second ago.

    In a long run the slices get longer, so that there are never more than ``MAX_SLICES``.
    """

    def __init__(self) -> None:
        self.slices: list[Slice] = []
        self.slice_s = 1.0
        self._classes: Counter[str] = Counter()
        self._latencies: dict[int, int] = {}

    def is_due(self, at_s: float) -> bool:
        """Whether a slice is over at a time since the start."""
        return at_s >= (len(self.slices) + 1) * self.slice_s

    def advance(self, at_s: float, classes: Counter[str], latency: Histogram) -> None:
        """Add the counts at a time since the start; every full second gets a slice."""
        self._take(classes, latency)
        while at_s >= (len(self.slices) + 1) * self.slice_s:  # no call for some seconds, because nothing happened
            self.slices.append(Slice())
        while len(self.slices) >= MAX_SLICES:
            self._halve()

    def finish(self, classes: Counter[str], latency: Histogram) -> None:
        """Add the rest, which is less than a whole slice."""
        self._take(classes, latency)

    def _take(self, classes: Counter[str], latency: Histogram) -> None:
        buckets = latency.sparse
        self.slices.append(Slice(classes - self._classes, Counter(difference(buckets, self._latencies))))
        self._classes, self._latencies = Counter(classes), buckets

    def _halve(self) -> None:
        self.slice_s *= 2
        merged = []
        for index in range(0, len(self.slices), 2):
            one = self.slices[index]
            if index + 1 < len(self.slices):
                one.add(self.slices[index + 1])
            merged.append(one)
        self.slices = merged


class RunCounters:
    """Counts the results of events. Times are microseconds; ``latency`` runs from when an event was due."""

    def __init__(self) -> None:
        self.taken = self.done = self.delivered = self.replied = 0
        self.sent_this_run = self.retries = self.duplicates_sent = self.skipped_rows = 0
        self.late_without_cause = self.failed_over = self.saved_by_failover = 0
        self.unsent_error = "stopped"
        self.later_latency, self.later_service, self.late = Histogram(), Histogram(), Histogram()
        self.first_try = Histogram()
        """Events that left when they were due and were delivered at once: latency and service are the same."""
        self.statuses: Counter[int] = Counter()
        self.errors: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.replies: Counter[int] = Counter()
        self.silences: Counter[str] = Counter()
        self.timeline = Timeline()
        self.chaos: Counter[str] = Counter()
        self.stopped = False
        self.remarks: list[str] = []

    @property
    def latency(self) -> Histogram:
        """From when each event was due to when it was delivered."""
        return self.later_latency.merged(self.first_try)

    @property
    def service(self) -> Histogram:
        """From when each request was sent to its reply, whatever that was."""
        return self.later_service.merged(self.first_try)

    @property
    def lateness(self) -> Histogram:
        """From when each event was due to when it was sent."""
        found = self.late.merged(Histogram())
        if on_time := self.first_try.total:
            found.record(0, on_time)
        return found

    def finish(
        self, *, error: str | None, status: int | None, replied: bool, tries: int, latency_us: int | None
    ) -> None:
        """Count an event that is done; ``status`` is that of its last reply."""
        self.done += 1
        self.retries += max(0, tries - 1)
        if replied:
            self.replied += 1
        if status is not None:
            self.statuses[status] += 1
        if error is None:
            self.delivered += 1
            if latency_us is not None:
                self.later_latency.record(latency_us)
        else:
            self.errors[error] += 1

    def deliver_at_once(self, status: int, number: int) -> None:
        """Count events that left when they were due and were delivered at the first try; their times are recorded."""
        self.replies[status] += number
        self.statuses[status] += number
        self.sent_this_run += number
        self.done += number
        self.replied += number
        self.delivered += number

    @property
    def classes(self) -> Counter[str]:
        """Every try so far by its result: ``2xx``, ``5xx``, ``timeout``."""
        found = Counter(self.silences)
        for status, number in self.replies.items():
            found[f"{status // 100}xx"] += number
        return found

    def advance(self, at_s: float) -> None:
        """Advance the timeline to a time since the start."""
        if self.timeline.is_due(at_s):
            self.timeline.advance(at_s, self.classes, self.latency)

    def fail_unsent(self, error: str, number: int) -> None:
        """Count events that fail without having been sent."""
        self.taken += number
        self.done += number
        self.errors[error] += number
        self.unsent_error = error

    def give_reason(self, reason: str, number: int = 1) -> None:
        """Count why events failed, in words; only the first hundred different reasons are distinguished."""
        if reason in self.reasons or len(self.reasons) < MAX_REASONS:
            self.reasons[reason] += number

    def summary(self, planned: int, elapsed_s: float) -> LoadSummary:
        """The counts of the whole run; planned events that were never finished count as failed (``stopped``)."""
        self.timeline.finish(self.classes, self.latency)
        errors = Counter(self.errors)
        if planned > self.done:
            errors["stopped"] += planned - self.done
        return LoadSummary(
            planned=planned,
            delivered=self.delivered,
            duplicates_sent=self.duplicates_sent + self.chaos["dup_same"] + self.chaos["dup_fresh"],
            chaos=dict(sorted(self.chaos.items())),
            silences=dict(self.silences),
            sent_this_run=self.sent_this_run,
            retries=self.retries,
            replied=self.replied,
            skipped_rows=self.skipped_rows,
            elapsed_s=elapsed_s,
            latency=self.latency,
            service=self.service,
            lateness=self.lateness,
            statuses={str(status): count for status, count in sorted(self.statuses.items())},
            errors={word: count for word, count in sorted(errors.items()) if count},
            reasons=tuple(self.reasons.most_common(SHOWN_REASONS)),
            remarks=tuple(self.remarks),
            timeline=self.timeline,
            interrupted=self.stopped,
            late_without_cause=self.late_without_cause,
            failed_over=self.failed_over,
            saved_by_failover=self.saved_by_failover,
        )


class LoadSummary(NamedTuple):
    """A whole run; with a journal, everything but ``sent_this_run`` covers the whole journal.

    ``run_elapsed_s`` is the time of this run where ``elapsed_s`` covers several. ``late_without_cause`` counts events
    that left late although a connection was free: this machine was too slow.
    """

    planned: int
    delivered: int
    duplicates_sent: int
    sent_this_run: int
    retries: int
    replied: int
    skipped_rows: int
    elapsed_s: float
    latency: Histogram
    service: Histogram
    lateness: Histogram
    statuses: dict[str, int]
    errors: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    remarks: tuple[str, ...]
    timeline: Timeline
    interrupted: bool
    late_without_cause: int = 0
    failed_over: int = 0
    """Events that went on to the failover URL; ``saved_by_failover`` were delivered there."""

    saved_by_failover: int = 0
    run_elapsed_s: float | None = None
    chaos: Mapping[str, int] = {}
    silences: Mapping[str, int] = {}
    """Tries without a complete reply, by kind."""

    findings: tuple[str, ...] = ()
    account: Mapping[str, Any] | None = None
    """The receiver's own counts, if it is an emulator."""

    @property
    def failed(self) -> int:
        """Events that were not delivered, for whatever reason."""
        return self.planned - self.delivered

    @property
    def is_too_slow(self) -> bool:
        """Whether this machine was too slow for the rate: over 1 % of the events were sent late without a cause."""
        return self.late_without_cause > max(1, self.sent_this_run // 100)

    @property
    def rate_per_s(self) -> float:
        """Events that this run finished per second."""
        elapsed_s = self.elapsed_s if self.run_elapsed_s is None else self.run_elapsed_s
        return round(self.sent_this_run / elapsed_s, 1) if elapsed_s > 0 else 0.0

    @property
    def document(self) -> dict[str, Any]:
        """The summary for the JSON output; figures are null where there is nothing to measure."""
        return dict(self._members())

    def _members(self) -> Iterator[tuple[str, Any]]:
        yield "schema_version", 1
        for name in ("planned", "delivered", "failed", "duplicates_sent", "sent_this_run", "retries"):
            yield name, getattr(self, name)
        yield "elapsed_s", round(self.elapsed_s, 3)
        yield "rate_per_s", self.rate_per_s
        yield "latency_ms", self.latency.document()
        yield "service_ms", self.service.document()
        yield "lateness_ms", self.lateness.document()
        yield "statuses", self.statuses
        yield "errors", self.errors
        if self.account is not None:
            yield "account", self.account
        if self.chaos:
            yield "chaos", dict(self.chaos)
        if self.failed_over:
            yield "failover", {"sent": self.failed_over, "delivered": self.saved_by_failover}
        if self.findings:
            yield "findings", list(self.findings)
        if self.skipped_rows:
            yield "skipped_rows", self.skipped_rows
