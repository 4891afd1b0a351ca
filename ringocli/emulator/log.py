"""The log: a background thread writes the lines, so that a slow or blocked reader of stderr delays no exchange."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from ringocli.emulator.store.exchange import StoredExchange

MAX_PENDING = 1_000
"""How many lines may wait to be written; further ones are dropped, since the store has every exchange."""

COLLECT_S = 0.02
"""Lines are written in groups: waking the thread for each one would slow down the event loop."""

CLOSE_S = 1.0
"""How long the end of the emulator may be delayed by a reader that is slow."""


class Log:
    """Passes lines to ``print_lines``, one group at a time; ``write`` never blocks."""

    def __init__(self, print_lines: Callable[[list[str]], None]) -> None:
        self._print_lines = print_lines
        self._lines: deque[str] = deque()
        self._has_lines = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closing = False

    def write(self, line: str) -> None:
        """Add a line."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._print, name="log", daemon=True)
            self._thread.start()
        if len(self._lines) < MAX_PENDING:
            self._lines.append(line)
        if not self._has_lines.is_set():
            self._has_lines.set()

    def close(self) -> bool:
        """Write the lines that wait; returns whether the thread ended, which it does not while the reader is blocked."""
        if self._thread is None:
            return True
        self._is_closing = True
        self._has_lines.set()
        self._thread.join(CLOSE_S)
        return not self._thread.is_alive()

    def _print(self) -> None:
        while self._lines or not self._is_closing:
            self._has_lines.wait()
            if not self._is_closing:
                time.sleep(COLLECT_S)
            self._has_lines.clear()
            try:
                self._print_lines([self._lines.popleft() for _ in range(len(self._lines))])
            except (OSError, ValueError):  # stderr is closed
                return


def line_of(stored: StoredExchange) -> str:
    """One exchange as a line of the log, with its problems on indented lines."""
    content = stored.content
    arrow = "->" if stored.direction == "outgoing" else "<-"
    label = content["name"] or (f"{stored.event_type}:{stored.event_key}" if stored.matched else "no event")
    method, url = content["request"]["method"], content["request"]["url"][:80]
    status = content["reply"]["status"] if content["reply"] is not None else "no reply"
    lines = [f"{stored.at:%H:%M:%S} {arrow} {label} {method} {url} {status}"]
    lines += [f"{problem['pointer']}: {problem['message']}" for problem in content["problems"]]
    if content["near_miss"] is not None:
        for one in content["near_miss"]["differences"]:
            lines.append(f"{one['pointer'] or '(root)'}: expected {one['expected']}, found {one['found']}")
    if content["chaos"]:
        lines.append(f"chaos: {content['chaos']}")
    if content["error"]:
        lines.append(content["error"])
    return "\n         ".join(lines)
