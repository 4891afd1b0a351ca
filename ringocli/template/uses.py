"""Where variables are used: every string that may have some, and every variable in one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ringocli.template.pattern.pattern import Constant, Leaf, Pattern
from ringocli.template.variables import Place
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.template.model import WebhookEvent


class Use(NamedTuple):
    """A variable in a string: where, at which place of the template, and whether it is the whole string."""

    pointer: Pointer
    place: Place
    name: str
    alone: bool
    event: WebhookEvent | None = None


class Templated(NamedTuple):
    """A string of a place that may have variables: a leaf with some, or a constant."""

    pointer: Pointer
    place: Place
    leaf: Leaf | Constant
    event: WebhookEvent | None

    @property
    def residue(self) -> str:
        """What of the string is no variable; holes leave a NUL."""
        if isinstance(self.leaf, Constant):
            return str(self.leaf.value)
        return "".join(part if isinstance(part, str) else "\x00" for part in self.leaf.parts)


def strings_of(at: Pointer, pattern: Pattern, place: Place, event: WebhookEvent | None = None) -> tuple[Templated, ...]:
    """The strings of a pattern that stands at a pointer."""
    return tuple(
        Templated(at + pointer, place, leaf, event)
        for pointer, leaf in pattern.leaves
        if isinstance(leaf, Leaf) or isinstance(leaf.value, str)
    )


def uses_in(strings: Iterable[Templated]) -> tuple[Use, ...]:
    """The variables in some strings, in their order."""
    return tuple(
        Use(one.pointer, one.place, name, one.leaf.alone is not None, one.event)
        for one in strings
        if isinstance(one.leaf, Leaf)
        for name in one.leaf.names
    )
