"""Forwards webhooks to the real Ringotel, and its replies to the sender."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ringocli.emulator.asgi import error_reply
from ringocli.emulator.outgoing import OutgoingRequests
from ringocli.emulator.store.exchange import shown_reply
from ringocli.errors import NoReply, UsageError
from ringocli.http.addresses import webhook_address
from ringocli.http.decompression import are_supported, encodings_of
from ringocli.http.exchange import Direction, IncomingRequest, RenderedRequest, Reply
from ringocli.messaging.request import with_query
from ringocli.text.secret import Secret, redact
from ringocli.text.traced import Piece, Traced

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers of a single connection (RFC 9110, 7.6.1), which are not forwarded."""

MAX_STATUS = 599
"""The highest status of HTTP (RFC 9110, 15)."""


async def forward(incoming: IncomingRequest, to: Secret, outgoing: OutgoingRequests) -> tuple[Reply, Mapping[str, Any]]:
    """Send a webhook to the real Ringotel; returns the reply for the sender, and what is recorded about it.

    If there is no reply, the sender gets 502: the message is not delivered yet, so the provider must retry.
    """
    rendered = RenderedRequest(
        name="forwarded webhook",
        direction=Direction.INCOMING,
        method=incoming.method,
        url=with_query(Traced((Piece(webhook_address(to)),)), Traced.plain(incoming.query)),
        headers=tuple((name, Traced.plain(value)) for name, value in _end_to_end(incoming.headers)),
        body=None,
        raw_body=incoming.body or None,
        variables={},
    )
    try:
        reply = await outgoing.send(rendered)
    except (NoReply, UsageError) as error:  # UsageError: a header that cannot be sent
        why = redact(error.message)
        reply = error_reply(502, f"not forwarded to Ringotel: {why}", code=4)
        return reply, {"host": rendered.host, "status": None, "body": None, "error": why}
    shown = await asyncio.to_thread(shown_reply, reply) or {}
    return _for_sender(reply), {"host": rendered.host, "status": reply.status, "body": shown["body"], "error": None}


def _for_sender(reply: Reply) -> Reply:
    """The reply with the headers that are true on the sender's connection, where the body is not compressed; 502 for
    a status that HTTP does not have.
    """
    headers = tuple(_end_to_end(reply.headers))
    if are_supported(encodings_of(headers)):
        headers = tuple(pair for pair in headers if pair[0].lower() != "content-encoding")
    return reply._replace(status=reply.status if reply.status <= MAX_STATUS else 502, headers=headers)


def _end_to_end(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The headers that are not about the connection."""
    pairs = tuple(headers)
    named = {word.strip().lower() for name, value in pairs if name.lower() == "connection" for word in value.split(",")}
    return ((name, value) for name, value in pairs if name.lower() not in _HOP_BY_HOP | named)
