"""The server: uvicorn with connections of its own, started in this thread or in one beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import uvicorn

from ringocli.emulator.app import Application
from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.connection import KEEP_ALIVE_S, Connection, close_slow
from ringocli.emulator.runtime import Runtime
from ringocli.errors import LocalError
from ringocli.text.files import reason

GRACE_S = 1


def bound_socket(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        LocalError: the port is taken, or the address is none of this machine's.
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


def _allow_many_files() -> None:
    """A thousand waiting clients are a thousand open files; where the system lets us, we may have as many."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class EmulatorServer:
    """A server that answers; ``runtime`` lives in its event loop."""

    def __init__(self, config: EmulatorConfig, listener: socket.socket) -> None:
        self.config = config
        self._listener = listener
        self._server: uvicorn.Server | None = None
        self.port: int = listener.getsockname()[1]
        self.runtime: Runtime | None = None

    async def serve(self, on_ready: Callable[[Runtime], None]) -> None:
        """Serve until ``stop``; ``on_ready`` is called once requests are result."""
        _allow_many_files()
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with contextlib.closing(self._listener):
            await self._serve(Runtime(self.config, self.port), on_ready)

    async def _serve(self, runtime: Runtime, on_ready: Callable[[Runtime], None]) -> None:
        self.runtime = runtime

        application = Application(runtime)

        class OwnConnection(Connection):
            """A connection of this server; another server in the same process has its own."""

            open: ClassVar[set[Connection]] = set()
            door: ClassVar[Application] = application

        config = uvicorn.Config(
            application,
            http=OwnConnection,
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
        watch = asyncio.create_task(close_slow(OwnConnection.open))
        runtime.start()
        try:
            server.on_ready = lambda: on_ready(runtime)
            await server.serve(sockets=[self._listener])
        finally:
            watch.cancel()
            for connection in tuple(OwnConnection.open):
                connection.transport.abort()  # its client may be half gone, and would never be heard of again
            await runtime.close()

    def stop(self) -> None:
        """Ask the server to end; from any thread."""
        if self._server is not None:
            self._server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn, which tells when it listens and leaves signals to whoever started it."""

    on_ready: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(config: EmulatorConfig, on_ready: Callable[[Runtime], None]) -> None:
    """Serve in this thread until Ctrl-C or SIGTERM.

    Raises:
        LocalError: the port or the store cannot be had.
        KeyboardInterrupt: it was Ctrl-C; everything is closed by then.
    """
    running = EmulatorServer(config, bound_socket(config.host, config.port))
    with _stopped_by_signals(running) as received:
        _run(running.serve(on_ready))
    if signal.SIGINT in received:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _stopped_by_signals(running: EmulatorServer) -> Iterator[list[int]]:
    """Signals end the server in good order; they are collected for whoever has to tell them apart."""
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


def _run(serving: Any) -> None:
    """On uvloop where it is installed (``ringocli[load]``): it is faster, and nothing else changes."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serving)
    else:
        uvloop.run(serving)


@contextlib.contextmanager
def in_thread(config: EmulatorConfig) -> Iterator[EmulatorServer]:
    """Serve in a thread of its own for as long as the block lasts.

    Raises:
        LocalError: the port or the store cannot be had.
    """
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
