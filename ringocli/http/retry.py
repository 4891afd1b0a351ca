"""When to retry a request, and after how long; clock and randomness are arguments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ringocli.http.exchange import Reply, header

FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 30.0
MAX_RETRY_AFTER_S = 3600.0


def is_worth_retrying(reply: Reply | None) -> bool:
    """Whether a retry may succeed: after no reply, 429 or 5xx. Anything else would be answered the same way."""
    return reply is None or reply.status == 429 or reply.status >= 500


def backoff_s(tries: int) -> float:
    """The longest wait after a number of failed tries: half a second, doubled with each, at most 30 s."""
    return min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(tries - 1, 10))


def retry_wait_s(tries: int, reply: Reply | None, *, chance: Callable[[], float], now: Callable[[], datetime]) -> float:
    """The backoff, shortened by up to half at random, but never less than ``Retry-After``."""
    return max(backoff_s(tries) * (0.5 + chance() / 2), retry_after_s(reply, now()))


def retry_after_s(reply: Reply | None, now: datetime) -> float:
    """The seconds that ``Retry-After`` asks for, as a number or a date; at most an hour, 0.0 without the header."""
    text = (header(reply.headers, "retry-after") or "").strip() if reply is not None else ""
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER_S)
    with suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return min(max(0.0, (moment - now).total_seconds()), MAX_RETRY_AFTER_S)
    return 0.0
