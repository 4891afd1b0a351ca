"""``--as-provider``: the documented time-outs and schedules, and what they mean for a receiver."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from ringocli.errors import UsageError
from ringocli.http.exchange import Reply
from ringocli.messaging.load.provider_behaviour import ProviderRetryPolicy, behaviour
from tests.conftest import SAMPLES, Command
from tests.hostile import BROKEN, OK, receiver


def waits(name: str, status: int | None) -> list[float]:
    """The pauses that a provider makes while the reply stays the same."""
    data = behaviour(name)
    policy = ProviderRetryPolicy(retries=len(data.waits_s), data=data)
    reply = Reply(status=status) if status is not None else None
    found: list[float] = []
    while (
        wait_s := policy.wait_s(len(found) + 1, reply, chance=lambda: 0.5, now=lambda: datetime.now(UTC))
    ) is not None:
        found.append(wait_s)
    return found


@pytest.mark.parametrize(
    ("name", "status", "attempts", "lasts_s"),
    [
        ("telnyx", 500, 3, 0), ("telnyx", 404, 3, 0), ("telnyx", 200, 1, 0), ("telnyx", None, 3, 0),
        ("sinch", 503, 15, 81_915), ("sinch", 429, 15, 81_915), ("sinch", 404, 1, 0),
        ("twilio", 500, 1, 0), ("bandwidth", 400, 9, 84_960),
    ],
)  # fmt: skip
def test_documented_schedules(name: str, status: int | None, attempts: int, lasts_s: float) -> None:
    """How many attempts a reply causes, and over what time."""
    assert (attempts, lasts_s) == (1 + len(waits(name, status)), sum(waits(name, status)))


def test_every_behaviour_names_its_sources() -> None:
    """No figure without a page that it comes from."""
    assert all(behaviour(name).sources for name in ("telnyx", "bandwidth", "sinch", "twilio"))
    with pytest.raises(UsageError, match="telnyx"):
        behaviour("telnix")


def test_a_slow_receiver_gets_the_message_again(ringocli: Command) -> None:
    """An answer after Telnyx's two seconds is a finding: the message is sent twice."""
    held = threading.Event()
    with receiver() as receiving:
        original = receiving._answer

        def slow(client: object, payload: bytes) -> bool:
            if len(receiving.log) == 0 and not held.is_set():
                held.set()
                receiving.over.wait(2.3)
            return original(client, payload)  # type: ignore[arg-type]

        receiving._answer = slow  # type: ignore[method-assign]
        result = ringocli(
            "simulate-webhook", SAMPLES / "telnyx.json", "--url", receiving.url, "--as-provider", "telnyx",
            "--count", "2", "--concurrency", "2", "--format", "json",
        )  # fmt: skip
    assert (0, 2, 1) == (result.code, result.document["delivered"], result.document["duplicates_sent"])
    assert "no answer within 2 s: Telnyx waits no longer" in result.document["findings"][0]
    assert "may have arrived twice" in result.document["findings"][1]


def test_a_day_of_retries_passes_in_a_moment(ringocli: Command) -> None:
    """Sinch's schedule on a scaled clock: a receiver that recovers after twelve attempts still gets the event."""
    tries: list[str] = []

    def decide(name: str, times: int) -> bytes:
        tries.append(name)
        return OK if len(tries) > 12 else BROKEN

    with receiver(decide) as receiving:
        result = ringocli(
            "simulate-webhook", SAMPLES / "sinch.json", "--url", receiving.url, "--as-provider", "sinch",
            "--time-scale", "0.00001", "--format", "json",
        )  # fmt: skip
    assert (0, 1, 12) == (result.code, result.document["delivered"], result.document["retries"])
    assert 1 == len(set(tries))
