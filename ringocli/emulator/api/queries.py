"""What the API tells of what was seen: lists, single exchanges, exports, waiting and the live stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from typing import Any

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from ringocli import __version__
from ringocli.emulator.api.export import as_curl, as_har_entry
from ringocli.emulator.api.highlight import provenance
from ringocli.emulator.api.request import Answer, Call, as_utf8, refused
from ringocli.emulator.store.criteria import LIMITS, Criteria
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.search import KEYS, Condition, conditions
from ringocli.emulator.store.sqlite import Store
from ringocli.errors import UsageError
from ringocli.text.suggest import did_you_mean

MAX_LISTED = 1_000
MAX_WAIT_S = 300.0

STREAM_PAUSE_S = 0.05
"""News is sent in groups: a page that shows 200 exchanges a second does not draw 200 times."""

MAX_STREAMED = 200


async def list_exchanges(call: Call) -> Response:
    """What was seen, newest first."""
    asked = call.request.query_params
    wanted = conditions(asked.get("q", "")) + [
        KEYS[key](asked[key]) for key in ("direction", "event") if asked.get(key)
    ]
    if before := call.exchange_id("before"):
        wanted.append(Condition("id < ?", (before,)))
    if after := call.exchange_id("after"):
        wanted.append(Condition("id > ?", (after,)))
    limit = int(call.number("limit", 50, 1, MAX_LISTED))
    found = await call.runtime.ledger.read(lambda store: store.find(call.inbox.name, wanted, limit=limit + 1))
    brief = asked.get("brief") == "1"
    listed = [one.brief if brief else one.document for one in found[:limit]]
    return Answer({"schema_version": 1, "exchanges": listed, "more": len(found) > limit})


async def get_exchange(call: Call) -> Response:
    """One exchange, with the bytes that came from each variable."""
    stored = await call.stored()
    return Answer({**stored.document, "provenance": provenance(call.runtime.template_file.template, stored)})


async def get_curl(call: Call) -> Response:
    """One request as a curl command, credentials masked."""
    return PlainTextResponse(as_curl(await call.stored(), call.runtime.url))


async def export(call: Call) -> Response:
    """Everything, as JSON lines or as HAR."""
    form = call.request.query_params.get("format", "jsonl")
    if form not in ("jsonl", "har"):
        raise UsageError(f"format has no {form[:20]!r}{did_you_mean(form, ('jsonl', 'har'))}", "jsonl or har")
    kind = "application/json" if form == "har" else "application/x-ndjson"
    name = f"ringocli-{call.runtime.template_file.template.id or 'template'}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}"'}
    lines = _har(call) if form == "har" else _lines(call)
    return StreamingResponse(lines, media_type=kind, headers=headers)


async def _pages(call: Call) -> AsyncIterator[list[StoredExchange]]:
    last = 0
    while True:
        page = await call.runtime.ledger.read(partial(Store.page_after, inbox=call.inbox.name, last=last))
        if not page:
            return
        yield page
        last = page[-1].id


async def _lines(call: Call) -> AsyncIterator[str]:
    async for page in _pages(call):
        yield "".join(json.dumps(one.document, ensure_ascii=False) + "\n" for one in page)


async def _har(call: Call) -> AsyncIterator[str]:
    yield f'{{"log":{{"version":"1.2","creator":{{"name":"ringocli","version":"{__version__}"}},"entries":['
    glue = ""
    async for page in _pages(call):
        for one in page:
            yield glue + json.dumps(as_har_entry(one, call.runtime.url), ensure_ascii=False)
            glue = ","
    yield "]}}\n"


async def clear(call: Call) -> Response:
    """Forget everything that was seen in this inbox."""
    call.runtime.ledger.store.clear(call.inbox.name)
    call.runtime.ledger.tell(call.inbox.name, ("cleared", {}))
    return Answer({"schema_version": 1, "cleared": True})


async def wait(call: Call) -> Response:
    """The newest exchange that fits, at once or as soon as it comes; 408 if none came in time."""
    pairs = [(name, value) for name, value in call.request.query_params.multi_items()]
    asked = [(name, value) for name, value in pairs if name not in LIMITS]
    wanted = Criteria.read(asked, call.exchange_id("after"))
    timeout_s = call.number("timeout_s", 10.0, 0.0, MAX_WAIT_S)
    found = await _unless_gone(call, call.runtime.ledger.wait(call.inbox.name, wanted, timeout_s))
    if found is None:
        criteria = ", ".join(f"{name}={value}" for name, value in wanted.criteria) or "anything"
        message = f"no exchange with {criteria[:200]} within {timeout_s:g} s"
        return refused(408, message, "See /api/exchanges for what came.", code=1)
    return Answer(found.document)


async def _unless_gone(call: Call, work: Coroutine[Any, Any, StoredExchange | None]) -> StoredExchange | None:
    """The result, or None as soon as the client has hung up: nobody waits for those who left."""

    async def until_gone() -> None:
        while not await call.request.is_disconnected():
            await asyncio.sleep(1.0)

    waiting, watching = asyncio.ensure_future(work), asyncio.ensure_future(until_gone())
    try:
        await asyncio.wait((waiting, watching), return_when=asyncio.FIRST_COMPLETED)
        return waiting.result() if waiting.done() else None
    finally:
        watching.cancel()
        waiting.cancel()


async def stream(call: Call) -> Response:
    """What happens, as server-sent events."""
    return StreamingResponse(
        _events(call), media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


async def _events(call: Call) -> AsyncIterator[bytes]:
    news_groups = call.runtime.ledger.watch(call.inbox.name)
    newest = await call.runtime.ledger.read(lambda store: store.find(call.inbox.name))
    yield _event("hello", {"newest": str(newest[0].id) if newest else None})
    async for group in news_groups:
        if not group:
            yield b": still here\n\n"
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
