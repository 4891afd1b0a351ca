"""Recognises whole numbers in text from outside. ``str.isdigit`` is not enough: it accepts characters and lengths that ``int`` does not."""

from __future__ import annotations


def is_count(text: str) -> bool:
    """Whether a text is a whole number of at most 18 digits."""
    return len(text) < 19 and text.isascii() and text.isdigit()
