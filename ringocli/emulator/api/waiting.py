"""GET /api/wait: waits for a number of exchanges that meet criteria, or makes sure that there are none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.responses import Response

from ringocli.emulator.api.queries import filters_of
from ringocli.emulator.api.request import ApiRequest, ApiResponse
from ringocli.emulator.asgi import error_reply
from ringocli.emulator.limits import DEFAULT_WAIT_S, MAX_WAIT_S
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.search import Condition
from ringocli.emulator.store.sqlite import Store
from ringocli.emulator.store.wait_criteria import LIMITS, Criteria

MAX_COUNT = 1_000

MAX_SHOWN = 5
"""How many received exchanges an error lists."""

T = TypeVar("T")


async def wait(request: ApiRequest) -> Response:
    """Return the newest exchange that fits, at once or as soon as it is stored; 408 if there is none in time."""
    query = request.http.query_params
    pairs = [(name, value) for name, value in query.multi_items() if name not in LIMITS]
    criteria = Criteria.read(pairs, request.exchange_id("after"))
    timeout_s = request.number("timeout_s", DEFAULT_WAIT_S, 0.0, MAX_WAIT_S)
    count = int(request.number("count", 1, 1, MAX_COUNT))
    expects_none = query.get("none", "").lower() in ("1", "true", "yes")
    ledger, inbox = request.runtime.ledger, request.inbox.name
    if not query.get("q") and "count" not in query and not expects_none:
        found = await _unless_gone(request, ledger.wait(inbox, criteria, timeout_s))
        return (
            ApiResponse(found.document) if found is not None else await _timed_out(request, criteria, 0, 1, timeout_s)
        )
    several = await _unless_gone(request, _wait_for(request, criteria, count, timeout_s)) or []
    if expects_none and several:
        message = f"an exchange with {_described(request, criteria)} was received, although none was expected"
        return _with_exchanges(409, message, several)
    if expects_none:
        return ApiResponse({"schema_version": 1, "none": True})
    if len(several) < count:
        return await _timed_out(request, criteria, len(several), count, timeout_s)
    if "count" not in query:
        return ApiResponse(several[0].document)
    return ApiResponse({"schema_version": 1, "exchanges": [one.document for one in several]})


async def _wait_for(request: ApiRequest, criteria: Criteria, count: int, timeout_s: float) -> list[StoredExchange]:
    """The newest exchanges that fit, as soon as there are ``count`` of them; fewer after ``timeout_s``."""
    ledger, inbox = request.runtime.ledger, request.inbox.name
    filters = [*filters_of(request), *criteria.conditions]

    def read(store: Store) -> list[StoredExchange]:
        return store.select(inbox, filters, criteria.fits, limit=count)

    news = ledger.watch(inbox, quiet_s=timeout_s + 1)
    pending = asyncio.ensure_future(anext(news))
    try:
        found = await ledger.read(read)
        async with asyncio.timeout(timeout_s):
            while len(found) < count:
                await pending
                pending = asyncio.ensure_future(anext(news))
                found = await ledger.read(read)
    except TimeoutError:
        found = await ledger.read(read)
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await news.aclose()
    return found


async def _timed_out(request: ApiRequest, criteria: Criteria, found: int, count: int, timeout_s: float) -> Response:
    """408, with what was received instead."""
    conditions = [Condition("id > ?", (criteria.after,))]
    newest = await request.runtime.ledger.read(
        lambda store: store.find(request.inbox.name, conditions, limit=MAX_SHOWN, brief=True)
    )
    described = _described(request, criteria)
    wanted = f"no exchange with {described}" if count == 1 else f"only {found} of {count} exchanges with {described}"
    return _with_exchanges(408, f"{wanted} within {timeout_s:g} s", newest)


def _described(request: ApiRequest, criteria: Criteria) -> str:
    q = request.http.query_params.get("q")
    pairs = [*criteria.pairs, *([("q", q)] if q else [])]
    return (", ".join(f"{name}={value}" for name, value in pairs) or "any value")[:200]


def _with_exchanges(status: int, message: str, received: list[StoredExchange]) -> Response:
    """An error that shows what was received, newest first."""
    hint = f"Received: {'; '.join(map(_line, received))}." if received else "Nothing was received."
    content = json.loads(error_reply(status, message, hint, code=1).body)
    return ApiResponse({**content, "instead": [one.brief for one in received]}, status_code=status)


def _line(stored: StoredExchange) -> str:
    """An exchange in a few words."""
    values = stored.content["variables"]
    label = stored.content["name"] or stored.event_type or "unmatched webhook"
    ways = f" from {values['from']} to {values['to']}" if "from" in values and "to" in values else ""
    text = values.get("content") or values.get("text") or ""
    return f"{label} {stored.id} ({stored.status}){ways}" + (f" {text[:40]!r}" if text else "")


async def _unless_gone(request: ApiRequest, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of an awaitable; None as soon as the client has disconnected."""

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
