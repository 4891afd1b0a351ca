"""A HAR 1.2 document of what was sent and what came back; secrets are masked, foreign text is blanked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringocli import __version__
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.messaging.formats.har_objects import response_object
from ringocli.messaging.formats.requests import as_har_request
from ringocli.text.secret import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request with what became of it: a reply, or why there is none. ``at`` knows its time zone."""

    at: datetime
    request: RenderedRequest
    reply: Reply | None
    failure: str = ""


def har_text(exchanges: Iterable[Sent]) -> str:
    """The whole document as JSON text, ready for a file."""
    log = {
        "version": "1.2",
        "creator": {"name": "ringocli", "version": __version__},
        "entries": [_entry(sent) for sent in exchanges],
    }
    return json.dumps({"log": log}, ensure_ascii=False, indent=2) + "\n"


def _entry(sent: Sent) -> dict[str, Any]:
    elapsed_ms = round(sent.reply.elapsed_ms, 3) if sent.reply is not None else 0
    entry: dict[str, Any] = {
        "startedDateTime": sent.at.isoformat(timespec="milliseconds"),
        "time": elapsed_ms,
        "request": as_har_request(sent.request, str),
        "response": _response(sent.reply),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
    }
    notes = [sent.failure, *(sent.reply.notes if sent.reply is not None else ())]
    comment = "; ".join(note for note in notes if note)
    return {**entry, "comment": redact(comment)} if comment else entry


def _response(reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return response_object()
    return response_object(
        reply.status,
        [(name, redact(value)) for name, value in reply.headers],
        redact(reply.text) or None,
        redact(reply.content_type or ""),
        body_bytes=len(reply.body),
        location=redact(header(reply.headers, "location") or ""),
    )
