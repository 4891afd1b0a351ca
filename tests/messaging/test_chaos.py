"""Fault injection: seeded, so that a run can be repeated; a rate limit is a token bucket, not a percentage."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import UsageError
from ringocli.messaging.chaos import NO_CHAOS, ChaosEffect, ChaosEngine, ChaosSettings, Fault, read_option

SETTINGS = st.builds(
    ChaosSettings,
    status=st.none() | st.integers(200, 599),
    fault=st.none() | st.sampled_from(Fault),
    probability=st.floats(0, 1),
    delay_ms=st.integers(0, 5000),
    jitter_ms=st.integers(0, 5000),
    rate_per_s=st.none() | st.floats(0.1, 100),
    burst=st.none() | st.integers(1, 50),
)
GAPS = st.lists(st.floats(0, 3), max_size=60)


def effects(engine: ChaosEngine, gaps: list[float]) -> list[ChaosEffect]:
    """The effects on requests that arrive with these intervals in seconds."""
    at, found = 0.0, []
    for gap in gaps:
        at += gap
        found.append(engine.next_effect(at))
    return found


@given(settings=SETTINGS, seed=st.integers(0, 1000), gaps=GAPS)
def test_same_seed_gives_the_same_effects(settings: ChaosSettings, seed: int, gaps: list[float]) -> None:
    """Settings, seed and arrival times determine every effect."""
    assert effects(ChaosEngine(settings, seed), gaps) == effects(ChaosEngine(settings, seed), gaps)


@given(rate=st.floats(0.1, 100), burst=st.integers(1, 20), gaps=GAPS)
def test_rate_limit_is_a_bucket(rate: float, burst: int, gaps: list[float]) -> None:
    """No more requests pass than the bucket allows; a client that waits for Retry-After is served."""
    engine = ChaosEngine(ChaosSettings(rate_per_s=rate, burst=burst))
    found = effects(engine, gaps)
    passed = sum(1 for effect in found if effect.status is None)
    assert passed <= burst + rate * sum(gaps[1:]) + 1e-6
    if found and found[-1].retry_after_s is not None:
        assert engine.next_effect(sum(gaps) + found[-1].retry_after_s + 1e-6).status is None


@given(gaps=GAPS, seed=st.integers())
def test_no_chaos_has_no_effect(gaps: list[float], seed: int) -> None:
    """Without chaos no request is affected."""
    assert all(effect.description is None for effect in effects(ChaosEngine(NO_CHAOS, seed), gaps))


@given(settings=SETTINGS)
def test_settings_survive_a_round_trip(settings: ChaosSettings) -> None:
    """The JSON document of settings reads as the same settings."""
    assert settings == ChaosSettings.read("provider", settings.document)


def test_probability_is_kept_in_the_long_run() -> None:
    """A probability of 0.1 affects about one request in ten."""
    engine = ChaosEngine(ChaosSettings(status=500, probability=0.1), seed=7)
    affected = sum(1 for effect in effects(engine, [0.1] * 5000) if effect.status == 500)
    assert 400 < affected < 600


def test_option_says_the_same_as_the_api() -> None:
    """``--chaos`` and ``POST /api/chaos`` accept the same settings."""
    side, settings = read_option("provider:status=500,probability=0.1,fault=gzip,delay_ms=20")
    assert ("provider", ChaosSettings(status=500, probability=0.1, fault=Fault.GZIP, delay_ms=20)) == (side, settings)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"statsu": 500}, "did you mean status?"),
        ({"status": "500"}, "provider.status must be a status code"),
        ({"status": True}, "provider.status must be a status code"),
        ({"status": 99}, "provider.status must be a status code"),
        ({"probability": 1.1}, "a number from 0 to 1"),
        ({"fault": "hnag"}, "did you mean hang?"),
        ({"delay_ms": -1}, "milliseconds"),
        ({"rate_per_s": 0}, "above 0"),
        ([], "must be an object"),
    ],
)
def test_invalid_settings_are_rejected(given: object, says: str) -> None:
    """An unknown key or an invalid value is named in the message."""
    with pytest.raises(UsageError) as caught:
        ChaosSettings.read("provider", given)
    assert says in caught.value.message


@pytest.mark.parametrize("given", ["status=500", "handset:status=500", "provider", "provider:status", "provider:=1"])
def test_malformed_option_is_rejected(given: str) -> None:
    """A malformed option is a usage error."""
    with pytest.raises(UsageError):
        read_option(given)


def test_effects_are_described() -> None:
    """The description says what was done to a request."""
    assert "rate limit: 429, Retry-After 2 s" == ChaosEffect(status=429, retry_after_s=2).description
    assert "delayed by 20 ms" == ChaosEffect(delay_s=0.02).description
    assert "status 500" == ChaosEffect(status=500).description
    assert set(asdict(NO_CHAOS)) == set(NO_CHAOS.document)
