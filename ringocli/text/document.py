"""A JSON text with its parsed value, its syntax problems and the locations of its parts.

Valid JSON takes one pass of the standard library's parser. A second pass, which records positions and recovers from
syntax errors, runs only when it is needed.
"""

import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, TypeAlias

from ringocli.text.json_numbers import read_float
from ringocli.text.pointer import MAX_DEPTH, Pointer

if TYPE_CHECKING:
    from ringocli.text.edits import SyntaxProblem
    from ringocli.text.lexer import Node
    from ringocli.text.positions import Lines, Range

Part: TypeAlias = Literal["value", "key", "object"]
"""The part of a member to locate: its value, its key, or (for an object) its key or opening brace."""

_BRACKETS = r'(?s)"(?:[^"\\]|\\.)*"|[\[\]{}]'

_SURROGATE = r"\\u[dD][89a-fA-F]"
"""An escaped surrogate, which may be unpaired: the standard library accepts those, but UTF-8 cannot encode them."""


class _Lookups:
    """Counts the characters read while locating single values; beyond a limit, one full scan is cheaper."""

    def __init__(self) -> None:
        self.characters = 0

    def are_worth_it(self, size: int) -> bool:
        """Whether one more lookup in a text of this size is cheaper than a full scan."""
        return self.characters < 30 * max(size, 20_000)


class _Unclean(Exception):
    """Raised if the standard parser accepts a text that contains a problem, so that the scanner has to read it."""


class _Document(NamedTuple):
    name: str
    text: str
    value: Any
    problems: tuple["SyntaxProblem", ...]


class Document(_Document):
    """A text read as JSON. ``value`` is as much as could be parsed, or None."""

    @classmethod
    def read(cls, name: str, text: str) -> "Document":
        """Parse a text; syntax errors are listed in ``problems`` and do not raise."""
        if not (text.startswith("\ufeff") or ("\\u" in text and re.search(_SURROGATE, text)) or _too_deep(text)):
            try:
                return cls(
                    name,
                    text,
                    json.loads(
                        text, object_pairs_hook=_members, parse_constant=_refuse_constant, parse_float=read_float
                    ),
                    (),
                )
            except (ValueError, _Unclean, RecursionError):
                pass
        node, problems = _scanned(text)
        document = cls(name, text, node.value, _without_conflicts(problems))
        document.__dict__["_root"] = node
        return document

    @property
    def broken(self) -> "SyntaxProblem | None":
        """The first problem that makes the text invalid JSON; tolerated problems and duplicate keys do not count."""
        return next((p for p in self.problems if not p.tolerated and p.kind != "duplicate-key"), None)

    @property
    def is_json(self) -> bool:
        """Whether the text is valid JSON, except for problems that every command tolerates."""
        return self.broken is None

    @cached_property
    def _root(self) -> "Node":
        return _scanned(self.text)[0]

    @cached_property
    def lines(self) -> "Lines":
        """The line starts of the text."""
        from ringocli.text.positions import Lines  # a text without findings needs none

        return Lines(self.text)

    def node(self, pointer: Pointer) -> "Node":
        """The parsed value at a pointer with its position, or its nearest existing ancestor."""
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
        """Character offsets of the part at a pointer, or of its nearest existing ancestor."""
        key, (start, end), whole = self._find(pointer)
        if not whole:
            part = "object"
        if part == "value":
            return start, end
        if key is not None:
            return key
        return (start, end) if part == "key" else (start, min(start + 1, len(self.text)))

    def _find(self, pointer: Pointer) -> tuple[tuple[int, int] | None, tuple[int, int], bool]:
        """Offsets of the last existing key and value on the way, and whether the whole pointer exists."""
        lookups = self._lookups
        if not self.problems and "_root" not in self.__dict__ and lookups.are_worth_it(len(self.text)):
            from ringocli.text.locate import find

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

    def locate(self, pointer: Pointer, part: Part = "value") -> "Range":
        """The line and column range of the part at a pointer."""
        return self.range_of(*self.locate_offsets(pointer, part))

    def range_of(self, start: int, end: int) -> "Range":
        """The line and column range between two character offsets."""
        return self.lines.range(start, end)


def _scanned(text: str) -> tuple["Node", tuple["SyntaxProblem", ...]]:
    """All positions and problems. The scanner is imported only here, because most files do not need it."""
    from ringocli.text.scanner import scan

    return scan(text)


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Unclean
    return members


def _without_conflicts(problems: tuple["SyntaxProblem", ...]) -> tuple["SyntaxProblem", ...]:
    """Drop the edits of problems that conflict with those of another problem, until the next round of fixes.

    Applying only some edits of a problem, or two insertions at one offset in the wrong order, would add a mistake.
    Closing a string takes precedence; otherwise the inner problem does.
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


def _refuse_constant(word: str) -> NoReturn:
    raise _Unclean


def _too_deep(text: str) -> bool:
    """Whether the nesting exceeds MAX_DEPTH; only a text with more opening brackets than that is scanned."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    for match in re.finditer(_BRACKETS, text):
        char = match.group()
        if char in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif char in "}]":
            depth -= 1
    return False
