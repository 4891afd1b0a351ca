"""Collections of requests: Postman v2.1, HAR 1.2, and .http files, each as named requests in the common form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from ringocli.errors import AskedWrongly, CouldNotRun
from ringocli.importers.headers import authorization, uncarried
from ringocli.importers.pasted import BasicAuth, BearerAuth, Limit, Part, Pasted, limit
from ringocli.suggest import did_you_mean

_FORM = "application/x-www-form-urlencoded"
Named = list[tuple[str, Pasted]]


def chosen(path: str, requests: Named, choice: str) -> Pasted:
    """The request of that name, or of that number, counted from 1.

    Raises:
        AskedWrongly: there is none; what there is is listed.
    """
    if choice.isdigit() and 0 < int(choice) <= len(requests):
        return requests[int(choice) - 1][1]
    for name, pasted in requests:
        if name.lower() == choice.lower():
            return pasted
    names = [name for name, _ in requests]
    listed = "; ".join(f"{index}: {name}" for index, name in enumerate(names[:20], 1))
    raise AskedWrongly(f"{path}: there is no request {choice!r}{did_you_mean(choice, names)}", f"It has: {listed}.")


def _request(
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    *,
    body: str | None = None,
    kind: str | None = None,
    parts: Sequence[Part] = (),
    auth: BasicAuth | BearerAuth | None = None,
    limits: Sequence[Limit] = (),
) -> Pasted:
    """A request whose ``Authorization`` and ``Content-Type`` are taken out of its headers."""
    found: list[Limit] = list(limits)
    for name, value in headers:
        if name.lower() == "authorization":
            said = authorization(value)
            if isinstance(said, BasicAuth | BearerAuth):
                auth = said
            elif said is not None:
                found.append(said)
        elif name.lower() == "content-type":
            kind = value
    kept = tuple((name, value) for name, value in headers if name.lower() not in ("authorization", "content-type"))
    if "://" not in url:
        url = f"https://{url}"
    return Pasted(
        method=method.upper(),
        url=url.partition("#")[0],
        headers=kept,
        content_type=kind if body is not None or parts else None,
        body=body,
        parts=tuple(parts),
        auth=auth,
        limits=(*found, *uncarried(kept)),
    )


def _document(path: str, text: str, what: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise CouldNotRun(f"{path}: is no JSON, so no {what}", "Export it again.") from None
    if not isinstance(document, Mapping):
        raise CouldNotRun(f"{path}: is no {what}", "Export it again.")
    return document


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(path: str, requests: Named) -> Named:
    if not requests:
        raise AskedWrongly(f"{path}: there is no request in it", "Export the requests that send messages.")
    return requests


# -- Postman ------------------------------------------------------------------------------------


def read_postman(path: str, text: str) -> Named:
    """The requests of a Postman collection (schema.getpostman.com, v2.0 and v2.1, read 2026-11-23).

    Raises:
        AskedWrongly: it has no request.
        CouldNotRun: it is no collection.
    """
    document = _document(path, text, "Postman collection")
    document = _mapping(document.get("collection")) or document
    return _listed(path, list(_postman_items(document, document.get("auth"))))


def _postman_items(holder: Mapping[str, Any], auth: Any) -> Iterator[tuple[str, Pasted]]:
    for item in _entries(holder.get("item")):
        own = item.get("auth", auth)
        request = item.get("request")
        if isinstance(request, Mapping):
            yield str(item.get("name", "request")), _postman_request(request, own, item)
        elif isinstance(request, str):
            yield str(item.get("name", "request")), _request("GET", request, ())
        yield from _postman_items(item, own)


def _postman_request(request: Mapping[str, Any], inherited: Any, item: Mapping[str, Any]) -> Pasted:
    from dataclasses import replace

    url = request.get("url", "")
    raw = str(url.get("raw", "")) if isinstance(url, Mapping) else str(url)
    raw = re.sub(r"/:([A-Za-z_]\w*)", r"/{\1}", raw)  # :name is a variable of a path
    headers = [
        (str(entry.get("key", "")), str(entry.get("value", "")))
        for entry in _entries(request.get("header"))
        if not entry.get("disabled")
    ]
    body, kind, parts = _postman_body(_mapping(request.get("body")))
    auth, limits, query = _postman_auth(_mapping(request.get("auth", inherited)))
    if query:
        raw += ("&" if "?" in raw else "?") + query
    pasted = _request(
        str(request.get("method", "GET")), raw, headers, body=body, kind=kind, parts=parts, auth=auth, limits=limits
    )
    replies = [
        entry.get("body") for entry in _entries(item.get("response")) if str(entry.get("code", "")).startswith("2")
    ]
    reply = next((text for text in replies if isinstance(text, str) and text.strip()), None)
    return replace(pasted, reply=reply.encode() if reply else None)


def _pairs(entries: Any) -> list[tuple[str, str]]:
    return [
        (str(entry.get("key", "")), str(entry.get("value") or ""))
        for entry in _entries(entries)
        if not entry.get("disabled")
    ]


def _postman_body(body: Mapping[str, Any]) -> tuple[str | None, str | None, tuple[Part, ...]]:
    mode = body.get("mode")
    if mode == "raw" and body.get("raw"):
        language = _mapping(_mapping(body.get("options")).get("raw")).get("language")
        looks_json = str(body["raw"]).lstrip()[:1] in ("{", "[")
        return str(body["raw"]), "application/json" if language == "json" or looks_json else "text/plain", ()
    if mode == "urlencoded":
        return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in _pairs(body.get("urlencoded"))), _FORM, ()
    if mode == "formdata":
        parts = [
            Part(
                name=str(entry.get("key", "")), value=str(entry.get("value") or ""), is_file=entry.get("type") == "file"
            )
            for entry in _entries(body.get("formdata"))
            if not entry.get("disabled")
        ]
        return None, "multipart/form-data", tuple(parts)
    return None, None, ()


def _postman_auth(auth: Mapping[str, Any]) -> tuple[BasicAuth | BearerAuth | None, list[Limit], str]:
    kind = str(auth.get("type", ""))
    settings = auth.get(kind)
    if isinstance(settings, Mapping):
        values = {str(key): str(value) for key, value in settings.items()}
    else:
        values = {str(entry.get("key")): str(entry.get("value") or "") for entry in _entries(settings)}
    where = "the collection's auth"
    if kind == "basic":
        return BasicAuth(username=values.get("username", ""), password=values.get("password", ""), where=where), [], ""
    if kind == "bearer":
        return BearerAuth(token=values.get("token", ""), where=where), [], ""
    if kind == "oauth2":
        why = "a token is sent as Bearer; the framework's own OAuth2 needs sign-in"
        return (
            BearerAuth(token=values.get("accessToken", ""), where=where),
            [limit("fetching an OAuth2 token", why)],
            "",
        )
    if kind == "apikey" and values.get("in") == "query":
        return None, [], f"{values.get('key', 'api_key')}={values.get('value') or '{api_key}'}"
    if kind == "apikey":
        why = "the framework documents no headers of one's own, so this credential cannot be sent"
        return None, [limit(f"header {values.get('key', 'of the key')}", why)], ""
    if kind in ("", "noauth", "inherit"):
        return None, [], ""
    return None, [limit(f"{kind} authentication", "the framework documents Bearer, Basic and OAuth2 only")], ""


# -- HAR ----------------------------------------------------------------------------------------


def read_har(path: str, text: str) -> Named:
    """The requests of a HAR 1.2 file, with their replies; POST data as it was sent.

    Raises:
        AskedWrongly: it has no request.
        CouldNotRun: it is no HAR file.
    """
    from dataclasses import replace

    log = _mapping(_document(path, text, "HAR file").get("log"))
    found: Named = []
    for entry in _entries(log.get("entries")):
        request = _mapping(entry.get("request"))
        if not request.get("url"):
            continue
        headers = [(str(pair.get("name", "")), str(pair.get("value", ""))) for pair in _entries(request.get("headers"))]
        headers = [pair for pair in headers if not pair[0].startswith(":")]
        data = _mapping(request.get("postData"))
        body = str(data["text"]) if data.get("text") else None
        if body is None and data.get("params"):
            body = "&".join(
                f"{quote_plus(str(p.get('name')))}={quote_plus(str(p.get('value', '')))}"
                for p in _entries(data["params"])
            )
        kind = str(data.get("mimeType")) if data.get("mimeType") else None
        pasted = _request(str(request.get("method", "GET")), str(request["url"]), headers, body=body, kind=kind)
        reply = _mapping(_mapping(entry.get("response")).get("content")).get("text")
        status = str(_mapping(entry.get("response")).get("status", ""))
        if isinstance(reply, str) and reply.strip() and status.startswith("2"):
            pasted = replace(pasted, reply=reply.encode())
        found.append((f"{request.get('method', 'GET')} {request['url']}", pasted))
    return _listed(path, found)


# -- .http --------------------------------------------------------------------------------------

_START = re.compile(r"^(?:(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+)?(\S.*?)(?:\s+HTTP/[\d.]+)?$")


def read_http(path: str, text: str) -> Named:
    """The requests of a .http or .rest file: blocks between ``###``, ``@name = value`` variables put in.

    Raises:
        AskedWrongly: it has no request.
    """
    variables = dict(re.findall(r"(?m)^@([\w.-]+)\s*=\s*(.*?)\s*$", text))
    found: Named = []
    for number, block in enumerate(re.split(r"(?m)^###", "\n" + text.replace("\r\n", "\n")), 1):
        first, _, rest = block.partition("\n")
        title = first.strip()
        for _ in range(3):
            rest = re.sub(r"\{\{\s*([\w.-]+)\s*\}\}", lambda v: variables.get(v.group(1), v.group()), rest)
        named = re.search(r"(?m)^(?:#|//)\s*@name[ =]+(\S+)", rest)
        lines = [line for line in rest.split("\n") if not re.match(r"\s*(?:#|//)(?!/)|@[\w.-]+\s*=", line)]
        pasted = _http_block(lines)
        if pasted is not None:
            found.append((named.group(1) if named else title or f"request {number}", pasted))
    return _listed(path, found)


def _http_block(lines: list[str]) -> Pasted | None:
    while lines and not lines[0].strip():
        lines = lines[1:]
    start = _START.match(lines[0].strip()) if lines else None
    if start is None:
        return None
    method, url = start.group(1) or "GET", start.group(2)
    lines = lines[1:]
    while lines and re.match(r"\s+[?&]", lines[0]):
        url += lines[0].strip()
        lines = lines[1:]
    headers = []
    while lines and lines[0].strip():
        name, separator, value = lines[0].partition(":")
        if separator:
            headers.append((name.strip(), value.strip()))
        lines = lines[1:]
    body = "\n".join(lines).strip() or None
    if body and body.startswith("< "):
        return _request(
            method, url, headers, limits=[limit("a body from a file", "paste the file's text in its place")]
        )
    if body and any(name.lower() == "content-type" and _FORM in value for name, value in headers):
        body = re.sub(r"\s*\n\s*", "", body)
    return _request(method, url, headers, body=body)
