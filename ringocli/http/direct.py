"""Sends one plain HTTP request to this machine on a socket, without httpx.

Over half of the time for a single webhook from the shell would be spent on importing httpx: it takes 116 to 295 ms,
this module 6 ms (``make bench`` measures both).
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from ringocli.errors import NoReply
from ringocli.http.decompression import decompressed_reply
from ringocli.http.exchange import BROKEN_OFF, CUT, Reply, too_slow
from ringocli.http.failure import Failure
from ringocli.http.name_lookup import LookupTimedOut, lookup
from ringocli.http.reply_parser import MAX_REPLY_BYTES, MalformedReply, ReplyParser


def exchange(host: str, port: int, payload: bytes, *, timeout_s: float) -> Reply:
    """Send the bytes of a complete request on a connection of its own and read the reply, all within ``timeout_s``.

    A reply with a status counts even if its body is incomplete, which its notes say.

    Raises:
        NotConnected: no connection was made.
        NoReply: the request was sent, and no reply was received.
    """
    failure = Failure(host=host, port=port, timeout_s=timeout_s, proxied=False)
    ends = time.monotonic() + timeout_s
    try:
        connection = connected(host, port, ends)
    except LookupTimedOut:
        raise failure.not_looked_up() from None
    except TimeoutError:
        raise failure.timed_out(has_left=False) from None
    except (OSError, UnicodeError) as error:
        raise failure.unconnected(error) from None
    with connection:
        return _exchange(connection, failure, payload, ends)


def connected(host: str, port: int, ends: float) -> socket.socket:
    """A connection to the first address of the host that accepts one, before ``time.monotonic()`` is ``ends``.

    Raises:
        TimeoutError: there is none in time, or the name was not looked up in time (``LookupTimedOut``).
        OSError: no address accepts one.
        UnicodeError: this cannot be a host name.
    """
    *others, last = lookup(host, port, _left_s(ends))
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left_s(ends))
    return socket.create_connection((last, port), timeout=_left_s(ends))


def _exchange(connection: socket.socket, failure: Failure, payload: bytes, ends: float) -> Reply:
    started = time.perf_counter()
    parser = ReplyParser(head_only=payload.startswith(b"HEAD "))
    silent = True
    notes: tuple[str, ...] = ()
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(payload)
        while not (parser.done or parser.cut):
            connection.settimeout(_left_s(ends))
            received = connection.recv(65536)
            silent = silent and not received
            if received:
                parser.feed(received)
            elif not parser.finish():
                if not parser.started:
                    raise failure.no_http(silent=silent)
                notes = (BROKEN_OFF,)
                break
    except TimeoutError:
        if not parser.started:
            raise failure.timed_out(has_left=True) from None
        notes = (too_slow(failure.timeout_s),)
    except MalformedReply:
        raise failure.no_http(silent=False) from None
    except NoReply:
        raise
    except OSError:
        if not parser.started:
            raise failure.broken_off() from None
        notes = (BROKEN_OFF,)
    reply = parser.reply((time.perf_counter() - started) * 1000)
    body, more = decompressed_reply(reply.body, reply.headers, MAX_REPLY_BYTES)
    return reply._replace(body=body, notes=((CUT,) if parser.cut else notes) + more)


def _left_s(ends: float) -> float:
    left_s = ends - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s
