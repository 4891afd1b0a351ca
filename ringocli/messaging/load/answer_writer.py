"""Writes the answers of a run to its journal in groups, by a thread: sending does not wait for the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from ringocli.errors import LocalError
from ringocli.messaging.load.attempt import DeliveryAttempt
from ringocli.messaging.load.event_order import Shard
from ringocli.messaging.load.journal_file import Transaction, journal_error

GROUP_S = 0.01
"""Answers are committed at least this often; events whose answers are lost in a crash are sent again and counted."""

_UPSERT = """
INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET
  error = excluded.error, status = excluded.status, answered = max(answered, excluded.answered),
  tries = tries + excluded.tries, duplicates = duplicates + excluded.duplicates,
  may_have_arrived = excluded.may_have_arrived, latency_us = excluded.latency_us
"""


class AnswerWriter:
    """Collects answers and commits them every ``GROUP_S``; ``lock`` is taken while the store is used."""

    def __init__(self, store: sqlite3.Connection, lock: threading.Lock, path: Path, shard: Shard) -> None:
        self._store, self._lock, self._path, self._shard = store, lock, path, shard
        # A deque, because the thread takes from it what others append meanwhile; a list would have to be replaced, and an
        # answer could get into the old one.
        self._answers: deque[tuple[int, str | None, int | None, int, int, int, int, int]] = deque()
        self._failure: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end the thread."""
        self._stop.set()
        self._thread.join()

    def record(self, attempt: DeliveryAttempt, error: str | None, status: int | None, latency_us: int) -> None:
        """Record the result of an event, which is on disk about 10 ms later.

        Raises:
            LocalError: the journal cannot be written any more.
        """
        self._check_writable()
        self._answers.append(
            (
                self._shard.place_of(attempt.event.number),
                error,
                status,
                attempt.answered and attempt.failure is None,
                attempt.tries,
                attempt.duplicates,
                attempt.unanswered > 0,
                latency_us,
            )
        )

    def record_unsent(self, numbers: Iterable[int]) -> None:
        """Record events that were claimed and never sent: sending them later makes no duplicates."""
        unsent = [(self._shard.place_of(number), "stopped", None, 0, 0, 0, 0, 0) for number in numbers]
        self._answers.extend(unsent)

    def flush(self) -> None:
        """Commit what was recorded so far.

        Raises:
            LocalError: the journal cannot be written.
        """
        self._commit()
        self._check_writable()

    def _check_writable(self) -> None:
        if self._failure is not None:
            raise LocalError(self._failure, "Free disk space, then run the same command again. Nothing is lost.")

    def _write(self) -> None:
        while not self._stop.wait(GROUP_S):
            self._commit()
        self._commit()

    def _commit(self) -> None:
        with self._lock:
            group = [self._answers.popleft() for _ in range(len(self._answers))]
            if not group or self._failure is not None:
                return
            try:
                with Transaction(self._store):
                    self._store.executemany(_UPSERT, group)
            except sqlite3.Error as error:
                self._failure = journal_error(self._path, error).message
