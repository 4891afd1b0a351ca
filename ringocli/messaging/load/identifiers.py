"""Identifiers as providers write them, derived from a seed: the same on every machine and Python version.

The n-th identifier is a fixed prefix and a number that is ``n`` multiplied by an odd constant modulo a power of the
base: no two events of a run share an identifier, which random digits could not guarantee.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

from ringocli.errors import UsageError

COPIES_FROM = 1 << 40
"""A copy of an event has its number plus a multiple of this: the same text and message id, but another event id."""

_PART = re.compile(r"\{(?P<kind>uuid|UUID|hex|HEX|digits)(?::(?P<length>\d+))?\}")
_HEX_TAIL = 12
_MODULUS = 1 << (4 * _HEX_TAIL)


class Number(NamedTuple):
    """A number computed from that of an event: ``(index * factor + offset) % modulus``, written with a ``%`` format.

    ``is_shared``: copies of an event have the same number.
    """

    form: str
    factor: int
    offset: int
    modulus: int
    is_shared: bool = False

    def at(self, index: int) -> int:
        """The number of one event."""
        if self.is_shared:
            index %= COPIES_FROM
        return (index * self.factor + self.offset) % self.modulus


def key_of(*parts: str) -> bytes:
    """A hash of 32 bytes; different lists of texts have different hashes."""
    whole = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return blake2b(whole, digest_size=32).digest()


def identifier(pattern: str, key: bytes, *, is_shared: bool = False) -> tuple[str | Number, ...]:
    """The parts of the identifiers of a pattern such as ``SM{hex:32}``; another key gives other identifiers.

    Raises:
        UsageError: the pattern has an unknown part.
    """
    parts: list[str | Number] = []
    end = 0
    for found in _PART.finditer(pattern):
        parts.append(pattern[end : found.start()])
        parts += _part(found["kind"], int(found["length"] or 32), key, is_shared)
        end = found.end()
    parts.append(pattern[end:])
    if "{" in "".join(part for part in parts if isinstance(part, str)):
        raise UsageError(f"invalid identifier pattern {pattern!r}", "Use {uuid}, {hex:N} or {digits:N}.")
    return tuple(part for part in parts if part)


def _part(kind: str, length: int, key: bytes, is_shared: bool) -> tuple[str | Number, ...]:
    number = int.from_bytes(key, "big")
    digits = f"{number:064x}"
    factor, offset = (number >> 64) % _MODULUS | 1, (number >> 128) % _MODULUS
    if kind == "digits":
        step = factor + 2 if factor % 5 == 0 else factor  # odd and not a multiple of 5, so that no two are alike
        return (Number(f"%0{length}d", step, offset, 10**length, is_shared),)
    prefix = digits[: max(0, length - _HEX_TAIL)]
    if kind.lower() == "uuid":  # version 4 (RFC 9562)
        prefix = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-"
    tail = Number("%012X" if kind.isupper() else "%012x", factor, offset, _MODULUS, is_shared)
    return prefix.upper() if kind.isupper() else prefix, tail
