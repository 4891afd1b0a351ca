"""Names of fields, compared without regard to how their words are joined."""

from __future__ import annotations


def plain(name: str) -> str:
    """A name in lower case with only its letters and digits: ``phone_number`` and ``phoneNumber`` → ``phonenumber``."""
    return "".join(char for char in name.lower() if char.isalnum())
