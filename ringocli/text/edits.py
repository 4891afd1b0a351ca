"""Mistakes in a text, and the edits that mend them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MAX_DEPTH = 64
"""Deeper nesting is refused: no template comes near it, and hostile files do."""


class Edit(NamedTuple):
    """Replace the characters from ``start`` up to ``end`` by ``replacement``."""

    start: int
    end: int
    replacement: str


class Problem(NamedTuple):
    """A mistake in the text: offsets in characters, ``also`` further places it concerns, ``edits`` that mend it.

    ``mendable`` problems are those that every command reads over with a note.
    """

    kind: str
    message: str
    start: int
    end: int
    edits: tuple[Edit, ...] = ()
    also: tuple[tuple[int, int], ...] = ()
    mendable: bool = False


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with its edits made; of two that overlap the later one is dropped. All other characters stay."""
    parts, done = [], 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            continue
        parts += [text[done : edit.start], edit.replacement]
        done = edit.end
    return "".join([*parts, text[done:]])
