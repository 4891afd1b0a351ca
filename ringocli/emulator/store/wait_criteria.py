"""Criteria for ``GET /api/wait``: selects exchanges by the values of their fields, never by count.

The same criteria exist as SQL, for what is already stored, and as a predicate, for what is stored later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.search import KEYS, Condition
from ringocli.errors import UsageError
from ringocli.template.variables import SETTABLE, event_type_named
from ringocli.text.suggest import did_you_mean

_COLUMNS = {
    "from": "sender",
    "to": "recipient",
    "messageid": "message_id",
    "event_key": "event_key",
    "event_type": "event_type",
    "direction": "direction",
    "status": "status",
}
NAMES = (*SETTABLE, "event_key", "event_type", "direction", "status", "name", "event", "matched", "contains", "matches")
"""The available criteria."""

LIMITS = ("after", "timeout_s", "q", "count", "none")
"""Parameters that limit the wait."""

_TEXT_CRITERIA = ("contains", "matches")
"""Criteria for the text of a message: a part of it, or a regular expression."""

MAX_EXPRESSION = 200
MAX_SEARCHED = 10_000
"""How many characters of a text are searched."""

_NESTED_REPETITION = re.compile(r"[*+}][^()]*\)[*+{]|\)[*+][*+{]")

_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_PHONES = ("from", "to")


@dataclass(frozen=True, slots=True)
class Criteria:
    """Names with their required values; ``after`` excludes everything up to that exchange."""

    pairs: tuple[tuple[str, str], ...]
    after: int = 0

    @classmethod
    def read(cls, query: Iterable[tuple[str, str]], after: int = 0) -> Criteria:
        """Parse the pairs of a query string.

        Raises:
            UsageError: a name that no exchange has, or an invalid value.
        """
        pairs = []
        for name, value in query:
            if name not in NAMES:
                known = (*NAMES, *LIMITS)
                message = f"unknown criterion {name[:40]!r}{did_you_mean(name, known)}"
                raise UsageError(message, f"Available: {', '.join(known)}.")
            if name == "matched" and value.lower() not in _BOOLEANS:
                raise UsageError("matched must be true or false", "For example matched=false")
            if name == "matches":
                _check_expression(value)
            # An unescaped + in a query is a space, and no phone number starts with a space.
            pairs.append((name, "+" + value[1:] if name in _PHONES and value.startswith(" ") else value))
        return cls(tuple(pairs), after)

    @property
    def conditions(self) -> list[Condition]:
        """The criteria as SQL, as far as SQL can express them; ``fits`` decides."""
        found = [Condition("id > ?", (self.after,))] if self.after else []
        # SQLite's JSON functions end a string at NUL.
        return found + [
            _condition(name, value) for name, value in self.pairs if "\0" not in value and name not in _TEXT_CRITERIA
        ]

    @property
    def key(self) -> tuple[str, str]:
        """The most selective criterion, under which a waiter is indexed."""
        for name in ("messageid", "from", "to", "content", "event_key", "event_type"):
            for pair in self.pairs:
                if pair[0] == name:
                    return pair
        return ("", "")

    def has(self, name: str) -> bool:
        """Whether one of the criteria has this name."""
        return any(pair[0] == name for pair in self.pairs)

    def fits(self, stored: StoredExchange) -> bool:
        """Whether an exchange meets all criteria."""
        return stored.id > self.after and all(_meets(stored, name, value) for name, value in self.pairs)


def keys_of(stored: StoredExchange) -> list[tuple[str, str]]:
    """Every key under which a waiter for this exchange may be indexed."""
    values: Mapping[str, str | None] = {
        **stored.content["variables"],
        "event_key": stored.event_key,
        "event_type": stored.event_type,
    }
    return [("", ""), *((name, value) for name, value in values.items() if value is not None)]


def _condition(name: str, value: str) -> Condition:
    if name in _COLUMNS:
        return Condition(f"{_COLUMNS[name]} = ?", (value,))
    if name == "matched":
        return Condition("matched = ?", (_BOOLEANS[value.lower()],))
    if name == "event":
        return KEYS["event"](value)
    if name == "name":
        return Condition("json_extract(content, '$.name') = ?", (value,))
    return Condition(f"json_extract(content, '$.variables.{name}') = ?", (value,))


def _check_expression(value: str) -> None:
    """Refuse a regular expression that is invalid, or whose search may take exponential time."""
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(
            f"matches is not a valid regular expression: {error}", r"For example matches=code \d{4}"
        ) from None
    if len(value) > MAX_EXPRESSION or _NESTED_REPETITION.search(value):
        raise UsageError("matches is too complex", "Use a shorter expression without nested repetition.")


def _meets(stored: StoredExchange, name: str, value: str) -> bool:
    if name in ("event_key", "event_type", "direction", "status"):
        return bool(getattr(stored, name) == value)
    if name == "matched":
        return stored.matched == _BOOLEANS[value.lower()]
    if name == "event":
        names = (stored.event_key, stored.event_type, f"{stored.event_type}:{stored.event_key}")
        return value in names or (stored.event_type is not None and stored.event_type == event_type_named(value))
    if name == "name":
        return bool(stored.content["name"] == value)
    if name in _TEXT_CRITERIA:
        texts = [stored.content["variables"].get(variable, "")[:MAX_SEARCHED] for variable in ("content", "text")]
        if name == "contains":
            return any(value in text for text in texts)
        return any(re.search(value, text) for text in texts)
    return bool(stored.content["variables"].get(name) == value)
