"""Decompresses the bodies of replies up to a size limit; what cannot be decompressed is kept, with a note."""

from __future__ import annotations

import zlib

from ringocli.http.exchange import CUT

SUPPORTED = ("gzip", "x-gzip", "deflate")
"""The values of Content-Encoding that can be undone."""


def decompressed(body: bytes, encoding: str, max_bytes: int) -> tuple[bytes, tuple[str, ...]]:
    """The body without its Content-Encoding, cut at ``max_bytes``, and a note if it is incomplete or unchanged."""
    kind = encoding.strip().lower()
    if not body or kind in ("", "identity"):
        return body, ()
    if kind not in SUPPORTED:
        return body, (f"the reply is compressed as {kind[:20]!r}, which is not supported",)
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            plain = zlib.decompressobj(window).decompress(body, max_bytes + 1)
        except zlib.error:
            continue
        return plain[:max_bytes], (CUT,) if len(plain) > max_bytes else ()
    return body, (f"the reply is not compressed as {kind}, although its headers say so",)
