"""Raw requests and replies: HTTP messages, transcripts, URLs, log lines, and exports of the emulator.

``samples`` reads webhooks and replies with them, ``sources`` the requests of ``init --from``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from ringocli.http.exchange import IncomingRequest, Reply, header
from ringocli.importers.captures import (
    Headers,
    Transcript,
    decoded_body,
    headers_above,
    log_target,
    message_in,
    transcript,
)
from ringocli.text.url import split_target, split_url

_TRANSPORT = frozenset({"transfer-encoding", "content-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The contents of a sample; ``method``, ``target`` and ``status`` are None for a bare body.

    ``target`` is a path with its query; ``origin`` is the scheme and host before it, "" where the sample does not show
    them. ``reply`` is the response that a transcript or a HAR file shows beside the request.
    """

    method: str | None = None
    target: str | None = None
    origin: str = field(default="", repr=False)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    notes: tuple[str, ...] = ()
    reply: Reply | None = field(default=None, repr=False)

    def as_request(
        self, *, method: str | None = None, content_type: str | None = None, query: str | None = None
    ) -> IncomingRequest:
        """The sample as a webhook; the arguments override what the sample says."""
        headers = self.headers
        if content_type is not None:
            kept = tuple(pair for pair in headers if pair[0].lower() != "content-type")
            headers = (*kept, ("Content-Type", content_type))
        path, own_query = split_target(self.target or "/")
        is_query = self.is_bare_query(method)
        bare = self.body.decode("utf-8", "replace").strip().removeprefix("?") if is_query else ""
        default = "GET" if self.method is None and self.body.lstrip().startswith(b"?") else "POST"
        return IncomingRequest(
            method=(method or self.method or default).upper(),
            path=path,
            query=query if query is not None else own_query or bare,
            headers=headers,
            body=b"" if is_query else self.body,
            notes=self.notes,
        )

    def is_bare_query(self, method: str | None) -> bool:
        """Whether a bare text is the query of a GET: it starts with ``?``, or the method is GET."""
        if self.method is not None:
            return False
        return (method or "").upper() == "GET" or self.body.lstrip().startswith(b"?")

    def as_reply(self, content_type: str | None = None) -> Reply:
        """The sample as a provider's reply; a bare body counts as a 200."""
        if self.reply is not None:
            return self.reply
        headers = self.headers
        if content_type is not None:
            headers = (("Content-Type", content_type), *headers)
        return Reply(status=self.status or 200, headers=headers, body=self.body, notes=self.notes)

    @property
    def is_empty(self) -> bool:
        """Whether the sample has neither a body nor a query."""
        return not self.body.strip() and "?" not in (self.target or "")


def raw_request(content: bytes) -> Sample | None:
    """The request or reply in a text of one of these forms, its body decoded; None if it is anything else."""
    for form in (http_message, transcribed, exported, bare_url, log_line):
        if (found := form(content)) is not None:
            return with_decoded_body(found)
    return None


def with_decoded_body(sample: Sample) -> Sample:
    """The sample with its body unchunked and decompressed, and without the headers that say that it was not."""
    body, notes = decoded_body(sample.headers, sample.body)
    headers = sample.headers if notes else tuple(pair for pair in sample.headers if pair[0].lower() not in _TRANSPORT)
    return replace(sample, headers=headers, body=body, notes=(*sample.notes, *notes))


def request_of(method: str, url: str, headers: Headers, body: bytes = b"", **more: Any) -> Sample:
    """A request; ``url`` is absolute or a path, whose host is in the Host header."""
    if re.match(r"https?://", url, re.I):
        parts = split_url(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        origin = f"{parts.scheme}://{parts.netloc}"
    else:
        target = url.partition("#")[0]
        host = header(headers, "host")
        origin = f"https://{host}" if host else ""
    return Sample(method=method, target=target, origin=origin, headers=headers, body=body, **more)


def http_message(content: bytes) -> Sample | None:
    """The request or reply of an HTTP message."""
    found = message_in(content)
    if found is None:
        return None
    start, headers, body = found
    if isinstance(start, int):
        return Sample(status=start, headers=headers, body=body)
    return request_of(*start, headers, body)


def transcribed(content: bytes) -> Sample | None:
    """The request of a ``curl -v`` transcript, as far as it shows it, with the response."""
    found = transcript(content.decode("utf-8", "replace"))
    return of_transcript(found) if found is not None else None


def of_transcript(found: Transcript) -> Sample:
    """The request of a transcript with the response; the response alone if there is no request."""
    if found.method is None or found.target is None:
        return Sample(status=found.status, headers=found.reply_headers, body=found.reply_body)
    reply = None
    if found.status is not None:
        reply = with_decoded_body(
            Sample(status=found.status, headers=found.reply_headers, body=found.reply_body)
        ).as_reply()
    return request_of(found.method, found.target, found.headers, found.body, reply=reply)


def exported(content: bytes) -> Sample | None:
    """The first request of an export of the emulator, one document or one a line."""
    if content.lstrip()[:1] != b"{" or b'"direction"' not in content:
        return None
    try:
        document, _ = json.JSONDecoder().raw_decode(content.decode("utf-8", "replace").lstrip())
    except (ValueError, RecursionError):
        return None
    listed = document.get("exchanges") if isinstance(document.get("exchanges"), list) else [document]
    first = next((one for one in listed if isinstance(one, dict) and isinstance(one.get("request"), dict)), None)
    if first is None or "direction" not in first or not isinstance(first["request"].get("url"), str):
        return None
    request = first["request"]
    headers = tuple((str(pair[0]), str(pair[1])) for pair in request.get("headers") or () if len(pair) == 2)
    return request_of(
        str(request.get("method") or "POST"),
        request["url"],
        headers,
        str(request.get("body") or "").encode("utf-8", "replace"),
    )


_REQUEST_LINE = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD)[ \t]+(\S+)[ \t]*(?:\n|$)")


def bare_url(content: bytes) -> Sample | None:
    """A URL or a path with its query, alone or after a method, with or without headers and a body below it."""
    text = content.decode("utf-8", "replace").lstrip()
    if (line := _REQUEST_LINE.match(text)) is not None and re.match(r"https?://|/|\?", line.group(2)):
        found = message_in(f"{line.group(1)} {line.group(2)} HTTP/1.1\n{text[line.end() :]}".encode())
        headers, body = found[1:] if found is not None else ((), b"")
        return request_of(line.group(1), line.group(2), headers, body)
    bare = text.strip().strip("\"'<>`")
    if is_bare_url(bare):
        return request_of("GET", bare.replace(" ", "%20"), ())
    return None


def is_bare_url(text: str) -> bool:
    """Whether a text is one URL or path with a query, and nothing else."""
    return "\n" not in text and bool(re.fullmatch(r"(?:https?://[^\s?]+|/[^\s?]*)\?\S.*", text))


def log_line(content: bytes) -> Sample | None:
    """The request in a line of a web server's access log."""
    found = log_target(content.decode("utf-8", "replace"))
    if found is None:
        return None
    method, target, lines = found
    note = "the log does not show the body of the request" if method not in ("GET", "DELETE", "HEAD") else ""
    several = f"the log contains {lines} requests; the first one was read" if lines > 1 else ""
    return request_of(method, target, (), notes=tuple(text for text in (note, several) if text))


def headers_and_body(content: bytes) -> Sample | None:
    """Headers, an empty line and a body, without a request line."""
    found = headers_above(content)
    return Sample(headers=found[0], body=found[1]) if found is not None else None
