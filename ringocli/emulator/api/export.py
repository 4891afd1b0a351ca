"""Stored exchanges in formats for other tools: a curl command, an entry of a HAR document."""

from __future__ import annotations

from typing import Any

from ringocli.emulator.store.exchange import StoredExchange, content_type_of
from ringocli.http.request_formats import curl_command
from ringocli.messaging.formats.har import entry_object, request_object, response_object

_CONNECTION_HEADERS = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


def _absolute_url(stored: StoredExchange, base: str) -> str:
    url: str = stored.content["request"]["url"]
    return base + url if url.startswith("/") else url


def as_curl(stored: StoredExchange, base: str) -> str:
    """A curl command that repeats the request; what was masked stays masked."""
    request = stored.content["request"]
    headers = [(name, value) for name, value in request["headers"] if name.lower() not in _CONNECTION_HEADERS]
    return curl_command(request["method"], _absolute_url(stored, base), headers, request["body"] or None) + "\n"


def as_har_entry(stored: StoredExchange, base: str) -> dict[str, Any]:
    """An ``entries`` object of a HAR document."""
    request, reply = stored.content["request"], stored.content["reply"]
    request_entry = request_object(
        request["method"],
        _absolute_url(stored, base),
        request["headers"],
        request["body"] or None,
        content_type_of(request) or "",
    )
    response_entry = response_object()
    if reply is not None:
        response_entry = response_object(
            reply["status"],
            reply["headers"],
            reply["body"],
            content_type_of(reply) or "",
            body_bytes=len(reply["body"].encode("utf-8", "replace")),
        )
    label = " ".join(part for part in (stored.direction, stored.event_type or stored.content["name"]) if part)
    elapsed_ms = stored.content["duration_ms"] or 0
    return entry_object(stored.document["at"], request_entry, response_entry, elapsed_ms=elapsed_ms, comment=label)
