"""Reads .http and .rest files, as JetBrains' HTTP Client and VS Code's REST Client do.

No script is run and no other file is read: scripts are left out, and an included file is reported.
"""

from __future__ import annotations

import base64
import re

from ringocli.http.bodies import FORM_TYPE
from ringocli.importers.collection.common import Named, fill_in, non_empty, request
from ringocli.importers.pasted_request import Pasted
from ringocli.template.limit import Limit

_START = re.compile(r"(?:(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+)?(\S.*?)(?:\s+HTTP/[\d.]+)?", re.I)
_VARIABLE = re.compile(r"^@([\w.-]+)[ \t]*=[ \t]*(.*?)[ \t]*$", re.M)
_ENVIRONMENT = re.compile(r"\{\{\s*(?:\$(?:dotenv|processEnv)\s+|\$env\.|process\.env\.)%?([\w.-]+)\s*\}\}")
_COMMENT = re.compile(r"\s*(?:#|//)|@[\w.-]+\s*=")
_HANDLER = re.compile(r">>?!? |<> ")
"""The start of a line that says what to do with the response."""
_SCRIPT = re.compile(r"^<\s*\{%.*?%\}[ \t]*$", re.M | re.S)
_PLAIN_BASIC = re.compile(r"(basic)\s+([^\s:]+)(?::|\s+)(\S+)", re.I)


def read_http(path: str, text: str) -> Named:
    """The requests of a file: the blocks between ``###``, with ``@name = value`` variables filled in.

    Raises:
        UsageError: the file contains no request.
    """
    text = _with_request_line(text.replace("\r\n", "\n"))
    variables: dict[str, str] = dict(_VARIABLE.findall(text))
    found: Named = []
    for number, block in enumerate(re.split(r"(?m)^###", "\n" + text), 1):
        first, _, rest = block.partition("\n")
        rest = fill_in(_ENVIRONMENT.sub(r"{{\1}}", rest), variables)
        named = re.search(r"(?m)^[ \t]*(?:#|//)\s*@name[ \t]*=?[ \t]*(\S+)", rest)
        pasted = _block(_SCRIPT.sub("", rest).split("\n"))
        if pasted is not None:
            found.append((named.group(1) if named else first.strip() or f"request {number}", pasted))
    return non_empty(path, found)


def _block(lines: list[str]) -> Pasted | None:
    at = 0
    while at < len(lines) and (not lines[at].strip() or _COMMENT.match(lines[at]) or lines[at].startswith("< ")):
        at += 1
    start = _START.fullmatch(lines[at].strip()) if at < len(lines) else None
    if start is None:
        return None
    method, url = (start.group(1) or "GET").upper(), start.group(2)
    at += 1
    headers: list[tuple[str, str]] = []
    while at < len(lines) and lines[at].strip():
        line, at = lines[at], at + 1
        name, separator, value = line.partition(":")
        if line[:1] in (" ", "\t") and not headers:
            url += re.sub(r"\s+HTTP/[\d.]+$", "", line.strip())
        elif not _COMMENT.match(line) and separator:
            headers.append((name.strip(), sent_header(name, value.strip())))
    url = _absolute(url, headers)
    body = _body(lines[at:])
    if body.startswith(("< ", "<@")):
        return request(method, url, headers, limits=[Limit("a body from a file", "paste the text of the file instead")])
    if any(name.lower() == "content-type" and FORM_TYPE in value for name, value in headers):
        body = re.sub(r"(?<!\s)\s*\n\s*", "", body)
    return request(method, url, headers, body=body or None)


def _with_request_line(text: str) -> str:
    """The text with a request line instead of the ``:method`` and ``:path`` that browsers copy for HTTP/2."""
    pseudo = re.match(r"\s*((?::(?:method|authority|path|scheme):[^\n]*\n)+)", text)
    if pseudo is None:
        return text
    named = dict(re.findall(r":(\w+):[ \t]*([^\n]*)", pseudo.group(1)))
    url = (
        f"{named.get('scheme', 'https').strip()}://{named.get('authority', '').strip()}{named.get('path', '/').strip()}"
    )
    return f"{named.get('method', 'POST').strip()} {url}\n{text[pseudo.end() :]}"


def _absolute(url: str, headers: list[tuple[str, str]]) -> str:
    """The URL of a raw request, whose host is in its Host header."""
    host = next((value for name, value in headers if name.lower() == "host"), None)
    return f"https://{host}{url}" if url.startswith("/") and host else url


def _body(lines: list[str]) -> str:
    """The body: everything before the lines that handle the response."""
    end = next((index for index, line in enumerate(lines) if _HANDLER.match(line)), len(lines))
    text = "\n".join(lines[:end]).strip()
    return re.sub(r"^(?:(?:#|//).*\n+)+(?=[{\[])", "", text)  # comments above JSON are not part of the body


def sent_header(name: str, value: str) -> str:
    """A header as it is sent: these clients encode ``Basic user password`` themselves."""
    written = _PLAIN_BASIC.fullmatch(value) if name.strip().lower() == "authorization" else None
    if written is None or "{{" in value:
        return value
    return "Basic " + base64.b64encode(f"{written.group(2)}:{written.group(3)}".encode()).decode()
