"""Sample files: a bare body, or a whole HTTP message with its request or status line, headers and body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.text.url import split_target

_REQUEST_LINE = re.compile(rb"([A-Z]{3,10}) (\S+) HTTP/\d(?:\.\d)?[ \t]*\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?\r?\n")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a sample file says; ``method``, ``target`` and ``status`` are None in a bare body."""

    method: str | None = None
    target: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def as_request(self, *, method: str | None, content_type: str | None, query: str | None) -> IncomingRequest:
        """The sample as a webhook; what the caller says wins over what the file says."""
        headers = self.headers
        if content_type is not None:
            kept = tuple(pair for pair in headers if pair[0].lower() != "content-type")
            headers = (*kept, ("Content-Type", content_type))
        path, own_query = split_target(self.target or "/")
        body = b"" if self.is_bare_query(method) else self.body
        bare = self.body.decode("utf-8", "replace").strip().removeprefix("?") if self.is_bare_query(method) else ""
        return IncomingRequest(
            method=(method or self.method or "POST").upper(),
            path=path,
            query=query if query is not None else own_query or bare,
            headers=headers,
            body=body,
        )

    def is_bare_query(self, method: str | None) -> bool:
        """Whether a bare text stands for the query of a GET."""
        return (method or self.method or "POST").upper() == "GET" and self.method is None

    def as_reply(self, content_type: str | None) -> Reply:
        """The sample as a provider's reply; a bare body counts as a 200."""
        headers = self.headers
        if content_type is not None:
            headers = (("Content-Type", content_type), *headers)
        return Reply(status=self.status or 200, headers=headers, body=self.body)


def read_sample(content: bytes) -> Sample:
    """A file as a sample; line ends are CRLF or LF."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if start := _REQUEST_LINE.match(content):
        headers, body = _headers_and_body(content[start.end() :])
        method, target = (part.decode("latin-1") for part in start.groups())
        return Sample(method=method, target=target, headers=headers, body=body)
    if start := _STATUS_LINE.match(content):
        headers, body = _headers_and_body(content[start.end() :])
        return Sample(status=int(start.group(1)), headers=headers, body=body)
    return Sample(body=content)


def _headers_and_body(rest: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    if rest.startswith((b"\r\n", b"\n")):
        return (), rest.partition(b"\n")[2]
    end = _BLANK_LINE.search(rest)
    head, body = (rest[: end.start()], rest[end.end() :]) if end else (rest, b"")
    headers = []
    for line in head.decode("latin-1").splitlines():
        name, separator, value = line.partition(":")
        if separator:
            headers.append((name.strip(), value.strip()))
    return tuple(headers), body
