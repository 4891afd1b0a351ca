"""Reads a request from whatever was pasted: a command, an OpenAPI document, a collection, a HAR file, a raw request."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ringocli.errors import UsageError
from ringocli.http.bodies import text_of
from ringocli.http.exchange import header
from ringocli.importers.captures import text_of_capture
from ringocli.importers.detect import detect, kind_of_sample, unsupported_snippet
from ringocli.importers.learn.url_credentials import without_secrets
from ringocli.importers.pasted_request import Pasted
from ringocli.importers.raw_requests import raw_request
from ringocli.text.files import STDIN, read_bytes

if TYPE_CHECKING:
    from ringocli.importers.collection.common import Named

KINDS = ("curl", "openapi", "postman", "har", "http")
_COMMANDS = ("curl", "wget", "httpie", "python", "fetch")
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
    content = read_bytes(path, max_bytes=MAX_BYTES)
    return request_in(path, content, choice, kind, for_file=for_file, allowed=allowed)


def request_in(
    path: str,
    content: str | bytes,
    choice: str | None,
    kind: str | None,
    *,
    for_file: bool = False,
    allowed: Path | None = None,
) -> Pasted:
    """Like ``read_source``, for a text that was already read; ``path`` names it in messages.

    Raises:
        UsageError: as ``read_source``.
    """
    content, notes = text_of_capture(content.encode("utf-8", "replace") if isinstance(content, str) else content)
    found = _request_in(path, content, choice, kind, for_file, allowed)
    return replace(found, notes=(*notes, *found.notes)) if notes else found


def _request_in(
    path: str, content: bytes, choice: str | None, kind: str | None, for_file: bool, allowed: Path | None
) -> Pasted:
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    if not text.strip():
        raise UsageError(f"{path}: empty", "Paste the example of the documentation into it.")
    text = _LONE_SURROGATE.sub(r"\\ufffd", text)
    if kind in (None, "curl", "http"):
        kind = detect(path, text)
    if kind == "raw":
        return _raw(path, content)
    if kind == "openapi":
        from ringocli.importers.openapi.choose import read_openapi

        return read_openapi(path, text, choice, for_file=for_file)
    if kind in _COMMANDS:
        return _most_like(_commands(kind, path, text, allowed), for_file)
    return _chosen(path, _collection(str(kind))(path, text), choice, for_file)


def requests_in(path: str, text: str) -> list[Pasted]:
    """The requests of a command or a collection, for ``samples``; none if the text may be a bare body.

    Raises:
        UsageError: it is a command or a snippet that cannot be read.
    """
    kind = kind_of_sample(text)
    if kind is None:
        if text.lstrip()[:1] not in ("{", "[", "<") and (language := unsupported_snippet(text)):
            raise UsageError(
                f"{path}: this is {language}, which cannot be read", "Paste the request itself, or as cURL."
            )
        return []
    if kind in _COMMANDS:
        return _commands(kind, path, text)
    return [pasted for _, pasted in _collection(kind)(path, text)]


def _raw(path: str, content: bytes) -> Pasted:
    """A captured request.

    Raises:
        UsageError: it is a reply, or does not say its host.
    """
    from ringocli.importers.collection.common import request
    from ringocli.importers.collection.http_file import sent_header

    sample = raw_request(content)
    if sample is None or sample.method is None:
        raise UsageError(f"{path}: this is a reply, not a request", "Use it with --sample-response.")
    if not sample.origin:
        raise UsageError(
            f"{path}: the request does not name its host", "Add a Host header, or write the whole URL after the method."
        )
    headers = [
        (name, sent_header(name, value))
        for name, value in sample.headers
        if name.lower() not in ("content-length", "connection")
    ]
    kind = header(sample.headers, "content-type")
    body = text_of(sample.body, kind).removeprefix("\ufeff")
    found = request(sample.method, f"{sample.origin}{sample.target}", headers, body=body or None)
    reply = sample.reply.body if sample.reply is not None and 200 <= sample.reply.status < 300 else None
    return replace(found, notes=(*found.notes, *sample.notes), reply=reply or None)


def _split(named: str) -> tuple[str, str | None]:
    """``FILE#NAME`` as file and name, unless a file has that whole name."""
    if named == STDIN or os.path.exists(named):
        return named, None
    path, separator, choice = named.partition("#")
    return (path, choice or None) if separator else (named, None)


def _most_like(requests: list[Pasted], for_file: bool) -> Pasted:
    """The request of several that most resembles sending, with a note that there were others."""
    from ringocli.importers.learn.likeness import most_like_index, with_token_request, with_upload_reported

    best = with_token_request(requests[most_like_index(requests, for_file=for_file)], requests)
    best = with_upload_reported(best, requests) if for_file else best
    if len(requests) > 1 + (best.token_request is not None):
        what = "a file" if for_file else "a message"
        note = f"{len(requests)} requests were pasted; the one that most resembles sending {what} was used"
        return replace(best, notes=(*best.notes, note))
    return best


def _chosen(path: str, named: Named, choice: str | None, for_file: bool) -> Pasted:
    """The request of a collection with the given name; without a name the best one, with a note that names it."""
    from ringocli.importers.collection.common import chosen
    from ringocli.importers.learn.likeness import most_like_index, with_token_request

    if choice is not None:
        return with_token_request(chosen(path, named, choice), [pasted for _, pasted in named])
    requests = [pasted for _, pasted in named]
    number = most_like_index(requests, for_file=for_file)
    best = with_token_request(requests[number], requests)
    if len(named) > 1:
        what = "a file" if for_file else "a message"
        title = without_secrets(named[number][0])
        note = (
            f"{path} has {len(named)} requests; number {number + 1}, {title!r}, most resembles sending {what} and was "
            "used. To choose another, add #NAME or #NUMBER to the file"
        )
        return replace(best, notes=(*best.notes, note))
    return best


def _collection(kind: str) -> Callable[[str, str], Named]:
    """The reader of a kind of collection."""
    from ringocli.importers.collection import har, http_file, other_clients, postman, rendered, yaml_clients

    return {
        "postman": postman.read_postman,
        "har": har.read_har,
        "rendered": rendered.read_rendered,
        "http": http_file.read_http,
        "insomnia": other_clients.read_insomnia,
        "insomnia-5": yaml_clients.read_insomnia_5,
        "opencollection": yaml_clients.read_open_collection,
        "hoppscotch": other_clients.read_hoppscotch,
        "bruno": other_clients.read_bruno,
        "bru": other_clients.read_bru,
        "postman-v1": other_clients.read_postman_v1,
    }[kind]


def _commands(kind: str, path: str, text: str, allowed: Path | None = None) -> list[Pasted]:
    """The requests of a command or a code snippet."""
    from ringocli.importers import snippets
    from ringocli.importers.curl import other_commands, reader

    if kind == "curl":
        return reader.read_curl(path, text, allowed=allowed)
    return {
        "wget": other_commands.read_wget,
        "httpie": other_commands.read_httpie,
        "python": snippets.read_python,
        "fetch": snippets.read_fetch,
    }[kind](path, text)
