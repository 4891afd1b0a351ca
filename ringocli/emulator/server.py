"""The server: uvicorn with our own connection class, run in this thread or in a background thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import ClassVar

import uvicorn

from ringocli.emulator.app import Application
from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.connection import Connection, close_overdue
from ringocli.emulator.limits import KEEP_ALIVE_S
from ringocli.emulator.runtime import Runtime
from ringocli.emulator.short_path import ShortPathConnection
from ringocli.emulator.workers import bound_memory
from ringocli.errors import LocalError
from ringocli.http.open_files import allow_many_files
from ringocli.text.files import reason

GRACE_S = 1


def bound_socket(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        LocalError: the port is in use, or the address does not belong to this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise LocalError(f"cannot listen on {host}:{port}: {reason(error)}", "Try --port 0 for a free one.") from None
    return listener


class EmulatorServer:
    """A running server; ``runtime`` belongs to its event loop."""

    def __init__(self, config: EmulatorConfig, listener: socket.socket) -> None:
        self.config = config
        self._listener = listener
        self._server: uvicorn.Server | None = None
        self.port: int = listener.getsockname()[1]
        self.runtime: Runtime | None = None

    async def serve(self, on_ready: Callable[[Runtime], None]) -> None:
        """Serve until ``stop``; ``on_ready`` is called once requests are answered."""
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with contextlib.closing(self._listener):
            await self._serve(Runtime(self.config, self.port), on_ready)

    async def _serve(self, runtime: Runtime, on_ready: Callable[[Runtime], None]) -> None:
        self.runtime = runtime

        app = Application(runtime)

        class ServerConnection(ShortPathConnection):
            """The connections of this server; another server in the same process has its own class."""

            open: ClassVar[set[Connection]] = set()
            application: ClassVar[Application] = app

        config = uvicorn.Config(
            app,
            http=ServerConnection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
        server = self._server = _Server(config)
        watch = asyncio.create_task(close_overdue(ServerConnection.open))
        runtime.start()
        try:
            server.on_ready = lambda: on_ready(runtime)
            server.on_stop = runtime.ledger.end_streams
            await server.serve(sockets=[self._listener])
        finally:
            watch.cancel()
            for connection in tuple(ServerConnection.open):
                connection.transport.abort()  # a half-closed client may never send anything again
            await runtime.close()

    def stop(self) -> None:
        """Ask the server to stop; from any thread."""
        if self._server is not None:
            self._server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn, with a callback once it listens and one before it stops; signals are left to the caller."""

    on_ready: Callable[[], None] = staticmethod(lambda: None)
    on_stop: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.on_stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(config: EmulatorConfig, on_ready: Callable[[Runtime], None]) -> None:
    """Serve in this thread until Ctrl-C or SIGTERM.

    Raises:
        LocalError: the port or the store cannot be used.
        KeyboardInterrupt: Ctrl-C was pressed; everything is closed by then.
    """
    allow_many_files()
    bound_memory()
    running = EmulatorServer(config, bound_socket(config.host, config.port))
    with _stopped_by_signals(running) as received:
        _run(running.serve(on_ready))
    if signal.SIGINT in received:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _stopped_by_signals(running: EmulatorServer) -> Iterator[list[int]]:
    """Let signals stop the server gracefully; yields the list of signals received."""
    received: list[int] = []

    def stop(number: int, frame: object) -> None:
        received.append(number)
        running.stop()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(serving: Coroutine[None, None, None]) -> None:
    """Run on uvloop if it is installed (``ringocli[load]``): it is faster, and nothing else changes."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serving)
    else:
        uvloop.run(serving)


@contextlib.contextmanager
def in_thread(config: EmulatorConfig) -> Iterator[EmulatorServer]:
    """Serve in a background thread for the duration of the block.

    Raises:
        LocalError: the port or the store cannot be used.
    """
    allow_many_files()
    running = EmulatorServer(config, bound_socket(config.host, config.port))
    ready = threading.Event()
    failure: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(running.serve(lambda runtime: ready.set()))
        except BaseException as error:
            failure.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="ringocli emulator", daemon=True)
    thread.start()
    ready.wait()
    if failure:
        raise failure[0]
    try:
        yield running
    finally:
        running.stop()
        thread.join()
