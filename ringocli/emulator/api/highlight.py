"""Finds the bytes of a stored exchange that come from a variable, which the page highlights.

A rendered request records them. A received one is matched again, and the values are located in its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from ringocli.emulator.store.exchange import StoredExchange, content_type_of
from ringocli.emulator.template_patch import incoming_of
from ringocli.errors import LocalError
from ringocli.http.bodies import Encoding, encoding_of
from ringocli.http.exchange import Reply
from ringocli.messaging.provider import receive
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import Template
from ringocli.text.document import Document
from ringocli.text.pointer import Pointer

MAX_HIGHLIGHTED = 1_000_000
"""Longer bodies are shown without highlighting."""

Spans = list[dict[str, Any]]


def provenance(template: Template, stored: StoredExchange) -> dict[str, Spans]:
    """Spans in UTF-8 bytes of the shown URL, request body and reply body."""
    known = stored.content["spans"]
    if stored.direction == "incoming":
        sources = _webhook_sources(template, stored)
    else:
        sources = {} if known else _request_sources(template, stored)
    request, reply = stored.content["request"], stored.content["reply"]
    return {
        "request_url": known.get("request_url") or _in_query(request["url"], sources),
        "request_body": known.get("request_body") or _in_body(request, sources),
        "reply_body": _in_body(reply, _reply_sources(template, stored)) if reply is not None else [],
    }


def _webhook_sources(template: Template, stored: StoredExchange) -> Mapping[str, Pointer]:
    try:
        reading = read_webhook(template, incoming_of(stored))
    except LocalError:
        return {}
    event = reading.event
    if event is None:
        return {}
    pointers = event.pattern.variables.get("event_key", ())
    return {**reading.sources, **({"event_key": pointers[0]} if pointers else {})}


def _request_sources(template: Template, stored: StoredExchange) -> Mapping[str, Pointer]:
    return receive(template, incoming_of(stored)).sources


def _reply_sources(template: Template, stored: StoredExchange) -> Mapping[str, Pointer]:
    reply = stored.content["reply"]
    specs = [
        spec for spec in template.requests if spec.name == stored.content["name"] and spec.response_map is not None
    ]
    if stored.direction != "outgoing" or not specs or not reply["body"]:
        return {}
    headers = tuple((name, value) for name, value in reply["headers"])
    body = reply["body"].encode("utf-8", "replace")
    try:
        return read_reply(specs[0], Reply(status=reply["status"], headers=headers, body=body)).sources
    except LocalError:
        return {}


def _in_body(shown: Mapping[str, Any], sources: Mapping[str, Pointer]) -> Spans:
    text = shown["body"]
    if not text or not sources or len(text) > MAX_HIGHLIGHTED:
        return []
    if encoding_of(content_type_of(shown)) is Encoding.FORM or text.lstrip()[:1] not in ("{", "["):
        return _in_form(text, 0, sources)
    document = Document.read("body", text)
    if document.broken is not None:
        return []
    found = []
    for name, pointer in sources.items():
        start, end = document.locate_offsets(pointer)
        if text[start : start + 1] == '"':
            start, end = start + 1, end - 1
        found.append((name, start, end))
    return _as_bytes(text, found)


def _in_query(url: str, sources: Mapping[str, Pointer]) -> Spans:
    start = url.find("?") + 1
    return _in_form(url, start, sources) if start else []


def _in_form(text: str, start: int, sources: Mapping[str, Pointer]) -> Spans:
    """The values of a form or query by their keys; the first one if a key is repeated."""
    positions: dict[str, tuple[int, int]] = {}
    for pair in re.compile(r"[^&]+").finditer(text, start):
        key, separator, _ = pair.group().partition("=")
        if separator:
            positions.setdefault(unquote_plus(key), (pair.start() + len(key) + 1, pair.end()))
    return _as_bytes(text, _located(positions, sources))


def _located(
    positions: Mapping[str, tuple[int, int]], sources: Mapping[str, Pointer]
) -> Iterator[tuple[str, int, int]]:
    for name, pointer in sources.items():
        if pointer and str(pointer[0]) in positions:
            yield (name, *positions[str(pointer[0])])


def _as_bytes(text: str, found: Any) -> Spans:
    """Character offsets as byte offsets, in order."""
    spans, byte, at = [], 0, 0
    for name, start, end in sorted(found, key=lambda one: one[1]):
        if start < at:
            continue  # two variables with the same value
        byte += len(text[at:start].encode("utf-8", "surrogatepass"))
        length = len(text[start:end].encode("utf-8", "surrogatepass"))
        spans.append({"variable": name, "start": byte, "end": byte + length})
        byte, at = byte + length, end
    return spans
