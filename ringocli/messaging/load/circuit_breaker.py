"""The circuit breaker: stops sending for a while if the receiver does not answer at all."""

from __future__ import annotations

from ringocli.errors import NoReply

PERMANENT = ("name", "tls")
"""Failures that no retry changes: an unknown host, an untrusted certificate."""

FIRST_PROBE_S = 0.05
MAX_PROBE_WAIT_S = 1.0
MIN_PROBES = 3


class CircuitBreaker:
    """Opens after many consecutive tries without an answer; then one event at a time probes the receiver.

    While it is open nothing else is sent, so an outage costs each event one try at most. If the receiver stays silent
    for ``give_up_s`` and three probes, ``given_up`` is true: the rest of the run fails at once. With the threshold None
    it never opens.
    """

    def __init__(self, *, threshold: int | None, give_up_s: float) -> None:
        self._threshold = threshold
        self._give_up_s = give_up_s
        self._in_a_row = 0
        self._probes = 0
        self._opened_at: float | None = None
        self.probe_at = 0.0
        self.probing = False
        self.given_up = False
        self.is_troubled = False
        self.last_failure: NoReply | None = None

    @property
    def is_open(self) -> bool:
        """Whether only probes are sent."""
        return self._opened_at is not None

    def answered(self) -> None:
        """Close the circuit, because the receiver answered, whatever the status."""
        self.is_troubled = False
        self._in_a_row = 0
        self._opened_at = None
        self.probing = False

    def silent(self, failure: NoReply, now: float) -> None:
        """Count a try without an answer, and open the circuit if there were too many."""
        self.last_failure = failure
        self.is_troubled = True
        self._in_a_row += 1
        if self._threshold is None:
            return
        if failure.kind in PERMANENT:
            self.given_up = True
        elif self._opened_at is None and self._in_a_row >= self._threshold:
            self._opened_at, self._probes = now, 0
            self.probe_at = now + FIRST_PROBE_S
        elif self._opened_at is not None and self.probing:
            self.probing = False
            self._probes += 1
            self.probe_at = now + min(MAX_PROBE_WAIT_S, FIRST_PROBE_S * 2.0**self._probes)
            self.given_up = self._probes >= MIN_PROBES and now - self._opened_at >= self._give_up_s

    def may_probe(self, now: float) -> bool:
        """Whether it is time for the next probe."""
        return self._opened_at is not None and not self.probing and now >= self.probe_at
