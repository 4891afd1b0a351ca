"""Parses one HTTP/1.x reply from the bytes of a connection, and reports whether it is complete."""

from __future__ import annotations

import httptools

from ringocli.http.exchange import Reply, header

MAX_REPLY_BYTES = 1_000_000
"""How much of a reply's body is kept; the rest is read and dropped."""

MAX_HEADER_BYTES = 64_000


class MalformedReply(ValueError):
    """The bytes are not an HTTP reply."""


class ReplyParser:
    """Parses the bytes of one reply; ``done`` after its last byte, ``cut`` if only the start of its body is kept.

    ``head_only`` is for replies to HEAD, which announce a body and have none.
    """

    __slots__ = (
        "_body",
        "_excess",
        "_framed",
        "_head_only",
        "_header_bytes",
        "_headers",
        "_in_body",
        "_interim",
        "_parser",
        "_plain_length",
        "cut",
        "done",
        "keep_alive",
    )

    def __init__(self, *, head_only: bool = False) -> None:
        self._head_only = head_only
        self._plain_length: int | None = None
        self._interim = False
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._header_bytes = 0
        self._framed = self._in_body = self._excess = False
        self.done = self.keep_alive = self.cut = False

    def feed(self, received: bytes) -> bool:
        """Parse more bytes; returns whether the reply is complete.

        Raises:
            MalformedReply: this is not HTTP, or more follows than was announced.
        """
        try:
            self._parser.feed_data(received)
        except httptools.HttpParserError:
            if not self.done:
                raise MalformedReply from None
            self.keep_alive = False  # bytes after the end: the reply counts, the connection is not used again
        if self._header_bytes > MAX_HEADER_BYTES:
            raise MalformedReply
        return self.done

    def finish(self) -> bool:
        """Handle the end of the connection; returns whether the reply is complete, for example because no length was set."""
        if self._in_body and not self._framed and not self.done:
            self.done, self.keep_alive = True, False
        return self.done

    @property
    def started(self) -> bool:
        """Whether the headers arrived, so that there is a status."""
        return self._in_body

    @property
    def status(self) -> int:
        """The status, once the headers arrived."""
        return self._parser.get_status_code()

    @property
    def plain_length(self) -> int | None:
        """The announced length of a final reply; None if it is chunked, open-ended or followed interim replies."""
        return self._plain_length if self.done and self.keep_alive else None

    def reply(self, elapsed_ms: float) -> Reply:
        """The reply as it was received so far."""
        return Reply(
            status=self._parser.get_status_code(),
            headers=tuple(self._headers),
            body=bytes(self._body),
            elapsed_ms=elapsed_ms,
        )

    def on_message_begin(self) -> None:
        """httptools: a message starts; a second one was not asked for."""
        if self.done:
            self._excess = True
            self.keep_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header."""
        if self._excess:
            return
        self._header_bytes += len(name) + len(value)
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """httptools: the body follows."""
        if self._excess:
            return
        self._in_body = True
        pairs = tuple(self._headers)
        chunked = "chunked" in (header(pairs, "transfer-encoding") or "").lower()
        length = header(pairs, "content-length")
        self._framed = chunked or length is not None
        self._plain_length = int(length) if length is not None and not chunked and not self._interim else None
        if self._head_only:
            self.done, self.keep_alive = True, self._parser.should_keep_alive()

    def on_body(self, chunk: bytes) -> None:
        """httptools: a piece of the body."""
        if not self._excess:
            self.cut = self.cut or len(self._body) + len(chunk) > MAX_REPLY_BYTES
            self._body += chunk[: MAX_REPLY_BYTES - len(self._body)]

    def on_message_complete(self) -> None:
        """httptools: the message is complete; an interim one (1xx) is not the reply."""
        if self._excess:
            return
        if self._parser.get_status_code() < 200:
            self._headers.clear()
            self._in_body = False
            self._interim = True
            return
        self.done, self.keep_alive = True, self._parser.should_keep_alive()
