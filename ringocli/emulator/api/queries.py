"""The API's queries: lists, single exchanges, exports, waiting and the live stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from typing import Any

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from ringocli.emulator.api.export import as_curl, as_har_entry
from ringocli.emulator.api.highlight import provenance
from ringocli.emulator.api.request import ApiRequest, ApiResponse, as_utf8, error_response
from ringocli.emulator.store.criteria import LIMITS, Criteria
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.search import KEYS, Condition, conditions
from ringocli.emulator.store.sqlite import Store
from ringocli.errors import UsageError
from ringocli.messaging.formats.har import HAR_END, har_start
from ringocli.text.suggest import did_you_mean

MAX_LISTED = 1_000
MAX_WAIT_S = 300.0

STREAM_PAUSE_S = 0.05
"""News is sent in groups: a page that shows 200 exchanges a second does not redraw 200 times."""

MAX_STREAMED = 200
"""If more exchanges than this are new at once, a client is told to load them itself."""


async def list_exchanges(request: ApiRequest) -> Response:
    """List exchanges, newest first."""
    query = request.http.query_params
    filters = conditions(query.get("q", ""))
    filters += [KEYS[key](query[key]) for key in ("direction", "event") if query.get(key)]
    if before := request.exchange_id("before"):
        filters.append(Condition("id < ?", (before,)))
    if after := request.exchange_id("after"):
        filters.append(Condition("id > ?", (after,)))
    limit = int(request.number("limit", 50, 1, MAX_LISTED))
    found = await request.runtime.ledger.read(lambda store: store.find(request.inbox.name, filters, limit=limit + 1))
    brief = query.get("brief") == "1"
    listed = [one.brief if brief else one.document for one in found[:limit]]
    return ApiResponse({"schema_version": 1, "exchanges": listed, "more": len(found) > limit})


async def get_exchange(request: ApiRequest) -> Response:
    """Show one exchange, with the bytes that each variable produced."""
    stored = await request.stored()
    template = request.runtime.template_file.template
    return ApiResponse({**stored.document, "provenance": provenance(template, stored)})


async def get_curl(request: ApiRequest) -> Response:
    """Show one request as a curl command, credentials masked."""
    return PlainTextResponse(as_curl(await request.stored(), request.runtime.url))


async def export(request: ApiRequest) -> Response:
    """Export all exchanges, as JSON lines or as HAR."""
    form = request.http.query_params.get("format", "jsonl")
    if form not in ("jsonl", "har"):
        suggestion = did_you_mean(form, ("jsonl", "har"))
        raise UsageError(f"invalid format {form[:20]!r}{suggestion}", "Use jsonl or har.")
    media_type = "application/json" if form == "har" else "application/x-ndjson"
    name = f"ringocli-{request.runtime.template_file.template.id or 'template'}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}"'}
    lines = _har(request) if form == "har" else _json_lines(request)
    return StreamingResponse(lines, media_type=media_type, headers=headers)


async def _pages(request: ApiRequest) -> AsyncIterator[list[StoredExchange]]:
    last = 0
    while True:
        page = await request.runtime.ledger.read(partial(Store.page_after, inbox=request.inbox.name, last=last))
        if not page:
            return
        yield page
        last = page[-1].id


async def _json_lines(request: ApiRequest) -> AsyncIterator[str]:
    async for page in _pages(request):
        yield "".join(json.dumps(one.document, ensure_ascii=False) + "\n" for one in page)


async def _har(request: ApiRequest) -> AsyncIterator[str]:
    yield har_start()
    separator = ""
    async for page in _pages(request):
        for one in page:
            yield separator + json.dumps(as_har_entry(one, request.runtime.url), ensure_ascii=False)
            separator = ","
    yield HAR_END


async def clear(request: ApiRequest) -> Response:
    """Delete all exchanges of this inbox."""
    request.runtime.ledger.store.clear(request.inbox.name)
    request.runtime.ledger.tell(request.inbox.name, ("cleared", {}))
    return ApiResponse({"schema_version": 1, "cleared": True})


async def wait(request: ApiRequest) -> Response:
    """Return the newest exchange that fits, at once or as soon as it is stored; 408 if there is none in time."""
    pairs = [(name, value) for name, value in request.http.query_params.multi_items() if name not in LIMITS]
    criteria = Criteria.read(pairs, request.exchange_id("after"))
    timeout_s = request.number("timeout_s", 10.0, 0.0, MAX_WAIT_S)
    found = await _unless_gone(request, request.runtime.ledger.wait(request.inbox.name, criteria, timeout_s))
    if found is None:
        described = ", ".join(f"{name}={value}" for name, value in criteria.pairs) or "any value"
        message = f"no exchange with {described[:200]} within {timeout_s:g} s"
        return error_response(408, message, "See /api/exchanges for what was received.", code=1)
    return ApiResponse(found.document)


async def _unless_gone(request: ApiRequest, work: Coroutine[Any, Any, StoredExchange | None]) -> StoredExchange | None:
    """The result of the work, or None as soon as the client has disconnected."""

    async def until_gone() -> None:
        while not await request.http.is_disconnected():
            await asyncio.sleep(1.0)

    waiting, watching = asyncio.ensure_future(work), asyncio.ensure_future(until_gone())
    try:
        await asyncio.wait((waiting, watching), return_when=asyncio.FIRST_COMPLETED)
        return waiting.result() if waiting.done() else None
    finally:
        watching.cancel()
        waiting.cancel()


async def stream(request: ApiRequest) -> Response:
    """Stream what happens, as server-sent events."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request), media_type="text/event-stream", headers=headers)


async def _events(request: ApiRequest) -> AsyncIterator[bytes]:
    ledger, inbox = request.runtime.ledger, request.inbox.name
    news_groups = ledger.watch(inbox)
    newest = await ledger.read(lambda store: store.find(inbox))
    yield _event("hello", {"instance": request.runtime.instance, "newest": str(newest[0].id) if newest else None})
    async for group in news_groups:
        if not group:
            yield b": keep-alive\n\n"
            continue
        exchanges: list[dict[str, Any]] = []
        for kind, content in group:
            if kind == "exchange":
                exchanges.append(content.brief)
                continue
            if exchanges:
                yield _event("exchanges", exchanges)
                exchanges = []
            yield _event(kind, content)
        if len(exchanges) > MAX_STREAMED:
            yield _event("reset", {})
        elif exchanges:
            yield _event("exchanges", exchanges)
        await asyncio.sleep(STREAM_PAUSE_S)


def _event(kind: str, content: Any) -> bytes:
    return as_utf8(f"event: {kind}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n")
