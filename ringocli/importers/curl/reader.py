"""Reads curl commands as the requests that curl would send (curl.se/docs/manpage.html, read 2026-11-23)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus, unquote

from ringocli.errors import UsageError
from ringocli.importers.collection.common import parts_of
from ringocli.importers.curl.arguments import options_of
from ringocli.importers.curl.commands import Command
from ringocli.importers.curl.shells import curl_words
from ringocli.importers.learn.headers import authorization, uncarried
from ringocli.importers.learn.placeholders import CLOSE, OPEN
from ringocli.importers.learn.url import Target
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Limit, Part, Pasted, cannot_authenticate, limit
from ringocli.text.files import read_bytes

FORM = "application/x-www-form-urlencoded"

_SCHEMES = {
    "digest": "digest authentication",
    "ntlm": "NTLM authentication",
    "ntlm-wb": "NTLM authentication",
    "negotiate": "Negotiate authentication",
    "aws-sigv4": "requests signed for AWS",
}
_CERTIFICATES = {"cert": "a client certificate", "key": "a client certificate", "pass": "a client certificate"}
_HEADERS = {"user-agent": "User-Agent", "referer": "Referer"}
_DATA = {"data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"}


@dataclass(slots=True)
class _Call:
    """The request described by the options up to the next ``--next``."""

    stdin: str | None
    files: Mapping[str, str]
    declared: Mapping[str, str]
    allowed: Path | None
    urls: list[str] = field(default_factory=list)
    method: str | None = None
    data: list[str] = field(default_factory=list)
    form: list[Part] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    user: str | None = None
    bearer: str | None = None
    flags: set[str] = field(default_factory=set)
    upload: bool = False
    ignored: list[str] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


def read_curl(name: str, text: str, *, allowed: Path | None = None) -> list[Pasted]:
    """Every request that the curl commands of a text would send, in their order.

    ``allowed`` is the folder below which an ``@file`` may be read.

    Raises:
        UsageError: the text contains no curl command, or a command has no URL.
    """
    commands, notes = curl_words(text)
    if not commands:
        raise UsageError(f"{name}: no curl command found", "Paste the whole command from the documentation.")
    requests = []
    for command in commands:
        for call in _calls(command, allowed):
            call.notes = [*notes, *call.notes]
            requests += [_request(call, url) for url in _urls(call)]
    if not requests:
        raise UsageError(f"{name}: the curl command has no URL", "Paste the whole command.")
    return requests


def _urls(call: _Call) -> list[str]:
    """The URLs of a call, without the bare words beside a real URL, which are rather prose or mistakes."""
    if not any("://" in url for url in call.urls):
        return call.urls
    kept = [url for url in call.urls if re.search(rf"[./:{OPEN}{{<$]", url)]
    if len(kept) < len(call.urls):
        call.notes.append("words beside the URL that are neither options nor URLs were ignored")
    return kept


def _calls(command: Command, allowed: Path | None) -> list[_Call]:
    def started() -> _Call:
        return _Call(stdin=command.stdin, files=command.files, declared=command.declared, allowed=allowed)

    calls = [started()]
    for option, value in options_of(command.words, calls[-1].notes):
        call = calls[-1]
        if option == "next":
            calls.append(started())
        elif option == "":
            call.urls.append(_expanded(value, call))
        else:
            _apply(call, option, value)
    return calls


def _expanded(text: str, call: _Call) -> str:
    """The text with each ``{{NAME}}`` replaced that a ``--variable`` of the paste sets."""
    return re.sub(r"\{\{(\w+)(?::\w+)*\}\}", lambda found: call.variables.get(found.group(1), found.group()), text)


def _apply(call: _Call, option: str, value: str) -> None:
    value = _expanded(value, call)
    if option in _DATA:
        _add_data(call, option, value)
    elif option in ("form", "form-string"):
        _add_part(call, value, literal=option == "form-string")
    elif option in _SCHEMES:
        call.limits.append(cannot_authenticate(_SCHEMES[option], "Ringotel documents Bearer and Basic only"))
    elif option in _CERTIFICATES:
        call.limits.append(
            cannot_authenticate(_CERTIFICATES[option], "Ringotel documents Bearer, Basic and OAuth2 only")
        )
    elif option in _HEADERS:
        call.headers.append((_HEADERS[option], value))
    elif handler := _HANDLERS.get(option):
        handler(call, value)
    elif option != "unknown":
        call.ignored.append(f"--{option}")


def _set_variable(call: _Call, value: str) -> None:
    name, separator, content = value.partition("=")
    if name.startswith("%"):
        call.variables[name[1:]] = f"{OPEN}{name[1:]}{CLOSE}"
    elif separator:
        call.variables[name] = content


def _add_header(call: _Call, value: str) -> None:
    if value.startswith("@"):
        call.limits.append(limit("headers from a file", "Ringotel documents no custom headers"))
        return
    name, separator, content = value.partition(":")
    if separator and not content.strip():
        call.removed.add(name.strip().lower())
    elif separator:
        call.headers.append((name.strip(), content.strip()))
    elif value.endswith(";"):
        call.headers.append((value[:-1].strip(), ""))
    elif "=" in value and not value.startswith("="):
        name, _, content = value.partition("=")
        call.headers.append((name.strip(), content.strip()))
        call.notes.append(f"the header {name.strip()} was written with = instead of :")


def _set_method(call: _Call, value: str) -> None:
    call.method = value.strip().lstrip("=")


def _set_user(call: _Call, value: str) -> None:
    call.user = value


def _set_bearer(call: _Call, value: str) -> None:
    call.bearer = value


def _upload(call: _Call, value: str) -> None:
    call.upload = True
    call.limits.append(limit("a file as the body (--upload-file)", "Ringotel sends the URL of a file, not its content"))


def _target(call: _Call, value: str) -> None:
    call.limits.append(limit("--request-target", "the request target is always the path of request_url"))


def _set_range(call: _Call, value: str) -> None:
    call.headers.append(("Range", f"bytes={value}" + ("" if "-" in value else "-")))


def _set_cookie(call: _Call, value: str) -> None:
    if "=" in value or OPEN in value:
        call.headers.append(("Cookie", value))
    else:
        call.notes.append("the cookies are in a file, which is not read")


_HANDLERS: dict[str, Callable[[_Call, str], None]] = {
    "range": _set_range,
    "cookie": _set_cookie,
    "request": _set_method,
    "header": _add_header,
    "url": lambda call, value: call.urls.append(value),
    "url-query": lambda call, value: call.query.append(
        value[1:] if value.startswith("+") else _urlencoded(call, value)
    ),
    "user": _set_user,
    "oauth2-bearer": _set_bearer,
    "upload-file": _upload,
    "request-target": _target,
    "variable": _set_variable,
    "config": lambda call, value: call.limits.append(
        limit("options from a file (--config)", "only the pasted command is read; paste those options too")
    ),
    "netrc": lambda call, value: call.notes.append("the credentials are in ~/.netrc, which is not read"),
    "get": lambda call, value: call.flags.add("get"),
    "path-as-is": lambda call, value: call.flags.add("path-as-is"),
    "head": lambda call, value: call.flags.add("head"),
}


def _add_data(call: _Call, option: str, value: str) -> None:
    if option == "data-urlencode":
        piece = _urlencoded(call, value)
    elif value.startswith("@") and option != "data-raw":
        piece = _from_file(call, value[1:])
        if option in ("data", "data-ascii"):
            piece = re.sub(r"[\r\n\0]", "", piece)
    else:
        piece = value
    if option == "json":
        call.flags.add("json")
        if call.data:
            call.data[-1] += piece
            return
    call.data.append(piece)


def _urlencoded(call: _Call, value: str) -> str:
    """``--data-urlencode`` and ``--url-query``: ``content =content name=content @file name@file``.

    As in curl, the first ``=`` wins over any ``@``, and a space becomes ``+``.
    """
    sign = "=" if "=" in value else "@"
    name, found, content = value.partition(sign)
    if not found:
        return quote_plus(value)
    if sign == "@":
        content = _from_file(call, content)
    return (f"{name}=" if name else "") + quote_plus(content)


def _from_file(call: _Call, path: str) -> str:
    """The text of an ``@file``: from the paste where it shows it, from disk where that is allowed, else ""."""
    if path in ("-", "./-") and call.stdin is not None:
        return call.stdin
    if path in call.files:
        return call.files[path]
    if call.allowed is not None and (found := _below(call.allowed, path)) is not None:
        return read_bytes(str(found)).decode("utf-8", "replace")
    call.limits.append(
        limit(f"the content of @{path}", "files are not read; use --allow-files DIR with the folder that contains it")
    )
    return ""


def _below(folder: Path, path: str) -> Path | None:
    """The file if it is below the folder after following links; else None."""
    root = folder.resolve()
    for candidate in (Path(path), folder / path):
        try:
            found = candidate.resolve()
            if found.is_relative_to(root) and found.is_file():
                return found
        except OSError:
            continue
    return None


def _add_part(call: _Call, value: str, *, literal: bool) -> None:
    name, _, content = value.partition("=")
    if not literal and content.startswith("@"):
        call.form.append(Part(name=name, value=content[1:].partition(";")[0], is_file=True))
        return
    if not literal and content.startswith("<"):
        call.form.append(Part(name=name, value=_from_file(call, content[1:].partition(";")[0])))
        return
    if not literal:
        content = re.sub(r";\s*(?:type|filename|encoder|headers)=.*$", "", content)
        if len(content) > 1 and content[0] == content[-1] == '"':
            content = content[1:-1].replace('\\"', '"')
    call.form.append(Part(name=name, value=content))


# -- the request --------------------------------------------------------------------------------


def _request(call: _Call, url: str) -> Pasted:
    data = "&".join(call.data) if call.data else None
    query = list(call.query)
    if "get" in call.flags and data is not None:
        query.append(data)
        data = None
    address, userinfo = _address(url, query, as_it_is="path-as-is" in call.flags)
    auth, unknown = _auth(call, userinfo)
    headers = tuple(pair for pair in call.headers if unknown is not None or pair[0].lower() != "authorization")
    limits = [*call.limits, *([unknown] if unknown else []), *uncarried(headers), *_other_host(call, address)]
    content_type = _content_type(call, data)
    notes = list(call.notes)
    if call.ignored:
        notes.append(f"ignored curl options that do not change the request: {' '.join(dict.fromkeys(call.ignored))}")
    method = _method(call, data)
    parts = tuple(call.form) if data is None else ()
    if data is not None and (content_type or "").lower().startswith("multipart/form-data"):
        parts, data = parts_of(str(content_type), data), None  # as browsers copy an upload
    return Pasted(
        method=method,
        url=address,
        headers=headers,
        content_type=content_type,
        body=data,
        parts=parts,
        auth=auth,
        declared=call.declared,
        limits=tuple(limits),
        notes=tuple(dict.fromkeys(notes)),
    )


def _method(call: _Call, data: str | None) -> str:
    if call.method:
        return call.method
    if "head" in call.flags:
        return "HEAD"
    if call.upload:
        return "PUT"
    return "POST" if data is not None or (call.form and "get" not in call.flags) else "GET"


def _content_type(call: _Call, data: str | None) -> str | None:
    given = [value for name, value in call.headers if name.lower() == "content-type"]
    if len(set(given)) > 1:
        call.notes.append("the command sets several content types; the first one is used")
    if given:
        return given[0]
    if data is None:
        return "multipart/form-data" if call.form else None
    if "content-type" in call.removed:
        return None
    return "application/json" if "json" in call.flags else FORM


def _address(url: str, query: Sequence[str], *, as_it_is: bool) -> tuple[str, str | None]:
    """The URL as curl would request it, and the ``user:password`` it contained."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        url = f"http://{url.lstrip('/')}"
    scheme, _, rest = url.partition("://")
    bare, question, written = rest.partition("#")[0].partition("?")
    authority, _, path = bare.partition("/")
    userinfo, at, host = authority.rpartition("@")
    scheme = scheme.lower()
    host = host.removesuffix({"http": ":80", "https": ":443"}.get(scheme, "\0"))
    path = path if as_it_is else _without_dots(path)
    written = "&".join([*([written.removesuffix("&") if query else written] if question else []), *query])
    return f"{scheme}://{host}/{path}{'?' if question or query else ''}{written}", userinfo if at else None


def _without_dots(path: str) -> str:
    """A path as curl requests it, without ``.`` and ``..`` segments (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    ends_in_dots = path.endswith(("/.", "/..")) or path in (".", "..")
    return "/".join([*kept, ""] if ends_in_dots and kept else kept)


def _other_host(call: _Call, address: str) -> list[Limit]:
    """A limit if a ``Host`` header differs from the host of the URL."""
    host = Target.parse(address).host.lower()
    given = [value.lower() for name, value in call.headers if name.lower() == "host"]
    if not given or given[-1] == host:
        return []
    return [limit("header Host", "the Host header is always that of request_url")]


def _auth(call: _Call, userinfo: str | None) -> tuple[BasicAuth | BearerAuth | None, Limit | None]:
    """The credentials; as in curl, a custom header wins over the options."""
    for name, value in call.headers:
        if name.lower() == "authorization":
            scheme, _, rest = value.strip().partition(" ")
            is_basic = scheme.lower().rstrip(":") == "basic"
            found = authorization(f"{scheme} {_with_declared(rest, call)}" if is_basic else value)
            return (found, None) if isinstance(found, BasicAuth | BearerAuth | None) else (None, found)
    if call.bearer is not None:
        return BearerAuth(token=call.bearer, where="--oauth2-bearer"), None
    if any(entry["what"] in _SCHEMES.values() for entry in call.limits):
        return None, None
    for text, where in ((call.user, "-u"), (userinfo and unquote(userinfo), "the URL")):
        if text is not None:
            text = text if ":" in text else _with_declared(text, call)
            username, _, password = text.partition(":")
            return BasicAuth(username=username, password=password, where=where), None
    return None, None


def _with_declared(text: str, call: _Call) -> str:
    """The value of a variable that is the whole text and that the paste itself sets, such as ``-u "$LOGIN"``."""
    name = text.strip().strip(OPEN + CLOSE)
    return call.declared.get(name, text) if text.strip() == f"{OPEN}{name}{CLOSE}" else text
