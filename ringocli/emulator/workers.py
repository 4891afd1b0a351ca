"""Processes large requests in a worker thread, and keeps their memory bounded."""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ringocli.emulator.limits import is_complex
from ringocli.http.exchange import IncomingRequest, header

T = TypeVar("T")


def is_large(incoming: IncomingRequest) -> bool:
    """Whether a request has to be processed in a worker thread."""
    return header(incoming.headers, "content-encoding") is not None or is_complex(incoming)


class Workers:
    """Runs the work on large requests in a thread, one after the other: each may need a hundred megabytes."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="large requests")

    async def run(self, incoming: IncomingRequest, work: Callable[[], T]) -> T:
        """Run some work on a request and return its result; for a large request, the thread runs it."""
        if not is_large(incoming):
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Stop the thread after its current work."""
        self._threads.shutdown(cancel_futures=True)


def bound_memory() -> None:
    """Let the process return large blocks to the system as soon as they are freed (glibc only).

    By default glibc raises its threshold with each large block and keeps up to eight heaps per core, so that a few
    large requests would cost hundreds of megabytes for the rest of the process.
    """
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, 1_000_000)
            mallopt(_M_ARENA_MAX, 2)


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Parameters of mallopt(3)."""
