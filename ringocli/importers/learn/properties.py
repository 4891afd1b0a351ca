"""Turns account values and credentials of a paste into named properties, the fields that the admin fills in at Ringotel.

``PropertyBook`` gives each value one name and each name one value, so that a key used in two places is asked for once.
Its values are only written to the credentials file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from ringocli.importers.learn.placeholders import Placeholder, placeholders, shown, whole
from ringocli.importers.learn.value_shapes import is_id, is_phone, is_url, text_of
from ringocli.importers.model import BasicAuth, BearerAuth, Pasted
from ringocli.template.pattern.notation import split
from ringocli.template.variables import BY_NAME
from ringocli.template.vocabulary import plain, tokens
from ringocli.text.secret import MASK, Secret

_CAPITALS = {"api", "id", "sid", "url", "uri", "uuid", "sms", "mms", "http", "dlr", "guid", "pin", "ip", "dcs"}
_SECRET = re.compile(
    r"pass(?:word|wd|phrase)?$|^pw$|pwd|secret|token|api_?key|auth_?key|access_?key|^keys?$|^auth$|app_?key|license|signature|"
    r"^sig$|^hash$|^pin$|credential|private|clave|contrasena|passwort|sub_?account_?pass",
    re.I,
)
_ACCOUNT = re.compile(
    r"user_?(?:name|id)?$|^usr$|^uid$|^un$|login|^account|account_?(?:id|sid|no|number|name)?$|^sid$|^client$|"
    r"client_?id|app_?id|application_?id|^api_?id$|profile_?id|plan_?id|customer|organi[sz]ation|org_?id|"
    r"workspace|tenant|service_?(?:id|sid|plan)|project|campaign_?(?:id|sid)|channel_?id|company|sub_?account|"
    r"^email$|brand|messaging_?service|device_?id|space|business_?id|route_?id|keyword_?id|group_?id|pool",
    re.I,
)
_CALLBACK = re.compile(
    r"callback|webhook|notify|notification|status_?url|dlr|delivery_?report|report_?url|reply_?url", re.I
)
_REFERENCE = re.compile(
    r"^tags?$|order_?id|ref(?:erence)?$|client_?ref|correlat|idempot|external|custom|unique|request_?id|message_?id",
    re.I,
)


_STAND_IN = re.compile(
    r"(?:(?:my|your|the|api|auth|access|account|app|secret|user|client)[ _-]?)*"
    r"(?:key|token|id|sid|name|username|password|pass|secret|user|login)",
    re.I,
)
"""A descriptive word that an example uses as a value; it is not a secret, and may occur elsewhere with its own meaning."""
_OWNED = re.compile(r"^(?:my|your)(?=account|api|app|auth|key|login|name|pass|secret|token|user)")
_SPELLED_OUT = {"pwd": "password", "passwd": "password", "un": "username", "usr": "username", "userid": "user id",
                "clientid": "client id", "clientsecret": "client secret", "appid": "app id", "businessid": "business id"}  # fmt: skip
_ADDRESS = re.compile(r"(https?://)([^/?#]*?)([^./?#]+\.[^./?#]+(?=[/?#]|$))")


@dataclass(slots=True)
class PropertyBook:
    """The properties found so far: name → value in the paste, or None if the paste does not show the value."""

    host: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    values: dict[str, str | None] = field(default_factory=dict, repr=False)
    given: list[str] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)

    def name_for(self, text: str, where: str, suggestions: Sequence[str], *, exact: bool = False) -> str:
        """The name of the property for a text: the one it already has, or a new one with the best available name.

        ``exact``: the first suggestion is the name itself.
        """
        placeholder = whole(text)
        known = self.known.get(text)
        for name, value in self.values.items():
            if value == text and text:
                self._note(where, placeholder, name)
                return name
        own = [placeholder.name] if placeholder is not None and placeholder.name else []
        if own and plain(own[0]) in ("id", "sid", "uuid", "key", "name", "value"):
            suggestions, own = [*suggestions, *own], []
        if not text and (unsaid := suggestions[0] if exact else self._spelled(suggestions)) in self.values:
            self._note(where, placeholder, unsaid)
            return unsaid
        if self.given:
            name = self.given.pop(0)
        else:
            name = self._free(known or (suggestions[0] if exact else self._spelled([*own, *suggestions])))
        self.values[name] = text or None
        self._note(where, placeholder, name)
        return name

    def filled(self, text: str, where: str, name: str = "") -> str:
        """The text with its placeholders replaced by properties."""
        parts, at = [], 0
        for placeholder in placeholders(text):
            title = self.name_for(text[placeholder.start : placeholder.end], where, [name])
            parts += [text[at : placeholder.start], f"${title}$"]
            at = placeholder.end
        return "".join([*parts, text[at:]])

    def _note(self, where: str, placeholder: Placeholder | None, name: str) -> None:
        written = (
            f" ({'$' if placeholder.of_shell else ''}{placeholder.name})"
            if placeholder and placeholder.name and placeholder.is_sure
            else ""
        )
        self.found.append((where + written, name))

    def _spelled(self, suggestions: Sequence[str]) -> str:
        for suggestion in suggestions:
            name = humanised(suggestion, self.host)
            if name and name.lower() not in {"", "value", "string"}:
                return name
        return "API key"

    def _free(self, name: str) -> str:
        if name.lower() in {variable.lower() for variable in BY_NAME} | {"url"}:
            name = f"Account {name.lower()}"
        taken = {other.lower() for other in self.values}
        if name.lower() not in taken:
            return name
        number = 2
        while f"{name} {number}".lower() in taken:
            number += 1
        return f"{name} {number}"

    def swept(self, tree: Any) -> Any:
        """The tree with every known value of 6 or more characters replaced by its property."""
        if isinstance(tree, dict):
            return {key: self.swept(value) for key, value in tree.items()}
        if isinstance(tree, list):
            return [self.swept(value) for value in tree]
        if not isinstance(tree, str):
            return tree
        if address := _ADDRESS.match(tree):
            # The provider's domain stays, even if it is also somebody's key.
            scheme, subdomains, domain = address.groups()
            return scheme + self.swept(subdomains) + domain + self.swept(tree[address.end() :])
        parts = split(tree, self.values)
        return "".join(self._swept(part) if isinstance(part, str) else f"${part.name}$" for part in parts)

    def _swept(self, text: str) -> str:
        for name, value in sorted(self.values.items(), key=lambda pair: -len(pair[1] or "")):
            if value and len(value) > 5 and not is_stand_in(value):
                for spelled in dict.fromkeys((value, quote(value, safe=""), quote_plus(value))):
                    alone = rf"(?<![A-Za-z0-9]){re.escape(spelled)}(?![A-Za-z0-9])"
                    text = re.sub(alone, lambda _, name=name: f"${name}$", text)  # type: ignore[misc]
        return text

    def masked(self, text: str) -> str:
        """The text with known keys masked, for display; phone numbers and URLs stay."""
        for value in self.values.values():
            if value and len(value) > 7 and re.search(r"\d", value) and not is_phone(value) and not is_url(value):
                text = text.replace(value, MASK)
        return text

    def saved(self) -> dict[str, Any]:
        """The values for the credentials file: a shell variable as ``{"env": ...}``, anything else as a secret."""
        kept: dict[str, Any] = {}
        for name, value in self.values.items():
            if value is None:
                continue
            placeholder = whole(value)
            kept[name] = {"env": placeholder.name} if placeholder and placeholder.of_shell else Secret(shown(value))
        return kept


def humanised(name: str, host: str = "") -> str:
    """A name as the label of a form field: ``TWILIO_AUTH_TOKEN`` at api.twilio.com → ``Auth token``."""
    labels = {label for label in re.split(r"[.\-]", host.lower()) if len(label) > 2} - _CAPITALS - {"rest", "message"}
    words = [
        word for word in _name_words(name) if word not in {"your", "my", "the", "a", "an", "enter", "insert", "here"}
    ]
    words = [_OWNED.sub("", word) for word in words if word not in labels] or words
    # Words with other characters are not part of a label.
    words = [word for word in words if re.fullmatch(r"[a-z0-9]+", word)][:5]
    words = [_SPELLED_OUT.get(word, word) for word in words]
    merged = (
        " ".join(words).replace("apikey", "api key").replace("authkey", "auth key").replace("authtoken", "auth token")
    )
    merged = merged.replace("accountsid", "account sid").replace("accountid", "account id")
    spelled = [word.upper() if word in _CAPITALS else word for word in merged.split()]
    if not spelled or not spelled[0][0].isalpha():
        return ""
    return " ".join([spelled[0] if spelled[0].isupper() else spelled[0].capitalize(), *spelled[1:]])


def _name_words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def is_stand_in(text: str) -> bool:
    """Whether a text is a descriptive word in place of a value, such as ``api_key`` or ``YourPassword``."""
    return bool(_STAND_IN.fullmatch(text))


def is_callback(name: str) -> bool:
    """Whether a field is named like a callback URL."""
    return bool(_CALLBACK.search(name))


def is_secret_name(name: str) -> bool:
    """Whether a field is named like a secret."""
    return bool(_SECRET.search(name)) or bool(_SECRET.search(plain(name)))


def belongs_to_account(name: str, value: Any) -> str | None:
    """Why a value with that name belongs to the account and is not a constant; None if it does not."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    text = text_of(value)
    if is_secret_name(name) and not (isinstance(value, int) and value < 1000):
        return f"named {name!r}, like a secret"
    if isinstance(value, int | float):
        return None
    if _CALLBACK.search(name) and is_url(value):
        return "the callback URL of the provider: the Webhook URL from the Ringotel portal belongs there"
    if _REFERENCE.search(name):
        return None
    if _ACCOUNT.search(name) and not is_url(value):
        return f"named {name!r}, like an account"
    last = tokens(name)[-1:] or [""]
    if last[0] in ("id", "sid", "uuid", "key") and (is_id(value) or re.fullmatch(r"\d{4,}", text)):
        return f"named {name!r}, like an id of the account"
    if is_id(value) and not is_url(value) and _is_random(text):
        return "the value resembles a key"
    return None


def _is_random(text: str) -> bool:
    """Whether letters and digits alternate as they do not in words, or are very many."""
    if not re.search(r"\d", text) or not re.search(r"[A-Za-z]", text) or " " in text:
        return False
    turns = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", text))
    return len(text) >= 20 or (len(text) >= 12 and text.isalnum() and turns > 3)


def auth_of(pasted: Pasted, book: PropertyBook, names: tuple[str, ...]) -> dict[str, str] | None:
    """The ``auth`` of a template for the credentials of a paste, whose values go into the book.

    ``names`` are the preset's property names: one for a token, two for user name and password.
    """
    match pasted.auth:
        case BearerAuth(token=token, where=where):
            suggested = names[0] if len(names) == 1 else "API key"
            return {"type": "Bearer", "token": _credential(token, f"{where}, token", suggested, book, names)}
        case BasicAuth(username=username, password=password, where=where):
            user, word = names if len(names) == 2 else ("Username", "Password")
            auth = {"type": "Basic", "username": _credential(username, f"{where}, user name", user, book, names)}
            hidden = password or not username
            return auth | {"password": _credential(password, f"{where}, password", word, book, names) if hidden else ""}
    return None


def _credential(text: str, where: str, suggested: str, book: PropertyBook, names: tuple[str, ...]) -> str:
    found = list(placeholders(text))
    if found and not (len(found) == 1 and found[0].end - found[0].start == len(text.strip())):
        return book.filled(text, where, suggested)
    suggestions = [text, suggested] if is_stand_in(text) and not names else [suggested]
    return f"${book.name_for(text, where, suggestions, exact=bool(names))}$"
