"""What a glance sees, before any walk: that a document lacks something, or that it is just like the pattern.

Both are shortcuts of ``matching`` and say nothing else than it does: a document that ``lacks`` a mark does not fit, and
what a ``Straight`` reading finds is what the walk would find. Of everything in between they say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from ringocli.template.pattern.matching import Match
from ringocli.template.pattern.notation import Constant, Fields, Items, Json, Leaf, Node, Several, as_text, leaves
from ringocli.text.pointer import Pointer
from ringocli.text.secret import Text


@dataclass(frozen=True, slots=True)
class Mark:
    """What a document must have at the end of a path of keys: this text, or any value where ``text`` is None."""

    path: tuple[str, ...]
    text: str | None


def marks(node: Node, given: Mapping[str, str], required: Set[str], path: tuple[str, ...] = ()) -> list[Mark]:
    """What is seen without a walk: a document that lacks one of these marks does not fit.

    They are necessary, not sufficient: whatever stands inside arrays or mixed strings is not among them.
    """
    if isinstance(node, Fields):
        return [mark for key, member in node.members for mark in marks(member, given, required, (*path, key))]
    if isinstance(node, Constant):
        return [] if node.value is None else [Mark(path, as_text(node.value))]
    if isinstance(node, Leaf) and node.alone is not None and node.alone in given:
        return [Mark(path, given[node.alone])]
    needed = (
        leaf.value is not None if isinstance(leaf, Constant) else not required.isdisjoint(leaf.names)
        for _, leaf in leaves(node)
    )
    return [Mark(path, None)] if any(needed) else []


def lacks(document: Json, wanted: Iterable[Mark]) -> bool:
    """Whether a document has not all of these marks."""
    for mark in wanted:
        value = document
        try:
            for key in mark.path:
                value = value[key]
        except (KeyError, TypeError):  # no such key, or nothing that has keys
            return True
        if mark.text is None:
            if value is None or value == "" or value == []:
                return True
        elif value != mark.text:
            if isinstance(value, Several):
                value = value[0]
            if isinstance(value, (dict, list)) or as_text(value) != mark.text:
                return True
    return False


@dataclass(frozen=True, slots=True)
class Straight:
    """The leaves of a pattern by their places, for documents that have a text at each and one element in each array.

    ``leaves`` are places with the variable that stands there, or None and the text that has to.
    """

    arrays: tuple[Pointer, ...]
    leaves: tuple[tuple[Pointer, str | None, str], ...]

    @classmethod
    def of(cls, node: Node) -> Straight | None:
        """The places of a pattern; None where it has more to it than variables and texts in objects and arrays."""
        arrays: list[Pointer] = []
        found: list[tuple[Pointer, str | None, str]] = []
        return cls(tuple(arrays), tuple(found)) if _is_straight(node, (), arrays, found) else None

    def read(self, document: Json, given: Mapping[str, Text]) -> Match | None:
        """What the walk would find; None where only the walk can tell."""
        bindings: dict[str, str] = {}
        sources: dict[str, Pointer] = {}
        try:
            for place in self.arrays:
                value = document
                for step in place:
                    value = value[step]
                if type(value) is not list or len(value) != 1:
                    return None
            for place, name, text in self.leaves:
                value = document
                for step in place:
                    value = value[step]
                if type(value) is Several and len(value) == 1:
                    value = value[0]
                if type(value) is not str or not value:
                    return None
                if name is None:
                    known: Text | None = text
                else:
                    known = given[name] if name in given else bindings.get(name)
                if known is None and name is not None:
                    bindings[name] = value
                    sources[name] = place
                elif known != value:
                    return None
        except (KeyError, TypeError, IndexError):
            return None
        return Match(bindings=bindings, sources=sources, mismatches=(), matched=len(self.leaves), more=())


def _is_straight(node: Node, at: Pointer, arrays: list[Pointer], found: list[tuple[Pointer, str | None, str]]) -> bool:
    """Collect the places of a pattern; False where it is none that a glance can read."""
    if isinstance(node, Fields):
        below = [_is_straight(member, (*at, key), arrays, found) for key, member in node.members]
        return bool(below) and all(below)
    if isinstance(node, Items):
        arrays.append(at)
        return len(node.nodes) == 1 and _is_straight(node.nodes[0], (*at, 0), arrays, found)
    if isinstance(node, Leaf):
        found.append((at, node.alone, ""))
        return node.alone is not None
    found.append((at, None, as_text(node.value)))
    return isinstance(node.value, str) and node.value != ""
