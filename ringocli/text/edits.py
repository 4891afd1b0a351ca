"""Text edits, and syntax problems with the edits that fix them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace the characters from ``start`` to before ``end`` with ``replacement``."""

    start: int
    end: int
    replacement: str


class SyntaxProblem(NamedTuple):
    """A syntax error: character offsets, the offsets of related text (``also``) and the edits that fix it.

    ``tolerated`` problems (comments, trailing commas, a byte order mark) do not stop any command; a note reports them.
    """

    kind: str
    message: str
    start: int
    end: int
    edits: tuple[Edit, ...] = ()
    also: tuple[tuple[int, int], ...] = ()
    tolerated: bool = False


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits to a text; of two that overlap, the later one is dropped."""
    parts, done = [], 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            continue
        parts += [text[done : edit.start], edit.replacement]
        done = edit.end
    return "".join([*parts, text[done:]])
