"""Identifiers as providers write them, derived from a seed: the same on every machine and Python version.

The n-th identifier is a fixed prefix and a number that is ``n`` multiplied by an odd constant modulo a power of the
base: no two events of a run ever have the same one, which random digits could not promise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from ringocli.errors import UsageError

MakeId = Callable[..., str]
"""The identifier of an event, from its index; a data row may follow, which does not matter: it is a ``Fill``, too."""

_PART = re.compile(r"\{(?P<kind>uuid|UUID|hex|HEX|digits)(?::(?P<length>\d+))?\}")
_HEX_TAIL = 12
_MODULUS = 1 << (4 * _HEX_TAIL)


def key_of(*parts: str) -> bytes:
    """32 bytes from texts; no two lists of texts give the same ones."""
    whole = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return blake2b(whole, digest_size=32).digest()


def identifier(pattern: str, key: bytes) -> MakeId:
    """The function for a pattern such as ``SM{hex:32}``; another key gives other identifiers.

    Raises:
        UsageError: the pattern has an unknown part.
    """
    pieces: list[str | MakeId] = []
    end = 0
    for found in _PART.finditer(pattern):
        if found.start() > end:
            pieces.append(pattern[end : found.start()])
        pieces.append(_part(found["kind"], int(found["length"] or 32), key))
        end = found.end()
    if end < len(pattern):
        pieces.append(pattern[end:])
    if "{" in "".join(piece for piece in pieces if isinstance(piece, str)):
        raise UsageError(f"invalid identifier pattern {pattern!r}", "Use {uuid}, {hex:N} or {digits:N}.")
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        return pieces[0]
    return lambda index, row=None: "".join([piece if isinstance(piece, str) else piece(index) for piece in pieces])


def _part(kind: str, length: int, key: bytes) -> MakeId:
    number = int.from_bytes(key, "big")
    digits = f"{number:064x}"
    factor, offset = (number >> 64) % _MODULUS | 1, (number >> 128) % _MODULUS
    mask = _MODULUS - 1
    match kind:
        case "uuid":  # version 4 (RFC 9562)
            prefix = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-"
            return lambda index, row=None: f"{prefix}{(index * factor + offset) & mask:012x}"
        case "UUID":
            prefix = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-A{digits[17:20]}-".upper()
            return lambda index, row=None: f"{prefix}{(index * factor + offset) & mask:012X}"
        case "digits":
            modulus = 10**length
            step = factor + 2 if factor % 5 == 0 else factor  # odd and no multiple of 5: no two are alike
            return lambda index, row=None: f"{(index * step + offset) % modulus:0{length}d}"
    prefix = digits[: max(0, length - _HEX_TAIL)]
    if kind == "HEX":
        return lambda index, row=None: f"{prefix.upper()}{(index * factor + offset) & mask:012X}"
    return lambda index, row=None: f"{prefix}{(index * factor + offset) & mask:012x}"
