"""The provider's side: receives what Ringotel sends, answers as the provider would, and then simulates the handset.

What it does depends on the template, the provider's preset if there is one, the contact's number (``handset``) and
chaos. Receipts and replies go to Ringotel's side of the same emulator. A webhook that is not answered properly is sent
again, so chaos on Ringotel's side causes duplicates as it would in production.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

from ringocli.emulator.faults import NEVER_ANSWERED, rejection, with_fault
from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.limits import MAX_BODY_BYTES, excess
from ringocli.emulator.ringotel import Ringotel, should_retry, shown_request
from ringocli.emulator.store.exchange import Exchange, StoredExchange, now, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.store.sqlite import StatusUpdate
from ringocli.emulator.template_file import TemplateFile
from ringocli.emulator.workers import Workers
from ringocli.errors import LocalError, RingocliError
from ringocli.http.decompression import UndecodableBody, decompressed
from ringocli.http.exchange import IncomingRequest, Reply, as_incoming
from ringocli.messaging.chaos import NO_EFFECT, ChaosEffect
from ringocli.messaging.handset import DeliveryPlan, HandsetStep, State, plan_for
from ringocli.messaging.provider import ReceivedMessage, RequestProblem, accepted_reply, receive, refused_reply
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import render_event
from ringocli.messaging.webhook import ids_in
from ringocli.template.model import WebhookEvent
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place
from ringocli.text.secret import MASK, redact, redact_values

MAX_ACTIVE = 10_000
"""How many messages may have an active handset; further messages are accepted without receipts or replies."""

RETRY_DELAYS_S = (1.0, 3.0)
"""The delays of the built-in provider before it retries a webhook that was not answered with a 2xx."""

AUTO_REPLY_AFTER_S = 1.5

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """The answer to a send. ``request`` is the request without compression. ``reply`` is None if there is never one."""

    request: IncomingRequest
    received: ReceivedMessage
    reply: Reply | None
    plan: DeliveryPlan
    effect: ChaosEffect = NO_EFFECT
    message_id: str | None = None

    @property
    def problems(self) -> tuple[dict[str, str], ...]:
        """What is wrong with the request, as it is shown."""
        return tuple({"pointer": one.where, "message": redact(one.message)} for one in self.received.problems)

    @property
    def error(self) -> str | None:
        """Why there is no reply, if there is none."""
        return "the provider does not answer" if self.reply is None else None

    @property
    def status(self) -> str:
        """The status of the message from Ringotel's point of view."""
        if self.reply is None:
            return "failed"
        return "queued" if 200 <= self.reply.status < 300 else "refused"


class Provider:
    """The built-in provider of one template. ``sleep`` is how its handset waits."""

    def __init__(
        self,
        template_file: TemplateFile,
        ledger: Ledger,
        ringotel: Ringotel,
        values: Values,
        workers: Workers,
        *,
        has_handset: bool = True,
        auto_reply: str | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._ringotel = ringotel
        self._values = values
        self._workers = workers
        self._has_handset = has_handset
        self._auto_replies = (HandsetStep(after_s=AUTO_REPLY_AFTER_S, says=auto_reply),) if auto_reply else ()
        self._sleep = sleep
        self._active: set[asyncio.Task[None]] = set()

    async def answer(self, inbox: Inbox, incoming: IncomingRequest) -> ProviderAnswer:
        """Decide how a request is answered, after the delay of chaos."""
        effect = inbox.provider.next_effect(time.monotonic())
        request, received = await self._workers.run(incoming, partial(self._received, incoming))
        answer = self._decide(inbox, request, received, effect)
        if effect.delay_s:
            await asyncio.sleep(effect.delay_s)
        return answer

    def _received(self, incoming: IncomingRequest) -> tuple[IncomingRequest, ReceivedMessage]:
        """The decompressed request, and the template's reading of it."""
        try:
            request = decompressed(incoming, MAX_BODY_BYTES)
        except UndecodableBody as error:
            return incoming, _unreadable(error.status, error.message)
        if (message := excess(request)) is not None:
            return request, _unreadable(413, message)
        return request, receive(self._template_file.template, request)

    def _decide(
        self, inbox: Inbox, request: IncomingRequest, received: ReceivedMessage, effect: ChaosEffect
    ) -> ProviderAnswer:
        unanswered = ProviderAnswer(request=request, received=received, reply=None, plan=DeliveryPlan(), effect=effect)
        if effect.status is not None:
            return replace(unanswered, reply=rejection(effect))
        preset = self._template_file.preset
        if not received.fits or received.spec is None:
            problems = tuple(replace(one, message=redact(one.message)) for one in received.problems)
            why = redact("; ".join(map(str, problems)))
            reply = refused_reply(why, preset, status=received.status, problems=problems)
            headers = (*reply.headers, ("Ringocli-Problems", _header_text(why)))
            return replace(unanswered, reply=reply._replace(headers=headers))
        contact = received.variables.get("to", "")
        plan = plan_for(contact, inbox.random, opted_out=inbox.has_opted_out(contact))
        if plan.silent:
            return replace(unanswered, plan=plan)
        if plan.refusal is not None:
            reply = refused_reply(plan.refusal, preset, status=plan.status)
            if plan.retry_after_s is not None:
                reply = reply._replace(headers=(*reply.headers, ("Retry-After", str(plan.retry_after_s))))
            return replace(unanswered, plan=plan, reply=reply)
        message_id = str(uuid4())
        if effect.fault in NEVER_ANSWERED:
            return replace(unanswered, plan=plan, message_id=message_id)
        reply = with_fault(accepted_reply(received.spec, message_id, preset, received.variables), effect.fault)
        return replace(unanswered, plan=plan, message_id=message_id, reply=reply)

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
        self.start_handset(inbox, answer)
        return stored, answer

    def start_handset(self, inbox: Inbox, answer: ProviderAnswer) -> None:
        """Send the receipts and replies of a message at their times."""
        if not self._has_handset or answer.message_id is None or len(self._active) >= MAX_ACTIVE:
            return
        values = answer.received.variables
        contact, number = values.get("to", ""), values.get("from", "")
        steps = sorted((*answer.plan.steps, *self._auto_replies), key=lambda step: step.after_s)
        self._start(self._run_steps(inbox, steps, answer.message_id, contact, number))

    async def _run_steps(
        self, inbox: Inbox, steps: list[HandsetStep], message_id: str, contact: str, number: str
    ) -> None:
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
                    await self._ledger.add(StatusUpdate(inbox=inbox.name, message_id=message_id, status="failed"))
                elif step.state is not None:
                    update = StatusUpdate(inbox=inbox.name, message_id=message_id, status=str(step.state))
                    await self._ledger.add(update)
            except RingocliError:
                return  # the template has no such event, or the store cannot be used: nothing more happens

    async def _send_receipt(self, inbox: Inbox, message_id: str, *, failed: bool) -> None:
        """Send the delivery receipt, or its failed form; nothing if the template has none."""
        event = self.event_of(Place.DELIVERED)
        event = failed_form(event) if failed and event is not None else event
        if event is not None:
            await self.deliver(inbox, event, {"messageid": message_id})

    def event_of(self, place: Place) -> WebhookEvent | None:
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
        event = self.event_of(place)
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
        """Stop every handset."""
        for task in tuple(self._active):
            task.cancel()
        await asyncio.gather(*self._active, return_exceptions=True)


def _unreadable(status: int, message: str) -> ReceivedMessage:
    """The result for a request that cannot be read at all."""
    problem = RequestProblem(where="body", message=message)
    return ReceivedMessage(spec=None, status=status, variables={}, problems=(problem,))


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


def _header_text(text: str) -> str:
    """The text without characters that a header cannot contain."""
    return "".join(char if " " <= char <= "~" else "?" for char in redact(text))[:500]
