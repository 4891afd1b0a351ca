"""Reads request headers: the credentials, and those that a template cannot express."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from ringocli.importers.learn.placeholders import OPEN, has_placeholder
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, cannot_authenticate
from ringocli.template.credential_names import is_secret_name
from ringocli.template.limit import Limit

_CARRIED = {"content-type", "content-length", "host", "connection", "expect", "transfer-encoding", "accept-encoding"}
"""Headers that every client sets itself."""

_MILD = {
    "accept": "Ringotel sends its own; an API with one response format does not need it",
    "accept-language": "APIs respond without it",
    "user-agent": "Ringotel sends its own",
    "cache-control": "APIs respond without it",
    "pragma": "APIs respond without it",
    "origin": "only browsers need it",
    "referer": "only browsers need it",
    "dnt": "only browsers need it",
    "priority": "only browsers need it",
    "upgrade-insecure-requests": "only browsers need it",
}
_PSEUDO = {"authority", "method", "path", "scheme"}
"""Names of HTTP/2 that browsers copy as headers (RFC 9113, 8.3.1): parts of the request, never credentials."""


_SCHEME = re.compile(r"[A-Za-z]{1,16}|[A-Za-z]+(?:-[A-Za-z]+)+|(?:[A-Z0-9]{2,6}-)+[A-Z0-9]{2,6}")
"""The name of an auth scheme, which may be shown; anything else before the space may be the credential itself."""


def authorization(value: str) -> BasicAuth | BearerAuth | Limit | None:
    """The credentials in an ``Authorization`` header; a limit if a template cannot express its scheme."""
    scheme, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    where = "Authorization header"
    if scheme.lower().rstrip(":") == "bearer":
        return BearerAuth(token=rest, where=where)
    if scheme.lower().rstrip(":") == "basic":
        if (pair := _decoded(rest)) is None:
            why = "Ringotel sends USER:PASSWORD in base64; this is something else, such as a key alone"
            return cannot_authenticate("Authorization: Basic without USER:PASSWORD", why)
        is_hidden = pair == ("", "") and not (has_placeholder(rest) or _is_described(rest) or rest.isalpha())
        where += " (not readable as USER:PASSWORD)" if is_hidden else ""
        return BasicAuth(username=pair[0], password=pair[1], where=where)
    if not value.strip():
        return None
    named = scheme if rest and _SCHEME.fullmatch(scheme) and not has_placeholder(scheme) else ""
    what = f"Authorization: {named} ..." if named else "a bare token in the Authorization header"
    return cannot_authenticate(
        what,
        "Ringotel documents only Bearer and Basic auth. Check whether the provider also accepts one of them, "
        "or the key as a query or body parameter.",
    )


def _decoded(credentials: str) -> tuple[str, str] | None:
    """User name and password of a Basic header; both empty if they are not shown, None if it contains something else."""
    if credentials.startswith(f"{OPEN}("):
        return "", ""
    if _is_described(credentials):
        text = re.sub(r"^.*?\(|\)[^)]*$", "", credentials) if "(" in credentials else ""
    else:
        try:
            text = base64.b64decode(credentials + "=" * (-len(credentials) % 4), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            text = credentials if ":" in credentials else ""  # as some pages write it, or made up
        if text.isprintable() and text and ":" not in text:
            return None
    username, separator, password = text.partition(":")
    return (username, password) if separator else ("", "")


def _is_described(credentials: str) -> bool:
    return has_placeholder(credentials) or "(" in credentials or " " in credentials


def uncarried(headers: tuple[tuple[str, str], ...]) -> list[Limit]:
    """A limit for each header that a template cannot express; values are not shown, as they may be secrets."""
    found = []
    for name, _ in headers:
        key = name.lower()
        if key in _CARRIED or key == "authorization" or _is_pseudo(key):
            continue
        if why := _MILD.get(key) or ("only browsers need it" if key.startswith("sec-") else None):
            found.append(Limit(f"header {name}", why))
        elif _names_key(key):
            found.append(
                cannot_authenticate(
                    f"header {name}",
                    "Ringotel documents no custom headers, so this credential cannot be sent. Check whether the provider "
                    "also accepts Basic or Bearer auth, or the key as a query or body parameter.",
                )
            )
        else:
            found.append(Limit(f"header {name}", "Ringotel documents no custom headers"))
    return found


def secrets_of_headers(headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """The values of headers that may be credentials, and the parts of those with several: cookies, signed fields."""
    for name, value in headers:
        if name.lower() == "cookie" or _names_key(name.lower()) or is_secret_name(name):
            scheme, _, rest = value.strip().partition(" ")
            hidden = rest if rest and _SCHEME.fullmatch(scheme) else value
            yield hidden
            yield from (part for part in re.split(r"[;,\s]+|(?<=[A-Za-z])=", hidden) if len(part) > 5)


def _names_key(name: str) -> bool:
    if _is_pseudo(name) or name in _MILD or name.startswith("sec-"):
        return False
    return bool(re.search(r"key|token|auth|secret|password|account|user|sid|sign", name))


def _is_pseudo(name: str) -> bool:
    return name.removeprefix(":") in _PSEUDO
