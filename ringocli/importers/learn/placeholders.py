"""Finds placeholders: the text in documentation that the reader replaces by a value.

``$NAME`` and ``${NAME}`` of a shell, ``%NAME%`` of cmd, ``<your key>``, ``{api_key}``, ``{{token}}``, ``[token]``,
``YOUR_API_KEY``, ``xxxx``, ``{}``. Shell expansions are marked while the command is read, to distinguish them from the same
characters between single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPEN, CLOSE = "\ue000", "\ue001"
"""Private characters around what a shell would have expanded: a variable name, or ``(command)``."""

_FORMS = re.compile(
    rf"{OPEN}(?P<shell>[^{CLOSE}]*){CLOSE}"
    r"|\$\{(?P<braced>[A-Za-z_]\w*)\}"
    r"|\$(?P<plain>[A-Za-z_]\w*)\b(?!\$)"
    r"|\$?\{\{\s*(?P<double>[A-Za-z_$][\w .$-]{0,60}?)\s*\}\}"
    r"|#?\{(?P<single>[A-Za-z_][\w .-]{0,60})\}"
    r"|<<(?P<twice>[A-Za-z_][^<>\n\"]{0,80}?)>>"
    r"|<(?P<angle>[A-Za-z_][^<>\n\"]{0,80}?)>"
    r"|\[\[(?P<bracketed>[A-Za-z_][\w .-]{0,60})\]\]"
    r"|\[(?P<square>[A-Za-z_][\w .-]{0,60})\]"
    r"|%(?P<percent>[A-Za-z_]\w{2,})%"
    r"|(?<![A-Za-z0-9])(?P<your>(?:YOUR|MY|your|my|Your|My)[ _-]?[A-Za-z][A-Za-z_-]{1,60}(?:[_-]?\d{1,2})?)(?![A-Za-z0-9]|[_-][A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])(?P<capital>[A-Z]+(?:[_-][A-Z]+)+)(?![A-Za-z0-9_])"
    r"|(?:(?<![A-Za-z0-9])(?P<filler>[xX*]{4,}|\.{3,}|…)(?![A-Za-z0-9])|^\s*(?P<empty>\{\})\s*$)"
)
_TELLING = re.compile(
    r"KEY|TOKEN|SID|\bID\b|_ID|USER|PASS|ACCOUNT|AUTH|SECRET|NUMBER|API|SENDER|PHONE|FROM|TO\b|URL|NAME|MESSAGE|TEXT|PLAN"
)
"""Words that make an all-capitals text a placeholder; without one it may be an actual key."""

_DOMAIN = re.compile(
    r"\.(?!json|xml|php|asp|do\b|jsp|txt|htm|jpe?g|png|gif|pdf|mp[34])[a-z]{2,}(?:\.[a-z]{2})?(?=$|[:/?#\s\"'])"
)
"""The end of a domain name after the name itself."""
_OF_READER = re.compile(
    r"(?i)domain|host|server|company|business|site|app|service|url|instance|account|tenant|name|org|provider|gateway|"
    r"backend|endpoint|key|token|id$|user|client|store|shop|brand|here"
)
"""Words after "my" or "your" in a domain that the reader has to replace: ``your-company.com``."""

_GRAPHQL = re.compile(r"\s*(?:(?:query|mutation|subscription)\b[^{]*\{|\{\s*\w+\s*[({])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One placeholder: its offsets, its name ("" if it has none), and whether a shell would fill it.

    ``is_sure`` if its form leaves no doubt; a word in capitals may be an actual key and must not be repeated in output.
    ``is_variable`` if its notation is that of a variable, which has the same value wherever it is used.
    """

    start: int
    end: int
    name: str
    of_shell: bool
    is_sure: bool
    is_variable: bool


def placeholders(text: str) -> Iterator[Placeholder]:
    """The placeholders of a text, from left to right."""
    is_graphql = _GRAPHQL.match(text) is not None
    for found in _FORMS.finditer(text):
        kind = found.lastgroup or ""
        if is_graphql and kind in ("plain", "single"):
            continue  # $t and {id} are syntax of the GraphQL query
        inside = found.group(kind)
        if kind == "angle" and f"</{inside}>" in text:
            continue  # an XML element
        if kind == "capital" and not (_is_whole(found, text) and _TELLING.search(inside)):
            continue
        if (
            kind == "your"
            and " " in text.strip()
            and not (_is_whole(found, text) or re.match(r"\w[a-zA-Z]+[_-]", inside))
        ):
            continue  # "Your order is ready" is a sentence
        if kind == "your" and _DOMAIN.match(text, found.end()) and not _OF_READER.search(inside):
            continue  # the provider's own domain, such as mysms.com
        yield Placeholder(
            start=found.start(),
            end=found.end(),
            name="" if kind in ("filler", "empty") or inside.startswith("(") else inside.strip().lstrip("$"),
            of_shell=kind == "shell" and not inside.startswith("("),
            is_sure=kind not in ("capital", "your", "filler", "empty"),
            is_variable=kind in ("shell", "braced", "plain", "double", "single", "percent"),
        )


def _is_whole(found: re.Match[str], text: str) -> bool:
    """Whether a match is the whole text: capitals inside a sentence are just a word."""
    return found.group() == text.strip()


def whole_placeholder(text: str) -> Placeholder | None:
    """The placeholder that makes up the whole text except for quotes and spaces; None if there is none."""
    first = next(iter(placeholders(text)), None)
    if first is None:
        return None
    rest = text[: first.start] + text[first.end :]
    return first if not rest.strip(" +\"'") else None


def has_placeholder(text: str) -> bool:
    """Whether the text contains a placeholder."""
    return next(iter(placeholders(text)), None) is not None


def shown(text: str) -> str:
    """The text as it was pasted: marked expansions become ``$NAME`` and ``$(command)`` again."""

    def spelled(found: re.Match[str]) -> str:
        return f"${found.group(1)}"

    return re.sub(f"{OPEN}([^{CLOSE}]*){CLOSE}", spelled, text)
