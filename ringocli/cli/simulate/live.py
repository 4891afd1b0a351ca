"""The live display of a load run: rate, percentiles and errors, redrawn four times a second while it lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table

from ringocli.text.layout import milliseconds

if TYPE_CHECKING:
    from ringocli.messaging.delivery import Delivery
    from ringocli.messaging.load.counters import RunCounters

SHOWN_AFTER_S = 1.0
"""Seconds; a shorter run shows only its summary."""

REDRAWN_AFTER_S = 0.25


@contextmanager
def live_counters(counters: RunCounters, delivery: Delivery) -> Iterator[None]:
    """Show the counters on stderr while the body runs; a thread reads them and changes nothing."""
    over = threading.Event()
    thread = threading.Thread(target=_show, args=(counters, delivery, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _show(counters: RunCounters, delivery: Delivery, over: threading.Event) -> None:
    if over.wait(SHOWN_AFTER_S):
        return
    started = monotonic() - SHOWN_AFTER_S
    done = 0
    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        while True:
            rate = (counters.done - done) / REDRAWN_AFTER_S if done else counters.done / SHOWN_AFTER_S
            done = counters.done
            live.update(_table(counters, delivery, monotonic() - started, rate), refresh=True)
            if over.wait(REDRAWN_AFTER_S):
                return


def _table(counters: RunCounters, delivery: Delivery, elapsed_s: float, rate: float) -> Table:
    """Two columns, so that a long line does not widen those above it."""
    table = Table.grid(padding=(0, 2))
    total = f" of {delivery.total:,}" if delivery.total is not None else ""
    table.add_row("done", f"[bold]{counters.done:,}[/]{total}   {elapsed_s:,.0f} s   {rate:,.0f}/s")
    latency = {name: milliseconds(ms) for name, ms in counters.latency.document().items() if ms is not None}
    if latency:
        table.add_row("latency", "   ".join(f"{name} {shown}" for name, shown in latency.items()))
    for label, counts in (("failed", counters.errors), ("no reply", counters.silences)):
        if counts:
            words = ", ".join(f"{word} {count:,}" for word, count in sorted(counts.items())[:4])
            table.add_row(label, f"[red]{words}[/]")
    if counters.retries:
        table.add_row("retries", f"{counters.retries:,}")
    return table
