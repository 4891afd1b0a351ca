"""The provider's side: receives what Ringotel sends, answers as the provider would, and then simulates the handset.

What it does depends on the template, the provider's preset if there is one, the contact's number (``handset``) and
chaos. ``provider_answer`` decides how a request is answered, ``provider_webhooks`` sends the receipts and replies.
"""

from __future__ import annotations

import asyncio
import re
import time
from functools import partial
from typing import Any

from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.provider_answer import ProviderAnswer, answer_to, received_message
from ringocli.emulator.provider_webhooks import ProviderWebhooks
from ringocli.emulator.ringotel import shown_request
from ringocli.emulator.store.exchange import Exchange, StoredExchange, now, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.template_file import TemplateFile
from ringocli.emulator.workers import Workers
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.provider import ReceivedMessage
from ringocli.messaging.webhook import ids_in
from ringocli.text.secret import MASK, redact_values


class Provider:
    """The built-in provider of one template."""

    def __init__(
        self, template_file: TemplateFile, ledger: Ledger, webhooks: ProviderWebhooks, workers: Workers
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._webhooks = webhooks
        self._workers = workers

    async def answer(self, inbox: Inbox, incoming: IncomingRequest) -> ProviderAnswer:
        """Decide how a request is answered, after the delay of chaos."""
        effect = inbox.provider.next_effect(time.monotonic())
        read = partial(received_message, self._template_file, incoming)
        request, received = await self._workers.run(incoming, read)
        answer = answer_to(self._template_file.preset, inbox, request, received, effect)
        if effect.delay_s:
            await asyncio.sleep(effect.delay_s)
        return answer

    async def take(self, inbox: Inbox, incoming: IncomingRequest) -> tuple[StoredExchange, ProviderAnswer]:
        """Answer and store a request that was received over HTTP, then start its handset.

        Raises:
            LocalError: it cannot be stored.
        """
        started = time.perf_counter()
        answer = await self.answer(inbox, incoming)
        received, spec = answer.received, answer.received.spec
        ids: dict[str, str] = {}
        if spec is not None and answer.reply is not None and answer.message_id is not None:
            ids = ids_in(spec, answer.reply)
        shown = partial(_shown_without_credentials, answer.request, received)
        request = await self._workers.run(incoming, shown)
        exchange = Exchange(
            inbox=inbox.name,
            at=now(),
            direction="outgoing",
            name=str(spec.name) if spec is not None else None,
            request=request,
            reply=shown_reply(answer.reply),
            matched=received.fits,
            variables={**redact_values(received.variables), **ids},
            status=answer.status,
            problems=answer.problems,
            error=answer.error,
            chaos=answer.effect.description,
            message_id=ids.get("messageid"),
            duration_ms=round((time.perf_counter() - started) * 1000, 3),
            size_bytes=len(incoming.body) + (len(answer.reply.body) if answer.reply is not None else 0),
        )
        stored = await self._ledger.add(exchange)
        self._webhooks.start_handset(inbox, answer, stored)
        return stored, answer


def _shown_without_credentials(incoming: IncomingRequest, received: ReceivedMessage) -> dict[str, Any]:
    """A request as it is shown; the values of properties in it are masked, too."""
    request = shown_request(incoming)
    for text in sorted((one for one in received.credentials if one), key=len, reverse=True):
        request = {key: _masked(value, text) if key in ("url", "body") else value for key, value in request.items()}
    return request


def _masked(value: str | None, credential: str) -> str | None:
    """The text without a credential that the template's pattern found in it, masked only as a whole word."""
    if value is None or credential not in value:
        return value
    bounded = rf"(?<![A-Za-z0-9]){re.escape(credential)}(?![A-Za-z0-9])"
    return re.sub(bounded, MASK, value)
