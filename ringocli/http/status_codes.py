"""Sets of status codes, as given to ``--expect-status``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringocli.errors import UsageError

_PART = re.compile(r"(?P<class>[1-5])xx|(?P<low>[1-5]\d\d)(?:-(?P<high>[1-5]\d\d))?", re.IGNORECASE)


class Statuses:
    """A set of status codes; ``text`` is the notation it was given in."""

    __slots__ = ("_ranges", "text")

    def __init__(self, text: str, ranges: Sequence[tuple[int, int]]) -> None:
        self.text, self._ranges = text, tuple(ranges)

    @classmethod
    def parse(cls, text: str) -> Statuses:
        """Parse ``2xx``, ``200``, ``200-204`` or a comma-separated list of these.

        Raises:
            UsageError: invalid notation.
        """
        ranges = []
        for part in text.split(","):
            found = _PART.fullmatch(part.strip())
            if found is None:
                raise UsageError(f"invalid --expect-status {part.strip()!r}", "Examples: 2xx, 200, 200-204 or 200,202.")
            if found["class"]:
                ranges.append((int(found["class"]) * 100, int(found["class"]) * 100 + 99))
            else:
                ranges.append((int(found["low"]), int(found["high"] or found["low"])))
        return cls(",".join(part.strip() for part in text.split(",")), ranges)

    def __contains__(self, status: int) -> bool:
        return any(low <= status <= high for low, high in self._ranges)


SUCCESS = Statuses.parse("2xx")
"""The statuses of a successful send (assumption 20)."""
