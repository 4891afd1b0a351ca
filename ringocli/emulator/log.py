"""The log: lines that a thread writes, so that nobody who reads slowly, or not at all, holds up an exchange."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

MAX_WAITING = 1_000
"""Lines that wait to be written; further ones are dropped, since the store has everything."""

GATHER_S = 0.02
"""Lines are written in groups: waking up for each would slow down those who answer."""


class Log:
    """Hands lines to ``print_lines``, one group after the other, and never waits for it."""

    def __init__(self, print_lines: Callable[[list[str]], None]) -> None:
        self._print_lines = print_lines
        self._lines: deque[str] = deque()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, line: str) -> None:
        """Add a line."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._print, name="log", daemon=True)
            self._thread.start()
        if len(self._lines) < MAX_WAITING:
            self._lines.append(line)
        if not self._some.is_set():
            self._some.set()

    def _print(self) -> None:
        while True:
            self._some.wait()
            time.sleep(GATHER_S)
            self._some.clear()
            try:
                self._print_lines([self._lines.popleft() for _ in range(len(self._lines))])
            except (OSError, ValueError):  # the reader has gone
                return
