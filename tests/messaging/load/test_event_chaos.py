"""Chaos on the provider's side: seeded, counted, and exact."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from ringocli.errors import UsageError
from ringocli.messaging.load.event_chaos import ChaoticFeed, parse_chaos
from ringocli.messaging.load.event_order import Shard, positions
from ringocli.messaging.load.events import Event, EventFactory, Recipe
from ringocli.messaging.load.provider_data import recognised
from ringocli.template.preset import load
from ringocli.template.reader import read_template
from ringocli.template.values import Missing, Values
from ringocli.text.secret import Secret
from tests.conftest import SAMPLES, Command
from tests.hostile import BROKEN, OK, receiver

TELNYX = read_template(load("telnyx").template)
COUNT = 2000


def events(
    chaos: str, *, names: tuple[str, ...] = ("message",), seed: int = 3, count: int = COUNT
) -> tuple[list[Event], Counter[str]]:
    recipe = Recipe(
        template=TELNYX,
        subjects=tuple(map(TELNYX.event, names)),
        values=Values(),
        missing=Missing.SAMPLE,
        url=Secret("http://127.0.0.1/x"),
        seed=seed,
        provider=recognised(TELNYX),
    )
    order = positions(count=count, rows=None, shard=Shard())
    feed = ChaoticFeed(EventFactory(recipe), order, parse_chaos(chaos), seed)
    found = []
    while (event := feed.take()) is not None:
        found.append(event)
    return found, feed.done


def body(event: Event) -> Any:
    return json.loads(event.payload.partition(b"\r\n\r\n")[2])


def test_the_same_seed_gives_the_same_chaos() -> None:
    """The bytes and the order depend only on the seed."""
    spec = "dup-same=5%,dup-fresh=5%,reorder=4,lost=5%,corrupt=5%"
    assert events(spec) == events(spec)
    assert events(spec)[0] != events(spec, seed=4)[0]


def test_repetitions_with_the_same_and_with_fresh_ids() -> None:
    """A duplicate with the same id repeats the bytes; one with a fresh id has the same text and other ids."""
    same, same_done = events("dup-same=10%")
    assert COUNT + same_done["dup_same"] == len(same)
    assert COUNT == len({event.payload for event in same})
    fresh, fresh_done = events("dup-fresh=10%")
    assert COUNT + fresh_done["dup_fresh"] == len(fresh) == len({event.id for event in fresh})
    assert COUNT == len({body(event)["data"]["payload"]["text"] for event in fresh})
    assert 100 < fresh_done["dup_fresh"] < 300


def test_lost_and_reordered() -> None:
    """Lost events are not sent; reordered events are shuffled within windows of three."""
    lost, done = events("lost=10%")
    assert COUNT - done["lost"] == len(lost)
    mixed, _ = events("reorder=3")
    assert sorted(event.number for event in mixed) == list(range(COUNT)) != [event.number for event in mixed]
    assert all(abs(place - event.number) < 3 for place, event in enumerate(mixed))


def test_receipts() -> None:
    """There is one receipt per part, with the same message id; early ones precede their message, late ones are
    delayed.
    """
    names = ("message", "messageDelivered")
    parts, _ = events("per-part", names=names, count=20)
    receipts = [event for event in parts if body(event)["data"]["event_type"] == "message.finalized"]
    ids = Counter(body(event)["data"]["payload"]["id"] for event in receipts)
    assert (10, {3}) == (len(ids), set(ids.values()))
    assert 30 == len({event.id for event in receipts})
    early, _ = events("early-receipt", names=names, count=20)
    assert [1, 0, 3, 2] == [event.number for event in early[:4]]
    late, _ = events("late=2h", names=names, count=20)
    delays = [event.delay_s for event in late if event.delay_s]
    assert 10 == len(delays) == len(set(delays))
    assert all(0 <= delay <= 7200 for delay in delays)


def test_batches_are_arrays() -> None:
    """Ten events are sent in one request, the rest in the last one; Content-Length is right."""
    batches, _ = events("batch-array=10", count=25)
    assert [10, 10, 5] == [len(body(event)) for event in batches]
    for event in batches:
        head, _, text = event.payload.partition(b"\r\n\r\n")
        assert b"Content-Length: %d" % len(text) in head


@pytest.mark.parametrize(
    "spec",
    ["dup-sane=5%", "dup-same", "dup-same=105%", "reorder=0", "late=soon", "per-part=3", "lost=x", "early-receipt"],
)
def test_settings_without_effect_are_refused(spec: str) -> None:
    """A misspelled setting, or one without an effect, is an error."""
    with pytest.raises(UsageError):
        events(spec)


def test_what_excludes_each_other_is_refused_before_the_first_event() -> None:
    """The error does not wait for the first damaged event, before which others were sent."""
    with pytest.raises(UsageError, match="batch-array and corrupt"):
        parse_chaos("batch-array=10,corrupt=0.1%")


def test_a_receiver_that_refuses_damaged_events_passes(ringocli: Command) -> None:
    """A 400 is the right answer to a damaged body; a 500 is a failure."""
    with receiver() as receiving:
        original = receiving._answer

        def checked(client: Any, payload: bytes) -> bool:
            try:
                json.loads(payload.partition(b"\r\n\r\n")[2])
                receiving.decide = lambda name, times: OK
            except ValueError:
                receiving.decide = lambda name, times: b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"
            return original(client, payload)

        receiving._answer = checked  # type: ignore[method-assign]
        arguments = [
            "simulate-webhook", SAMPLES / "telnyx.json", "--url", receiving.url, "--count", "100", "--seed", "1",
            "--chaos", "corrupt=20%,dup-same=10%", "--format", "json",
        ]  # fmt: skip
        good = ringocli(*arguments)
        receiving._answer = original  # type: ignore[method-assign]
        receiving.decide = lambda name, times: BROKEN
        bad = ringocli(*arguments)
    summary = good.document
    assert (0, 0) == (good.code, summary["failed"])
    assert summary["planned"] == 100 + summary["chaos"]["dup_same"] == summary["delivered"]
    assert summary["duplicates_sent"] == summary["chaos"]["dup_same"] > 0
    assert summary["statuses"]["400"] >= summary["chaos"]["corrupt"] > 0
    assert (1, summary["planned"]) == (bad.code, bad.document["failed"])
