"""A small HTTP server for tests: real sockets on 127.0.0.1, scripted replies, every request recorded."""

from __future__ import annotations

import json
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A received request; ``target`` is not decoded."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A scripted reply; ``before`` is called after the request has been read."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    before: Callable[[], object] = lambda: None

    @classmethod
    def json(cls, document: Any, status: int = 200, **more: Any) -> Answer:
        headers = (("Content-Type", "application/json"), *more.pop("headers", ()))
        return cls(status=status, body=json.dumps(document).encode(), headers=headers, **more)


@dataclass(kw_only=True)
class Server:
    """A running server: its URL, and the requests received so far."""

    port: int
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def serving(*answers: Answer | Callable[[Seen], Answer], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve the answers in order, repeating the last one; without any, an empty 200."""
    script = list(answers) or [Answer()]
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes: the second would wait 40 ms

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = Seen(method=self.command, target=self.path, headers=tuple(self.headers.items()), body=body)
            with lock:
                state.seen.append(seen)
                answer = script.pop(0) if len(script) > 1 else script[0]
            answer = answer if isinstance(answer, Answer) else answer(seen)
            answer.before()
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Ignore clients that disconnect early."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state = Server(port=server.server_address[1], scheme="https" if tls else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(kw_only=True)
class Wire:
    """A listening socket without HTTP; ``received`` is what the client sent."""

    port: int
    received: bytes = b""
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def raw(reply: bytes, *, until: bytes = b"\r\n\r\n", hold: bool = False) -> Iterator[Wire]:
    """Accept one connection, read to ``until``, write ``reply`` unchanged and close, unless ``hold`` is set."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(port=listener.getsockname()[1])

        def serve() -> None:
            try:
                client, _ = listener.accept()
            except OSError:  # the test ended without a connection
                return
            with client:
                while until not in wire.received:
                    chunk = client.recv(65536)
                    if not chunk:
                        break
                    wire.received += chunk
                client.sendall(reply)
                if hold:
                    wire.done.wait(30)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.done.set()
            listener.close()
            thread.join(5)


@contextmanager
def dripping(pieces: Sequence[bytes], *, tls: ssl.SSLContext | None = None, every_s: float = 0.02) -> Iterator[str]:
    """Accept one connection, read a little, and write one piece at a time until the client gives up; yields the URL."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                client, _ = listener.accept()
                with tls.wrap_socket(client, server_side=True) if tls is not None else client as stream:
                    stream.recv(65536)
                    for piece in pieces:
                        if stop.wait(every_s):
                            break
                        stream.sendall(piece)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            listener.close()
            thread.join(5)


def unused_port() -> int:
    """A local port that refuses connections, and at which a server can be started, again and again.

    It is below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere), one of
    which might take it in the meantime.
    """
    while True:
        port = secrets.choice(range(20_000, 32_768))  # not from random, because Hypothesis sets its seed
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def is_open(port: int) -> bool:
    """Whether a server listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
