"""The store: SQLite in WAL mode, one writer that commits in groups, readers that never block it.

Once ``commit`` has returned, the entries survive ``kill -9``, because the operating system has the bytes; only a power
failure may lose the last moments (``synchronous=NORMAL``). At most ``max_exchanges`` and ``max_days`` are kept.
Exchanges are stored as they are shown, so the file contains no secret; its mode is 0600.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ringocli.emulator.store.exchange import Exchange, StoredExchange, content_text
from ringocli.emulator.store.lock import StoreLock
from ringocli.emulator.store.reader import StoredFile, StoreReader
from ringocli.errors import LocalError
from ringocli.text.files import create_private, reason
from ringocli.text.secret import redact

APPLICATION_ID = 0x52494E47
"""Marks the file as an emulator's store (``PRAGMA application_id``)."""

VERSION = 1

MAX_WAL_PAGES = 8_000
"""At this size of the log (32 MB) the writer itself moves it into the file, and waits for the disk."""

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

MAX_REWRITTEN = 10_000
"""The file is rewritten to become smaller only if it has fewer exchanges left than this."""

_INSERT = (
    "INSERT INTO exchanges (id, inbox, at, direction, event_key, event_type, sender, recipient, message_id,"
    " matched, status, correlates, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_STATUS_ORDER = {"": 0, "queued": 1, "sent": 2, "delivered": 3, "failed": 3, "refused": 3}
"""The order of statuses. A message only moves forward: a late ``sent`` does not undo ``delivered``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """The new status of a message that was sent, identified by the provider's id, or of the exchange ``id``."""

    inbox: str
    status: str
    message_id: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A stored exchange whose status or correlation has changed."""

    inbox: str
    id: int
    status: str


class Store(StoreReader):
    """The database of one emulator; a second process cannot open it."""

    def __init__(self, path: Path, *, max_exchanges: int = 100_000, max_days: float = 30) -> None:
        self._max_exchanges = max_exchanges
        self._max_age = timedelta(days=max_days)
        super().__init__(path)
        self._writing = threading.RLock()
        _create_file(path)
        try:
            self._lock = StoreLock(path)
            if not self._lock.acquire():
                raise LocalError(f"{path}: in use by another emulator", "Stop it, or use another --db.")
        except OSError as error:
            raise LocalError(f"{path}: cannot be locked: {reason(error)}", "Use another --db.") from None
        try:
            self._check()
            self._writer = self._connected()
            self._writer.execute(f"PRAGMA wal_autocheckpoint = {MAX_WAL_PAGES}")
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._give_up()
            raise store_error(path, error) from None
        except LocalError:
            self._give_up()
            raise
        self._count = self._writer.execute("SELECT count(*) FROM exchanges").fetchone()[0]
        # The only writer assigns the ids itself; an id is never used again, not even after clear().
        self._last_id: int = self._writer.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'exchanges'"
        ).fetchone()[0]
        self._rows: list[tuple[Any, ...]] = []

    def _give_up(self) -> None:
        """Close, and remove the lock files beside a file that is not a store."""
        self.close()
        self._lock.remove()

    def _check(self) -> None:
        """Check the file before anything is changed: a file of another program stays as it is."""
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            [application], [version], [tables] = (
                connection.execute(sql).fetchone()
                for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
            )
        if (application != APPLICATION_ID and tables) or version > VERSION:
            raise LocalError(f"{self.path}: not a store of this emulator", "Use another --db.")

    def _prepare(self) -> None:
        self._writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._writer.execute(f"PRAGMA user_version = {VERSION}")
        self._writer.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        for connection in self._opened:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        self._lock.release()

    def commit(
        self, entries: Sequence[Exchange | StatusUpdate]
    ) -> tuple[list[StoredExchange | None], list[StatusChange]]:
        """Store a group in one transaction. Returns what was stored for each entry (None for an update), and the changes.

        Raises:
            LocalError: the disk is full, or the file is gone; nothing of the group is stored.
        """
        with self._writing:
            return self._commit(entries)

    def _commit(
        self, entries: Sequence[Exchange | StatusUpdate]
    ) -> tuple[list[StoredExchange | None], list[StatusChange]]:
        stored: list[StoredExchange | None] = []
        changes: list[StatusChange] = []
        last_id = self._last_id
        try:
            with self._transaction():
                for entry in entries:
                    if isinstance(entry, Exchange):
                        stored.append(self._insert(entry, changes))
                    elif entry.id is not None:
                        self._write_rows()
                        self._writer.execute("UPDATE exchanges SET status = ? WHERE id = ?", (entry.status, entry.id))
                        changes.append(StatusChange(inbox=entry.inbox, id=entry.id, status=entry.status))
                        stored.append(None)
                    else:
                        changes += self._advance_status(entry.inbox, entry.message_id, entry.status)[1]
                        stored.append(None)
                self._write_rows()
                added = self._last_id - last_id
                surplus = max(0, self._count + added - self._max_exchanges)
                if surplus:
                    oldest = "SELECT id FROM exchanges ORDER BY id LIMIT ?"
                    self._writer.execute(f"DELETE FROM exchanges WHERE id IN ({oldest})", (surplus,))
        except LocalError:
            self._rows, self._last_id = [], last_id
            raise
        self._count += added - surplus
        return stored, changes

    def _insert(self, exchange: Exchange, changes: list[StatusChange]) -> StoredExchange:
        """Assign an id to an exchange and add it to the rows to be written."""
        correlates, status = None, exchange.status
        if exchange.message_id:
            if exchange.direction == "outgoing":
                status = self._correlate_earlier_receipts(exchange, changes) or status
            elif exchange.event_type == "messageDelivered" or exchange.is_failed_receipt:
                outcome = "failed" if exchange.is_failed_receipt else "delivered"
                correlates, news = self._advance_status(exchange.inbox, exchange.message_id, outcome)
                changes += news
        content = exchange.content
        values = exchange.said or exchange.variables
        number = self._last_id = self._last_id + 1
        self._rows.append(
            (
                number, exchange.inbox, exchange.at.timestamp(), exchange.direction,
                exchange.event_key, exchange.event_type,
                storable(values.get("from")), storable(values.get("to")), _stored_id(exchange.message_id),
                exchange.matched, status, correlates, storable(content_text(content)),
            )
        )  # fmt: skip
        if exchange.direction == "outgoing" and status != exchange.status:
            self._write_rows()
            self._writer.execute(
                "UPDATE exchanges SET correlates = ? WHERE inbox = ? AND message_id = ? AND direction = 'incoming'"
                " AND correlates IS NULL",
                (number, exchange.inbox, _stored_id(exchange.message_id)),
            )
        return StoredExchange(
            id=number,
            inbox=exchange.inbox,
            at=exchange.at,
            direction=exchange.direction,
            event_key=exchange.event_key,
            event_type=exchange.event_type,
            matched=exchange.matched,
            status=status,
            correlates=correlates,
            content=content,
        )

    def _write_rows(self) -> None:
        """Write the pending rows, so that a query also finds the messages of the same group."""
        rows, self._rows = self._rows, []
        self._writer.executemany(_INSERT, rows)

    def _correlate_earlier_receipts(self, exchange: Exchange, changes: list[StatusChange]) -> str | None:
        """Correlate receipts that were stored before the reply that contains the id."""
        self._write_rows()
        early = self._writer.execute(
            "SELECT id, status FROM exchanges WHERE inbox = ? AND message_id = ? AND direction = 'incoming'"
            " AND event_type = 'messageDelivered' AND correlates IS NULL",
            (exchange.inbox, _stored_id(exchange.message_id)),
        ).fetchall()
        changes += [StatusChange(inbox=exchange.inbox, id=number, status=status) for number, status in early]
        return "delivered" if early else None

    def _advance_status(self, inbox: str, message_id: str, status: str) -> tuple[int | None, list[StatusChange]]:
        """Advance the status of the newest message with this id; returns its number and the changes."""
        self._write_rows()
        found = self._writer.execute(
            "SELECT id, status FROM exchanges WHERE inbox = ? AND message_id = ? AND direction = 'outgoing'"
            " ORDER BY id DESC LIMIT 1",
            (inbox, _stored_id(message_id)),
        ).fetchone()
        if found is None:
            return None, []
        number, current = found
        if _STATUS_ORDER.get(status, 0) <= _STATUS_ORDER.get(current, 0):
            return number, []
        self._writer.execute("UPDATE exchanges SET status = ? WHERE id = ?", (status, number))
        return number, [StatusChange(inbox=inbox, id=number, status=status)]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Run the block in a transaction.

        Raises:
            LocalError: it cannot be written; nothing has changed.
        """
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            yield
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            raise store_error(self.path, error) from None

    def expire(self) -> int:
        """Delete what is older than ``max_days``; returns how many exchanges were deleted."""
        before = (datetime.now(UTC) - self._max_age).timestamp()
        with self._writing:
            gone = self._writer.execute("DELETE FROM exchanges WHERE at < ?", (before,)).rowcount
            self._writer.execute("DELETE FROM files WHERE at < ?", (before,))
            self._count -= gone
        return gone

    def clear(self, inbox: str) -> None:
        """Delete all exchanges of an inbox; the file becomes smaller."""
        with self._writing:
            self._count -= self._writer.execute("DELETE FROM exchanges WHERE inbox = ?", (inbox,)).rowcount
            if self._count < MAX_REWRITTEN:
                # The exchanges are deleted even if the file does not become smaller.
                with contextlib.suppress(sqlite3.OperationalError):
                    self._writer.execute("VACUUM")
                    self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def delete(self, inbox: str, number: int) -> None:
        """Delete one exchange; a receipt for it keeps its number."""
        with self._writing:
            sql = "DELETE FROM exchanges WHERE inbox = ? AND id = ?"
            self._count -= self._writer.execute(sql, (inbox, number)).rowcount

    def add_file(self, token: str, file: StoredFile, max_bytes: int) -> None:
        """Store a file under an unguessable token; the oldest files are deleted beyond ``max_bytes`` in total.

        Raises:
            LocalError: it cannot be written.
        """
        row = (token, datetime.now(UTC).timestamp(), storable(file.name), file.content_type, file.content)
        with self._writing, self._transaction():
            self._writer.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", row)
            self._writer.execute(
                "DELETE FROM files WHERE token IN (SELECT token FROM (SELECT token, sum(length(content))"
                " OVER (ORDER BY at DESC, rowid DESC) AS total FROM files) WHERE total > ?)",
                (max_bytes,),
            )


class StoreError(LocalError):
    """The store cannot be read or written."""


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """An SQLite error as the error of a store: what is wrong, and what to do about it."""
    text = str(error)
    if "full" in text:
        return StoreError(f"{path}: the disk is full", "Free disk space, for example with ringocli clean.")
    if "malformed" in text or "corrupt" in text:
        return StoreError(f"{path}: the store is damaged ({text})", "Move it away, or use another --db.")
    if "not a database" in text:
        return StoreError(f"{path}: not a store of the emulator ({text})", "Use another --db.")
    return StoreError(f"{path}: the store cannot be used: {text}", "Use another --db.")


def _create_file(path: Path) -> None:
    """Create the file with mode 0600, before SQLite does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_private(path)
    except (OSError, ValueError) as error:
        raise LocalError(f"{path}: cannot be opened: {reason(error)}", "Use another --db.") from None


def _stored_id(message_id: str | None) -> str | None:
    """The provider's id as it is stored and searched for; a provider may answer with anything, a secret included."""
    return storable(redact(message_id)) if message_id is not None else None


def storable(value: str | None) -> str | None:
    """Text as SQLite accepts it; lone surrogates become "?"."""
    return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode()
