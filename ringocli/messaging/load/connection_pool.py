"""The open connections of a load run, and those of them that wait for their next event."""

from __future__ import annotations

from collections.abc import Callable

from ringocli.errors import NotConnected
from ringocli.messaging.load.connection import LoadConnection
from ringocli.messaging.load.target import Connector, LoadTarget

MAX_IDLE_S = 2.0
"""Connections that were idle for longer are not used again: the other side may be closing them right now."""


class ConnectionPool:
    """At most ``limit`` connections to a target, and others for failing over.

    ``open`` are all connections, the idle ones included; the one that was used last is used again first.
    """

    def __init__(self, limit: int, target: LoadTarget, failover: LoadTarget | None) -> None:
        self._limit = limit
        self._connectors = [Connector(target), *([Connector(failover)] if failover is not None else [])]
        self.open: set[LoadConnection] = set()
        self._idle: list[LoadConnection] = []

    @property
    def has_room(self) -> bool:
        """Whether another connection may be opened."""
        return len(self.open) + len(self._connectors[0].pending) < self._limit

    def connect(
        self,
        make: Callable[[], LoadConnection],
        done: Callable[[LoadConnection | NotConnected], None],
        *,
        is_failover: bool,
    ) -> None:
        """Open a connection, and call ``done`` with it or with the reason why there is none."""
        self._connectors[is_failover].start(make, done)

    def add(self, connection: LoadConnection, *, is_failover: bool) -> None:
        """Add a connection that was opened; one for failing over, which is rare, is not used again."""
        connection.is_failover = is_failover
        self.open.add(connection)

    def take_idle(self, now: float) -> LoadConnection | None:
        """An idle connection that can be used; those that cannot are closed."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and now - connection.idle_since <= MAX_IDLE_S:
                return connection
            self.drop(connection)
        return None

    def put_back(self, connection: LoadConnection) -> None:
        """Return a connection that was taken and not used."""
        self._idle.append(connection)

    def rest(self, connection: LoadConnection, now: float) -> None:
        """Make a connection idle from now on."""
        connection.idle_since = now
        self._idle.append(connection)

    def drop(self, connection: LoadConnection) -> None:
        """Close a connection that is not idle."""
        self.open.discard(connection)
        connection.close()

    def forget(self, connection: LoadConnection) -> None:
        """Remove a connection that was closed by the other side, whether it is idle or not."""
        self.open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        """Close all connections, and open no more of those that were begun."""
        for connection in tuple(self.open):
            connection.close()
        for connector in self._connectors:
            connector.cancel()
