"""Thresholds: ``--require 'p99<2s,failed=0'`` as conditions on a run's summary."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringocli.errors import UsageError
from ringocli.messaging.load.counters import LoadSummary
from ringocli.text.layout import milliseconds
from ringocli.text.suggest import did_you_mean

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_CONDITION = re.compile(r"\s*([a-z0-9_.]+)\s*(<=|>=|==?|<|>)\s*([0-9.]+)\s*(ms|s|%|/s)?\s*")
_PERCENTILES = ("p50", "p90", "p99", "max")
_FIGURES = ("latency", "service", "lateness")
_COUNTS = ("planned", "delivered", "failed", "retries", "duplicates_sent", "sent_this_run")
TIMES = (*_PERCENTILES, *(f"{figure}.{percentile}" for figure in _FIGURES for percentile in _PERCENTILES))
NAMES = (*TIMES, *_COUNTS, "rate", "elapsed")
"""The figures that can be required. A percentile without a prefix is that of the latency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One condition. Times are in milliseconds; a count may be compared in percent of what was planned."""

    what: str
    comparison: str
    limit: float
    unit: str
    text: str

    def measured(self, summary: LoadSummary) -> float | None:
        """The value that is compared; None if there is none, which never meets a condition."""
        if self.what in TIMES:
            figure, _, percentile = self.what.rpartition(".")
            document: dict[str, float | None] = getattr(summary, figure or "latency").document()
            return document[percentile]
        if self.what == "rate":
            return summary.rate_per_s
        if self.what == "elapsed":
            return round(summary.elapsed_s * 1000, 3)
        number: int = getattr(summary, self.what)
        if self.unit == "%":
            return round(100 * number / summary.planned, 4) if summary.planned else 0.0
        return number

    def result(self, summary: LoadSummary) -> dict[str, Any]:
        """The condition with what was measured, as in the JSON summary."""
        measured = self.measured(summary)
        ok = measured is not None and _COMPARISONS[self.comparison](measured, self.limit)
        return {"what": self.text, "limit": self.limit, "measured": measured, "ok": ok}


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """Read ``--require``: conditions with commas between them.

    Raises:
        UsageError: there is none, a condition is malformed, or names an unknown figure.
    """
    parts = [part for part in text.split(",") if part.strip()]
    return tuple(map(_requirement, parts or [text]))


def _requirement(text: str) -> Requirement:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise UsageError(f"invalid --require {text.strip()!r}", "For example: --require 'p99<2s,failed=0,rate>=50/s'")
    what, comparison, number, unit = found[1], found[2].replace("==", "="), found[3], found[4] or ""
    if what not in NAMES:
        raise UsageError(
            f"--require: unknown figure {what!r}{did_you_mean(what, NAMES)}", f"Figures: {', '.join(NAMES)}."
        )
    is_time = what in TIMES or what == "elapsed"
    if is_time and unit not in ("ms", "s"):
        raise UsageError(f"--require: {what} needs a unit", f"Write {what}{comparison}{number}ms or {number}s.")
    if not is_time and unit in ("ms", "s"):
        raise UsageError(f"--require: {what} is not a time", f"Write {what}{comparison}{number}.")
    try:
        limit = float(number) * (1000 if unit == "s" else 1)
    except ValueError:
        raise UsageError(f"invalid --require {text.strip()!r}: {number!r} is not a number") from None
    return Requirement(what=what, comparison=comparison, limit=limit, unit=unit, text=text.strip())


TOO_SLOW = "the client kept up with the rate"


def results(requirements: Sequence[Requirement], summary: LoadSummary) -> list[dict[str, Any]]:
    """Every condition with its result.

    A rate that this machine could not keep up fails, too, if anything is required.
    """
    found = [requirement.result(summary) for requirement in requirements]
    if requirements and summary.is_too_slow:
        found.append({"what": TOO_SLOW, "limit": 0, "measured": summary.late_without_cause, "ok": False})
    return found


def measured_text(result: Mapping[str, Any]) -> str:
    """What was measured for a condition, with its unit."""
    found = _CONDITION.fullmatch(str(result["what"]))
    value = result["measured"]
    if value is None:
        return "nothing"
    if found is not None and (found[1] in TIMES or found[1] == "elapsed"):
        return milliseconds(float(value))
    unit = found[4] if found is not None and found[4] else ""
    return f"{value:,g}{unit}"
