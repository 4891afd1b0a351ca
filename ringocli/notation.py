"""The notation of patterns: strings with ``$variables$`` in them, and the tree of what they stand for.

No direction yet: ``pattern`` renders these trees, ``matching`` reads documents by them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from ringocli.pointer import Pointer

Json: TypeAlias = Any
"""JSON as Python reads it: dict, list, str, int, float, bool, None."""

_NAME = re.compile(r"[^\W\d_][\w .\-]*")


class Several(list[str]):
    """The values of a form or query key that occurs once or more; a plain leaf takes the first."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A ``$name$`` in a string; ``raw`` is what stood between the dollar signs, blanks included."""

    name: str
    raw: str


Part: TypeAlias = str | Hole


def split(text: str, known: Collection[str] | None = None) -> tuple[Part, ...]:
    """A string cut at its variables, left to right, without overlap.

    A name, trimmed, starts with a letter and holds only letters, digits, space, ``_ - .``; anything else between
    two dollar signs is text, so that "costs $5 or $6" stays what it is. Where ``known`` names are given, a dollar
    sign that closes an unknown name but opens a known one belongs to the known one.
    """
    parts: list[Part] = []
    done = 0
    start = text.find("$")
    while start >= 0:
        end = text.find("$", start + 1)
        if end < 0:
            break
        raw = text[start + 1 : end]
        name = raw.strip()
        if not _NAME.fullmatch(name) or _steals(text, end, name, known):
            start = end
            continue
        if start > done:
            parts.append(text[done:start])
        parts.append(Hole(name, raw))
        done = end + 1
        start = text.find("$", done)
    if done < len(text):
        parts.append(text[done:])
    return tuple(parts)


def _steals(text: str, end: int, name: str, known: Collection[str] | None) -> bool:
    """Whether the dollar sign at ``end`` rather opens a known variable than closes this unknown one."""
    if known is None or name in known:
        return False
    close = text.find("$", end + 1)
    return close > 0 and text[end + 1 : close].strip() in known


def as_text(scalar: Json) -> str:
    """A JSON scalar as the text it binds as: strings as they are, ``true``, ``201``, ``null`` as in JSON."""
    return scalar if isinstance(scalar, str) else json.dumps(scalar)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string with at least one variable."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables in it, in order, repeated ones repeated."""
        return tuple(part.name for part in self.parts if isinstance(part, Hole))

    @property
    def alone(self) -> str | None:
        """The variable that makes up the whole string, if it is one."""
        return self.parts[0].name if len(self.parts) == 1 and isinstance(self.parts[0], Hole) else None


@dataclass(frozen=True, slots=True)
class Constant:
    """A scalar without variables: sent as it is, and an equality constraint when matching."""

    value: Json


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; keys of a matched document that are not named here do not matter."""

    members: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An array; with one element, a matched array may have any number of such elements."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Leaf | Constant | Fields | Items


def parse(tree: Json, known: Collection[str] | None = None) -> Node:
    """A JSON tree with its strings split; ``known`` as in ``split``."""
    if isinstance(tree, str):
        parts = split(tree, known) if "$" in tree else ()
        return Leaf(parts) if any(isinstance(part, Hole) for part in parts) else Constant(tree)
    if isinstance(tree, dict):
        return Fields(tuple((key, parse(value, known)) for key, value in tree.items()))
    if isinstance(tree, list):
        return Items(tuple(parse(item, known) for item in tree))
    return Constant(tree)


def leaves(node: Node, at: Pointer = ()) -> Iterator[tuple[Pointer, Leaf | Constant]]:
    """Every scalar below a node with its pointer, in document order."""
    if isinstance(node, Fields):
        for key, member in node.members:
            yield from leaves(member, (*at, key))
    elif isinstance(node, Items):
        for index, item in enumerate(node.nodes):
            yield from leaves(item, (*at, index))
    else:
        yield at, node
