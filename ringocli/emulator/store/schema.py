"""The file of the store: its tables, and the check that a file is a store before anything in it is changed."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from ringocli.errors import LocalError
from ringocli.text.files import create_private, reason

APPLICATION_ID = 0x52494E47
"""Marks the file as an emulator's store (``PRAGMA application_id``)."""

VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS exchanges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox TEXT NOT NULL, at REAL NOT NULL, direction TEXT NOT NULL,
    event_key TEXT, event_type TEXT, sender TEXT, recipient TEXT, message_id TEXT,
    matched INTEGER NOT NULL, status TEXT NOT NULL, correlates INTEGER, content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_inbox ON exchanges (inbox, id);
CREATE INDEX IF NOT EXISTS by_sender ON exchanges (inbox, sender);
CREATE INDEX IF NOT EXISTS by_recipient ON exchanges (inbox, recipient);
CREATE INDEX IF NOT EXISTS by_correlates ON exchanges (correlates) WHERE correlates IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_message ON exchanges (inbox, message_id) WHERE message_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS files (
    token TEXT PRIMARY KEY, at REAL NOT NULL, name TEXT NOT NULL, content_type TEXT NOT NULL, content BLOB NOT NULL
);
"""


def create_file(path: Path) -> None:
    """Create the file with mode 0600, before SQLite does.

    Raises:
        LocalError: it cannot be created.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_private(path)
    except (OSError, ValueError) as error:
        raise LocalError(f"{path}: cannot be opened: {reason(error)}", "Use another --db.") from None


def check_file(path: Path) -> None:
    """Check the file before anything is changed: a file of another program stays as it is.

    Raises:
        LocalError: it is not a store, or one of a newer version.
    """
    with contextlib.closing(sqlite3.connect(path)) as connection:
        [application], [version], [tables] = (
            connection.execute(sql).fetchone()
            for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
    if (application != APPLICATION_ID and tables) or version > VERSION:
        raise LocalError(f"{path}: not a store of this emulator", "Use another --db.")


def create_tables(connection: sqlite3.Connection) -> None:
    """Mark the file as a store, and create what it lacks."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.executescript(_SCHEMA)
