"""Sends one plain HTTP request to this machine on a socket, without httpx.

A webhook from the shell spends over half of its time on imports: httpx takes 116 to 295 ms to import, this module 6 ms
(``make bench`` measures both). Everything that is not plain http to loopback goes through ``transport``.
"""

from __future__ import annotations

import socket
import time

from ringocli.errors import NoReply
from ringocli.http.addresses import is_loopback
from ringocli.http.exchange import Reply
from ringocli.http.failure import Failure
from ringocli.http.reply_parser import MalformedReply, ReplyParser
from ringocli.text.url import split_url


def is_direct(url: str) -> bool:
    """Whether a URL is plain http on this machine."""
    parts = split_url(url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def exchange(host: str, port: int, payload: bytes, *, timeout_s: float) -> Reply:
    """Send the bytes of a whole request on a connection of its own and read the reply.

    Raises:
        NotConnected: no connection was made.
        NoReply: the request left, and no complete reply arrived.
    """
    failure = Failure(host=host, port=port, timeout_s=timeout_s, proxied=False)
    try:
        connection = socket.create_connection((host, port), timeout=timeout_s)
    except TimeoutError:
        raise failure.timed_out(has_left=False) from None
    except OSError as error:
        raise failure.unconnected(error) from None
    with connection:
        return _exchange(connection, failure, payload)


def _exchange(connection: socket.socket, failure: Failure, payload: bytes) -> Reply:
    started = time.perf_counter()
    ends = time.monotonic() + failure.timeout_s
    parser = ReplyParser(head_only=payload.startswith(b"HEAD "))
    silent = True
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(payload)
        while not parser.done:
            left_s = ends - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            connection.settimeout(left_s)
            received = connection.recv(65536)
            silent = silent and not received
            if received:
                parser.feed(received)
            elif not parser.finish():
                raise failure.truncated() if parser.started else failure.no_http(silent=silent)
    except TimeoutError:
        raise failure.timed_out(has_left=True) from None
    except MalformedReply:
        raise failure.no_http(silent=False) from None
    except NoReply:
        raise
    except OSError:
        raise failure.broken_off() from None
    return parser.reply((time.perf_counter() - started) * 1000)
