"""Requests to real hosts: the provider, or the real Ringotel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from ringocli.http.exchange import RenderedRequest, Reply

MAX_AT_ONCE = 64


class OutgoingRequests:
    """Makes blocking requests in daemon threads, at most 64 at once.

    One that hangs delays neither the emulator's other work, which has threads of its own, nor the end of the process.
    """

    def __init__(self, send: Callable[[RenderedRequest], Reply]) -> None:
        self._send = send
        self._free = asyncio.Semaphore(MAX_AT_ONCE)

    async def send(self, request: RenderedRequest) -> Reply:
        """The reply to a request.

        Raises:
            NoReply: there is none.
            UsageError: the request cannot be sent.
        """
        result: Future[Reply] = Future()
        result.set_running_or_notify_cancel()  # a thread cannot be cancelled

        def work() -> None:
            try:
                result.set_result(self._send(request))
            except BaseException as error:  # raised where the result is awaited
                result.set_exception(error)

        async with self._free:
            Thread(target=work, name="outgoing request", daemon=True).start()
            return await asyncio.wrap_future(result)
