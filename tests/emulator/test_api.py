"""The API: lists, search, export, replay, inboxes, and errors."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.errors import UsageError
from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/webhook/acne", MESSAGE, 404),
        ("POST", "/webhook", MESSAGE, 404),
        ("DELETE", "/webhook/acme", None, 405),
        ("POST", "/webhook/acme", b'{"method": ', 400),
        ("POST", "/webhook/acme", b"\xff\xfe{", 400),
        ("POST", "/webhook/acme", b"x" * 10_000_001, 413),
        ("GET", "/webhook/acme?method=message", None, 422),
        ("POST", "/nowhere", MESSAGE, 404),
        ("GET", "/api/exchanges/999999", None, 404),
        ("GET", "/api/exchanges/..%2f", None, 404),
        ("GET", "/files/sample/missing.jpg", None, 404),
        ("GET", "/page/..%2fstore.py", None, 404),
        ("POST", "/api/send", b"nonsense", 400),
        ("POST", "/api/send", {"to": CONTACT, "content": "x"}, 400),
        ("POST", "/api/send", {"from": NUMBER, "to": CONTACT}, 400),
        ("POST", "/api/send", {"from": 1, "to": CONTACT, "content": "x"}, 400),
        ("POST", "/api/send", {"from": NUMBER, "to": CONTACT, "contnet": "x"}, 400),
        ("POST", "/api/send", {"from": NUMBER, "to": CONTACT, "content": "x", "properties": {"no": "x"}}, 400),
        ("POST", "/api/chaos", {"ringotel": {"status": 1}}, 400),
        ("GET", "/api/exchanges?limit=x", None, 400),
        ("GET", "/api/exchanges?before=x", None, 400),
        ("GET", "/api/exchanges?q=is:nothing", None, 400),
        ("GET", "/api/wait?colour=red", None, 400),
        ("GET", "/api/wait?matched=maybe", None, 400),
        ("GET", "/api/export?format=xml", None, 400),
    ],
)
def test_invalid_requests_get_an_error_message(
    inbox: Emulator, method: str, path: str, content: Any, status: int
) -> None:
    """Every refusal is JSON with a message, and the emulator keeps running."""
    headers = JSON if isinstance(content, bytes) else {}
    got = call(inbox, method, path, content, headers)
    assert status == got.status
    assert got.document.get("near_miss", {}) is None or "message" in got.document.get("error", {"message": ""})
    assert 200 == call(inbox, "GET", "/readyz").status


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/exchanges/9", 404), ("PUT", "/api/send", 405)])
def test_an_error_can_be_had_as_a_success(inbox: Emulator, method: str, path: str, status: int) -> None:
    """A browser reports every error of HTTP in the console, so the page asks for errors with the status 200."""
    got = call(inbox, method, path, headers={"Ringocli-Errors": "200"})
    assert (200, str(status)) == (got.status, got.headers["ringocli-status"])
    assert got.document["error"]["message"]
    assert status == call(inbox, method, path).status


@pytest.mark.parametrize(
    ("path", "size", "says"),
    [("/api/send", 1_000_001, "larger than 1 MB"), ("/api/files", 10_000_001, "larger than 10 MB")],
)
def test_error_names_the_size_limit(inbox: Emulator, path: str, size: int, says: str) -> None:
    """JSON documents and files have different size limits, and the error names the right one."""
    got = call(inbox, "POST", path, b" " * size)
    assert 413 == got.status
    assert says in got.document["error"]["message"]


def test_openapi_describes_the_responses(running: Emulator) -> None:
    """The description is valid OpenAPI 3.1, and responses conform to it."""
    from openapi_spec_validator import validate

    document = call(running, "GET", "/openapi.json").document
    validate(document)
    inbox = running.inbox("described")
    inbox.send(CONTACT, "Hello", from_=NUMBER)
    call(inbox, "POST", "/webhook/acme", {"method": "nothing"})
    inbox.wait(event_type="messageDelivered")
    schema = {**document["components"]["schemas"]["Exchange"], "components": document["components"]}
    for exchange in inbox.exchanges():
        jsonschema.validate(exchange, schema)
    chaos = {**document["components"]["schemas"]["Chaos"], "components": document["components"]}
    jsonschema.validate(call(inbox, "GET", "/api/chaos").document, chaos)
    send = document["components"]["schemas"]["Send"]
    for content in ({"from": NUMBER, "to": CONTACT}, {"from": "", "to": CONTACT, "content": "x"}):
        assert 400 == call(inbox, "POST", "/api/send", content).status
        assert not jsonschema.Draft202012Validator(send).is_valid(content)
    assert "GET" in call(inbox, "PATCH", "/api/about").headers["allow"]


def test_inboxes_are_isolated(running: Emulator) -> None:
    """Exchanges, chaos and opt-outs of one inbox do not affect another."""
    one, other = running.inbox("one"), running.inbox("other")
    one.reply(NUMBER, "STOP", from_=CONTACT)
    one.set_chaos(ringotel={"status": 503})
    assert [] == other.exchanges()
    assert "queued" == other.send(CONTACT, "Hello", from_=NUMBER)["status"]
    assert 200 == call(other, "POST", "/webhook/acme", MESSAGE).status
    assert 503 == call(one, "POST", "/webhook/acme", MESSAGE).status
    assert 404 == call(running, "GET", "/i/not%20allowed/readyz").status


def test_export_contains_everything(inbox: Emulator) -> None:
    """Exports contain every exchange, oldest first, as JSON lines and as HAR."""
    for number in range(3):
        inbox.reply(NUMBER, f"text {number}", from_=CONTACT)
    lines = [json.loads(line) for line in call(inbox, "GET", "/api/export").body.splitlines()]
    assert ["text 0", "text 1", "text 2"] == [line["variables"]["content"] for line in lines]
    assert all("text" in line["request"]["body"] for line in lines)
    har = call(inbox, "GET", "/api/export?format=har").document
    assert 3 == len(har["log"]["entries"])
    inbox.clear()
    assert [] == inbox.exchanges()


def test_search_language(inbox: Emulator) -> None:
    """Keys, negation and phrases select exchanges; an unknown key is plain text."""
    inbox.reply(NUMBER, 'the "quoted" 50% text', from_="+14155550111")
    inbox.reply(NUMBER, "another one", from_="+14155550112")
    call(inbox, "POST", "/webhook/acme", {"method": "unknown"})
    found = {
        query: len(inbox.exchanges(query))
        for query in ('"quoted"', "50%", "from:0111", "-from:0111", "is:unmatched", "-is:unmatched another", "status:4xx",
                      "event:message", "http://x", "direction:incoming", "after:2020-01-01", "before:2020-01-01")
    }  # fmt: skip
    assert {
        '"quoted"': 1, "50%": 1, "from:0111": 1, "-from:0111": 2, "is:unmatched": 1, "-is:unmatched another": 1,
        "status:4xx": 1, "event:message": 2, "http://x": 0, "direction:incoming": 3, "after:2020-01-01": 3,
        "before:2020-01-01": 0,
    } == found  # fmt: skip


@given(
    query=st.text(max_size=80)
    | st.lists(st.sampled_from(['"', "-", "is:", "from:", "%", "_", "\\", "a", " ", ":", "'"])).map("".join)
)
@settings(max_examples=60)
def test_any_search_is_answered(running: Emulator, query: str) -> None:
    """Any query is either a search or a usage error."""
    with contextlib.suppress(UsageError):
        assert [] == running.inbox("searched").exchanges(query)


def test_provenance_of_bytes(inbox: Emulator) -> None:
    """Each value in a request, webhook or reply is located by its variable."""
    sent = inbox.send(CONTACT, "schöner Text", from_=NUMBER)
    taken = inbox.reply(NUMBER, "grüße", from_=CONTACT)
    for exchange, expected in ((sent, {"from", "to", "content"}), (taken, {"from", "to", "content", "event_key"})):
        detail = call(inbox, "GET", f"/api/exchanges/{exchange['id']}").document
        body = detail["request"]["body"].encode()
        spans = detail["provenance"]["request_body"]
        assert expected == {span["variable"] for span in spans}
        values = {span["variable"]: body[span["start"] : span["end"]].decode() for span in spans}
        assert all(values[name] == value for name, value in exchange["variables"].items() if name in values)
    reply = call(inbox, "GET", f"/api/exchanges/{sent['id']}").document
    [span] = reply["provenance"]["reply_body"]
    assert sent["variables"]["messageid"] == reply["reply"]["body"][span["start"] : span["end"]]


def test_replay_repeats_an_exchange(inbox: Emulator) -> None:
    """A replayed webhook is received again, a replayed message is sent again."""
    taken = inbox.reply(NUMBER, "again", from_=CONTACT)
    sent = inbox.send(CONTACT, "again", from_=NUMBER)
    for exchange in (taken, sent):
        got = call(inbox, "POST", f"/api/exchanges/{exchange['id']}/replay")
        assert (202, True) == (got.status, got.document["matched"])
        assert exchange["variables"]["content"] == got.document["variables"]["content"]
    assert "curl -X POST" in call(inbox, "GET", f"/api/exchanges/{sent['id']}/curl").body.decode()


def test_replay_sends_the_original_bytes(inbox: Emulator) -> None:
    """A body in another charset is replayed with its original bytes."""
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=iso-8859-1"}
    call(inbox, "POST", "/webhook/acme", b"text=caf\xe9", kind)
    [first] = inbox.exchanges()
    again = call(inbox, "POST", f"/api/exchanges/{first['id']}/replay").document
    assert base64.b64encode(b"text=caf\xe9").decode() == first["request"]["body_base64"]
    assert first["request"]["body_base64"] == again["request"]["body_base64"]
