"""When a request is sent again, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.http.exchange import Reply
from ringocli.http.retry import MAX_BACKOFF_S, backoff_s, is_worth_retrying, retry_after_s
from ringocli.messaging.load.retry_policy import RetryPolicy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7.0), ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("0000000000050", 50.0), ("soon", None), ("-1", None), ("9" * 400, 999999999.0), ("\u0663", None), ("", None),
    ],
)  # fmt: skip
def test_retry_after_is_parsed_leniently(text: str, expected: float | None) -> None:
    """Seconds and dates are parsed; anything else is ignored."""
    reply = Reply(status=503, headers=(("retry-after", text),))
    assert expected == retry_after_s(reply, NOW)


@given(tries=st.integers(1, 1000), chance=st.floats(0, 1))
def test_backoff_has_full_jitter(tries: int, chance: float) -> None:
    """The wait is between 0 and half a second, doubled with each attempt, up to half a minute."""
    longest = min(MAX_BACKOFF_S, 0.5 * 2 ** min(tries - 1, 10))
    assert backoff_s(tries, lambda: chance) == pytest.approx(chance * longest)


@given(tries=st.integers(1, 5), asked=st.integers(0, 300), chance=st.floats(0, 1))
def test_a_retry_never_comes_before_retry_after(tries: int, asked: int, chance: float) -> None:
    """Jitter only adds to the wait that the server asked for."""
    reply = Reply(status=429, headers=(("Retry-After", str(asked)),))
    wait_s = RetryPolicy(retries=5).wait_s(tries, reply, chance=lambda: chance, now=lambda: NOW)
    assert wait_s is not None
    assert wait_s >= asked


def test_a_retry_after_over_the_limit_is_not_obeyed() -> None:
    """The event fails at once, with another reason than an event that has no attempts left."""
    reply = Reply(status=503, headers=(("Retry-After", "301"),))
    policy = RetryPolicy(retries=1)
    assert (None, True) == (
        policy.wait_s(1, reply, chance=lambda: 0, now=lambda: NOW),
        policy.gives_up_on(1, reply, NOW),
    )
    assert (None, False) == (
        policy.wait_s(2, reply, chance=lambda: 0, now=lambda: NOW),
        policy.gives_up_on(2, reply, NOW),
    )


@pytest.mark.parametrize(("status", "worth"), [(200, False), (400, False), (404, False), (429, True), (500, True)])
def test_what_is_worth_retrying(status: int, worth: bool) -> None:
    """Server errors and 429 are retried; a rejected request would be rejected again."""
    assert worth == is_worth_retrying(Reply(status=status))
