"""The headers and the body of a rendered request as they are sent; every client of the project uses these."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from ringocli.errors import UsageError
from ringocli.http.exchange import RenderedRequest
from ringocli.text.secret import basic_credentials, sent
from ringocli.text.traced import Traced
from ringocli.text.url import Url, split_url
from ringocli.version import __version__

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}")


def check_method(method: str) -> None:
    """Refuse what HTTP does not allow as a method.

    Raises:
        UsageError: it is not a token.
    """
    if not _TOKEN.fullmatch(method):
        raise UsageError("request_method is not an HTTP method", "Use POST, or the method that the provider requires.")


def text_of(traced: Traced) -> str:
    """The text as it is sent, secrets included."""
    return "".join(sent(piece.text) for piece in traced.pieces)


def headers_of(request: RenderedRequest, parts: Url) -> list[tuple[bytes, bytes]]:
    """The request's own headers and the ones every client sends; credentials in the URL become Basic.

    Raises:
        UsageError: a header contains a line break or control character.
    """
    pairs = [(name, text_of(value)) for name, value in request.headers]
    names = {name.lower() for name, _ in pairs}
    if "user-agent" not in names:
        pairs.append(("User-Agent", f"ringocli/{__version__}"))
    if "accept" not in names:
        pairs.append(("Accept", "*/*"))
    if parts.username is not None and "authorization" not in names:
        account = basic_credentials(unquote(parts.username), unquote(parts.password or ""))
        pairs.append(("Authorization", f"Basic {account}"))
    for name, value in pairs:
        if not name.isascii() or any(char < " " or char == "\x7f" for char in name + value.replace("\t", "")):
            raise UsageError(
                "a header contains a line break or control character", "Check the values inserted into it."
            )
    return [(name.encode("ascii"), value.encode("utf-8", "surrogatepass")) for name, value in pairs]


def body_of(request: RenderedRequest) -> bytes | None:
    """The body as UTF-8, or the bytes that are forwarded.

    Raises:
        UsageError: it contains a lone surrogate.
    """
    if request.raw_body is not None:
        return request.raw_body
    if request.body is None:
        return None
    try:
        return text_of(request.body).encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(
            "the body contains a lone surrogate, which UTF-8 cannot encode",
            "Check the values, and \\uD800 to \\uDFFF in the template.",
        ) from None


def target_of(parts: Url) -> str:
    """Path and query as they are sent: only non-ASCII characters of the URL are quoted."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return "".join(char if char.isascii() else quote(char) for char in target)


def payload_of(request: RenderedRequest) -> bytes:
    """A whole HTTP/1.1 request.

    Raises:
        UsageError: the method, a header or the body cannot be sent.
    """
    check_method(request.method)
    parts = split_url(text_of(request.url))
    body = body_of(request)
    lines = [
        f"{request.method} {target_of(parts)} HTTP/1.1".encode("ascii"),
        b"Host: " + host_header(parts).encode("ascii"),
        *(name + b": " + value for name, value in headers_of(request, parts)),
    ]
    if body is not None or request.method in ("POST", "PUT", "PATCH"):
        lines.append(b"Content-Length: %d" % len(body or b""))
    return b"\r\n".join((*lines, b"", body or b""))


def host_header(parts: Url) -> str:
    """The Host header: the host, internationalised names as IDNA, and the port unless it is the scheme's default."""
    name = parts.wire_host
    host = f"[{name}]" if ":" in name else name
    return host if parts.port in (None, parts.default_port) else f"{host}:{parts.port}"
