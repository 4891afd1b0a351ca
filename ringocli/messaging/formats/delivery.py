"""The output of ``simulate-webhook``: each event as a line, one event in full, and the summary of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ringocli.http.error_text import provider_message, reason_phrase
from ringocli.messaging.load.attempt import EventOutcome
from ringocli.messaging.load.bookkeeping import failure_reason
from ringocli.messaging.load.counters import LoadSummary
from ringocli.messaging.load.events import Subject, subject_name
from ringocli.messaging.load.histogram import Histogram
from ringocli.template.model import RequestSpec
from ringocli.text.console import styled
from ringocli.text.layout import WIDTH, excerpt, milliseconds, one_line, paragraph
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import redact


def as_line(outcome: EventOutcome, subject: Subject, variables: Mapping[str, str]) -> dict[str, Any]:
    """One event as a document of the ``jsonl`` output."""
    reply = outcome.reply
    is_request = isinstance(subject, RequestSpec)
    return {
        "schema_version": 1,
        "index": outcome.event.number + 1,
        "id": outcome.event.id,
        "event_key": None if isinstance(subject, RequestSpec) else subject.key,
        "event_type": None if isinstance(subject, RequestSpec) else subject.type,
        **({"request": subject_name(subject)} if is_request else {}),
        "pointer": pointer_text(subject.pointer),
        "delivered": outcome.error is None,
        "status": reply.status if reply is not None else None,
        "error": outcome.error,
        "message": redact(failure_reason(outcome.error, reply, outcome.failure)) or None,
        "tries": outcome.tries,
        "elapsed_ms": round(reply.elapsed_ms, 3) if reply is not None else None,
        "variables": dict(variables),
    }


def one_event(outcome: EventOutcome, name: str, host: str) -> str:
    """A single event in full: where it went, and the reply."""
    return "\n".join(_one_event(outcome, name, host))


def _one_event(outcome: EventOutcome, name: str, host: str) -> Iterator[str]:
    yield f"{styled(name, 'bold')} -> {host}"
    reply = outcome.reply
    if reply is None:
        yield f"  {styled('no reply', 'red')}" + _tries(outcome)
        return
    status = f"{reply.status} {reason_phrase(reply.status)}".rstrip()
    colour = "green" if outcome.error is None else "red"
    yield f"  {styled(status, colour, 'bold')} in {milliseconds(reply.elapsed_ms)}{_tries(outcome)}"
    words = provider_message(reply) if outcome.error == "status" else ""
    if words:
        yield from paragraph(words)
    elif reply.body.strip():
        yield from excerpt(redact(reply.text))
    if outcome.error == "body":
        yield "  the reply does not contain the expected text"
    for note in reply.notes:
        yield f"  note: {note}"


def _tries(outcome: EventOutcome) -> str:
    return f", {outcome.tries} tries" if outcome.tries > 1 else ""


def as_text(summary: LoadSummary, host: str, required: Sequence[Mapping[str, Any]] = ()) -> str:
    """A run's summary for people, with the most frequent reasons for failures."""
    return "\n".join(_summary_lines(summary, host, required))


def _summary_lines(summary: LoadSummary, host: str, required: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    elapsed = milliseconds(summary.elapsed_s * 1000)
    rate = f" ({summary.rate_per_s:,.1f}/s)" if summary.rate_per_s else ""
    yield f"{summary.planned:,} event{'s' * (summary.planned != 1)} to {host} in {elapsed}{rate}"
    yield f"  delivered  {styled(f'{summary.delivered:,}', 'green' if not summary.failed else 'magenta')}"
    if summary.failed:
        errors = ", ".join(f"{word} {count:,}" for word, count in summary.errors.items())
        yield f"  failed     {styled(f'{summary.failed:,}', 'red')}  ({errors})"
    if summary.statuses:
        yield "  statuses   " + ", ".join(f"{status} x {count:,}" for status, count in summary.statuses.items())
    if summary.retries:
        yield f"  retries    {summary.retries:,}"
    if summary.duplicates_sent:
        yield f"  possible duplicates  {summary.duplicates_sent:,}  ({_why_duplicates(summary)})"
    if summary.skipped_rows:
        yield f"  skipped rows  {summary.skipped_rows:,}"
    for name, histogram in (("latency", summary.latency), ("service", summary.service), ("lateness", summary.lateness)):
        if histogram.total and (name == "latency" or _differs(histogram, summary)):
            yield f"  {name:<9}  " + _percentiles(histogram)
    if summary.chaos:
        yield "  chaos      " + ", ".join(
            f"{name.replace('_', '-')} {count:,}" for name, count in summary.chaos.items()
        )
    if summary.account is not None:
        yield "  receiver   " + ", ".join(
            f"{name.replace('_', ' ')} {count:,}" for name, count in summary.account.items()
        )
    for finding in summary.findings:
        yield f"  {styled('finding', 'magenta')}    {finding}"
    if summary.is_too_slow:
        late = f"{summary.late_without_cause:,} events were sent late"
        yield f"  {styled('note', 'magenta')}       this machine could not keep up with the rate: {late}"
    for reason, count in summary.reasons:
        yield f"  {count:,} x {one_line(reason, WIDTH - 10)}"
    for one in required:
        from ringocli.messaging.load.require import measured_text

        mark = styled("ok", "green") if one["ok"] else styled("missed", "red")
        yield f"  required   {one['what']}: {mark}, measured {measured_text(one)}"


def _why_duplicates(summary: LoadSummary) -> str:
    by_chaos = summary.chaos.get("dup_same", 0) + summary.chaos.get("dup_fresh", 0)
    unanswered = summary.duplicates_sent - by_chaos
    if not by_chaos:
        return "sent again because no reply was received"
    return "repeated by chaos" + (f"; {unanswered:,} sent again because no reply was received" if unanswered else "")


def _differs(histogram: Histogram, summary: LoadSummary) -> bool:
    """Whether a second row of figures differs enough from the latency to be shown."""
    if histogram is summary.lateness:
        return (histogram.percentile_ms(100) or 0.0) >= 10
    return histogram.document() != summary.latency.document()


def _percentiles(histogram: Histogram) -> str:
    return "   ".join(f"{name} {milliseconds(ms or 0.0)}" for name, ms in histogram.document().items())
