"""When a request is worth sending again, and after how long. Clock and randomness are arguments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ringocli.http.exchange import Reply, header

if TYPE_CHECKING:
    from datetime import datetime

BASE_BACKOFF_S = 0.5
MAX_BACKOFF_S = 30.0
MAX_RETRY_AFTER_S = 300.0
"""The default of ``--max-retry-after-s``."""

LONGEST_S = 999_999_999.0
"""A longer ``Retry-After`` counts as this."""


def is_worth_retrying(reply: Reply | None) -> bool:
    """Whether another try may succeed: after no reply, too many requests, or a server error."""
    return reply is None or reply.status == 429 or reply.status >= 500


def backoff_s(tries: int, chance: Callable[[], float]) -> float:
    """Seconds to wait after ``tries`` tries, with full jitter: anything up to half a second, doubled with each try.

    Full jitter spreads clients that failed together over the whole interval (Brooker, "Exponential Backoff and
    Jitter", AWS Architecture Blog, 2015).
    """
    return chance() * longest_backoff_s(tries)


def longest_backoff_s(tries: int) -> float:
    """The longest wait after a number of failed tries: half a second, doubled with each try, at most 30 s."""
    return min(MAX_BACKOFF_S, BASE_BACKOFF_S * 2.0 ** min(tries - 1, 10))


def retry_after_s(reply: Reply | None, now: datetime) -> float | None:
    """The seconds that ``Retry-After`` asks for (0 for a date in the past); None without a valid header."""
    text = (header(reply.headers, "retry-after") or "").strip() if reply is not None else ""
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_S)
    if not text:
        return None
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    with suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    return None
