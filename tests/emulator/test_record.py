"""The record is what happened: forwarded replies, retries, failed receipts, durations and sizes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.server import in_thread
from ringocli.http.transport import Sender
from ringocli.testing.context import Emulator, emulator
from ringocli.text.secret import Secret
from tests.conftest import ACME, SAMPLES
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call
from tests.hostile import receiver
from tests.loopback import Answer, serving

NOON = "Sat, 28 Nov 2026 12:00:00 GMT"


def raw_reply(body: bytes, headers: tuple[tuple[str, str], ...]) -> bytes:
    """A reply with exactly these headers, and a Content-Length unless they frame the body."""
    framed = {name for name, _ in headers} & {"Content-Length", "Transfer-Encoding"}
    lines = [f"{name}: {value}" for name, value in (*headers, *(() if framed else (("Content-Length", len(body)),)))]
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode() + body


@contextmanager
def forwarding(url: str) -> Iterator[Emulator]:
    """An emulator that forwards webhooks to a URL."""
    with Sender(timeout_s=5) as sender:
        config = EmulatorConfig(name="-", text=json.dumps(ACME), forward_to=Secret(url), send=sender.send)
        with in_thread(config) as running:
            assert running.runtime is not None
            yield Emulator(running.runtime.url, "acme")


def test_stored_reply_is_the_forwarded_one() -> None:
    """If webhooks are forwarded, the sender gets the reply of the real Ringotel, which is also stored."""
    with serving(Answer(status=202, body=b"queued")) as server, forwarding(server.url) as ringotel:
        got = call(ringotel, "POST", "/webhook/acme", MESSAGE)
        [exchange] = ringotel.exchanges()
    assert (202, b"queued") == (got.status, got.body)
    assert (202, "queued") == (exchange["reply"]["status"], exchange["reply"]["body"])
    assert ["answered with the reply of 127.0.0.1: 202"] == exchange["notes"]
    assert "taken" == exchange["status"]


@pytest.mark.parametrize(
    ("body", "headers", "passed_on"),
    [
        (b"queued", (("Content-Length", "6"), ("X-Request-Id", "a1")), {"content-length": "6", "x-request-id": "a1"}),
        (b"6\r\nqueued\r\n0\r\n\r\n", (("Transfer-Encoding", "chunked"),), {"content-length": "6"}),
        (gzip.compress(b"queued"), (("Content-Encoding", "gzip"),), {"content-length": "6"}),
        (b"queued", (("Content-Encoding", "br"),), {"content-length": "6", "content-encoding": "br"}),
        (b"queued", (("Connection", "close, X-Hop"), ("X-Hop", "1")), {"content-length": "6"}),
        (b"queued", (("Retry-After", "7"), ("Date", NOON)), {"content-length": "6", "retry-after": "7", "date": NOON}),
    ],
    ids=["length", "chunked", "gzip", "unknown-encoding", "connection", "others"],
)
def test_forwarded_reply_has_headers_of_its_own_connection(
    body: bytes, headers: tuple[tuple[str, str], ...], passed_on: dict[str, str]
) -> None:
    """The sender gets the real Ringotel's headers, except those that describe the connection or a compression that was
    undone.
    """
    answer = raw_reply(body, headers)
    with receiver(lambda name, times: answer) as server, forwarding(server.url) as ringotel:
        got = call(ringotel, "POST", "/webhook/acme", MESSAGE)
    assert (200, b"queued", passed_on) == (got.status, got.body, got.headers)


def test_forwarded_status_that_http_does_not_have_is_502() -> None:
    """The sender gets a reply that its HTTP client can read; the record has the status that was received."""
    with serving(Answer(status=799)) as server, forwarding(server.url) as ringotel:
        got = call(ringotel, "POST", "/webhook/acme", MESSAGE)
        [exchange] = ringotel.exchanges()
    assert (502, 502) == (got.status, exchange["reply"]["status"])
    assert ["answered with the reply of 127.0.0.1: 799"] == exchange["notes"]


def test_stored_reply_is_502_if_nothing_was_forwarded() -> None:
    """If Ringotel cannot be reached, the sender gets 502, which is stored with the reason."""
    with serving(Answer()) as server:
        url = server.url
    with forwarding(url) as ringotel:
        assert 502 == call(ringotel, "POST", "/webhook/acme", MESSAGE).status
        [exchange] = ringotel.exchanges()
    assert (502, True) == (exchange["reply"]["status"], "refused the connection" in exchange["error"])
    assert "refused" == exchange["status"]
    assert not any("assumption 31" in note for note in exchange["notes"])


def test_bytes_are_forwarded_unchanged() -> None:
    """A body that is not UTF-8 is forwarded as the bytes that were received."""
    body = b"text=caf\xe9&bin=\xff\x00"
    with serving(Answer()) as server, forwarding(server.url) as ringotel:
        call(ringotel, "POST", "/webhook/acme", body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert [body] == [seen.body for seen in server.seen]


def test_retried_message_gets_its_status(inbox: Emulator) -> None:
    """A message that is sent again is waiting, then retried; the retry names the exchange it repeats."""
    inbox.set_chaos(ringotel={"rate_per_s": 1_000_000, "burst": 1, "status": 503, "probability": 0.5}, seed=3)
    tries = [inbox.reply(NUMBER, f"text {number}", from_=CONTACT) for number in range(12)]
    waiting = [one["id"] for one in tries if one["status"] == "waiting"]
    assert waiting
    while any(one["status"] == "waiting" for one in inbox.exchanges()):
        continue  # each poll of the exchanges is a request
    settled = {one["id"]: one for one in inbox.exchanges()}
    assert {"retried", "refused"} >= {settled[number]["status"] for number in waiting}
    retried = [number for number in waiting if settled[number]["status"] == "retried"]
    assert retried
    notes = [note for one in settled.values() if one["matched"] for note in one["notes"]]
    assert all(any(note.endswith(f"of the webhook in exchange {number}") for note in notes) for number in retried)


def test_message_whose_retries_fail_is_refused(inbox: Emulator) -> None:
    """If no retry succeeds, all attempts are marked as refused."""
    inbox.set_chaos(ringotel={"status": 503})
    first = inbox.reply(NUMBER, "never", from_=CONTACT)
    assert "waiting" == first["status"]
    while {"refused"} != {one["status"] for one in inbox.exchanges()} or len(inbox.exchanges()) < 3:
        inbox.wait(status="refused", timeout_s=5)
    newest = inbox.exchanges()[0]
    assert [f"retry 2 of the webhook in exchange {first['id']}"] == newest["notes"]


def test_failed_receipt_is_correlated(inbox: Emulator) -> None:
    """A failed receipt belongs to its message, both ways, and is not a near miss."""
    sent = inbox.send("+15005550002", "Hello", from_=NUMBER)
    inbox.wait(status="failed", direction="outgoing")
    [receipt] = inbox.exchanges("direction:incoming")
    assert (sent["id"], None, False) == (receipt["correlates"], receipt["near_miss"], receipt["matched"])
    assert [True] == [
        note.startswith(f"failed receipt for the message {sent['variables']['messageid']}:")
        for note in receipt["notes"]
    ]
    assert [receipt["id"]] == call(inbox, "GET", f"/api/exchanges/{sent['id']}").document["receipts"]


def test_failed_receipt_from_outside_is_correlated(inbox: Emulator) -> None:
    """A failed receipt that a real provider sends is recognised by its message id."""
    sent = inbox.send(CONTACT, "Hello", from_=NUMBER)
    body = {"method": "undelivered", "params": {"messageid": sent["variables"]["messageid"]}}
    assert 422 == call(inbox, "POST", "/webhook/acme", body).status
    receipt = inbox.exchanges("is:unmatched")[0]
    assert (sent["id"], None) == (receipt["correlates"], receipt["near_miss"])


@pytest.mark.parametrize("name", ["twilio", "telnyx", "bandwidth"])
def test_reply_echoes_the_numbers(name: str) -> None:
    """The built-in provider's reply contains the numbers of the request, not those of its sample."""
    with emulator(json.loads((SAMPLES / f"{name}.json").read_text("utf-8")), instant=True) as ringotel:
        reply = ringotel.send("+15005550006", "Hello", from_="+12125550123")["reply"]["body"]
    assert "+15005550006" in reply
    assert "+13105550199" not in reply


def test_duration_and_size(inbox: Emulator) -> None:
    """Each exchange has a duration and a size, and HAR has the same time."""
    inbox.set_chaos(provider={"delay_ms": 20})
    inbox.send(CONTACT, "Hello", from_=NUMBER)
    body = json.dumps(MESSAGE).encode()
    call(inbox, "POST", "/webhook/acme", body, JSON)
    found = inbox.exchanges()  # a receipt may have arrived as well
    webhook = next(one for one in found if one["event_type"] == "message")
    sent = next(one for one in found if one["direction"] == "outgoing")
    assert len(body) == webhook["size_bytes"]
    assert sent["duration_ms"] >= 20
    har = call(inbox, "GET", "/api/export?format=har").document["log"]["entries"]
    assert {sent["duration_ms"], webhook["duration_ms"]} <= {entry["time"] for entry in har}
    assert sent["duration_ms"] == har[0]["timings"]["wait"]
