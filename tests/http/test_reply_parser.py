"""Replies parsed from a connection's bytes, however they are cut, and one plain exchange on loopback."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import NoReply, NotConnected
from ringocli.http.direct import exchange
from ringocli.http.reply_parser import MalformedReply, ReplyParser
from tests.loopback import Answer, raw, serving, unused_port

REPLIES = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", True),
    "chunked": (b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 202, b"hello", True),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "interim": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", True),
    "close": (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 200, b"", False),
    "old": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, b"x", False),
}  # fmt: skip


@pytest.mark.parametrize(("text", "status", "body", "keep_alive"), REPLIES.values(), ids=REPLIES)
@given(cuts=st.lists(st.integers(0, 100), max_size=6))
def test_a_reply_is_the_same_however_it_is_cut(
    text: bytes, status: int, body: bytes, keep_alive: bool, cuts: list[int]
) -> None:
    """The reply is complete with its last byte, not before."""
    parser = ReplyParser()
    edges = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    for start, end in pairwise(edges):
        assert (end == len(text)) == parser.feed(text[start:end])
    reply = parser.reply(1.0)
    assert (status, body, keep_alive) == (reply.status, reply.body, parser.keep_alive)


def test_a_reply_without_a_length_ends_with_the_connection() -> None:
    """A reply without a length is complete when the connection ends; one with a length stays incomplete."""
    open_ended, announced = ReplyParser(), ReplyParser()
    assert not open_ended.feed(b"HTTP/1.1 200 OK\r\n\r\nsome text")
    assert not announced.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsome text")
    assert (True, False) == (open_ended.finish(), announced.finish())
    assert b"some text" == open_ended.reply(0.0).body


@pytest.mark.parametrize("text", [b"\x16\x03\x01\x02", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_non_http_replies_are_refused(text: bytes) -> None:
    """Another protocol is reported as malformed, not as a missing response."""
    with pytest.raises(MalformedReply):
        ReplyParser().feed(text)


def test_endless_headers_are_refused() -> None:
    """Headers are limited, so that no server can fill the memory."""
    parser = ReplyParser()
    parser.feed(b"HTTP/1.1 200 OK\r\n")
    endless = (b"X-Long: " + b"x" * 1000 + b"\r\n") * 100
    with pytest.raises(MalformedReply):
        parser.feed(endless)


PAYLOAD = b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"


def test_one_exchange_on_loopback() -> None:
    """The request is sent unchanged, and the reply is read completely."""
    with serving(Answer.json({"ok": True}, 201)) as server:
        reply = exchange("127.0.0.1", server.port, PAYLOAD, timeout_s=5)
    assert (201, b"hi", "/hook") == (reply.status, server.seen[0].body, server.seen[0].target)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"", "protocol"),
        (b"HTTP/1.1 200", "protocol"),
        (b"SSH-2.0\r\n", "protocol"),
    ],
)
def test_a_malformed_reply_counts_as_no_reply(text: bytes, kind: str) -> None:
    """An empty or malformed reply is a failure."""
    with raw(text, until=b"hi") as server, pytest.raises(NoReply) as caught:
        exchange("127.0.0.1", server.port, PAYLOAD, timeout_s=5)
    assert kind == caught.value.kind


def test_silence_and_refusal() -> None:
    """A server that never replies causes a time-out; a closed port causes a refused connection."""
    with raw(b"", until=b"hi", hold=True) as server, pytest.raises(NoReply) as caught:
        exchange("127.0.0.1", server.port, PAYLOAD, timeout_s=0.2)
    assert "timeout" == caught.value.kind
    with pytest.raises(NotConnected):
        exchange("127.0.0.1", unused_port(), PAYLOAD, timeout_s=5)
