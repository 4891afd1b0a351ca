"""Reads Postman collections, v2.0 and v2.1: folders with auth and variables, all body modes, saved responses.

The formats are those of schema.getpostman.com (read 2026-11-23).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_plus

from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, MULTIPART_TYPE
from ringocli.importers.collection.common import Named, document_in, fill_in, non_empty, request
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Part, Pasted, cannot_authenticate
from ringocli.template.limit import Limit
from ringocli.text.lenient_json import mapping, objects_in

_RAW_TYPES = {"json": JSON_TYPE, "xml": "application/xml", "html": "text/html", "javascript": "application/javascript"}


def read_postman(path: str, text: str) -> Named:
    """The requests of a collection.

    Raises:
        UsageError: the collection contains no request.
        LocalError: it is not a collection.
    """
    document = document_in(path, text, "Postman collection")
    document = mapping(document.get("collection")) or document
    return non_empty(path, list(_items(document, _FolderContext())))


@dataclass(frozen=True, slots=True)
class _FolderContext:
    """The auth and the variables that a folder passes on to its items."""

    auth: Any = None
    variables: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()

    def within(self, holder: Mapping[str, Any]) -> _FolderContext:
        """The same, with the auth and variables of this folder or request added."""
        variables = objects_in(holder.get("variable"))
        secret = _pairs([one for one in variables if one.get("type") == "secret"])
        plain = _pairs([one for one in variables if one.get("type") != "secret"])
        return _FolderContext(holder.get("auth") or self.auth, (*self.variables, *plain), (*self.secrets, *secret))

    @property
    def declared(self) -> dict[str, str]:
        """The values of variables, for those that stay placeholders because they name an account or a secret."""
        return {name: value for name, value in (*self.variables, *self.secrets) if value}

    def filled(self, text: str) -> str:
        """A text with its variables filled in."""
        return fill_in(text, dict(self.variables))


def _items(holder: Mapping[str, Any], around: _FolderContext) -> Iterator[tuple[str, Pasted]]:
    """The requests in a folder and its subfolders, in order; iterative, because folders may be nested to any depth."""
    waiting = [(item, around.within(holder)) for item in reversed(objects_in(holder.get("item")))]
    while waiting:
        item, outer = waiting.pop()
        inner = outer.within(item)
        request_, name = item.get("request"), str(item.get("name", "request"))
        if isinstance(request_, Mapping):
            yield name, _request(request_, inner, item)
        elif isinstance(request_, str):
            yield name, request("GET", inner.filled(request_), ())
        waiting += [(one, inner) for one in reversed(objects_in(item.get("item")))]


def _request(entry: Mapping[str, Any], around: _FolderContext, item: Mapping[str, Any]) -> Pasted:
    url = around.filled(_url_of(entry.get("url", "")))
    headers = [(key, around.filled(value)) for key, value in _pairs(entry.get("header"))]
    body, kind, parts, limits = _body(mapping(entry.get("body")), around)
    auth, more, query, header = _auth(mapping(entry.get("auth") or around.auth))
    url += ("&" if "?" in url else "?") + query if query else ""
    pasted = request(
        str(entry.get("method") or "GET"),
        url,
        [*headers, *header],
        body=body,
        kind=kind,
        parts=parts,
        auth=auth,
        limits=[*limits, *more],
        declared=around.declared,
        credential_fields=[pair.partition("=")[0] for pair in query.split("&") if pair],
    )
    replies = [one.get("body") for one in objects_in(item.get("response")) if str(one.get("code", "")).startswith("2")]
    reply = next((text for text in replies if isinstance(text, str) and text.strip()), None)
    return replace(pasted, reply=reply.encode("utf-8", "replace") if reply else None)


def _url_of(url: Any) -> str:
    """A URL as it was typed, else assembled from its parts; ``:name`` in its path becomes a placeholder."""
    found = mapping(url)
    raw = str(found.get("raw") or "") if found else str(url or "")
    if not raw and found:
        host, path = (found.get(key) for key in ("host", "path"))
        raw = f"{found.get('protocol') or 'https'}://" + (
            ".".join(map(str, host)) if isinstance(host, list) else str(host or "")
        )
        raw += "/" + ("/".join(map(str, path)) if isinstance(path, list) else str(path or "").lstrip("/"))
        query = "&".join(f"{quote(key)}={value}" for key, value in _pairs(found.get("query")))
        raw += f"?{query}" if query else ""
    return re.sub(r"/:([A-Za-z_]\w*)", r"/{\1}", raw)


def _pairs(listing: Any) -> list[tuple[str, str]]:
    return [
        (str(entry.get("key") or entry.get("id") or ""), _text(entry.get("value")))
        for entry in objects_in(listing)
        if not entry.get("disabled")
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _body(
    body: Mapping[str, Any], around: _FolderContext
) -> tuple[str | None, str | None, tuple[Part, ...], list[Limit]]:
    mode = body.get("mode")
    if mode == "raw" and body.get("raw"):
        raw = around.filled(_text(body["raw"]))
        language = str(mapping(mapping(body.get("options")).get("raw")).get("language", ""))
        looks_json = raw.lstrip()[:1] in ("{", "[") and not raw.lstrip().startswith("{{")
        return raw, JSON_TYPE if looks_json else _RAW_TYPES.get(language, "text/plain"), (), []
    if mode == "urlencoded":
        pairs = [(key, around.filled(value)) for key, value in _pairs(body.get("urlencoded"))]
        return "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in pairs), FORM_TYPE, (), []
    if mode == "formdata":
        parts = [
            Part(
                name=str(entry.get("key") or ""),
                value=around.filled(_text(entry.get("value"))),
                is_file=entry.get("type") == "file",
            )
            for entry in objects_in(body.get("formdata"))
            if not entry.get("disabled")
        ]
        return None, MULTIPART_TYPE, tuple(parts), []
    if mode == "graphql":
        why = "the $names in its query read like template variables: check whether the provider has a REST API"
        return None, None, (), [Limit("a GraphQL body", why)]
    if mode == "file":
        return None, None, (), [Limit("a body from a file", "paste the text of the file instead")]
    return None, None, (), []


def _auth(
    auth: Mapping[str, Any],
) -> tuple[BasicAuth | BearerAuth | None, list[Limit], str, list[tuple[str, str]]]:
    """The credentials, the limit if a template cannot express them, and what is added to the query or a header."""
    kind, where = str(auth.get("type", "")), "the collection's auth"
    settings = auth.get(kind)
    values = (
        {str(key): _text(value) for key, value in settings.items()}
        if isinstance(settings, Mapping)
        else dict(_pairs(settings))
    )
    if kind == "basic":
        found = BasicAuth(username=values.get("username", ""), password=values.get("password", ""), where=where)
        return found, [], "", []
    if kind == "bearer":
        return BearerAuth(token=values.get("token", ""), where=where), [], "", []
    if kind == "oauth2":
        why = "the token is sent as Bearer; OAuth2 in a template needs an interactive sign-in"
        token = BearerAuth(token=values.get("accessToken", ""), where=where)
        return token, [Limit("fetching an OAuth2 token", why)], "", []
    if kind == "apikey":
        key = values.get("key") or "api_key"
        value = values.get("value") or f"{{{key}}}"
        written = value if "{" in value else quote_plus(value)
        return (None, [], f"{key}={written}", []) if values.get("in") == "query" else (None, [], "", [(key, value)])
    if kind in ("", "noauth", "inherit"):
        return None, [], "", []
    why = "Ringotel documents Bearer, Basic and OAuth2 only"
    return None, [cannot_authenticate(f"{kind} authentication", why)], "", []
