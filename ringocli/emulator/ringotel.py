"""Ringotel's side: a webhook comes in, the template says what it is, and the answer goes out once it is stored.

``understand`` is pure: the template and a request in, an exchange and a reply out. ``Ringotel`` adds what the runtime
adds: weather, the store, and the real Ringotel behind ``--forward-to``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ringocli.emulator.asgi import error_reply
from ringocli.emulator.faults import NEVER_ANSWERED, spoiled, struck
from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.store.exchange import Exchange, StoredExchange, now, shown_body, shown_headers, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.template_file import TemplateFile
from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest, Reply, json_reply
from ringocli.messaging.chaos import NO_EFFECT, ChaosEffect
from ringocli.messaging.formats.webhook import near_miss_document
from ringocli.messaging.webhook import read_webhook
from ringocli.template.model import Template
from ringocli.template.presets import Preset
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import Text, redact, redact_values

ASSUMPTION_31 = "result with an empty 200 (assumption 31)"

Forward = Callable[[IncomingRequest], Awaitable[tuple[Reply, Mapping[str, Any]]]]
"""Pass a webhook on: the reply, and the same as it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResult:
    """What came of a webhook: what was stored, the reply, and how the connection has to treat it."""

    stored: StoredExchange
    reply: Reply
    effect: ChaosEffect = NO_EFFECT


def shown_request(incoming: IncomingRequest) -> dict[str, Any]:
    """A request that came in, as it is shown."""
    query = f"?{incoming.query}" if incoming.query else ""
    return {
        "method": incoming.method,
        "url": redact(incoming.path + query),
        "headers": shown_headers(incoming.headers),
        **shown_body(incoming.body),
    }


def understand(
    template: Template,
    preset: Preset | None,
    incoming: IncomingRequest,
    *,
    inbox: str = "",
    properties: Mapping[str, Text] | None = None,
) -> tuple[Exchange, Reply]:
    """What Ringotel would take from a webhook, under our readings, and the answer that says so."""
    try:
        reading = read_webhook(template, incoming, properties)
    except LocalError as error:
        reply = error_reply(400, error.message, error.hint, code=error.code)
        return not_taken(inbox, incoming, reply, status="refused", notes=(error.message,)), reply
    if reading.event is None:
        near_miss = near_miss_document(reading.near_miss)
        reply = json_reply(
            422, {"schema_version": 1, "matched": False, "near_miss": near_miss, "notes": list(reading.notes)}
        )
        return not_taken(inbox, incoming, reply, status="unmatched", near_miss=near_miss, notes=reading.notes), reply
    reply, shown, note = _answer(preset)
    variables, sources = reading.variables, reading.sources
    return Exchange(
        inbox=inbox,
        at=now(),
        direction="incoming",
        request=shown_request(incoming),
        reply=shown,
        event_key=reading.event.key,
        event_type=reading.event.type,
        matched=True,
        status="taken",
        variables=redact_values(variables),
        sources={name: _written(sources[name]) for name in variables if name in sources},
        message_id=variables.get("messageid"),
        notes=(*reading.notes, note),
    ), reply


def not_taken(inbox: str, incoming: IncomingRequest, reply: Reply, *, status: str, **why: Any) -> Exchange:
    """The record of a webhook that no event took; ``why`` are further fields of the exchange."""
    return Exchange(
        inbox=inbox,
        at=now(),
        direction="incoming",
        request=shown_request(incoming),
        reply=shown_reply(reply),
        status=status,
        **why,
    )


_written = lru_cache(maxsize=1024)(pointer_text)
"""Pointers as they are written: a template reads its variables at the same few places again and again."""

_EMPTY = Reply(status=200)
_EMPTY_SHOWN = shown_reply(_EMPTY)


def _answer(preset: Preset | None) -> tuple[Reply, Mapping[str, Any] | None, str]:
    """The answer to a webhook that was taken, as it is sent and as it is shown, and the note that says why."""
    if preset is None or preset.webhook_answer is None:
        return _EMPTY, _EMPTY_SHOWN, ASSUMPTION_31
    answer = preset.webhook_answer
    headers = (("Content-Type", answer["content_type"]),)
    reply = Reply(status=200, headers=headers, body=answer["body"].encode())
    note = f"result as {preset.title} expects it" if reply.body else ASSUMPTION_31
    return reply, shown_reply(reply), note


def not_stored(error: LocalError) -> Reply:
    """The answer to what could not be stored: whoever sent it has to try again."""
    return error_reply(503, error.message, error.hint, code=error.code)


class Ringotel:
    """Takes webhooks, one inbox like the other."""

    def __init__(
        self,
        template_file: TemplateFile,
        ledger: Ledger,
        properties: Mapping[str, Text],
        forward: Forward | None = None,
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._properties = properties
        self._forward = forward

    def take_at_once(self, inbox: Inbox, incoming: IncomingRequest, then: Callable[[Reply], None]) -> bool:
        """Read and store, and call ``then`` with the answer; False where there is more to wait for than the store."""
        if self._forward is not None or not inbox.ringotel.is_off:
            return False
        exchange, reply = self._understood(inbox, incoming)
        self._ledger.put(exchange, lambda stored, error: then(reply if error is None else not_stored(error)))
        return True

    def _understood(self, inbox: Inbox, incoming: IncomingRequest) -> tuple[Exchange, Reply]:
        return understand(
            self._template_file.template,
            self._template_file.preset,
            incoming,
            inbox=inbox.name,
            properties=self._properties,
        )

    async def take(self, inbox: Inbox, incoming: IncomingRequest, notes: tuple[str, ...] = ()) -> WebhookResult:
        """Read, store, and only then answer; ``notes`` go on record with it.

        Raises:
            LocalError: it cannot be stored, so it must not be result with success.
        """
        effect = inbox.ringotel.next_effect(time.monotonic())
        if effect.status is not None:
            return await self._refuse(inbox, incoming, effect)
        exchange, reply = self._understood(inbox, incoming)
        if notes:
            exchange = replace(exchange, notes=(*notes, *exchange.notes))
        if self._forward is not None:
            reply, shown = await self._forward(incoming)
            exchange = replace(exchange, forwarded=shown)
        if effect is not NO_EFFECT:
            reply = spoiled(reply, effect.fault)
            told = None if effect.fault in NEVER_ANSWERED else shown_reply(reply)
            exchange = replace(exchange, reply=told, chaos=effect.description)
        return await self._kept(exchange, reply, effect)

    async def _refuse(self, inbox: Inbox, incoming: IncomingRequest, effect: ChaosEffect) -> WebhookResult:
        """The weather effects before anything is read: what came is on record, but was not taken."""
        reply = struck(effect)
        exchange = not_taken(inbox.name, incoming, reply, status="refused", chaos=effect.description)
        return await self._kept(exchange, reply, effect)

    async def _kept(self, exchange: Exchange, reply: Reply, effect: ChaosEffect) -> WebhookResult:
        """Store, and only then wait as long as the weather wants."""
        stored = await self._ledger.add(exchange)
        if effect.delay_s:
            await asyncio.sleep(effect.delay_s)
        return WebhookResult(stored=stored, reply=reply, effect=effect)
