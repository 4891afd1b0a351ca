"""The limits for every client of the emulator: times, sizes, and the complexity of a request.

Everything that can be counted cheaply is counted before a body is decoded; a request with too much of it gets 413. What
remains may still take seconds, so large requests are processed by ``workers``.
"""

from __future__ import annotations

from ringocli.http.bodies import MAX_FIELDS
from ringocli.http.exchange import IncomingRequest

MAX_REQUEST_S = 30.0
"""A request has to be complete within this time, counted from its first byte or from connecting."""

MAX_STALL_S = 30.0
"""A client that reads nothing of a response for this time is disconnected."""

DEFAULT_WAIT_S = 10.0
MAX_WAIT_S = 300.0
"""How long ``/api/wait`` waits: without ``timeout_s``, and at most."""

KEEP_ALIVE_S = 75
"""An idle connection is closed after this time."""

MAX_DRAIN_S = 10
"""How long the rest of a refused body is read."""

MAX_HEADER_BYTES = 400_000
"""The largest headers in bytes: more than one read of the event loop, so that several short requests never count as
one."""

MAX_BODY_BYTES = 10_000_000
"""The largest webhook, request or file in bytes."""

MAX_DRAINED_BYTES = 300_000_000
"""How much of a refused body is still read, so that its sender receives the refusal instead of a broken pipe."""

MAX_RECEIVING_BYTES = 40_000_000
"""How many bytes of all unfinished bodies together are kept in memory."""

UNCOUNTED_BYTES = 16_384
"""A body up to this size is always received, however many large ones are being received."""

MAX_STORED_BYTES = 500_000_000
"""The size of all uploaded files together; the oldest are deleted."""

MAX_INLINE_BYTES = 16_384
MAX_INLINE_VALUES = 200
"""A request up to this size with this many values is processed on the event loop. It takes about a millisecond, a near
miss up to thirty."""

MAX_VALUES = 100_000
"""Values in a JSON body, counted by its separators."""

MAX_ESCAPES = 300_000
"""Percent escapes in a form or query; decoding each takes about a microsecond and a hundred bytes."""


def excess(incoming: IncomingRequest) -> str | None:
    """Why a request is too complex to be processed; None if it is not."""
    query = incoming.query
    if query.count("&") >= MAX_FIELDS:
        return f"the query has more than {MAX_FIELDS:,} fields"
    body = incoming.body
    if len(body) <= MAX_INLINE_BYTES:
        return None
    if body.count(b"%") > MAX_ESCAPES:
        return f"the body has more than {MAX_ESCAPES:,} percent escapes"
    if values_in(body) > MAX_VALUES:
        return f"the body has more than {MAX_VALUES:,} values"
    if body[:1].isalnum() and body.count(b"&") >= MAX_FIELDS:
        return f"the form has more than {MAX_FIELDS:,} fields"
    return None


def values_in(body: bytes) -> int:
    """The number of values in a JSON body, by its separators."""
    return _count_of(b",[{", body)


def is_complex(incoming: IncomingRequest) -> bool:
    """Whether a request takes too long for the event loop."""
    body, query = incoming.body, incoming.query
    if len(body) + len(query) > MAX_INLINE_BYTES:
        return True
    return _count_of(b",[{&", body) + query.count("&") > MAX_INLINE_VALUES


def _count_of(separators: bytes, body: bytes) -> int:
    """How often any of these bytes occurs, in one pass."""
    return len(body) - len(body.translate(None, separators))
