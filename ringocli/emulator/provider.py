"""The provider's side: takes what Ringotel sends, answers as the provider would, and then plays the handset.

Whatever it does follows from the template, the provider's preset where there is one, the contact's number (``handset``)
and the weather. Receipts and replies go to Ringotel's side of the same emulator, like those of any provider; what is not
result well is tried again, so settings at Ringotel's side makes the duplicates that it makes in life.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from uuid import uuid4

from ringocli.emulator.faults import NEVER_ANSWERED, spoiled, struck
from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.rendered import as_incoming, ids_in
from ringocli.emulator.ringotel import Ringotel, WebhookResult, shown_request
from ringocli.emulator.store.exchange import Exchange, StoredExchange, now, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.store.sqlite import StatusUpdate
from ringocli.emulator.template_file import TemplateFile
from ringocli.errors import LocalError, RingocliError
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.messaging.chaos import NO_EFFECT, ChaosEffect
from ringocli.messaging.handset import DeliveryPlan, HandsetStep, State, plan_for
from ringocli.messaging.provider import ReceivedMessage, accepted, receive, refused
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import render_event
from ringocli.template.model import WebhookEvent
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place
from ringocli.text.secret import MASK, redact, redact_values

MAX_PLAYING = 10_000
"""Messages whose handset is still busy; beyond that they are taken and nothing more happens to them."""

RETRIES_AFTER_S = (1.0, 3.0)
"""How the built-in provider tries a webhook again that was not result with a 2xx."""

FAILED_NOTE = "a failed receipt: Ringotel has no event for it, so that nothing takes it is right"

_FINAL = frozenset({200, 400, 404, 422})
"""Statuses after which trying again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """How a send is result. ``reply`` None: never."""

    received: ReceivedMessage
    reply: Reply | None
    plan: DeliveryPlan
    effect: ChaosEffect = NO_EFFECT
    message_id: str | None = None

    @property
    def problems(self) -> tuple[dict[str, str], ...]:
        """What is wrong with the request, for the record."""
        return tuple({"pointer": one.where, "message": redact(one.message)} for one in self.received.problems)

    @property
    def error(self) -> str | None:
        """Why there is no reply, where there is none."""
        return "the provider does not answer" if self.reply is None else None

    @property
    def status(self) -> str:
        """Where the message is, as Ringotel has to see it."""
        if self.reply is None:
            return "failed"
        return "queued" if 200 <= self.reply.status < 300 else "refused"


class Provider:
    """The built-in provider of one template."""

    def __init__(
        self,
        template_file: TemplateFile,
        ledger: Ledger,
        ringotel: Ringotel,
        values: Values,
        *,
        plays: bool = True,
        auto_reply: str | None = None,
    ) -> None:
        self._template_file = template_file
        self._ledger = ledger
        self._ringotel = ringotel
        self._values = values
        self._plays = plays
        self._answers = (HandsetStep(after_s=1.5, says=auto_reply),) if auto_reply else ()
        self._playing: set[asyncio.Task[None]] = set()

    async def answer(self, inbox: Inbox, incoming: IncomingRequest) -> ProviderAnswer:
        """Decide how a request is result; waits as long as the weather wants."""
        effect = inbox.provider.next_effect(time.monotonic())
        answer = self._decided(inbox, incoming, effect)
        if effect.delay_s:
            await asyncio.sleep(effect.delay_s)
        return answer

    def _decided(self, inbox: Inbox, incoming: IncomingRequest, effect: ChaosEffect) -> ProviderAnswer:
        received = receive(self._template_file.template, incoming)
        if effect.status is not None:
            return ProviderAnswer(received=received, reply=struck(effect), plan=DeliveryPlan(), effect=effect)
        preset = self._template_file.preset
        if not received.fits or received.spec is None:
            why = "; ".join(str(one) for one in received.problems)
            reply = refused(why, preset, status=received.status, problems=received.problems)
            noted = (*reply.headers, ("Ringocli-Problems", _header_text(why)))
            return ProviderAnswer(
                received=received, reply=replace(reply, headers=noted), plan=DeliveryPlan(), effect=effect
            )
        contact = received.variables.get("to", "")
        plan = plan_for(contact, inbox.chance, opted_out=inbox.has_opted_out(contact))
        if plan.silent:
            return ProviderAnswer(received=received, reply=None, plan=plan, effect=effect)
        if plan.refusal is not None:
            reply = refused(plan.refusal, preset, status=plan.status)
            if plan.retry_after_s is not None:
                reply = replace(reply, headers=(*reply.headers, ("Retry-After", str(plan.retry_after_s))))
            return ProviderAnswer(received=received, reply=reply, plan=plan, effect=effect)
        message_id = str(uuid4())
        reply = accepted(received.spec, message_id, preset)
        if effect.fault in NEVER_ANSWERED:
            return ProviderAnswer(received=received, reply=None, plan=plan, effect=effect, message_id=message_id)
        spoiled_reply = spoiled(reply, effect.fault)
        return ProviderAnswer(received=received, reply=spoiled_reply, plan=plan, effect=effect, message_id=message_id)

    async def take(self, inbox: Inbox, incoming: IncomingRequest) -> tuple[StoredExchange, ProviderAnswer]:
        """A request over the wire: result, stored, and then played.

        Raises:
            LocalError: it cannot be stored.
        """
        answer = await self.answer(inbox, incoming)
        received, spec = answer.received, answer.received.spec
        taken: dict[str, str] = {}
        if spec is not None and answer.reply is not None and answer.message_id is not None:
            taken = ids_in(spec, answer.reply)
        request = shown_request(incoming)
        for text in sorted((one for one in received.credentials if one), key=len, reverse=True):
            request = {key: _masked(value, text) if key in ("url", "body") else value for key, value in request.items()}
        exchange = Exchange(
            inbox=inbox.name,
            at=now(),
            direction="outgoing",
            name=str(spec.name) if spec is not None else None,
            request=request,
            reply=shown_reply(answer.reply),
            matched=received.fits,
            variables={**redact_values(received.variables), **taken},
            status=answer.status,
            problems=answer.problems,
            error=answer.error,
            chaos=answer.effect.description,
            message_id=taken.get("messageid"),
        )
        stored = await self._ledger.add(exchange)
        self.play(inbox, answer)
        return stored, answer

    # -- the handset --------------------------------------------------------------------------------

    def play(self, inbox: Inbox, answer: ProviderAnswer) -> None:
        """Let the rest of a message's life happen."""
        if not self._plays or answer.message_id is None or len(self._playing) >= MAX_PLAYING:
            return
        values = answer.received.variables
        contact, number = values.get("to", ""), values.get("from", "")
        self._start(self._live(inbox, (*answer.plan.steps, *self._answers), answer.message_id, contact, number))

    async def _live(
        self, inbox: Inbox, steps: tuple[HandsetStep, ...], message_id: str, contact: str, number: str
    ) -> None:
        passed = 0.0
        for step in sorted(steps, key=lambda step: step.after_s):
            await asyncio.sleep(step.after_s - passed)
            passed = step.after_s
            try:
                if step.says is not None:
                    await self.say(inbox, contact, number, content=step.says)
                elif step.state is State.DELIVERED:
                    await self._receipt(inbox, message_id, failed=False)
                elif step.state is State.FAILED:
                    await self._receipt(inbox, message_id, failed=True)
                    await self._ledger.add(StatusUpdate(inbox=inbox.name, message_id=message_id, status="failed"))
                elif step.state is not None:
                    await self._ledger.add(
                        StatusUpdate(inbox=inbox.name, message_id=message_id, status=str(step.state))
                    )
            except RingocliError:
                return  # no such event in the template, or nothing can be stored: the message's life ends here

    async def _receipt(self, inbox: Inbox, message_id: str, *, failed: bool) -> None:
        """The delivery receipt, or its failed form; nothing where the template has none."""
        event = self.event_of(Place.DELIVERED)
        event = failed_form(event) if failed and event is not None else event
        if event is not None:
            await self.deliver(inbox, event, {"messageid": message_id}, (FAILED_NOTE,) if failed else ())

    def event_of(self, place: Place) -> WebhookEvent | None:
        """The template's first event of a kind."""
        return next((event for event in self._template_file.template.events if event.place is place), None)

    async def say(
        self, inbox: Inbox, contact: str, number: str, *, content: str = "", media_url: str | None = None
    ) -> StoredExchange:
        """The contact writes, or sends a file.

        Raises:
            LocalError: the template has no event for it.
        """
        place = Place.MMS if media_url is not None else Place.MESSAGE
        event = self.event_of(place)
        if event is None:
            kinds = ", ".join(sorted({one.type for one in self._template_file.template.events})) or "none"
            raise LocalError(f"the template has no {place} event, so Ringotel cannot take this", f"It has: {kinds}.")
        inbox.hear(contact, content)
        values = {"from": contact, "to": number, "messageid": str(uuid4())}
        values |= {"url": media_url, "text": content} if media_url is not None else {"content": content}
        return await self.deliver(inbox, event, values)

    async def deliver(
        self, inbox: Inbox, event: WebhookEvent, values: dict[str, str], notes: tuple[str, ...] = ()
    ) -> StoredExchange:
        """Fire a webhook at Ringotel's side; it is tried again like a provider would."""
        layers = (Layer(variables={name: value for name, value in values.items() if value}), *self._values.layers)
        missing = Missing.SAMPLE if event.place is not Place.MMS else Missing.DROP
        preset = self._template_file.preset
        content_type = preset.webhook_content_type if preset is not None else None
        rendered = render_event(
            self._template_file.template, event, Values(layers=layers), missing, content_type=content_type
        )
        incoming = as_incoming(rendered, self._template_file.webhook_path)
        result = await self._ringotel.take(inbox, incoming, notes)
        if _is_worth_retrying(result):
            self._start(self._try_again(inbox, incoming))
        return result.stored

    async def _try_again(self, inbox: Inbox, incoming: IncomingRequest) -> None:
        for wait_s in RETRIES_AFTER_S:
            await asyncio.sleep(wait_s)
            try:
                if not _is_worth_retrying(await self._ringotel.take(inbox, incoming)):
                    return
            except LocalError:
                return

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def close(self) -> None:
        """Stop every handset."""
        for task in tuple(self._playing):
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)


def _is_worth_retrying(result: WebhookResult) -> bool:
    return result.effect.fault in NEVER_ANSWERED or result.reply.status not in _FINAL


def _masked(value: str | None, credential: str) -> str | None:
    """A credential that the template's own pattern found in a text, whatever its length, as a whole word."""
    if value is None or credential not in value:
        return value
    bounded = rf"(?<![A-Za-z0-9]){re.escape(credential)}(?![A-Za-z0-9])"
    return re.sub(bounded, MASK, value)


def _header_text(text: str) -> str:
    """Text as a header can carry it."""
    return "".join(char if " " <= char <= "~" else "?" for char in redact(text))[:500]
