"""What follows from a request's headers alone, worked out once for all requests that have the same.

Who sends many webhooks sends them under one head. Only so many heads are remembered, and no long one: a client that
makes up a new one each time costs time and no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ringocli.emulator.access import PUBLIC_SECTIONS, Refusal

MAX_HEADS = 1_000
MAX_HEAD_BYTES = 2_000

_MORE = frozenset({"transfer-encoding", "expect", "upgrade"})

Raw = Sequence[tuple[bytes, bytes]]
"""Headers as they came, with lower-case names."""


@dataclass(frozen=True, slots=True)
class Head:
    """The headers of a request.

    ``first`` has them by name, of several with one name the first. ``length`` is that of the body which comes with
    them; None where the sender wants more than to send it: chunks, ``100 Continue``, another protocol.
    """

    headers: tuple[tuple[str, str], ...]
    first: Mapping[str, str]
    length: int | None
    refusals: dict[tuple[str, str], Refusal | None] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: Raw) -> Head:
        """A head from its bytes."""
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
        first = dict(reversed(headers))
        announced = first.get("content-length", "0")
        is_plain = announced.isdigit() and len(announced) < 19 and first.keys().isdisjoint(_MORE)
        return cls(headers, first, int(announced) if is_plain else None)

    def refusal(self, method: str, section: str, decide: Callable[[], Refusal | None]) -> Refusal | None:
        """What the access says of it; in the sections that are open to providers, nothing else counts than head and method."""
        if section not in PUBLIC_SECTIONS:
            return decide()
        if (method, section) not in self.refusals:
            self.refusals[method, section] = decide()
        return self.refusals[method, section]


class Heads:
    """The heads that one emulator has seen lately."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[bytes, bytes], ...], Head] = {}

    def of(self, raw: Raw) -> Head:
        """The head of these bytes."""
        key = tuple(raw)
        known = self._known.get(key)
        if known is not None:
            return known
        head = Head.read(key)
        if sum(len(name) + len(value) for name, value in key) <= MAX_HEAD_BYTES:
            if len(self._known) >= MAX_HEADS:
                self._known.clear()
            self._known[key] = head
        return head
