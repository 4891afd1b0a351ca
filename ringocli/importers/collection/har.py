"""Reads HAR files: the requests that a browser or a proxy recorded, with their replies."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote_plus

from ringocli.importers.collection.common import Named, document_in, non_empty, request
from ringocli.importers.pasted_request import Part
from ringocli.messaging.formats.har import HarEntry, read_entries


def read_har(path: str, text: str) -> Named:
    """The requests of a HAR file, with their replies; POST data as it was sent.

    Raises:
        UsageError: the file contains no request.
        LocalError: it is not a HAR file.
    """
    found: Named = []
    for entry in read_entries(document_in(path, text, "HAR file")):
        body, parts = _body(entry)
        pasted = request(
            entry.method,
            entry.url,
            [pair for pair in entry.headers if not pair[0].startswith(":")],
            body=body,
            kind=entry.media_type,
            parts=parts,
        )
        if entry.reply.strip() and 200 <= entry.status < 300:
            pasted = replace(pasted, reply=entry.reply)
        found.append((f"{entry.method} {pasted.url.partition('?')[0]}", pasted))
    return non_empty(path, found)


def _body(entry: HarEntry) -> tuple[str | None, tuple[Part, ...]]:
    """The body as text, or its parts if only those were recorded."""
    if entry.body is not None:
        return entry.body, ()
    if (entry.media_type or "").lower().startswith("multipart/"):
        return None, tuple(Part(name=name, value=value, is_file=is_file) for name, value, is_file in entry.params)
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value, _ in entry.params) or None, ()
