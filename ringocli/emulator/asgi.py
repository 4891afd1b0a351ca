"""HTTP as ASGI speaks it: reading a body within limits, writing a reply, and spoiling the connection on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from ringocli.emulator.heads import Head
from ringocli.http.exchange import IncomingRequest, Reply, json_reply
from ringocli.messaging.chaos import Fault

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY_BYTES = 10_000_000
"""A larger webhook, request or file is refused."""

MAX_DRAINED_BYTES = 300_000_000
"""What is still read of a refused body, so that its sender sees the refusal and no broken pipe."""

MAX_HANG_S = 120.0

TRANSPORT = "ringocli.http.transport"
"""Where the server leaves the connection in the scope, for weather that hangs up."""


class TooLarge(Exception):
    """A body is over the limit, which is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class Gone(Exception):
    """The client left before its request was whole."""


async def read_body(headers: Mapping[str, str], receive: Receive, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is over ``limit``, as it says itself or as it turns out.
        Gone: the client hung up.
    """
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge(limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def drain(receive: Receive) -> None:
    """Read on and forget, as long as it is worth it."""
    size = 0
    try:
        async with asyncio.timeout(10):
            while size < MAX_DRAINED_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def incoming(scope: Scope, head: Head, path: str, body: bytes) -> IncomingRequest:
    """A request as the engine takes it."""
    return IncomingRequest(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=head.headers,
        body=body,
    )


def raw_path(scope: Scope) -> str:
    """The path as it came, percent-encoding and all."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


async def respond(send: Send, reply: Reply, *, more: bool = False) -> None:
    """Write a reply; with ``more`` the last, empty part is left to the caller."""
    await _start(send, reply, len(reply.body))
    await send({"type": "http.response.body", "body": reply.body, "more_body": more})


async def _start(send: Send, reply: Reply, length: int) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    headers.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def refuse(send: Send, status: int, message: str, hint: str = "", *, code: int = 2, more: bool = False) -> None:
    """Write an error as every part of the API has it."""
    await respond(send, error_reply(status, message, hint, code=code), more=more)


def error_reply(status: int, message: str, hint: str = "", *, code: int = 2) -> Reply:
    """An error as a reply."""
    content = {"schema_version": 1, "error": {"code": code, "message": message, "hint": hint or None}}
    return json_reply(status, content)


async def misbehave(fault: Fault, reply: Reply | None, scope: Scope, receive: Receive, send: Send) -> bool:
    """Carry out what is the connection's part of a fault; False where the reply is to be written as usual."""
    transport = scope.get(TRANSPORT)
    if fault is Fault.TRUNCATE and reply is not None and transport is not None:
        await _start(send, reply, max(len(reply.body), 64))
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        transport.close()
        return True
    if fault is Fault.HALF_CLOSE or fault is Fault.HANG:
        await hang(scope, receive, closes=fault is Fault.HALF_CLOSE)
        return True
    return False


async def hang(scope: Scope, receive: Receive, *, closes: bool = False) -> None:
    """Never answer: wait until the client leaves, at most ``MAX_HANG_S``, then cut the connection."""
    transport = scope.get(TRANSPORT)
    if closes and transport is not None and transport.can_write_eof():
        transport.write_eof()
    try:
        async with asyncio.timeout(MAX_HANG_S):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
    if transport is not None:
        transport.abort()
