"""Reads the journal of a run that is over: what it sent, so that the same events can be sent again elsewhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ringocli.errors import UsageError
from ringocli.messaging.load.compiled import Row
from ringocli.messaging.load.event_order import Position, Shard, positions
from ringocli.messaging.load.journal import BLOCK, DATA_FILE
from ringocli.messaging.load.journal_facts import COLUMNS, SHARD
from ringocli.messaging.load.journal_file import journal_error
from ringocli.messaging.load.journal_rows import changed_row, kept_rows, sums_of

SQLITE_START = b"SQLite format 3\x00"


def is_database(name: str) -> bool:
    """Whether a file is an SQLite database, as journals are."""
    try:
        with open(name, "rb") as file:
            return file.read(len(SQLITE_START)) == SQLITE_START
    except OSError:
        return False


class JournalReader:
    """An open journal. ``facts`` are those of its run; ``data_file`` is where its rows came from, None without rows."""

    def __init__(self, store: sqlite3.Connection, path: Path) -> None:
        self._store, self._path = store, path
        try:
            self.facts: dict[str, str] = dict(store.execute("SELECT name, value FROM header"))
            self._claims = store.execute("SELECT count(*) FROM claim").fetchone()[0]
            self.has_rows = store.execute("SELECT 1 FROM data LIMIT 1").fetchone() is not None
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                raise UsageError(
                    f"{path}: a database, but not a journal",
                    "An emulator's exchanges are replayed from its export: open /api/export.",
                ) from None
            raise
        if COLUMNS not in self.facts:
            raise UsageError(f"{path}: the journal is empty or of an earlier version", "Run simulate-webhook again.")
        self.data_file = self.facts.get(DATA_FILE) if json.loads(self.facts[COLUMNS]) else None

    def count(self, only: str | None) -> int:
        """How many events were sent; ``only`` is ``delivered``, ``failed`` or None for both."""
        (claimed,) = self._store.execute("SELECT total(size) FROM claim").fetchone()
        unsent, delivered = self._store.execute("SELECT total(tries = 0), total(error IS NULL) FROM answer").fetchone()
        sent = int(claimed - unsent)
        return {None: sent, "delivered": int(delivered), "failed": sent - int(delivered)}[only]

    def positions(self, rows: Iterable[Row] | None, only: str | None) -> Iterator[Position]:
        """The events that were sent, in order, each with its row.

        Raises:
            UsageError: a row is not the one that was sent, or is missing.
        """
        shard = Shard.parse(self.facts[SHARD])
        order = positions(count=None, rows=rows, shard=shard)
        for block in range(self._claims):
            size, sums = self._store.execute("SELECT size, rows FROM claim WHERE block = ?", (block,)).fetchone()
            chunk = [position for _, position in zip(range(size), order, strict=False)]
            if (place := changed_row(chunk, size, sums_of(sums))) is not None:
                row = shard.event_at(block * BLOCK + place) + 1
                raise UsageError(
                    f"{self.data_file}: row {row} differs from the one that was sent",
                    "Specify the original data file with --data.",
                )
            wanted = self._wanted(block, size, only)
            yield from (position for place, position in enumerate(chunk) if place in wanted)

    def kept_rows(self) -> Iterator[Row]:
        """The rows that came from stdin."""
        return kept_rows(self._store)

    def _wanted(self, block: int, size: int, only: str | None) -> set[int]:
        """Positions in a block; a claimed event without an answer may have been sent."""
        first = block * BLOCK
        found = self._store.execute(
            "SELECT place, tries > 0, error IS NULL FROM answer WHERE place >= ? AND place < ?", (first, first + size)
        ).fetchall()
        delivered = {place - first for place, _, good in found if good}
        if only == "delivered":
            return delivered
        sent = set(range(size)) - {place - first for place, tried, _ in found if not tried}
        return sent - delivered if only == "failed" else sent


@contextmanager
def opened_journal(path: Path) -> Iterator[JournalReader]:
    """A journal for reading.

    Raises:
        LocalError: it is in use, or cannot be read.
        UsageError: it is another database.
    """
    store = sqlite3.connect(path, timeout=0.2, isolation_level=None)
    try:
        yield JournalReader(store, path)
    except sqlite3.Error as error:
        raise journal_error(path, error) from None
    finally:
        store.close()
