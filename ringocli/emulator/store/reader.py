"""Reads the store's database: each thread has its own connection, and none of them blocks the writer."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ringocli.emulator.store.compatibility import with_current_names
from ringocli.emulator.store.exchange import NO_CONTENT, StoredExchange
from ringocli.emulator.store.search import Condition
from ringocli.emulator.store.webhook_counts import WebhookCounts

_COLUMNS = "id, inbox, at, direction, event_key, event_type, matched, status, correlates, content"

_BRIEF_COLUMNS = _COLUMNS.replace(
    "content",
    "json_remove(content, '$.request.body', '$.request.body_base64', '$.request.headers',"
    " '$.reply.body', '$.reply.body_base64', '$.reply.headers', '$.spans', '$.sources')",
)
"""Lists have no bodies; SQLite leaves them out, so that they are not even read."""

MAX_PAGE_CHARACTERS = 256_000
"""How much is read at once; a single exchange may be larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """An uploaded file."""

    name: str
    content_type: str
    content: bytes


class StoreReader:
    """Queries of the database of one emulator."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5)
        self._opened.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 16000000")
        connection.execute("PRAGMA cache_size = -4000")
        return connection

    @property
    def _reader(self) -> sqlite3.Connection:
        if not hasattr(self._readers, "connection"):
            self._readers.connection = self._connected()
            self._readers.connection.execute("PRAGMA query_only = 1")
        connection: sqlite3.Connection = self._readers.connection
        return connection

    def checkpoint(self) -> None:
        """Move the log into the file, while the writer continues: only this thread waits for the disk."""
        self._reader.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def find(
        self,
        inbox: str,
        conditions: Iterable[Condition] = (),
        *,
        limit: int = 1,
        max_characters: int = MAX_PAGE_CHARACTERS,
        oldest_first: bool = False,
        brief: bool = False,
    ) -> list[StoredExchange]:
        """Exchanges of an inbox that meet all conditions, newest first.

        There are fewer if they have more than ``max_characters`` in all, but at least one. With ``brief`` they have no
        bodies and headers.
        """
        found: list[StoredExchange] = []
        characters = 0
        for one, size in self._rows_of(inbox, conditions, limit=limit, oldest_first=oldest_first, brief=brief):
            characters += size
            if found and characters > max_characters:
                break
            found.append(one)
        return found

    def _rows_of(
        self,
        inbox: str,
        conditions: Iterable[Condition],
        *,
        limit: int,
        oldest_first: bool = False,
        brief: bool = False,
    ) -> Iterator[tuple[StoredExchange, int]]:
        """Exchanges with the size of their content in characters, one at a time."""
        where = [Condition("inbox = ?", (inbox,)), *conditions]
        sql = (
            f"SELECT {_BRIEF_COLUMNS if brief else _COLUMNS} FROM exchanges WHERE {' AND '.join(one.sql for one in where)}"
            f" ORDER BY id {'ASC' if oldest_first else 'DESC'} LIMIT ?"
        )
        parameters = [value for one in where for value in one.parameters]
        with contextlib.closing(self._reader.execute(sql, (*parameters, limit))) as rows:
            for row in rows:
                yield _stored(row), len(row[-1])

    def first(
        self, inbox: str, conditions: Iterable[Condition], fits: Callable[[StoredExchange], bool]
    ) -> StoredExchange | None:
        """The newest exchange that meets the conditions and that ``fits`` accepts."""
        return next(iter(self.select(inbox, conditions, fits, limit=1)), None)

    def select(
        self, inbox: str, conditions: Iterable[Condition], fits: Callable[[StoredExchange], bool], *, limit: int
    ) -> list[StoredExchange]:
        """The newest exchanges that meet the conditions and that ``fits`` accepts."""
        return list(islice((one for one, _ in self._rows_of(inbox, conditions, limit=-1) if fits(one)), limit))

    def get(self, inbox: str, number: int) -> StoredExchange | None:
        """The exchange with that id."""
        return next(iter(self.find(inbox, [Condition("id = ?", (number,))])), None)

    def webhook_counts(self, inbox: str) -> WebhookCounts:
        """Count the webhooks that an inbox received."""
        sql = (
            "SELECT matched, json_extract(content, '$.request.headers') FROM exchanges"
            " WHERE inbox = ? AND direction = 'incoming' ORDER BY id"
        )
        return WebhookCounts.of(self._reader.execute(sql, (inbox,)))

    def receipts_of(self, inbox: str, number: int) -> list[str]:
        """The ids of the receipts of a message, oldest first."""
        sql = "SELECT id FROM exchanges WHERE correlates = ? AND inbox = ? ORDER BY id LIMIT 100"
        return [str(row[0]) for row in self._reader.execute(sql, (number, inbox))]

    def has_older(self, inbox: str, conditions: Sequence[Condition], found: Sequence[StoredExchange]) -> bool:
        """Whether there are exchanges that meet the conditions and are older than those found."""
        if not found:
            return False
        older = Condition("id < ?", (found[-1].id,))
        return bool(self.find(inbox, [*conditions, older], limit=1, brief=True))

    def size_after(self, inbox: str, last: int, conditions: Iterable[Condition] = ()) -> int | None:
        """The characters of the exchange after the id ``last`` that meets the conditions; None if there is none."""
        where = [Condition("inbox = ?", (inbox,)), Condition("id > ?", (last,)), *conditions]
        condition = " AND ".join(one.sql for one in where)
        sql = f"SELECT length(content) FROM exchanges WHERE {condition} ORDER BY id LIMIT 1"
        row = self._reader.execute(sql, [value for one in where for value in one.parameters]).fetchone()
        return row[0] if row else None

    def page_after(self, inbox: str, last: int, conditions: Iterable[Condition] = ()) -> list[StoredExchange]:
        """The next exchanges of an inbox after the id ``last`` that meet the conditions, oldest first."""
        return self.find(inbox, [Condition("id > ?", (last,)), *conditions], limit=500, oldest_first=True)

    def file(self, token: str) -> StoredFile | None:
        """The file with that token."""
        row = self._reader.execute("SELECT name, content_type, content FROM files WHERE token = ?", (token,)).fetchone()
        return StoredFile(name=row[0], content_type=row[1], content=row[2]) if row else None


def _stored(row: tuple[Any, ...]) -> StoredExchange:
    number, inbox, at, direction, key, kind, matched, status, correlates, content = row
    return StoredExchange(
        id=number,
        inbox=inbox,
        at=datetime.fromtimestamp(at, UTC),
        direction=direction,
        event_key=key,
        event_type=kind,
        matched=bool(matched),
        status=status,
        correlates=correlates,
        content={**NO_CONTENT, **with_current_names(json.loads(content))},
    )
