"""Places in a text that is JSON as the standard has it: the parser's own C code skips what is not asked for.

The scanner reads broken texts and keeps every place; where nothing is broken and few places are wanted, this is many
times faster.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from ringocli.text.pointer import Pointer

_BLANK = re.compile(r"[ \t\r\n]*")
_skip = json.JSONDecoder().raw_decode


def find(text: str, pointer: Pointer) -> tuple[tuple[int, int] | None, tuple[int, int], bool]:
    """The offsets of the last key on the way and of the value at a pointer, and whether the whole pointer is there.

    Where it is not, they are those of the nearest ancestor.
    """
    start = _after_blank(text, 0)
    key: tuple[int, int] | None = None
    whole = True
    for step in pointer:
        child = _member(text, start, step) if text[start] == "{" else _item(text, start, step)
        if child is None:
            whole = False
            break
        key, start = child
    return key, (start, _skip(text, start)[1]), whole


def _after_blank(text: str, at: int) -> int:
    return _BLANK.match(text, at).end()  # type: ignore[union-attr]


def _member(text: str, start: int, step: str | int) -> tuple[tuple[int, int] | None, int] | None:
    wanted = str(step)
    at = _after_blank(text, start + 1)
    while text[at] == '"':
        name, end = scanstring(text, at + 1)
        value = _after_blank(text, _after_blank(text, end) + 1)
        if name == wanted:
            return (at, end), value
        at = _after_blank(text, _skip(text, value)[1])
        if text[at] == ",":
            at = _after_blank(text, at + 1)
    return None


def _item(text: str, start: int, step: str | int) -> tuple[tuple[int, int] | None, int] | None:
    if text[start] != "[" or not isinstance(step, int):
        return None
    at = _after_blank(text, start + 1)
    for _ in range(step):
        if text[at] == "]":
            return None
        at = _after_blank(text, _skip(text, at)[1])
        if text[at] == ",":
            at = _after_blank(text, at + 1)
    return None if text[at] == "]" else (None, at)
