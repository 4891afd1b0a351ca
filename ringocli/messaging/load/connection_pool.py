"""The open connections of a load run, and those of them that wait for their next event."""

from __future__ import annotations

from ringocli.messaging.load.connection import LoadConnection

MAX_IDLE_S = 2.0
"""Connections that were idle for longer are not used again: the other side may be closing them right now."""


class ConnectionPool:
    """``open`` are all connections, the idle ones included; the one that was used last is used again first."""

    def __init__(self) -> None:
        self.open: set[LoadConnection] = set()
        self._idle: list[LoadConnection] = []

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
        """Close all connections."""
        for connection in tuple(self.open):
            connection.close()
