"""Playing the provider: one or many webhooks, at a rate, by several hands, each tried again as far as was asked.

Nothing here knows a socket: ``deliver`` takes the function that sends, and ``World`` holds clock, sleep and chance.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ringocli.errors import NoReply, UsageError
from ringocli.http.addresses import is_loopback
from ringocli.http.exchange import RenderedRequest, Reply
from ringocli.http.retry import is_worth_retrying, retry_wait_s
from ringocli.http.statuses import SUCCESS, Statuses
from ringocli.messaging.request import render_event
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.secret import Secret

FREE_EVENTS = 10
"""As many events may go to a host that is not loopback without ``--live``."""

_GRACE_S = 1.0

Render = Callable[[int], RenderedRequest]
Send = Callable[[RenderedRequest], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many events are sent, how fast, and what their replies have to be.

    ``count`` None means until ``duration_s`` is over; ``rate_per_s`` None means as fast as replies come.
    """

    count: int | None = 1
    rate_per_s: float | None = None
    concurrency: int = 1
    duration_s: float | None = None
    retries: int = 0
    expected: Statuses = SUCCESS
    body_contains: str | None = None

    def needs_live(self, host: str) -> bool:
        """Whether this much may go to a host only with ``--live``."""
        many = self.duration_s is not None or self.count is None or self.count > FREE_EVENTS
        return many and not is_loopback(host)

    @property
    def total(self) -> str:
        """How much is planned, in words."""
        events = "" if self.count is None else f"{self.count} event{'s' * (self.count != 1)}"
        during = "" if self.duration_s is None else f"{self.duration_s:g} s"
        return f"{events} within {during}" if events and during else events or f"events for {during}"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is not the same twice. ``stop`` ends a run early; a real ``sleep`` wakes up for it."""

    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    stop: threading.Event = field(default_factory=threading.Event)
    sleep: Callable[[float], object] | None = None

    def rest(self, seconds: float) -> None:
        """Wait, but not for nothing."""
        if seconds > 0:
            (self.sleep or self.stop.wait)(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one event; ``error`` is None if it was delivered, else a word for the summary."""

    index: int
    request: RenderedRequest
    reply: Reply | None
    failure: NoReply | None
    error: str | None
    tries: int
    heard: bool
    """Whether any try got a reply, even if the last one got none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A whole run: ``planned`` is always ``delivered`` + ``failed``. ``replied`` counts events that got any reply."""

    planned: int
    delivered: int
    sent: int
    replied: int
    retries: int
    elapsed_s: float
    latencies_ms: tuple[float, ...]
    statuses: dict[str, int]
    errors: dict[str, int]
    interrupted: bool

    @property
    def failed(self) -> int:
        """Events that were not delivered, for whatever reason."""
        return self.planned - self.delivered

    @property
    def document(self) -> dict[str, Any]:
        """The summary as the JSON output has it; latencies are null where no reply came."""
        return {
            "schema_version": 1,
            "planned": self.planned,
            "delivered": self.delivered,
            "failed": self.failed,
            # Duplicates are sent on purpose only; a retry is counted as a retry.
            "duplicates_sent": 0,
            "sent_this_run": self.sent,
            "retries": self.retries,
            "elapsed_s": round(self.elapsed_s, 3),
            "rate_per_s": round(self.sent / self.elapsed_s, 1) if self.elapsed_s > 0 else 0.0,
            "latency_ms": {
                **{f"p{percent}": percentile(self.latencies_ms, percent) for percent in (50, 90, 99)},
                "max": percentile(self.latencies_ms, 100),
            },
            "statuses": self.statuses,
            "errors": self.errors,
        }


def percentile(ordered: tuple[float, ...], percent: int) -> float | None:
    """The nearest rank in ascending values, rounded to microseconds; None of nothing."""
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 3)


def rate_of(text: str) -> float:
    """Read ``--rate``: ``5``, ``0.5`` or ``5/s``.

    Raises:
        UsageError: it is no positive number.
    """
    try:
        rate = float(text.strip().removesuffix("/s"))
    except ValueError:
        rate = 0.0
    if not (0 < rate < math.inf):
        raise UsageError(f"--rate cannot read {text!r}", "Write events a second: --rate 5, or 5/s.")
    return rate


def renderer(
    template: Template,
    events: tuple[WebhookEvent, ...],
    values: Values,
    missing: Missing | None,
    *,
    url: Secret,
    content_type: str | None = None,
    fresh_id: Callable[[], str] = lambda: str(uuid4()),
) -> Render:
    """The function that renders the events in turn, each with a ``messageid`` of its own unless one is set."""

    def render(index: int) -> RenderedRequest:
        layers = (*values.layers, Layer(incoming={"messageid": fresh_id()}))
        event = events[index % len(events)]
        return render_event(template, event, Values(layers=layers), missing, url=url, content_type=content_type)

    return render


def deliver(
    plan: Plan,
    render: Render,
    send: Send,
    *,
    tell: Callable[[Outcome], None] = lambda outcome: None,
    world: World | None = None,
) -> Summary:
    """Send all events of a plan; ``tell`` hears of each when it is done, one at a time.

    Ctrl-C ends the run early: what was not done counts as failed (``stopped``), and the summary says so.
    """
    run = _Run(plan, render, send, tell, world or World())
    if plan.concurrency == 1:
        try:
            run.work()
        except KeyboardInterrupt:
            run.interrupt()
    else:
        _work_together(run, plan.concurrency)
    return run.summary()


def _work_together(run: _Run, hands: int) -> None:
    threads = [threading.Thread(target=run.work_guarded, daemon=True) for _ in range(hands)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # without a limit Ctrl-C would not come through on Windows
    except KeyboardInterrupt:
        run.interrupt()
        for thread in threads:
            if thread.is_alive():  # Ctrl-C may come before the last one is started
                thread.join(_GRACE_S / hands)
    if run.broken is not None:
        raise run.broken


class _Run:
    """One run's shared state; everything that several hands touch is behind the lock."""

    def __init__(self, plan: Plan, render: Render, send: Send, tell: Callable[[Outcome], None], world: World) -> None:
        self.plan, self.render, self.send, self.tell, self.world = plan, render, send, tell, world
        self.lock = threading.Lock()
        self.started = world.clock()
        self.taken = self.done = self.delivered = self.replied = self.retries = 0
        self.statuses: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.interrupted = self.closed = False
        self.broken: BaseException | None = None

    def work(self) -> None:
        """Take events until there are no more."""
        while (index := self.next_index()) is not None:
            self.world.rest(self.due(index) - self.world.clock())
            if self.world.stop.is_set():
                return
            self.count(self.outcome(index))

    def work_guarded(self) -> None:
        """The same in a thread, where an exception has to be carried out to the caller."""
        try:
            self.work()
        except BaseException as error:  # re-raised by the thread that waits
            self.broken = self.broken or error
            self.world.stop.set()

    def interrupt(self) -> None:
        """Let all hands finish what they hold."""
        self.interrupted = True
        self.world.stop.set()

    def due(self, index: int) -> float:
        """When an event is to leave: the rate's pace does not wait for replies."""
        return self.started + (index / self.plan.rate_per_s if self.plan.rate_per_s else 0.0)

    def is_over(self, moment: float) -> bool:
        """Whether a moment lies beyond the run's duration."""
        return self.plan.duration_s is not None and moment >= self.started + self.plan.duration_s

    def next_index(self) -> int | None:
        """The next event to send; None when the count is reached, time is up or the run is stopped."""
        with self.lock:
            index = self.taken
            if self.world.stop.is_set() or (self.plan.count is not None and index >= self.plan.count):
                return None
            if index and self.is_over(max(self.world.clock(), self.due(index))):
                return None
            self.taken += 1
            return index

    def outcome(self, index: int) -> Outcome:
        """Send one event, and again as far as the plan allows and the reply suggests."""
        request = self.render(index)
        tries, heard = 0, False
        while True:
            reply, failure = None, None
            try:
                tries += 1
                reply = self.send(request)
                heard = True
            except NoReply as error:
                failure = error
            wanting = _wanting(self.plan, reply, failure)
            if wanting is None or tries > self.plan.retries or not is_worth_retrying(reply):
                break
            wait_s = retry_wait_s(tries, reply, chance=self.world.chance, now=self.world.now)
            if self.is_over(self.world.clock() + wait_s):
                break
            self.world.rest(wait_s)
            if self.world.stop.is_set():
                break
        return Outcome(
            index=index + 1,
            request=request,
            reply=reply,
            failure=failure,
            error=wanting,
            tries=tries,
            heard=heard,
        )

    def count(self, outcome: Outcome) -> None:
        """Add an event that is done, unless the summary is already written."""
        with self.lock:
            if self.closed:
                return
            self.done += 1
            self.retries += outcome.tries - 1
            self.replied += outcome.heard
            if outcome.reply is not None:
                self.statuses[str(outcome.reply.status)] += 1
                self.latencies.append(outcome.reply.elapsed_ms)
            if outcome.error is None:
                self.delivered += 1
            else:
                self.errors[outcome.error] += 1
            self.tell(outcome)

    def summary(self) -> Summary:
        """Close the books."""
        with self.lock:
            self.closed = True
            planned = self.done
            if self.interrupted:
                planned = self.plan.count if self.plan.count is not None else self.taken
                self.errors["stopped"] += planned - self.done
            return Summary(
                planned=planned,
                delivered=self.delivered,
                sent=self.done,
                replied=self.replied,
                retries=self.retries,
                elapsed_s=self.world.clock() - self.started,
                latencies_ms=tuple(sorted(self.latencies)),
                statuses=dict(sorted(self.statuses.items())),
                errors={word: count for word, count in sorted(self.errors.items()) if count},
                interrupted=self.interrupted,
            )


def _wanting(plan: Plan, reply: Reply | None, failure: NoReply | None) -> str | None:
    """What keeps an event from being delivered, in one word; None if nothing does."""
    if reply is None:
        return failure.kind if failure is not None else "stopped"
    if reply.status not in plan.expected:
        return "status"
    if plan.body_contains is not None and plan.body_contains not in reply.text:
        return "body"
    return None
