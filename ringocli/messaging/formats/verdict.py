"""The output of ``send-test``: the verdict as text for 80 columns, and as a JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ringocli.http.error_text import reason_phrase
from ringocli.http.exchange import RenderedRequest
from ringocli.http.request_formats import shown
from ringocli.messaging.formats.requests import as_document as request_document
from ringocli.messaging.message_id_candidates import pattern_at
from ringocli.messaging.verdict import Verdict
from ringocli.text.console import printable, styled
from ringocli.text.layout import excerpt, milliseconds, one_line, paragraph
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import redact, redact_values


def as_text(verdict: Verdict) -> str:
    """The request line, the status, and every variable found with its location, or the problem."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    reply = verdict.reply
    yield request_line(verdict.request)
    as_expected = reply.status in verdict.expected
    status = styled(f"{reply.status} {reason_phrase(reply.status)}".rstrip(), "green" if as_expected else "red", "bold")
    yield f"  {status} in {milliseconds(reply.elapsed_ms)}" + (
        "" if as_expected else f", expected {verdict.expected.text}"
    )
    if verdict.words:
        yield ""
        yield from paragraph(verdict.words)
    elif not as_expected and reply.body.strip():
        yield ""
        yield from excerpt(redact(reply.text))
    if verdict.variables:
        yield ""
        width = max(len(name) for name in verdict.variables)
        for name, value in verdict.variables.items():
            where = f"   from {pointer_text(verdict.sources[name])}" if name in verdict.sources else ""
            yield f"  {styled(name.ljust(width), 'cyan')}  {one_line(value)}{printable(where)}"
    yield from _missed(verdict)
    if verdict.notes:
        yield ""
        for note in verdict.notes:
            yield from paragraph(f"note: {redact(note)}")


def _missed(verdict: Verdict) -> Iterator[str]:
    if not verdict.differences:
        return
    yield ""
    for one in verdict.differences:
        yield f"  {styled('missing', 'red')}  {printable(pointer_text(one.pointer)) or '(the whole reply)'}"
        yield f"    expected {one_line(one.expected)}, found {one_line(one.found)}"
    if not verdict.candidates:
        return
    yield "  possible message ids in the reply:"
    for candidate in verdict.candidates:
        yield f"    {printable(pointer_text(candidate.pointer))}  {one_line(candidate.value)}  ({candidate.why})"
    pattern = pattern_at(verdict.candidates[0].pointer, "$messageid$")
    yield "  use the first of them with:"
    yield f'    "response_map": {printable(json.dumps(pattern, ensure_ascii=False))}'


def request_line(request: RenderedRequest) -> str:
    """Method and URL, with the URL masked."""
    return f"{styled(request.method, 'bold')} {printable(shown(request.url, str))}"


def as_document(verdict: Verdict) -> dict[str, Any]:
    """The JSON document of ``send-test``."""
    reply = verdict.reply
    return {
        "schema_version": 1,
        "ok": verdict.ok,
        "request": request_document(verdict.request),
        "reply": {
            "status": reply.status,
            "headers": [[redact(name), redact(value)] for name, value in reply.headers],
            "body": redact(reply.text),
        },
        "variables": redact_values(verdict.variables),
        "elapsed_ms": round(reply.elapsed_ms, 3),
        "sources": {name: pointer_text(pointer) for name, pointer in verdict.sources.items()},
        "expected_status": verdict.expected.text,
        "message": redact(verdict.words) or None,
        "near_miss": _near_miss_document(verdict) if verdict.differences else None,
        "notes": [redact(note) for note in (*verdict.request.notes, *verdict.notes)],
    }


def _near_miss_document(verdict: Verdict) -> dict[str, Any]:
    best = verdict.candidates[0].pointer if verdict.candidates else None
    return {
        "differences": [
            {"pointer": pointer_text(one.pointer), "expected": redact(one.expected), "found": redact(one.found)}
            for one in verdict.differences
        ],
        "candidates": [
            {"pointer": pointer_text(one.pointer), "value": redact(one.value), "why": one.why}
            for one in verdict.candidates
        ],
        "response_map": pattern_at(best, "$messageid$") if best is not None else None,
    }


def dry_document(request: RenderedRequest) -> dict[str, Any]:
    """The same document for a request that was not sent."""
    return {
        "schema_version": 1,
        "ok": True,
        "dry_run": True,
        "request": request_document(request),
        "reply": None,
        "variables": {},
        "elapsed_ms": 0,
        "notes": list(request.notes),
    }
