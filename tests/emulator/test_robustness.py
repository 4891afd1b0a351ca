"""Oversized, malformed and hostile requests."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call, connected, until_closed


def test_oversized_and_malformed_requests(inbox: Emulator) -> None:
    """Oversized, endless, incomplete and malformed requests do not affect the next one."""
    with connected(inbox) as client:
        client.sendall(b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n")
        block = b"x" * 1_000_000
        for _ in range(100):
            client.sendall(block)
        assert b" 413 " in client.recv(65536)
    with connected(inbox) as client:
        client.sendall(b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(11):
            client.sendall(b"f4240\r\n" + block + b"\r\n")
        client.sendall(b"0\r\n\r\n")
        assert b" 413 " in client.recv(65536)
    for nonsense in (b"\x16\x03\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        with connected(inbox) as client:
            client.sendall(nonsense)
            client.shutdown(1)
            until_closed(client)
    with connected(inbox) as client:
        client.sendall(b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nhalf of it")
    assert 200 == call(inbox, "GET", "/readyz").status


@pytest.mark.parametrize("chaos", [{}, {"ringotel": {"delay_ms": 20}}], ids=["clear", "held-up"])
def test_half_closed_client_is_answered(inbox: Emulator, chaos: dict[str, Any]) -> None:
    """A client that has closed its sending half still gets its answer, on both paths."""
    inbox.set_chaos(**chaos)
    body = json.dumps(MESSAGE).encode()
    for line, content in (("GET {}/api/exchanges", b""), ("GET {}/api/wait?timeout_s=0.05&content=x", b""),
                          ("POST {}/webhook/acme", body)):  # fmt: skip
        head = f"{line.format(f'/i/{inbox.inbox_name}')} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        with connected(inbox) as client:
            client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode())
            client.sendall(content)
            client.shutdown(1)
            assert until_closed(client).startswith(b"HTTP/1.1 ")


def test_endless_headers_are_refused(inbox: Emulator) -> None:
    """Headers without end are cut off before they fill the memory."""
    for start, more in ((b"GET /", b"a" * 65_536), (b"GET / HTTP/1.1\r\nX: ", b"a" * 65_536),
                        (b"GET / HTTP/1.1\r\n", b"X-A: a\r\n" * 8_000)):  # fmt: skip
        sent = 0
        with connected(inbox) as client, contextlib.suppress(ConnectionError):
            client.sendall(start)
            while sent < 100_000_000:
                client.sendall(more)
                sent += len(more)
        assert sent < 20_000_000


def test_hostile_texts_are_stored_unchanged(inbox: Emulator) -> None:
    """Markup, direction marks, NUL and 64 KB texts are stored and returned unchanged."""
    for text in ("<script>alert(1)</script>", "\u202eabc", "a\x00b", "x" * 65_536, "$content$", "\U0001f600\u200d"):
        taken = inbox.reply(NUMBER, text, from_=CONTACT)
        assert text == taken["variables"]["content"]
        if len(text) < 1000:  # a query of /api/wait has a limited length
            assert text == inbox.wait(content=text, timeout_s=1)["variables"]["content"]


def test_lone_surrogates_are_replaced(inbox: Emulator) -> None:
    """A lone surrogate becomes "?" wherever it is received, sent, streamed or waited for."""
    half = b'{"method":"message","params":{"from":"1","to":"2","content":"a\\ud800b"}}'
    with connected(inbox) as client, ThreadPoolExecutor(1) as pool:
        path = inbox.url.removeprefix(f"http://{client.getpeername()[0]}:{client.getpeername()[1]}")
        client.sendall(f"GET {path}/api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = client.recv(65536)
        while b"event: hello" not in received:
            received += client.recv(65536)
        waiting = pool.submit(inbox.wait, content="Whole", timeout_s=20)
        assert 200 == call(inbox, "POST", "/webhook/acme", half, JSON).status
        whole = {"method": "message", "params": {"from": CONTACT, "to": NUMBER, "content": "Whole"}}
        assert 200 == call(inbox, "POST", "/webhook/acme", whole).status
        while b"Whole" not in received:
            chunk = client.recv(65536)
            assert chunk
            received += chunk
        assert "Whole" == waiting.result()["variables"]["content"]
    assert "a?b" == inbox.wait(from_="1", timeout_s=1)["variables"]["content"]
    for path in ("/api/send", "/api/reply"):
        got = call(inbox, "POST", path, b'{"from":"1","to":"2","content":"a\\ud800b"}', JSON)
        assert (202, "a?b") == (got.status, got.document["variables"]["content"])
