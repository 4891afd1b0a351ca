"""Turns account values and credentials of a paste into named properties, the fields that the admin fills in at Ringotel.

``PropertyBook`` knows each property with its value and its meaning: a key used in two places is asked for once, while
different fields stay different properties even if the documentation writes the same placeholder in both. The values
are only written to the credentials file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from ringocli.importers.learn.credential_places import EmbeddedValue
from ringocli.importers.learn.placeholders import Placeholder, placeholders, shown, whole_placeholder
from ringocli.importers.learn.property_labels import humanised, is_stand_in
from ringocli.importers.learn.substitution import substituted
from ringocli.importers.learn.value_shapes import is_phone, is_url
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Pasted
from ringocli.template.credential_names import meaning
from ringocli.template.variables import BY_NAME
from ringocli.text.name_key import name_key
from ringocli.text.secret import MASK, Secret

_DOMAIN = re.compile(r"(https?://)([^/?#]{0,255}?)([^./?#]{1,255}\.[^./?#]{1,255}(?=[/?#]|$))")
_BARE_NAMES = re.compile(
    r"id|sid|uuid|key|name|value|string|text|integer|number|float|double|boolean|object|array|any|date|datetime|time|ur[il]|"
    r"email|errortoomanylevels.*"
)
"""Names of placeholders that are less informative than the name of their field, such as a type.

Postman fills a schema that it cannot follow with ``<Error: Too many levels of nesting to fake this schema>``.
"""
_TYPE = re.compile(
    r"<(?:string|integer|number|long|float|object|array|date(?:-?[tT]ime)?|ur[il]|uuid|email|Error: .*)>"
)
MOST_TYPES = 7
"""An example may have a few optional fields whose value is just their type; with more of them it is a schema."""
_COMPATIBLE = (frozenset({"login", "account"}), frozenset({"key", "token"}))
"""Meanings that may share a property if the value is distinctive."""


@dataclass(slots=True)
class PropertyBook:
    """The properties found so far: name → value in the paste, or None if the paste does not show the value.

    ``declared`` are the values of variables that the paste itself sets (``export API_KEY=…``), by their name;
    ``hidden`` are secrets of the paste that do not become properties, such as those of headers.
    """

    host: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    values: dict[str, str | None] = field(default_factory=dict, repr=False)
    given: list[str] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict, repr=False)
    hidden: set[str] = field(default_factory=set, repr=False)
    meanings: dict[str, str] = field(default_factory=dict)

    def name_for(self, text: str, where: str, suggestions: Sequence[str], *, exact: bool = False) -> str:
        """The name of the property for a text: the one it already has, or a new one with the best available name.

        With ``exact``, the first suggestion is used unchanged.
        """
        placeholder = whole_placeholder(text)
        means = meaning(suggestions[0]) if suggestions else ""
        name = self._existing(text, placeholder, means)
        if name is None:
            own = [placeholder.name] if placeholder is not None and placeholder.name else []
            if own and _BARE_NAMES.fullmatch(name_key(own[0])):
                suggestions, own = [*suggestions, *own], []
            unsaid = suggestions[0] if exact else self._spelled(suggestions)
            if not text and unsaid in self.values:
                name = unsaid
            elif self.given:
                name = self.given.pop(0)
            else:
                named = self.known.get(text) or (suggestions[0] if exact else self._spelled([*own, *suggestions]))
                name = self._free(named)
            self.values.setdefault(name, text or None)
            self.meanings.setdefault(name, means)
        self._note(where, placeholder, name)
        return name

    def _existing(self, text: str, placeholder: Placeholder | None, means: str) -> str | None:
        """The existing property for this text in a field of this meaning."""
        for name, value in self.values.items():
            if not text or value != text:
                if value and _is_same_id(value, text):
                    return name
                continue
            before = self.meanings.get(name, means)
            pair = frozenset({before, means})
            is_variable = placeholder is not None and bool(placeholder.name) and placeholder.is_variable
            if is_variable or text in self.known or before == means:
                return name
            if is_distinctive(text) and (pair in _COMPATIBLE or "" in pair):
                return name
        return None

    def is_schema(self) -> bool:
        """Whether so many values are types such as ``<string>`` that the paste shows every kind of message at once."""
        return sum(bool(value and _TYPE.fullmatch(value)) for value in self.values.values()) > MOST_TYPES

    def shared(self, text: str) -> str | None:
        """The property that has this text as its value, whatever the field; None if the text is too common to tell."""
        if not is_distinctive(text):
            return None
        return next((name for name, value in self.values.items() if value == text), None)

    def filled(self, text: str, where: str, name: str = "") -> str:
        """The text with its placeholders replaced by properties; variables that it already has stay."""
        return self.literally(text, lambda piece: self._filled(piece, where, name))

    def literally(self, text: str, change: Callable[[str], str]) -> str:
        """The text after ``change`` was applied to all of it except its variables."""
        literal, *pieces = text.split("$")
        parts: list[str] = []
        index = 0
        while index < len(pieces):
            if index + 1 < len(pieces) and (pieces[index] in self.values or pieces[index] in BY_NAME):
                parts += [change(literal), f"${pieces[index]}$"]
                literal = pieces[index + 1]
                index += 2
            else:
                literal += f"${pieces[index]}"
                index += 1
        return "".join([*parts, change(literal)])

    def _filled(self, text: str, where: str, name: str) -> str:
        found = [EmbeddedValue(start=one.start, end=one.end, name=name) for one in placeholders(text)]
        return self.with_parts(text, found, where)

    def with_parts(
        self, text: str, parts: Iterable[EmbeddedValue], where: str, written: Callable[[str], str] = str
    ) -> str:
        """The text with parts of it replaced by properties; what is between them goes through ``written``."""
        edits = [
            ((part.start, part.end), f"${self.name_for(text[part.start : part.end], where, [part.name])}$")
            for part in parts
        ]
        return substituted(text, edits, written)

    def _note(self, where: str, placeholder: Placeholder | None, name: str) -> None:
        written = ""
        if placeholder is not None and placeholder.name and placeholder.is_sure:
            written = f" ({'$' if placeholder.of_shell else ''}{placeholder.name})"
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
        if url := _DOMAIN.match(tree):
            # The provider's domain stays, even if a credential has the same text.
            scheme, subdomains, domain = url.groups()
            return scheme + self.swept(subdomains) + domain + self.swept(tree[url.end() :])
        return self.literally(tree, self._swept)

    def _swept(self, text: str) -> str:
        for name, value in sorted(self.values.items(), key=lambda pair: -len(pair[1] or "")):
            if value and len(value) > 5 and not is_stand_in(value):
                for spelled in dict.fromkeys((value, quote(value, safe=""), quote_plus(value))):
                    alone = rf"(?<![A-Za-z0-9]){re.escape(spelled)}(?![A-Za-z0-9])"
                    text = f"${name}$".join(re.split(alone, text))
        return text

    def masked(self, text: str) -> str:
        """The text with known secrets masked, for display; phone numbers and URLs stay."""
        values = {*self.values.values(), *self.declared.values(), *self.hidden}
        for value in sorted((one for one in values if one), key=len, reverse=True):
            if _is_maskable(value):
                for spelled in dict.fromkeys((value, quote(value, safe=""), quote_plus(value))):
                    text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(spelled)}(?![A-Za-z0-9])", MASK, text)
        return text

    def hide(self, values: Iterable[str]) -> None:
        """Remember secrets that do not become properties, so that they are masked wherever they would be shown."""
        for value in filter(None, values):
            self.hidden.add(value)
            Secret(value, remembered=_is_maskable(value))  # then it is masked in everything that is printed

    def saved(self) -> dict[str, Any]:
        """The values for the credentials file: a shell variable as ``{"env": ...}``, anything else as a secret."""
        kept: dict[str, Any] = {}
        for name, value in self.values.items():
            if value is None:
                continue
            placeholder = whole_placeholder(value)
            if placeholder is not None and placeholder.name in self.declared:
                kept[name] = Secret(self.declared[placeholder.name])
            elif placeholder is not None and placeholder.of_shell:
                kept[name] = {"env": placeholder.name}
            else:
                # A placeholder such as XXXX is not a secret: it must not be masked inside other values.
                kept[name] = Secret(shown(value), remembered=placeholder is None)
        return kept


def _is_same_id(one: str, other: str) -> bool:
    """Whether one of two values is a variable and the other its bare name: ``{auth_id}`` and ``auth_id``."""
    for marked, bare in ((one, other), (other, one)):
        placeholder = whole_placeholder(marked)
        if placeholder is not None and placeholder.is_variable and is_stand_in(bare):
            return placeholder.name.lower() == bare.lower() and bool(re.search(r"(?i)[a-z][ _-]?s?id$", bare))
    return False


def is_distinctive(text: str) -> bool:
    """Whether a text is unlikely to occur by chance: long enough, with a digit, and not a phone number or a URL."""
    return len(text) > 5 and bool(re.search(r"\d", text)) and not is_phone(text) and not is_url(text)


def _is_maskable(value: str) -> bool:
    if (
        (is_phone(value) and len(value) > 9)
        or is_url(value)
        or is_stand_in(value)
        or whole_placeholder(value) is not None
    ):
        return False
    return (len(value) > 4 and bool(re.search(r"[^A-Za-z]", value))) or len(value) > 7


def auth_of(pasted: Pasted, book: PropertyBook, names: tuple[str, ...]) -> dict[str, str] | None:
    """The ``auth`` of a template for the credentials of a paste; their values are added to the book.

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
    rest = substituted(text, [((one.start, one.end), " ") for one in found]).split()
    is_secret = any(len(piece) >= 8 and any(map(str.isdigit, piece)) for piece in rest)  # <m> is just a part of it
    if found and not is_secret and not (len(found) == 1 and found[0].end - found[0].start == len(text.strip())):
        return book.filled(text, where, suggested)
    suggestions = [text, suggested] if is_stand_in(text) and not names else [suggested]
    return f"${book.name_for(text, where, suggestions, exact=bool(names))}$"
