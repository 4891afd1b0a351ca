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
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ringocli.emulator.store.commit_group import CommitGroup, StatusChange, StatusUpdate, storable
from ringocli.emulator.store.exchange import Exchange, StoredExchange
from ringocli.emulator.store.lock import StoreLock
from ringocli.emulator.store.reader import StoredFile, StoreReader
from ringocli.emulator.store.schema import check_file, create_file, create_tables
from ringocli.errors import LocalError
from ringocli.text.files import reason

MAX_EXCHANGES = 100_000
"""How many exchanges are kept by default."""

MAX_DAYS = 30.0
"""How many days exchanges are kept by default."""

MAX_WAL_PAGES = 8_000
"""At this size of the log (32 MB) the writer itself moves it into the file, and waits for the disk."""

MAX_REWRITTEN = 10_000
"""The file is rewritten to become smaller only if it has fewer exchanges left than this."""


class Store(StoreReader):
    """The database of one emulator; a second process cannot open it."""

    def __init__(self, path: Path, *, max_exchanges: int = MAX_EXCHANGES, max_days: float = MAX_DAYS) -> None:
        self._max_exchanges = max_exchanges
        self._max_age = timedelta(days=max_days)
        super().__init__(path)
        self._writing = threading.RLock()
        create_file(path)
        try:
            self._lock = StoreLock(path)
            if not self._lock.acquire():
                raise LocalError(f"{path}: in use by another emulator", "Stop it, or use another --db.")
        except OSError as error:
            raise LocalError(f"{path}: cannot be locked: {reason(error)}", "Use another --db.") from None
        try:
            check_file(path)
            self._writer = self._connected()
            self._writer.execute(f"PRAGMA wal_autocheckpoint = {MAX_WAL_PAGES}")
            create_tables(self._writer)
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

    def _give_up(self) -> None:
        """Close, and remove the lock files beside a file that is not a store."""
        self.close()
        self._lock.remove()

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
            group = CommitGroup(self._writer, self._last_id)
            with self._transaction():
                for entry in entries:
                    group.add(entry)
                group.write_rows()
                added = group.last_id - self._last_id
                surplus = max(0, self._count + added - self._max_exchanges)
                if surplus:
                    oldest = "SELECT id FROM exchanges ORDER BY id LIMIT ?"
                    self._writer.execute(f"DELETE FROM exchanges WHERE id IN ({oldest})", (surplus,))
            self._last_id = group.last_id
            self._count += added - surplus
            return group.stored, group.changes

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
