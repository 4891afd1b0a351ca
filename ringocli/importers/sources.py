"""Reads a request from whatever was pasted: a curl command, an OpenAPI document, a Postman collection, a HAR or .http file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ringocli.errors import UsageError
from ringocli.importers.model import Pasted
from ringocli.text.files import STDIN, read_bytes

if TYPE_CHECKING:
    from ringocli.importers.collection.common import Named

KINDS = ("curl", "openapi", "postman", "har", "http")
_LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""A lone surrogate as a JSON or YAML escape: it is not a character and cannot be encoded."""
MAX_BYTES = 40_000_000
"""Large enough for an OpenAPI document of a whole API; no command or collection is nearly as long."""


def read_source(named: str, kind: str | None, *, for_file: bool = False, allowed: Path | None = None) -> Pasted:
    """The request in a file, ``-``, or ``FILE#NAME``, that most resembles sending a message (or a file).

    ``kind`` is one of ``KINDS``; None detects it from the text.

    Raises:
        UsageError: it contains no request, or none with that name; the existing ones are listed.
        LocalError: the file cannot be read.
    """
    path, choice = _split(named)
    text = read_bytes(path, max_bytes=MAX_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")
    return request_in(path, text, choice, kind, for_file=for_file, allowed=allowed)


def request_in(
    path: str, text: str, choice: str | None, kind: str | None, *, for_file: bool = False, allowed: Path | None = None
) -> Pasted:
    """Like ``read_source``, for a text that was already read; ``path`` names it in messages.

    Raises:
        UsageError: as ``read_source``.
    """
    if not text.strip():
        raise UsageError(f"{path}: empty", "Paste the example of the documentation into it.")
    text = _LONE_SURROGATE.sub(r"\\ufffd", text)
    kind = kind or kind_of(text)
    return _READERS[kind](path, text, choice, for_file, allowed)


def _split(named: str) -> tuple[str, str | None]:
    """``FILE#NAME`` as file and name, unless a file has that whole name."""
    if named == STDIN or Path(named).exists():
        return named, None
    path, separator, choice = named.partition("#")
    return (path, choice or None) if separator else (named, None)


def kind_of(text: str) -> str:
    """The format of a text, one of ``KINDS``."""
    start = text.lstrip()[:2000]
    if '"_postman_id"' in text[:5000] or "schema.getpostman.com" in text[:20_000]:
        return "postman"
    if start[:1] == "{" and '"entries"' in text[:200_000] and '"log"' in text[:2000]:
        return "har"
    if any(word in text for word in ("openapi:", '"openapi"', "swagger:", '"swagger"')) and "paths" in text:
        return "openapi"
    first = next((line for line in start.splitlines() if line.strip() and not line.startswith(("#", "//", "@"))), "")
    if first.split(" ")[0] in ("GET", "POST", "PUT", "PATCH", "DELETE") or start.startswith(("###", "@")):
        return "http"
    return "curl"


def _curl(path: str, text: str, choice: str | None, for_file: bool, allowed: Path | None) -> Pasted:
    from dataclasses import replace

    from ringocli.importers.curl.reader import read_curl
    from ringocli.importers.learn.likeness import most_like

    requests = read_curl(path, text, allowed=allowed)
    best = most_like(requests, for_file=for_file)
    if len(requests) > 1:
        note = f"{len(requests)} requests were pasted; the one that most resembles sending a message was used"
        return replace(best, notes=(*best.notes, note))
    return best


def _openapi(path: str, text: str, choice: str | None, for_file: bool, allowed: Path | None) -> Pasted:
    from ringocli.importers.openapi.choose import read_openapi

    return read_openapi(path, text, choice, for_file=for_file)


def _collection(path: str, named: Named, choice: str | None, for_file: bool) -> Pasted:
    from ringocli.importers.collection.common import chosen
    from ringocli.importers.learn.likeness import most_like

    if choice is not None:
        return chosen(path, named, choice)
    return most_like([pasted for _, pasted in named], for_file=for_file)


def _postman(path: str, text: str, choice: str | None, for_file: bool, allowed: Path | None) -> Pasted:
    from ringocli.importers.collection.postman import read_postman

    return _collection(path, read_postman(path, text), choice, for_file)


def _har(path: str, text: str, choice: str | None, for_file: bool, allowed: Path | None) -> Pasted:
    from ringocli.importers.collection.har import read_har

    return _collection(path, read_har(path, text), choice, for_file)


def _http(path: str, text: str, choice: str | None, for_file: bool, allowed: Path | None) -> Pasted:
    from ringocli.importers.collection.http_file import read_http

    return _collection(path, read_http(path, text), choice, for_file)


_READERS: dict[str, Callable[[str, str, str | None, bool, Path | None], Pasted]] = {
    "curl": _curl,
    "openapi": _openapi,
    "postman": _postman,
    "har": _har,
    "http": _http,
}
