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
    policy = ProviderRetryPolicy(data)
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
    """The number and the times of the attempts are those of the provider's documentation."""
    assert (attempts, lasts_s) == (1 + len(waits(name, status)), sum(waits(name, status)))


def test_every_behaviour_names_its_sources() -> None:
    """Every figure has the page that it is taken from."""
    assert all(behaviour(name).sources for name in ("telnyx", "bandwidth", "sinch", "twilio"))
    with pytest.raises(UsageError, match="telnyx"):
        behaviour("telnix")


def test_a_slow_receiver_gets_the_message_again(ringocli: Command) -> None:
    """An answer after more than two seconds, Telnyx's limit, is a finding: the message is sent twice."""
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
    assert "no reply within 2 s: Telnyx then sends the message again" in result.document["findings"][0]
    assert "repeated an event that may have arrived" in result.document["findings"][1]


@pytest.mark.parametrize(("name", "attempts"), [("telnyx", 3), ("twilio", 1)])
@pytest.mark.parametrize("is_down", [False, True], ids=["refuses events", "is down"])
def test_the_failover_url_gets_what_the_first_did_not_take(
    name: str, attempts: int, is_down: bool, ringocli: Command
) -> None:
    """After the provider's attempts, the failover URL gets the same bytes; an event that it refuses has failed."""
    with (
        receiver(lambda name, times: BROKEN if name.endswith("7") else OK) as second,
        receiver(lambda name, times: OK if name[-1] in "02468" else BROKEN) as first,
    ):
        if is_down:
            first.stop()
        result = ringocli(
                "simulate-webhook", SAMPLES / f"{name}.json", "--url", first.url, "--as-provider", name,
                "--failover-url", f"{second.url}/second", "--count", "40", "--concurrency", "8", "--format", "json",
            )  # fmt: skip
    moved = 40 if is_down else 20
    assert (1, 36, 4) == (result.code, result.document["delivered"], result.document["failed"]), result.err
    assert {"sent": moved, "delivered": moved - 4} == result.document["failover"]
    assert f"{moved} events went to the failover URL, which accepted {moved - 4}" in result.document["findings"]
    assert 20 * (1 + attempts) * (not is_down) == len(first.log)
    assert moved - 4 + 4 * attempts == len(second.log)
    bodies = {one.id: one.payload.partition(b"\r\n\r\n")[2] for one in first.log}
    assert all(bodies.get(one.id) in (None, one.payload.partition(b"\r\n\r\n")[2]) for one in second.log)
    assert all(b"/hook/second " in one.payload for one in second.log)


def test_only_documented_failover(ringocli: Command) -> None:
    """The exit code is 2 if the provider has no second URL; a URL on another machine needs --live."""
    arguments = ["simulate-webhook", SAMPLES / "telnyx.json", "--url", "http://127.0.0.1:9", "--failover-url"]
    assert "needs a provider" in ringocli(*arguments, "http://127.0.0.1:8", "--as-provider", "sinch").err
    assert 2 == ringocli(*arguments, "http://127.0.0.1:8").code
    far = ringocli(*arguments, "https://hooks.example", "--as-provider", "telnyx", "--count", "11")
    assert (2, True) == (far.code, "needs --live" in far.err)


def test_a_day_of_retries_passes_in_a_moment(ringocli: Command) -> None:
    """Sinch's schedule runs on a scaled clock: a receiver that recovers after twelve attempts still gets the event."""
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
