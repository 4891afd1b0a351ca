"""Decompresses requests: gzip and deflate up to a size limit; other encodings are refused by name."""

from __future__ import annotations

import zlib

from ringocli.http.exchange import IncomingRequest, header

MAX_LAYERS = 3
"""Encodings applied one after the other; clients use one."""

_WINDOWS = {
    "gzip": (zlib.MAX_WBITS | 16,),
    "x-gzip": (zlib.MAX_WBITS | 16,),
    "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS),
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


def decompressed(incoming: IncomingRequest, max_bytes: int) -> IncomingRequest:
    """The request with its body decompressed and without its Content-Encoding; the same request if it has none.

    Raises:
        UndecodableBody: neither gzip nor deflate (415), damaged (400), or more than ``max_bytes`` bytes (413).
    """
    given = header(incoming.headers, "content-encoding")
    if given is None:
        return incoming
    encodings = [name for part in given.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(encodings) > MAX_LAYERS:
        raise UndecodableBody(415, f"Content-Encoding {given[:60]!r} has too many layers", _SUPPORTED)
    body = incoming.body
    for encoding in reversed(encodings):
        body = _decoded(body, encoding, max_bytes)
    headers = tuple((name, value) for name, value in incoming.headers if name.lower() != "content-encoding")
    return incoming._replace(headers=headers, body=body)


def _decoded(body: bytes, encoding: str, max_bytes: int) -> bytes:
    if encoding not in _WINDOWS:
        raise UndecodableBody(415, f"Content-Encoding {encoding[:40]!r} is not supported", _SUPPORTED)
    for window in _WINDOWS[encoding]:
        decompressor = zlib.decompressobj(window)
        try:
            found = decompressor.decompress(body, max_bytes + 1)
        except zlib.error:
            continue
        if len(found) > max_bytes:
            raise UndecodableBody(413, f"the decompressed body is larger than {max_bytes // 1_000_000} MB")
        if decompressor.eof:
            return found
    raise UndecodableBody(400, f"the body is not valid {encoding}")
