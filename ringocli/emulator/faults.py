"""Applies chaos to the bytes of a reply; faults of the connection are in ``asgi``."""

from __future__ import annotations

import gzip

from ringocli.http.exchange import Reply
from ringocli.messaging.chaos import ChaosEffect, Fault

_PAGE = b"<!doctype html><title>Bad gateway</title><h1>Something went wrong</h1><p>Try again in a minute.</p>"

NEVER_ANSWERED = frozenset({Fault.HANG, Fault.HALF_CLOSE})
"""Faults after which the other side receives no reply at all."""

_BODILESS = frozenset({204, 205, 304})
"""Statuses after which a body would be read as the start of the next reply (RFC 9110, 6.4.1)."""

_MESSAGES = {429: "too many requests", 500: "internal server error", 502: "bad gateway", 503: "service unavailable"}


def rejection(effect: ChaosEffect) -> Reply:
    """The reply of a side that rejects a request unread: a status, with ``Retry-After`` for a rate limit."""
    status = effect.status or 500
    headers = [("Content-Type", "application/json")]
    if effect.retry_after_s is not None:
        headers.append(("Retry-After", str(effect.retry_after_s)))
    if status in _BODILESS:
        return Reply(status=status, headers=tuple(headers[1:]))
    message = _MESSAGES.get(status, "rejected by chaos")
    return Reply(status=status, headers=tuple(headers), body=b'{"error":{"message":"%s"}}' % message.encode())


def with_fault(reply: Reply, fault: Fault | None) -> Reply:
    """The reply with the fault applied; a reply that is never sent is returned unchanged, for the record."""
    match fault:
        case Fault.HTML:
            return reply._replace(status=200, headers=(("Content-Type", "text/html"),), body=_PAGE)
        case Fault.REDIRECT:
            return reply._replace(status=302, headers=(("Location", "https://moved.example/"),), body=b"")
        case Fault.CHARSET:
            return reply._replace(body=reply.body.decode("utf-8", "replace").encode("utf-16"))
        case Fault.GZIP:
            headers = (*reply.headers, ("Content-Encoding", "gzip"))
            return reply._replace(headers=headers, body=gzip.compress(reply.body, mtime=0))
    return reply
