"""Compressed webhooks: gzip and deflate are decompressed within a limit, other encodings are refused by name."""

from __future__ import annotations

import zlib
from dataclasses import replace

from ringocli.http.exchange import IncomingRequest, header

MAX_LAYERS = 3
"""Encodings applied one after the other; clients use one."""


_WINDOWS = {
    "gzip": (zlib.MAX_WBITS | 16,),
    "x-gzip": (zlib.MAX_WBITS | 16,),
    "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS),
}
"""The formats of each encoding; deflate is zlib (RFC 9110, 8.4.1.2), but some clients send it without its header."""


class UnsupportedEncoding(Exception):
    """The body has a Content-Encoding that is not supported."""


class CorruptBody(Exception):
    """The body is not what its Content-Encoding says, or is incomplete."""


class BodyTooLarge(Exception):
    """The decompressed body is over the limit."""


def decompressed(incoming: IncomingRequest, max_bytes: int) -> IncomingRequest:
    """The request with its body decompressed and without its Content-Encoding; the same request if it has none.

    Raises:
        UnsupportedEncoding: neither gzip nor deflate.
        CorruptBody: the body cannot be decompressed.
        BodyTooLarge: it has more than ``max_bytes`` bytes.
    """
    given = header(incoming.headers, "content-encoding")
    if given is None:
        return incoming
    encodings = [name for part in given.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(encodings) > MAX_LAYERS:
        raise UnsupportedEncoding(f"Content-Encoding {given[:60]!r} has too many layers")
    body = incoming.body
    for encoding in reversed(encodings):
        body = _decoded(body, encoding, max_bytes)
    headers = tuple((name, value) for name, value in incoming.headers if name.lower() != "content-encoding")
    return replace(incoming, headers=headers, body=body)


def _decoded(body: bytes, encoding: str, max_bytes: int) -> bytes:
    if encoding not in _WINDOWS:
        raise UnsupportedEncoding(f"Content-Encoding {encoding[:40]!r} is not supported")
    for window in _WINDOWS[encoding]:
        decompressor = zlib.decompressobj(window)
        try:
            found = decompressor.decompress(body, max_bytes + 1)
        except zlib.error:
            continue
        if len(found) > max_bytes:
            raise BodyTooLarge
        if decompressor.eof:
            return found
    raise CorruptBody(f"the body is not valid {encoding}")
