"""Splits captured HTTP into its parts: messages, ``curl -v`` transcripts, access logs, chunked or compressed bodies."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass

from ringocli.http.decompression import MAX_LAYERS, encodings_of, inflated
from ringocli.http.exchange import header
from ringocli.http.received import starts_json
from ringocli.text.digits import is_count

Headers = tuple[tuple[str, str], ...]
MAX_BODY_BYTES = 20_000_000
"""Limit of a body after decompression."""

_REQUEST = re.compile(rb"([A-Z]{3,10}) (\S+) HTTP/\d(?:\.\d)?[ \t]*(?:\r?\n|$)")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?(?:\r?\n|$)")
_PSEUDO = re.compile(rb"\A\s*(?::(?:authority|method|path|scheme|status):[^\r\n]*\r?\n)+")
_END_OF_HEADERS = re.compile(rb"\r?\n[ \t]*\r?\n")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:")


def text_of_capture(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The content of a file as UTF-8 without a byte order mark, decompressed if it is a gzip file; and notes."""
    notes = []
    if content.startswith(b"\x1f\x8b"):
        content, notes = _unzipped(content), ["the file was decompressed (gzip)"]
    for mark, charset in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            content = content[len(mark) :]
            if charset != "utf-8":
                content = content.decode(charset, "replace").encode()
                notes.append("the file was read as UTF-16")
    return content, tuple(notes)


def _unzipped(content: bytes) -> bytes:
    """The content of a gzip file, to which others may have been appended, as far as it can be read."""
    import gzip

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return file.read(MAX_BODY_BYTES)
    except (OSError, EOFError, zlib.error):
        found = inflated(content, "gzip", MAX_BODY_BYTES)
        return found.data if found is not None else content


def message_in(content: bytes) -> tuple[tuple[str, str] | int, Headers, bytes] | None:
    """An HTTP message: its method and target or its status, its headers and its body; None if there is none."""
    content = content.lstrip(b"\r\n")
    if pseudo := _PSEUDO.match(content):
        named = dict(re.findall(r":(\w+):[ \t]*([^\r\n]*)", pseudo.group().decode("latin-1")))
        headers, body = _headers_and_body(content[pseudo.end() :])
        if is_count(status := named.get("status", "").strip()):
            return int(status), headers, body
        if "authority" in named:
            headers = (("Host", named["authority"].strip()), *headers)
        return (named.get("method", "POST").strip(), named.get("path", "/").strip()), headers, body
    if start := _REQUEST.match(content):
        method, target = (part.decode("latin-1") for part in start.groups())
        return (method, target), *_headers_and_body(content[start.end() :])
    if start := _STATUS.match(content):
        headers, body = _headers_and_body(content[start.end() :])
        if int(start.group(1)) < 200 and (after := message_in(body)) is not None:
            return after  # 100 Continue and the like come before the response
        return int(start.group(1)), headers, body
    return None


def _headers_and_body(rest: bytes) -> tuple[Headers, bytes]:
    if rest.startswith((b"\r\n", b"\n")):
        return (), rest.partition(b"\n")[2]
    end = _END_OF_HEADERS.search(rest)
    lines, body = (rest[: end.start()], rest[end.end() :]) if end else (rest, b"")
    if end is None and (cut := re.search(rb"(?m)^\s*[{\[]", rest)):
        lines, body = rest[: cut.start()], rest[cut.start() :]  # the page omits the empty line
    headers: list[tuple[str, str]] = []
    for line in lines.decode("latin-1").splitlines():
        name, separator, value = line.partition(":")
        if line[:1] in (" ", "\t") and headers:
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif separator:
            headers.append((name.strip(), value.strip()))
    return tuple(headers), body


_NAMED = re.compile(
    rb"(?:content-type|content-length|host|user-agent|accept(?:-\w+)?|x-[\w-]+|authorization)[ \t]*:", re.I
)


def headers_above(content: bytes) -> tuple[Headers, bytes] | None:
    """Headers and the body below them, for a message without its first line; None if the text is something else."""
    end = _END_OF_HEADERS.search(content.lstrip())
    if end is None:
        return None
    lines = content.lstrip()[: end.start()].splitlines()
    if not any(_NAMED.match(line) for line in lines):
        return None
    if not all(_HEADER.match(line.decode("latin-1")) or line[:1] in b" \t" for line in lines):
        return None
    return _headers_and_body(content.lstrip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What ``curl -v`` shows: the request, the response, and the text above them, where the command may be."""

    before: str = ""
    method: str | None = None
    target: str | None = None
    headers: Headers = ()
    body: bytes = b""
    status: int | None = None
    reply_headers: Headers = ()
    reply_body: bytes = b""


def transcript(text: str) -> Transcript | None:
    """A ``curl -v`` transcript; of several exchanges (a redirect) the last. None if the text is something else."""
    lines = text.replace("\r\n", "\n").split("\n")
    sent = [line[1:].strip() for line in lines if re.match(r">(?: |$)", line)]
    received = [line[1:].strip() for line in lines if re.match(r"<(?: |$)", line)]
    starts = [index for index, line in enumerate(sent) if re.fullmatch(r"[A-Z]+ \S+ HTTP/\S+", line)]
    statuses = [index for index, line in enumerate(received) if re.match(r"HTTP/\S+ \d{3}(?: |$)", line)]
    if not starts and not statuses:
        return None
    first = next(index for index, line in enumerate(lines) if line[:1] in "*><" and line)
    request = _header_lines(sent[starts[-1] :]) if starts else ()
    method, target = sent[starts[-1]].split(" ")[:2] if starts else (None, None)
    reply = _header_lines(received[statuses[-1] :]) if statuses else ()
    status = int(received[statuses[-1]].split(" ")[1]) if statuses else None
    last = max((index for index, line in enumerate(lines) if re.match(r"<(?: |$)", line)), default=len(lines))
    after = [
        line
        for line in lines[last + 1 :]
        if not re.match(r"[*{}](?: |$)|} \[|{ \[", line) or (line[:1] == "{" and '"' in line)
    ]
    body = "\n".join(after).strip()
    shown = _lines_between_messages(lines)
    return Transcript(
        before="\n".join(lines[:first]),
        method=method,
        target=target,
        headers=request,
        body=shown.encode(),
        status=status,
        reply_headers=reply,
        reply_body=body.encode(),
    )


def _header_lines(lines: list[str]) -> Headers:
    found = []
    for line in lines[1:]:
        name, separator, value = line.partition(":")
        if not separator:
            break
        found.append((name.strip(), value.strip()))
    return tuple(found)


def _lines_between_messages(lines: list[str]) -> str:
    """The lines between the request's headers and the response's, which some tools fill with the request's body."""
    sent = [index for index, line in enumerate(lines) if re.match(r">(?: |$)", line)]
    received = [index for index, line in enumerate(lines) if re.match(r"<(?: |$)", line)]
    if not sent or (received and received[0] < sent[-1]):
        return ""
    between = lines[sent[-1] + 1 : received[0] if received else len(lines)]
    return "\n".join(line for line in between if not re.match(r"\*|[{}] \[", line)).strip()


_ACCESS = re.compile(r'"(GET|POST|PUT|PATCH|DELETE|HEAD) (\S+)(?: HTTP/[\d.]+)?"')
_FIELDS = re.compile(r'method="?(GET|POST|PUT|PATCH|DELETE)"?\s+.*?(?:path|uri|url)="?([^"\s]+)"?')


def log_target(text: str) -> tuple[str, str, int] | None:
    """The method and target of the first request in an access log, and how many requests it contains."""
    found = [*_ACCESS.findall(text), *_FIELDS.findall(text)]
    if not found or text.lstrip()[:1] == "<" or starts_json(text):
        return None
    method, target = found[0]
    return method, target, len(found)


def decoded_body(headers: Headers, body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A body without its transfer and content encoding; what cannot be decoded stays as it is, with a note."""
    notes = []
    if "chunked" in (header(headers, "transfer-encoding") or "").lower() and (joined := _unchunked(body)) is not None:
        body = joined
    for encoding in encodings_of(headers)[:MAX_LAYERS]:
        if encoding in ("br", "zstd") and body[:1] not in (b"{", b"["):
            notes.append(f"the body is compressed with {encoding}, which is not supported: capture it uncompressed")
        found = inflated(body, encoding, MAX_BODY_BYTES)
        if found is None:
            break  # the capture shows it decompressed
        body = found.data
    return body, tuple(notes)


def _unchunked(body: bytes) -> bytes | None:
    """The data of a chunked body; None if it is not chunked, as in captures that were decoded already."""
    parts: list[bytes] = []
    at = 0
    while (size := re.compile(rb"\s*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n").match(body, at)) is not None:
        length = int(size.group(1), 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[size.end() : size.end() + length])
        at = size.end() + length
    return b"".join(parts) if parts and not body[at:].strip() else None
