"""Data rows for events: CSV or JSON Lines, from a file or stdin, streamed, with the row's number in each error."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from ringocli.errors import LocalError, UsageError
from ringocli.http.bodies import InfiniteValue, decode_json
from ringocli.messaging.load.compiled import Row
from ringocli.template.variables import ALIASES, SETTABLE
from ringocli.text.files import STDIN, opened, reason
from ringocli.text.json_numbers import number_text
from ringocli.text.suggest import did_you_mean

CHECKED_FIRST = 10_000
"""How many rows of a file are checked before anything is sent; the rest are checked as they are read."""

MAX_LINE = 1_000_000
"""The longest line in characters; a device, or a file of another kind, may have no end of line at all."""

LEGAL = (*SETTABLE, *ALIASES)


class BadRow(UsageError):
    """A data row that cannot be used."""


@dataclass(slots=True)
class DataRows:
    """The rows of a file. ``columns`` are variables; ``skipped`` counts bad rows, if they are skipped.

    ``required`` are columns that must have a value in each row. ``is_stream`` if it is stdin or a pipe, which can be read
    only once.
    """

    name: str
    columns: tuple[str, ...]
    skips_bad_rows: bool
    required: frozenset[str] = frozenset()
    skipped: int = 0
    is_stream: bool = False
    _rest: Iterable[str] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, name: str, *, skips_bad_rows: bool = False) -> DataRows:
        """Read the columns of a file, or of stdin.

        Raises:
            LocalError: the file cannot be read, or its first line is not UTF-8.
            UsageError: there are no rows, or a column is not a variable.
        """
        lines = _lines(name)
        first = next(lines, "")
        while first and not first.strip():
            first = next(lines, "")
        is_json = _is_json(name, first)
        if is_json:
            columns = tuple(_json_object(name, 1, first))
        else:
            if _has_undecodable_bytes(first):
                raise LocalError(f"{name}: the first line is not valid UTF-8", "Save the file as UTF-8.")
            columns = tuple(cell.strip() for cell in next(csv.reader([first]), []))
        for column in columns:
            if column not in LEGAL:
                raise UsageError(
                    f"{name}: unknown column {column!r}{did_you_mean(column, LEGAL)}", f"Columns: {', '.join(LEGAL)}."
                )
        if not columns:
            raise UsageError(f"{name}: no rows", "The first line of a CSV file names the columns.")
        if twice := [column for column in columns if columns.count(column) > 1]:
            raise UsageError(f"{name}: the column {twice[0]} occurs twice", "Remove one of the two.")
        is_stream = _is_stream(name)
        rest = _chained(first, lines) if is_stream else None
        return cls(name=name, columns=columns, skips_bad_rows=skips_bad_rows, is_stream=is_stream, _rest=rest)

    def check_first(self) -> None:
        """Check the first rows of a file before anything is sent; a stream can be read only once.

        Raises:
            BadRow: one of them is wrong, and bad rows are not skipped.
            UsageError: there are no rows.
        """
        if self.is_stream:
            return
        number = 0
        for number, _ in enumerate(self, 1):
            if number >= CHECKED_FIRST:
                break
        if not (number or self.skipped):
            raise UsageError(f"{self.name}: no rows", "Nothing was sent.")
        self.skipped = 0

    def __iter__(self) -> Iterator[Row]:
        """Every row from the start.

        Raises:
            BadRow: a row is wrong, and bad rows are not skipped.
        """
        lines = self._rest if self._rest is not None else _lines(self.name)
        self._rest = None
        for row in self._parsed(iter(lines)):
            if isinstance(row, BadRow):
                if not self.skips_bad_rows:
                    raise row
                self.skipped += 1
            else:
                yield row

    def _parsed(self, lines: Iterator[str]) -> Iterator[Row | BadRow]:
        first = next(lines, "")
        if _is_json(self.name, first):
            yield from self._json_rows(_chained(first, lines))
            return
        reader = csv.reader(lines, strict=True)
        width, number = len(self.columns), 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                yield self._bad(number, f"invalid CSV: {error}")
                continue
            if not cells:
                continue
            number += 1
            if len(cells) != width:
                yield self._bad(number, f"{len(cells)} field{'s' * (len(cells) != 1)} instead of {width}")
                continue
            yield self._checked(number, dict(zip(self.columns, cells, strict=True)))

    def _json_rows(self, lines: Iterable[str]) -> Iterator[Row | BadRow]:
        number = 0
        for line in lines:
            if not line.strip():
                continue
            number += 1
            try:
                row = _json_object(self.name, number, line)
            except BadRow as bad:
                yield bad
                continue
            strange = next((key for key in row if key not in self.columns), None)
            yield (
                self._bad(number, f"the key {strange!r} is not in the first row")
                if strange is not None
                else self._checked(number, {column: row.get(column, "") for column in self.columns})
            )

    def _checked(self, number: int, row: Row) -> Row | BadRow:
        for name in self.required:
            if not row[name]:
                return self._bad(number, f"{name} is empty")
        return self._bad(number, "not UTF-8 text") if _has_undecodable_bytes("".join(row.values())) else row

    def _bad(self, number: int, problem: str) -> BadRow:
        return _bad_row(self.name, number, problem)


def _has_undecodable_bytes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _bad_row(name: str, number: int, problem: str) -> BadRow:
    return BadRow(f"{name}: row {number}: {problem}", "Fix the row, or use --on-bad-row skip.")


def _is_json(name: str, first: str) -> bool:
    suffix = Path(name).suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return True
    return suffix != ".csv" and first.lstrip("\ufeff \t").startswith("{")


def _json_object(name: str, number: int, line: str) -> dict[str, str]:
    try:
        found = decode_json(line.lstrip("\ufeff"))
    except InfiniteValue as error:
        raise _bad_row(name, number, error.message.removeprefix("the body is not ")) from None
    except LocalError:
        raise _bad_row(name, number, "invalid JSON") from None
    if not isinstance(found, dict):
        raise _bad_row(name, number, "not a JSON object")
    return {key: _scalar(name, number, key, value) for key, value in found.items()}


def _scalar(name: str, number: int, key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, str):
        return value
    raise _bad_row(name, number, f"{key} is not a text or number")


def _is_stream(name: str) -> bool:
    return name == STDIN or not os.path.isfile(name)


def _lines(name: str) -> Iterator[str]:
    """The lines of a file as they are; bytes that are not UTF-8 become lone surrogates, which no row may contain."""
    try:
        with _opened(name) as file:
            while line := file.readline(MAX_LINE):
                if len(line) == MAX_LINE:
                    raise UsageError(f"{name}: a line is longer than {MAX_LINE:,} characters", "Use CSV or JSON Lines.")
                yield line
    except OSError as error:
        raise LocalError(f"{name}: {reason(error)}") from None


def _opened(name: str) -> TextIO:
    if name != STDIN:
        return open(name, encoding="utf-8-sig", errors="surrogateescape", newline="", opener=opened)
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None:
        raise LocalError("stdin cannot be read", "Use a file instead.")
    return io.TextIOWrapper(buffer, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest
