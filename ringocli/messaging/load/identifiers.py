"""Identifiers as providers write them, derived from a seed: the same on every machine and Python version."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from ringocli.errors import UsageError

Fill = Callable[[str], str]
"""Turns 32 hexadecimal digits into an identifier."""

_PART = re.compile(r"\{(?P<kind>uuid|UUID|hex|HEX|digits)(?::(?P<length>\d+))?\}")
IDS_AT_ONCE = 4
"""How many identifiers one digest is enough for; further ones take further digests."""


def key_of(*parts: str) -> bytes:
    """A key for ``digits`` from texts; no two lists of texts give the same one."""
    whole = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return blake2b(whole, digest_size=32).digest()


def digits_of(key: bytes, index: int) -> str:
    """128 hexadecimal digits for one event: 32 for each of up to four identifiers."""
    return blake2b(index.to_bytes(8, "big"), key=key, digest_size=64).hexdigest()


def uuid(digits: str) -> str:
    """A version 4 UUID (RFC 9562)."""
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def identifier(pattern: str) -> Fill:
    """The function for a pattern such as ``SM{hex:32}``; its parts use the same digits."""
    if pattern == "{uuid}":
        return uuid
    pieces: list[str | Fill] = []
    end = 0
    for found in _PART.finditer(pattern):
        pieces.append(pattern[end : found.start()])
        pieces.append(_part(found["kind"], int(found["length"] or 32)))
        end = found.end()
    pieces.append(pattern[end:])
    if "{" in "".join(piece for piece in pieces if isinstance(piece, str)):
        raise UsageError(f"invalid identifier pattern {pattern!r}", "Use {uuid}, {hex:N} or {digits:N}.")
    return lambda digits: "".join(piece if isinstance(piece, str) else piece(digits) for piece in pieces)


def _part(kind: str, length: int) -> Fill:
    match kind:
        case "uuid":
            return uuid
        case "UUID":
            return lambda digits: uuid(digits).upper()
        case "hex":
            return lambda digits: digits[:length]
        case "digits":
            return lambda digits: f"{int(digits, 16) % 10**length:0{length}d}"
    return lambda digits: digits[:length].upper()
