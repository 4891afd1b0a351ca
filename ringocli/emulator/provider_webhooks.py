"""The webhooks that the built-in provider sends: a handset's receipts and replies at their times, and their retries.

They go to Ringotel's side of the same emulator. A webhook that is not answered properly is sent again, so chaos on
Ringotel's side causes duplicates as it would in production.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from uuid import uuid4

from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.provider_answer import ProviderAnswer
from ringocli.emulator.ringotel import Ringotel, should_retry
from ringocli.emulator.store.commit_group import StatusUpdate
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.template_file import TemplateFile
from ringocli.errors import LocalError, RingocliError
from ringocli.http.exchange import IncomingRequest, as_incoming
from ringocli.messaging.handset import HandsetStep, State
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import render_event
from ringocli.template.model import WebhookEvent
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place

MAX_ACTIVE = 10_000
"""How many messages may have an active handset; further messages are accepted without receipts or replies."""

RETRY_DELAYS_S = (1.0, 3.0)
"""The delays of the built-in provider before it retries a webhook that was not answered with a 2xx."""

AUTO_REPLY_AFTER_S = 1.5

Sleep = Callable[[float], Awaitable[None]]


class ProviderWebhooks:
    """Sends the webhooks of every inbox. ``sleep`` is how a handset, and a provider before a retry, waits."""

    def __init__(
        self,
        template_file: TemplateFile,
        ledger: Ledger,
        ringotel: Ringotel,
        values: Values,
        *,
        has_handset: bool = True,
        auto_reply: str | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._ringotel = ringotel
        self._values = values
        self._has_handset = has_handset
        self._auto_replies = (HandsetStep(after_s=AUTO_REPLY_AFTER_S, says=auto_reply),) if auto_reply else ()
        self._sleep = sleep
        self._active: set[asyncio.Task[None]] = set()

    def start_handset(self, inbox: Inbox, answer: ProviderAnswer, sent: StoredExchange) -> None:
        """Send the receipts and replies of a message at their times; ``sent`` is the exchange that sent it."""
        if not self._has_handset or answer.message_id is None or len(self._active) >= MAX_ACTIVE:
            return
        values = answer.received.variables
        contact, number = values.get("to", ""), values.get("from", "")
        steps = sorted((*answer.plan.steps, *self._auto_replies), key=lambda step: step.after_s)
        self._start(self._run_steps(inbox, steps, answer.message_id, sent, contact, number))

    async def _run_steps(
        self, inbox: Inbox, steps: list[HandsetStep], message_id: str, sent: StoredExchange, contact: str, number: str
    ) -> None:
        # Without response_map, Ringotel does not know the id, but the provider still sends the message.
        exchange_id = None if "messageid" in sent.content["variables"] else sent.id
        elapsed_s = 0.0
        for step in steps:
            await self._sleep(step.after_s - elapsed_s)
            elapsed_s = step.after_s
            try:
                if step.says is not None:
                    await self.say(inbox, contact, number, content=step.says)
                elif step.state is State.DELIVERED:
                    await self._send_receipt(inbox, message_id, failed=False)
                elif step.state is State.FAILED:
                    await self._send_receipt(inbox, message_id, failed=True)
                if step.state is not None and step.state is not State.DELIVERED:
                    status = str(step.state)
                    update = StatusUpdate(inbox=inbox.name, message_id=message_id, status=status, id=exchange_id)
                    await self._ledger.add(update)
            except RingocliError:
                return  # the template has no such event, or the store cannot be used: nothing more happens

    async def _send_receipt(self, inbox: Inbox, message_id: str, *, failed: bool) -> None:
        """Send the delivery receipt, or its failed form; nothing if the template has none."""
        event = self._event_of(Place.DELIVERED)
        event = failed_form(event) if failed and event is not None else event
        if event is not None:
            await self.deliver(inbox, event, {"messageid": message_id})

    def _event_of(self, place: Place) -> WebhookEvent | None:
        """The template's first event of a kind."""
        return next((event for event in self._template_file.template.events if event.place is place), None)

    async def say(
        self, inbox: Inbox, contact: str, number: str, *, content: str = "", media_url: str | None = None
    ) -> StoredExchange:
        """The contact sends a text or a file.

        Raises:
            LocalError: the template has no event for it.
        """
        place = Place.MMS if media_url is not None else Place.MESSAGE
        event = self._event_of(place)
        if event is None:
            types = ", ".join(sorted({one.type for one in self._template_file.template.events})) or "none"
            message = f"the template has no {place} event, so Ringotel cannot receive this"
            raise LocalError(message, f"Event types in the template: {types}.")
        inbox.note_opt_out(contact, content)
        values = {"from": contact, "to": number, "messageid": str(uuid4())}
        values |= {"url": media_url, "text": content} if media_url is not None else {"content": content}
        return await self.deliver(inbox, event, values, said={name: value for name, value in values.items() if value})

    async def deliver(
        self, inbox: Inbox, event: WebhookEvent, values: dict[str, str], said: Mapping[str, str] | None = None
    ) -> StoredExchange:
        """Send a webhook to Ringotel's side, and retry as a provider would. ``said`` is the handset's text in it."""
        layers = (Layer(variables={name: value for name, value in values.items() if value}), *self._values.layers)
        missing = Missing.SAMPLE if event.place is not Place.MMS else Missing.DROP
        file = self._template_file
        content_type = file.preset.webhook_content_type if file.preset is not None else None
        rendered = render_event(file.template, event, Values(layers=layers), missing, content_type=content_type)
        incoming = as_incoming(rendered, file.webhook_path)
        result = await self._ringotel.take(inbox, incoming, said=said, will_retry=True)
        if should_retry(result.reply, result.effect):
            self._start(self._retry(inbox, incoming, result.stored.id, said))
        return result.stored

    async def _retry(self, inbox: Inbox, incoming: IncomingRequest, first: int, said: Mapping[str, str] | None) -> None:
        """Send a webhook again, and update the exchanges that were waiting for the result."""
        waiting = [first]
        status = "refused"
        try:
            for number, delay_s in enumerate(RETRY_DELAYS_S, 1):
                await self._sleep(delay_s)
                is_last = number == len(RETRY_DELAYS_S)
                note = f"retry {number} of the webhook in exchange {first}"
                result = await self._ringotel.take(
                    inbox, incoming, said=said, will_retry=not is_last, retry_of=first, notes=(note,)
                )
                if not should_retry(result.reply, result.effect):
                    status = "retried"
                    break
                waiting.append(result.stored.id)
            for exchange_id in waiting:
                await self._ledger.add(StatusUpdate(inbox=inbox.name, id=exchange_id, status=status))
        except LocalError:
            return

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._active.add(task)
        task.add_done_callback(self._active.discard)

    async def close(self) -> None:
        """Stop every handset and every retry."""
        for task in tuple(self._active):
            task.cancel()
        await asyncio.gather(*self._active, return_exceptions=True)
