"""What a reply has to be: ``--expect-status`` read once, asked often."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringocli.errors import UsageError

_PART = re.compile(r"(?P<class>[1-5])xx|(?P<low>[1-5]\d\d)(?:-(?P<high>[1-5]\d\d))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """A set of status codes; ``text`` is how it was asked for."""

    text: str
    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> Statuses:
        """Read ``2xx``, ``200``, ``200-204`` or several of them with commas between.

        Raises:
            UsageError: it is none of these.
        """
        ranges = []
        for part in text.split(","):
            found = _PART.fullmatch(part.strip())
            if found is None:
                raise UsageError(f"--expect-status cannot read {part.strip()!r}", "Write 2xx, 200, 200-204 or 200,202.")
            if found["class"]:
                ranges.append((int(found["class"]) * 100, int(found["class"]) * 100 + 99))
            else:
                ranges.append((int(found["low"]), int(found["high"] or found["low"])))
        return cls(text=",".join(part.strip() for part in text.split(",")), ranges=tuple(ranges))

    def __contains__(self, status: int) -> bool:
        return any(low <= status <= high for low, high in self.ranges)


SUCCESS = Statuses.parse("2xx")
"""What counts as sent (a reading, row 20)."""
