"""prove across events: no webhook of one event may be taken for another."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ringocli.messaging.proof import prove
from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.template.reader import read_template


def template(*events: tuple[str | None, str, dict[str, Any]]) -> dict[str, Any]:
    """The generic preset with these events: key, type and pattern."""
    document = copy.deepcopy(dict(load("generic-json").template))
    document["Webhook"] = [
        {"event_type": kind, "request_method": "POST", "request_parameters": pattern}
        | ({"event_key": key} if key is not None else {})
        for key, kind, pattern in events
    ]
    return document


TEXT = {"from": "$from$", "to": "$to$", "body": "$content$"}
FAULTS = {
    "a text that selects another event": (
        template(
            (None, "message", TEXT),
            ("PICTURE", "mms", {"body": "$event_key$", "from": "$from$", "to": "$to$", "media": "$url$"}),
        ),
        "Webhook message",
        "when content is 'PICTURE'",
    ),
    "a tie that the order decides": (
        template(
            (None, "message", TEXT),
            (None, "mms", {"from": "$from$", "to": "$to$", "media": "$url$"}),
        ),
        "Webhook mms",
        "only the order in the file decides",
    ),
}


@pytest.mark.parametrize(("document", "where", "why"), FAULTS.values(), ids=FAULTS)
def test_a_webhook_that_another_event_takes_is_a_counter_example(
    document: dict[str, Any], where: str, why: str
) -> None:
    """The counter-example names both events, the reason, and the bytes."""
    found = prove(read_template(document), "", cases=5).counter_example
    assert found is not None
    assert (where, True) == (found.where, why in found.why)
    assert found.sent.startswith("{")


def test_a_more_specific_event_may_take_a_webhook() -> None:
    """An mms is a message with a file, so the event with more fields takes it."""
    document = template((None, "message", TEXT), (None, "mms", {**TEXT, "body": "$text$", "media": "$url$"}))
    assert prove(read_template(document), "", cases=5).proved


def test_events_with_different_keys_are_not_confused() -> None:
    """No webhook has both keys at once."""
    document = template(
        ("in", "message", {"kind": "$event_key$", **TEXT}),
        ("done", "messageDelivered", {"status": "$event_key$", "a": "1", "b": "2", "id": "$messageid$"}),
    )
    assert prove(read_template(document), "", cases=5).proved


@pytest.mark.parametrize("name", names())
def test_every_preset_passes(name: str) -> None:
    """No preset has a counter-example."""
    assert prove(read_template(load(name).template), "", cases=40).proved
