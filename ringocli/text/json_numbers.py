"""JSON numbers that keep their digits: ``1.10`` stays ``1.10``, and an integer may have any length.

Python reads ``1.10`` as ``1.1``, drops digits after the sixteenth, and refuses integers of over 4,300 digits. Money and
ids in a webhook are texts for Ringotel, so they are kept as written.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

MAX_INTEGER_DIGITS = 4_000
"""A longer integer is a ``WrittenNumber``; Python's own limit is 4,300."""
_NOT_FINITE = ("inf", "-inf", "nan")
"""The numbers that JSON does not have, as Python writes them."""


class WrittenNumber(float):
    """A number together with its text, used where Python would write the number differently."""

    __slots__ = ("written",)

    written: str

    def __new__(cls, value: float, written: str = "") -> WrittenNumber:
        """A number; ``written`` is its text in JSON."""
        number = super().__new__(cls, value)
        number.written = written or repr(float(value))
        return number


class UnusableNumber(ValueError):
    """Not a finite number: ``1e999``, ``Infinity`` or ``NaN``."""


def read_float(written: str) -> float:
    """A number with a fraction or an exponent, from its text in JSON.

    Raises:
        UnusableNumber: it is too large.
    """
    value = float(written)
    digits = repr(value)
    if digits in _NOT_FINITE:
        raise UnusableNumber(f"the number {_short(written)} is too large")
    return value if digits == written else WrittenNumber(value, written)


def read_integer(written: str) -> int | float:
    """An integer from its text in JSON."""
    if len(written) <= MAX_INTEGER_DIGITS:
        return int(written)
    return WrittenNumber(float(written), written)  # infinite, but its text is exact


def read_toml_float(written: str) -> float:
    """A number with a fraction or an exponent from its text in TOML, which also allows ``+`` and ``_``.

    Raises:
        UnusableNumber: ``inf``, ``nan``, or too large.
    """
    if written.lstrip("+-") in ("inf", "nan"):
        raise UnusableNumber(f"{written} is not a number")
    return read_float(written.replace("_", "").removeprefix("+"))


def number_text(number: int | float) -> str:
    """A number in JSON notation, with the digits it was read with."""
    return number.written if isinstance(number, WrittenNumber) else json.dumps(number)


def dumps(tree: Any, *, ensure_ascii: bool = False, **options: Any) -> str:
    """``json.dumps`` without changing the digits of numbers."""
    marks: dict[str, str] = {}
    mark = os.urandom(16).hex()  # nothing in a document can contain it
    text = json.dumps(_marked(tree, mark, marks), ensure_ascii=ensure_ascii, **options)
    return re.sub(rf'"{mark}:\d+"', lambda found: marks[found.group()[1:-1]], text) if marks else text


def plain_numbers(tree: Any) -> Any:
    """The tree with ordinary numbers, for documents about it; those beyond Python's range become texts."""
    if isinstance(tree, WrittenNumber):
        return tree.written if repr(float(tree)) in _NOT_FINITE else float(tree)
    if isinstance(tree, dict):
        return {key: plain_numbers(value) for key, value in tree.items()}
    return [plain_numbers(item) for item in tree] if isinstance(tree, list | tuple) else tree


def _marked(tree: Any, mark: str, marks: dict[str, str]) -> Any:
    if isinstance(tree, WrittenNumber):
        name = f"{mark}:{len(marks)}"
        marks[name] = tree.written
        return name
    if isinstance(tree, dict):
        return {key: _marked(value, mark, marks) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_marked(item, mark, marks) for item in tree]
    return tree


def _short(written: str) -> str:
    return written if len(written) <= 40 else f"{written[:20]}...{written[-10:]}"
