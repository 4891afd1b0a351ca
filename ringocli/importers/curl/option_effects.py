"""What each option of curl does to the request (curl.se/docs/manpage.html, read 2026-11-23)."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

from ringocli.http.bodies import json_escaped, percent_encoded
from ringocli.importers.learn.placeholders import CLOSE, OPEN, shown
from ringocli.importers.pasted_request import Part, cannot_authenticate
from ringocli.template.limit import Blocker, Limit
from ringocli.text.files import read_bytes

UNSUPPORTED_SCHEMES = {
    "digest": "digest authentication",
    "ntlm": "NTLM authentication",
    "ntlm-wb": "NTLM authentication",
    "negotiate": "Negotiate authentication",
    "aws-sigv4": "requests signed for AWS",
}
CERTIFICATE_OPTIONS = {"cert": "a client certificate", "key": "a client certificate", "pass": "a client certificate"}
_NETRC = "the file is not read; add -u USER:PASSWORD to the command"
_NO_LOGIN = f"it cannot authenticate: its credentials are in ~/.netrc, and {_NETRC}"
_HEADER_OPTIONS = {"user-agent": "User-Agent", "referer": "Referer"}
_DATA_OPTIONS = {"data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"}


@dataclass(slots=True)
class CurlCall:
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


_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "trim": str.strip,
    "json": json_escaped,
    "url": percent_encoded,
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
}


def expanded(text: str, call: CurlCall) -> str:
    """The text with each ``{{NAME:function}}`` replaced that a ``--variable`` of the paste sets."""

    def value_of(found: re.Match[str]) -> str:
        name, *functions = found.group(1).split(":")
        value = call.variables.get(name)
        if value is None or OPEN in value:
            return found.group() if value is None else value
        for function in functions:
            if function not in _FUNCTIONS:
                return f"{OPEN}({found.group(1)}){CLOSE}"
            value = _FUNCTIONS[function](value)
        return value

    return re.sub(r"\{\{(\w+(?::\w+)*)\}\}", value_of, text)


def apply_option(call: CurlCall, option: str, value: str) -> None:
    """Change a call as one option with its value does; an unknown option changes nothing."""
    if option in _DATA_OPTIONS:
        _add_data(call, option, value)
    elif option in ("form", "form-string"):
        _add_part(call, value, literal=option == "form-string")
    elif option in UNSUPPORTED_SCHEMES:
        call.limits.append(cannot_authenticate(UNSUPPORTED_SCHEMES[option], "Ringotel documents Bearer and Basic only"))
    elif option in CERTIFICATE_OPTIONS:
        call.limits.append(
            cannot_authenticate(CERTIFICATE_OPTIONS[option], "Ringotel documents Bearer, Basic and OAuth2 only")
        )
    elif option in _HEADER_OPTIONS:
        call.headers.append((_HEADER_OPTIONS[option], value))
    elif handler := _HANDLERS.get(option):
        handler(call, value)
    elif option != "unknown":
        call.ignored.append(f"--{option}")


def _set_variable(call: CurlCall, value: str) -> None:
    name, separator, content = value.partition("=")
    if name.startswith("%"):
        call.variables[name[1:]] = f"{OPEN}{name[1:]}{CLOSE}"
    elif separator:
        call.variables[name] = content


def _add_header(call: CurlCall, value: str) -> None:
    if value.startswith("@"):
        lines = _from_file(call, value[1:]).splitlines()
        if not lines:
            clause = f"it may not authenticate: its headers are in {shown(value[1:])}, which was not read"
            call.limits.append(Limit("headers from a file", "the file may contain the credential", Blocker(clause)))
        for line in lines:
            _add_header(call, line.removeprefix("@"))
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


def _set_method(call: CurlCall, value: str) -> None:
    call.method = value.strip().lstrip("=")


def _set_user(call: CurlCall, value: str) -> None:
    call.user = value


def _set_bearer(call: CurlCall, value: str) -> None:
    call.bearer = value


def _set_upload(call: CurlCall, value: str) -> None:
    call.upload = True
    call.limits.append(Limit("a file as the body (--upload-file)", "Ringotel sends the URL of a file, not its content"))


def _set_target(call: CurlCall, value: str) -> None:
    call.limits.append(Limit("--request-target", "the request target is always the path of request_url"))


def _set_range(call: CurlCall, value: str) -> None:
    call.headers.append(("Range", f"bytes={value}" + ("" if "-" in value else "-")))


def _set_cookie(call: CurlCall, value: str) -> None:
    if "=" in value or OPEN in value:
        call.headers.append(("Cookie", value))
    else:
        call.notes.append("the cookies are in a file, which is not read")


_HANDLERS: dict[str, Callable[[CurlCall, str], None]] = {
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
    "upload-file": _set_upload,
    "request-target": _set_target,
    "variable": _set_variable,
    "config": lambda call, value: call.limits.append(
        Limit("options from a file (--config)", "only the pasted command is read; paste those options too")
    ),
    "netrc": lambda call, value: call.limits.append(Limit("credentials in ~/.netrc", _NETRC, Blocker(_NO_LOGIN))),
    "get": lambda call, value: call.flags.add("get"),
    "path-as-is": lambda call, value: call.flags.add("path-as-is"),
    "head": lambda call, value: call.flags.add("head"),
    "globoff": lambda call, value: call.flags.add("globoff"),
}


def _add_data(call: CurlCall, option: str, value: str) -> None:
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


def _urlencoded(call: CurlCall, value: str) -> str:
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


def _from_file(call: CurlCall, path: str) -> str:
    """The text of an ``@file``: from the paste where it shows it, from disk where that is allowed, else ""."""
    if path in ("-", "./-") and call.stdin is not None:
        return call.stdin
    if path in call.files:
        return call.files[path]
    if call.allowed is not None and (found := _below(call.allowed, path)) is not None:
        return read_bytes(str(found)).decode("utf-8", "replace")
    call.limits.append(
        Limit(
            f"the content of @{shown(path)}",
            "files are not read; use --allow-files DIR with the folder that contains it",
            Blocker(f"the content of @{shown(path)} was not read: that part of the request is missing"),
        )
    )
    return ""


def _below(folder: Path, path: str) -> Path | None:
    """The file if it is below the folder after following links; else None."""
    root = os.path.realpath(folder)
    for candidate in (path, folder / path):
        try:
            found = Path(os.path.realpath(candidate))
        except ValueError:  # a NUL in a pasted name
            continue
        if found.is_relative_to(root) and os.path.isfile(found):
            return found
    return None


def _add_part(call: CurlCall, value: str, *, literal: bool) -> None:
    name, _, content = value.partition("=")
    if not literal and content.startswith("@"):
        call.form.append(Part(name=name, value=content[1:].partition(";")[0], is_file=True))
        return
    if not literal and content.startswith("<"):
        call.form.append(Part(name=name, value=_from_file(call, content[1:].partition(";")[0])))
        return
    kind = None
    if not literal:
        kind = re.search(r";\s*type=([^;\s]+)", content)
        content = re.sub(r";\s*(?:type|filename|encoder|headers)=.*$", "", content)
        if len(content) > 1 and content[0] == content[-1] == '"':
            content = content[1:-1].replace('\\"', '"')
    call.form.append(Part(name=name, value=content, content_type=kind[1] if kind else ""))
