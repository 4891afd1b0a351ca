"""What a waiting test looks for: an exchange by its identity, not by how many there are.

The same criteria as SQL, for what is stored already, and as a predicate, for what comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.search import KEYS, Condition
from ringocli.errors import UsageError
from ringocli.template.variables import SETTABLE
from ringocli.text.suggest import did_you_mean

_COLUMNS = {"from": "sender", "to": "recipient", "event_key": "event_key", "event_type": "event_type"}
_WORDS = ("direction", "status", "name", "event", "matched")
NAMES = (*SETTABLE, "event_key", "event_type", *_WORDS)
"""What can be asked for."""

LIMITS = ("after", "timeout_s")
"""What bounds the waiting."""

_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_NUMBERS = ("from", "to")


@dataclass(frozen=True, slots=True)
class Criteria:
    """Names with the values they must have; ``after`` leaves out everything up to that exchange."""

    criteria: tuple[tuple[str, str], ...]
    after: int = 0

    @classmethod
    def read(cls, asked: Iterable[tuple[str, str]], after: int = 0) -> Criteria:
        """Criteria from a query string's pairs.

        Raises:
            UsageError: a name that no exchange has.
        """
        criteria = []
        for name, value in asked:
            if name not in NAMES:
                known = (*NAMES, *LIMITS)
                raise UsageError(
                    f"there is no {name!r} to wait for{did_you_mean(name, known)}", f"It takes {', '.join(known)}."
                )
            if name == "matched" and value.lower() not in _TRUTHS:
                raise UsageError("matched takes true or false", "For instance matched=false")
            # In an address a bare + is a blank, and a number begins with neither.
            criteria.append((name, "+" + value[1:] if name in _NUMBERS and value.startswith(" ") else value))
        return cls(tuple(criteria), after)

    @property
    def conditions(self) -> list[Condition]:
        """The criteria for the store, as far as SQL can tell; ``fits`` has the last word."""
        found = [Condition("id > ?", (self.after,))] if self.after else []
        # SQLite's JSON functions end a text at a NUL.
        return found + [_condition(name, value) for name, value in self.criteria if "\0" not in value]

    @property
    def key(self) -> tuple[str, str]:
        """One criterion that tells most exchanges apart: a waiter is filed under it."""
        for name in ("messageid", "from", "to", "content", "event_key", "event_type"):
            for pair in self.criteria:
                if pair[0] == name:
                    return pair
        return ("", "")

    def asks_for(self, name: str) -> bool:
        """Whether one of the criteria is about this."""
        return any(pair[0] == name for pair in self.criteria)

    def fits(self, stored: StoredExchange) -> bool:
        """Whether an exchange is what is waited for."""
        return stored.id > self.after and all(_has(stored, name, value) for name, value in self.criteria)


def keys_of(stored: StoredExchange) -> list[tuple[str, str]]:
    """Every pair under which a waiter for this exchange may be filed."""
    values: Mapping[str, str | None] = {
        **stored.content["variables"],
        "event_key": stored.event_key,
        "event_type": stored.event_type,
    }
    return [("", ""), *((name, value) for name, value in values.items() if value is not None)]


def _condition(name: str, value: str) -> Condition:
    if name in _COLUMNS:
        return Condition(f"{_COLUMNS[name]} = ?", (value,))
    if name in ("direction", "status"):
        return Condition(f"{name} = ?", (value,))
    if name == "matched":
        return Condition("matched = ?", (_TRUTHS[value.lower()],))
    if name == "event":
        return KEYS["event"](value)
    if name == "name":
        return Condition("json_extract(content, '$.name') = ?", (value,))
    if name == "messageid":
        return Condition("message_id = ?", (value,))
    return Condition(f"json_extract(content, '$.variables.{name}') = ?", (value,))


def _has(stored: StoredExchange, name: str, value: str) -> bool:
    if name in ("event_key", "event_type", "direction", "status"):
        return bool(getattr(stored, name) == value)
    if name == "matched":
        return stored.matched == _TRUTHS[value.lower()]
    if name == "event":
        return value in (stored.event_key, stored.event_type, f"{stored.event_type}:{stored.event_key}")
    if name == "name":
        return bool(stored.content["name"] == value)
    return bool(stored.content["variables"].get(name) == value)
