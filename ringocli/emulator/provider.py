"""The provider's side: takes what Ringotel sends, answers as the provider would, and then plays the handset.

Whatever it does follows from the template, the provider's preset where there is one, the contact's number (``handset``)
and the weather. Receipts and replies go to Ringotel's side of the same emulator, like those of any provider; what is not
answered well is tried again, so trouble at Ringotel's side makes the duplicates that it makes in life.
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
from ringocli.emulator.ringotel import Answered, Ringotel, shown_request
from ringocli.emulator.store.exchange import Exchange, Kept, now, shown_reply
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.store.sqlite import Progress
from ringocli.emulator.template_file import Draft
from ringocli.errors import LocalError, RingocliError
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.messaging.chaos import CALM, Strike
from ringocli.messaging.handset import Fate, State, Step, fate_of
from ringocli.messaging.provider import Received, accepted, receive, refused
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import render_event
from ringocli.template.model import WebhookEvent
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place
from ringocli.text.secret import MASK, blank_values, redact

MAX_PLAYING = 10_000
"""Messages whose handset is still busy; beyond that they are taken and nothing more happens to them."""

RETRIES_AFTER_S = (1.0, 3.0)
"""How the built-in provider tries a webhook again that was not answered with a 2xx."""

FAILED_NOTE = "a failed receipt: Ringotel has no event for it, so that nothing takes it is right"

_FINAL = frozenset({200, 400, 404, 422})
"""Statuses after which trying again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a send is answered. ``reply`` None: never."""

    received: Received
    reply: Reply | None
    fate: Fate
    strike: Strike = CALM
    message_id: str | None = None

    @property
    def problems(self) -> tuple[dict[str, str], ...]:
        """What is wrong with the request, for the record."""
        return tuple({"pointer": one.where, "message": redact(one.message)} for one in self.received.complaints)

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
        draft: Draft,
        ledger: Ledger,
        ringotel: Ringotel,
        values: Values,
        *,
        plays: bool = True,
        auto_reply: str | None = None,
    ) -> None:
        self._draft = draft
        self._ledger = ledger
        self._ringotel = ringotel
        self._values = values
        self._plays = plays
        self._answers = (Step(after_s=1.5, says=auto_reply),) if auto_reply else ()
        self._playing: set[asyncio.Task[None]] = set()

    async def answer(self, inbox: Inbox, incoming: IncomingRequest) -> Outcome:
        """Decide how a request is answered; waits as long as the weather wants."""
        strike = inbox.provider.strike(time.monotonic())
        outcome = self._decided(inbox, incoming, strike)
        if strike.delay_s:
            await asyncio.sleep(strike.delay_s)
        return outcome

    def _decided(self, inbox: Inbox, incoming: IncomingRequest, strike: Strike) -> Outcome:
        received = receive(self._draft.template, incoming)
        if strike.status is not None:
            return Outcome(received=received, reply=struck(strike), fate=Fate(), strike=strike)
        preset = self._draft.preset
        if not received.fits or received.spec is None:
            why = "; ".join(str(one) for one in received.complaints)
            reply = refused(why, preset, status=received.status, complaints=received.complaints)
            noted = (*reply.headers, ("Ringocli-Problems", _header_text(why)))
            return Outcome(received=received, reply=replace(reply, headers=noted), fate=Fate(), strike=strike)
        contact = received.variables.get("to", "")
        fate = fate_of(contact, inbox.chance, opted_out=inbox.has_opted_out(contact))
        if fate.silent:
            return Outcome(received=received, reply=None, fate=fate, strike=strike)
        if fate.refusal is not None:
            reply = refused(fate.refusal, preset, status=fate.status)
            if fate.retry_after_s is not None:
                reply = replace(reply, headers=(*reply.headers, ("Retry-After", str(fate.retry_after_s))))
            return Outcome(received=received, reply=reply, fate=fate, strike=strike)
        message_id = str(uuid4())
        reply = accepted(received.spec, message_id, preset)
        if strike.fault in NEVER_ANSWERED:
            return Outcome(received=received, reply=None, fate=fate, strike=strike, message_id=message_id)
        spoiled_reply = spoiled(reply, strike.fault)
        return Outcome(received=received, reply=spoiled_reply, fate=fate, strike=strike, message_id=message_id)

    async def take(self, inbox: Inbox, incoming: IncomingRequest) -> tuple[Kept, Outcome]:
        """A request over the wire: answered, stored, and then played.

        Raises:
            LocalError: it cannot be stored.
        """
        outcome = await self.answer(inbox, incoming)
        received, spec = outcome.received, outcome.received.spec
        taken: dict[str, str] = {}
        if spec is not None and outcome.reply is not None and outcome.message_id is not None:
            taken = ids_in(spec, outcome.reply)
        request = shown_request(incoming)
        for text in sorted((one for one in received.credentials if one), key=len, reverse=True):
            request = {key: _masked(value, text) if key in ("url", "body") else value for key, value in request.items()}
        exchange = Exchange(
            inbox=inbox.name,
            at=now(),
            direction="outgoing",
            name=str(spec.name) if spec is not None else None,
            request=request,
            reply=shown_reply(outcome.reply),
            matched=received.fits,
            variables={**blank_values(received.variables), **taken},
            status=outcome.status,
            problems=outcome.problems,
            error=outcome.error,
            chaos=outcome.strike.said,
            message_id=taken.get("messageid"),
        )
        kept = await self._ledger.add(exchange)
        self.play(inbox, outcome)
        return kept, outcome

    # -- the handset --------------------------------------------------------------------------------

    def play(self, inbox: Inbox, outcome: Outcome) -> None:
        """Let the rest of a message's life happen."""
        if not self._plays or outcome.message_id is None or len(self._playing) >= MAX_PLAYING:
            return
        values = outcome.received.variables
        contact, number = values.get("to", ""), values.get("from", "")
        self._start(self._live(inbox, (*outcome.fate.steps, *self._answers), outcome.message_id, contact, number))

    async def _live(self, inbox: Inbox, steps: tuple[Step, ...], message_id: str, contact: str, number: str) -> None:
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
                    await self._ledger.add(Progress(inbox=inbox.name, message_id=message_id, status="failed"))
                elif step.state is not None:
                    await self._ledger.add(Progress(inbox=inbox.name, message_id=message_id, status=str(step.state)))
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
        return next((event for event in self._draft.template.events if event.place is place), None)

    async def say(
        self, inbox: Inbox, contact: str, number: str, *, content: str = "", media_url: str | None = None
    ) -> Kept:
        """The contact writes, or sends a file.

        Raises:
            LocalError: the template has no event for it.
        """
        place = Place.MMS if media_url is not None else Place.MESSAGE
        event = self.event_of(place)
        if event is None:
            kinds = ", ".join(sorted({one.type for one in self._draft.template.events})) or "none"
            raise LocalError(f"the template has no {place} event, so Ringotel cannot take this", f"It has: {kinds}.")
        inbox.hear(contact, content)
        values = {"from": contact, "to": number, "messageid": str(uuid4())}
        values |= {"url": media_url, "text": content} if media_url is not None else {"content": content}
        return await self.deliver(inbox, event, values)

    async def deliver(
        self, inbox: Inbox, event: WebhookEvent, values: dict[str, str], notes: tuple[str, ...] = ()
    ) -> Kept:
        """Fire a webhook at Ringotel's side; it is tried again like a provider would."""
        layers = (Layer(variables={name: value for name, value in values.items() if value}), *self._values.layers)
        missing = Missing.SAMPLE if event.place is not Place.MMS else Missing.DROP
        preset = self._draft.preset
        content_type = preset.webhook_content_type if preset is not None else None
        rendered = render_event(self._draft.template, event, Values(layers=layers), missing, content_type=content_type)
        incoming = as_incoming(rendered, self._draft.webhook_path)
        answered = await self._ringotel.take(inbox, incoming, notes)
        if _is_worth_retrying(answered):
            self._start(self._try_again(inbox, incoming))
        return answered.kept

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


def _is_worth_retrying(answered: Answered) -> bool:
    return answered.strike.fault in NEVER_ANSWERED or answered.reply.status not in _FINAL


def _masked(value: str | None, credential: str) -> str | None:
    """A credential that the template's own pattern found in a text, whatever its length, as a whole word."""
    if value is None or credential not in value:
        return value
    bounded = rf"(?<![A-Za-z0-9]){re.escape(credential)}(?![A-Za-z0-9])"
    return re.sub(bounded, MASK, value)


def _header_text(text: str) -> str:
    """Text as a header can carry it."""
    return "".join(char if " " <= char <= "~" else "?" for char in redact(text))[:500]
