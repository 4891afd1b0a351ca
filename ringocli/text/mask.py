"""What a masked secret is shown as, and which secrets are searched for in text from outside.

Separate from ``secret_search``, whose import takes 1.4 ms and which a command without secrets does not need.
"""

from __future__ import annotations

import re

MASK = "***"

MIN_SEARCHED_LENGTH = 8
"""Shorter secrets are not searched for: ordinary words would be masked."""


def is_plain_word(piece: str) -> bool:
    """Whether a piece of a URL is one short word, as in ``/delivered``, which must not mask that word everywhere."""
    return re.fullmatch("/?[a-z]{1,12}/?", piece) is not None
