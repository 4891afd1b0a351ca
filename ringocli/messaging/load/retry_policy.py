"""When an event counts as delivered, and after how long a failed try is repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ringocli.http.exchange import Reply
from ringocli.http.retry import MAX_RETRY_AFTER_S, backoff_s, is_worth_retrying, retry_after_s
from ringocli.http.status_codes import SUCCESS, Statuses

if TYPE_CHECKING:
    from datetime import datetime


class Verdicts(NamedTuple):
    """What counts as delivered."""

    expected: Statuses = SUCCESS
    body_contains: str | None = None

    def error(self, reply: Reply) -> str | None:
        """Why a reply does not count as delivered, in one word; None if it does."""
        if reply.status not in self.expected:
            return "status"
        if self.body_contains is not None and self.body_contains not in reply.text:
            return "body"
        return None


class RetryPolicy:
    """How often an event is tried again, and the longest ``Retry-After`` to wait for."""

    def __init__(self, *, retries: int = 0, max_retry_after_s: float = MAX_RETRY_AFTER_S) -> None:
        self.retries, self.max_retry_after_s = retries, max_retry_after_s

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
