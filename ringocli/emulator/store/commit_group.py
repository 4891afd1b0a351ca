"""Exchanges and updates that are stored in one transaction; receipts are correlated with the messages that were sent."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from ringocli.emulator.store.exchange import Exchange, StoredExchange, content_text
from ringocli.template.variables import Place
from ringocli.text.secret import redact

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


class CommitGroup:
    """The entries of one transaction; ``last_id`` is the id of the newest exchange, including those of the group."""

    def __init__(self, connection: sqlite3.Connection, last_id: int) -> None:
        self._connection = connection
        self.last_id = last_id
        self.stored: list[StoredExchange | None] = []
        self.changes: list[StatusChange] = []
        self._rows: list[tuple[Any, ...]] = []

    def add(self, entry: Exchange | StatusUpdate) -> None:
        """Add an entry; ``stored`` gets what is stored for it (None for an update)."""
        if isinstance(entry, Exchange):
            self.stored.append(self._insert(entry))
            return
        self.stored.append(None)
        if entry.id is None:
            self._advance_status(entry.inbox, entry.message_id, entry.status)
        else:
            self.write_rows()
            self._set_status(entry.inbox, entry.id, entry.status)

    def _insert(self, exchange: Exchange) -> StoredExchange:
        """Assign an id to an exchange and add it to the rows to be written."""
        correlates, status = None, exchange.status
        if exchange.message_id:
            if exchange.direction == "outgoing":
                status = self._correlate_earlier_receipts(exchange) or status
            elif exchange.event_type == Place.DELIVERED or exchange.is_failed_receipt:
                outcome = "failed" if exchange.is_failed_receipt else "delivered"
                correlates = self._advance_status(exchange.inbox, exchange.message_id, outcome)
        content = exchange.content
        values = exchange.said or exchange.variables
        number = self.last_id = self.last_id + 1
        self._rows.append(
            (
                number, exchange.inbox, exchange.at.timestamp(), exchange.direction,
                exchange.event_key, exchange.event_type,
                storable(values.get("from")), storable(values.get("to")), _stored_id(exchange.message_id),
                exchange.matched, status, correlates, storable(content_text(content)),
            )
        )  # fmt: skip
        if exchange.direction == "outgoing" and status != exchange.status:
            self.write_rows()
            self._connection.execute(
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

    def write_rows(self) -> None:
        """Write the pending rows, so that a query also finds the messages of the same group."""
        rows, self._rows = self._rows, []
        self._connection.executemany(_INSERT, rows)

    def _correlate_earlier_receipts(self, exchange: Exchange) -> str | None:
        """Correlate receipts that were stored before the reply that contains the id."""
        self.write_rows()
        early = self._connection.execute(
            "SELECT id, status FROM exchanges WHERE inbox = ? AND message_id = ? AND direction = 'incoming'"
            " AND event_type = 'messageDelivered' AND correlates IS NULL",
            (exchange.inbox, _stored_id(exchange.message_id)),
        ).fetchall()
        self.changes += [StatusChange(inbox=exchange.inbox, id=number, status=status) for number, status in early]
        return "delivered" if early else None

    def _advance_status(self, inbox: str, message_id: str, status: str) -> int | None:
        """Advance the status of the newest message with this id; returns its number."""
        self.write_rows()
        found: tuple[int, str] | None = self._connection.execute(
            "SELECT id, status FROM exchanges WHERE inbox = ? AND message_id = ? AND direction = 'outgoing'"
            " ORDER BY id DESC LIMIT 1",
            (inbox, _stored_id(message_id)),
        ).fetchone()
        if found is None:
            return None
        number, current = found
        if _STATUS_ORDER.get(status, 0) > _STATUS_ORDER.get(current, 0):
            self._set_status(inbox, number, status)
        return number

    def _set_status(self, inbox: str, number: int, status: str) -> None:
        self._connection.execute("UPDATE exchanges SET status = ? WHERE id = ?", (status, number))
        self.changes.append(StatusChange(inbox=inbox, id=number, status=status))


def _stored_id(message_id: str | None) -> str | None:
    """The provider's id as it is stored and searched for; a provider may answer with anything, a secret included."""
    return storable(redact(message_id)) if message_id is not None else None


def storable(value: str | None) -> str | None:
    """Text as SQLite accepts it; lone surrogates become "?"."""
    return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode()
