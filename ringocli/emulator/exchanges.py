"""An exchange as the emulator keeps it: one request with its reply, and what both sides made of it.

It is kept as it is shown: secrets are masked before anything gets here, so neither the store nor any of its readers can
leak one.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ringocli.exchange import Reply, header
from ringocli.secret import MASK, blank

CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})
"""Headers whose value is a credential, whoever sent it."""

BRIEF_CHARACTERS = 500

UNKNOWN_ID = "the receipt is for an unknown id: no message that was sent from here has it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its reply, ready to be shown; ``request`` and ``reply`` are JSON objects.

    ``message_id`` is the provider's id that the reply or the receipt carries. ``status`` says where a message is
    (outgoing: ``queued sent delivered failed refused``; incoming: ``taken unmatched refused``).
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
    weather: str | None = None
    forwarded: Mapping[str, Any] | None = None
    message_id: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, Any]:
        """What goes into the store besides its columns."""
        return {
            "name": self.name,
            "request": self.request,
            "reply": self.reply,
            "variables": self.variables,
            "near_miss": self.near_miss,
            "notes": self.notes,
            "problems": self.problems,
            "error": self.error,
            "weather": self.weather,
            "forwarded": self.forwarded,
            "sources": self.sources,
            "spans": self.spans,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An exchange that is in the store: committed, numbered, and correlated as far as it is known."""

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
        """The Exchange as the API tells it."""
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
            "notes": [*content["notes"], *self._of_nobody],
            "problems": list(content["problems"]),
            "error": content["error"],
            "weather": content["weather"],
            "forwarded": content["forwarded"],
        }

    @property
    def _of_nobody(self) -> tuple[str, ...]:
        """Said of a receipt whose message is not known; one that comes first finds its message later."""
        if self.event_type == "messageDelivered" and self.matched and self.correlates is None:
            return (UNKNOWN_ID,)
        return ()

    @property
    def brief(self) -> dict[str, Any]:
        """The Exchange without bodies, long values cut: what a list needs."""
        document = self.document
        for side in ("request", "reply"):
            if document[side] is not None:
                document[side] = {**document[side], "headers": [], "body": None}
        values = self.content["variables"]
        if any(len(value) > BRIEF_CHARACTERS for value in values.values()):
            document["variables"] = {name: value[:BRIEF_CHARACTERS] for name, value in values.items()}
            document["cut"] = True
        return document


def now() -> datetime:
    """The time of an exchange."""
    return datetime.now(UTC)


def shown_headers(headers: tuple[tuple[str, str], ...]) -> list[list[str]]:
    """Headers with credentials masked; of an Authorization its scheme stays."""
    return [[name, _shown_header(name, value)] for name, value in headers]


def _shown_header(name: str, value: str) -> str:
    if name.lower() not in CREDENTIAL_HEADERS:
        return blank(value)
    scheme, separator, rest = value.partition(" ")
    return f"{scheme} {MASK}" if separator and rest and name.lower().endswith("authorization") else MASK


def shown_body(body: bytes) -> dict[str, Any]:
    """A body as text; bytes that are none go as base64 beside it."""
    try:
        return {"body": blank(body.decode("utf-8"))}
    except UnicodeDecodeError:
        return {"body": blank(body.decode("utf-8", "replace")), "body_base64": base64.b64encode(body).decode()}


def shown_reply(reply: Reply | None) -> dict[str, Any] | None:
    """A reply as it is shown; None where there is none."""
    if reply is None:
        return None
    return {"status": reply.status, "headers": shown_headers(reply.headers), **shown_body(reply.body)}


def content_type_of(shown: Mapping[str, Any]) -> str | None:
    """The Content-Type of a shown request or reply."""
    return header(tuple((name, value) for name, value in shown["headers"]), "content-type")
