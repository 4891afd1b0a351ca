"""Sends requests with httpx: TLS, proxies and connections that stay open.

Imported only when one of these is needed, because importing httpx is slow.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from typing import Any

import httpx

from ringocli.errors import NoReply, NotConnected, UsageError
from ringocli.http.certificates import trusted
from ringocli.http.deadline import BoundedBackend, start_deadline
from ringocli.http.decompression import decompressed_reply
from ringocli.http.exchange import BROKEN_OFF, CUT, RenderedRequest, Reply, too_slow
from ringocli.http.failure import Failure, causes
from ringocli.http.name_lookup import LookupTimedOut
from ringocli.http.outgoing import body_of, headers_of, target_of
from ringocli.http.reply_parser import MAX_REPLY_BYTES
from ringocli.text.url import Url

# At INFO httpx logs whole URLs, at DEBUG httpcore logs headers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_TIMEOUTS = ("connect", "read", "write", "pool")


class _ExactUrl(httpx.URL):
    """A URL whose path and query are sent as written; httpx would quote and normalise them."""

    def __init__(self, parts: Url) -> None:
        super().__init__(parts.origin)
        self._target = target_of(parts).encode("ascii")

    @property
    def raw_path(self) -> bytes:
        return self._target


class _Stopwatch:
    """Measures the time from the first byte sent, and so records whether anything was sent."""

    def __init__(self) -> None:
        self.started: float | None = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Receive a trace event of httpcore; the CONNECT to a proxy is not the request."""
        if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            self.started = time.perf_counter()

    def elapsed_ms(self) -> float:
        """Milliseconds since the first byte was sent; 0.0 if none was."""
        return (time.perf_counter() - self.started) * 1000 if self.started is not None else 0.0


class RemoteSender:
    """Sends requests through httpx, one connection pool for each scheme and proxy; safe to use from several threads."""

    def __init__(self, *, timeout_s: float, ca_file: str | None, connections: int) -> None:
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._transports: dict[tuple[str, str | None], httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            transport.close()

    def send(self, request: RenderedRequest, parts: Url, proxy: str | None, failure: Failure) -> Reply:
        """Send one request and read its reply; raises like ``transport.Sender.send``."""
        stopwatch = _Stopwatch()
        try:
            url = _ExactUrl(parts)
            outgoing = httpx.Request(
                request.method,
                url,
                headers=headers_of(request, parts),
                content=body_of(request),
                extensions={"timeout": dict.fromkeys(_TIMEOUTS, self._timeout_s), "trace": stopwatch.trace},
            )
            outgoing.url = url  # the constructor copies it to an ordinary httpx.URL
            return self._exchange(self._transport(parts.scheme, proxy), outgoing, stopwatch)
        except (httpx.InvalidURL, UnicodeError):
            raise NotConnected(f"{parts.hostname!r} is not a host name", "Check the URL.", kind="name") from None
        except httpx.LocalProtocolError:
            raise UsageError("a header of the request cannot be sent", "Check the values in it.") from None
        except httpx.HTTPError as error:
            raise _reason(failure, error, has_left=stopwatch.started is not None) from None

    def _transport(self, scheme: str, proxy: str | None) -> httpx.HTTPTransport:
        with self._lock:
            key = (scheme, proxy)
            if key not in self._transports:
                secure = scheme == "https" or (proxy or "").startswith("https")
                # Loading the trusted certificates takes longer than a whole request without TLS.
                verify = trusted(self._ca_file) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                transport = httpx.HTTPTransport(verify=verify, limits=self._limits, proxy=proxy)
                # httpx has no public way to bound the whole exchange; tests/http/test_transport.py notices a change.
                transport._pool._network_backend = BoundedBackend(transport._pool._network_backend)
                self._transports[key] = transport
            return self._transports[key]

    def _exchange(self, transport: httpx.HTTPTransport, outgoing: httpx.Request, stopwatch: _Stopwatch) -> Reply:
        start_deadline(self._timeout_s)
        response = transport.handle_request(outgoing)
        try:
            raw, notes = _read(response, self._timeout_s)
        finally:
            response.close()
        elapsed_ms = stopwatch.elapsed_ms()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        body, more = decompressed_reply(raw, headers, MAX_REPLY_BYTES)
        return Reply(
            status=response.status_code,
            headers=headers,
            body=body,
            elapsed_ms=elapsed_ms,
            notes=(*notes, *more),
        )


def _read(response: httpx.Response, timeout_s: float) -> tuple[bytes, tuple[str, ...]]:
    """The body up to the size limit and the deadline: a reply with a status counts even if its body is incomplete."""
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in response.iter_raw():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_REPLY_BYTES:
                return b"".join(chunks)[:MAX_REPLY_BYTES], (CUT,)
    except httpx.TimeoutException:
        return b"".join(chunks), (too_slow(timeout_s),)
    except httpx.TransportError:
        return b"".join(chunks), (BROKEN_OFF,)
    return b"".join(chunks), ()


def _reason(failure: Failure, error: httpx.HTTPError, *, has_left: bool) -> NoReply:
    """Why there is no reply; ``has_left`` is whether sending the request had begun."""
    match error:
        case httpx.ProxyError():
            return failure.proxy_refused()
        case httpx.TimeoutException():
            if any(isinstance(one, LookupTimedOut) for one in causes(error)):
                return failure.not_looked_up()
            return failure.timed_out(has_left=has_left)
        case httpx.RemoteProtocolError():
            return failure.no_http(silent="without sending a response" in str(error))
        case httpx.ConnectError() if not has_left:
            return failure.unconnected(error)
    return failure.broken_off()
