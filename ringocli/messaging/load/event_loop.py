"""Runs an engine on an event loop: uvloop's where it is installed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from ringocli.messaging.load.engine import Engine


def run_engine(engine: Engine) -> None:
    """Run an engine to its end; Ctrl-C ends it early, with what was done until then counted.

    Raises:
        RingocliError: the source of events failed.
    """

    async def main() -> None:
        with suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, or not the main thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, engine.stop)
        await engine.run()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
