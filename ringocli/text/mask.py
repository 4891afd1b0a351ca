"""What a masked secret is shown as, and which secrets are searched for in text from outside.

Separate from ``secret_search``, whose import takes 1.4 ms and which a command without secrets does not need.
"""

from __future__ import annotations

MASK = "***"

MIN_SEARCHED_LENGTH = 8
"""Shorter secrets are not searched for: ordinary words would be masked."""


COMMON_WORDS = frozenset(
    [
        "callback",
        "callbacks",
        "delivered",
        "delivery",
        "endpoint",
        "expected",
        "failover",
        "incoming",
        "integration",
        "latencies",
        "message",
        "messages",
        "messaging",
        "notifications",
        "outgoing",
        "production",
        "provider",
        "providers",
        "receipts",
        "receiver",
        "response",
        "ringotel",
        "sandbox",
        "segments",
        "statuses",
        "telephony",
        "variables",
        "warnings",
        "webhook",
        "webhooks",
    ]
)
"""Words that occur both in the paths of webhook URLs and in results. They are no secrets by themselves, and masking them
would change the keys of a summary.
"""


def is_common_word(piece: str) -> bool:
    """Whether a piece of a path is one of these words, as in ``/delivered``."""
    return piece.strip("/") in COMMON_WORDS
