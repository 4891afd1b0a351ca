"""Tells numbers in text from outside: ``str.isdigit`` also accepts digits of other scripts and any length, ``int`` does not."""

from __future__ import annotations


def is_count(text: str) -> bool:
    """Whether a text is a whole number of at most 18 digits."""
    return len(text) < 19 and text.isascii() and text.isdigit()
