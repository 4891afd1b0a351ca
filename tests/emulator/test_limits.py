"""Requests that cause much work: each is refused or processed beside the others, and exports stay readable."""

from __future__ import annotations

import json

import pytest

from ringocli.emulator.workers import is_large
from ringocli.http.exchange import IncomingRequest
from ringocli.testing.context import Emulator
from tests.emulating import JSON, MESSAGE, call, connected

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

HOSTILE = {
    "a list of a million numbers": (JSON, b"[" + b"1," * 1_000_000 + b"1]", 413),
    "a list of a million objects": (JSON, b"[" + b"{}," * 1_000_000 + b"{}]", 413),
    "a list within the limit": (JSON, b"[" + b"{}," * 20_000 + b"{}]", 422),
    "a million percent signs": (FORM, b"%" * 1_000_000, 413),
    "20,000 fields": (FORM, b"a=1&" * 20_000, 413),
    "a number of 100,000 digits": (JSON, b'{"a":' + b"1" * 100_000 + b"}", 422),
    "deep lists": (JSON, b"[" * 90_000, 400),
    "deep objects": (JSON, b'{"a":' * 90_000, 400),
    "a wide object": (JSON, json.dumps({f"k{index}": index for index in range(40_000)}).encode(), 422),
    "800 long values": (
        JSON,
        json.dumps({"method": "message", "params": {f"k{index}": "x" * 10_000 for index in range(800)}}).encode(),
        422,
    ),
    "comments before no JSON": (JSON, b"/**/" * 2_500, 400),
    "45,000 documents": (JSON, (b'{"a":1}' + b" " * 150) * 45_000, 422),
    "190 texts": (JSON, json.dumps({f"text{index}": "word " * 8 for index in range(190)}).encode(), 422),
    "bytes that are not text": (JSON, b"\xff" * 1_000_000, 400),
    "control characters": (JSON, b"\x01" * 1_100_000, 400),
}


@pytest.mark.parametrize(("headers", "body", "status"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_body_gets_an_answer(inbox: Emulator, headers: dict[str, str], body: bytes, status: int) -> None:
    """Each hostile body is answered with a 4xx and a message on both sides, and is listed and exported."""
    got = call(inbox, "POST", "/webhook/acme", body, headers)
    assert status == got.status
    assert got.document.get("near_miss") or got.document["error"]["message"]
    assert 400 <= call(inbox, "POST", "/provider/v1/messages", body, headers).status < 500
    assert 2 == len(call(inbox, "GET", "/api/exchanges?brief=1").document["exchanges"])
    assert 2 == len(call(inbox, "GET", "/api/export?format=har").document["log"]["entries"])


@pytest.mark.parametrize(
    ("body", "query", "expected"),
    [
        (b'{"a": [1, 2, 3]}', "", False),
        (b"[" + b"1," * 200 + b"1]", "", True),
        (b"a=1&" * 201, "", True),
        (b"", "a=1&" * 201, True),
        (b"x" * 20_000, "", True),
    ],
)
def test_large_requests_are_processed_in_a_thread(body: bytes, query: str, expected: bool) -> None:
    """A request is large by its bytes or by its values, because a near miss compares all of them."""
    assert is_large(IncomingRequest(method="POST", body=body, query=query)) is expected


def test_query_with_many_fields_is_refused(inbox: Emulator) -> None:
    """A webhook whose query has more than 10,000 fields is refused, and does not break the export."""
    got = call(inbox, "GET", "/webhook/acme?" + "a&" * 10_001)
    assert (413, True) == (got.status, "10,000 fields" in got.document["error"]["message"])
    assert 1 == len(call(inbox, "GET", "/api/export?format=har").document["log"]["entries"])


def test_list_is_shortened_by_size(inbox: Emulator) -> None:
    """A list of large exchanges stops at a size, and says that there are more."""
    body = {**MESSAGE, "more": "x" * 3_000_000}
    for _ in range(4):
        assert 200 == call(inbox, "POST", "/webhook/acme", body).status
    page = call(inbox, "GET", "/api/exchanges?limit=1000").document
    assert (2, True) == (len(page["exchanges"]), page["more"])
    older = call(inbox, "GET", f"/api/exchanges?limit=1000&before={page['exchanges'][-1]['id']}").document
    assert (2, False) == (len(older["exchanges"]), older["more"])
    brief = call(inbox, "GET", "/api/exchanges?limit=1000&brief=1")
    assert (4, True) == (len(brief.document["exchanges"]), len(brief.body) < 10_000)


def test_stalled_export_delays_nobody(inbox: Emulator) -> None:
    """While several clients do not read their export of large exchanges, a webhook is still answered."""
    for _ in range(3):
        assert 200 == call(inbox, "POST", "/webhook/acme", {**MESSAGE, "more": "x" * 1_000_000}).status
    with connected(inbox) as first, connected(inbox) as second, connected(inbox) as third:
        for client in (first, second, third):
            client.sendall(f"GET /i/{inbox.inbox_name}/api/export HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert 200 == call(inbox, "POST", "/webhook/acme", MESSAGE).status
        assert 200 == call(inbox, "GET", "/readyz").status
