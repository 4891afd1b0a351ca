"""A small HTTP server that receives the provider's webhooks through the user's tunnel."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, time
from types import TracebackType
from typing import Self

from ringocli.errors import LocalError, UsageError
from ringocli.http.decompression import UndecodableBody, decompressed_request
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.awaiting.arrival import Arrival
from ringocli.messaging.webhook import read_webhook
from ringocli.template.model import Template
from ringocli.text.digits import is_count
from ringocli.text.secret import redact

MAX_BODY_BYTES = 10_000_000


class WebhookListener:
    """Listens from ``__enter__`` on, answers every webhook with an empty 200, and keeps it."""

    def __init__(self, template: Template, address: str) -> None:
        host, port = _host_and_port(address)
        self._template = template
        self._arrivals: list[Arrival] = []
        self._changed = threading.Condition()
        try:
            self._server = _ListenerServer((host, port), self)
        except OSError as error:
            reason = (error.strerror or "it cannot be used").lower()
            raise LocalError(f"--listen {address}: {reason}", "Choose another port; 0 takes a free one.") from None
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, known: int, timeout_s: float) -> Sequence[Arrival]:
        """All arrivals so far, as soon as there are more than ``known``, or after the time-out."""
        ends = monotonic() + timeout_s
        with self._changed:
            while len(self._arrivals) <= known and (left_s := ends - monotonic()) > 0:
                self._changed.wait(min(left_s, 0.2))  # short, because Windows ignores Ctrl-C meanwhile
            return tuple(self._arrivals)

    def take(self, incoming: IncomingRequest) -> None:
        """Keep a webhook."""
        arrival = _arrival(self._template, incoming)
        with self._changed:
            self._arrivals.append(arrival)
            self._changed.notify_all()


def _arrival(template: Template, incoming: IncomingRequest) -> Arrival:
    at = time()
    try:
        reading = read_webhook(template, decompressed_request(incoming, MAX_BODY_BYTES))
    except (LocalError, UndecodableBody) as error:
        return Arrival(at=at, matched=False, variables={}, problem=error.message, request=incoming)
    if reading.event is None:
        differences = reading.near_miss.differences if reading.near_miss is not None else ()
        problem = (
            f"expected {differences[0].expected}, found {differences[0].found}" if differences else "matches no event"
        )
        return Arrival(at=at, matched=False, variables={}, problem=redact(problem), request=incoming)
    return Arrival(
        at=at,
        matched=True,
        event_key=reading.event.key,
        event_type=reading.event.type,
        variables=dict(reading.variables),
        request=incoming,
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not is_count(port) or int(port) > 65_535:
        raise UsageError(f"invalid --listen {text!r}", "Write HOST:PORT, for example 127.0.0.1:8026.")
    return host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port)


class _ListenerServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], listener: WebhookListener) -> None:
        self.listener = listener
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print no traceback if a client disconnects."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def _take(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self.send_error(413)
            return
        path, _, query = self.path.partition("?")
        assert isinstance(self.server, _ListenerServer)
        self.server.listener.take(
            IncomingRequest(method=self.command, path=path, query=query, headers=tuple(self.headers.items()), body=body)
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes | None:
        """The body, as a whole or in chunks; None if it is too large or its length is malformed."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            length = self.headers.get("Content-Length", "0")
            return self.rfile.read(int(length)) if is_count(length) and int(length) <= MAX_BODY_BYTES else None
        body = b""
        while size := re.fullmatch(rb"([0-9a-fA-F]{1,8})\s*(?:;.*)?\r?\n", self.rfile.readline(1_000)):
            if len(body) + int(size[1], 16) > MAX_BODY_BYTES:
                return None
            chunk = self.rfile.read(int(size[1], 16))
            self.rfile.readline(3)
            if not chunk:  # without trailers, which no sender of webhooks has
                return body
            body += chunk
        return None

    do_POST = do_GET = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815 (names of BaseHTTPRequestHandler)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in BaseHTTPRequestHandler)
        """Log nothing: the paths are part of the user's webhook URL, which is secret."""
