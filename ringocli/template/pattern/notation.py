"""The syntax of patterns: parses strings with ``$variables$`` into a tree, which is rendered and matched elsewhere."""

import json
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from ringocli.text.json_numbers import WrittenNumber
from ringocli.text.pointer import Pointer

Json: TypeAlias = Any
"""A JSON value as Python represents it: dict, list, str, int, float, bool or None."""

VARIABLE_NAME = re.compile(r"[^\W\d_][\w .\-]*")
"""The name of a variable or a property."""


class Several(list[str]):
    """The values of a form or query key, which may be repeated; a leaf uses the first."""


class VariablePart(NamedTuple):
    """A ``$name$`` in a string; ``raw`` is the text between the dollar signs, including spaces."""

    name: str
    raw: str


Part: TypeAlias = str | VariablePart


def split(text: str, known: Collection[str] | None = None) -> tuple[Part, ...]:
    """Split a string at its variables, from left to right, without overlap.

    A name, without surrounding spaces, starts with a letter and contains only letters, digits, spaces and ``_ - .``;
    anything else between two dollar signs is text, as in "costs $5 or $6". A dollar sign that could end an unknown name
    or start one of the ``known`` names starts the known one.
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
        if not VARIABLE_NAME.fullmatch(name) or _starts_known_name(text, end, name, known):
            start = end
            continue
        if start > done:
            parts.append(text[done:start])
        parts.append(VariablePart(name, raw))
        done = end + 1
        start = text.find("$", done)
    if done < len(text):
        parts.append(text[done:])
    return tuple(parts)


def _starts_known_name(text: str, end: int, name: str, known: Collection[str] | None) -> bool:
    """Whether the dollar sign at ``end`` starts a known variable instead of ending this unknown one."""
    if known is None or name in known:
        return False
    close = text.find("$", end + 1)
    return close > 0 and text[end + 1 : close].strip() in known


def as_text(scalar: Json) -> str:
    """A JSON scalar as text: strings unchanged, anything else in JSON notation, such as ``true`` or ``201``."""
    if isinstance(scalar, str):
        return scalar
    return scalar.written if isinstance(scalar, WrittenNumber) else json.dumps(scalar)


def is_same(constant: Json, value: Json) -> bool:
    """Whether a scalar equals a constant: the same text, or the same number, such as ``1.10`` and ``1.1``."""
    if as_text(constant) == as_text(value):
        return True
    if not (isinstance(constant, float) and isinstance(value, float)):
        return False
    from decimal import Decimal

    return Decimal(as_text(constant)) == Decimal(as_text(value))


class Leaf(NamedTuple):
    """A string with at least one variable.

    ``names`` are its variables in order, with repetitions; ``alone`` is the variable that is the whole string.
    """

    parts: tuple[Part, ...]
    names: tuple[str, ...]
    alone: str | None

    padded: bool = False
    """Whether a variable has spaces next to its dollar signs."""


class Constant(NamedTuple):
    """A scalar without variables: sent unchanged; in a webhook it must be equal."""

    value: Json
    alone: None = None
    """None: a constant is not a variable."""


class Fields(NamedTuple):
    """An object; a matched document may have further keys."""

    members: tuple[tuple[str, "Node"], ...]


class Items(NamedTuple):
    """An array; with one element, a matched array may have any number of such elements."""

    nodes: tuple["Node", ...]


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
    """All scalars below a node with their pointers, in document order."""
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
    names = tuple(part.name for part in parts if isinstance(part, VariablePart))
    if not names:
        return Constant(text)
    padded = any(isinstance(part, VariablePart) and part.raw != part.name for part in parts)
    return Leaf(parts, names, names[0] if len(parts) == 1 else None, padded)


@lru_cache(maxsize=1024)
def _whole(text: str) -> Leaf | Constant:
    """Parse a string that consists of exactly one variable."""
    raw = text[1:-1]
    name = raw.strip()
    return (
        Leaf((VariablePart(name, raw),), (name,), name, raw != name)
        if VARIABLE_NAME.fullmatch(name)
        else Constant(text)
    )
