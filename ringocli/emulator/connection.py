"""A connection: uvicorn's, with time limits of its own and a short way for webhooks.

uvicorn waits for ever for a request that trickles in; a ``Connection`` does not. It also leaves its transport where
weather can find it.

The short way. A request that is plain (HTTP/1.1, stored alive, no chunks, no ``Expect``, a short body, nothing before it
unanswered) is held back until it is whole, and then offered to ``Application.answer_at_once``. What that answers is
written here, without a task and ASGI messages; what it does not answer goes on to uvicorn as if it had just come in. The
law: both ways read, store and answer the same, byte for byte; which one was taken nobody can tell but by the clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar, NamedTuple

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ringocli.emulator.app import Application, ShortWay
from ringocli.emulator.asgi import TRANSPORT
from ringocli.emulator.heads import Head
from ringocli.http.exchange import Reply

REQUEST_WITHIN_S = 30.0
"""A request has to be whole within this time from its first byte, or from connecting."""

KEEP_ALIVE_S = 75
"""A connection on which nothing is asked for so long is closed."""

LOOK_EVERY_S = 1.0

MAX_HELD_BYTES = 65_536
"""A longer body is uvicorn's business, which tells its sender to wait."""

MAX_HEAD_BYTES = 400_000
"""A longer head is refused. It is more than the loop reads at once, so that many short requests are not one long head."""

MAX_KNOWN_BYTES = 4_096
"""A longer head is parsed each time, and not remembered."""

_SHORT_WAY = {b"POST": "POST", b"GET": "GET"}
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class _ShortCycle:
    """What uvicorn sees of a request on the short way: one that is being result, so that others queue behind it."""

    def __init__(self) -> None:
        self.response_complete = True
        self.keep_alive = True
        self.disconnected = False
        self.message_event = asyncio.Event()


class _Known(NamedTuple):
    """The bytes of a head, and where a request with it goes."""

    raw: bytes
    way: ShortWay


class Connection(HttpToolsProtocol):
    """One connection.

    ``waits_since`` is when the request that is not yet whole began, ``idle_since`` when the last one was result on the
    short way; each None where there is none. ``head_bytes`` is how much of a head was read so far, None after its end.
    ``held`` is the body of a request that may take the short way. ``known`` is the head of the last one that did: the
    same bytes again are not parsed again.
    """

    open: ClassVar[set[Connection]]
    door: ClassVar[Application]
    waits_since: float | None = None
    head_bytes: int | None = 0
    idle_since: float | None = None
    held: list[bytes] | None = None
    head: Head
    known: _Known | None = None
    chunk: bytes = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.short = _ShortCycle()
        self.waits_since = time.monotonic()
        self.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.discard(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whoever has said everything may still listen: a request that is whole is result before the end.

        One that has left altogether looks the same from here; it is noticed when the answer, or a sign of life of the
        stream, cannot be written.
        """
        if self.waits_since is not None or self.cycle is None:
            return False
        self.cycle.keep_alive = False
        return not self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        known = self.known
        if known is not None and data.startswith(known.raw) and self._is_next(known, len(data)):
            if self._offer(known.way, data[len(known.raw) :]):
                return
        self.chunk = data if self.waits_since is None else b""  # a request that has begun before is not known by this
        super().data_received(data)
        self.chunk = b""
        if self.head_bytes is not None:
            self.head_bytes += len(data)
            if self.head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LONG)
                self.transport.close()

    def _is_next(self, known: _Known, size: int) -> bool:
        """Whether so many bytes with a known head are one request, whole, with nothing unanswered before it."""
        return size == len(known.raw) + (known.way.head.length or 0) and self.waits_since is None and self._is_free()

    # -- what the parser tells ----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.url, self.headers, self.idle_since = b"", [], None
        if self.waits_since is None:
            self.waits_since = time.monotonic()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.head_bytes = None
        self.head = self.door.heads.of(self.headers)
        if self._is_plain():
            self.held = []
        else:
            self._hand_on()

    def on_body(self, body: bytes) -> None:
        if self.held is None:
            super().on_body(body)
        else:
            self.held.append(body)

    def on_message_complete(self) -> None:
        self.waits_since, self.head_bytes = None, 0
        held, self.held = self.held, None
        if held is None:
            super().on_message_complete()
            return
        body = b"".join(held)
        way = self.door.short_way(_SHORT_WAY[self.parser.get_method()], self.url, self.head)
        if way is not None and self._offer(way, body):
            # Only a chunk that is this head and its body, and nothing else, tells how the head was spelled.
            size = len(self.chunk) - len(body)
            is_known = 0 < size <= MAX_KNOWN_BYTES and self.chunk.find(b"\r\n\r\n") == size - 4
            self.known = _Known(self.chunk[:size], way) if is_known else None
            return
        self._hand_on()
        super().on_body(body)
        super().on_message_complete()

    # -- the short way ------------------------------------------------------------------------------

    def _is_plain(self) -> bool:
        """Whether there is nothing to a request but a short body, and nothing before it that is to be result first."""
        length, parser = self.head.length, self.parser
        return (
            length is not None
            and length <= MAX_HELD_BYTES
            and self._is_free()
            and parser.get_method() in _SHORT_WAY
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
        )

    def _is_free(self) -> bool:
        """Whether everything before is result, and read."""
        return (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused

    def _offer(self, way: ShortWay, body: bytes) -> bool:
        """Take a whole request the short way, if it may."""
        if not self.door.answer_at_once(way, body, self._answer):
            return False
        self._unset_keepalive_if_required()
        self.cycle, self.short.response_complete, self.idle_since = self.short, False, None  # type: ignore[assignment]
        return True

    def _hand_on(self) -> None:
        """Let uvicorn have the request, as if it had just begun."""
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]
        super().on_headers_complete()

    def _answer(self, reply: Reply) -> None:
        self.short.response_complete = True
        if self.transport.is_closing():
            return
        self.transport.write(_as_bytes(reply, keep_alive=self.short.keep_alive))
        if not self.short.keep_alive:
            self.transport.close()
        elif self.pipeline:
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self.idle_since = time.monotonic()

    # -- time limits --------------------------------------------------------------------------------

    def give_up(self) -> None:
        """Close a connection whose request does not come."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_TIMED_OUT)
        self.transport.close()

    def look_at_clock(self, now: float) -> None:
        """Close what has taken too long."""
        if self.waits_since is not None and now - self.waits_since > REQUEST_WITHIN_S:
            self.give_up()
        elif self.idle_since is not None and now - self.idle_since > KEEP_ALIVE_S:
            self.transport.close()


async def close_slow(connections: Iterable[Connection]) -> None:
    """Look at the clock for all connections, for ever: a timer for each request would cost more than the request."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = time.monotonic()
        for connection in tuple(connections):
            connection.look_at_clock(now)


def _as_bytes(reply: Reply, *, keep_alive: bool) -> bytes:
    """A reply as uvicorn writes it."""
    return _head_as_bytes(reply.status, reply.headers, len(reply.body), keep_alive) + reply.body


@lru_cache(maxsize=256)
def _head_as_bytes(status: int, headers: tuple[tuple[str, str], ...], length: int, keep_alive: bool) -> bytes:
    lines = [f"{name.lower()}: {value}\r\n" for name, value in headers]
    lines += [f"content-length: {length}\r\n", "" if keep_alive else "connection: close\r\n", "\r\n"]
    return STATUS_LINE[status] + "".join(lines).encode("latin-1")
