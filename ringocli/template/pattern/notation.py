"""The notation of patterns: strings with ``$variables$`` in them, and the tree of what they stand for.

No direction yet: ``pattern`` renders these trees, ``matching`` reads documents by them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from ringocli.text.pointer import Pointer

Json: TypeAlias = Any
"""JSON as Python reads it: dict, list, str, int, float, bool, None."""

_NAME = re.compile(r"[^\W\d_][\w .\-]*")


class Several(list[str]):
    """The values of a form or query key that occurs once or more; a plain leaf takes the first."""


class Hole(NamedTuple):
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


class Leaf(NamedTuple):
    """A string with at least one variable.

    ``names`` are its variables in order, repeated ones repeated; ``alone`` is the one that makes up the whole string.
    """

    parts: tuple[Part, ...]
    names: tuple[str, ...]
    alone: str | None

    padded: bool = False
    """Whether a variable has blanks inside its dollar signs."""


class Constant(NamedTuple):
    """A scalar without variables: sent as it is, and an equality constraint when matching."""

    value: Json
    alone: None = None
    """It is no variable."""


class Fields(NamedTuple):
    """An object; keys of a matched document that are not named here do not matter."""

    members: tuple[tuple[str, Node], ...]


class Items(NamedTuple):
    """An array; with one element, a matched array may have any number of such elements."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Leaf | Constant | Fields | Items


def parse(tree: Json, known: Collection[str] | None = None) -> Node:
    """A JSON tree with its strings split; ``known`` as in ``split``."""
    if isinstance(tree, str):
        return _leaf(tree, known) if "$" in tree else Constant(tree)
    if isinstance(tree, dict):
        return Fields(tuple((key, parse(value, known)) for key, value in tree.items()))
    if isinstance(tree, list):
        return Items(tuple(parse(item, known) for item in tree))
    return Constant(tree)


def leaves(node: Node, at: Pointer = ()) -> list[tuple[Pointer, Leaf | Constant]]:
    """Every scalar below a node with its pointer, in document order."""
    found: list[tuple[Pointer, Leaf | Constant]] = []
    _collect(node, at, found)
    return found


def _collect(node: Node, at: Pointer, found: list[tuple[Pointer, Leaf | Constant]]) -> None:
    if isinstance(node, Fields):
        for key, member in node.members:
            _collect(member, (*at, key), found)
    elif isinstance(node, Items):
        for index, item in enumerate(node.nodes):
            _collect(item, (*at, index), found)
    else:
        found.append((at, node))


def _leaf(text: str, known: Collection[str] | None) -> Leaf | Constant:
    if text[0] == text[-1] == "$" and text.count("$") == 2:
        return _whole(text)
    parts = split(text, known)
    names = tuple(part.name for part in parts if isinstance(part, Hole))
    if not names:
        return Constant(text)
    padded = any(isinstance(part, Hole) and part.raw != part.name for part in parts)
    return Leaf(parts, names, names[0] if len(parts) == 1 else None, padded)


@lru_cache(maxsize=1024)
def _whole(text: str) -> Leaf | Constant:
    """A string that is one variable and nothing else: no neighbour can claim its dollar signs."""
    raw = text[1:-1]
    name = raw.strip()
    return Leaf((Hole(name, raw),), (name,), name, raw != name) if _NAME.fullmatch(name) else Constant(text)
