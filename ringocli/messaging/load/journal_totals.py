"""The totals of a journal over all runs that wrote to it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ringocli.messaging.load.counters import LoadSummary
from ringocli.messaging.load.histogram import Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalTotals:
    """What a journal has recorded, over all runs."""

    done: int
    delivered: int
    answered: int
    retries: int
    duplicates: int
    elapsed_s: float
    latency: Histogram
    statuses: Mapping[str, int]
    errors: Mapping[str, int]


def totals_of(store: sqlite3.Connection) -> JournalTotals:
    """Add up what a journal has recorded."""
    query = store.execute
    latency = Histogram()
    for latency_us, times in query("SELECT latency_us, count(*) FROM answer WHERE error IS NULL GROUP BY latency_us"):
        latency.record(latency_us, times)
    done, delivered, answered, retries, duplicates = query(
        "SELECT count(*), total(error IS NULL), total(answered), total(max(tries - 1, 0)), total(duplicates) FROM answer"
    ).fetchone()
    (possible,) = query("SELECT total(possible) FROM claim").fetchone()
    elapsed = query("SELECT value FROM header WHERE name = 'elapsed_s'").fetchone()
    return JournalTotals(
        done=done,
        delivered=int(delivered),
        answered=int(answered),
        retries=int(retries),
        duplicates=int(duplicates + possible),
        elapsed_s=float(elapsed[0]) if elapsed is not None else 0.0,
        latency=latency,
        statuses={
            str(status): count
            for status, count in query(
                "SELECT status, count(*) FROM answer WHERE status IS NOT NULL GROUP BY status ORDER BY status"
            )
        },
        errors=dict(query("SELECT error, count(*) FROM answer WHERE error IS NOT NULL GROUP BY error ORDER BY error")),
    )


def over_all_runs(store: sqlite3.Connection, summary: LoadSummary, planned: int, unsent_error: str) -> LoadSummary:
    """The summary of this run with the figures of the whole journal; ``unsent_error`` is why events were not sent."""
    totals = totals_of(store)
    errors = Counter(totals.errors)
    errors[unsent_error] += errors.pop("stopped", 0) + planned - totals.done
    errors = Counter({word: count for word, count in errors.items() if count})
    return summary._replace(
        planned=planned,
        delivered=totals.delivered,
        duplicates_sent=totals.duplicates,
        retries=totals.retries,
        replied=totals.answered,
        latency=totals.latency,
        statuses=dict(totals.statuses),
        errors=dict(sorted(errors.items())),
        elapsed_s=max(totals.elapsed_s, summary.elapsed_s),
        run_elapsed_s=summary.elapsed_s,
    )
