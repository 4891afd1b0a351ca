"""Finds the values of a pasted request that belong to an account: by name, by siblings, by form, inside longer texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ringocli.importers.learn.value_shapes import is_date, is_id, is_phone, is_url, text_of
from ringocli.lint.rules.security import credential_at
from ringocli.template.credential_names import is_account_name, is_secret_name, secret_of_pair
from ringocli.template.field_vocabulary import Role, name_score, tokens
from ringocli.template.idempotency_keys import names_message_reference
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer

_CALLBACK = re.compile(
    r"callback|call_?back|postback|webhook|^cb|cb$|_cb_|^hook|hook$|notify|notif|status_?url|dlr|^dr_?url|delivery_?report|"
    r"receipt_?url|report_?(?:url|to)|when_?delivered|on_?delivered|reply_?url|(?:return|redirect|forward|push|ping|response|result)_?(?:url|uri)",
    re.I,
)
_NAME_KEYS = ("name", "key", "field", "param", "parameter", "id", "code", "k", "n", "attribute", "header", "property")
_VALUE_KEYS = ("value", "val", "content", "v", "data", "text", "string", "stringvalue", "t", "")
"""Members of a list of named values, without the ``@``, ``#`` and ``$`` of XML that became JSON."""
_META = frozenset(
    [
        "type",
        "kind",
        "method",
        "mode",
        "scheme",
        "version",
        "format",
        "encoding",
        "algorithm",
        "alg",
        "realm",
        "expires",
        "expiry",
        "ttl",
        "enabled",
        "required",
        "charset",
        "grant_type",
        "granttype",
        "provider",
    ]
)
"""Members of an object with a secret's name that describe the secret and are not secret themselves."""
_EMBEDDED = re.compile(
    r"""(?<![\w$])(?P<name>(?:[^\W\d]|\\u[0-9a-fA-F]{4})(?:[\w.\u0900-\u0fff-]|\\u[0-9a-fA-F]{4}){0,40})\\?["']?\s*[:=]\s*(?P<quote>\\?["'])(?P<quoted>[^"'\\]{1,400})(?P=quote)"""
    r"""|(?<![\w$])(?P<bare>[^\W\d][\w.\u0900-\u0fff-]{0,40})(?:=|:[ \t]*(?!//))(?P<unquoted>[^\s&;,"'<>)}\]$]{1,400})"""
    r"""|<(?P<element>(?:\w+:)?[^\W\d][\w.\u0900-\u0fff-]{0,40})(?:\s[^<>]*)?>(?P<text>[^<>]{1,400})</(?P=element)>"""
)
"""A named value inside a longer text: JSON, GraphQL, a query string, XML, ``name: value``.

U+0900 to U+0FFF are the alphabets of which some vowels are not word characters for regular expressions.
"""


_PREFIXED = re.compile(
    r"(?:api|app|key|tok|token|sk|pk|rk|acct|account|secret|sid|usr|user|cust|org|tenant)[-_:.~]\S{3,}", re.I
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{9,}={1,2}")
_PLAIN = re.compile(
    r"v?\d{1,3}(?:[._]\d+)*|\d{4}-\d\d-\d\d|[A-Za-z]+[-_]?\d{1,3}|[A-Za-z]+[24][A-Za-z]+|(?:[A-Za-z]+[-_.])+v?\d{1,3}"
    r"|v\d+(?:beta|alpha|rc)\d*|[A-Za-z]\d[A-Za-z]?|[a-z]{2}(?:-[a-z]+)+-?\d{1,2}",
    re.I,
)
"""Words with digits that are part of an API: versions, ``sms2``, ``http2sms``, ``eu-west-1``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValue:
    """Why a value becomes a property, and the field name that the property is named after."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedValue:
    """A credential inside a longer text: its offsets and the name beside it."""

    start: int
    end: int
    name: str


def is_callback(name: str) -> bool:
    """Whether a field is named like a callback URL."""
    return bool(_CALLBACK.search(name))


def belongs_to_account(name: str, value: Any) -> str | None:
    """The reason why a value with that name belongs to the account and is not a constant; None if it does not."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    text = text_of(value)
    if is_secret_name(name) and not (isinstance(value, int) and value < 10):
        return f'"{name}" names a secret'
    if isinstance(value, float) or (isinstance(value, int) and (value < 1000 or not is_account_name(name))):
        return None
    if (_CALLBACK.search(name) and is_url(value)) or names_message_reference(name):
        return None
    if is_account_name(name) and not is_url(value):
        return f'"{name}" names an account value'
    last = tokens(name)[-1:] or [""]
    if last[0] in ("id", "sid", "uuid", "key") and (is_id(value) or re.fullmatch(r"\d{4,}", text)):
        return f'"{name}" names an id of the account'
    return "the value resembles a key" if resembles_key(text) else None


def resembles_key(text: str) -> bool:
    """Whether a text by itself has the form of a key, whatever the field is called."""
    if is_url(text) or is_date(text) or " " in text:
        return False
    if _BASE64.fullmatch(text) and len(text) % 4 == 0 and re.search(r"[a-z]", text) and re.search(r"[A-Z]", text):
        return True
    if _PREFIXED.fullmatch(text) and re.search(r"\d", text) and not _PLAIN.fullmatch(text):
        return True
    return (is_id(text) and _is_random(text)) or bool(credential_at(("API", "SendMessage", "value"), text))


def _is_random(text: str) -> bool:
    """Whether letters and digits are mixed, unlike in ordinary words, or the text is very long."""
    if not re.search(r"\d", text) or not re.search(r"[A-Za-z]", text) or " " in text:
        return False
    turns = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", text))
    return len(text) >= 20 or (len(text) >= 12 and text.isalnum() and turns > 3)


def is_mixed(text: str) -> bool:
    """Whether a short word mixes letters and digits like a key, unlike names in APIs: ``abc123xy``, ``KEY-abc123``."""
    if not re.search(r"\d", text) or not re.search(r"[A-Za-z]", text) or _PLAIN.fullmatch(text) or len(text) < 5:
        return False
    turns = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", text))
    digits = sum(char.isdigit() for char in text)
    return bool(_PREFIXED.fullmatch(text)) or turns > 1 or (digits > 2 and len(text) > 7)


def account_value(
    tree: Any,
    pointer: Pointer,
    names: tuple[str, ...],
    value: Any,
    *,
    beside: Iterable[str] = (),
    declared: frozenset[str] = frozenset(),
) -> AccountValue | None:
    """Why the value at a pointer of the body or the query belongs to the account; None if it is a constant.

    ``beside`` are the names of the query's fields, ``declared`` the names of fields that the paste itself calls
    credentials.
    """
    name = names[0] if names else ""
    if value in ("", None) or isinstance(value, bool):
        return None
    if name in declared:
        return AccountValue(name=name, why="the paste declares it as a credential")
    for candidate in _candidate_names(tree, pointer, names):
        if why := belongs_to_account(candidate, value):
            return AccountValue(name=candidate, why=why)
    pair = secret_of_pair(name, _siblings(tree, pointer) or beside)
    if pair is not None and not is_url(value):
        word = "password" if pair else "username"
        return AccountValue(name=word, why=f'"{name}" is next to the other half of a login')
    return _below_secret(names, value)


def _candidate_names(tree: Any, pointer: Pointer, names: tuple[str, ...]) -> Iterator[str]:
    """The names of a value: its own, and what a sibling such as ``{"name": …, "value": …}`` calls it."""
    holder = _at(tree, pointer[:-1])
    if isinstance(holder, list) and len(holder) == 2 and pointer[-1] == 1 and isinstance(holder[0], str):
        yield holder[0]  # ["password", "..."]
    if names and name_key(names[0]) in _VALUE_KEYS:
        for key, sibling in holder.items() if isinstance(holder, Mapping) else ():
            if name_key(str(key)) in _NAME_KEYS and isinstance(sibling, str) and sibling:
                yield sibling
        if len(names) > 1 and (is_secret_name(names[1]) or is_account_name(names[1])):
            yield names[1]
    if names:
        yield names[0]


def _below_secret(names: tuple[str, ...], value: Any) -> AccountValue | None:
    """A value in an object that is named like a secret: ``"credentials": {"a": …, "b": …}``."""
    own = names[0] if names else ""
    if own.lower() in _META or is_url(value):
        return None
    for outer in names[1:4]:
        is_id_of_account = is_account_name(outer) and bool(re.search(r"(?i)(?:id|sid|name)$", outer))
        if (
            is_secret_name(outer)
            or is_id_of_account
            or outer.lower() in ("login", "authentication", "security", "account", "user")
        ):
            if outer.lower() in ("security", "account", "user") and not re.fullmatch(r"\S{3,}", text_of(value)):
                continue
            if is_phone(value) and len(text_of(value)) > 9 and not (is_secret_name(outer) or outer.lower() == "login"):
                return None
            if any(name_score(role, names[:1]) >= 100 for role in (Role.FROM, Role.TO, Role.CONTENT)):
                return None
            return AccountValue(name=f"{outer} {own}", why=f'part of "{outer}", which names a secret')
    return None


def _siblings(tree: Any, pointer: Pointer) -> list[str]:
    holder = _at(tree, pointer[:-1])
    return [str(key) for key in holder] if isinstance(holder, Mapping) else []


def _at(tree: Any, pointer: Pointer) -> Any:
    """The part of a body at a pointer that starts with "body"; None if there is none."""
    if pointer[:1] != ("body",):
        return None
    for step in pointer[1:]:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def embedded_values(text: str) -> Iterator[EmbeddedValue]:
    """The credentials inside a longer text, named by what is beside them, from left to right."""
    for found in _EMBEDDED.finditer(text):
        for named, valued in (("name", "quoted"), ("bare", "unquoted"), ("element", "text")):
            name, value = _unescaped(found.group(named)), found.group(valued)
            if (
                name
                and value
                and value.strip()
                and "$" not in value
                and belongs_by_name(name.rpartition(":")[2], value)
            ):
                yield EmbeddedValue(start=found.start(valued), end=found.end(valued), name=name.rpartition(":")[2])


def _unescaped(name: str | None) -> str:
    """A name with the escapes of JSON decoded."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code.group(1), 16)), name or "")


def belongs_by_name(name: str, value: str) -> bool:
    """Whether the name alone says that a value is a credential, or the value is a key by its form."""
    return is_secret_name(name) or (is_account_name(name) and not is_url(value)) or resembles_key(value)


def declares_credential(name: str, value: str) -> bool:
    """Whether the name of a variable that a paste sets is that of an account value or a credential."""
    if not value or is_url(value) or re.search(r"\s", value):
        return False
    return is_secret_name(name) or (is_account_name(name) and not re.fullmatch(r"\+\d+|\d{10,}", value))
