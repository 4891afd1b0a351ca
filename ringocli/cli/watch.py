"""Runs a check again whenever one of its files changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from ringocli.errors import RingocliError
from ringocli.text import console

INTERVAL_S = 0.3


def watch_files(files: Callable[[], Sequence[str]], check: Callable[[], object]) -> NoReturn:
    """Run ``check`` now and after every change of one of the files, until Ctrl-C; its errors are printed."""
    seen: object = None
    while True:
        try:
            now = _state(files())
        except RingocliError as error:
            now = [(error.message, 0, 0)]
        if now != seen:
            seen = now
            if console.coloured(sys.stdout):
                console.out("\033[2J\033[H", end="")
            try:
                check()
            except RingocliError as error:
                console.complain(f"error: {error.message}", "red")
            console.note("watching for changes; press Ctrl-C to stop", "dim")
            sys.stdout.flush()
        time.sleep(INTERVAL_S)


def _state(names: Sequence[str]) -> list[tuple[str, int, int]]:
    """Name, time and size of each file that exists."""
    found = []
    for name in names:
        if os.path.exists(name):
            status = os.stat(name)
            found.append((name, status.st_mtime_ns, status.st_size))
    return found
