"""Sample files, generated on request: a picture, a document, one that is too large, one with the wrong type.

They let a user try an MMS without looking for a file first.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

OVERSIZE_BYTES = 6_000_000
"""More than carriers accept in an MMS: most limits are between 600 kB and 5 MB."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """The content type that a sample claims, its description, and its generator."""

    content_type: str
    description: str
    content: Callable[[], bytes]


@cache
def picture(width: int = 480, height: int = 320) -> bytes:
    """A PNG of hills under an evening sky (RGB, 8 bits; PNG specification, W3C)."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(_colour(x / width, y / height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _colour(x: float, y: float) -> tuple[int, int, int]:
    if (x - 0.72) ** 2 * 2.25 + (y - 0.34) ** 2 < 0.012:
        return (255, 241, 214)
    near, far = 0.80 + 0.05 * _wave(x * 1.3 + 0.2), 0.64 + 0.08 * _wave(x + 0.55)
    if y > near:
        return (38, 70, 83)
    if y > far:
        return (66, 122, 130)
    return (int(244 - 70 * (1 - y)), int(162 + 20 * y), int(97 + 90 * (1 - y)))


def _wave(x: float) -> float:
    """A smooth wave between -1 and 1 with a period of 1."""
    x = x % 1.0 * 2 - 1
    return 1 - 2 * x * x * (2 - x * x)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def document() -> bytes:
    """A minimal PDF of one page with one line of text (ISO 32000-1)."""
    text = b"BT /F1 24 Tf 72 720 Td (A document for you) Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


SAMPLES: dict[str, SampleFile] = {
    "picture.png": SampleFile("image/png", "a picture", picture),
    "document.pdf": SampleFile("application/pdf", "a document, which few carriers accept", document),
    "oversize.jpg": SampleFile(
        "image/jpeg", "6 MB, too large for an MMS", lambda: b"\xff\xd8\xff\xe0" * (OVERSIZE_BYTES // 4)
    ),
    "wrong-type.jpg": SampleFile("image/jpeg", "text that claims to be a JPEG", lambda: b"This is not a picture.\n"),
}
"""The sample files by name; any other name, such as ``missing.jpg``, is not found."""
