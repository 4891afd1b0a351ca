"""The receiver of events: scheme, host and port, resolved once; the first address that answers is used."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from ringocli.errors import NoReply, NotConnected
from ringocli.http.failure import Failure
from ringocli.http.name_lookup import lookup_async
from ringocli.messaging.load.connection import LoadConnection
from ringocli.text.url import split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """A receiver. ``tls`` is None for plain http."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    timeout_s: float

    @classmethod
    def of(cls, url: str, *, timeout_s: float, ca_file: str | None) -> LoadTarget:
        """The receiver of a URL.

        Raises:
            LocalError: ``ca_file`` cannot be used.
        """
        parts = split_url(url)
        tls = None
        if parts.scheme == "https":
            from ringocli.http.certificates import trusted

            tls = trusted(ca_file)
        port = parts.wire_port
        return cls(host=parts.wire_host, port=port, tls=tls, timeout_s=timeout_s)

    def broken(self, kind: str) -> NoReply:
        """Why no whole reply arrived: ``closed``, ``reset``, ``malformed``, ``truncated`` or ``timeout``."""
        words = self.failure
        match kind:
            case "timeout":
                return words.timed_out(has_left=True)
            case "truncated":
                return words.truncated()
            case "closed" | "malformed":
                return words.no_http(silent=kind == "closed")
        return words.broken_off()

    @property
    def failure(self) -> Failure:
        """The error messages for this receiver."""
        return Failure(host=self.host, port=self.port, timeout_s=self.timeout_s, proxied=False)


class Connector:
    """Opens connections to a target; the name is looked up once. ``pending`` are those being opened."""

    def __init__(self, target: LoadTarget) -> None:
        self._target = target
        self._addresses: list[str] = []
        self.pending: set[asyncio.Task[LoadConnection]] = set()

    def start(self, make: Callable[[], LoadConnection], done: Callable[[LoadConnection | NotConnected], None]) -> None:
        """Open a connection, and call ``done`` with it or with the reason why there is none."""

        def finish(task: asyncio.Task[LoadConnection]) -> None:
            self.pending.discard(task)
            if task.cancelled():
                return
            error = task.exception()
            if error is not None and not isinstance(error, NotConnected):
                raise error  # to the loop's exception handler
            done(task.result() if error is None else error)

        task = asyncio.get_running_loop().create_task(self.connect(make))
        self.pending.add(task)
        task.add_done_callback(finish)

    def cancel(self) -> None:
        """Cancel the connections that are being opened."""
        for task in tuple(self.pending):
            task.cancel()

    async def connect(self, make: Callable[[], LoadConnection]) -> LoadConnection:
        """A new connection.

        Raises:
            NotConnected: none was made in time.
        """
        target = self._target
        try:
            async with asyncio.timeout(target.timeout_s):
                return await self._connect(make)
        except TimeoutError:
            words = target.failure
            raise (words.timed_out(has_left=False) if self._addresses else words.not_looked_up()) from None
        except (OSError, UnicodeError) as error:
            raise target.failure.unconnected(error) from None

    async def _connect(self, make: Callable[[], LoadConnection]) -> LoadConnection:
        loop = asyncio.get_running_loop()
        target = self._target
        if not self._addresses:
            self._addresses = await lookup_async(target.host, target.port)
        last: OSError | None = None
        for address in tuple(self._addresses):
            try:
                _, connection = await loop.create_connection(
                    make,
                    address,
                    target.port,
                    ssl=target.tls,
                    server_hostname=target.host if target.tls is not None else None,
                )
            except ssl.SSLError:
                raise
            except OSError as error:
                last = error
            else:
                self._addresses.sort(key=lambda one: one != address)  # sorted before the loop continues
                return connection
        raise last if last is not None else NotConnected(f"{target.host}: no IP address found", "", kind="name")
