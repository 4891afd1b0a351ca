"""Reads bodies and writes replies over ASGI, within limits, and injects the faults that affect the connection itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from ringocli.emulator.limits import (
    MAX_BODY_BYTES,
    MAX_DRAIN_S,
    MAX_DRAINED_BYTES,
    MAX_RECEIVING_BYTES,
    UNCOUNTED_BYTES,
)
from ringocli.http.exchange import IncomingRequest, Reply, json_reply
from ringocli.messaging.chaos import Fault
from ringocli.text.secret import redact

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_HANG_S = 120.0

CONNECTION = "ringocli.emulator.connection"
"""The key of the scope under which the server puts its ``FaultyConnection``."""


class FaultyConnection(Protocol):
    """What chaos can do to a connection."""

    def close(self) -> None:
        """Close it after what has been written."""

    def abort(self) -> None:
        """Close it at once."""

    def stop_answering(self, *, half_close: bool) -> None:
        """Never answer the current request; with ``half_close`` close the sending half."""


class TooLarge(Exception):
    """A body is larger than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class Overloaded(Exception):
    """Too many bytes of request bodies are being received at the same time."""


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """The headers of a request, decoded.

    ``first`` maps each lower-case name to its first value; ``hosts`` counts the Host headers.
    """

    pairs: tuple[tuple[str, str], ...]
    first: Mapping[str, str]
    hosts: int

    @classmethod
    def decode(cls, raw: Iterable[tuple[bytes, bytes]]) -> RequestHeaders:
        """Headers from their bytes; names have to be in lower case."""
        pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
        return cls(pairs, dict(reversed(pairs)), sum(name == "host" for name, _ in pairs))


_receiving = 0


async def read_body(headers: Mapping[str, str], receive: Receive, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body.

    Raises:
        Overloaded: too many large bodies are being received.
        TooLarge: it is over ``limit``, by its Content-Length or by what was received.
        ClientGone: the client disconnected.
    """
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge(limit)
    global _receiving  # one budget for all requests of the process
    chunks: list[bytes] = []
    size = counted = 0
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit)
            if size > UNCOUNTED_BYTES:
                if _receiving + size - counted > MAX_RECEIVING_BYTES:
                    raise Overloaded
                _receiving += size - counted
                counted = size
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)
    finally:
        _receiving -= counted


async def drain(receive: Receive) -> None:
    """Read and discard the rest of the body, up to ``MAX_DRAINED_BYTES`` and ``MAX_DRAIN_S`` seconds."""
    size = 0
    try:
        async with asyncio.timeout(MAX_DRAIN_S):
            while size < MAX_DRAINED_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def incoming_request(scope: Scope, headers: RequestHeaders, path: str, body: bytes) -> IncomingRequest:
    """The request in the form that ``messaging`` takes."""
    return IncomingRequest(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=headers.pairs,
        body=body,
    )


def raw_path(scope: Scope) -> str:
    """The path as it was received, still percent-encoded."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


async def respond(send: Send, reply: Reply, *, more: bool = False) -> None:
    """Write a reply; with ``more`` the caller still has to send the last, empty part."""
    await _start(send, reply, len(reply.body))
    await send({"type": "http.response.body", "body": reply.body, "more_body": more})


async def _start(send: Send, reply: Reply, length: int) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    headers.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def refuse(send: Send, status: int, message: str, hint: str = "", *, code: int = 2, more: bool = False) -> None:
    """Write an error in the format of the API."""
    await respond(send, error_reply(status, message, hint, code=code), more=more)


def error_reply(status: int, message: str, hint: str = "", *, code: int = 2) -> Reply:
    """An error in the format of the API; ``code`` is the exit code that a command would have."""
    error = {"code": code, "message": redact(message), "hint": redact(hint) or None}
    content = {"schema_version": 1, "error": error}
    return json_reply(status, content)


ERRORS_HEADER, STATUS_HEADER = "ringocli-errors", b"ringocli-status"


def errors_as_success(send: Send) -> Send:
    """Give errors the status 200, and their own status in the header Ringocli-Status.

    Browsers report every other status as an error in the console, even if the page expects it.
    """

    async def send_success(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            status = (STATUS_HEADER, b"%d" % message["status"])
            message = {**message, "status": 200, "headers": [*message["headers"], status]}
        await send(message)

    return send_success


async def inject_fault(fault: Fault, reply: Reply | None, scope: Scope, receive: Receive, send: Send) -> bool:
    """Apply a fault that affects the connection; False if the reply is to be written as usual."""
    connection: FaultyConnection | None = scope.get(CONNECTION)
    if fault is Fault.TRUNCATE and reply is not None and connection is not None:
        await _start(send, reply, max(len(reply.body), 64))
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        connection.close()
        return True
    if fault is Fault.HALF_CLOSE or fault is Fault.HANG:
        await hang(scope, receive, half_close=fault is Fault.HALF_CLOSE)
        return True
    return False


async def hang(scope: Scope, receive: Receive, *, half_close: bool = False) -> None:
    """Send no response: wait until the client disconnects, at most ``MAX_HANG_S`` seconds, then abort the connection."""
    connection: FaultyConnection | None = scope.get(CONNECTION)
    if connection is not None:
        connection.stop_answering(half_close=half_close)
    try:
        async with asyncio.timeout(MAX_HANG_S):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
    if connection is not None:
        connection.abort()
