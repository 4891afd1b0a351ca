"""Stored exchanges in forms for elsewhere: a curl command, an entry of a HAR 1.2 document."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ringocli.codec import decode_pairs
from ringocli.emulator.exchanges import Kept, content_type_of
from ringocli.words import phrase

_OF_THE_CONNECTION = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


def _whole_url(kept: Kept, base: str) -> str:
    url: str = kept.content["request"]["url"]
    return base + url if url.startswith("/") else url


def as_curl(kept: Kept, base: str) -> str:
    """A curl command that makes the request again; what was masked stays masked."""
    request = kept.content["request"]
    lines = [f"curl -X {shlex.quote(request['method'])} {shlex.quote(_whole_url(kept, base))}"]
    for name, value in request["headers"]:
        if name.lower() not in _OF_THE_CONNECTION:
            lines.append(f"  -H {shlex.quote(f'{name}: {value}')}")
    if request["body"]:
        lines.append(f"  --data-raw {shlex.quote(request['body'])}")
    return " \\\n".join(lines) + "\n"


def as_har_entry(kept: Kept, base: str) -> dict[str, Any]:
    """An ``entries`` object (http://www.softwareishard.com/blog/har-12-spec/)."""
    request, reply = kept.content["request"], kept.content["reply"]
    url, body = _whole_url(kept, base), request["body"] or ""
    entry: dict[str, Any] = {
        "method": request["method"],
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request),
        "queryString": [
            {"name": name, "value": value}
            for name, values in decode_pairs(urlsplit(url).query).items()
            for value in values
        ],
        "headersSize": -1,
        "bodySize": len(body.encode("utf-8", "replace")),
    }
    if body:
        entry["postData"] = {"mimeType": content_type_of(request) or "", "text": body}
    return {
        "startedDateTime": kept.document["at"],
        "time": 0,
        "request": entry,
        "response": _response(reply),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": " ".join(part for part in (kept.direction, kept.event_type or kept.content["name"]) if part),
    }


def _headers(shown: Mapping[str, Any] | None) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in (shown["headers"] if shown is not None else ())]


def _response(reply: Mapping[str, Any] | None) -> dict[str, Any]:
    """The ``response`` object; status 0 where no reply came, as browsers write it."""
    text = reply["body"] if reply is not None else ""
    status = reply["status"] if reply is not None else 0
    return {
        "status": status,
        "statusText": phrase(status) if status else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(reply),
        "content": {
            "size": len(text.encode("utf-8", "replace")),
            "mimeType": (content_type_of(reply) or "") if reply is not None else "",
            "text": text,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(text.encode("utf-8", "replace")),
    }
