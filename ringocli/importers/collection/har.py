"""Reads HAR 1.2 files: the requests that a browser or a proxy recorded, with their replies."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

from ringocli.importers.collection.common import Named, document_in, entries, listed, mapping, request
from ringocli.importers.model import Part


def read_har(path: str, text: str) -> Named:
    """The requests of a HAR file, with their replies; POST data as it was sent.

    Raises:
        UsageError: the file contains no request.
        LocalError: it is not a HAR file.
    """
    log = mapping(document_in(path, text, "HAR file").get("log"))
    found: Named = []
    for entry in entries(log.get("entries")):
        recorded = mapping(entry.get("request"))
        if not recorded.get("url"):
            continue
        headers = [(str(pair.get("name", "")), str(pair.get("value", ""))) for pair in entries(recorded.get("headers"))]
        data = mapping(recorded.get("postData"))
        kind = str(data.get("mimeType")) if data.get("mimeType") else None
        body, parts = _data(data, kind or "")
        pasted = request(
            str(recorded.get("method") or "GET"),
            str(recorded["url"]),
            [pair for pair in headers if not pair[0].startswith(":")],
            body=body,
            kind=kind,
            parts=parts,
        )
        response = mapping(entry.get("response"))
        reply = _content(mapping(response.get("content")))
        if reply.strip() and str(response.get("status", "")).startswith("2"):
            pasted = replace(pasted, reply=reply)
        found.append((f"{recorded.get('method', 'GET')} {recorded['url']}", pasted))
    return listed(path, found)


def _data(data: Mapping[str, Any], kind: str) -> tuple[str | None, tuple[Part, ...]]:
    """The body as text, or its parts if only those were recorded."""
    if data.get("text"):
        return str(data["text"]), ()
    params = entries(data.get("params"))
    if kind.lower().startswith("multipart/"):
        return None, tuple(
            Part(name=str(one.get("name")), value=str(one.get("value") or ""), is_file="fileName" in one)
            for one in params
        )
    pairs = [f"{quote_plus(str(one.get('name')))}={quote_plus(str(one.get('value') or ''))}" for one in params]
    return "&".join(pairs) or None, ()


def _content(content: Mapping[str, Any]) -> bytes:
    text = content.get("text")
    if not isinstance(text, str):
        return b""
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            return b""
    return text.encode("utf-8", "replace")
