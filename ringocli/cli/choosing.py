"""Options that take one of a few words."""

from __future__ import annotations

from collections.abc import Sequence

from ringocli.errors import UsageError


def chosen(option: str, value: str, choices: Sequence[str]) -> str:
    """The value of an option that takes one of a few words.

    Raises:
        UsageError: it is none of them; the nearest is named.
    """
    from ringocli.text.suggest import did_you_mean

    if value not in choices:
        raise UsageError(f"{option} has no {value!r}{did_you_mean(value, choices)}", f"It takes {', '.join(choices)}.")
    return value
