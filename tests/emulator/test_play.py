"""Playing the provider by hand: pasted webhooks, test events, and deleting their exchanges."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, MESSAGE, NUMBER, call

BODY = MESSAGE if isinstance(MESSAGE, bytes) else json.dumps(MESSAGE).encode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BODY, id="json"),
        pytest.param(b"POST /hook HTTP/1.1\nHost: x.example\nContent-Type: application/json\n\n" + BODY, id="http"),
        pytest.param(b"curl https://x.example/hook -H 'Content-Type: application/json' -d '" + BODY + b"'", id="curl"),
    ],
)
def test_a_pasted_webhook_is_received(inbox: Emulator, text: bytes) -> None:
    """JSON, an HTTP request and a curl command are the same webhook."""
    got = call(inbox, "POST", "/api/paste", text, {"Content-Type": "text/plain"})
    assert (202, True) == (got.status, got.document["matched"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/api/paste", b""),
        ("/api/paste", b"HTTP/1.1 200 OK\n\n{}"),
        ("/api/play", {"event": "nonsense"}),
        ("/api/play", {"event": "message", "variables": {"form": "x"}}),
        ("/api/play", {"event": "message", "variables": {"from": 1}}),
        ("/api/play", {}),
    ],
)
def test_what_cannot_be_played_is_refused(inbox: Emulator, path: str, content: Any) -> None:
    """Nothing is stored, and the reply says why."""
    got = call(inbox, "POST", path, content, {"Content-Type": "text/plain"} if isinstance(content, bytes) else {})
    assert 400 == got.status
    assert got.document["error"]["message"]
    assert [] == call(inbox, "GET", "/api/exchanges").document["exchanges"]


def test_each_event_can_be_played(inbox: Emulator) -> None:
    """Filled with the sample values that ``/api/about`` lists, every event matches itself."""
    for event in call(inbox, "GET", "/api/about").document["template"]["events"]:
        content = {"event": event["pointer"], "variables": event["variables"]}
        got = call(inbox, "POST", "/api/play", content).document
        assert (event["event_key"], True) == (got["event_key"], got["matched"])


def test_one_exchange_is_deleted(inbox: Emulator) -> None:
    """Deleting one exchange keeps the others, and deleting it again is an error."""
    first, second = (inbox.send(to=CONTACT, content=text, from_=NUMBER)["id"] for text in ("one", "two"))
    assert 200 == call(inbox, "DELETE", f"/api/exchanges/{first}").status
    assert 404 == call(inbox, "DELETE", f"/api/exchanges/{first}").status
    kept = call(inbox, "GET", "/api/exchanges?direction=outgoing").document["exchanges"]
    assert [second] == [one["id"] for one in kept]


def test_the_template_and_its_findings_are_shown(inbox: Emulator) -> None:
    """The version in use is shown, with the line of each finding."""
    shown = call(inbox, "GET", "/api/template").document
    assert json.loads(shown["text"])["id"] == "acme"
    assert all(finding["line"] > 0 for finding in shown["findings"])


@pytest.mark.parametrize(
    "query", ["with:%22%2B1 (310) 555-0199%22", "with:%2B1 310 555-0199", "with:3105550199", "to:%2B13105550199"]
)
def test_numbers_are_found_as_they_are_displayed(inbox: Emulator, query: str) -> None:
    """Spaces, hyphens and parentheses in a number make no difference."""
    inbox.send(to="+13105550199", content="Found", from_=NUMBER)
    inbox.send(to="+14155550123", content="Not found", from_=NUMBER)
    found = call(inbox, "GET", f"/api/exchanges?direction=outgoing&q={query.replace(' ', '%20')}").document["exchanges"]
    assert ["Found"] == [one["variables"]["content"] for one in found]


def test_a_mistyped_filter_is_reported(inbox: Emulator) -> None:
    """A name that is nearly a keyword of the filter is reported, not searched for as text."""
    got = call(inbox, "GET", "/api/exchanges?q=fron:x")
    assert (400, True) == (got.status, "did you mean from?" in got.document["error"]["message"])
