"""Counts the webhooks that an inbox received: in total, repeated, missing and out of order.

A webhook is identified by its header ``webhook-id``. If the id ends with a number, that is its position in the sequence
of ids with the same prefix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_SEQUENCE = re.compile(r"(.*?)(\d{1,15})", re.S)


@dataclass(slots=True)
class _Sequence:
    """The numbers of one sequence that were received."""

    numbers: set[int] = field(default_factory=set)
    last: int = -1


@dataclass(slots=True)
class WebhookCounts:
    """Counts of received webhooks."""

    received: int = 0
    matched: int = 0
    duplicates: int = 0
    out_of_order: int = 0
    other_ids: set[str] = field(default_factory=set)
    sequences: dict[str, _Sequence] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[bool, str | None]]) -> WebhookCounts:
        """Count webhooks in the order received; each row is whether it matched, and its headers as JSON."""
        counts = cls()
        for matched, headers in rows:
            counts.received += 1
            counts.matched += bool(matched)
            webhook_id = next(
                (value for name, value in json.loads(headers or "[]") if name.lower() == "webhook-id"), None
            )
            if webhook_id is not None:
                counts._count(webhook_id)
        return counts

    def _count(self, webhook_id: str) -> None:
        found = _SEQUENCE.fullmatch(webhook_id)
        if found is None:
            self.duplicates += webhook_id in self.other_ids
            self.other_ids.add(webhook_id)
            return
        sequence, number = self.sequences.setdefault(found[1], _Sequence()), int(found[2])
        if number in sequence.numbers:
            self.duplicates += 1
            return
        self.out_of_order += number < sequence.last
        sequence.last = max(sequence.last, number)
        sequence.numbers.add(number)

    @property
    def lost(self) -> int:
        """The numbers that are missing between the first and the last of each sequence."""
        return sum(max(one.numbers) - min(one.numbers) + 1 - len(one.numbers) for one in self.sequences.values())

    @property
    def document(self) -> dict[str, int]:
        """The counts as the API returns them."""
        distinct = len(self.other_ids) + sum(len(one.numbers) for one in self.sequences.values())
        return {
            "schema_version": 1,
            "received": self.received,
            "matched": self.matched,
            "unmatched": self.received - self.matched,
            "distinct": distinct,
            "duplicates": self.duplicates,
            "lost": self.lost,
            "out_of_order": self.out_of_order,
        }
