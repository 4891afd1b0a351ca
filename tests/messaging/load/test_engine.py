"""The load engine against receivers that misbehave: nothing lost, nothing unaccounted for."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

import pytest

from ringocli.http.status_codes import SUCCESS
from ringocli.messaging.delivery import Delivery, deliver
from ringocli.messaging.load.counters import LoadSummary
from ringocli.messaging.load.events import EventFactory, Recipe
from ringocli.messaging.load.plan import LoadPlan
from ringocli.messaging.load.retry_policy import RetryPolicy, Verdicts
from ringocli.template.preset import load
from ringocli.template.reader import read_template
from ringocli.template.values import Missing, Values
from ringocli.text.secret import Secret
from tests.hostile import CLOSE, HANG, OK, RESET, Decide, Receiver, receiver
from tests.loopback import Answer, serving, unused_port

TELNYX = read_template(load("telnyx").template)
BUSY = b"HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"
NOISE = b"SSH-2.0-OpenSSH_9.6\r\n"
SILENT_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def run(
    url: str, count: int | None, *, retries: int = 0, timeout_s: float = 5.0, body: str | None = None, **plan: Any
) -> LoadSummary:
    recipe = Recipe(
        template=TELNYX, subjects=TELNYX.events[:1], values=Values(), missing=Missing.SAMPLE, url=Secret(url), seed=1
    )
    whole = Delivery(
        recipe=recipe,
        plan=LoadPlan(
            retry=RetryPolicy(retries=retries, max_retry_after_s=plan.pop("max_retry_after_s", 300.0)),
            verdicts=Verdicts(expected=SUCCESS, body_contains=body),
            **{"concurrency": 8, **plan},
        ),
        url=Secret(url),
        total=count,
        timeout_s=timeout_s,
    )
    return deliver(whole, EventFactory(recipe))


def check(summary: LoadSummary, receiving: Receiver) -> None:
    """The counters agree with the receiver's log."""
    assert summary.planned == summary.delivered + summary.failed
    assert summary.failed == sum(summary.errors.values())
    accepted = Counter(receiving.accepted())
    assert len(accepted) >= summary.delivered
    assert sum(accepted.values()) - len(accepted) <= summary.duplicates_sent
    by_id: dict[str, set[bytes]] = {}
    for one in receiving.log:
        by_id.setdefault(one.id, set()).add(one.payload)
    assert all(len(payloads) == 1 for payloads in by_id.values()), "a retry changed its bytes"


def test_everything_arrives_once() -> None:
    """A thousand events arrive with a thousand ids, and every figure is measured."""
    with receiver() as receiving:
        summary = run(receiving.url, 1000)
    check(summary, receiving)
    assert (1000, 1000, 0) == (summary.delivered, len(set(receiving.accepted())), summary.duplicates_sent)
    assert 1000 == len(receiving.log) == summary.latency.total == summary.service.total
    assert {"200": 1000} == summary.statuses


@pytest.mark.parametrize(
    ("trouble", "makes_duplicates"),
    [(RESET, True), (CLOSE, True), (BROKEN, False), (HALF, True), (NOISE, True)],
    ids=["reset", "close", "500", "truncated", "not-http"],
)
def test_each_fault_is_retried_and_counted(trouble: bytes, makes_duplicates: bool) -> None:
    """Every fifth event fails at first: with retries all are delivered, and each repetition is counted."""

    def decide(name: str, times: int) -> bytes:
        return trouble if times == 0 and int(name.rpartition("_")[2]) % 5 == 0 else OK

    with receiver(decide) as receiving:
        summary = run(receiving.url, 200, retries=4)
    check(summary, receiving)
    assert (200, 0) == (summary.delivered, summary.failed)
    assert summary.retries >= 40
    assert (summary.duplicates_sent >= 40) == makes_duplicates


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(RESET, "protocol"), (HALF, "truncated"), (NOISE, "protocol"), (BROKEN, "status"), (HANG, "timeout")],
    ids=["reset", "truncated", "not-http", "500", "hang"],
)
def test_without_retries_each_fault_is_a_failure(trouble: bytes, error: str) -> None:
    """A truncated or malformed reply does not count as delivered, and each failure has its own name."""

    def decide(name: str, times: int) -> bytes:
        return trouble if int(name.rpartition("_")[2]) in (3, 7) else OK

    with receiver(decide) as receiving:
        summary = run(receiving.url, 10, concurrency=2, timeout_s=1.0 if trouble == HANG else 30.0)
    check(summary, receiving)
    assert (8, {error: 2}) == (summary.delivered, summary.errors)


def test_a_server_that_closes_after_each_reply_loses_nothing() -> None:
    """Neither announced nor silent closing costs an event, without any retry."""
    for answer in (SILENT_CLOSE, b"HTTP/1.0 200 OK\r\n\r\nok"):
        with receiver(lambda name, times, answer=answer: answer) as receiving:  # type: ignore[misc]
            summary = run(receiving.url, 40, concurrency=2)
        assert (40, {}) == (summary.delivered, summary.errors)


def test_a_reply_in_two_segments_is_awaited_whole() -> None:
    """If a server sends headers and body separately, known headers alone are not taken for the reply."""
    with serving(Answer.json({"data": {"id": "m1"}})) as server:
        summary = run(server.url, 400)
        assert (400, {"200": 400}) == (len(server.seen), summary.statuses)
    assert (400, {}) == (summary.delivered, dict(summary.errors))


def _as_date(seconds: float) -> bytes:
    """A reply whose Retry-After is a date, in whole seconds."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return f"HTTP/1.1 503 Busy\r\nRetry-After: {format_datetime(moment, usegmt=True)}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_never_too_early_and_spread(as_date: bool) -> None:
    """None of 64 requests with Retry-After is repeated too early, and they are not all repeated at once."""
    asked: dict[str, float] = {}

    def decide(name: str, times: int) -> bytes:
        if times:
            return OK
        answer = _as_date(2.0) if as_date else BUSY
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        asked[name] = until.timestamp() if as_date else datetime.now(UTC).timestamp() + 1
        return answer

    arrived: dict[str, float] = {}

    def note(name: str, times: int) -> bytes:
        if times:
            arrived[name] = datetime.now(UTC).timestamp()
        return decide(name, times)

    with receiver(note) as receiving:
        summary = run(receiving.url, 64, retries=1, concurrency=64)
    check(summary, receiving)
    assert (64, 64) == (summary.delivered, len(arrived))
    assert all(arrived[name] >= asked[name] for name in arrived)
    assert max(arrived.values()) - min(arrived.values()) >= 0.3


def test_a_retry_after_that_is_too_long_fails_at_once() -> None:
    """The event is not retried, and the summary names the reason."""
    with receiver(lambda name, times: BUSY) as receiving:
        summary = run(receiving.url, 3, retries=5, max_retry_after_s=0.5)
    assert ({"retry-after": 3}, 3) == (summary.errors, len(receiving.log))
    assert "--max-retry-after-s" in summary.reasons[0][0]


def test_a_receiver_that_is_down_is_given_up() -> None:
    """10,000 events fail together with one sentence, instead of 40,000 tries."""
    summary = run(f"http://127.0.0.1:{unused_port()}/hook", 10_000, retries=3, give_up_s=0.2)
    assert (10_000, 0, {"connect": 10_000}) == (summary.planned, summary.delivered, summary.errors)
    assert (0, 1) == (summary.replied, len(summary.reasons))
    assert summary.retries < 1000


def test_an_unknown_host_fails_without_waiting() -> None:
    """A failure that no retry can change is not retried."""
    summary = run("http://no-such-host.invalid/hook", 50, retries=9)
    assert {"name": 50} == summary.errors


def test_restarts_cost_no_event() -> None:
    """After five restarts of the receiver every event has arrived, and repetitions are counted."""
    with receiver() as receiving:
        over = threading.Event()

        def restart() -> None:
            for _ in range(5):
                if over.wait(0.3):
                    return
                receiving.stop()
                over.wait(0.1)
                receiving.start()

        thread = threading.Thread(target=restart)
        thread.start()
        summary = run(receiving.url, 3000, retries=20, rate_per_s=1500.0, concurrency=16)
        over.set()
        thread.join()
        check(summary, receiving)
    assert (3000, {}) == (summary.delivered, summary.errors)
    assert 3000 == len(set(receiving.accepted()))


def test_after_an_outage_all_connections_are_used_again() -> None:
    """As soon as the receiver answered a probe, as many events as before are on their way at once."""
    outage = 40
    together, met = threading.Barrier(4), threading.Event()

    with receiver(lambda name, times: RESET if len(receiving.log) < outage else OK) as receiving:
        original = receiving._answer

        def held(client: Any, payload: bytes) -> bool:
            if len(receiving.log) > outage and not met.is_set():
                together.wait(5)
                met.set()
            return original(client, payload)

        receiving._answer = held  # type: ignore[method-assign]
        summary = run(receiving.url, 200, concurrency=4, retries=50, timeout_s=20.0)
    assert met.is_set()
    assert (200, outage) == (summary.delivered, summary.retries)


def test_a_stall_shows_in_the_latency() -> None:
    """In the open model, events that were due while the receiver hung count as late, measured from their due time."""
    gate = threading.Event()
    gate.set()

    def decide(name: str, times: int) -> bytes:
        if name.endswith("_20"):
            gate.clear()
            threading.Timer(1.0, gate.set).start()
        return OK

    with receiver(decide) as receiving:
        original = receiving._answer

        def held(client: Any, payload: bytes) -> bool:
            gate.wait(5)
            return original(client, payload)

        receiving._answer = held  # type: ignore[method-assign]
        summary = run(receiving.url, 100, rate_per_s=50.0, concurrency=64)
    check(summary, receiving)
    assert 100 == summary.delivered
    p90 = summary.latency.percentile_ms(90)
    assert p90 is not None
    assert p90 >= 500


def test_a_text_in_the_body_can_be_expected() -> None:
    """A 200 without the text is a failure, even if all replies have the same headers."""
    with receiver() as receiving:
        assert {"body": 20} == run(receiving.url, 20, body="done").errors
        assert 20 == run(receiving.url, 20, body="ok").delivered


@pytest.mark.parametrize("seed", range(3))
def test_all_faults_at_once(seed: int) -> None:
    """Every fourth event fails at first: all are delivered, and each attempt and repetition is counted."""
    soon = b"HTTP/1.1 503 Soon\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nwait"
    troubles = [soon, BROKEN, RESET, CLOSE, HALF, NOISE, HANG, SILENT_CLOSE]

    def decide(name: str, times: int) -> bytes:
        draw = Random(f"{seed} {name} {times}")
        if times < 2 and draw.random() < 0.25:
            return draw.choice(troubles)
        return draw.choice([OK, OK, OK.replace(b"200 OK", b"202 Accepted")])

    with receiver(decide) as receiving:
        summary = run(receiving.url, 400, retries=6, timeout_s=1.0, concurrency=16)
        receiving.over.set()
    assert (400, 0) == (summary.delivered, summary.failed), summary.errors
    assert 400 == len({one.id for one in receiving.log})
    answers = [one.answer for one in receiving.log]
    overdue = summary.silences["timeout"] - answers.count(HANG)  # on a busy machine; perhaps not in the log
    assert overdue >= 0
    assert len(answers) <= 400 + summary.retries <= len(answers) + overdue
    assert summary.duplicates_sent == sum(summary.silences.values())
    broken = sum(answer in (RESET, CLOSE, HALF, NOISE) for answer in answers)
    noticed = summary.duplicates_sent - summary.silences["timeout"]
    assert 0 <= broken - noticed <= overdue  # the receiver may break a connection after its request has timed out
    assert {"200": 400} == {"200": sum(summary.statuses.values())}
    assert 400 == summary.latency.total == sum(sum(one.latencies.values()) for one in summary.timeline.slices)


def test_a_duration_ends_a_closed_run() -> None:
    """The events that arrived are the planned ones, and none is sent afterwards."""
    with receiver() as receiving:
        summary = run(receiving.url, None, concurrency=4, duration_s=0.2)
    assert summary.planned == summary.delivered == len(receiving.log) > 4


def test_a_duration_ends_a_run() -> None:
    """In the open model, 50 events per second for 0.2 s are ten events."""
    with receiver() as receiving:
        summary = run(receiving.url, None, rate_per_s=50.0, duration_s=0.2)
    check(summary, receiving)
    assert 10 == summary.planned == summary.delivered


def test_the_slices_add_up() -> None:
    """Each reply is counted in exactly one slice of the timeline."""
    decide: Decide = lambda name, times: BROKEN if times == 0 and name.endswith("7") else OK  # noqa: E731
    with receiver(decide) as receiving:
        summary = run(receiving.url, 100, retries=2)
    classes: Counter[str] = sum((one.classes for one in summary.timeline.slices), Counter())
    assert {"2xx": 100, "5xx": 10} == dict(classes)
    assert 100 == sum(sum(one.latencies.values()) for one in summary.timeline.slices)
