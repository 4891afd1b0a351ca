"""Names of fields in the form in which they are compared."""

from __future__ import annotations


def name_key(name: str) -> str:
    """A name in lower case, with only its letters and digits: ``phone_number`` and ``phoneNumber`` → ``phonenumber``."""
    return "".join(filter(str.isalnum, name.lower()))
