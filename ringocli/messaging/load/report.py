"""The report of a run: one HTML file without a script, readable under ``Content-Security-Policy: sandbox``.

The style sheet is only decoration: where a policy blocks it, tables and charts keep their attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ringocli.messaging.load.charts import duration, line_chart, spectrum, stacked_bars
from ringocli.messaging.load.counters import LoadSummary
from ringocli.messaging.load.histogram import Histogram
from ringocli.messaging.load.require import measured_text
from ringocli.text.command_line import command_line
from ringocli.text.secret import MASK, redact
from ringocli.version import __version__

MAX_TABLE_ROWS = 120
_SPECTRUM = (50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99)
_SECRET_OPTIONS = ("--property", "--url", "--set-file", "--sign")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#222;background:#fff}"
    "table{border-collapse:collapse;max-width:100%}td,th{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:left}"
    "td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;overflow-wrap:anywhere;"
    "background:#f4f4f4;padding:.6rem}@media(max-width:30rem){td,th{padding:.25rem .2rem;font-size:14px}}@media print{section{break-inside:avoid}}"
)


def as_html(
    summary: LoadSummary, required: Sequence[Mapping[str, Any]], host: str, seed: int, command: Sequence[str]
) -> str:
    """The whole report; ``command`` are the arguments to run again."""
    return "\n".join(_page(summary, required, host, seed, command))


def headline(summary: LoadSummary, required: Sequence[Mapping[str, Any]]) -> tuple[str, bool]:
    """The verdict in one sentence with its number, and whether it is good."""
    missed = [one for one in required if not one["ok"]]
    if missed:
        measured = measured_text(missed[0]).replace(" ", "\N{NO-BREAK SPACE}")
        return f"{len(missed)} of {len(required)} requirements missed: {missed[0]['what']} (measured {measured})", False
    if summary.interrupted:
        return f"Stopped early: {summary.delivered:,} of {summary.planned:,} events delivered", False
    if summary.failed:
        return f"{summary.failed:,} of {summary.planned:,} events were not delivered", False
    return f"All {summary.planned:,} events delivered", True


def _page(
    summary: LoadSummary, required: Sequence[Mapping[str, Any]], host: str, seed: int, command: Sequence[str]
) -> Iterator[str]:
    verdict, good = headline(summary, required)
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(verdict)}</title><style>{_STYLE}</style></head><body>"
    yield f'<h1><font color="{"#1e6b3c" if good else "#a02818"}">{escape(verdict)}</font></h1>'
    yield f"<p>To {escape(host)} in {escape(duration(summary.elapsed_s * 1000))}, {summary.rate_per_s:,.1f} events per second.</p>"
    if required:
        yield "<section><h2>Requirements</h2>"
        yield from _table(
            ("Requirement", "Measured", "Result"),
            [(one["what"], measured_text(one), "met" if one["ok"] else "missed") for one in required],
        )
        yield "</section>"
    yield "<section><h2>Results</h2>"
    yield from _table(("", "Events"), list(_results(summary)))
    yield "</section>"
    if summary.reasons:
        yield "<section><h2>Why events failed</h2>"
        others = summary.failed - sum(count for _, count in summary.reasons)
        rows = [(redact(reason), count) for reason, count in summary.reasons]
        yield from _table(("Reason", "Times"), [*rows, *([("other reasons", others)] if others > 0 else [])])
        yield "</section>"
    yield from _charts(summary, required)
    yield "<section><h2>Run it again</h2>"
    yield f"<pre>{escape(_command(command, seed))}</pre>"
    yield f"<p>Seed {seed}. Written by ringocli {__version__}.</p></section></body></html>"


def _results(summary: LoadSummary) -> Iterator[tuple[str, object]]:
    yield "planned", summary.planned
    yield "delivered", summary.delivered
    yield "failed", summary.failed
    for error, count in summary.errors.items():
        yield f"failed: {error}", count
    for status, count in summary.statuses.items():
        yield f"last reply {status}", count
    yield "retries", summary.retries
    yield "possible duplicates", summary.duplicates_sent
    yield "sent in this run", summary.sent_this_run
    if summary.account is not None:
        for name, count in summary.account.items():
            if name != "schema_version":
                yield f"receiver: {name}", count


def _charts(summary: LoadSummary, required: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    slices, slice_s = summary.timeline.slices, summary.timeline.slice_s
    histograms = [one.histogram() for one in slices]
    limit_ms = _latency_limit(required)
    if summary.latency.total:
        yield "<section><h2>Latency over time</h2>"
        series = {f"p{percent}": [one.percentile_ms(percent) for one in histograms] for percent in (99, 90, 50)}
        yield line_chart("Latency over time", series, slice_s, limit_ms)
        yield "</section><section><h2>Latency by percentile</h2>"
        points = [(percent, summary.latency.percentile_ms(percent) or 0.0) for percent in _SPECTRUM]
        yield spectrum("Latency by percentile", points, limit_ms)
        yield from _table(
            ("", "p50", "p90", "p99", "max"),
            [
                (name, *(_shown(ms) for ms in histogram.document().values()))
                for name, histogram in (
                    ("latency (scheduled to delivered)", summary.latency),
                    ("service time (sent to answered)", summary.service),
                    ("lateness (scheduled to sent)", summary.lateness),
                )
                if histogram.total
            ],
        )
        yield "</section>"
    yield "<section><h2>Replies per second</h2>"
    yield stacked_bars("Replies per second", [one.classes for one in slices], slice_s)
    yield "</section><section><h2>The same as a table</h2>"
    yield from _table(("Second", "Replies", "p50", "p99"), list(_rows(summary, histograms)))
    yield "</section>"


def _rows(summary: LoadSummary, histograms: Sequence[Histogram]) -> Iterator[tuple[object, ...]]:
    slices, slice_s = summary.timeline.slices, summary.timeline.slice_s
    step = max(1, -(-len(slices) // MAX_TABLE_ROWS))
    for index in range(0, len(slices), step):
        replies = ", ".join(f"{name} {count:,}" for name, count in sorted(slices[index].classes.items()))
        histogram = histograms[index]
        yield f"{index * slice_s:g}", replies, _shown(histogram.percentile_ms(50)), _shown(histogram.percentile_ms(99))


class _Figure(str):
    """A text that is aligned like a number."""

    __slots__ = ()


def _shown(ms: float | None) -> _Figure:
    return _Figure("" if ms is None else duration(ms))


def _latency_limit(required: Sequence[Mapping[str, Any]]) -> float | None:
    for one in required:
        if str(one["what"]).startswith(("p50", "p90", "p99", "max", "latency")):
            return float(one["limit"])
    return None


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    first = rows[0] if rows else [""] * len(heads)
    yield '<table cellpadding="4"><tr>' + "".join(map(_head, heads, first)) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(_cell(value) for value in row) + "</tr>"
    yield "</table>"


def _head(heading: str, value: object) -> str:
    if isinstance(value, int | _Figure):
        return f'<th class="n" align="right">{escape(heading)}</th>'
    return f'<th align="left">{escape(heading)}</th>'


def _cell(value: object) -> str:
    if isinstance(value, _Figure):
        return f'<td class="n" align="right">{escape(value)}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td class="n" align="right">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"


def _command(arguments: Sequence[str], seed: int) -> str:
    """The command as it was given, without secrets, and with the seed, so that it makes the same events again."""
    shown, hide = [], False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if hide:
            shown.append(MASK)
            hide = False
        elif name in _SECRET_OPTIONS:
            shown.append(f"{name}={MASK}" if equals else argument)
            hide = not equals
        else:
            shown.append(redact(argument))
    if "--seed" not in " ".join(arguments):
        shown += ["--seed", str(seed)]
    return command_line(*shown).replace(f"'{MASK}'", MASK)
