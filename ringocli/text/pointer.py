"""JSON pointers (RFC 6901) and positions in a text; lines and columns count from 1, columns in characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, NamedTuple, TypeAlias

from ringocli.text.digits import is_count

Pointer: TypeAlias = tuple[str | int, ...]
"""The steps from the root: keys of objects, indexes of arrays."""

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


def as_text(pointer: Pointer) -> str:
    """The pointer in RFC 6901 notation; the root is the empty string."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def parse(text: str) -> tuple[str, ...]:
    """The steps of a pointer in RFC 6901 notation, as strings: ``0`` may be a key or an index.

    Raises:
        LookupError: it does not start with ``/``.
    """
    if text == "":
        return ()
    if not text.startswith("/"):
        raise LookupError(f"{text!r} is not a JSON pointer: it must start with /")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))


def parse_indexed(text: str) -> Pointer:
    """The steps of a pointer, numbers as indexes.

    Raises:
        LookupError: it does not start with ``/``.
    """
    return tuple(int(step) if is_count(step) else step for step in parse(text))


def generalised(pointer: Pointer) -> Pointer:
    """The pointer as a pattern has it: the first element of each list stands for all."""
    return tuple(0 if isinstance(step, int) else step for step in pointer)


def lookup(document: Any, pointer: tuple[str | int, ...]) -> Any:
    """The value at a pointer.

    Raises:
        LookupError: there is none.
    """
    for step in pointer:
        if isinstance(document, list):
            index = int(step) if isinstance(step, int) or is_count(step) else -1
            if not 0 <= index < len(document):
                raise LookupError(f"no element {step!r}")
            document = document[index]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            raise LookupError(f"no member {step!r}")
    return document


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
