"""What is explained to the user about a learned part of a template: decisions, limits and notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringocli.template.limit import Blocker, Limit
from ringocli.template.scaffold import Decision


@dataclass(slots=True, kw_only=True)
class Explanations:
    """The explanations, in the order in which they were found."""

    decisions: list[Decision] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_limit(self, what: str, why: str, clause: str = "", *, is_solved_by_relay: bool = False) -> None:
        """Add a limit, unless there is one about the same thing; ``clause`` says what does not work because of it."""
        if all(entry.what != what for entry in self.limits):
            self.limits.append(Limit(what, why, Blocker(clause, is_solved_by_relay) if clause else None))
