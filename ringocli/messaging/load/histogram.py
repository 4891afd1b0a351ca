"""A histogram of durations in constant memory: log-linear buckets with a relative error below 1 %."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

_BITS = 7
_SUB_BUCKETS = 1 << _BITS
MAX_US = (1 << 42) - 1
"""The longest distinguishable duration, about 51 days."""

_BUCKETS = (42 - _BITS + 1) << _BITS


class Histogram:
    """Counts durations in microseconds. Below 128 µs each has a bucket; above, a bucket is 1/128 of its octave.

    ``counts`` has one number for each bucket.
    """

    __slots__ = ("counts", "largest_us")

    def __init__(self) -> None:
        self.counts = [0] * _BUCKETS
        self.largest_us = 0

    def record(self, duration_us: int, times: int = 1) -> None:
        """Count a duration; a negative one counts as 0."""
        # bucket_of() inlined: calling it for each duration would add a tenth to an event's time.
        if duration_us > self.largest_us:
            self.largest_us = duration_us = min(duration_us, MAX_US)
        if duration_us < _SUB_BUCKETS:
            self.counts[duration_us if duration_us > 0 else 0] += times
        else:
            shift = duration_us.bit_length() - _BITS - 1
            self.counts[(shift << _BITS) + (duration_us >> shift)] += times

    @property
    def total(self) -> int:
        """How many durations were counted."""
        return sum(self.counts)

    def merge(self, counts: Mapping[int, int], largest_us: int) -> None:
        """Add the buckets of another histogram, as ``sparse`` gives them."""
        for bucket, count in counts.items():
            self.counts[bucket] += count
        self.largest_us = max(self.largest_us, largest_us)

    def merged(self, other: Histogram) -> Histogram:
        """Both histograms as one; neither changes."""
        found = Histogram()
        found.merge(self.sparse, self.largest_us)
        found.merge(other.sparse, other.largest_us)
        return found

    @property
    def sparse(self) -> dict[int, int]:
        """The buckets that are not empty."""
        used = self.counts[: bucket_of(self.largest_us) + 1]
        return {bucket: count for bucket, count in enumerate(used) if count}

    def percentile_ms(self, percent: float) -> float | None:
        """The nearest-rank percentile in milliseconds; None without values. 100 is the exact maximum."""
        total = self.total
        if not total:
            return None
        if percent >= 100:
            return round(self.largest_us / 1000, 3)
        rank = max(1, ceil(round(total * percent / 100, 6)))
        reached = 0
        for bucket, count in enumerate(self.counts):
            reached += count
            if reached >= rank:
                return round(min(middle_us(bucket), self.largest_us) / 1000, 3)
        raise AssertionError("the buckets add up to the total")

    def document(self) -> dict[str, float | None]:
        """The percentiles of the JSON summary."""
        return {
            **{f"p{percent}": self.percentile_ms(percent) for percent in (50, 90, 99)},
            "max": self.percentile_ms(100),
        }


def bucket_of(duration_us: int) -> int:
    """The bucket of a duration."""
    if duration_us < _SUB_BUCKETS:
        return max(duration_us, 0)
    shift = min(duration_us, MAX_US).bit_length() - _BITS - 1
    return (shift << _BITS) + (min(duration_us, MAX_US) >> shift)


def difference(now: Mapping[int, int], before: Mapping[int, int]) -> dict[int, int]:
    """The durations recorded between two states of one histogram."""
    return {bucket: count - before.get(bucket, 0) for bucket, count in now.items() if count > before.get(bucket, 0)}


def middle_us(bucket: int) -> int:
    """A duration in the middle of a bucket; in the exact buckets, the duration itself."""
    if bucket < 2 * _SUB_BUCKETS:
        return bucket
    shift = (bucket >> _BITS) - 1
    low = (bucket - (shift << _BITS)) << shift
    return low + ((1 << shift) >> 1)
