"""Finds sample values inside longer texts, and replaces several parts of one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

from ringocli.importers.learn.value_shapes import is_phone

Span: TypeAlias = tuple[int, int]
"""The start and end of a part of a text."""


def locate_literal(literal: str, text: str, taken: Iterable[Span] = ()) -> Span | None:
    """Where a value is in a text, with or without a leading plus; never inside a longer run of letters or digits.

    ``taken`` are parts of the text that are already used for something else.
    """
    occupied = list(taken)
    for spelled in dict.fromkeys((literal, literal.removeprefix("+"))):
        if not spelled or (spelled != literal and not is_phone(literal)):
            continue
        # A raw + in a form has become a space before the number; the plus of a hint may be missing in the sample.
        is_whole = text.strip() == spelled or (spelled != literal and text.lstrip(" +") == spelled)
        if is_whole and not occupied:
            return 0, len(text)
        zeros = "(?:00)?" if re.fullmatch(r"[1-9]\d{7,}", spelled) else ""  # 00 stands for the plus
        for found in re.finditer(rf"(?<![A-Za-z0-9]){zeros}({re.escape(spelled)})(?![A-Za-z0-9])", text):
            if all(found.end() <= start or end <= found.start() for start, end in occupied):
                return found.span(1)
    return None


def substituted(text: str, edits: Iterable[tuple[Span, str]], fill: Callable[[str], str] = str) -> str:
    """The text with several parts replaced; what is between them goes through ``fill``."""
    written, at = [], 0
    for (start, end), replacement in sorted(edits):
        if start < at:
            continue
        written += [fill(text[at:start]), replacement]
        at = end
    return "".join([*written, fill(text[at:])])
