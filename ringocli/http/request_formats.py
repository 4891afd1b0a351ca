"""A rendered request as text for other tools: HTTP, curl, HTTPie, Python.

``show`` decides whether secrets are masked (``str``) or revealed (``sent``). Masked output is not meant to work when it
is executed.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable

from ringocli.http.exchange import RenderedRequest
from ringocli.text.secret import Text
from ringocli.text.traced import Traced
from ringocli.text.url import split_url

Show = Callable[[Text], str]


def shown(traced: Traced | None, show: Show) -> str:
    """A traced text, masked or revealed by ``show``; empty for None."""
    return "".join(show(piece.text) for piece in traced.pieces) if traced is not None else ""


def as_http(request: RenderedRequest, show: Show = str) -> str:
    """The request as an HTTP message, start line first."""
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
    """A curl command for a POSIX shell, with one header per line."""
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


FORMATS: dict[str, Callable[[RenderedRequest, Show], str]] = {
    "http": as_http,
    "curl": as_curl,
    "httpie": as_httpie,
    "python": as_python,
}
"""Formats that are printed one request after the other; ``json`` and ``har`` are one document for all requests."""
