"""The live stream of the API: what happens in an inbox, as server-sent events for the page and for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from ringocli.emulator.api.request import ApiRequest, as_utf8
from ringocli.emulator.store.ledger import END

STREAM_PAUSE_S = 0.05
"""Seconds between two groups of events, so that a page with 200 exchanges a second is not redrawn 200 times."""

MAX_STREAMED = 200
"""If more exchanges than this are new at once, the stream only tells the client to load them."""


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
            if kind == END[0]:
                return
            if kind == "exchange":
                exchanges.append(content)
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
