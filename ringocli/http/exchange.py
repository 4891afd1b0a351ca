"""HTTP exchanges as values that are safe to print: rendered requests, received requests and replies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from ringocli.http.content_types import JSON_TYPE
from ringocli.text.secret import Text
from ringocli.text.traced import Traced
from ringocli.text.url import split_url

DEFAULT_TIMEOUT_S = 10.0
"""How long one exchange may take, from the name lookup to the last byte of the reply."""


class Direction(StrEnum):
    """From Ringotel's point of view: ``outgoing`` to the provider, ``incoming`` from it."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


class RenderedRequest(NamedTuple):
    """A request to send; ``variables`` are the values used, ``rows`` are the numbers of the assumptions made.

    ``raw_body`` is sent instead of ``body`` if a received body is forwarded, which need not be text.
    """

    name: str
    direction: Direction
    method: str
    url: Traced
    headers: tuple[tuple[str, Traced], ...]
    body: Traced | None
    variables: Mapping[str, Text]
    notes: tuple[str, ...] = ()
    rows: frozenset[int] = frozenset()
    raw_body: bytes | None = None

    @property
    def content_type(self) -> str:
        """The Content-Type header, or an empty string."""
        return next((str(value) for name, value in self.headers if name == "Content-Type"), "")

    @property
    def host(self) -> str:
        """The host of the URL; the only part of a webhook URL that may be shown."""
        return split_url(self.url.reveal()).hostname or ""


class IncomingRequest(NamedTuple):
    """A received request: a webhook at Ringotel, or an API call at the provider."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    notes: tuple[str, ...] = ()

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, or None."""
        return header(self.headers, "content-type")


CUT = "the reply is larger than 1 MB and was cut"
BROKEN_OFF = "the connection was closed before the end of the reply"
"""Notes of replies whose body is incomplete."""


def too_slow(timeout_s: float) -> str:
    """The note of a reply whose body did not end in time."""
    return f"the reply did not end within {timeout_s:g} s and was cut"


class Reply(NamedTuple):
    """A received response; ``elapsed_ms`` is from the first byte sent to the last byte received.

    ``notes`` say if ``body`` is incomplete.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    elapsed_ms: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, or None."""
        return header(self.headers, "content-type")

    @property
    def text(self) -> str:
        """The body as text; invalid UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def as_incoming(rendered: RenderedRequest, path: str | None = None) -> IncomingRequest:
    """A rendered request as its receiver sees it, secrets revealed; lone surrogates become "?".

    ``path`` replaces the path of the URL, for a webhook URL that is only a placeholder.
    """
    parts = split_url(rendered.url.reveal())
    body = rendered.body.reveal() if rendered.body is not None else ""
    return IncomingRequest(
        method=rendered.method,
        path=path if path is not None else parts.path or "/",
        query=parts.query,
        headers=tuple((name, value.reveal()) for name, value in rendered.headers),
        body=body.encode("utf-8", "replace"),
    )


def recorded_request(method: str, url: str, headers: Iterable[tuple[str, str]], body: str) -> IncomingRequest:
    """A received request from a recording of it, such as an exchange in the emulator's API or an entry of a HAR file."""
    parts = split_url(url)
    return IncomingRequest(
        method=method,
        path=parts.path or "/",
        query=parts.query,
        headers=tuple((str(name), str(value)) for name, value in headers),
        body=body.encode("utf-8", "replace"),
    )


def json_reply(status: int, content: Any) -> Reply:
    """A reply with a JSON document; lone surrogates, which UTF-8 cannot encode, become question marks."""
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return Reply(status=status, headers=(("Content-Type", JSON_TYPE),), body=body)


def header(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    """The first header with a name given in lower case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None
