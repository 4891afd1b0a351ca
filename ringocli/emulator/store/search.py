"""The search language of the page and the API, as SQL: words, ``from:`` ``to:`` ``with:`` ``event:`` …, ``-`` negates.

All terms of ``from:+1310 -is:unmatched "see you"`` have to be true. A word is searched for in everything that is shown
of an exchange. User input reaches SQL only as a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ringocli.errors import UsageError
from ringocli.http.bodies import json_escaped
from ringocli.template.variables import event_type_named
from ringocli.text.suggest import did_you_mean

MAX_QUERY = 500

_TERM = re.compile(r'(-?)(?:([A-Za-z_]+):)?("[^"]*"?|\S+)')
_SPACED_NUMBER = re.compile(r"\b((?:from|to|with):)(\+?\(?\d{1,4}\)?(?:[ .-]+\(?\d{2,4}\)?){2,5})(?!\S)", re.I)
"""A phone number as it is displayed, in groups of digits."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause with its parameters."""

    sql: str
    parameters: tuple[object, ...] = ()


_STATES = {
    "matched": "matched",
    "unmatched": "NOT matched",
    "delivered": "status = 'delivered'",
    "failed": "status IN ('failed', 'refused')",
    "sent": "status = 'sent'",
    "receipt": "event_type = 'messageDelivered'",
    "file": "(event_type = 'mms' OR json_extract(content, '$.name') = 'SendFile')",
    "incoming": "direction = 'incoming'",
    "outgoing": "direction = 'outgoing'",
}


def _like(column: str) -> Callable[[str], Condition]:
    return lambda value: Condition(f"{column} LIKE ? ESCAPE '\\'", (f"%{_escaped(value)}%",))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _word(value: str) -> Condition:
    """A word as it is written in the stored JSON."""
    return _like("content")(json_escaped(value))


def _event(value: str) -> Condition:
    other_name = event_type_named(value) or value
    return Condition(
        "(? IN (event_key, event_type || ':' || event_key) OR event_type IN (?, ?))", (value, value, other_name)
    )


def _direction(value: str) -> Condition:
    directions = ("incoming", "outgoing")
    if value not in directions:
        message = f"invalid direction {value[:40]!r}{did_you_mean(value, directions)}"
        raise UsageError(message, "Use incoming or outgoing.")
    return Condition("direction = ?", (value,))


def _is(value: str) -> Condition:
    if value not in _STATES:
        message = f"invalid is:{value[:40]}{did_you_mean(value, tuple(_STATES))}"
        raise UsageError(message, f"Available: {', '.join(_STATES)}.")
    return Condition(_STATES[value])


def _status(value: str) -> Condition:
    if not re.fullmatch(r"[1-5](\d\d|xx)", value.lower()):
        raise UsageError("status: must be a status code, such as 422 or 4xx", "For example status:4xx")
    return _like_start("CAST(json_extract(content, '$.reply.status') AS TEXT)", value.lower().rstrip("x"))


def _phone(*columns: str) -> Callable[[str], Condition]:
    """A phone number, or a part of one, as it is stored or as it is displayed: with spaces, hyphens and parentheses."""

    def condition(value: str) -> Condition:
        number = re.sub(r"[\s().-]", "", value) if re.fullmatch(r"[+\d\s().-]+", value) else value
        found = [_like(column)(number) for column in columns]
        return Condition(
            f"({' OR '.join(one.sql for one in found)})", tuple(value for one in found for value in one.parameters)
        )

    return condition


def _like_start(column: str, start: str) -> Condition:
    return Condition(f"{column} LIKE ?", (f"{start}%",))


def _time(operator: str) -> Callable[[str], Condition]:
    def condition(value: str) -> Condition:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise UsageError("before: and after: must be a date or a time", "For example after:2026-01-31") from None
        return Condition(f"at {operator} ?", ((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp(),))

    return condition


KEYS: dict[str, Callable[[str], Condition]] = {
    "from": _phone("sender"),
    "to": _phone("recipient"),
    "with": _phone("sender", "recipient"),
    "event": _event,
    "direction": _direction,
    "is": _is,
    "status": _status,
    "before": _time("<"),
    "after": _time(">="),
}


def conditions(query: str) -> list[Condition]:
    """The conditions of a query, all of which have to be true.

    Raises:
        UsageError: the query is too long, or a term has an invalid value.
    """
    if len(query) > MAX_QUERY:
        raise UsageError(f"the search is longer than {MAX_QUERY} characters", "Search for a part of it.")
    found = []
    for minus, key, raw in _TERM.findall(_SPACED_NUMBER.sub(r'\1"\2"', query.replace("\x00", ""))):
        value = raw.strip('"')
        known = KEYS.get(key.lower()) if key else _word
        if known is None and did_you_mean(key.lower(), tuple(KEYS)):
            raise UsageError(
                f"unknown key {key + ':'!r}{did_you_mean(key.lower(), tuple(KEYS))}", f"Use {', '.join(KEYS)}."
            )
        if known is None:  # an unknown key is text with a colon in it, such as a URL
            known, value = _word, f"{key}:{value}"
        if not value:
            continue
        condition = known(value)
        # In SQL, NULL is neither true nor false; a negated condition must also match an exchange without a sender.
        sql = f"NOT coalesce({condition.sql}, 0)" if minus else condition.sql
        found.append(Condition(sql, condition.parameters))
    return found
