"""Decompresses bodies, gzip and deflate up to a size limit: requests strictly, replies and captures as far as possible."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from ringocli.http.exchange import CUT, IncomingRequest, header

MAX_LAYERS = 3
"""Encodings applied one after the other; clients use one."""

_WITHOUT_HEADER = -zlib.MAX_WBITS
_WINDOWS = {
    "gzip": (zlib.MAX_WBITS | 32,),
    "x-gzip": (zlib.MAX_WBITS | 32,),
    "deflate": (zlib.MAX_WBITS, _WITHOUT_HEADER),
}
"""The formats of each encoding: deflate is zlib (RFC 9110, 8.4.1.2), but some clients omit the zlib header."""

_SUPPORTED = "Use gzip, deflate or no Content-Encoding."


class UndecodableBody(Exception):
    """The body cannot be decompressed: the ``status`` of the reply, and what to say."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint


class Inflated(NamedTuple):
    """Decompressed data, at most one byte more than was asked for; it may lack its end."""

    data: bytes
    is_complete: bool


def encodings_of(headers: tuple[tuple[str, str], ...]) -> list[str]:
    """The encodings of a body by its Content-Encoding, the last applied one first."""
    names = (header(headers, "content-encoding") or "").lower().split(",")
    return [name for part in reversed(names) if (name := part.strip()) not in ("", "identity")]


def are_supported(encodings: Sequence[str]) -> bool:
    """Whether all of these encodings can be undone."""
    return len(encodings) <= MAX_LAYERS and all(encoding in _WINDOWS for encoding in encodings)


def inflated(body: bytes, encoding: str, max_bytes: int) -> Inflated | None:
    """A body without gzip or deflate; None if it has another encoding or none.

    Nearly any bytes may be the start of deflate data without a header, so such data must be complete.
    """
    for window in _WINDOWS.get(encoding, ()):
        decompressor = zlib.decompressobj(window)
        try:
            data = decompressor.decompress(body, max_bytes + 1)
        except zlib.error:
            continue
        is_whole = decompressor.eof and not decompressor.unused_data
        if is_whole or window != _WITHOUT_HEADER or len(data) > max_bytes:
            return Inflated(data, decompressor.eof)
    return None


def decompressed_request(incoming: IncomingRequest, max_bytes: int) -> IncomingRequest:
    """The request with its body decompressed and without its Content-Encoding; the same request if it has none.

    Raises:
        UndecodableBody: neither gzip nor deflate (415), damaged (400), or more than ``max_bytes`` bytes (413).
    """
    given = header(incoming.headers, "content-encoding")
    if given is None:
        return incoming
    encodings = encodings_of(incoming.headers)
    if len(encodings) > MAX_LAYERS:
        raise UndecodableBody(415, f"Content-Encoding {given[:60]!r} has too many layers", _SUPPORTED)
    body = incoming.body
    for encoding in encodings:
        body = _strictly_inflated(body, encoding, max_bytes)
    headers = tuple((name, value) for name, value in incoming.headers if name.lower() != "content-encoding")
    return incoming._replace(headers=headers, body=body)


def _strictly_inflated(body: bytes, encoding: str, max_bytes: int) -> bytes:
    if encoding not in _WINDOWS:
        raise UndecodableBody(415, f"Content-Encoding {encoding[:40]!r} is not supported", _SUPPORTED)
    found = inflated(body, encoding, max_bytes)
    if found is not None and len(found.data) > max_bytes:
        raise UndecodableBody(413, f"the decompressed body is larger than {max_bytes // 1_000_000} MB")
    if found is None or not found.is_complete:
        raise UndecodableBody(400, f"the body is not valid {encoding}")
    return found.data


def decompressed_reply(
    body: bytes, headers: tuple[tuple[str, str], ...], max_bytes: int
) -> tuple[bytes, tuple[str, ...]]:
    """The body without its Content-Encoding, cut at ``max_bytes``, and a note if it is incomplete or unchanged."""
    encodings = encodings_of(headers) if body else []
    if not are_supported(encodings):
        given = ", ".join(reversed(encodings))
        return body, (f"the reply is compressed as {given[:20]!r}, which is not supported",)
    for encoding in encodings:
        found = inflated(body, encoding, max_bytes)
        if found is None:
            return body, (f"the reply is not compressed as {encoding}, although its headers say so",)
        body = found.data
        if len(body) > max_bytes:
            return body[:max_bytes], (CUT,)
    return body, ()
