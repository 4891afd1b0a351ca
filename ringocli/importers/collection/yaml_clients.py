"""Reads the YAML files of API clients: Insomnia 5 collections, OpenCollection files and Bruno's single requests.

The formats are those of Insomnia 11 and of Bruno 3 (schema at opencollection.com), as exports in public repositories
show them (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ringocli.errors import LocalError
from ringocli.importers.collection.common import Named, non_empty
from ringocli.importers.collection.other_clients import BRUNO_TYPES, client_request, pairs
from ringocli.text.lenient_json import mapping, objects_in


def read_insomnia_5(path: str, text: str) -> Named:
    """The requests of an Insomnia 5 collection, with the variables of its environments filled in.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not valid YAML.
    """
    document = _document(path, text)
    variables: dict[str, str] = {}
    environments = document.get("environments")
    for environment in environments if isinstance(environments, list) else [environments]:
        variables |= {str(key): str(value) for key, value in mapping(mapping(environment).get("data")).items()}
    variables |= {f"_.{name}": value for name, value in variables.items()}
    found: Named = []
    for one in _items(document.get("collection"), "children"):
        url = str(one.get("url", ""))
        if "method" not in one or url.startswith("ws"):
            continue
        body = mapping(one.get("body"))
        pasted = client_request(
            str(one.get("method") or "GET"),
            url,
            pairs(one.get("headers"), "name"),
            text=str(body["text"]) if body.get("text") else None,
            kind=str(body.get("mimeType") or "") or None,
            fields=pairs(body.get("params"), "name"),
            query=pairs(one.get("parameters"), "name"),
            auth=mapping(one.get("authentication")),
            variables=variables,
        )
        found.append((str(one.get("name", "request")), pasted))
    return non_empty(path, found)


def read_open_collection(path: str, text: str) -> Named:
    """The requests of an OpenCollection file, or of the file of one request, with an environment filled in.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not valid YAML.
    """
    document = _document(path, text)
    environments = objects_in(mapping(document.get("config")).get("environments"))
    variables = dict(pair for environment in environments[:1] for pair in pairs(environment.get("variables"), "name"))
    found: Named = []
    for one in [document, *_items(document.get("items"), "items")]:
        http = mapping(one.get("http")) or (one if "url" in one else {})
        if not http:
            continue
        body, auth = mapping(http.get("body")), mapping(http.get("auth"))
        content = body.get("data")
        pasted = client_request(
            str(http.get("method") or "GET"),
            str(http.get("url", "")),
            pairs(http.get("headers"), "name"),
            text=content if isinstance(content, str) and content else None,
            kind=BRUNO_TYPES.get(str(body.get("type") or "")),
            fields=pairs(content, "name"),
            query=[],  # already in the URL
            auth=auth,
            variables=variables,
        )
        name = mapping(one.get("info")).get("name") or one.get("name") or "request"
        found.append((str(name), pasted))
    return non_empty(path, found)


def _document(path: str, text: str) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise LocalError(f"{path}: invalid YAML{where}", "Export it again.") from None
    return mapping(document)


def _items(listing: Any, children: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a list and of the folders in it, in order; iterative, because folders nest to any depth."""
    waiting = list(reversed(objects_in(listing)))
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(objects_in(one.get(children)))
