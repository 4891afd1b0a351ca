"""The Ringotel user: a text or a file is sent as the template's request, exactly as ``render`` shows it.

It goes to the built-in provider, or to a real one (``--provider-url``). A real one never receives sample values.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.limits import MAX_INLINE_BYTES
from ringocli.emulator.outgoing import OutgoingRequests
from ringocli.emulator.provider import Provider
from ringocli.emulator.provider_answer import ProviderAnswer
from ringocli.emulator.provider_webhooks import ProviderWebhooks
from ringocli.emulator.store.exchange import Exchange, StoredExchange, now, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.template_file import TemplateFile
from ringocli.errors import NoReply
from ringocli.http.exchange import RenderedRequest, Reply, as_incoming
from ringocli.http.request_formats import shown
from ringocli.http.status_codes import SUCCESS
from ringocli.messaging.formats.requests import spans_document
from ringocli.messaging.request import at_base, render_request
from ringocli.messaging.verdict import judge
from ringocli.messaging.webhook import ids_in
from ringocli.template.model import RequestSpec
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import Text, redact, redact_values


@dataclass(frozen=True, slots=True, kw_only=True)
class _SendResult:
    """The result of a request; ``answer`` if the built-in provider received it."""

    reply: Reply | None
    error: str | None = None
    answer: ProviderAnswer | None = None


class User:
    """Sends messages and files as the template's requests."""

    def __init__(
        self,
        template_file: TemplateFile,
        ledger: Ledger,
        provider: Provider,
        provider_webhooks: ProviderWebhooks,
        values: Values,
        *,
        outgoing: OutgoingRequests | None = None,
        provider_url: str | None = None,
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._provider = provider
        self._provider_webhooks = provider_webhooks
        self._values = values
        self._outgoing = outgoing
        self._provider_url = provider_url

    async def send(
        self, inbox: Inbox, variables: Mapping[str, str], properties: Mapping[str, Text] | None = None, *, file: bool
    ) -> StoredExchange:
        """Send ``SendMessage``, or ``SendFile`` with the file's URL as ``content``.

        Raises:
            UsageError: the template has no such request, or a value is missing for a real provider.
            LocalError: it cannot be rendered or stored.
        """
        template = self._template_file.template
        spec = template.request("SendFile" if file else "SendMessage")
        layers = (Layer(variables=variables, properties=properties or {}), *self._values.layers)
        missing = Missing.SAMPLE if self._outgoing is None else None
        rendered = render_request(template, spec, Values(layers=layers), missing)
        if self._provider_url is not None:
            rendered = at_base(rendered, self._provider_url)
        started, at = time.perf_counter(), now()
        result = await self._exchange_with_provider(inbox, rendered)
        record = partial(self._record, inbox, at, spec, rendered, result, started)
        stored: StoredExchange = await self._ledger.add(await self._recorded(result, record))
        if result.answer is not None:
            self._provider_webhooks.start_handset(inbox, result.answer, stored)
        return stored

    @staticmethod
    async def _recorded(result: _SendResult, record: Callable[[], Exchange]) -> Exchange:
        """The recorded exchange; with a large reply it is made in a thread, because masking may take long."""
        is_large = result.reply is not None and len(result.reply.body) > MAX_INLINE_BYTES
        return await asyncio.to_thread(record) if is_large else record()

    async def _exchange_with_provider(self, inbox: Inbox, rendered: RenderedRequest) -> _SendResult:
        if self._outgoing is None:
            answer = await self._provider.answer(inbox, as_incoming(rendered))
            return _SendResult(reply=answer.reply, error=answer.error, answer=answer)
        try:
            return _SendResult(reply=await self._outgoing.send(rendered))
        except NoReply as error:
            return _SendResult(reply=None, error=error.message)

    def _record(
        self,
        inbox: Inbox,
        at: datetime,
        spec: RequestSpec,
        rendered: RenderedRequest,
        result: _SendResult,
        started: float,
    ) -> Exchange:
        answer, reply = result.answer, result.reply
        # A property is rendered as ***; one that the user typed into the text is searched for, as in any outside text.
        texts = {"url": shown(rendered.url, str), "body": shown(rendered.body, str)}
        masked = redact_values(texts)
        ids = ids_in(spec, reply) if reply is not None and 200 <= reply.status < 300 else {}
        return Exchange(
            inbox=inbox.name,
            at=at,
            direction="outgoing",
            name=str(spec.name),
            request={
                "method": rendered.method,
                "url": masked["url"],
                "headers": [[name, shown(value, str)] for name, value in rendered.headers],
                "body": masked["body"] if rendered.body is not None else None,
            },
            reply=shown_reply(reply),
            matched=answer.received.fits if answer is not None else True,
            variables=redact_values({**{name: str(value) for name, value in rendered.variables.items()}, **ids}),
            status=answer.status if answer is not None else _status(reply),
            notes=(*rendered.notes, *_notes(spec, rendered, reply)),
            problems=answer.problems if answer is not None else (),
            error=redact(result.error) if result.error else None,
            chaos=answer.effect.description if answer is not None else None,
            message_id=ids.get("messageid"),
            duration_ms=round((time.perf_counter() - started) * 1000, 3),
            size_bytes=len(texts["body"].encode("utf-8", "replace")) + (len(reply.body) if reply is not None else 0),
            spans={"request_url": spans_document(rendered.url), "request_body": spans_document(rendered.body)}
            if masked == texts
            else {},
        )


def _status(reply: Reply | None) -> str:
    """A send succeeded if the provider answers with a 2xx status (assumption 20)."""
    if reply is None:
        return "failed"
    return "sent" if 200 <= reply.status < 300 else "refused"


def _notes(spec: RequestSpec, rendered: RenderedRequest, reply: Reply | None) -> tuple[str, ...]:
    """Notes about a reply, in the same words as those of ``send-test``."""
    if reply is None:
        return ()
    verdict = judge(spec, rendered, reply, SUCCESS)
    missing = (
        f"response_map found no $messageid$ in the reply at {pointer_text(one.pointer)}, "
        "so delivery receipts cannot be matched to this message"
        for one in verdict.differences
    )
    error_text = (f"the provider's error: {verdict.words}",) if verdict.words else ()
    return (*error_text, *missing, *verdict.notes)
