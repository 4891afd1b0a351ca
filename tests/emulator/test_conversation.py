"""A conversation between the Ringotel user and the contact, through the built-in provider."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME, SAMPLES
from tests.emulating import CONTACT, NUMBER, call


def test_sent_message_is_delivered(inbox: Emulator) -> None:
    """A sent text is the template's request, and its receipt is correlated by the provider's id."""
    sent = inbox.send(CONTACT, "Hello", from_=NUMBER)
    assert ("outgoing", "SendMessage", True, []) == (sent["direction"], sent["name"], sent["matched"], sent["problems"])
    assert {"from": NUMBER, "to": CONTACT, "text": "Hello"} == json.loads(sent["request"]["body"])
    receipt = inbox.wait(event_type="messageDelivered")
    assert (sent["id"], "incoming") == (receipt["correlates"], receipt["direction"])
    assert "delivered" == inbox.exchanges()[1]["status"]


def test_contact_replies(inbox: Emulator) -> None:
    """A text from the contact is received as the template's message event."""
    taken = inbox.reply(NUMBER, "See you", from_=CONTACT)
    assert ("message", True, 200) == (taken["event_type"], taken["matched"], taken["reply"]["status"])
    assert {"from": CONTACT, "to": NUMBER, "content": "See you"} == taken["variables"]


def test_files_are_sent_and_received(inbox: Emulator) -> None:
    """An uploaded file is served, sent by SendFile, and received as an mms."""
    added = call(inbox, "POST", "/api/files?name=dog.png", b"\x89PNG...", {"Content-Type": "image/png"})
    assert 201 == added.status
    url = added.document["url"]
    sent = inbox.send(CONTACT, media_url=url, from_=NUMBER)
    assert ("SendFile", url) == (sent["name"], json.loads(sent["request"]["body"])["media"])
    taken = inbox.reply(NUMBER, "Look", from_=CONTACT, media_url=url)
    assert ("mms", url, "Look") == (taken["event_type"], taken["variables"]["url"], taken["variables"]["text"])
    file = call(inbox.inbox(""), "GET", url.partition("//")[2].partition("/")[2].join(("/", "")))
    assert (200, b"\x89PNG...", "image/png") == (file.status, file.body, file.headers["content-type"])
    assert "sandbox" in file.headers["content-security-policy"]


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_every_sample_has_a_conversation(name: str) -> None:
    """Every sample template sends a message, gets its receipt, and receives a reply."""
    template = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    with emulator(template, instant=True) as inbox:
        sent = inbox.send(CONTACT, "50 % & more\n😀", from_=NUMBER)
        assert (True, "50 % & more\n😀") == (sent["matched"], sent["variables"]["content"])
        assert "ok\n€" == inbox.reply(NUMBER, "ok\n€", from_=CONTACT)["variables"]["content"]
        kinds = {event["event_type"] for event in template["Webhook"]}
        if "messageDelivered" in kinds:
            assert sent["id"] == inbox.wait(event_type="messageDelivered")["correlates"]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("Webhook", ACME["Webhook"][0]),
        ("Webhook", {"first": ACME["Webhook"][0], "last": ACME["Webhook"][2]}),
        ("Webhook", {"events": ACME["Webhook"]}),
        ("Webhook", []),
        ("API", {"SendMessage": ACME["API"]["SendMessage"]}),
        ("API", {}),
    ],
    ids=["one event", "named events", "events in an object", "no event", "no SendFile", "only events"],
)
def test_template_of_any_shape_is_described(part: str, value: Any) -> None:
    """/api/about describes a template with any Webhook section, or without it."""
    template = {**ACME, part: value}
    with emulator(template) as inbox:
        about = call(inbox, "GET", "/api/about")
        assert 200 == about.status
        assert len(template["API"]) == len(about.document["template"]["requests"])
        assert about.document["assumptions"]


def test_failed_message_is_not_delivered(inbox: Emulator) -> None:
    """A message to a failing number ends as failed."""
    sent = inbox.send("+15005550002", "Hello", from_=NUMBER)
    assert sent["id"] == inbox.wait(status="failed", direction="outgoing")["id"]
    receipt = inbox.exchanges("direction:incoming")[0]
    assert (False, 422, None) == (receipt["matched"], receipt["reply"]["status"], receipt["near_miss"])


@pytest.mark.parametrize(
    ("number", "status"), [("+15005550001", 422), ("+15005550004", 422), ("+15005550029", 429), ("+15005550050", 500)]
)
def test_magic_numbers_reject_at_once(inbox: Emulator, number: str, status: int) -> None:
    """A rejected message has the provider's status and its reason."""
    sent = inbox.send(number, "Hello", from_=NUMBER)
    assert ("refused", status) == (sent["status"], sent["reply"]["status"])
    assert any("the provider's error" in note for note in sent["notes"])


def test_provider_that_never_answers(inbox: Emulator) -> None:
    """A provider that never answers makes the send fail, with that reason."""
    sent = inbox.send("+15005550054", "Hello", from_=NUMBER)
    assert ("failed", None, "the provider does not answer") == (sent["status"], sent["reply"], sent["error"])


def test_duplicate_receipt(inbox: Emulator) -> None:
    """Both copies of a duplicate receipt are correlated with the message."""
    sent = inbox.send("+15005550011", "Hello", from_=NUMBER)
    newest = sent
    while len(inbox.exchanges("is:receipt")) < 2:
        newest = inbox.wait(event_type="messageDelivered", after=newest["id"])
    assert [sent["id"]] * 2 == [receipt["correlates"] for receipt in inbox.exchanges("is:receipt")]


def test_stop_opts_out_until_start(inbox: Emulator) -> None:
    """After STOP the provider rejects messages to the contact, until START."""
    inbox.reply(NUMBER, "Stop", from_=CONTACT)
    assert "refused" == inbox.send(CONTACT, "Hello?", from_=NUMBER)["status"]
    inbox.reply(NUMBER, "START", from_=CONTACT)
    assert "queued" == inbox.send(CONTACT, "Hello!", from_=NUMBER)["status"]
