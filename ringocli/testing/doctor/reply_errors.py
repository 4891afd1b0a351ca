"""Finds the error in a reply that a provider sends with a status of success, and says what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.template.delivery_statuses import FAILURE, means_failed
from ringocli.template.pattern.pattern import Json
from ringocli.text.digits import is_count
from ringocli.text.name_key import name_key

_ABOUT_NUMBERS = re.compile(
    r"e\.?164|phone ?number|msisdn|country code|\b(?:number|recipient|sender|destination|to|from)\b['\"]?(?: \S+){0,3} "
    r"(?:is not|isn't|must|invalid|not a?\b)|invalid ['\"]?(?:to|from|sender|recipient|destination|source|phone|number)\b",
    re.IGNORECASE,
)
_ABOUT_CREDENTIAL = re.compile(
    r"api[ _-]?key|credential|authenti|unauthori[sz]|token|password|log ?in|user ?name|signature|access denied",
    re.IGNORECASE,
)
_ABOUT_MONEY = re.compile(r"balance|credits?\b|funds?\b|payment|prepaid|top.?up|money|overdrawn", re.IGNORECASE)
_COMPLAINT = re.compile(
    rf"{FAILURE}|\berr(?:s|no)?\b|fault|denied|unauthori[sz]|forbidden|insufficient|missing|incorrect|wrong|unknown|"
    r"refuse|exceeded|unable|can ?not|can't|not (?:allowed|found|valid|permitted|registered|enough|supported|active)|\bbad\b|"
    r"suspended|disabled|blacklist|must be|required",
    re.IGNORECASE,
)
"""Words of an error; they count only where a reply has no message id."""


def is_about_numbers(words: str) -> bool:
    """Whether an error is about the form of a phone number."""
    return _ABOUT_NUMBERS.search(words) is not None


def is_about_credential(words: str) -> bool:
    """Whether an error is about the credential."""
    return _ABOUT_CREDENTIAL.search(words) is not None


def is_about_money(words: str) -> bool:
    """Whether an error is about the account's balance."""
    return _ABOUT_MONEY.search(words) is not None


def complaint_in(document: Json) -> str:
    """The first text that reads like an error message; empty if there is none."""
    return next((text for text in _texts(document) if _COMPLAINT.search(text)), "")


def _texts(document: Json) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _texts(value)
    elif isinstance(document, list):
        for item in document[:20]:
            yield from _texts(item)
    elif isinstance(document, str):
        yield document


_NO_ERROR = frozenset(
    {"", "0", "00", "none", "null", "false", "ok", "success", "no error", "noerror", "no errors", "200"}
)
_ERROR_KEYS = ("error", "errors", "fault", "exception")
_FLAGS = frozenset({"success", "ok", "succeeded", "issuccess", "successful", "accepted", "sent", "queued"})
_STATES = frozenset(
    {"status", "result", "state", "outcome", "messagestatus", "statustext", "responsecode", "groupname"}
)
_CODES = frozenset({"code", "statuscode", "httpcode", "errorcode", "errcode", "errorid"})


def error_in(document: Json, depth: int = 0) -> str:
    """The error that the upper levels of a reply report; empty if there is none."""
    if depth > 4:
        return ""
    if isinstance(document, list):
        return next((found for item in document[:20] if (found := error_in(item, depth + 1))), "")
    if not isinstance(document, dict):
        return ""
    for key, value in document.items():
        if found := _member_error(name_key(key), value):
            return f"{key}: {found}"
    members = (error_in(value, depth + 1) for value in document.values() if isinstance(value, (dict, list)))
    return next((found for found in members if found), "")


def _member_error(key: str, value: Json) -> str:
    scalar = value[0] if isinstance(value, list) and value and type(value) is not list else value
    if isinstance(scalar, (dict, list)):
        is_error = any(key == word or key.endswith(word) for word in _ERROR_KEYS) and bool(scalar)
        return "reported" if is_error else ""
    text = "" if scalar is None else str(scalar).strip().lower()
    if key in _FLAGS:
        return text if text in ("false", "0", "no") else ""
    is_http_error = is_count(text) and 400 <= int(text) <= 599
    if key in _CODES:
        return text if is_http_error or ("err" in key and text not in _NO_ERROR) else ""
    if key in _STATES:
        is_failure = means_failed(text) or text in ("err", "ko", "nok")
        return text if is_http_error or (is_failure and "no" not in text.split()) else ""
    if key == "type":
        return text if text in ("error", "fault", "failure") else ""
    if key.startswith("error") or key.endswith("error") or key in _ERROR_KEYS or "fault" in key:
        return text if text not in _NO_ERROR else ""
    return ""
