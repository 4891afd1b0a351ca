"""The journal of a run: after ``kill -9`` the same command sends the events without an answer, and nothing else.

An event is a function of the template, the seed, its number and its data row, so no bodies are stored: a header, a
claim for each block of 256 events that is committed *before* they are sent (``synchronous=FULL``), and one row for
each answer, committed in groups by a thread. Claimed events without an answer are sent again with the same bytes and
the same id; each counts as a possible duplicate, because it may have arrived.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from ringocli.errors import UsageError
from ringocli.messaging.load.answer_writer import AnswerWriter
from ringocli.messaging.load.compiled import Row
from ringocli.messaging.load.counters import LoadSummary
from ringocli.messaging.load.event_order import Position, Shard
from ringocli.messaging.load.journal_file import Transaction, journal_error, open_for_writing
from ringocli.messaging.load.journal_rows import changed_row, checksum, kept_rows, sums_of
from ringocli.messaging.load.journal_totals import JournalTotals, over_all_runs, totals_of

BLOCK = 256
DATA_FILE = "the data file"
"""The fact that names where the rows came from; it may be moved between two runs."""


class Journal:
    """An open journal, locked for this process; a context manager.

    ``fingerprint`` are the facts that decide the events; they must be the same on each run. ``answers`` writes the results.
    """

    def __init__(
        self, path: Path, fingerprint: Mapping[str, str], shard: Shard, *, data_file: str | None = None
    ) -> None:
        self._path, self._shard = path, shard
        self._lock = threading.Lock()
        self._store = open_for_writing(path)
        try:
            self.is_resumed = self._rows_are_kept = self._checked_header(fingerprint, data_file)
        except UsageError:
            self._store.close()  # which also unlocks it
            raise
        self._claimed: deque[Position] = deque()
        self.answers = AnswerWriter(self._store, self._lock, path, shard)

    def __enter__(self) -> Self:
        self.answers.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.answers.stop()
        self._store.close()

    def _checked_header(self, fingerprint: Mapping[str, str], data_file: str | None) -> bool:
        known = dict(self._store.execute("SELECT name, value FROM header"))
        if not known:
            facts = {**fingerprint, **({DATA_FILE: data_file} if data_file is not None else {})}
            with self._committed():
                self._store.executemany("INSERT INTO header VALUES (?, ?)", facts.items())
            return False
        changed = [name for name, value in fingerprint.items() if known.get(name) != value]
        if changed:
            raise UsageError(
                f"{self._path}: the journal belongs to another run: {', '.join(changed)} changed",
                "Repeat the original command, or start a new journal.",
            )
        return True

    @staticmethod
    def seed_of(path: Path) -> int | None:
        """The seed of an existing journal, so that a resumed run makes the same events; None if there is no journal.

        Raises:
            LocalError: the file is not a journal, or is in use.
        """
        if not os.path.isfile(path) or os.path.getsize(path) == 0:
            return None
        try:
            store = sqlite3.connect(path, timeout=0.2)
            try:
                row = store.execute("SELECT value FROM header WHERE name = 'seed'").fetchone()
            finally:
                store.close()
        except sqlite3.Error as error:
            raise journal_error(path, error) from None
        return int(row[0]) if row is not None else None

    def keep_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Rows from stdin: stored before the first event is sent, and read from the journal when the run is resumed."""
        with self._lock, self._committed():
            if not self._rows_are_kept:
                lines = ((json.dumps(row),) for row in rows)
                self._store.executemany("INSERT INTO data (row) VALUES (?)", lines)
                self._rows_are_kept = True
        yield from kept_rows(self._store, self._lock)

    def check_rows(self, order: Iterable[Position], name: str) -> None:
        """Compare the data rows of all claimed blocks with those that were claimed.

        Raises:
            UsageError: a row changed, or is missing.
        """
        positions = iter(order)
        checked = 0
        for size, sums in self._store.execute("SELECT size, rows FROM claim ORDER BY block"):
            found = list(islice(positions, size))
            index = changed_row(found, size, sums_of(sums))
            if index is not None:
                row = self._shard.event_at(checked + index) + 1
                problem = (
                    "differs from the one that the journal was started with" if index < len(found) else "is missing"
                )
                raise UsageError(f"{name}: row {row} {problem}", "Restore the file, or start a new journal.")
            checked += size

    def pending(self, order: Iterable[Position]) -> Iterator[Position]:
        """The events of ``order`` that have no answer yet; each block is claimed before its first event is returned.

        Raises:
            LocalError: the journal cannot be written.
        """
        positions = iter(order)
        block = 0
        while chunk := list(islice(positions, BLOCK)):
            self._claimed.extend(self._claim(block, chunk))
            while self._claimed:
                yield self._claimed.popleft()
            block += 1

    def _claim(self, block: int, chunk: list[Position]) -> list[Position]:
        first = block * BLOCK
        try:
            with self._lock:
                known = self._store.execute("SELECT 1 FROM claim WHERE block = ?", (block,)).fetchone()
                if known is None:
                    sums = array("I", [checksum(position[1]) for position in chunk]) if chunk[0][1] else None
                    with self._committed():
                        self._store.execute(
                            "INSERT INTO claim VALUES (?, ?, ?, 0)",
                            (block, len(chunk), sums.tobytes() if sums else None),
                        )
                    return chunk
                results = self._store.execute(
                    "SELECT place, answered, may_have_arrived FROM answer WHERE place >= ? AND place < ?",
                    (first, first + len(chunk)),
                ).fetchall()
                done = {place for place, answered, _ in results if answered}
                not_arrived = {place for place, _, may_have_arrived in results if not may_have_arrived}
                left = [place for place in range(first, first + len(chunk)) if place not in done]
                possible = sum(place not in not_arrived for place in left)
                with self._committed():
                    self._store.execute(
                        "UPDATE claim SET possible = possible + ?, size = ? WHERE block = ?",
                        (possible, len(chunk), block),
                    )
                return [chunk[place - first] for place in left]
        except sqlite3.Error as error:
            raise journal_error(self._path, error) from None

    def flush(self, elapsed_s: float) -> None:
        """Write everything that is left, the claimed events that were never sent, and the duration of the run.

        Raises:
            LocalError: the journal cannot be written.
        """
        self.answers.record_unsent(number for number, _ in self._claimed)
        self.answers.flush()
        with self._lock, self._committed():
            self._store.execute(
                "INSERT INTO header VALUES ('elapsed_s', ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                (elapsed_s,),
            )

    def _committed(self) -> Transaction:
        return Transaction(self._store)

    def totals(self) -> JournalTotals:
        """What the journal has recorded, over all runs."""
        return totals_of(self._store)

    def over_all_runs(self, summary: LoadSummary, planned: int, unsent_error: str) -> LoadSummary:
        """The summary of this run with the figures of the whole journal; ``unsent_error`` is why events were not sent."""
        return over_all_runs(self._store, summary, planned, unsent_error)
