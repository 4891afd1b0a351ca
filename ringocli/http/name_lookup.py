"""Looks up host names within a time limit.

The system's resolver has no time limit: if a name server does not answer, it may wait for half a minute. It therefore
runs in a thread of its own, which is abandoned when the time is over.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

Resolve = Callable[[str, int], list[str]]


class LookupTimedOut(TimeoutError):
    """The addresses of a host were not found in time."""


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system's resolver gives them.

    Raises:
        OSError: there are none.
        UnicodeError: this cannot be a host name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def lookup(host: str, port: int, timeout_s: float, resolver: Resolve = resolve) -> list[str]:
    """The IP addresses of a host.

    Raises:
        LookupTimedOut: they were not found in time.
        OSError: there are none.
        UnicodeError: this cannot be a host name.
    """
    done = threading.Event()
    found: list[list[str] | Exception] = []

    def then(result: list[str] | Exception) -> None:
        found.append(result)
        done.set()

    _in_thread(host, port, resolver, then)
    if not done.wait(timeout_s):
        raise LookupTimedOut
    return _value(found[0])


async def lookup_async(host: str, port: int, resolver: Resolve = resolve) -> list[str]:
    """The same for an event loop; the caller sets the limit.

    The loop's own thread pool is not used: exit waits for it.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[str] | Exception] = loop.create_future()

    def finish(result: list[str] | Exception) -> None:
        if not future.done():
            future.set_result(result)

    def then(result: list[str] | Exception) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, result)

    _in_thread(host, port, resolver, then)
    return _value(await future)


def _in_thread(host: str, port: int, resolver: Resolve, then: Callable[[list[str] | Exception], None]) -> None:
    def work() -> None:
        try:
            found: list[str] | Exception = resolver(host, port)
        except (OSError, UnicodeError) as error:
            found = error
        then(found)

    threading.Thread(target=work, name="name lookup", daemon=True).start()


def _value(result: list[str] | Exception) -> list[str]:
    if isinstance(result, Exception):
        raise result
    return result
