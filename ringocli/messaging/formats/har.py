"""HAR 1.2 documents, written and read (http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from ringocli.http.error_text import reason_phrase
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.http.request_formats import Show, shown
from ringocli.text.lenient_json import mapping, objects_in
from ringocli.text.secret import redact
from ringocli.text.url import split_url
from ringocli.version import __version__

Headers = Iterable[tuple[str, str]]

_CREATOR = {"name": "ringocli", "version": __version__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request and its reply, or why there is none. ``at`` has a time zone."""

    at: datetime
    request: RenderedRequest
    reply: Reply | None
    failure: str = ""


def har_text(exchanges: Iterable[Sent]) -> str:
    """A document of requests that were sent, secrets masked."""
    return _document([_sent_entry(sent) for sent in exchanges]) + "\n"


def unsent_har_text(requests: Iterable[RenderedRequest], show: Show = str) -> str:
    """A document of requests that were only rendered; ``show`` masks or reveals secrets."""
    entries = [
        entry_object(
            "1970-01-01T00:00:00.000Z", rendered_object(request, show), response_object(), comment="rendered, not sent"
        )
        for request in requests
    ]
    return _document(entries)


def _document(entries: list[dict[str, Any]]) -> str:
    log = {"version": "1.2", "creator": _CREATOR, "entries": entries}
    return json.dumps({"log": log}, ensure_ascii=False, indent=2)


HAR_END = "]}}\n"
"""The text after the last entry of a document that is written entry by entry."""


def har_start() -> str:
    """The text before the first entry of a document that is written entry by entry, separated by commas."""
    return f'{{"log":{{"version":"1.2","creator":{json.dumps(_CREATOR)},"entries":['


def entry_object(
    started: str, request: dict[str, Any], response: dict[str, Any], *, elapsed_ms: float = 0, comment: str = ""
) -> dict[str, Any]:
    """An ``entries`` object; ``elapsed_ms`` is from sending the request to receiving the whole reply."""
    entry: dict[str, Any] = {
        "startedDateTime": started,
        "time": elapsed_ms,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": elapsed_ms, "receive": 0},
    }
    return {**entry, "comment": comment} if comment else entry


def request_object(method: str, url: str, headers: Headers, body: str | None, media_type: str) -> dict[str, Any]:
    """A ``request`` object; ``body`` None if the request has none."""
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "queryString": [
            {"name": name, "value": value} for name, value in parse_qsl(split_url(url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len((body or "").encode("utf-8", "replace")),
    }
    if body is not None:
        request["postData"] = {"mimeType": media_type, "text": body}
    return request


def rendered_object(request: RenderedRequest, show: Show = str) -> dict[str, Any]:
    """The ``request`` object of a rendered request; ``show`` masks or reveals secrets."""
    return request_object(
        request.method,
        shown(request.url, show),
        [(name, shown(value, show)) for name, value in request.headers],
        shown(request.body, show) if request.body is not None else None,
        request.content_type,
    )


def response_object(
    status: int = 0,
    headers: Headers = (),
    text: str | None = None,
    media_type: str = "",
    *,
    body_bytes: int | None = None,
    location: str = "",
) -> dict[str, Any]:
    """A ``response`` object. If there was no reply, it has status 0 and bodySize -1, as browsers write it."""
    content: dict[str, Any] = {"size": body_bytes or 0, "mimeType": media_type}
    return {
        "status": status,
        "statusText": reason_phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "content": content if text is None else {**content, "text": text},
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": -1 if body_bytes is None else body_bytes,
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _sent_entry(sent: Sent) -> dict[str, Any]:
    reply = sent.reply
    notes = [sent.failure, *(reply.notes if reply is not None else ())]
    return entry_object(
        sent.at.isoformat(timespec="milliseconds"),
        rendered_object(sent.request),
        _reply_object(reply),
        elapsed_ms=round(reply.elapsed_ms, 3) if reply is not None else 0,
        comment=redact("; ".join(note for note in notes if note)),
    )


def _reply_object(reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return response_object()
    return response_object(
        reply.status,
        [(redact(name), redact(value)) for name, value in reply.headers],
        redact(reply.text) or None,
        redact(reply.content_type or ""),
        body_bytes=len(reply.body),
        location=redact(header(reply.headers, "location") or ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HarEntry:
    """An entry as it was recorded by any tool; missing parts are empty.

    ``params`` are the fields of a form whose text was not recorded: name, value, and whether it is a file.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    media_type: str | None
    body: str | None
    params: tuple[tuple[str, str, bool], ...]
    status: int
    reply: bytes


def read_entries(document: Mapping[str, Any]) -> Iterator[HarEntry]:
    """The entries of a HAR document that have a URL; what has another type than the format says is skipped."""
    for entry in objects_in(mapping(document.get("log")).get("entries")):
        request, response = mapping(entry.get("request")), mapping(entry.get("response"))
        if not request.get("url"):
            continue
        data = mapping(request.get("postData"))
        status = response.get("status")
        yield HarEntry(
            method=str(request.get("method") or "GET"),
            url=str(request["url"]),
            headers=tuple(
                (str(pair.get("name", "")), str(pair.get("value", ""))) for pair in objects_in(request.get("headers"))
            ),
            media_type=str(data["mimeType"]) if data.get("mimeType") else None,
            body=str(data["text"]) if data.get("text") else None,
            params=tuple(
                (str(one.get("name")), str(one.get("value") or ""), "fileName" in one)
                for one in objects_in(data.get("params"))
            ),
            status=status if isinstance(status, int) else 0,
            reply=_content(mapping(response.get("content"))),
        )


def _content(content: Mapping[str, Any]) -> bytes:
    text = content.get("text")
    if not isinstance(text, str):
        return b""
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            return b""
    return text.encode("utf-8", "replace")
