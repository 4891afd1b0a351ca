"""Compares two HTTP requests in text form by their meaning: key order, header order and white space do not count."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator

from ringocli.errors import LocalError
from ringocli.http.bodies import decode
from ringocli.http.content_types import Encoding, encoding_of
from ringocli.importers.samples import read_sample


def difference(expected: str, found: str) -> list[str]:
    """Lines of a diff between two requests, with three lines of context; empty if they mean the same."""
    before, after = list(_normal_lines(expected)), list(_normal_lines(found))
    if before == after:
        return []
    return [
        line
        for line in difflib.unified_diff(before, after, lineterm="", n=3)
        if not line.startswith(("---", "+++", "@@"))
    ]


def _normal_lines(text: str) -> Iterator[str]:
    """Start line, sorted headers, and the decoded body: JSON with sorted keys, a form as one field per line."""
    sample = read_sample(text.encode("utf-8", "surrogatepass"))
    if sample.method is not None:
        yield f"{sample.method} {sample.target}"
    for name, value in sorted((name.lower(), value) for name, value in sample.headers):
        yield f"{'-'.join(word.capitalize() for word in name.split('-'))}: {value}"
    yield ""
    kind = next((value for name, value in sample.headers if name.lower() == "content-type"), None)
    body = sample.body.strip()
    try:
        document = decode(body, kind) if body else None
    except LocalError:
        yield from body.decode("utf-8", "replace").splitlines()
        return
    if encoding_of(kind) is Encoding.FORM and isinstance(document, dict):
        yield from sorted(f"{key}={value}" for key, values in document.items() for value in values)
    elif document is not None:
        lines = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).splitlines()
        yield from (line.rstrip(",") for line in lines)  # otherwise a line would differ only by its comma
