"""Reads curl commands as the requests that curl would send (curl.se/docs/manpage.html, read 2026-11-23)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from ringocli.errors import UsageError
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, MULTIPART_TYPE
from ringocli.importers.collection.common import parts_of
from ringocli.importers.curl.arguments import EXPANDED, options_of
from ringocli.importers.curl.commands import Command
from ringocli.importers.curl.option_effects import UNSUPPORTED_SCHEMES, CurlCall, apply_option, expanded
from ringocli.importers.curl.shells import curl_words
from ringocli.importers.learn.headers import authorization, uncarried
from ringocli.importers.learn.placeholders import CLOSE, OPEN
from ringocli.importers.learn.url import Target
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Pasted
from ringocli.template.limit import Limit


def read_curl(name: str, text: str, *, allowed: Path | None = None) -> list[Pasted]:
    """Every request that the curl commands of a text would send, in their order.

    ``allowed`` is the folder below which an ``@file`` may be read.

    Raises:
        UsageError: the text contains no curl command, or a command has no URL.
    """
    commands, notes = curl_words(text)
    if not commands:
        raise UsageError(
            f"{name}: no curl command found", "Paste the cURL tab of the documentation, with the whole command."
        )
    requests = []
    for command in commands:
        for call in _calls(command, allowed):
            call.notes = [*notes, *call.notes]
            requests += [_request(call, url) for url in _urls(call)]
    if not requests:
        raise UsageError(f"{name}: the curl command has no URL", "Paste the whole command.")
    return requests


def _urls(call: CurlCall) -> list[str]:
    """The URLs of a call, without bare words beside a real URL, which are probably prose or mistakes."""
    if not any("://" in url for url in call.urls):
        return call.urls
    kept = [url for url in call.urls if re.search(rf"[./:{OPEN}{{<$]", url)]
    if len(kept) < len(call.urls):
        call.notes.append("words that are neither options nor URLs were ignored")
    if "globoff" not in call.flags:
        listed = [found for url in kept for found in _LIST.findall(url)]
        call.notes += [f"{one} in the URL was read as written; curl would send a request for each" for one in listed]
    return kept


_LIST = re.compile(r"\{[^{}]*,[^{}]*\}|\[(?:\d+-\d+|[a-z]-[a-z])(?::\d+)?\]", re.I)
"""A list or a range in a URL, which curl replaces by each of its values."""


def _calls(command: Command, allowed: Path | None) -> list[CurlCall]:
    def started() -> CurlCall:
        return CurlCall(stdin=command.stdin, files=command.files, declared=command.declared, allowed=allowed)

    calls = [started()]
    for option, value in options_of(command.words, calls[-1].notes):
        call = calls[-1]
        if option == "next":
            calls.append(started())
        elif option == "":
            call.urls.append(value)
        else:
            value = expanded(value, call) if option.startswith(EXPANDED) else value
            apply_option(call, option.removeprefix(EXPANDED), value)
    return calls


def _request(call: CurlCall, url: str) -> Pasted:
    data = "&".join(call.data) if call.data else None
    query = list(call.query)
    if "get" in call.flags and data is not None:
        query.append(data)
        data = None
    url, userinfo = _requested_url(url, query, as_it_is="path-as-is" in call.flags)
    auth, unknown = _auth(call, userinfo)
    headers = tuple(pair for pair in call.headers if unknown is not None or pair[0].lower() != "authorization")
    limits = [*call.limits, *([unknown] if unknown else []), *uncarried(headers), *_other_host(call, url)]
    content_type = _content_type(call, data)
    notes = list(call.notes)
    if call.ignored:
        notes.append(f"ignored curl options that do not change the request: {' '.join(dict.fromkeys(call.ignored))}")
    method = _method(call, data)
    parts = tuple(call.form) if data is None else ()
    if data is not None and (content_type or "").lower().startswith(MULTIPART_TYPE):
        parts, data = parts_of(str(content_type), data), None  # as browsers copy an upload
    return Pasted(
        method=method,
        url=url,
        headers=headers,
        content_type=content_type,
        body=data,
        parts=parts,
        auth=auth,
        declared=call.declared,
        limits=tuple(limits),
        notes=tuple(dict.fromkeys(notes)),
    )


def _method(call: CurlCall, data: str | None) -> str:
    if call.method:
        return call.method
    if "head" in call.flags:
        return "HEAD"
    if call.upload:
        return "PUT"
    return "POST" if data is not None or (call.form and "get" not in call.flags) else "GET"


def _content_type(call: CurlCall, data: str | None) -> str | None:
    given = [value for name, value in call.headers if name.lower() == "content-type"]
    if len(set(given)) > 1:
        call.notes.append("the command sets several content types; the first one is used")
    if given:
        return given[0]
    if data is None:
        return MULTIPART_TYPE if call.form else None
    if "content-type" in call.removed:
        return None
    return JSON_TYPE if "json" in call.flags else FORM_TYPE


def _requested_url(url: str, query: Sequence[str], *, as_it_is: bool) -> tuple[str, str | None]:
    """The URL as curl would request it, and the ``user:password`` it contained."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        url = f"http://{url.lstrip('/')}"
    scheme, _, rest = url.partition("://")
    bare, question, written = rest.partition("#")[0].partition("?")
    authority, _, path = bare.partition("/")
    userinfo, at, host = authority.rpartition("@")
    if scheme.lower() == "https":
        host = host.removesuffix(":443")  # http with a port is a test server, whatever the port
    path = path if as_it_is else _without_dots(path)
    written = "&".join([*([written.removesuffix("&") if query else written] if question else []), *query])
    return f"{scheme.lower()}://{host}/{path}{'?' if question or query else ''}{written}", userinfo if at else None


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


def _other_host(call: CurlCall, url: str) -> list[Limit]:
    """A limit if a ``Host`` header differs from the host of the URL."""
    host = Target.parse(url).host.lower()
    given = [value.lower() for name, value in call.headers if name.lower() == "host"]
    if not given or given[-1] == host:
        return []
    return [Limit("header Host", "the Host header is always that of request_url")]


def _auth(call: CurlCall, userinfo: str | None) -> tuple[BasicAuth | BearerAuth | None, Limit | None]:
    """The credentials; as in curl, a custom header wins over the options."""
    for name, value in call.headers:
        if name.lower() == "authorization":
            scheme, _, rest = value.strip().partition(" ")
            is_basic = scheme.lower().rstrip(":") == "basic"
            found = authorization(f"{scheme} {_with_declared(rest, call)}" if is_basic else value)
            return (found, None) if isinstance(found, BasicAuth | BearerAuth | None) else (None, found)
    if "authorization" in call.removed:
        return None, None
    if call.bearer is not None:
        return BearerAuth(token=call.bearer, where="--oauth2-bearer"), None
    if any(entry.what in UNSUPPORTED_SCHEMES.values() for entry in call.limits):
        return None, None
    for text, where in ((call.user, "-u"), (userinfo and unquote(userinfo), "the URL")):
        if text is not None:
            text = text if ":" in text else _with_declared(text, call)
            username, _, password = text.partition(":")
            return BasicAuth(username=username, password=password, where=where), None
    return None, None


def _with_declared(text: str, call: CurlCall) -> str:
    """The value of a variable that is the whole text and that the paste itself sets, such as ``-u "$LOGIN"``."""
    name = text.strip().strip(OPEN + CLOSE)
    return call.declared.get(name, text) if text.strip() == f"{OPEN}{name}{CLOSE}" else text
