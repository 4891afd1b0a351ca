"""What ``simulate-webhook`` shows: each event as a line, one event in full, and the summary of a run."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from ringocli.http.error_text import own_words, phrase
from ringocli.messaging.delivery import Outcome, Summary, percentile
from ringocli.template.model import WebhookEvent
from ringocli.text.console import printable, styled
from ringocli.text.layout import WIDTH, excerpt, milliseconds, one_line
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import redact


def as_line(outcome: Outcome, event: WebhookEvent) -> dict[str, Any]:
    """One event as a document of the ``jsonl`` output."""
    reply = outcome.reply
    return {
        "schema_version": 1,
        "index": outcome.index,
        "event_key": event.key,
        "event_type": event.type,
        "pointer": pointer_text(event.pointer),
        "delivered": outcome.error is None,
        "status": reply.status if reply is not None else None,
        "error": outcome.error,
        "message": why(outcome) or None,
        "tries": outcome.tries,
        "elapsed_ms": round(reply.elapsed_ms, 3) if reply is not None else None,
        "variables": {name: str(value) for name, value in outcome.request.variables.items()},
    }


def why(outcome: Outcome) -> str:
    """Why an event was not delivered, in the other side's words where it had any; empty if it was."""
    if outcome.error is None:
        return ""
    if outcome.reply is None:
        return outcome.failure.message if outcome.failure is not None else outcome.error
    if outcome.error == "body":
        return "the reply does not hold the expected text"
    said = own_words(outcome.reply)
    return f"status {outcome.reply.status}" + (f": {said}" if said else "")


def one_event(outcome: Outcome) -> str:
    """A single event in full: where it went, what came back."""
    return "\n".join(_one_event(outcome))


def _one_event(outcome: Outcome) -> Iterator[str]:
    yield f"{styled(outcome.request.name, 'bold')} -> {outcome.request.host}"
    reply = outcome.reply
    if reply is None:
        yield f"  {styled('no reply', 'red')}" + _tries(outcome)
        return
    status = f"{reply.status} {phrase(reply.status)}".rstrip()
    colour = "green" if outcome.error is None else "red"
    yield f"  {styled(status, colour, 'bold')} in {milliseconds(reply.elapsed_ms)}{_tries(outcome)}"
    words = own_words(reply) if outcome.error == "status" else ""
    if words:
        yield from wrap(printable(words), WIDTH, initial_indent="  ", subsequent_indent="  ")
    elif reply.body.strip():
        yield from excerpt(redact(reply.text))
    if outcome.error == "body":
        yield "  the reply does not hold the expected text"
    for note in reply.notes:
        yield f"  note: {note}"


def _tries(outcome: Outcome) -> str:
    return f", {outcome.tries} tries" if outcome.tries > 1 else ""


def as_text(summary: Summary, host: str, reasons: dict[str, int]) -> str:
    """A run's summary for people; ``reasons`` counts why events failed, the commonest are shown."""
    elapsed = milliseconds(summary.elapsed_s * 1000)
    rate = f" ({summary.sent / summary.elapsed_s:.1f}/s)" if summary.elapsed_s > 0 else ""
    lines = [
        f"{summary.planned} event{'s' * (summary.planned != 1)} to {host} in {elapsed}{rate}",
        f"  delivered  {styled(str(summary.delivered), 'green' if not summary.failed else 'yellow')}",
    ]
    if summary.failed:
        errors = ", ".join(f"{word} {count}" for word, count in summary.errors.items())
        lines.append(f"  failed     {styled(str(summary.failed), 'red')}  ({errors})")
    if summary.statuses:
        statuses = ", ".join(f"{status} x {count}" for status, count in summary.statuses.items())
        lines.append(f"  statuses   {statuses}")
    if summary.retries:
        lines.append(f"  retries    {summary.retries}")
    if summary.latencies_ms:
        times = [(f"p{rank}", percentile(summary.latencies_ms, rank)) for rank in (50, 90, 99)]
        times.append(("max", percentile(summary.latencies_ms, 100)))
        lines.append("  latency    " + "   ".join(f"{name} {milliseconds(ms or 0.0)}" for name, ms in times))
    commonest = sorted(reasons.items(), key=lambda reason: -reason[1])[:3]
    for reason, count in commonest:
        lines.append(f"  {count} x {one_line(reason, WIDTH - 10)}")
    return "\n".join(lines)
