"""Sends rendered requests and returns replies as values: the only place where the secrets of a request are sent.

Plain http to this machine goes through ``direct``, everything else through httpx in ``remote``. A failure is a
``NoReply`` that names the host and nothing else of the URL.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ringocli.errors import NoReply, NotConnected
from ringocli.http.addresses import is_loopback
from ringocli.http.direct import exchange
from ringocli.http.exchange import DEFAULT_TIMEOUT_S, RenderedRequest, Reply
from ringocli.http.failure import Failure
from ringocli.http.outgoing import check_method, payload_of, text_of
from ringocli.http.proxies import proxy_for
from ringocli.http.retry import longest_backoff_s
from ringocli.text.url import split_url

if TYPE_CHECKING:
    from ringocli.http.remote import RemoteSender


class Sender:
    """Sends requests; a context manager, safe to use from several threads.

    ``timeout_s`` bounds each exchange as a whole. ``connections`` is the number of connections to keep open to another
    machine.
    """

    def __init__(
        self, *, timeout_s: float = DEFAULT_TIMEOUT_S, ca_file: str | None = None, connections: int = 1
    ) -> None:
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._connections = connections
        self._remote: RemoteSender | None = None
        if ca_file is not None:
            from ringocli.http.certificates import check_ca_file

            check_ca_file(ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._remote is not None:
            self._remote.close()

    def send(self, request: RenderedRequest) -> Reply:
        """Send one request and read its reply; redirects are not followed, cookies are not kept.

        Raises:
            NotConnected: nothing was sent: the name, the connection or TLS failed.
            NoReply: the request was sent, completely or in part, and no reply was received.
            UsageError: a header or the body cannot be sent.
        """
        parts = split_url(text_of(request.url))
        if parts.problem is not None:
            raise NotConnected(f"the URL cannot be requested: {parts.problem}", "Check the URL.", kind="name")
        check_method(request.method)
        host, port = parts.wire_host, parts.wire_port
        if parts.scheme == "http" and is_loopback(host):
            return exchange(host, port, payload_of(request), timeout_s=self._timeout_s)
        proxy = proxy_for(parts.scheme, host)
        failure = Failure(host=host, port=port, timeout_s=self._timeout_s, proxied=bool(proxy))
        return self._remote_sender().send(request, parts, proxy, failure)

    def _remote_sender(self) -> RemoteSender:
        from ringocli.http.remote import RemoteSender

        if self._remote is None:
            self._remote = RemoteSender(timeout_s=self._timeout_s, ca_file=self._ca_file, connections=self._connections)
        return self._remote


def send(request: RenderedRequest, *, timeout_s: float = DEFAULT_TIMEOUT_S, ca_file: str | None = None) -> Reply:
    """Send one request on a connection of its own; raises like ``Sender.send``."""
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
    """Send, and retry only if no connection was made: an SMS that may have been sent is never sent twice.

    Raises:
        NoReply: as ``Sender.send``, after the last attempt.
    """
    for attempt in range(retries):
        try:
            return sender(request)
        except NotConnected as error:
            if error.kind == "tls":
                raise
            wait_s = longest_backoff_s(attempt + 1)
            on_retry(error, wait_s)
            sleep(wait_s)
    return sender(request)


__all__ = ["NoReply", "Sender", "is_loopback", "send", "send_when_connected"]
