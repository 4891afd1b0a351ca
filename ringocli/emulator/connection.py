"""A connection of uvicorn that enforces the limits on time and on the size of the headers.

uvicorn waits indefinitely for a request that arrives slowly; a ``Connection`` does not. It also puts itself into the
scope, so that chaos can close it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ringocli.emulator.asgi import CONNECTION
from ringocli.emulator.limits import MAX_HEADER_BYTES, MAX_REQUEST_S, MAX_STALL_S

CHECK_EVERY_S = 1.0

_HEADERS_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(HttpToolsProtocol):
    """One connection.

    ``incomplete_since`` is when the current request began, None while there is none. ``header_bytes`` is how much of
    its headers has been read, None once they are complete.
    """

    open: ClassVar[set[Connection]]
    incomplete_since: float | None = None
    header_bytes: int | None = 0
    never_answers = False
    stalled_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # declared with BaseTransport
        super().connection_made(transport)
        self.incomplete_since = time.monotonic()
        self.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.discard(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn declares None, asyncio a bool
        """Answer a complete request before closing, because a client that has finished sending may still be reading.

        A client that has disconnected altogether looks the same; this is noticed when writing fails.
        """
        if self.incomplete_since is not None or self.cycle is None or self.never_answers:
            return False
        self.cycle.keep_alive = False
        return not self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._feed(data)
        if self.header_bytes is not None:
            self.header_bytes += len(data)
            if self.header_bytes > MAX_HEADER_BYTES and not self.transport.is_closing():
                self.transport.write(_HEADERS_TOO_LARGE)
                self.transport.close()

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # The parser stops at the offer of another protocol and does not read the body. The offer is declined: a new
            # parser gets the same headers without it, and the rest.
            headers = self._headers_without_upgrade()
            self.parser = httptools.HttpRequestParser(self)
            self._feed(headers + data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self.incomplete_since is None:
            self.incomplete_since = time.monotonic()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self.header_bytes = None
        self._use_target_authority()
        self.scope[CONNECTION] = self  # type: ignore[literal-required]  # a key of our own
        super().on_headers_complete()

    def _headers_without_upgrade(self) -> bytes:
        method = self.parser.get_method()
        dropped = (b"upgrade", b"connection", b"http2-settings")
        closes = b"close" in b",".join(value for name, value in self.headers if name == b"connection").lower()
        headers = [(name, value) for name, value in self.headers if name not in dropped]
        headers += [(b"connection", b"close")] if closes else []
        lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
        return b"%s %s HTTP/1.1\r\n%s\r\n" % (method, self.url, lines)

    def _use_target_authority(self) -> None:
        """Replace the Host header by the authority of an absolute-form target (RFC 9112, 3.2.2)."""
        if self.url.startswith(b"/") or b"://" not in self.url:
            return
        authority = self.url.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
        self.headers[:] = [(name, value) for name, value in self.headers if name != b"host"]
        self.headers.append((b"host", authority))

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self.incomplete_since, self.header_bytes = None, 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalled_since = time.monotonic()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stalled_since = None

    def close(self) -> None:
        """Close the connection after what has been written."""
        self.transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self.transport.abort()

    def stop_answering(self, *, half_close: bool) -> None:
        """Never answer the current request; with ``half_close`` close the sending half."""
        self.never_answers = True
        if half_close and self.transport.can_write_eof():
            self.transport.write_eof()

    def close_if_overdue(self, now: float) -> None:
        """Close the connection if its client sends or reads too slowly; ``now`` is ``time.monotonic()``."""
        if self.stalled_since is not None and now - self.stalled_since > MAX_STALL_S:
            self.transport.abort()
            return
        if self.incomplete_since is None or now - self.incomplete_since <= MAX_REQUEST_S:
            return
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_TIMED_OUT)
        self.transport.close()


async def close_overdue(connections: Iterable[Connection]) -> None:
    """Check the limits of all connections forever: one timer per request would cost more than the request."""
    while True:
        await asyncio.sleep(CHECK_EVERY_S)
        now = time.monotonic()
        for connection in tuple(connections):
            connection.close_if_overdue(now)
