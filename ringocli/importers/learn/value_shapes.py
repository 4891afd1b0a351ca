"""Classifies values by their form: phone number, URL, id, date, protocol word, text for people."""

from __future__ import annotations

import re
from typing import Any

from ringocli.importers.learn.placeholders import whole_placeholder
from ringocli.text.uuids import is_uuid

_PHONE = re.compile(r"(?:(?:tel|sms|sip|whatsapp|viber|mms):)?\s*(?:\+|00|%2[bB])?\(?\d[\d ().\-]{5,20}\d")
_MASKED = re.compile(r"(?:\+|00)?(?=(?:\D*\d){2})[\d]+[\d ()-]*[x-zX-Z*#]{2,}[\dx-zX-Z*# ()-]*")
_SCHEMED = re.compile(r"(tel|sms|whatsapp|viber|mms|messenger|rcs):(?=[+\d<{\[$%\ue000])", re.I)
_URL = re.compile(r"(?:https?|ftp)://\S+", re.I)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ].*)?|\d{4}/\d\d/\d\d.*|[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4}.*|\d\d:\d\d(?::\d\d)?"
)
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_.:=~+/-]{11,}")
_DOTTED = re.compile(r"(?:v?\d{1,2}|[A-Za-z]+)(?:[._:-](?:v?\d{1,2}|[A-Za-z]+))+")
"""Words joined by dots or similar, ``v2.sms.received``: not an id, although it is long and has a digit."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.:\- ]{0,40}")
_SHORT_CODE = re.compile(r"\d{3,8}")
_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.&-]{1,10}")


def text_of(value: Any) -> str:
    """A scalar as its JSON text; strings as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else "" if value is None else str(value)


def is_phone(value: Any) -> bool:
    """A phone number: E.164, international, or national with its separators; 7 to 15 digits."""
    text = text_of(value).strip()
    if isinstance(value, str) and 7 <= len(text) <= 18 and _MASKED.fullmatch(text):
        return True  # 9199999XXXXX: a number that the page hides in part
    if isinstance(value, bool | float) or not _PHONE.fullmatch(text) or _DATE.fullmatch(text):
        return False
    digits = sum(char.isdigit() for char in text)
    return 7 <= digits <= 15 and not re.fullmatch(r"\d+\.\d+", text)


_VERSION = re.compile(r"v?\d{1,3}(?:[._]\d+)*|(?:19|20)\d\d(?:-?(?:0\d|1[0-2])(?:-?[0-3]\d)?)?", re.I)


def is_version(text: str) -> bool:
    """The version of an API: a number, or a date such as ``2010-04-01`` or ``2010``."""
    return bool(_VERSION.fullmatch(text))


def is_phone_list(value: Any) -> bool:
    """Several numbers in one text, between commas or semicolons."""
    parts = re.split(r"[,;]", value) if isinstance(value, str) else []
    return len(parts) > 1 and all(is_phone(part.strip()) for part in parts)


def is_short_code(value: Any) -> bool:
    """A number of 3 to 8 digits."""
    return not isinstance(value, bool) and bool(_SHORT_CODE.fullmatch(text_of(value)))


def is_sender(value: Any) -> bool:
    """A possible sender: a number, a short code, or an alphanumeric name of up to 11 characters."""
    named = isinstance(value, str) and bool(_SENDER.fullmatch(value)) and not value.isdigit()
    return is_phone(value) or is_short_code(value) or named


def phone_scheme(text: str) -> str:
    """``tel:`` and the like before a number, or ""."""
    found = _SCHEMED.match(text)
    return found.group() if found else ""


_AROUND_NUMBER = re.compile(
    r"(?P<scheme>[a-z]{2,12}:)?(?P<number>\+?\d{3,15})(?P<host>@[\w.-]+|;[a-z]+=[\w.-]+)?", re.I
)


def number_span(text: str) -> tuple[int, int] | None:
    """Where the number is in ``tel:+15550001111`` or ``sip:15550001111@host``; None if nothing is around it."""
    scheme = phone_scheme(text)
    found = _AROUND_NUMBER.fullmatch(text)
    if found is not None and (found["host"] or (scheme and found["scheme"])):
        return found.span("number")
    return (len(scheme), len(text)) if scheme else None


def is_url(value: Any) -> bool:
    """An absolute http, https or ftp URL."""
    return isinstance(value, str) and bool(_URL.fullmatch(value.strip()))


def is_date(value: Any) -> bool:
    """A date or a time of day, as text."""
    return isinstance(value, str) and bool(_DATE.fullmatch(value.strip()))


def is_id(value: Any) -> bool:
    """A UUID, or a run of 12 and more letters and digits with at least one digit: ids, keys, tokens."""
    text = text_of(value)
    if _DOTTED.fullmatch(text):
        return False
    return is_uuid(text) or (bool(_ID.fullmatch(text)) and not is_phone(value) and not is_date(value))


def is_word(value: Any) -> bool:
    """A word of a protocol, such as ``message.received``, ``DELIVRD`` or ``mo_text``; a boolean is one too."""
    if isinstance(value, bool):
        return True
    return isinstance(value, str) and bool(_WORD.fullmatch(value)) and value.count(" ") <= 2 and not is_id(value)


def is_prose(value: Any) -> bool:
    """A text for people: several words."""
    return isinstance(value, str) and " " in value.strip() and not is_phone(value) and not is_date(value)


def is_fill_in(value: Any) -> bool:
    """A placeholder and nothing else."""
    return isinstance(value, str) and whole_placeholder(value) is not None


def encoding_of_text(value: Any) -> str:
    """``hex`` or ``base64`` if a text for people is encoded that way; "" for plain text."""
    if not isinstance(value, str) or " " in value:
        return ""
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){5,}", value) and not value.isdigit() and re.search(r"\d", value):
        return "hex"
    if re.fullmatch(r"[A-Za-z0-9+/]{11,}={1,2}", value) and len(value) % 4 == 0:
        return "base64"
    return ""
