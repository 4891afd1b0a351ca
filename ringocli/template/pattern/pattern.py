"""The pattern language: any JSON with ``$variables$`` in its strings, in two directions.

``render`` puts values in, ``match`` takes them out. Requests are rendered, replies and webhooks are matched, in one
notation; each direction is loaded when it is first gone. Its laws, up to the coercions below:

1. *match undoes render*: for an unambiguous pattern, ``p.match(plain(p.render(v)))`` fits and binds exactly ``v``;
2. *render undoes match*: if ``p.match(d)`` fits, ``d`` contains ``plain(p.render(bindings))``;
3. *ambiguity is named*: ``ambiguities`` lists each string that holds several values which nothing else tells apart;
4. *mismatches are complete*: every place that does not fit is listed, not only the first.

Coercions: values are non-empty strings; a JSON scalar binds as its JSON text; an optional variable that is absent,
``null`` or empty binds nothing; a one-element array stands for "each element" and the first that fits is taken;
further elements are reported in ``Match.more``. How Ringotel itself reads arrays and optional leaves is not
published: these are readings, listed in ``assumptions``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ringocli.template.pattern.notation import (
    Constant,
    Fields,
    Hole,
    Items,
    Json,
    Leaf,
    Node,
    Part,
    Several,
    as_text,
    leaves,
    parse,
    split,
)
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.template.pattern.matching import Match
    from ringocli.template.pattern.shortcuts import Straight
    from ringocli.text.secret import Text


class Ambiguity(NamedTuple):
    """A string whose values cannot be told apart once they are rendered."""

    pointer: Pointer
    names: tuple[str, ...]


class _Pattern(NamedTuple):
    root: Node


class Pattern(_Pattern):
    """A JSON tree whose strings are split at their variables."""

    @classmethod
    def parse(cls, tree: Json, known: Collection[str] | None = None) -> Pattern:
        """Read a pattern; ``known`` names take precedence where two readings of a ``$`` overlap."""
        return cls(parse(tree, known))

    @cached_property
    def leaves(self) -> tuple[tuple[Pointer, Leaf | Constant], ...]:
        """Every scalar of the pattern with its pointer, in document order."""
        return tuple(leaves(self.root))

    @cached_property
    def straight(self) -> Straight | None:
        """The pattern as a glance reads it, where it can."""
        from ringocli.template.pattern.shortcuts import Straight

        return Straight.of(self.root)

    @cached_property
    def variables(self) -> Mapping[str, tuple[Pointer, ...]]:
        """Each variable with the places it stands at, in document order."""
        found: dict[str, list[Pointer]] = {}
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                for name in leaf.names:
                    found.setdefault(name, []).append(pointer)
        return {name: tuple(pointers) for name, pointers in found.items()}

    def ambiguities(self, given: Collection[str] = ()) -> tuple[Ambiguity, ...]:
        """Strings that hold several free values; values that are given or stand alone elsewhere are not free."""
        settled = set(given) | {leaf.alone for _, leaf in self.leaves if isinstance(leaf, Leaf) and leaf.alone}
        found = []
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                free = tuple(name for name in leaf.names if name not in settled)
                if len(free) > 1:
                    found.append(Ambiguity(pointer=pointer, names=free))
        return tuple(found)

    def render(self, values: Mapping[str, Text], *, keep_empty: bool = False) -> Json:
        """The tree with values put in as ``Traced``; a key or element that is one unset variable is dropped.

        With ``keep_empty`` a variable that is set to the empty string stays, as an empty string.
        """
        from ringocli.template.pattern.rendering import rendered

        return rendered(self.root, values, keep_empty)

    def match(
        self,
        document: Json,
        given: Mapping[str, Text] | None = None,
        required: Collection[str] | None = None,
    ) -> Match:
        """Read the variables out of a document.

        ``given`` values must stand where their variable does. ``required`` names must get a value (default: all);
        the others may be absent, ``null`` or empty.
        """
        straight = self.straight.read(document, given or {}) if self.straight is not None else None
        return straight or self.walk(document, given, required)

    def walk(
        self,
        document: Json,
        given: Mapping[str, Text] | None = None,
        required: Collection[str] | None = None,
    ) -> Match:
        """``match`` without a glance first: the whole truth, and slower."""
        from ringocli.template.pattern.matching import Match, Reading

        reading = Reading(given=given or {}, required=required)
        reading.read(self.root, document, ())
        reading.settle()
        return Match(
            bindings=reading.bindings,
            sources=reading.sources,
            mismatches=tuple(reading.mismatches),
            matched=reading.matched,
            more=tuple(reading.more),
        )


__all__ = [
    "Ambiguity",
    "Constant",
    "Fields",
    "Hole",
    "Items",
    "Json",
    "Leaf",
    "Node",
    "Part",
    "Pattern",
    "Several",
    "as_text",
    "split",
]
