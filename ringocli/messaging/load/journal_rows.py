"""The data rows of a journal: those that it keeps, and the checksums of those that it does not."""

from __future__ import annotations

import json
import sqlite3
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ringocli.messaging.load.compiled import Row
from ringocli.messaging.load.event_order import Position


def kept_rows(store: sqlite3.Connection, lock: AbstractContextManager[Any] | None = None) -> Iterator[Row]:
    """The rows that a journal keeps, a page at a time; ``lock`` is taken while a page is read."""
    last = 0
    while True:
        with lock or nullcontext():
            page = store.execute(
                "SELECT place, row FROM data WHERE place > ? ORDER BY place LIMIT 1000", (last,)
            ).fetchall()
        if not page:
            return
        for place, text in page:
            last = place
            yield json.loads(text)


def sums_of(stored: bytes | None) -> array[int]:
    """The checksums of a claimed block's rows; empty without data."""
    found = array("I")
    found.frombytes(stored or b"")
    return found


def changed_row(chunk: Sequence[Position], size: int, sums: Sequence[int]) -> int | None:
    """The position in a block of the first row that differs from the claimed one or is missing; None if all match."""
    for place, position in enumerate(chunk):
        if place < len(sums) and sums[place] != checksum(position[1]):
            return place
    return len(chunk) if len(chunk) < size else None


def checksum(row: Row) -> int:
    """The checksum of a row: names and values, in order."""
    return zlib.crc32("\x1f".join(f"{name}={value}" for name, value in row.items()).encode())
