"""Stored exchanges in forms for elsewhere: a curl command, an entry of a HAR 1.2 document."""

from __future__ import annotations

from typing import Any

from ringocli.emulator.store.exchange import StoredExchange, content_type_of
from ringocli.messaging.formats.har_objects import request_object, response_object
from ringocli.messaging.formats.requests import curl_command

_OF_THE_CONNECTION = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


def _whole_url(stored: StoredExchange, base: str) -> str:
    url: str = stored.content["request"]["url"]
    return base + url if url.startswith("/") else url


def as_curl(stored: StoredExchange, base: str) -> str:
    """A curl command that makes the request again; what was masked stays masked."""
    request = stored.content["request"]
    headers = [(name, value) for name, value in request["headers"] if name.lower() not in _OF_THE_CONNECTION]
    return curl_command(request["method"], _whole_url(stored, base), headers, request["body"] or None) + "\n"


def as_har_entry(stored: StoredExchange, base: str) -> dict[str, Any]:
    """An ``entries`` object."""
    request, reply = stored.content["request"], stored.content["reply"]
    text = reply["body"] if reply is not None else ""
    return {
        "startedDateTime": stored.document["at"],
        "time": 0,
        "request": request_object(
            request["method"],
            _whole_url(stored, base),
            request["headers"],
            request["body"] or None,
            content_type_of(request) or "",
        ),
        "response": response_object(
            reply["status"] if reply is not None else 0,
            reply["headers"] if reply is not None else (),
            text,
            (content_type_of(reply) or "") if reply is not None else "",
            body_bytes=len(text.encode("utf-8", "replace")),
        ),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": " ".join(part for part in (stored.direction, stored.event_type or stored.content["name"]) if part),
    }
