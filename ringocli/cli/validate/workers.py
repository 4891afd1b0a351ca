"""Very many files, shared out among processes: linting is work for one core a process."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from itertools import repeat

from ringocli.cli.validate.files import Found, Linting, Named, lint_named


def lint_shared(named: Sequence[Named], linting: Linting) -> Found:
    """What ``lint_named`` gives for all of them, in the same order; by itself where no processes are to be had."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    workers = min(os.cpu_count() or 1, 8)
    size = -(-len(named) // (workers * 2))
    shares = [named[start : start + size] for start in range(0, len(named), size)]
    try:
        with ProcessPoolExecutor(workers, initializer=_leave_interrupts) as pool:
            found = list(pool.map(lint_named, shares, repeat(linting)))
    except (OSError, BrokenProcessPool):
        return lint_named(named, linting)
    return Found(
        linted=[one for share in found for one in share.linted],
        skipped=sum(share.skipped for share in found),
        stale=[one for share in found for one in share.stale],
        failures=[one for share in found for one in share.failures],
    )


def _leave_interrupts() -> None:
    """Ctrl-C is for the one who shares out; else every worker would have its say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
