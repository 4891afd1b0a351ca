"""The network: a rendered request goes out through httpx, a reply comes back as a value.

The only place where a request's secrets are revealed. Whatever else happens is one of ``NoReply``'s kinds, in a sentence
that names the host and nothing else of the address. httpx's own objects print headers, so none of them leaves here.
"""

from __future__ import annotations

import logging
import ssl
import sys
import threading
import time
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from ringocli.errors import LocalError, NoReply, NotConnected, UsageError
from ringocli.http.addresses import is_loopback, proxy_for
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.http.failure import Failure
from ringocli.http.outgoing import body_of, check_method, headers_of, target_of, text_of
from ringocli.text.url import Url, split_url

# What these two imports drag in and never use doubles a command's start: httpx imports its own command line (click,
# rich, pygments) where those are installed, httpcore imports anyio and with it asyncio. Both take "not installed" for
# an answer, so they are told so while they are imported; afterwards anyone else may import all of it.
_UNUSED = [name for name in ("httpx._main", "anyio") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]
import httpcore  # noqa: E402, F401  # httpx itself imports it late, out of this block's reach
import httpx  # noqa: E402

for _name in _UNUSED:
    sys.modules.pop(_name, None)

# At INFO httpx logs whole addresses, at DEBUG httpcore logs headers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_REPLY_BYTES = 1_000_000
"""What is read of a reply's body, before and after decompression; the rest is dropped, and said."""

DEFAULT_TIMEOUT_S = 10.0


class _Address(httpx.URL):
    """An address whose path and query go over the wire as they are: httpx would quote and normalise them again."""

    def __init__(self, parts: Url) -> None:
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        super().__init__(f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else ""))
        self._target = target_of(parts).encode("ascii")

    @property
    def raw_path(self) -> bytes:
        return self._target


class Sender:
    """Sends requests over connections that stay open; a context manager, safe to use from several threads.

    ``timeout_s`` bounds connecting, each wait for the other side, and reading the body as a whole.
    ``connections`` is how many requests may be under way at once.
    """

    def __init__(
        self, *, timeout_s: float = DEFAULT_TIMEOUT_S, ca_file: str | None = None, connections: int = 1
    ) -> None:
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._transports: dict[tuple[str, str | None], httpx.HTTPTransport] = {}
        self._lock = threading.Lock()
        if ca_file is not None:
            _trust(ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in self._transports.values():
            transport.close()

    def send(self, request: RenderedRequest) -> Reply:
        """Send one request and read its reply; redirects are not followed, cookies are not kept.

        Raises:
            NotConnected: nothing was sent: the name, the connection or TLS failed.
            NoReply: the request left, or part of it, and no reply came.
            UsageError: a header or the body holds what cannot be sent.
        """
        parts = split_url(text_of(request.url))
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        proxy = proxy_for(parts.scheme, host)
        failure = Failure(host=host, port=port, timeout_s=self._timeout_s, proxied=bool(proxy))
        clock = _Stopwatch()
        check_method(request.method)
        try:
            address = _Address(parts)
            outgoing = httpx.Request(
                request.method,
                address,
                headers=headers_of(request, parts),
                content=body_of(request),
                extensions={"timeout": dict.fromkeys(_WAITS, self._timeout_s), "trace": clock.trace},
            )
            outgoing.url = address  # the constructor made a plain copy
            return self._exchange(self._transport(parts.scheme, proxy), outgoing, clock)
        except (httpx.InvalidURL, UnicodeError):
            raise NotConnected(f"{host!r} is no host name", "Check the address.", kind="name") from None
        except httpx.LocalProtocolError:
            raise UsageError("a header of the request cannot be sent", "Check the values put into it.") from None
        except httpx.HTTPError as error:
            raise _told(failure, error, has_left=clock.started is not None) from None

    def _transport(self, scheme: str, proxy: str | None) -> httpx.HTTPTransport:
        with self._lock:
            key = (scheme, proxy)
            if key not in self._transports:
                secure = scheme == "https" or (proxy or "").startswith("https")
                # Loading the trusted certificates takes longer than a whole request to a port without TLS.
                verify = _trust(self._ca_file) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                self._transports[key] = httpx.HTTPTransport(verify=verify, limits=self._limits, proxy=proxy)
            return self._transports[key]

    def _exchange(self, transport: httpx.HTTPTransport, outgoing: httpx.Request, clock: _Stopwatch) -> Reply:
        response = transport.handle_request(outgoing)
        try:
            raw, notes = _read(response, self._timeout_s)
        finally:
            response.close()
        elapsed_ms = clock.elapsed_ms()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        body, more = _decompressed(raw, header(headers, "content-encoding") or "")
        return Reply(
            status=response.status_code,
            headers=headers,
            body=body,
            elapsed_ms=elapsed_ms,
            notes=(*notes, *more),
        )


def send(request: RenderedRequest, *, timeout_s: float = DEFAULT_TIMEOUT_S, ca_file: str | None = None) -> Reply:
    """Send one request over a connection of its own; raises as ``Sender.send``."""
    with Sender(timeout_s=timeout_s, ca_file=ca_file) as sender:
        return sender.send(request)


def send_when_connected(
    request: RenderedRequest,
    sender: Callable[[RenderedRequest], Reply],
    *,
    retries: int,
    sleep: Callable[[float], None] = time.sleep,
    on_retry: Callable[[NotConnected, float], None] = lambda error, wait_s: None,
) -> Reply:
    """Send, and try again only where no connection was made: an SMS that may have left is never sent twice.

    Raises:
        NoReply: as ``Sender.send``, after the last try.
    """
    for attempt in range(retries):
        try:
            return sender(request)
        except NotConnected as error:
            if error.kind == "tls":
                raise
            wait_s = min(0.5 * 2**attempt, 8.0)
            on_retry(error, wait_s)
            sleep(wait_s)
    return sender(request)


__all__ = ["Sender", "is_loopback", "send", "send_when_connected"]

_WAITS = ("connect", "read", "write", "pool")


class _Stopwatch:
    """Knows when the request's first byte left, which is also how it is known whether any did."""

    def __init__(self) -> None:
        self.started: float | None = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take an event of httpcore's trace; a proxy's CONNECT is not yet the request."""
        if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            self.started = time.perf_counter()

    def elapsed_ms(self) -> float:
        """Milliseconds since the first byte left; 0.0 if none did."""
        return (time.perf_counter() - self.started) * 1000 if self.started is not None else 0.0


def _read(response: httpx.Response, timeout_s: float) -> tuple[bytes, tuple[str, ...]]:
    """The body as far as it is wanted and comes: what has a status is a reply, even if its body breaks off."""
    ends = time.monotonic() + timeout_s
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in response.iter_raw():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_REPLY_BYTES:
                return b"".join(chunks)[:MAX_REPLY_BYTES], ("the reply is over 1 MB and was cut",)
            if time.monotonic() > ends:
                return b"".join(chunks), (f"the reply did not end within {timeout_s:g} s and was cut",)
    except httpx.TimeoutException:
        return b"".join(chunks), (f"the reply did not end within {timeout_s:g} s and was cut",)
    except httpx.TransportError:
        return b"".join(chunks), ("the reply broke off before its end",)
    return b"".join(chunks), ()


def _decompressed(raw: bytes, encoding: str) -> tuple[bytes, tuple[str, ...]]:
    """The body a server compressed though nobody asked for it; never more than ``MAX_REPLY_BYTES``."""
    kind = encoding.strip().lower()
    if not raw or kind in ("", "identity"):
        return raw, ()
    if kind not in ("gzip", "x-gzip", "deflate"):
        return raw, (f"the reply is compressed as {kind[:20]!r}, which is not read",)
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            body = zlib.decompressobj(window).decompress(raw, MAX_REPLY_BYTES + 1)
        except zlib.error:
            continue
        cut = len(body) > MAX_REPLY_BYTES
        return body[:MAX_REPLY_BYTES], (("the reply is over 1 MB and was cut",) if cut else ())
    return raw, (f"the reply says it is {kind} and is not",)


def _told(failure: Failure, error: httpx.HTTPError, *, has_left: bool) -> NoReply:
    """Say why no reply came; ``has_left`` is whether the request had begun to leave."""
    match error:
        case httpx.ProxyError():
            return failure.proxy_refused()
        case httpx.TimeoutException():
            return failure.timed_out(has_left=has_left)
        case httpx.RemoteProtocolError():
            return failure.no_http(silent="without sending a response" in str(error))
        case httpx.ConnectError() if not has_left:
            return failure.unconnected(error)
    return failure.broken_off()


def _trust(ca_file: str | None) -> ssl.SSLContext:
    """The certificates to trust: httpx's own list, the system's, and those of ``ca_file`` besides.

    Raises:
        LocalError: the file cannot be read, or holds no certificate.
    """
    context = httpx.create_ssl_context()
    context.load_default_certs()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise LocalError(
            f"{ca_file}: holds no certificate", "--ca-file takes PEM: -----BEGIN CERTIFICATE-----"
        ) from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise LocalError(f"{ca_file}: {reason}", "Check the path given to --ca-file.") from None
    return context
