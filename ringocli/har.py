"""A HAR 1.2 document of what was sent and what came back; secrets are masked, foreign text is blanked.

The format is the one at http://www.softwareishard.com/blog/har-12-spec/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringocli import __version__
from ringocli.exchange import RenderedRequest, Reply, header
from ringocli.report.requests import as_har_request
from ringocli.secret import blank
from ringocli.words import phrase


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
    return {**entry, "comment": blank(comment)} if comment else entry


def _response(reply: Reply | None) -> dict[str, Any]:
    """The ``response`` object; status 0 where no reply came, as browsers write it."""
    text = blank(reply.text) if reply is not None else ""
    content: dict[str, Any] = {
        "size": len(reply.body) if reply is not None else 0,
        "mimeType": blank((reply.content_type if reply is not None else None) or ""),
    }
    return {
        "status": reply.status if reply is not None else 0,
        "statusText": phrase(reply.status) if reply is not None else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [
            {"name": name, "value": blank(value)} for name, value in (reply.headers if reply is not None else ())
        ],
        "content": {**content, "text": text} if text else content,
        "redirectURL": blank(header(reply.headers, "location") or "") if reply is not None else "",
        "headersSize": -1,
        "bodySize": len(reply.body) if reply is not None else -1,
    }
