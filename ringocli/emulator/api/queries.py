"""The API's queries: lists, single exchanges, exports, counts and the template."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from functools import partial
from itertools import chain, repeat
from typing import Any

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from ringocli.emulator.api.export import as_curl, as_har_entry
from ringocli.emulator.api.highlight import provenance
from ringocli.emulator.api.request import ApiRequest, ApiResponse, answer_from, as_utf8
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.reader import MAX_PAGE_CHARACTERS
from ringocli.emulator.store.search import KEYS, Condition, conditions
from ringocli.emulator.store.sqlite import Store
from ringocli.errors import UsageError
from ringocli.lint.engine import lint
from ringocli.messaging.formats.har import HAR_END, har_start
from ringocli.text.document import Document
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import redact
from ringocli.text.suggest import did_you_mean

MAX_LISTED = 1_000
MAX_LISTED_CHARACTERS = 8_000_000
"""The longest list; more exchanges than that are left out, and the response says so."""

PIECE_BYTES = 65_536
"""The size of the pieces of an export, so that the connection's buffer stays small."""


def filters_of(request: ApiRequest) -> list[Condition]:
    """The conditions of a request's q, direction and event.

    Raises:
        UsageError: one of them is invalid.
    """
    query = request.http.query_params
    filters = conditions(query.get("q", ""))
    return filters + [KEYS[key](query[key]) for key in ("direction", "event") if query.get(key)]


async def list_exchanges(request: ApiRequest) -> Response:
    """List exchanges, newest first."""
    query = request.http.query_params
    filters = filters_of(request)
    if before := request.exchange_id("before"):
        filters.append(Condition("id < ?", (before,)))
    if after := request.exchange_id("after"):
        filters.append(Condition("id > ?", (after,)))
    limit = int(request.number("limit", 50, 1, MAX_LISTED))
    brief = query.get("brief") == "1"

    def build(store: Store) -> dict[str, Any]:
        found = store.find(
            request.inbox.name, filters, limit=limit + 1, max_characters=MAX_LISTED_CHARACTERS, brief=brief
        )
        has_more = len(found) > limit or store.has_older(request.inbox.name, filters, found)
        listed = [one.brief if brief else one.document for one in found[:limit]]
        return {"schema_version": 1, "exchanges": listed, "more": has_more}

    return await answer_from(request, build)


async def get_exchange(request: ApiRequest) -> Response:
    """Show one exchange, with the bytes that each variable produced."""
    stored = await request.stored()
    template = request.runtime.template_file.template

    def build(store: Store) -> dict[str, Any]:
        receipts = store.receipts_of(stored.inbox, stored.id)
        return {**stored.document, "receipts": receipts, "provenance": provenance(template, stored)}

    return await answer_from(request, build)


async def get_curl(request: ApiRequest) -> Response:
    """Show one request as a curl command, credentials masked."""
    return PlainTextResponse(as_curl(await request.stored(), request.runtime.url))


async def export(request: ApiRequest) -> Response:
    """Export exchanges, as JSON lines or as HAR."""
    form = request.http.query_params.get("format", "jsonl")
    if form not in ("jsonl", "har"):
        suggestion = did_you_mean(form, ("jsonl", "har"))
        raise UsageError(f"invalid format {form[:20]!r}{suggestion}", "Use jsonl or har.")
    media_type = "application/json" if form == "har" else "application/x-ndjson"
    name = f"ringocli-{request.runtime.template_file.template.id or 'template'}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}"'}
    filters = filters_of(request)
    lines = _har(request, filters) if form == "har" else _json_lines(request, filters)
    return StreamingResponse(lines, media_type=media_type, headers=headers)


async def _json_lines(request: ApiRequest, filters: list[Condition]) -> AsyncIterator[bytes]:
    async for piece in _written(request, filters, lambda one: json.dumps(one.document, ensure_ascii=False) + "\n"):
        yield piece


async def _har(request: ApiRequest, filters: list[Condition]) -> AsyncIterator[bytes]:
    yield as_utf8(har_start())
    separators = chain([""], repeat(","))
    base = request.runtime.url

    def entry(one: StoredExchange) -> str:
        return next(separators) + json.dumps(as_har_entry(one, base), ensure_ascii=False)

    async for piece in _written(request, filters, entry):
        yield piece
    yield as_utf8(HAR_END)


async def _written(
    request: ApiRequest, filters: list[Condition], write: Callable[[StoredExchange], str]
) -> AsyncIterator[bytes]:
    """All exchanges of an inbox, oldest first, in pieces of limited size.

    If a client stops reading, one page stays in memory. Only ``MAX_LARGE_PAGES`` exports may have a page with a large
    exchange at the same time; the others wait.
    """
    ledger, inbox = request.runtime.ledger, request.inbox.name

    def read_page(last: int, store: Store) -> tuple[bytes, int]:
        page = store.page_after(inbox, last, filters)
        return as_utf8("".join(map(write, page))), page[-1].id if page else last

    last = 0
    while True:
        size = await ledger.read(partial(Store.size_after, inbox=inbox, last=last, conditions=filters))
        if size is None:
            return
        async with request.runtime.large_pages if size > MAX_PAGE_CHARACTERS else nullcontext():
            content, last = await ledger.read(partial(read_page, last))
            for start in range(0, len(content), PIECE_BYTES):
                yield content[start : start + PIECE_BYTES]
            del content


async def account(request: ApiRequest) -> Response:
    """Count the webhooks received in this inbox: matched, duplicate, lost and out of order, by the header webhook-id."""
    return await answer_from(request, lambda store: store.webhook_counts(request.inbox.name).document)


async def get_template(request: ApiRequest) -> Response:
    """Show the template in use, and what lint finds in it."""
    file = request.runtime.template_file
    findings = [
        {
            "code": one.code,
            "severity": str(one.severity),
            "message": one.message,
            "pointer": pointer_text(one.pointer),
            "line": one.range.start.line,
        }
        for one in await asyncio.to_thread(lambda: lint(Document.read(file.name, file.text)))
    ]
    return ApiResponse({"schema_version": 1, **file.state, "text": redact(file.text), "findings": findings})
