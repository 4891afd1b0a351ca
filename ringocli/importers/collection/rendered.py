"""Reads the JSON of ``ringocli render``: requests to the provider, and webhooks with ``direction`` incoming."""

from __future__ import annotations

from dataclasses import replace

from ringocli.importers.collection.common import Named, document_in, non_empty, request
from ringocli.text.lenient_json import objects_in


def read_rendered(path: str, text: str) -> Named:
    """The requests of ``ringocli render --format json``.

    Raises:
        UsageError: it contains no request.
        LocalError: it is not such a document.
    """
    found: Named = []
    for one in objects_in(document_in(path, text, "rendered request").get("requests")):
        headers = one.get("headers")
        pairs = [pair for pair in headers if isinstance(pair, list) and len(pair) == 2] if headers else []
        body = one.get("body")
        pasted = request(
            str(one.get("method") or "POST"),
            str(one.get("url") or ""),
            [(str(name), str(value)) for name, value in pairs],
            body=body if isinstance(body, str) else None,
        )
        found.append((str(one.get("name", "request")), replace(pasted, is_incoming=one.get("direction") == "incoming")))
    return non_empty(path, found)
