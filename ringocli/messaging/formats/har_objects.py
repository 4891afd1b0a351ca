"""The objects of a HAR 1.2 document, from texts that may be shown; whoever has them knows no more of the format.

The format is the one at http://www.softwareishard.com/blog/har-12-spec/.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ringocli.http.bodies import decode_pairs
from ringocli.http.error_text import phrase

Headers = Iterable[tuple[str, str]]


def request_object(method: str, url: str, headers: Headers, body: str | None, mime_type: str) -> dict[str, Any]:
    """The ``request`` object; a body of None is none at all."""
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "queryString": [
            {"name": name, "value": value}
            for name, values in decode_pairs(urlsplit(url).query).items()
            for value in values
        ],
        "headersSize": -1,
        "bodySize": len((body or "").encode("utf-8", "replace")),
    }
    if body is not None:
        request["postData"] = {"mimeType": mime_type, "text": body}
    return request


def response_object(
    status: int = 0,
    headers: Headers = (),
    text: str | None = None,
    mime_type: str = "",
    *,
    body_bytes: int | None = None,
    location: str = "",
) -> dict[str, Any]:
    """The ``response`` object; status 0 and no ``body_bytes`` where no reply came, as browsers write it."""
    content: dict[str, Any] = {"size": body_bytes or 0, "mimeType": mime_type}
    return {
        "status": status,
        "statusText": phrase(status),
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
