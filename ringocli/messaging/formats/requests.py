"""A rendered request in formats for other tools: http, curl, httpie, python, JSON.

``show`` decides whether secrets are masked (``str``) or revealed (``sent``); it is the only way a secret gets in.
Masked forms do not run as they stand, on purpose.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from typing import Any

from ringocli.http.exchange import RenderedRequest
from ringocli.messaging.segments import segments_document
from ringocli.text.secret import Text
from ringocli.text.traced import Traced
from ringocli.text.url import split_url

Show = Callable[[Text], str]


def shown(traced: Traced | None, show: Show) -> str:
    """A traced text as ``show`` shows it; nothing for None."""
    return "".join(show(piece.text) for piece in traced.pieces) if traced is not None else ""


def as_http(request: RenderedRequest, show: Show = str) -> str:
    """The request as it stands on the wire, start line first."""
    url = shown(request.url, show)
    parts = split_url(url)
    target = url.partition("://")[2][len(parts.netloc) :] or "/"
    target = target.partition("#")[0]
    if not target.startswith("/"):
        target = "/" + target
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {shown(value, show)}" for name, value in request.headers]
    return "\n".join(lines) + "\n\n" + (shown(request.body, show) if request.body is not None else "")


def as_curl(request: RenderedRequest, show: Show = str) -> str:
    """A curl command that sends the same bytes."""
    headers = [(name, shown(value, show)) for name, value in request.headers]
    body = shown(request.body, show) if request.body is not None else None
    return curl_command(request.method, shown(request.url, show), headers, body)


def curl_command(method: str, url: str, headers: Iterable[tuple[str, str]], body: str | None) -> str:
    """A curl command for a POSIX shell, a header a line."""
    lines = [" ".join(shlex.quote(word) for word in ("curl", "-X", method, url))]
    lines += [f"  -H {shlex.quote(f'{name}: {value}')}" for name, value in headers]
    if body is not None:
        lines.append(f"  --data-raw {shlex.quote(body)}")
    return " \\\n".join(lines)


def as_httpie(request: RenderedRequest, show: Show = str) -> str:
    """An HTTPie command that sends the same bytes."""
    words = ["http", "--ignore-stdin", request.method, shown(request.url, show)]
    words += [f"{name}:{shown(value, show)}" for name, value in request.headers]
    if request.body is not None:
        words[2:2] = ["--raw", shown(request.body, show)]
    return " ".join(shlex.quote(word) for word in words)


def as_python(request: RenderedRequest, show: Show = str) -> str:
    """A Python script on the standard library that sends the same bytes."""
    headers = {name: shown(value, show) for name, value in request.headers}
    body = f"{shown(request.body, show)!r}.encode()" if request.body is not None else "None"
    return (
        "from urllib.request import Request, urlopen\n\n"
        "request = Request(\n"
        f"    {shown(request.url, show)!r},\n"
        f"    data={body},\n"
        f"    headers={headers!r},\n"
        f"    method={request.method!r},\n"
        ")\n"
        "with urlopen(request) as reply:\n"
        "    print(reply.status, reply.read().decode())"
    )


def as_document(request: RenderedRequest, show: Show = str) -> dict[str, Any]:
    """The request as the JSON output of ``render`` has it; provenance offsets are UTF-8 bytes of ``body``."""
    variables = {name: show(value) for name, value in request.variables.items()}
    text = request.variables.get("content") or request.variables.get("text")
    counted = text if request.name != "SendFile" else None
    return {
        "name": request.name,
        "direction": str(request.direction),
        "method": request.method,
        "url": shown(request.url, show),
        "headers": [[name, shown(value, show)] for name, value in request.headers],
        "body": shown(request.body, show) if request.body is not None else None,
        "variables": variables,
        "provenance": spans_document(request.body, show),
        "segments": segments_document(show(counted)) if counted is not None else None,
    }


def spans_document(traced: Traced | None, show: Show = str) -> list[dict[str, Any]]:
    """Where each variable's text lies in a shown text, in UTF-8 bytes; nothing for None."""
    spans = traced.spans(show) if traced is not None else ()
    return [{"variable": span.variable, "start": span.start, "end": span.end} for span in spans]


FORMATS: dict[str, Callable[[RenderedRequest, Show], str]] = {
    "http": as_http,
    "curl": as_curl,
    "httpie": as_httpie,
    "python": as_python,
}
"""The forms that are printed one after the other; ``json`` and ``har`` are one document for all."""
