"""Reading webhooks: selection by key, by value and by shape; near misses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import Template
from ringocli.template.reader import read_template


def event(key: str | None, kind: str, parameters: Any, method: str | None = "POST") -> dict[str, Any]:
    """An event of a Webhook section."""
    made = {"event_type": kind, "request_parameters": parameters}
    if key is not None:
        made["event_key"] = key
    if method is not None:
        made["request_method"] = method
    return made


def template(*events: Any, container: Any = None) -> Template:
    """A template that takes these events."""
    return read_template({"id": "a", "name": "A", "class": "sms", "Webhook": container or list(events)})


def webhook(body: Any, content_type: str = "application/json", **more: Any) -> IncomingRequest:
    """A webhook with a JSON body, or a raw one."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return IncomingRequest(body=raw, headers=(("Content-Type", content_type),), **more)


MESSAGE = {"method": "$event_key$", "params": {"from": "$from$", "to": "$to$", "content": "$content$"}}
DOCUMENTED = (
    event("message", "message", MESSAGE),
    event("file", "mms", {"method": "$event_key$", "params": {"from": "$from$", "to": "$to$", "text": "$text$", "url": "$url$"}}),
    event("delivered", "messageDelivered", {"method": "$event_key$", "params": {"messageid": "$messageid$"}}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "variables"),
    [
        (
            {"method": "message", "params": {"from": "+61855555555", "to": "+61123456789", "content": "Hello there!"}},
            "message",
            {"from": "+61855555555", "to": "+61123456789", "content": "Hello there!"},
        ),
        (
            {
                "method": "file",
                "params": {"from": "1", "to": "2", "text": "Sending a file", "url": "https://y.example/f"},
            },
            "mms",
            {"from": "1", "to": "2", "text": "Sending a file", "url": "https://y.example/f"},
        ),
        (
            {"method": "file", "params": {"from": "1", "to": "2", "url": "u"}},
            "mms",
            {"from": "1", "to": "2", "url": "u"},
        ),
        (
            {"method": "delivered", "params": {"messageid": "9612c4e2-27f8-4463-a517-c6306ffdabff"}, "more": [1]},
            "messageDelivered",
            {"messageid": "9612c4e2-27f8-4463-a517-c6306ffdabff"},
        ),
    ],
)
def test_ringotels_own_samples_are_read(body: Any, kind: str, variables: dict[str, str]) -> None:
    """The documented webhooks match their events, extra keys aside."""
    reading = read_webhook(template(*DOCUMENTED), webhook(body))
    assert reading.event is not None
    assert (kind, variables) == (reading.event.type, dict(reading.variables))


@pytest.mark.parametrize(
    "container",
    [
        list(DOCUMENTED),
        DOCUMENTED[0],
        {"message": DOCUMENTED[0], "file": DOCUMENTED[1]},
        {"events": list(DOCUMENTED), "url": "x"},
    ],
    ids=["array", "single object", "named map", "wrapped array"],
)
def test_every_container_is_read(container: Any) -> None:
    """Events are found in every form of the Webhook section."""
    reading = read_webhook(
        template(container=container),
        webhook({"method": "message", "params": {"from": "1", "to": "2", "content": "x"}}),
    )
    assert reading.event is not None
    assert "message" == reading.event.key


def test_the_more_specific_event_wins() -> None:
    """If SMS and MMS have the same key, the event that also reads the file wins."""
    shared = {"type": "$event_key$", "from": "$from$", "to": "$to$"}
    made = template(
        event("in", "message", {**shared, "text": "$content$"}),
        event("in", "mms", {**shared, "text": "$text$", "media": [{"url": "$url$"}]}),
    )
    body = {"type": "in", "from": "1", "to": "2", "text": "hi", "media": [{"url": "u1"}, {"url": "u2"}]}
    reading = read_webhook(made, webhook(body))
    assert reading.event is not None
    assert ("mms", "u1", ["message"]) == (reading.event.type, reading.variables["url"], [e.type for e in reading.also])
    assert any("more than one element" in note for note in reading.notes)
    plain = read_webhook(made, webhook({**body, "media": []}))
    assert plain.event is not None
    assert "message" == plain.event.type


def test_equally_good_events_are_reported() -> None:
    """If two events match equally well, the first in the file is used, with a note."""
    made = template(event("a", "message", {"f": "$from$", "t": "$to$", "c": "$content$"}),
                    event("b", "mms", {"f": "$from$", "t": "$to$", "c": "$url$"}))  # fmt: skip
    reading = read_webhook(made, webhook({"f": "1", "t": "2", "c": "x"}))
    assert reading.event is not None
    assert "message" == reading.event.type
    assert any("equally well" in note for note in reading.notes)


@pytest.mark.parametrize(("value", "matched"), [(True, True), (False, False), ("true", True), (None, False)])
def test_a_boolean_distinguishes_receipts(value: Any, matched: bool) -> None:
    """``deliveryReceipt: true`` is the key "true"."""
    made = template(event("true", "messageDelivered", {"deliveryReceipt": "$event_key$", "referenceId": "$messageid$"}))
    reading = read_webhook(made, webhook({"deliveryReceipt": value, "referenceId": "r1"}))
    assert matched == (reading.event is not None)


def test_a_literal_pins_success() -> None:
    """A failed receipt does not match the event for delivered messages."""
    made = template(event("message.finalized", "messageDelivered",
                          {"type": "$event_key$", "id": "$messageid$", "to": [{"status": "delivered"}]}))  # fmt: skip
    good = {"type": "message.finalized", "id": "1", "to": [{"status": "delivered"}]}
    assert read_webhook(made, webhook(good)).event is not None
    bad = read_webhook(made, webhook({**good, "to": [{"status": "delivery_failed"}]}))
    assert bad.event is None
    assert bad.near_miss is not None
    assert [("to", 0, "status")] == [one.pointer for one in bad.near_miss.differences]


def test_a_root_array_is_tried_element_by_element() -> None:
    """Both an array pattern and an object pattern read a body that is an array."""
    parameters = {"type": "$event_key$", "message": {"from": "$from$", "to": "$to$", "text": "$content$"}}
    body = [{"type": "x"}, {"type": "in", "message": {"from": "1", "to": "2", "text": "t"}}]
    for pattern in ([parameters], parameters):
        reading = read_webhook(template(event("in", "message", pattern)), webhook(body))
        assert {"from": "1", "to": "2", "content": "t"} == dict(reading.variables)


def test_forms_and_queries_are_read() -> None:
    """A form is read with or without its content type, and a GET by its query."""
    made = template(
        event("received", "message", {"S": "$event_key$", "F": "$from$", "T": "$to$", "B": "$content$"}, None)
    )
    form = b"S=received&F=%2B1&T=2&B=a+b%26%C3%BC&X="
    expected = {"from": "+1", "to": "2", "content": "a b&ü"}
    assert expected == dict(read_webhook(made, webhook(form, "application/x-www-form-urlencoded")).variables)
    assert expected == dict(read_webhook(made, IncomingRequest(body=form)).variables)
    assert expected == dict(read_webhook(made, IncomingRequest(method="GET", query=form.decode())).variables)


def test_the_method_filters_events() -> None:
    """An event with POST does not match a GET, and a note says so."""
    reading = read_webhook(template(*DOCUMENTED), IncomingRequest(method="GET", query="a=1"))
    assert (None, None) == (reading.event, reading.near_miss)
    assert "no event uses GET" in reading.notes[0]


def test_a_near_miss_lists_all_differences_and_a_patch() -> None:
    """Every difference is listed, and the patch renames the key and replaces the event key."""
    body = {"method": "inbound", "params": {"From": "1", "to": "2", "content": "x"}}
    reading = read_webhook(template(DOCUMENTED[0]), webhook(body))
    assert reading.near_miss is not None
    assert {("method",), ("params", "from")} == {one.pointer for one in reading.near_miss.differences}
    assert [
        {
            "op": "move",
            "from": "/Webhook/0/request_parameters/params/from",
            "path": "/Webhook/0/request_parameters/params/From",
        },
        {"op": "replace", "path": "/Webhook/0/event_key", "value": "inbound"},
    ] == [dict(operation) for operation in reading.near_miss.patch]


@pytest.mark.parametrize(
    ("kind", "pinned", "received", "is_spelling"),
    [
        ("messageDelivered", "deliverd", "delivered", True),
        ("messageDelivered", "dlr", "receipt", True),
        ("messageDelivered", "delivered", "sent", False),
        ("messageDelivered", "delivered", "undelivered", False),
        ("messageDelivered", "201", "301", False),
        ("message", "message-received", "message-failed", False),
        ("message", "inbound", "mo", True),
    ],
)
def test_a_patch_never_reads_another_outcome(kind: str, pinned: str, received: str, is_spelling: bool) -> None:
    """No patch accepts a failed or an intermediate status as delivered, whether it is pinned by key or by literal."""
    values = {"id": "$messageid$"} if kind == "messageDelivered" else {"f": "$from$", "t": "$to$", "c": "$content$"}
    by_key = event(pinned, kind, {"status": "$event_key$", **values})
    by_literal = event("any", kind, {"kind": "$event_key$", "status": pinned, **values})
    body = {"kind": "any", "status": received, "id": "1", "f": "1", "t": "2", "c": "x"}
    for one in (by_key, by_literal):
        reading = read_webhook(template(one), webhook(body))
        assert reading.near_miss is not None
        assert is_spelling == any(operation["value"] == received for operation in reading.near_miss.patch)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{", "application/json"), (b"\xff\xfe", "application/json"), (b"[" * 100_000, "application/json"),
     (b"a", "text/plain; charset=nonsense"), (b"NaN", "application/json")],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_one_sentence(body: bytes, content_type: str) -> None:
    """Invalid, wrongly encoded or deeply nested bodies are an error with a message, not a traceback."""
    with pytest.raises(LocalError):
        read_webhook(template(*DOCUMENTED), webhook(body, content_type))


def test_a_reply_gives_the_message_id() -> None:
    """``response_map`` reads the provider's reply, arrays included."""
    document = {"API": {"SendMessage": {"request_method": "POST", "request_url": "https://a.example",
                "response_map": {"messages": [{"message_id": "$messageid$"}]}}}}  # fmt: skip
    (spec,) = read_template(document).requests
    found = read_reply(spec, Reply(status=200, body=b'{"messages":[{"message_id":7}]}'))
    assert ({"messageid": "7"}, ("messages", 0, "message_id")) == (dict(found.bindings), found.sources["messageid"])
    assert not read_reply(spec, Reply(status=200, body=b'{"messages":[]}')).fits
