"""The pattern language: any JSON with ``$variables$`` in its strings, in two directions.

``render`` puts values in, ``match`` takes them out. Requests are rendered, replies and webhooks are matched, in one
notation. Its laws, up to the coercions below:

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
from dataclasses import dataclass
from functools import cached_property

from ringocli.glance import Straight
from ringocli.matching import Match, Mismatch, Reading
from ringocli.notation import (
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
from ringocli.pointer import Pointer
from ringocli.secret import Text
from ringocli.traced import Piece, Traced


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A string whose values cannot be told apart once they are rendered."""

    pointer: Pointer
    names: tuple[str, ...]


_DROPPED = object()


def _rendered(node: Node, values: Mapping[str, Text], keep_empty: bool) -> Json:
    """The tree with ``Traced`` leaves; ``_DROPPED`` for a leaf that is one unset variable."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Leaf):
        if node.alone is not None and not values.get(node.alone):
            if not keep_empty or node.alone not in values:
                return _DROPPED
            return Traced()
        return filled(node.parts, values)
    if isinstance(node, Fields):
        rendered = ((key, _rendered(member, values, keep_empty)) for key, member in node.members)
        return {key: value for key, value in rendered if value is not _DROPPED}
    items = (_rendered(item, values, keep_empty) for item in node.nodes)
    return [item for item in items if item is not _DROPPED]


def filled(parts: tuple[Part, ...], values: Mapping[str, Text]) -> Traced:
    """A split string with its values put in; an unset variable leaves nothing."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(Piece(part))
        elif values.get(part.name):
            pieces.append(Piece(values[part.name], part.name))
    return Traced(tuple(pieces))


def plain(tree: Json) -> Json:
    """A rendered tree with ``str`` leaves as they are sent; for encoding and for the laws, never for printing."""
    if isinstance(tree, Traced):
        return tree.reveal()
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(item) for item in tree]
    return tree


@dataclass(frozen=True)
class Pattern:
    """A JSON tree whose strings are split at their variables."""

    root: Node

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
        return Straight.of(self.root)

    @cached_property
    def variables(self) -> Mapping[str, tuple[Pointer, ...]]:
        """Each variable with the places it stands at, in document order."""
        found: dict[str, tuple[Pointer, ...]] = {}
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                for name in leaf.names:
                    found[name] = (*found.get(name, ()), pointer)
        return found

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
        rendered = _rendered(self.root, values, keep_empty)
        return None if rendered is _DROPPED else rendered

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
    "Match",
    "Mismatch",
    "Node",
    "Part",
    "Pattern",
    "Several",
    "as_text",
    "filled",
    "plain",
    "split",
]
