"""Test sends: one or many, each with its verdict and the webhooks that followed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep, time
from typing import Any, NamedTuple

from ringocli.errors import NoReply, UsageError
from ringocli.http.exchange import RenderedRequest, Reply
from ringocli.http.status_codes import Statuses
from ringocli.messaging.awaiting.arrival import Arrival, ArrivalSource, Awaited, SentMessage, await_events
from ringocli.messaging.verdict import Verdict, judge
from ringocli.template.model import RequestSpec, WebhookEvent
from ringocli.text.secret import redact


class SendResult(NamedTuple):
    """One send: its reply, and the awaited webhooks. ``sent_at`` and ``answered_at`` are seconds since 1970.

    The time between them is measured, so it is right even if the clock is set in between.
    """

    number: int
    request: RenderedRequest
    sent_at: float
    answered_at: float | None = None
    verdict: Verdict | None = None
    failure: NoReply | None = None
    awaited: tuple[Awaited, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the reply was as expected, and everything that was awaited arrived."""
        arrived = all(one.arrival is not None for one in self.awaited)
        return self.verdict is not None and self.verdict.ok and arrived

    @property
    def missing(self) -> tuple[WebhookEvent, ...]:
        """The awaited events that did not arrive."""
        return tuple(one.event for one in self.awaited if one.arrival is None)

    @property
    def message(self) -> SentMessage:
        """The values that arrivals are compared with."""
        values = {name: str(value) for name, value in self.request.variables.items()}
        found = self.verdict.variables if self.verdict is not None else {}
        return SentMessage(
            message_id=found.get("messageid"), sender=values.get("from", ""), recipient=values.get("to", "")
        )

    @property
    def problem(self) -> str:
        """Why the send is not ok, in one sentence; empty if it is."""
        if self.failure is not None:
            return self.failure.message
        assert self.verdict is not None
        if not self.verdict.ok:
            words = f": {self.verdict.words}" if self.verdict.words else ""
            missed = "; response_map does not match" if self.verdict.differences else ""
            return redact(f"status {self.verdict.reply.status}{words}{missed}")
        names = ", ".join(event.label for event in self.missing)
        return f"{names} did not arrive" if names else ""


class SendPlan(NamedTuple):
    """How sends are made: the expected statuses, what is awaited and for how long, and the highest rate per second."""

    spec: RequestSpec
    expected: Statuses
    events: tuple[WebhookEvent, ...] = ()
    timeout_s: float = 60.0
    rate_per_s: float | None = None


def send_all(
    plan: SendPlan,
    requests: Sequence[RenderedRequest],
    send: Callable[[RenderedRequest], Reply],
    source: ArrivalSource | None,
    *,
    pause: Callable[[float], None] = sleep,
) -> list[SendResult]:
    """Send every request, then wait for the webhooks of each send that did not fail."""
    results = []
    started = monotonic()
    for index, request in enumerate(requests):
        if plan.rate_per_s is not None and (wait_s := started + index / plan.rate_per_s - monotonic()) > 0:
            pause(wait_s)
        results.append(_sent(plan, index + 1, request, send))
    if source is None or not plan.events:
        return results
    waiting = [index for index, result in enumerate(results) if result.verdict is not None and result.verdict.ok]
    found = await_events(source, plan.events, [results[index].message for index in waiting], plan.timeout_s)
    for index, awaited in zip(waiting, found, strict=True):
        results[index] = results[index]._replace(awaited=awaited)
    return results


def _sent(
    plan: SendPlan, number: int, request: RenderedRequest, send: Callable[[RenderedRequest], Reply]
) -> SendResult:
    sent_at, started = time(), monotonic()
    try:
        reply = send(request)
    except NoReply as failure:
        return SendResult(number=number, request=request, sent_at=sent_at, failure=failure)
    answered_at = sent_at + monotonic() - started
    verdict = judge(plan.spec, request, reply, plan.expected)
    return SendResult(number=number, request=request, sent_at=sent_at, answered_at=answered_at, verdict=verdict)


def timeline(result: SendResult, arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    """The events of a send in order; ``matched`` is whether a webhook was awaited for it."""
    entries = [{"at_ms": 0.0, "what": "sent", "event_key": None, "matched": None}]
    if result.verdict is not None and result.answered_at is not None:
        elapsed = round((result.answered_at - result.sent_at) * 1000, 1)
        what = f"reply {result.verdict.reply.status}"
        entries.append({"at_ms": elapsed, "what": what, "event_key": None, "matched": None})
    belonging = [one.arrival for one in result.awaited if one.arrival is not None]
    for arrival in arrivals:
        what = f"webhook {arrival.label}" + (f": {redact(arrival.problem)}" if not arrival.matched else "")
        entries.append(
            {
                "at_ms": max(0.0, round((arrival.at - result.sent_at) * 1000, 1)),
                "what": what,
                "event_key": arrival.event_key,
                "matched": any(arrival is one for one in belonging),
            }
        )
    return sorted(entries, key=lambda entry: float(entry["at_ms"] or 0.0))


class Estimate(NamedTuple):
    """The number of SMS segments in a set of sends, and their cost if a price is known."""

    messages: int
    segments: int
    price: float | None

    @property
    def text(self) -> str:
        """The estimate in words."""
        words = f"{self.messages:,} message{'s' * (self.messages != 1)}, {self.segments:,} segment{'s' * (self.segments != 1)}"
        return words if self.price is None else f"{words}, about {self.cost:.4g} at {self.price:g} per segment"

    @property
    def cost(self) -> float | None:
        """The cost of all segments."""
        return None if self.price is None else round(self.segments * self.price, 6)


def estimate(requests: Sequence[RenderedRequest], price: float | None) -> Estimate:
    """Count the segments of every text; a file counts as one."""
    return Estimate(messages=len(requests), segments=sum(map(_segments, requests)), price=price)


def _segments(request: RenderedRequest) -> int:
    from ringocli.messaging.segments import count_segments

    text = request.variables.get("content")
    return count_segments(str(text)).segments if request.name == "SendMessage" and text is not None else 1


def check_allowed(requests: Sequence[RenderedRequest], allowed: Sequence[str]) -> None:
    """Refuse recipients that match no allowed number or prefix; only digits are compared.

    Raises:
        UsageError: a recipient is refused; the message names its row. Nothing was sent.
    """
    prefixes = [_digits(one) for one in allowed]
    if "" in prefixes:
        raise UsageError(
            f"invalid --allow {allowed[prefixes.index('')]!r}", "Write a number or its first digits, such as +1310."
        )
    if not prefixes:
        return
    for number, request in enumerate(requests, 1):
        recipient = str(request.variables.get("to", ""))
        if not any(_digits(recipient).startswith(prefix) for prefix in prefixes):
            where = f"row {number}: " if len(requests) > 1 else ""
            raise UsageError(f"{where}{recipient} is not allowed by --allow", "Nothing was sent.")


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def unexpected_arrivals(arrivals: Sequence[Arrival], results: Sequence[SendResult]) -> Iterator[str]:
    """Arrivals that were not awaited, one line each."""
    used = [one.arrival for result in results for one in result.awaited if one.arrival is not None]
    for arrival in arrivals:
        if not any(arrival is one for one in used):
            values = ", ".join(f"{name}={value}" for name, value in arrival.variables.items() if name != "event_key")
            yield redact(f"{arrival.label}: {values}" if arrival.matched else f"{arrival.label}: {arrival.problem}")


def campaign_document(results: Sequence[SendResult], arrivals: Sequence[Arrival], counted: Estimate) -> dict[str, Any]:
    """The JSON document of many sends."""
    return {
        "schema_version": 1,
        "ok": all(result.ok for result in results),
        "sent": len(results),
        "failed": sum(not result.ok for result in results),
        "segments": counted.segments,
        "cost": counted.cost,
        "sends": [
            {
                "row": result.number,
                "ok": result.ok,
                "to": redact(result.message.recipient),
                "status": result.verdict.reply.status if result.verdict is not None else None,
                "messageid": redact(result.message.message_id) if result.message.message_id is not None else None,
                "problem": result.problem or None,
                "timeline": timeline(result, [one.arrival for one in result.awaited if one.arrival is not None]),
            }
            for result in results
        ],
        "unexpected": list(unexpected_arrivals(arrivals, results)),
    }
