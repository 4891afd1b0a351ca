"""The histogram of durations: within 1 % of the exact answer, in constant memory."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ringocli.messaging.load.histogram import MAX_US, Histogram, bucket_of, middle_us

DURATIONS = st.lists(st.integers(0, 10**9) | st.integers(0, 1000), min_size=1, max_size=200)


@given(st.integers(0, MAX_US))
def test_a_bucket_is_close_to_its_durations(duration_us: int) -> None:
    """The middle of a bucket differs from each duration in it by less than 1 %."""
    assert abs(middle_us(bucket_of(duration_us)) - duration_us) <= duration_us / 100


@given(st.integers(0, MAX_US - 1))
def test_buckets_are_ordered(duration_us: int) -> None:
    """A longer duration is never in an earlier bucket."""
    assert 0 <= bucket_of(duration_us + 1) - bucket_of(duration_us) <= 1


@given(DURATIONS, st.sampled_from([1, 50, 90, 99, 99.9, 100]))
def test_percentiles_agree_with_sorting(durations_us: list[int], percent: float) -> None:
    """Each percentile is within 1 % of the nearest rank in the sorted durations."""
    histogram = Histogram()
    for duration_us in durations_us:
        histogram.record(duration_us)
    exact_us = sorted(durations_us)[max(0, math.ceil(round(len(durations_us) * percent / 100, 6)) - 1)]
    found_ms = histogram.percentile_ms(percent)
    assert found_ms is not None
    assert abs(found_ms * 1000 - exact_us) <= exact_us / 100 + 1


@given(DURATIONS)
def test_hdrhistogram_agrees(durations_us: list[int]) -> None:
    """The reference implementation gives the same percentiles within both resolutions."""
    from hdrh.histogram import HdrHistogram

    histogram, reference = Histogram(), HdrHistogram(1, 10**10, 3)
    for duration_us in durations_us:
        histogram.record(duration_us)
        reference.record_value(max(1, duration_us))
    for rank in {1, len(durations_us) // 2 + 1, len(durations_us)}:  # between two ranks the reference rounds down
        percent = 100 * rank / len(durations_us)
        expected_us = reference.get_value_at_percentile(percent)
        found_ms = histogram.percentile_ms(percent)
        assert found_ms is not None
        assert abs(found_ms * 1000 - expected_us) <= expected_us * 0.011 + 1


@given(DURATIONS, DURATIONS)
def test_merging_is_recording_both(first_us: list[int], second_us: list[int]) -> None:
    """Two histograms merged are one histogram of everything."""
    merged, other, both = Histogram(), Histogram(), Histogram()
    for duration_us in first_us:
        merged.record(duration_us)
        both.record(duration_us)
    for duration_us in second_us:
        other.record(duration_us)
        both.record(duration_us)
    merged.merge(other.sparse, other.largest_us)
    assert (both.sparse, both.total, both.document()) == (merged.sparse, merged.total, merged.document())


def test_an_empty_histogram_has_no_percentiles() -> None:
    """Without a duration, every figure is null."""
    assert {"p50": None, "p90": None, "p99": None, "max": None} == Histogram().document()
