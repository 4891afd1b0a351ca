"""Choosing an event by any of its names."""

from __future__ import annotations

import json

import pytest

from ringocli.errors import UsageError
from ringocli.template.model import Template
from ringocli.template.reader import read_template
from tests.conftest import SAMPLES


def template(name: str = "telnyx") -> Template:
    """The sample of a preset."""
    return read_template(json.loads((SAMPLES / f"{name}.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("sample", "name", "pointer"),
    [
        ("telnyx", "message.finalized", "/Webhook/2"),
        ("telnyx", "messageDelivered", "/Webhook/2"),
        ("telnyx", "messageDelivered:message.finalized", "/Webhook/2"),
        ("telnyx", "/Webhook/1", "/Webhook/1"),
        ("telnyx", "delivered", "/Webhook/2"),
        ("telnyx", "message", "/Webhook/0"),
        ("telnyx", "mms", "/Webhook/1"),
        ("telnyx", "file", "/Webhook/1"),
        ("generic-json", "delivered", "/Webhook/2"),
        ("twilio", "delivered", "/Webhook/2"),
    ],
)
def test_an_event_has_several_names(sample: str, name: str, pointer: str) -> None:
    """An event is found by its event_key, its type, both, its pointer, and the kind of its sample."""
    found = template(sample).event(name)
    assert pointer == f"/{'/'.join(map(str, found.pointer))}"


def test_a_key_wins_over_another_name() -> None:
    """For the name ``delivered``, an event with that key takes precedence over one that only has that type."""
    root = {
        "Webhook": [
            {"event_key": "sent", "event_type": "messageDelivered", "request_parameters": {"s": "$event_key$"}},
            {"event_key": "delivered", "event_type": "message", "request_parameters": {"s": "$event_key$"}},
        ]
    }
    assert "message" == read_template(root).event("delivered").type
    assert "sent" == read_template(root).event("messageDelivered").key


def test_a_name_of_several_events_is_refused() -> None:
    """The error lists every name that is unambiguous."""
    with pytest.raises(UsageError) as caught:
        template().event("message.received")
    assert "Use one of: message:message.received, mms:message.received." == caught.value.hint


def test_all_is_every_event() -> None:
    """``all`` means all events in the order of the template."""
    made = template()
    assert made.events == made.events_named(["delivered", "all"])
    assert [made.events[2], made.events[0]] == list(made.events_named(["delivered", "message"]))
