"""Bounds a whole HTTP exchange by one deadline, the lookup of the host name included.

httpx's time-outs apply to each read separately, so a slow reply could go on forever; they do not apply to the name
lookup.

The deadline belongs to the thread, because a thread sends one request at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpcore

from ringocli.http.name_lookup import lookup

if TYPE_CHECKING:
    import ssl

_current = threading.local()


def start_deadline(timeout_s: float) -> None:
    """Set the deadline of the exchange that this thread is about to make."""
    _current.ends = time.monotonic() + timeout_s


def _left_s(timeout_s: float | None, error: type[Exception]) -> float | None:
    ends: float | None = getattr(_current, "ends", None)
    if ends is None:
        return timeout_s
    left_s = ends - time.monotonic()
    if left_s <= 0:
        raise error
    return left_s if timeout_s is None else min(timeout_s, left_s)


class BoundedStream(httpcore.NetworkStream):
    """A connection whose reads and writes stop at the deadline of the thread."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes."""
        return self._stream.read(max_bytes, _left_s(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes."""
        self._stream.write(buffer, _left_s(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Continue with TLS."""
        left_s = _left_s(timeout, httpcore.ConnectTimeout)
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left_s))

    def get_extra_info(self, info: str) -> Any:
        """Extra information about the socket, for httpcore."""
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore.NetworkBackend):
    """Opens connections that obey the deadline of the thread."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a TCP connection to the first address of the host that accepts one."""
        *others, last = self._addresses(host, port, timeout)
        for address in others:
            with suppress(httpcore.ConnectError):
                return self._connected(address, port, timeout, local_address, socket_options)
        return self._connected(last, port, timeout, local_address, socket_options)

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        try:
            return lookup(host, port, _left_s(timeout, httpcore.ConnectTimeout) or threading.TIMEOUT_MAX)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError from error

    def _connected(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        left_s = _left_s(timeout, httpcore.ConnectTimeout)
        return BoundedStream(self._backend.connect_tcp(address, port, left_s, local_address, socket_options))
