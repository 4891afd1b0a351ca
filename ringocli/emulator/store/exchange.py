"""An exchange as the emulator stores it: one request with its reply, and how each side understood it.

It is stored as it is shown: secrets are masked before they get here, so neither the store nor any reader can leak one.
"""

from __future__ import annotations

import base64
import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from json import JSONEncoder
from json.encoder import encode_basestring as quoted
from typing import Any

from ringocli.http.exchange import Reply, header
from ringocli.template.variables import Place
from ringocli.text.secret import MASK, current_masker, redact, redact_tree
from ringocli.text.secret_search import Masker

CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})
"""Headers whose value is always a credential."""

BRIEF_CHARACTERS = 500

MAX_UNREADABLE_BYTES = 100_000
"""How much of an unreadable body is shown as text; all of it is stored as base64."""

MAX_CONTROLS = 1_000_000
"""A body with more control characters is stored as base64: in JSON text, each takes six characters."""

DECODED_AT_ONCE = 1_000_000
"""How many bytes that are not UTF-8 are decoded at once; no other thread runs meanwhile (9 MB take 0.1 s)."""

_CONTROLS = bytes(range(32)) + b"\x7f"

UNKNOWN_ID = "receipt for an unknown id: no message sent from here has it"

MAX_CACHED_CHARACTERS = 2_000
"""Headers up to this size are masked once for all requests that have the same ones."""

as_json = JSONEncoder(ensure_ascii=False).encode
"""A value as JSON text."""


class ShownHeaders(tuple[tuple[str, str], ...]):
    """Headers as they are shown; their JSON text is computed once for all exchanges that share them."""

    @cached_property
    def text(self) -> str:
        """The headers as JSON."""
        return as_json(self)


# Exchange and StoredExchange are never modified. They are not frozen, because creating a frozen dataclass takes three
# times as long, and both are created for each request.


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its reply, ready to be shown; ``request`` and ``reply`` are JSON objects.

    ``message_id`` is the provider's id in the reply or the receipt. ``status`` is that of the message (outgoing:
    ``queued sent delivered failed refused``; incoming: ``taken unmatched refused``, and ``waiting retried`` for a
    webhook that the provider sends again). ``said`` are the variables of a webhook from the handset of which Ringotel
    did not read the sender, ``retry_of`` is the first exchange of a webhook that is sent again. ``duration_ms`` is from
    receiving the request to having the reply, ``size_bytes`` that of both bodies.
    """

    inbox: str
    at: datetime
    direction: str
    request: Mapping[str, Any]
    reply: Mapping[str, Any] | None = None
    name: str | None = None
    event_key: str | None = None
    event_type: str | None = None
    matched: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    near_miss: Mapping[str, Any] | None = None
    status: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[Mapping[str, str], ...] = ()
    error: str | None = None
    chaos: str | None = None
    forwarded: Mapping[str, Any] | None = None
    message_id: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Any] = field(default_factory=dict)
    duration_ms: float | None = None
    size_bytes: int | None = None
    is_failed_receipt: bool = False
    said: Mapping[str, str] | None = None
    retry_of: int | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What is stored besides the columns. Texts that may quote the request or the reply are masked here."""
        return {
            "name": self.name,
            "request": self.request,
            "reply": self.reply,
            "variables": self.variables,
            "near_miss": redact_tree(self.near_miss),
            "notes": tuple(map(redact, self.notes)),
            "problems": redact_tree(self.problems),
            "error": redact_tree(self.error),
            "chaos": self.chaos,
            "forwarded": redact_tree(self.forwarded),
            "sources": self.sources,
            "spans": self.spans,
            "duration_ms": self.duration_ms,
            "size_bytes": self.size_bytes,
            "is_failed_receipt": self.is_failed_receipt,
            "said": self.said,
            "retry_of": self.retry_of,
        }


NO_CONTENT: Mapping[str, Any] = Exchange(inbox="", at=datetime.fromtimestamp(0, UTC), direction="", request={}).content
"""Empty content: the defaults of members that are not stored."""


def content_text(content: Mapping[str, Any]) -> str:
    """Content as it is stored: JSON without empty members.

    It is assembled from its members, most of which are the same as in the previous exchange and therefore cached.
    """
    members = [f'"{name}": {_WRITERS.get(name, as_json)(value)}' for name, value in content.items() if value]
    return f"{{{', '.join(members)}}}"


def _request_text(request: Mapping[str, Any]) -> str:
    headers = request.get("headers")
    if not isinstance(headers, ShownHeaders) or len(request) != 4:
        return as_json(request)
    method, url, body = quoted(request["method"]), quoted(request["url"]), quoted(request["body"])
    return f'{{"method": {method}, "url": {url}, "headers": {headers.text}, "body": {body}}}'


def _reply_text(reply: Mapping[str, Any]) -> str:
    headers = reply.get("headers")
    if not isinstance(headers, ShownHeaders) or len(reply) != 3:
        return as_json(reply)
    return f'{{"status": {reply["status"]}, "headers": {headers.text}, "body": {quoted(reply["body"])}}}'


def _texts_text(texts: Mapping[str, str]) -> str:
    return f"{{{', '.join([f'{quoted(name)}: {quoted(text)}' for name, text in texts.items()])}}}"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "request": _request_text,
    "reply": _reply_text,
    "variables": _texts_text,
    "sources": _texts_text,
    "notes": lru_cache(maxsize=256)(as_json),
    "duration_ms": repr,
    "size_bytes": repr,
}
"""Faster functions for common members. The notes are nearly always the same: 0.1 instead of 1.9 µs, of about 100 a webhook."""


@dataclass(slots=True, kw_only=True)
class StoredExchange:
    """An exchange in the store: committed, numbered, and correlated as far as possible."""

    id: int
    inbox: str
    at: datetime
    direction: str
    event_key: str | None
    event_type: str | None
    matched: bool
    status: str
    correlates: int | None
    content: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """The exchange as the API returns it."""
        content = self.content
        return {
            "id": str(self.id),
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "direction": self.direction,
            "name": content["name"],
            "event_key": self.event_key,
            "event_type": self.event_type,
            "request": content["request"],
            "reply": content["reply"],
            "matched": self.matched,
            "variables": content["variables"],
            "near_miss": content["near_miss"],
            "correlates": str(self.correlates) if self.correlates is not None else None,
            "status": self.status,
            "notes": [*content["notes"], *self._correlation_notes],
            "problems": list(content["problems"]),
            "error": content["error"],
            "chaos": content["chaos"],
            "forwarded": content["forwarded"],
            "duration_ms": content["duration_ms"],
            "size_bytes": content["size_bytes"],
            "failed_receipt": bool(content["is_failed_receipt"]),
            "said": content["said"],
            "retry_of": str(content["retry_of"]) if content["retry_of"] else None,
        }

    @property
    def _correlation_notes(self) -> tuple[str, ...]:
        """A note on a receipt without a message; one that precedes the reply to its message is correlated later."""
        is_receipt = self.content["is_failed_receipt"] or (self.event_type == Place.DELIVERED and self.matched)
        if is_receipt and self.correlates is None:
            return (UNKNOWN_ID,)
        return ()

    @property
    def brief(self) -> dict[str, Any]:
        """The exchange without bodies and with long values shortened: what a list needs."""
        document = self.document
        for side in ("request", "reply"):
            if document[side] is not None:
                shown = {name: value for name, value in document[side].items() if name != "body_base64"}
                document[side] = {**shown, "headers": [], "body": None}
        for member in ("variables", "said"):
            values = self.content[member] or {}
            if any(len(value) > BRIEF_CHARACTERS for value in values.values()):
                document[member] = {name: value[:BRIEF_CHARACTERS] for name, value in values.items()}
                document["cut"] = True
        return document


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def shown_headers(headers: tuple[tuple[str, str], ...]) -> ShownHeaders:
    """Headers with credentials masked; the scheme of an Authorization header is kept."""
    is_short = sum([len(value) for _, value in headers]) <= MAX_CACHED_CHARACTERS
    return _cached(headers, current_masker()) if is_short else _shown(headers)


def _shown(headers: tuple[tuple[str, str], ...]) -> ShownHeaders:
    return ShownHeaders((redact(name), _shown_header(name, value)) for name, value in headers)


@lru_cache(maxsize=512)
def _cached(headers: tuple[tuple[str, str], ...], masker: Masker) -> ShownHeaders:
    """Cached per headers, until another secret becomes known: 0.6 instead of 3 µs, or 46 µs with ten secrets."""
    return _shown(headers)


def _shown_header(name: str, value: str) -> str:
    if name.lower() not in CREDENTIAL_HEADERS:
        return redact(value)
    scheme, separator, rest = value.partition(" ")
    return f"{scheme} {MASK}" if separator and rest and name.lower().endswith("authorization") else MASK


def shown_body(body: bytes) -> dict[str, Any]:
    """A body as text; one that is unreadable as text is added as base64, with its secrets masked as well."""
    is_readable = len(body) <= MAX_CONTROLS or len(body) - len(body.translate(None, _CONTROLS)) <= MAX_CONTROLS
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        is_readable = False
    if is_readable:
        return {"body": redact(text)}
    pieces = (body[at : at + DECODED_AT_ONCE] for at in range(0, len(body), DECODED_AT_ONCE))
    text = "".join(codecs.iterdecode(pieces, "utf-8", "surrogateescape"))
    masked = redact(text).encode("utf-8", "surrogateescape")
    start = redact(body[:MAX_UNREADABLE_BYTES].decode("utf-8", "replace"))
    return {"body": start, "body_base64": base64.b64encode(masked).decode()}


def body_of(shown: Mapping[str, Any]) -> bytes:
    """The bytes of a shown request or reply."""
    encoded = shown.get("body_base64")
    return base64.b64decode(encoded) if encoded else (shown["body"] or "").encode("utf-8", "replace")


def shown_reply(reply: Reply | None) -> dict[str, Any] | None:
    """A reply as it is shown; None if there is none."""
    if reply is None:
        return None
    return {"status": reply.status, "headers": shown_headers(reply.headers), **shown_body(reply.body)}


def content_type_of(shown: Mapping[str, Any]) -> str | None:
    """The Content-Type of a shown request or reply."""
    return header(tuple((name, value) for name, value in shown["headers"]), "content-type")
