"""A file's name and text, its JSON value, and its problems with their places.

A clean file costs one pass of the standard library's parser. Places, and reading on after a mistake, cost a second
pass, which is made only when something has to be pointed at.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, TypeAlias

from ringocli.text.edits import MAX_DEPTH, Edit, Problem, apply
from ringocli.text.locate import find
from ringocli.text.pointer import Lines, Pointer, Range

if TYPE_CHECKING:
    from ringocli.text.lexer import Node

Part: TypeAlias = Literal["value", "key", "object"]
"""What of a member is meant: its value, its key, or the smallest place that stands for the object it is."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.S)

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""Half a surrogate pair is let through by the standard library, but cannot be written as UTF-8."""


class _Lookups:
    """How many characters were read to look up single places: many are worth one full scan."""

    def __init__(self) -> None:
        self.characters = 0

    def are_worth_it(self, size: int) -> bool:
        """Whether one more in a text of this size is cheaper than scanning the whole."""
        return self.characters < 30 * max(size, 20_000)


class _Unclean(Exception):
    """The fast parser met something that only the scanner can tell about."""


class _Document(NamedTuple):
    name: str
    text: str
    value: Any
    problems: tuple[Problem, ...]


class Document(_Document):
    """A text as JSON. ``value`` is what was read, as far as it could be; None if nothing could."""

    @classmethod
    def read(cls, name: str, text: str) -> Document:
        """Read a text, however broken; what is wrong with it stands in ``problems``."""
        if not (text.startswith("\ufeff") or _SURROGATE.search(text) or _too_deep(text)):
            try:
                return cls(
                    name,
                    text,
                    json.loads(text, object_pairs_hook=_members, parse_constant=_refuse, parse_float=_finite),
                    (),
                )
            except (ValueError, _Unclean, RecursionError):
                pass
        node, problems = _scanned(text)
        document = cls(name, text, node.value, _settled(problems))
        document.__dict__["_root"] = node
        return document

    @property
    def broken(self) -> Problem | None:
        """The first problem that makes this no JSON, mendable ones and duplicate keys aside."""
        return next((p for p in self.problems if not p.mendable and p.kind != "duplicate-key"), None)

    @property
    def is_json(self) -> bool:
        """Whether the text is JSON, up to what every command reads over."""
        return self.broken is None

    @cached_property
    def _root(self) -> Node:
        return _scanned(self.text)[0]

    @cached_property
    def lines(self) -> Lines:
        """The line starts of the text."""
        return Lines(self.text)

    def node(self, pointer: Pointer) -> Node:
        """The value at a pointer with its place; the nearest ancestor's if it is not there."""
        node = self._root
        for step in pointer:
            if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            elif str(step) in node.members:
                node = node.members[str(step)][2]
            else:
                break
        return node

    def locate_offsets(self, pointer: Pointer, part: Part = "value") -> tuple[int, int]:
        """Character offsets of what a pointer points at; of its nearest ancestor if it is not there."""
        key, (start, end), whole = self._find(pointer)
        if not whole:
            part = "object"
        if part == "value":
            return start, end
        if key is not None:
            return key
        return (start, end) if part == "key" else (start, min(start + 1, len(self.text)))

    def _find(self, pointer: Pointer) -> tuple[tuple[int, int] | None, tuple[int, int], bool]:
        """The last key, the value, and whether the whole pointer is there."""
        lookups = self._lookups
        if not self.problems and "_root" not in self.__dict__ and lookups.are_worth_it(len(self.text)):
            found = find(self.text, pointer)
            lookups.characters += found[1][1]
            return found
        node = self._root
        key: tuple[int, int] | None = None
        for step in pointer:
            child: Node | None = None
            if isinstance(step, int) and step < len(node.items):
                child, child_key = node.items[step], None
            elif str(step) in node.members:
                start, end, child = node.members[str(step)]
                child_key = (start, end)
            if child is None:
                return key, (node.start, node.end), False
            node, key = child, child_key
        return key, (node.start, node.end), True

    @cached_property
    def _lookups(self) -> _Lookups:
        return _Lookups()

    def locate(self, pointer: Pointer, part: Part = "value") -> Range:
        """The place of what a pointer points at, in lines and columns."""
        return self.range_of(*self.locate_offsets(pointer, part))

    def range_of(self, start: int, end: int) -> Range:
        """The place of two character offsets."""
        return self.lines.range(start, end)


def _scanned(text: str) -> tuple[Node, tuple[Problem, ...]]:
    """All places and problems. The scanner is loaded only for this: most files need neither."""
    from ringocli.text.scanner import scan

    return scan(text)


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Unclean
    return members


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _Unclean
    return value


def _settled(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Edits of two problems at one place cannot both be right: one problem's stay, the other's wait a round.

    Half of a problem's edits, or two insertions in the wrong order, would make a second mistake of the first. A quote
    goes before what follows the text, hence first; else the inner problem does.
    """
    placed = sorted((edit.start, edit.end, index) for index, found in enumerate(problems) for edit in found.edits)
    waiting: set[int] = set()
    last: tuple[int, int, int] | None = None
    for place in placed:
        if last is not None and place[2] != last[2] and (place[0] < last[1] or place[:2] == last[:2]):
            first = max(place[2], last[2], key=lambda index: (problems[index].kind == "unterminated-string", index))
            waiting |= {place[2], last[2]} - {first}
            last = (last[0], max(place[1], last[1]), first)
        else:
            last = place
    return tuple(found._replace(edits=()) if index in waiting else found for index, found in enumerate(problems))


def _refuse(word: str) -> NoReturn:
    raise _Unclean


def _too_deep(text: str) -> bool:
    """Whether brackets nest too deeply for the recursive readers; counted exactly only if it could be."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    for match in _BRACKETS.finditer(text):
        char = match.group()
        if char in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif char in "}]":
            depth -= 1
    return False


__all__ = ["MAX_DEPTH", "Document", "Edit", "Part", "Problem", "apply"]
