"""``validate --watch``: lints again whenever a file changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from ringocli.cli.validate.files import SIDE_CAR, targets
from ringocli.errors import RingocliError, UsageError
from ringocli.template.project import PROJECT_FILE
from ringocli.text import console
from ringocli.text.files import STDIN


def watch(paths: Sequence[str], check: Callable[[], object]) -> NoReturn:
    """Run ``check`` now and whenever a file, its suppressions or the project's settings change; ends with Ctrl-C.

    Raises:
        UsageError: stdin is among the files.
    """
    if STDIN in paths:
        raise UsageError("--watch cannot watch stdin", "Name the files.")
    previous: object = None
    while True:
        state = _state(paths)
        if state != previous:
            previous = state
            if console.coloured(sys.stdout):
                console.out("\033[2J\033[H", end="")
            try:
                check()
            except RingocliError as error:
                console.complain(f"error: {error.message}", "red")
            console.note("watching for changes; press Ctrl-C to stop", "dim")
            sys.stdout.flush()
        time.sleep(0.3)


def _state(paths: Sequence[str]) -> list[tuple[str, int, int]]:
    names = [name for name, _ in targets(paths, [])]
    watched = [*names, *(name.removesuffix(".json") + SIDE_CAR for name in names), PROJECT_FILE]
    return [(name, os.stat(name).st_mtime_ns, os.stat(name).st_size) for name in watched if os.path.exists(name)]
