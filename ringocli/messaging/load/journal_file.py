"""The SQLite file of a journal: its tables, how it is opened and locked, and its transactions."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from ringocli.errors import LocalError
from ringocli.text.files import create_private, reason

_SCHEMA = """
CREATE TABLE IF NOT EXISTS header (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim (block INTEGER PRIMARY KEY, size INTEGER NOT NULL, rows BLOB, possible INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answer (
  place INTEGER PRIMARY KEY, error TEXT, status INTEGER, answered INTEGER NOT NULL, tries INTEGER NOT NULL,
  duplicates INTEGER NOT NULL, may_have_arrived INTEGER NOT NULL, latency_us INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS data (place INTEGER PRIMARY KEY, row TEXT NOT NULL);
"""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a journal, locked for this process, for use by several threads; a missing file is created.

    Raises:
        LocalError: it cannot be created, is in use, or is not a journal.
    """
    try:
        # It contains phone numbers and texts, so nobody else may read it.
        create_private(path)
        store = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=0.2)
        store.execute("PRAGMA locking_mode=EXCLUSIVE")
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.executescript(_SCHEMA)
    except OSError as error:
        raise LocalError(f"{path}: {reason(error)}", "Check the folder of --journal.") from None
    except sqlite3.Error as error:
        raise journal_error(path, error) from None
    return store


class Transaction:
    """``BEGIN`` to ``COMMIT``, or to ``ROLLBACK`` if an exception leaves the block."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._store.execute("BEGIN IMMEDIATE")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._store.execute("COMMIT")
        elif self._store.in_transaction:
            self._store.execute("ROLLBACK")


def journal_error(path: Path, error: sqlite3.Error) -> LocalError:
    """An error of SQLite as the error of a journal."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return LocalError(
            f"{path}: the journal is in use by another run", "Wait until it ends, or use another journal."
        )
    if "not a database" in text:
        return LocalError(f"{path}: not a journal", "Check the name of the file.")
    return LocalError(f"{path}: the journal cannot be written: {text}", "Check the folder and the space on the disk.")
