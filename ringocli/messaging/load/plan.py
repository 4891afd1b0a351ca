"""The plan of a load run: its rate, its duration, and what counts as delivered."""

from __future__ import annotations

from typing import NamedTuple

from ringocli.messaging.load.circuit_breaker import CircuitBreaker
from ringocli.messaging.load.retry_policy import RetryPolicy, Verdicts


class LoadPlan(NamedTuple):
    """How fast, how many at once, for how long, and what counts as delivered.

    ``rate_per_s`` None is the closed model; ``concurrency`` bounds the connections. ``give_up_s`` is how long a
    receiver may be silent; if None, it depends on the number of retries.
    """

    concurrency: int = 1
    rate_per_s: float | None = None
    duration_s: float | None = None
    retry: RetryPolicy = RetryPolicy()
    verdicts: Verdicts = Verdicts()
    give_up_s: float | None = None

    @property
    def breaker(self) -> CircuitBreaker:
        """A closed circuit."""
        give_up_s = min(30.0, 2.0 + self.retry.retries) if self.give_up_s is None else self.give_up_s
        return CircuitBreaker(threshold=max(16, 2 * self.concurrency), give_up_s=give_up_s)
