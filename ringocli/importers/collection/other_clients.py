"""Reads the exports of other API clients: Insomnia 4, Hoppscotch, Bruno (JSON and .bru) and Postman 1."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from ringocli.errors import LocalError
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, MULTIPART_TYPE
from ringocli.importers.collection.common import Named, fill_in, non_empty, request
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Part, Pasted
from ringocli.text.lenient_json import mapping, objects_in


def read_insomnia(path: str, text: str) -> Named:
    """The requests of an Insomnia 4 export, with the variables of its environments filled in.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not JSON.
    """
    resources = objects_in(mapping(_document(path, text)).get("resources"))
    variables: dict[str, str] = {}
    for one in resources:
        if one.get("_type") == "environment":
            variables |= {str(key): str(value) for key, value in mapping(one.get("data")).items()}
    variables = {**variables, **{f"_.{name}": value for name, value in variables.items()}}
    found: Named = []
    for one in resources:
        if one.get("_type") != "request":
            continue
        body = mapping(one.get("body"))
        kind = str(body.get("mimeType") or "") or None
        parts = pairs(body.get("params"), "name")
        found.append(
            (
                str(one.get("name", "request")),
                client_request(
                    str(one.get("method") or "GET"),
                    str(one.get("url", "")),
                    pairs(one.get("headers"), "name"),
                    text=str(body["text"]) if body.get("text") else None,
                    kind=kind,
                    fields=parts,
                    query=pairs(one.get("parameters"), "name"),
                    auth=mapping(one.get("authentication")),
                    variables=variables,
                ),
            )
        )
    return non_empty(path, found)


def read_hoppscotch(path: str, text: str) -> Named:
    """The requests of a Hoppscotch export, one collection or a list of them.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not JSON.
    """
    found: Named = []
    for one in _nested(_document(path, text), "folders", "requests"):
        body = mapping(one.get("body"))
        content = body.get("body")
        auth = dict(mapping(one.get("auth")))
        found.append(
            (
                str(one.get("name", "request")),
                client_request(
                    str(one.get("method") or "GET"),
                    str(one.get("endpoint", "")),
                    pairs(one.get("headers"), "key"),
                    text=content if isinstance(content, str) and content else None,
                    kind=str(body.get("contentType") or "") or None,
                    fields=pairs(content, "key"),
                    query=pairs(one.get("params"), "key"),
                    auth={**auth, "type": auth.get("authType", "")} if auth.get("authActive", True) else {},
                    variables={},
                ),
            )
        )
    return non_empty(path, found)


def read_bruno(path: str, text: str) -> Named:
    """The requests of a Bruno collection that was exported as JSON.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not JSON.
    """
    found: Named = []
    for item in _nested(_document(path, text), "items", "items"):
        one = mapping(item.get("request"))
        if not one:
            continue
        body, auth = mapping(one.get("body")), mapping(one.get("auth"))
        mode = str(body.get("mode") or "none")
        content = body.get(mode)
        auth_mode = str(auth.get("mode") or "")
        found.append(
            (
                str(item.get("name", "request")),
                client_request(
                    str(one.get("method") or "GET"),
                    str(one.get("url", "")),
                    pairs(one.get("headers"), "name"),
                    text=content if isinstance(content, str) and content else None,
                    kind=BRUNO_TYPES.get(mode),
                    fields=pairs(content, "name"),
                    query=[],  # already in the URL
                    auth={**mapping(auth.get(auth_mode)), "type": auth_mode},
                    variables={},
                ),
            )
        )
    return non_empty(path, found)


BRUNO_TYPES = {
    "json": JSON_TYPE,
    "formUrlEncoded": FORM_TYPE,
    "form-urlencoded": FORM_TYPE,
    "multipartForm": MULTIPART_TYPE,
    "multipart-form": MULTIPART_TYPE,
    "xml": "application/xml",
    "text": "text/plain",
}
"""Content types by Bruno's names for the kinds of bodies, in its JSON and in its .bru and YAML files."""


def read_bru(path: str, text: str) -> Named:
    """The request of a .bru file: blocks such as ``post { url: … }``, ``headers { … }`` and ``body:json { … }``.

    Raises:
        UsageError: it contains no request.
    """
    blocks = dict(re.findall(r"(?ms)^([a-z:-]+) \{\n(.*?)^\}", text.replace("\r\n", "\n")))
    method = next((name for name in ("post", "get", "put", "patch", "delete") if name in blocks), None)
    if method is None:
        return non_empty(path, [])
    settings = dict(_lines(blocks[method]))
    mode = next((name.partition(":")[2] for name in blocks if name.startswith("body:")), "")
    content = blocks.get(f"body:{mode}", "")
    is_fields = mode in ("form-urlencoded", "multipart-form")
    auth_mode = next((name.partition(":")[2] for name in blocks if name.startswith("auth:")), "")
    pasted = client_request(
        method,
        settings.get("url", ""),
        list(_lines(blocks.get("headers", ""))),
        text=re.sub(r"(?m)^  ", "", content).strip() if content and not is_fields else None,
        kind=BRUNO_TYPES.get(mode),
        fields=list(_lines(content)) if is_fields else [],
        query=[],
        auth={**dict(_lines(blocks.get(f"auth:{auth_mode}", ""))), "type": auth_mode},
        variables=dict(_lines(blocks.get("vars:pre-request", ""))),
    )
    name = dict(_lines(blocks.get("meta", ""))).get("name", "request")
    return non_empty(path, [(name, pasted)])


def read_postman_v1(path: str, text: str) -> Named:
    """The requests of a Postman 1 collection.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not JSON.
    """
    found: Named = []
    for one in objects_in(mapping(_document(path, text)).get("requests")):
        headers = [
            (name.strip(), value.strip())
            for name, colon, value in (line.partition(":") for line in str(one.get("headers") or "").splitlines())
            if colon
        ]
        mode = str(one.get("dataMode") or "")
        raw = one.get("rawModeData") or (one.get("data") if isinstance(one.get("data"), str) else None)
        kinds = {"urlencoded": FORM_TYPE, "params": MULTIPART_TYPE}
        found.append(
            (
                str(one.get("name", "request")),
                client_request(
                    str(one.get("method") or "GET"),
                    str(one.get("url", "")),
                    headers,
                    text=str(raw) if raw and mode in ("raw", "") else None,
                    kind=kinds.get(mode),
                    fields=pairs(one.get("data"), "key"),
                    query=[],
                    auth={},
                    variables={},
                ),
            )
        )
    return non_empty(path, found)


def client_request(
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    *,
    text: str | None,
    kind: str | None,
    fields: list[tuple[str, str]],
    query: list[tuple[str, str]],
    auth: Mapping[str, Any],
    variables: Mapping[str, str],
) -> Pasted:
    """A request from the parts that all these clients have; a variable that names a secret stays a placeholder."""

    def filled(value: str) -> str:
        return fill_in(value, variables)

    if query:
        written = "&".join(f"{quote_plus(name)}={_encoded(filled(value))}" for name, value in query)
        url += ("&" if "?" in url else "?") + written
    parts: list[Part] = []
    body = filled(text) if text is not None else None
    if fields and (kind or "").startswith("multipart/"):
        parts = [Part(name=name, value=filled(value)) for name, value in fields]
    elif fields and body is None:
        body, kind = "&".join(f"{quote_plus(name)}={quote_plus(filled(value))}" for name, value in fields), FORM_TYPE
    login, key_headers, key_query = _auth({str(key): value for key, value in auth.items()}, filled)
    if key_query:
        url += ("&" if "?" in url else "?") + "&".join(f"{name}={_encoded(value)}" for name, value in key_query)
    return request(
        method,
        filled(url),
        [*((name, filled(value)) for name, value in headers), *key_headers],
        body=body,
        kind=kind if kind else JSON_TYPE if body and body.lstrip()[:1] in ("{", "[") else None,
        parts=parts,
        auth=login,
        declared={name.removeprefix("_."): value for name, value in variables.items() if value},
        credential_fields=[name for name, _ in key_query],
    )


def _auth(
    auth: Mapping[str, Any], filled: Callable[[str], str]
) -> tuple[BasicAuth | BearerAuth | None, list[tuple[str, str]], list[tuple[str, str]]]:
    """The credentials, and the header or the query pair that carries a key."""
    kind, where = str(auth.get("type", "")).lower().replace("-", ""), "the collection's auth"
    if auth.get("disabled"):
        return None, [], []
    if kind == "basic":
        user, word = filled(str(auth.get("username", ""))), filled(str(auth.get("password", "")))
        return BasicAuth(username=user, password=word, where=where), [], []
    if kind == "bearer":
        return BearerAuth(token=filled(str(auth.get("token", ""))), where=where), [], []
    if kind in ("apikey", "api key"):
        pair = (str(auth.get("key") or "api_key"), filled(str(auth.get("value", ""))))
        place = str(auth.get("addTo") or auth.get("placement") or "header").lower()
        return (None, [], [pair]) if "query" in place else (None, [pair], [])
    return None, [], []


def _encoded(value: str) -> str:
    return value if value.startswith("{{") else quote_plus(value)


def _document(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise LocalError(f"{path}: not valid JSON", "Export the collection again.") from None


def _nested(holder: Any, folders: str, items: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a collection and of the folders in it, in order; iterative, because folders nest to any depth."""
    waiting = list(reversed(holder if isinstance(holder, list) else [holder]))
    while waiting:
        one = mapping(waiting.pop())
        inner = objects_in(one.get(items))
        if folders == items:
            if "request" in one:
                yield one
            waiting += reversed(inner)
        else:
            yield from inner
            waiting += reversed(objects_in(one.get(folders)))


def pairs(listing: Any, key: str) -> list[tuple[str, str]]:
    """The enabled pairs of a list of ``{name, value}``."""
    return [
        (str(entry.get(key) or ""), str(entry.get("value") if entry.get("value") is not None else ""))
        for entry in objects_in(listing)
        if not entry.get("disabled") and entry.get("active", True) and entry.get("enabled", True)
    ]


def _lines(block: str) -> Iterator[tuple[str, str]]:
    """The ``name: value`` lines of a .bru block; a line that starts with ``~`` is disabled."""
    for line in block.splitlines():
        name, colon, value = line.strip().partition(":")
        if colon and not name.startswith("~"):
            yield name.strip(), value.strip()
