"""Positions in a text; lines and columns count from 1, columns in characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_INDENT = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A position in a text; both numbers count from 1, and ``column`` counts characters."""

    line: int
    column: int


class Range(NamedTuple):
    """A range of a text; ``end`` is the position after its last character."""

    start: Position
    end: Position


class Lines:
    """Converts character offsets of a text into positions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def number(self, offset: int) -> int:
        """The line of a character offset, from 1."""
        return bisect_right(self.starts, offset)

    def indent(self, offset: int) -> int:
        """The number of spaces and tabs at the start of the offset's line, up to the offset."""
        start = self.starts[self.number(offset) - 1]
        match = _INDENT.match(self.text, start, offset)
        return match.end() - start if match else 0

    def position(self, offset: int) -> Position:
        """The position of a character offset."""
        line = self.number(offset)
        return Position(line=line, column=offset - self.starts[line - 1] + 1)

    def range(self, start: int, end: int) -> Range:
        """The range between two character offsets."""
        return Range(start=self.position(start), end=self.position(end))
