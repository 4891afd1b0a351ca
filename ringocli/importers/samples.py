"""Reads samples of webhooks and replies, in whatever form people have them at hand.

A sample is a bare body (JSON, else a form), a whole HTTP message, a URL or a path with its query, a request line, a
curl command, a ``curl -v`` transcript, a line of a web server's log, a HAR file, or the output of ``ringocli render``.
``init``, ``match``, ``test`` and the emulator read samples with this module only; what is unusual about one is a note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

from ringocli.errors import LocalError, UsageError
from ringocli.http.exchange import IncomingRequest, Reply, header
from ringocli.http.received import decode_received, starts_json
from ringocli.importers.captures import decoded_body, log_target, message_in, text_of_capture, transcript
from ringocli.text.url import split_target, split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a sample says; ``method``, ``target`` and ``status`` are None in a bare body.

    ``reply`` is the response that a transcript or a HAR file shows beside the request.
    """

    method: str | None = None
    target: str | None = None
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


def read_sample(content: bytes, name: str = "the sample") -> Sample:
    """The sample in a file; line ends are CRLF or LF. ``name`` is that of the file, for messages.

    Raises:
        LocalError: it contains a curl command without a URL, or JSON that cannot be read at all.
    """
    content, notes = text_of_capture(content)
    if content.lstrip().startswith(b"```"):
        content = re.sub(rb"(?m)^```.*\n?", b"", content)
    sample = _message(content, name)
    body, more = decoded_body(sample.headers, sample.body)
    sample = replace(sample, body=body, notes=(*notes, *sample.notes, *more))
    return _repaired(sample, name)


def _message(content: bytes, name: str) -> Sample:
    """The sample before its body is decoded; the forms are tried from the most to the least specific."""
    for form in (_http_message, _transcript, _json_capture, _curl, _address, _log_line):
        if (found := form(content, name)) is not None:
            return found
    return Sample(body=content)


def _http_message(content: bytes, name: str) -> Sample | None:
    found = message_in(content)
    if found is None:
        return None
    start, headers, body = found
    if isinstance(start, int):
        return Sample(status=start, headers=headers, body=body)
    method, target = start
    return Sample(method=method, target=_path_of(target), headers=headers, body=body)


def _transcript(content: bytes, name: str) -> Sample | None:
    """A ``curl -v`` transcript; a request body that it does not show is taken from the command above it."""
    found = transcript(content.decode("utf-8", "replace"))
    if found is None:
        return None
    reply = None
    if found.status is not None:
        reply = Reply(status=found.status, headers=found.reply_headers, body=found.reply_body)
    if found.method is None:
        return Sample(status=found.status, headers=found.reply_headers, body=found.reply_body)
    body = found.body
    notes: tuple[str, ...] = ()
    if not body and "curl" in found.before:
        command = _curl(found.before.encode(), name)
        body = command.body if command is not None else b""
    if not body and header(found.headers, "content-length") not in (None, "0"):
        notes = ("the transcript does not show the body of the request",)
    return Sample(method=found.method, target=found.target, headers=found.headers, body=body, reply=reply, notes=notes)


def _json_capture(content: bytes, name: str) -> Sample | None:
    """The first request of a HAR file or of ``ringocli render --format json``."""
    if content.lstrip()[:1] != b"{" or not re.search(rb'"(?:log|requests)"', content[:2000]):
        return None
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    rendered = document.get("requests")
    if document.get("schema_version") == 1 and isinstance(rendered, list) and rendered:
        return _rendered(rendered)
    log = document.get("log")
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict):
        return None
    from ringocli.importers.collection.har import read_har

    pasted = read_har(name, content.decode("utf-8", "replace"))[0][1]
    kind = (("Content-Type", pasted.content_type),) if pasted.content_type else ()
    reply = Reply(status=200, body=pasted.reply) if pasted.reply is not None else None
    notes = (f"the file contains {len(entries)} requests; the first one was read",) if len(entries) > 1 else ()
    return Sample(
        method=pasted.method,
        target=_path_of(pasted.url),
        headers=(*kind, *pasted.headers),
        body=(pasted.body or "").encode(),
        reply=reply,
        notes=notes,
    )


def _rendered(requests: list[Any]) -> Sample | None:
    """The first incoming request of ``render``'s JSON, else its first request."""
    listed = [one for one in requests if isinstance(one, dict) and isinstance(one.get("url"), str)]
    incoming = [one for one in listed if one.get("direction") == "incoming"] or listed
    if not incoming:
        return None
    first = incoming[0]
    headers = tuple((str(pair[0]), str(pair[1])) for pair in first.get("headers", ()) if len(pair) == 2)
    notes = (f"the file contains {len(listed)} requests; the first one was read",) if len(listed) > 1 else ()
    return Sample(
        method=str(first.get("method") or "POST"),
        target=_path_of(first["url"]),
        headers=headers,
        body=str(first.get("body") or "").encode(),
        notes=notes,
    )


_COMMAND = re.compile(rb"^[^{\[<\n]{0,80}?\bcurl(?:\.exe)?[ \t]+(?:-|[\"']?(?:https?://|\$|/|[\w.-]+[/?:]))", re.M)


def _curl(content: bytes, name: str) -> Sample | None:
    """The request of a curl command."""
    if content.lstrip()[:1] in (b"{", b"[", b"<") or not _COMMAND.search(content):
        return None
    from ringocli.importers.curl.reader import read_curl
    from ringocli.importers.learn.placeholders import shown

    try:
        requests = read_curl(name, content.decode("utf-8", "replace"))
    except UsageError as error:
        raise LocalError(error.message, error.hint) from None
    first = requests[0]
    body = shown(first.body or "")
    kind = first.content_type
    if first.parts:
        body = "&".join(f"{quote_plus(part.name)}={quote_plus(part.value)}" for part in first.parts)
        kind = "application/x-www-form-urlencoded"
    notes = tuple(dict.fromkeys(first.notes))
    if len(requests) > 1:
        notes = (*notes, f"the sample contains {len(requests)} requests; the first one was read")
    return Sample(
        method=first.method,
        target=_path_of(shown(first.url)),
        headers=(*((("Content-Type", kind),) if kind else ()), *first.headers),
        body=body.encode(),
        notes=notes,
    )


_REQUEST_LINE = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD)[ \t]+(\S+)[ \t]*(?:\n|$)")


def _address(content: bytes, name: str) -> Sample | None:
    """A URL or a path with its query, alone or after a method, with or without headers and a body below it."""
    text = content.decode("utf-8", "replace").lstrip()
    if (line := _REQUEST_LINE.match(text)) is not None and re.match(r"https?://|/|\?", line.group(2)):
        found = message_in(f"{line.group(1)} {line.group(2)} HTTP/1.1\n{text[line.end() :]}".encode())
        headers, body = found[1:] if found is not None else ((), b"")
        return Sample(method=line.group(1), target=_path_of(line.group(2)), headers=headers, body=body)
    bare = text.strip().strip("\"'<>`")
    if "\n" not in bare and re.fullmatch(r"(?:https?://[^\s?]+|/[^\s?]*)\?\S.*", bare):
        return Sample(method="GET", target=_path_of(bare.replace(" ", "%20")))
    return None


def _log_line(content: bytes, name: str) -> Sample | None:
    """The request in a line of a web server's access log."""
    found = log_target(content.decode("utf-8", "replace"))
    if found is None:
        return None
    method, target, lines = found
    note = "the log does not show the body of the request" if method not in ("GET", "DELETE", "HEAD") else ""
    several = f"the log contains {lines} requests; the first one was read" if lines > 1 else ""
    return Sample(method=method, target=_path_of(target), notes=tuple(text for text in (note, several) if text))


def _path_of(target: str) -> str:
    """The path and query of a URL or a request target."""
    if not re.match(r"https?://", target, re.I):
        return target.partition("#")[0]
    url = split_url(target)
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


def _repaired(sample: Sample, name: str) -> Sample:
    """The sample with JSON that a page cut short completed; other mistakes are left to whoever decodes it.

    Raises:
        LocalError: the JSON cannot be read at all.
    """
    text = sample.body.decode("utf-8", "replace")
    if not starts_json(text):
        return replace(sample, body=sample.body.strip(b"\r\n \t")) if sample.body.strip() else sample
    try:
        decode_received(sample.body, header(sample.headers, "content-type"))
        return sample
    except LocalError:
        pass
    from ringocli.text.document import Document

    document = Document.read(name, text)
    if not isinstance(document.value, dict | list):
        raise LocalError(f"{name}: {document.problems[0].message}", "Fix the sample.")
    first = next(_told(document.problems), "")
    note = f"the body is not valid JSON ({first}); read as if it were corrected"
    return replace(sample, body=json.dumps(document.value, ensure_ascii=False).encode(), notes=(*sample.notes, note))


def _told(problems: Any) -> Iterator[str]:
    return (problem.message for problem in problems)
