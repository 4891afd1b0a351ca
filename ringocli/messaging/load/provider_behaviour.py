"""Delivers as a provider does: its time-out and its schedule of attempts, from data with sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ringocli.errors import UsageError
from ringocli.http.exchange import Reply
from ringocli.http.status_codes import SUCCESS
from ringocli.messaging.load.counters import LoadSummary
from ringocli.messaging.load.provider_data import DeliveryData, provider_data, provider_names
from ringocli.messaging.load.retry_policy import RetryPolicy
from ringocli.text.suggest import did_you_mean


def behaviour(name: str) -> DeliveryData:
    """How the provider of that name delivers.

    Raises:
        UsageError: its behaviour is not known.
    """
    known = [one for one in provider_names() if provider_data(one).delivery is not None]
    data = provider_data(name).delivery if name in known else None
    if data is None:
        raise UsageError(
            f"--as-provider: the behaviour of {name!r} is not known{did_you_mean(name, known)}",
            f"Known: {', '.join(known)}.",
        )
    return data


class ProviderRetryPolicy(RetryPolicy):
    """A provider's own schedule; its waits are multiplied by ``time_scale``, so that 24 hours can pass in seconds."""

    def __init__(self, data: DeliveryData, *, time_scale: float = 1.0) -> None:
        super().__init__(retries=len(data.waits_s))
        self._data, self._time_scale = data, time_scale

    def wait_s(
        self, tries: int, reply: Reply | None, *, chance: Callable[[], float], now: Callable[[], datetime]
    ) -> float | None:
        """The provider's pause before the next attempt; None if there is none."""
        if tries > len(self._data.waits_s) or not self._is_retried(reply):
            return None
        return self._data.waits_s[tries - 1] * self._time_scale

    def gives_up_on(self, tries: int, reply: Reply | None, now: datetime) -> bool:
        """Never: no provider documents that it obeys ``Retry-After``."""
        return False

    def _is_retried(self, reply: Reply | None) -> bool:
        match self._data.retried:
            case "all-but-2xx":
                return reply is None or reply.status not in SUCCESS
            case "5xx-and-429":
                return reply is None or reply.status >= 500 or reply.status == 429
        return False


def findings(data: DeliveryData, summary: LoadSummary) -> tuple[str, ...]:
    """What the results of a run mean for webhooks of this provider, in sentences."""
    found = []
    title = data.title
    slow = summary.silences.get("timeout", 0)
    if slow and data.timeout_s is not None:
        then = "sends the message again" if data.waits_s else "gives up on the message"
        found.append(
            f"{slow:,} attempt{'s' * (slow != 1)} had no reply within {data.timeout_s:g} s: {title} then {then}"
        )
    if summary.duplicates_sent:
        count = summary.duplicates_sent
        found.append(
            f"{count:,} attempt{'s' * (count != 1)} repeated an event that may have arrived: "
            "your receiver has to detect repeated webhooks"
        )
    if summary.failed_over:
        found.append(
            f"{summary.failed_over:,} event{'s' * (summary.failed_over != 1)} went to the failover URL, "
            f"which accepted {summary.saved_by_failover:,}"
        )
    elif summary.failed and data.failover:
        found.append(f"{summary.failed:,} events would go to {data.failover}; specify its URL with --failover-url")
    if summary.failed and (summary.failed_over or not data.failover):
        found.append(f"{summary.failed:,} events would be lost: {title} makes no further attempt")
    return tuple(found)
