"""A rendered request as JSON, with the variable that each byte came from and the segments of the text."""

from __future__ import annotations

from typing import Any

from ringocli.http.exchange import RenderedRequest
from ringocli.http.request_formats import Show, shown
from ringocli.messaging.segments import segments_document
from ringocli.text.traced import Traced


def as_document(request: RenderedRequest, show: Show = str) -> dict[str, Any]:
    """The request in the JSON output of ``render``; provenance offsets are UTF-8 bytes of ``body``."""
    variables = {name: show(value) for name, value in request.variables.items()}
    text = request.variables.get("content") or request.variables.get("text")
    counted = text if request.name != "SendFile" else None
    return {
        "name": request.name,
        "direction": str(request.direction),
        "method": request.method,
        "url": shown(request.url, show),
        "headers": [[name, shown(value, show)] for name, value in request.headers],
        "body": shown(request.body, show) if request.body is not None else None,
        "variables": variables,
        "provenance": spans_document(request.body, show),
        "segments": segments_document(show(counted)) if counted is not None else None,
    }


def spans_document(traced: Traced | None, show: Show = str) -> list[dict[str, Any]]:
    """The position of each variable's value in a shown text, in UTF-8 bytes; empty for None."""
    spans = traced.spans(show) if traced is not None else ()
    return [{"variable": span.variable, "start": span.start, "end": span.end} for span in spans]
