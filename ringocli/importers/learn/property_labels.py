"""Turns field names, shell variables and placeholders into labels of properties in the portal's form."""

from __future__ import annotations

import re

ABBREVIATIONS = {
    "api",
    "id",
    "sid",
    "url",
    "uri",
    "uuid",
    "sms",
    "mms",
    "http",
    "dlr",
    "guid",
    "pin",
    "ip",
    "dcs",
    "hmac",
}
"""Words that are written in capitals."""

_STAND_IN = re.compile(
    r"(?:(?:my|your|the|api|auth|access|account|app|secret|user|client)[ _-]?)*"
    r"(?:key|token|id|sid|name|username|password|pass|secret|user|login)",
    re.I,
)
"""A descriptive word that an example uses as a value; it is not secret, and may occur elsewhere as an ordinary word."""
_OWNED = re.compile(r"^(?:my|your)(?=account|api|app|auth|key|login|name|pass|secret|token|user)")
_FILLERS = {"your", "my", "the", "a", "an", "enter", "insert", "here"}
_SPELLED_OUT = {
    "pwd": "password", "pass": "password", "pw": "password", "passwd": "password", "psw": "password", "pswd": "password", "un": "username",
    "usr": "username", "userid": "user id", "clientid": "client id", "clientsecret": "client secret",
    "appid": "app id", "accountreference": "account reference", "accountref": "account reference", "businessid": "business id", "apikey": "api key", "authkey": "auth key",
    "authtoken": "auth token", "apisecret": "api secret", "accesstoken": "access token", "accountsid": "account sid",
    "accountid": "account id", "apitoken": "api token", "secretkey": "secret key", "accesskey": "access key",
}  # fmt: skip


def humanised(name: str, host: str = "") -> str:
    """A name as the label of a form field: ``TWILIO_AUTH_TOKEN`` at api.twilio.com → ``Auth token``; "" if unusable."""
    labels = (
        {label for label in re.split(r"[.\-]", host.lower()) if len(label) > 2} - ABBREVIATIONS - {"rest", "message"}
    )
    words = [word for word in _words_of(name) if word not in _FILLERS]
    words = [_OWNED.sub("", word) for word in words if word not in labels] or words
    # Words with other characters are not part of a label.
    words = [word for word in words if re.fullmatch(r"[a-z0-9]+", word)][:5]
    spelled = " ".join(_SPELLED_OUT.get(word, word) for word in words)
    cased = [word.upper() if word in ABBREVIATIONS else word for word in spelled.split()]
    if not cased or not cased[0][0].isalpha():
        return ""
    return " ".join([cased[0] if cased[0].isupper() else cased[0].capitalize(), *cased[1:]])


def _words_of(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def is_stand_in(text: str) -> bool:
    """Whether a text is a descriptive word in place of a value, such as ``api_key`` or ``YourPassword``."""
    return bool(_STAND_IN.fullmatch(text))
