"""Events learned from several samples of one kind that differ from each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.learn.events import learn_events
from ringocli.importers.learn.webhook_samples import LearnedEvents, WebhookSample
from ringocli.messaging.webhook import taken_by
from ringocli.template.reader import read_template

IDS = ("a1b2c3d4e5", "a1b2c3d4e6", "a1b2c3d4e7")


def receipt(index: int, **values: Any) -> dict[str, Any]:
    """A receipt for one of three messages."""
    return {"id": IDS[index], "to": "+15551234567", **values}


def learned(*samples: tuple[str, Any]) -> tuple[LearnedEvents, list[str | None]]:
    """What is learned, and the type of the event that each sample matches then."""
    given = [
        WebhookSample(
            kind=kind,
            name=f"{kind}{index}",
            incoming=IncomingRequest(method="POST", path="/", body=json.dumps(body).encode()),
        )
        for index, (kind, body) in enumerate(samples)
    ]
    events = learn_events(given)
    template = read_template({"class": "sms", "Webhook": events.events})
    taken = [taken_by(template, sample.incoming) for sample in given]
    return events, [found[0] if found is not None else None for found in taken]


def blocking(events: LearnedEvents) -> list[str]:
    """The clauses on what does not work."""
    return [limit.blocker.clause for limit in events.limits if limit.blocker is not None]


@pytest.mark.parametrize(
    "samples",
    [
        [("delivered", receipt(0, status="DELIVERED")), ("delivered", receipt(1, status="READ"))],
        [
            ("delivered", receipt(0, status=1)),
            ("delivered", receipt(1, status=2)),
            ("other", receipt(2, status=16)),
        ],
        [
            ("delivered", {"type": "message.status", "data": receipt(0, status="delivered")}),
            ("delivered", {"type": "message.status", "data": receipt(1, status="read")}),
            ("other", {"type": "message.status", "data": receipt(2, status="undelivered")}),
        ],
    ],
)
def test_each_status_that_means_delivered_has_an_event(samples: list[tuple[str, Any]]) -> None:
    """Receipts of delivered messages with different statuses are all matched, a failed one is not."""
    events, matched = learned(*samples)
    assert [{"delivered": "messageDelivered"}.get(kind) for kind, _ in samples] == matched
    assert not blocking(events)
    keys = [event["event_key"] for event in events.events]
    assert len(keys) == len(set(keys)) == 2


def test_a_value_that_all_delivered_receipts_have_is_preferred() -> None:
    """A status that they share is required, not a code that differs among them."""
    events, matched = learned(
        ("delivered", receipt(0, code="000", status=0)),
        ("delivered", receipt(1, code="001", status=0)),
        ("other", receipt(2, code="034", status=2)),
    )
    assert ["messageDelivered", "messageDelivered", None] == matched
    assert ["0"] == [event["event_key"] for event in events.events]


def test_events_of_one_kind_have_their_own_names() -> None:
    """Two messages with different fields are distinguished by the name of each event."""
    events, matched = learned(
        ("message", {"event": "mo", "from": "+15551234567", "to": "+15557654321", "text": "Hi"}),
        ("message", {"event": "mo.long", "msisdn": "+15551234567", "recipient": "+15557654321", "body": "Hello"}),
    )
    assert ["message", "message"] == matched
    assert ["mo", "mo.long"] == [event["event_key"] for event in events.events]


@pytest.mark.parametrize("order", [1, -1])
def test_a_failed_receipt_that_was_pasted_as_delivered_matches_nothing(order: int) -> None:
    """It is used as a failed one, and the limit says so; it prevents nothing if there is a delivered one."""
    samples = [("delivered", receipt(0, status="failed")), ("delivered", receipt(1, status="delivered"))]
    events, matched = learned(*samples[::order])
    assert [None, "messageDelivered"][::order] == matched
    assert not blocking(events)
    assert any('"failed"' in limit.why and "other=FILE" in limit.why for limit in events.limits)


def test_a_failed_receipt_alone_makes_no_event() -> None:
    """If the only receipt is that of a failed message, no event is written, and the first line says so."""
    events, _ = learned(("delivered", receipt(0, status="failed")))
    assert not events.events
    assert any("will not be matched" in clause for clause in blocking(events))


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (
            [("delivered", receipt(0, status="delivered")), ("delivered", receipt(1, status="sent"))],
            'its "status" is "sent", and the event requires "delivered"',
        ),
        ([("delivered", receipt(0, status="sent"))], 'is "sent", which does not mean delivered'),
    ],
)
def test_a_status_that_is_not_final_is_reported(samples: list[tuple[str, Any]], words: str) -> None:
    """The reason names the status and what was expected."""
    events, _ = learned(*samples)
    assert any(words in clause for clause in blocking(events))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("text", [{}, {"text": ""}, {"text": None}])
def test_a_message_without_a_text_does_not_spoil_the_others(order: int, text: dict[str, Any]) -> None:
    """The limit says that the text is missing; messages with a text are received."""
    numbers = {"type": "in", "from": "+15551234567", "to": "+15557654321"}
    samples = [("message", {**numbers, "text": "Hi"}), ("message", {**numbers, **text})]
    events, matched = learned(*samples[::order])
    assert ["message", None][::order] == matched
    assert not blocking(events)
    assert any("has no text" in limit.why for limit in events.limits)
