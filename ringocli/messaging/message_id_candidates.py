"""Suggests reply fields that are probably the message id if ``response_map`` does not find it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ringocli.template.pattern.pattern import Json, as_text
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer
from ringocli.text.uuids import is_uuid
from ringocli.text.words import word_set

_REFERENCES = word_set("ref reference referenceid messagereference smssid bulkid batchid")
"""Names of ids that may be those of the message, but less certainly than the names in ``field_vocabulary``."""
_OTHER_IDS = ("account", "application", "organi", "profile", "user", "customer", "campaign", "correlation")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{8,80}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Candidate(NamedTuple):
    """A value of the reply that may be the message id, and why."""

    pointer: Pointer
    value: str
    why: str


def candidates(document: Json, expected: Pointer, *, most: int = 3) -> tuple[Candidate, ...]:
    """The values most likely to be the message id, best first: the same key, a key for ids, or the format of an id."""
    expected_key = name_key(_last_key(expected))
    rated = []
    for order, (pointer, value) in enumerate(_leaves(document)):
        text = as_text(value)
        score, why = _likeness(name_key(_last_key(pointer)), text, expected_key)
        if score:
            rated.append((-score, len(pointer), order, Candidate(pointer=pointer, value=text, why=why)))
    rated.sort(key=lambda one: one[:3])
    return tuple(one[3] for one in rated[:most])


def pattern_at(pointer: Pointer, leaf: str) -> Json:
    """A ``response_map`` that reads one leaf at a pointer; an array element is written as a one-element array."""
    tree: Json = leaf
    for step in reversed(pointer):
        tree = [tree] if isinstance(step, int) else {step: tree}
    return tree


def _likeness(key: str, text: str, expected_key: str) -> tuple[int, str]:
    """How likely a leaf is the message id, 0 for not at all; the id of something else scores low."""
    from ringocli.template.field_vocabulary import EXACT, HOLDERS, Role  # needed only if a reply has no $messageid$

    if not text or text == "null" or " " in text or len(text) > 200:
        return 0, ""
    penalty = 3 if any(word in key for word in _OTHER_IDS) else 0
    has_id_format = _has_id_format(text)
    if key == expected_key:
        return 7 - penalty, "the same key"
    for score, names in ((6, EXACT[Role.ID]), (5, HOLDERS[Role.ID]), (4, _REFERENCES)):
        if key in names:
            return score - penalty, "the key names an id"
    if key.endswith(("id", "uuid", "guid")) and has_id_format:
        return max(1, 3 - penalty), "the key names an id"
    return (2, "has the format of an id") if has_id_format else (0, "")


def _has_id_format(text: str) -> bool:
    if is_uuid(text):
        return True
    token = _TOKEN.fullmatch(text) and any(char.isdigit() for char in text) and not _DATE.match(text)
    # Digits alone are more often a phone number or a time.
    return bool(token) and any(char.isalpha() for char in text)


def _leaves(node: Json, at: Pointer = ()) -> Iterator[tuple[Pointer, Json]]:
    """Scalars in document order; only the first elements of an array, and at most 12 levels deep."""
    if len(at) > 12:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*at, key))
    elif isinstance(node, list):
        for index, item in enumerate(node[:5]):
            yield from _leaves(item, (*at, index))
    elif isinstance(node, (str, int)) and not isinstance(node, bool):
        yield at, node


def _last_key(pointer: Pointer) -> str:
    return next((step for step in reversed(pointer) if isinstance(step, str)), "")
