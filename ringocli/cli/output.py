"""Output that rich draws if stdout is a terminal, and that is plain text everywhere else."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.http.exchange import RenderedRequest
    from ringocli.http.request_formats import Show
    from ringocli.text.drawing import ProgressBar

PROGRESS_AFTER_S = 1.0
"""Seconds after which a progress display appears."""


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document, highlighted on a terminal; forced colour does not count, since programs read JSON."""
    if console.is_terminal(sys.stdout) and console.speaks_unicode():
        from ringocli.text import drawing

        drawing.print_json(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        console.out_json(document)


def print_http(request: RenderedRequest, show: Show = str, *, exact: bool = False) -> None:
    """Print a request; on a terminal with its structure and the values of variables highlighted.

    Control characters are escaped, except in a pipe if ``exact``.
    """
    from ringocli.http.request_formats import as_http

    text = as_http(request, show)
    if not console.draws(sys.stdout):
        console.out(text if exact else console.printable(text))
        return
    from ringocli.text import drawing

    pieces = request.body.pieces if request.body is not None else ()
    drawing.print_http(text, (show(piece.text) for piece in pieces if piece.variable))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bool:
    """Draw a table if stdout is a terminal; else print nothing and return False."""
    if not console.draws(sys.stdout):
        return False
    from ringocli.text import drawing

    drawing.print_table(columns, rows)
    return True


@contextmanager
def progress(label: str, total: int | None = None, *, enabled: bool = True) -> Iterator[Callable[[int], None]]:
    """Show progress on stderr while the body runs, from ``PROGRESS_AFTER_S`` on.

    Yields a function that is called with the number of further items done; any thread may call it.
    """
    if not enabled or console.is_quiet() or not console.is_terminal(sys.stderr):
        yield lambda count: None
        return
    lock = threading.Lock()
    done = 0
    bar: ProgressBar | None = None

    def show() -> None:
        nonlocal bar
        from ringocli.text import drawing

        with lock:
            bar = drawing.ProgressBar(label, total)
            bar.update(done)

    def advance(count: int) -> None:
        nonlocal done
        with lock:
            done += count
            if bar is not None:
                bar.update(done)

    timer = threading.Timer(PROGRESS_AFTER_S, show)
    timer.daemon = True
    timer.start()
    try:
        yield advance
    finally:
        timer.cancel()
        timer.join()
        if bar is not None:
            bar.stop()
