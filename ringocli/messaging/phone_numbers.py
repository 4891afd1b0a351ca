"""Phone numbers in the form in which they are compared, however they are written."""

from __future__ import annotations

import re

_NOT_DIGITS = re.compile(r"\D")


def number_key(number: str) -> str:
    """A number in the form that is compared: its last ten digits, so that + and the country code do not matter.

    A text with fewer than seven digits, such as a sender name or a short code, is compared as a whole.
    """
    digits = _NOT_DIGITS.sub("", number)
    return digits[-10:] if len(digits) >= 7 else number.strip().casefold()
