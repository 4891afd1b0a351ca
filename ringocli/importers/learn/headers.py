"""What headers say: the type, the credentials, and what Ringotel's framework has no place for."""

from __future__ import annotations

import base64
import binascii
import re

from ringocli.importers.learn.placeholders import OPEN, has_placeholder
from ringocli.importers.model import BasicAuth, BearerAuth, Limit, limit

_CARRIED = {"content-type", "content-length", "host", "connection", "expect", "transfer-encoding", "accept-encoding"}
"""Headers that every client sets by itself."""

_MILD = {
    "accept": "Ringotel sends its own; an API that answers in one format needs none",
    "accept-language": "an API answers without it",
    "user-agent": "Ringotel sends its own",
    "cache-control": "an API answers without it",
    "pragma": "an API answers without it",
    "origin": "only browsers need it",
    "referer": "only browsers need it",
    "dnt": "only browsers need it",
}


_SCHEME = re.compile(r"[A-Za-z]{1,16}|[A-Za-z]+(?:-[A-Za-z]+)+|(?:[A-Z0-9]{2,6}-)+[A-Z0-9]{2,6}")
"""A scheme's name, which may be repeated; what has other digits in it may be the credential itself."""


def authorization(value: str) -> BasicAuth | BearerAuth | Limit | None:
    """What an ``Authorization`` header says; a limit where the framework has no such scheme."""
    scheme, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    where = "Authorization header"
    if scheme.lower().rstrip(":") == "bearer":
        return BearerAuth(token=rest, where=where)
    if scheme.lower().rstrip(":") == "basic":
        username, password = _decoded(rest)
        return BasicAuth(username=username, password=password, where=where)
    if not value.strip():
        return None
    named = scheme if rest and _SCHEME.fullmatch(scheme) and not has_placeholder(scheme) else ""
    what = f"Authorization: {named} ..." if named else "a bare token in the Authorization header"
    return limit(
        what,
        "the framework documents Bearer and Basic only: look whether the provider takes one of them, "
        "or a key in the address or the body",
    )


def _decoded(credentials: str) -> tuple[str, str]:
    """User name and password of a Basic header; empty where they cannot be told."""
    if credentials.startswith(f"{OPEN}("):
        return "", ""
    if _is_described(credentials):
        text = re.sub(r"^.*?\(|\)[^)]*$", "", credentials) if "(" in credentials else ""
    else:
        try:
            text = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return "", ""
    username, separator, password = text.partition(":")
    return (username, password) if separator else ("", "")


def _is_described(credentials: str) -> bool:
    return has_placeholder(credentials) or "(" in credentials or " " in credentials


def uncarried(headers: tuple[tuple[str, str], ...]) -> list[Limit]:
    """The headers that would be lost, by name; their values may be secrets and are not shown."""
    found = []
    for name, _ in headers:
        key = name.lower()
        if key in _CARRIED or key == "authorization":
            continue
        if why := _MILD.get(key):
            found.append(limit(f"header {name}", why))
        elif _names_key(key):
            found.append(
                limit(
                    f"header {name}",
                    "the framework documents no headers of one's own, so this credential cannot be sent: look whether "
                    "the provider takes Basic or Bearer, or a key in the address or the body",
                )
            )
        else:
            found.append(limit(f"header {name}", "the framework documents no headers of one's own"))
    return found


def _names_key(name: str) -> bool:
    return bool(re.search(r"key|token|auth|secret|password|account|user|sid|sign", name))
