"""Lints many files with a progress display, very many in parallel worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import repeat

from ringocli.cli.output import progress
from ringocli.cli.validate.files import Found, Linting, Named, lint_named
from ringocli.text.files import STDIN

PARALLEL_FROM = 1_000
"""From this many files on, starting worker processes is faster."""


def lint_many(named: Sequence[Named], linting: Linting) -> Found:
    """The same as ``lint_named``, with a progress display."""
    in_parallel = len(named) >= PARALLEL_FROM and (os.cpu_count() or 1) > 1 and not (linting.fix or linting.diff)
    with progress("validating", len(named)) as advance:
        if in_parallel and (STDIN, True) not in named:
            return _lint_in_parallel(named, linting, advance)
        return lint_named(named, linting, advance)


def _lint_in_parallel(named: Sequence[Named], linting: Linting, advance: Callable[[int], None]) -> Found:
    """The same as ``lint_named``, in the same order; without workers where no processes can be started."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    workers = min(os.cpu_count() or 1, 8)
    size = -(-len(named) // (workers * 8))
    shares = [named[start : start + size] for start in range(0, len(named), size)]
    try:
        with ProcessPoolExecutor(workers, initializer=_ignore_interrupts) as pool:
            found = []
            for share in pool.map(lint_named, shares, repeat(linting)):
                advance(size)
                found.append(share)
    except (OSError, BrokenProcessPool):
        return lint_named(named, linting, advance)
    return Found(
        linted=[one for share in found for one in share.linted],
        skipped=sum(share.skipped for share in found),
        unused=[one for share in found for one in share.unused],
        failures=[one for share in found for one in share.failures],
    )


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the main process; otherwise every worker would print a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
