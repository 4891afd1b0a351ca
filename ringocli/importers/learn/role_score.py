"""Scores how well a value of a sample fits a role, by its names and its shape.

A score says how specific the name is (0 to 100), plus or minus what the value's shape suggests.
"""

from __future__ import annotations

import re
from typing import Any

from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.value_shapes import (
    is_date,
    is_fill_in,
    is_id,
    is_phone,
    is_phone_list,
    is_prose,
    is_sender,
    is_short_code,
    is_url,
    is_word,
    text_of,
)
from ringocli.template.field_vocabulary import LONE_NUMBERS, OWN_NUMBERS, WEAK, Role, name_score, tokens, whose_number
from ringocli.text.name_key import name_key

MIN_SCORE = 50
"""The lowest score at which a value is considered for a role."""


def _is_weak_text(role: Role, leaf: SampleLeaf) -> bool:
    """Whether only a weak name (``template``, ``subject``) suggests that a value without spaces is the text."""
    if not leaf.names or name_key(leaf.names[0]) not in WEAK.get(role, {}):
        return False
    return not re.search(r"reply|caption", name_key(leaf.names[0])) and not (
        is_prose(leaf.value) or is_fill_in(leaf.value)
    )


def score(role: Role, leaf: SampleLeaf, *, incoming: bool = False) -> int:
    """How well a leaf fits a role; below ``MIN_SCORE`` it does not."""
    by_name = 0 if _is_weak_text(role, leaf) else name_score(role, leaf.names)
    if role in (Role.FROM, Role.TO):
        if _TWO_NUMBERS.fullmatch(text_of(leaf.value)):
            return 0
        by_name = _party_name_score(role, leaf, by_name, incoming)
        if by_name < 80 and not _may_be_number(leaf.value):
            return 0
    if not by_name:
        return 0
    names_sender = bool(leaf.names) and name_key(leaf.names[0]) not in _APPLICATION_NAMES
    return by_name + _shape(role, leaf.value, incoming, names_sender=names_sender) - 2 * min(len(leaf.names), 6)


def _party_name_score(role: Role, leaf: SampleLeaf, by_name: int, incoming: bool) -> int:
    """The name's score for the sender or the recipient.

    A name may say only whose number it is; a bare ``number`` is usually the contact's.
    """
    is_contact = (role is Role.FROM) == incoming
    bare = name_key(leaf.names[0]).rstrip("0123456789") if leaf.names else ""
    if bare in OWN_NUMBERS and not is_contact:
        by_name = max(by_name, 78)
    if bare in LONE_NUMBERS and not by_name and not belongs_to_other(role, leaf):
        by_name = 72 if is_contact else 52
    whose = whose_number(leaf.names)
    if whose and (len(tokens(leaf.names[0])) > 1 or is_phone(leaf.value)):
        if (whose == "contact") != is_contact:
            return 0
        return max(by_name, 104 if "identity" in leaf.names[0] else 80)
    return by_name


_TWO_NUMBERS = re.compile(r"\+?\d{7,}[^\d,;]{1,3}\d{7,}")
"""Two numbers in one text: neither of them alone is the value."""


def _may_be_number(value: Any) -> bool:
    """Whether a value with a vague name is a number at all: one, several, a short code, or a placeholder."""
    return is_phone(value) or is_short_code(value) or is_fill_in(value) or is_phone_list(value) or is_sender(value)


def belongs_to_other(role: Role, leaf: SampleLeaf) -> bool:
    """Whether an object around the leaf is named after another role: ``from.phone_number`` is not a recipient."""
    others = [other for other in (Role.FROM, Role.TO) if other is not role]
    return any(name_score(other, (name,)) > 60 for other in others for name in leaf.names[1:4])


def _shape(role: Role, value: Any, incoming: bool, *, names_sender: bool) -> int:
    if value is None or isinstance(value, bool):
        return -100 if role is not Role.CONTENT or isinstance(value, bool) else -40 if incoming else -60
    if value == "":
        return -30 if role is not Role.CONTENT else -5
    if is_fill_in(value) and role is not Role.ID:
        return 8
    if role in (Role.FROM, Role.TO):
        return _number_shape(role, value, incoming, names_sender=names_sender)
    if role is Role.CONTENT:
        return _text_shape(value)
    if role is Role.URL:
        return 20 if is_url(value) else -60
    if role is Role.EXTENSION:
        return 0 if re.fullmatch(r"\d{2,6}", text_of(value)) else -100
    if role is Role.DOMAIN:
        return 0 if re.fullmatch(r"[A-Za-z0-9][\w.-]*", text_of(value)) else -100
    if role is Role.ID:
        return -45 if is_phone(value) and not is_long_number(value) else -60 if is_date(value) or is_url(value) else 10
    return 0


def is_long_number(value: Any) -> bool:
    """A run of digits that may be an id as well as a phone number."""
    return bool(re.fullmatch(r"\d{7,}", text_of(value)))


def _number_shape(role: Role, value: Any, incoming: bool, *, names_sender: bool) -> int:
    if is_phone(value) or is_phone_list(value):
        return 23 if incoming and text_of(value).startswith("+") else 20
    if is_url(value) or is_date(value) or (isinstance(value, str) and "/" in value):
        return -100
    if is_short_code(value):
        return 8
    if is_id(value):
        return -25
    if is_sender(value):
        # A word instead of a number: "from": "Acme" is a sender's name, "source": "portal" is a constant.
        if role is Role.FROM and not incoming:
            return 4 if names_sender else -100
        return -35 if is_word(value) else 0
    return -60 if is_prose(value) else -10


_APPLICATION_NAMES = {"source", "src", "origin", "orig", "sourceapp", "client", "app"}
"""Names of either the sender's number or the program that calls the API; if the value is a word, it is the program."""

_OTHER_NUMBER = re.compile(
    r"serial|imei|imsi|iccid|order|invoice|ticket|case|account|customer|member|ref|zip|postal|seq|version|port|(?:^|_)id$|"
    r"time|date|stamp|expir|valid|until|code|cost|price|amount|quantity|count|total|size|length|card|iban|tax|vat|isbn|ean|"
    r"sku|user|login|client|license|licence|passport|parcel|parcels|policy|contract|room|flight|booking|weight|uid|guid|uuid|hash|token|key",
    re.I,
)
"""Names of numbers that are not phone numbers, or not those of a message."""

_COPY_NAMES = re.compile(
    r"^(?:b?cc|copy|copyto|ccto|also|alternate\w*|alternative\w*|backup\w*|second\w*|fallback\w*)$", re.I
)


def names_other_number(leaf: SampleLeaf) -> bool:
    """Whether a leaf's name says that its digits are not a phone number."""
    return bool(leaf.names) and bool(_OTHER_NUMBER.search("_".join(tokens(leaf.names[0])) or leaf.names[0]))


def is_other_recipient(leaf: SampleLeaf) -> bool:
    """Whether a leaf is the number of a further recipient: a second ``to``, ``cc``, ``recipient2``."""
    if not leaf.names or not (is_phone(leaf.value) or is_phone_list(leaf.value)):
        return False
    if any(_COPY_NAMES.fullmatch(name_key(name)) for name in leaf.names[:2]):
        return True
    return name_score(Role.TO, leaf.names) > 66 and not belongs_to_other(Role.TO, leaf)


def _text_shape(value: Any) -> int:
    if isinstance(value, int | float):
        return -50
    if is_prose(value):
        return 15
    if is_url(value):
        return -40
    if is_phone(value):
        return -40
    if is_date(value) or is_id(value):
        return -30
    return -60 if isinstance(value, str) and value.lower() in TYPE_WORDS and value != "TEXT" else 0


TYPE_WORDS = {"text", "sms", "mms", "plain", "unicode", "auto", "gsm", "utf-8", "text/plain", "whatsapp", "outbound"}
"""Values of a field named like the text that are not the text but its kind."""
