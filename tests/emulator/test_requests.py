"""The short path and the general one through uvicorn: both answer and store the same.

Of two requests in one TCP segment, the second waits for the first and takes the general path; a single one is plain
enough for the short path.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME
from tests.emulating import MESSAGE, connected

_inboxes = count()

FORM = {
    **ACME,
    "Webhook": [
        *ACME["Webhook"],
        {"event_key": "form", "event_type": "message",
         "request_parameters": {"S": "$event_key$", "F": "$from$", "T": "$to$", "B": "$content$"}},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    """One emulator for all cases; each case has an inbox of its own."""
    with emulator(FORM) as started:
        yield started


def request(
    body: bytes = b"", *more: str, method: str = "POST", path: str = "/webhook/acme", host: str = "127.0.0.1"
) -> bytes:
    """A request to an inbox; ``INBOX`` is replaced by its name later."""
    lines = [f"{method} /i/INBOX{path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(lines).encode() + body


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


FITTING = as_json(MESSAGE)
JSON = "Content-Type: application/json"
CASES = {
    "matched": request(FITTING, JSON),
    "matched without a content type": request(FITTING),
    "another event key": request(as_json({**MESSAGE, "method": "massage"}), JSON),
    "a misspelled key": request(
        as_json({"method": "message", "params": {"form": "1", "to": "2", "content": "x"}}), JSON
    ),
    "invalid JSON": request(b"{", JSON),
    "invalid UTF-8": request(b"\xff\xfe\x00", JSON),
    "empty": request(b"", JSON),
    "an array": request(as_json([MESSAGE, MESSAGE]), JSON),
    "a form": request(b"S=form&F=%2B1&T=2&B=a+b", "Content-Type: application/x-www-form-urlencoded"),
    "a query": request(method="GET", path="/webhook/acme?S=form&F=1&T=2&B=%41"),
    "an unknown query": request(method="GET", path="/webhook/acme?a=b?c"),
    "credentials": request(FITTING, JSON, "Authorization: Bearer abc", "X-Api-Key: k", "X-Twice: 1", "X-Twice: 2"),
    "a long body": request(as_json({**MESSAGE, "more": "x" * 70_000}), JSON),
    "another id": request(FITTING, JSON, path="/webhook/other"),
    "a trailing slash": request(FITTING, JSON, path="/webhook/acme/"),
    "another host": request(FITTING, JSON, host="evil.example"),
    "no Host": request(FITTING, JSON).replace(b"Host: 127.0.0.1\r\n", b""),
    "two Hosts": request(FITTING, JSON, "Host: 127.0.0.1"),
    "another origin": request(FITTING, JSON, "Origin: https://evil.example"),
    "PUT": request(FITTING, JSON, method="PUT"),
    "DELETE": request(method="DELETE"),
    "Expect: 100-continue": request(FITTING, JSON, "Expect: 100-continue"),
    "an invalid inbox name": request(FITTING, JSON).replace(b"/i/INBOX", b"/i/-%20"),
}


def answers(client: socket.socket, number: int) -> list[bytes]:
    """The given number of complete responses; interim ones are skipped."""
    found: list[bytes] = []
    received = b""
    while len(found) < number:
        head, separator, _ = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        size = len(head) + 4 + (int(length[1]) if length else 0)
        if separator and len(received) >= size:
            if not head.startswith(b"HTTP/1.1 100"):
                found.append(received[:size])
            received = received[size:]
            continue
        more = client.recv(65_536)
        assert more, received
        received += more
    assert b"" == received
    return found


def stored(inbox: Emulator) -> list[dict[str, Any]]:
    """The exchanges of an inbox, oldest first, without what differs each time."""
    return [{**one, "id": "", "at": "", "duration_ms": 0} for one in reversed(inbox.exchanges())]


@pytest.mark.parametrize("raw", CASES.values(), ids=CASES.keys())
def test_both_paths_answer_and_store_the_same(running: Emulator, raw: bytes) -> None:
    """A request alone, repeated, and twice in one segment: the response has the same bytes each time."""
    inbox = running.inbox(f"path-{next(_inboxes):06}")
    raw = raw.replace(b"INBOX", inbox.inbox_name.encode())
    with connected(running) as client:
        one_by_one = []
        for _ in range(2):
            client.sendall(raw)
            one_by_one += answers(client, 1)
        client.sendall(raw + raw)
        together = answers(client, 2)
    assert [one_by_one[0]] * 4 == one_by_one + together
    seen = stored(inbox)
    assert all(one == seen[0] for one in seen)
    assert len(seen) in (0, 4)


@given(st.lists(st.sampled_from(("matched", "another event key", "empty", "a query", "a form", "credentials", "another id")),
                min_size=1, max_size=5), st.data())  # fmt: skip
@settings(max_examples=60)
def test_segmentation_does_not_matter(running: Emulator, names: list[str], data: st.DataObject) -> None:
    """TCP segmentation changes neither the responses nor their order."""
    inbox = running.inbox(f"path-{next(_inboxes):06}")
    requests = [CASES[name].replace(b"INBOX", inbox.inbox_name.encode()) for name in names]
    whole = b"".join(requests)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=4)))
    with connected(running) as client:
        expected = []
        for one in requests:
            client.sendall(one)
            expected += answers(client, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            client.sendall(whole[start:end])
        assert expected == answers(client, len(requests))
    seen = stored(inbox)
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]


def test_half_closed_client_is_answered(running: Emulator) -> None:
    """A client that closes its sending half after a webhook still gets the response."""
    with connected(running) as client:
        client.sendall(request(FITTING, JSON).replace(b"/i/INBOX", b""))
        client.shutdown(socket.SHUT_WR)
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"" == client.recv(65_536)


@pytest.mark.parametrize("chaos", [{"status": 503}, {"delay_ms": 1}, {"fault": "html"}, {"fault": "gzip"}], ids=str)
def test_chaos_applies_on_both_paths(running: Emulator, chaos: dict[str, Any]) -> None:
    """Chaos that is set while a connection is open applies to its next webhook."""
    inbox = running.inbox(f"path-{next(_inboxes):06}")
    raw = CASES["matched"].replace(b"INBOX", inbox.inbox_name.encode())
    with connected(running) as client:
        for _ in range(3):
            client.sendall(raw)
            assert answers(client, 1)[0].startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 0")
        inbox.set_chaos(ringotel=chaos)
        client.sendall(raw)
        answers(client, 1)
        assert inbox.exchanges()[0]["chaos"] is not None
        inbox.set_chaos()
        client.sendall(raw)
        assert answers(client, 1)[0].startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 0")
