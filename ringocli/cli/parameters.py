"""Annotations that say how the fields of an options object are given on the command line; ``command`` reads them.

Nothing heavy is imported here, because ``validate`` with plain arguments works without the command-line library.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ringocli.errors import UsageError


class Argument(NamedTuple):
    """A field that is given by its position; ``choices``, ``endings`` and ``complete`` as in ``Option``."""

    metavar: str
    help: str = ""
    choices: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    complete: Callable[..., list[str]] | None = None


class Option(NamedTuple):
    """A field that is given by name.

    ``flags`` default to the field's name. A value must be one of ``choices``, if there are any, and a number between
    ``min`` and ``max``; ``unit`` is their unit. ``complete`` proposes values to the shell; without it,
    choices are proposed, or files with one of ``endings``, or any file where the metavar asks for one.
    """

    help: str = ""
    flags: tuple[str, ...] = ()
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    unit: str = ""
    endings: tuple[str, ...] = ()
    complete: Callable[..., list[str]] | None = None

    def check(self, flag: str, value: object) -> None:
        """Refuse a value that is not a choice, or out of range.

        Raises:
            UsageError: with the nearest choice, or the range.
        """
        if isinstance(value, str):
            if self.choices:
                chosen(flag, value, self.choices)
        elif (
            isinstance(value, int | float)
            and self.min is not None
            and self.max is not None
            and not self.min <= value <= self.max
        ):
            raise UsageError(f"{flag} must be between {_number(self.min)} and {_number(self.max)}{self.unit}")


class Group(NamedTuple):
    """A field whose type is another options class; ``heading`` is above its options in the help text."""

    heading: str | None = None


PLAIN_GLOBAL_FLAGS = {"-q": "quiet", "--quiet": "quiet", "-v": "verbose", "--verbose": "verbose"}
"""The global flags that are read without the command-line library, with their names in ``ConsoleOptions``."""


def flag_of(field: str) -> str:
    """The flag of a field: ``fail_on`` is ``--fail-on``."""
    return f"--{field.replace('_', '-')}"


def chosen(option: str, value: str, choices: Sequence[str]) -> str:
    """The value of an option that takes one of a few words.

    Raises:
        UsageError: it is not one of them; the nearest is named.
    """
    if value in choices:
        return value
    from ringocli.text.suggest import nearest

    choice = nearest(value, choices)
    suggestion = f" (did you mean {choice}?)" if choice is not None else ""
    raise UsageError(f"invalid {option} {value!r}{suggestion}", f"Choose from {', '.join(choices)}.")


def _number(limit: float) -> str:
    return f"{limit:,.0f}" if limit == int(limit) else str(limit)
