"""Weather: seeded, so that a run can be had again; a rate limit that is a bucket and no percentage."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import UsageError
from ringocli.messaging.chaos import CLEAR, Fault, Sky, Strike, Trouble, read_option

TROUBLES = st.builds(
    Trouble,
    status=st.none() | st.integers(200, 599),
    fault=st.none() | st.sampled_from(Fault),
    probability=st.floats(0, 1),
    delay_ms=st.integers(0, 5000),
    jitter_ms=st.integers(0, 5000),
    rate_per_s=st.none() | st.floats(0.1, 100),
    burst=st.none() | st.integers(1, 50),
)
GAPS = st.lists(st.floats(0, 3), max_size=60)


def strikes(sky: Sky, gaps: list[float]) -> list[Strike]:
    """What happens to requests that come with these seconds between them."""
    at, found = 0.0, []
    for gap in gaps:
        at += gap
        found.append(sky.strike(at))
    return found


@given(trouble=TROUBLES, seed=st.integers(0, 1000), gaps=GAPS)
def test_same_seed_makes_the_same_weather(trouble: Trouble, seed: int, gaps: list[float]) -> None:
    """Trouble, seed and times decide everything."""
    assert strikes(Sky(trouble, seed), gaps) == strikes(Sky(trouble, seed), gaps)


@given(rate=st.floats(0.1, 100), burst=st.integers(1, 20), gaps=GAPS)
def test_rate_limit_is_a_bucket(rate: float, burst: int, gaps: list[float]) -> None:
    """Never more get through than the bucket held and was filled with; whoever waits as told gets through."""
    sky = Sky(Trouble(rate_per_s=rate, burst=burst))
    found = strikes(sky, gaps)
    passed = sum(1 for strike in found if strike.status is None)
    assert passed <= burst + rate * sum(gaps[1:]) + 1e-6
    if found and found[-1].retry_after_s is not None:
        assert sky.strike(sum(gaps) + found[-1].retry_after_s + 1e-6).status is None


@given(gaps=GAPS, seed=st.integers())
def test_clear_sky_does_nothing(gaps: list[float], seed: int) -> None:
    """Without trouble nothing is ever done, and nothing is said of it."""
    assert all(strike.said is None for strike in strikes(Sky(CLEAR, seed), gaps))


@given(trouble=TROUBLES)
def test_trouble_is_told_and_read_again(trouble: Trouble) -> None:
    """The document of a trouble reads as the same trouble."""
    assert trouble == Trouble.read("provider", trouble.document)


def test_probability_is_kept_in_the_long_run() -> None:
    """One in ten is about one in ten."""
    sky = Sky(Trouble(status=500, probability=0.1), seed=7)
    struck = sum(1 for strike in strikes(sky, [0.1] * 5000) if strike.status == 500)
    assert 400 < struck < 600


def test_option_says_the_same_as_the_api() -> None:
    """``--chaos`` and ``POST /api/chaos`` read the same words."""
    side, trouble = read_option("provider:status=500,probability=0.1,fault=gzip,delay_ms=20")
    assert ("provider", Trouble(status=500, probability=0.1, fault=Fault.GZIP, delay_ms=20)) == (side, trouble)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"statsu": 500}, "did you mean status?"),
        ({"status": "500"}, "provider.status takes a status"),
        ({"status": True}, "provider.status takes a status"),
        ({"status": 99}, "provider.status takes a status"),
        ({"probability": 1.1}, "a number from 0 to 1"),
        ({"fault": "hnag"}, "did you mean hang?"),
        ({"delay_ms": -1}, "milliseconds"),
        ({"rate_per_s": 0}, "above 0"),
        ([], "takes an object"),
    ],
)
def test_what_there_is_not_is_refused(given: object, says: str) -> None:
    """A wrong key or value gets a sentence that names it."""
    with pytest.raises(UsageError) as caught:
        Trouble.read("provider", given)
    assert says in caught.value.message


@pytest.mark.parametrize("given", ["status=500", "handset:status=500", "provider", "provider:status", "provider:=1"])
def test_malformed_option_is_refused(given: str) -> None:
    """An option of another form is asked for again."""
    with pytest.raises(UsageError):
        read_option(given)


def test_strikes_are_told_in_words() -> None:
    """Whoever looks at an exchange reads what was done to it."""
    assert "rate limit: 429, Retry-After 2 s" == Strike(status=429, retry_after_s=2).said
    assert "held up 20 ms" == Strike(delay_s=0.02).said
    assert "status 500" == Strike(status=500).said
    assert set(asdict(CLEAR)) == set(CLEAR.document)
