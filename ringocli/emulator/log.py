"""The log: lines that a thread writes, so that nobody who reads slowly, or not at all, holds up an exchange."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

MAX_WAITING = 1_000
"""Lines that wait to be written; further ones are dropped, since the store has everything."""


class Log:
    """Hands lines to ``print_line``, one after the other, and never waits for it."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        self._print_line = print_line
        self._lines: queue.Queue[str] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None

    def write(self, line: str) -> None:
        """Add a line."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._print, name="log", daemon=True)
            self._thread.start()
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            return

    def _print(self) -> None:
        while True:
            try:
                self._print_line(self._lines.get())
            except (OSError, ValueError):  # the reader has gone
                return
