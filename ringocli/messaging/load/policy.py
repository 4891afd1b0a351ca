"""Decides what follows a failed try: wait and try again, stop trying, or stop everything for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ringocli.errors import NoReply
from ringocli.http.exchange import Reply
from ringocli.http.retry import MAX_RETRY_AFTER_S, backoff_s, is_worth_retrying, retry_after_s
from ringocli.http.status_codes import SUCCESS, Statuses

PERMANENT = ("name", "tls")
"""Failures that no retry changes: an unknown host, an untrusted certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What counts as delivered."""

    expected: Statuses = SUCCESS
    body_contains: str | None = None

    def error(self, reply: Reply) -> str | None:
        """Why a reply is not a delivery, in one word; None if it is."""
        if reply.status not in self.expected:
            return "status"
        if self.body_contains is not None and self.body_contains not in reply.text:
            return "body"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often an event is tried again, and the longest ``Retry-After`` to wait for."""

    retries: int = 0
    max_retry_after_s: float = MAX_RETRY_AFTER_S

    def wait_s(
        self, tries: int, reply: Reply | None, *, chance: Callable[[], float], now: Callable[[], datetime]
    ) -> float | None:
        """Seconds until the next try, never shorter than ``Retry-After``; None if there is no next try."""
        if tries > self.retries or not is_worth_retrying(reply):
            return None
        asked_s = retry_after_s(reply, now()) or 0.0
        return None if asked_s > self.max_retry_after_s else asked_s + backoff_s(tries, chance)

    def gives_up_on(self, tries: int, reply: Reply | None, now: datetime) -> bool:
        """Whether an event with tries left fails at once, because the server asks to wait too long."""
        if tries > self.retries or reply is None or not is_worth_retrying(reply):
            return False
        return (retry_after_s(reply, now) or 0.0) > self.max_retry_after_s


FIRST_PROBE_S = 0.05
MAX_PROBE_WAIT_S = 1.0
MIN_PROBES = 3


class CircuitBreaker:
    """Opens after many failures in a row without any answer; then one event at a time probes the receiver.

    While it is open nothing else is sent, so an outage costs each event one try at most. If the receiver stays silent
    for ``give_up_s`` and three probes, ``given_up`` is true: the rest of the run fails at once. With the threshold None it
    never opens.
    """

    def __init__(self, *, threshold: int | None, give_up_s: float) -> None:
        self._threshold = threshold
        self._give_up_s = give_up_s
        self._in_a_row = 0
        self._probes = 0
        self._opened_at: float | None = None
        self.probe_at = 0.0
        self.probing = False
        self.times_opened = 0
        self.given_up = False
        self.is_troubled = False
        self.last_failure: NoReply | None = None

    @property
    def is_open(self) -> bool:
        """Whether only probes are sent."""
        return self._opened_at is not None

    def answered(self) -> None:
        """The receiver answered, whatever it said."""
        self.is_troubled = False
        self._in_a_row = 0
        self._opened_at = None
        self.probing = False

    def silent(self, failure: NoReply, now: float) -> None:
        """A try got no answer."""
        self.last_failure = failure
        self.is_troubled = True
        self._in_a_row += 1
        if self._threshold is None:
            return
        if failure.kind in PERMANENT:
            self.given_up = True
        elif self._opened_at is None and self._in_a_row >= self._threshold:
            self._opened_at, self._probes = now, 0
            self.times_opened += 1
            self.probe_at = now + FIRST_PROBE_S
        elif self._opened_at is not None and self.probing:
            self.probing = False
            self._probes += 1
            self.probe_at = now + min(MAX_PROBE_WAIT_S, FIRST_PROBE_S * 2.0**self._probes)
            self.given_up = self._probes >= MIN_PROBES and now - self._opened_at >= self._give_up_s

    def may_probe(self, now: float) -> bool:
        """Whether it is time for the next probe."""
        return self._opened_at is not None and not self.probing and now >= self.probe_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """How fast, how many at once, for how long, and what counts as delivered.

    ``rate_per_s`` None is the closed model; ``concurrency`` bounds the connections. ``give_up_s`` is how long a
    receiver may be silent; None: the longer, the more retries were asked for.
    """

    concurrency: int = 1
    rate_per_s: float | None = None
    duration_s: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    verdicts: Verdicts = field(default_factory=Verdicts)
    give_up_s: float | None = None

    @property
    def breaker(self) -> CircuitBreaker:
        """A closed circuit."""
        give_up_s = min(30.0, 2.0 + self.retry.retries) if self.give_up_s is None else self.give_up_s
        return CircuitBreaker(threshold=max(16, 2 * self.concurrency), give_up_s=give_up_s)
