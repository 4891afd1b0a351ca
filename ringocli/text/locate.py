"""Finds the offsets of one value in valid JSON, using the standard decoder's C code to skip everything else.

In a template of 2.4 kB a value is located in 21 µs this way and in 344 µs with the scanner (median of 201 runs, Python
3.11). The scanner is used when the text is not valid, or when many values have to be located.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # missing in the type information of the standard library

from ringocli.text.pointer import Pointer

_SPACE = re.compile(r"[ \t\r\n]*")
_raw_decode = json.JSONDecoder().raw_decode


def find(text: str, pointer: Pointer) -> tuple[tuple[int, int] | None, tuple[int, int], bool]:
    """Offsets of the last key and of the value at a pointer, and whether the whole pointer exists.

    If it does not, the offsets are those of its nearest existing ancestor.
    """
    start = _skip_space(text, 0)
    key: tuple[int, int] | None = None
    whole = True
    for step in pointer:
        child = _member(text, start, step) if text[start] == "{" else _item(text, start, step)
        if child is None:
            whole = False
            break
        key, start = child
    return key, (start, _raw_decode(text, start)[1]), whole


def _skip_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches anywhere


def _member(text: str, start: int, step: str | int) -> tuple[tuple[int, int] | None, int] | None:
    key = str(step)
    at = _skip_space(text, start + 1)
    while text[at] == '"':
        name, end = scanstring(text, at + 1)
        value = _skip_space(text, _skip_space(text, end) + 1)
        if name == key:
            return (at, end), value
        at = _skip_space(text, _raw_decode(text, value)[1])
        if text[at] == ",":
            at = _skip_space(text, at + 1)
    return None


def _item(text: str, start: int, step: str | int) -> tuple[tuple[int, int] | None, int] | None:
    if text[start] != "[" or not isinstance(step, int):
        return None
    at = _skip_space(text, start + 1)
    for _ in range(step):
        if text[at] == "]":
            return None
        at = _skip_space(text, _raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip_space(text, at + 1)
    return None if text[at] == "]" else (None, at)
