"""How the built-in provider answers a request: from what the template reads in it, the contact's number and chaos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from ringocli.emulator.faults import NEVER_ANSWERED, rejection, with_fault
from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.limits import MAX_BODY_BYTES, excess
from ringocli.emulator.template_file import TemplateFile
from ringocli.http.decompression import UndecodableBody, decompressed_request
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.messaging.chaos import NO_EFFECT, ChaosEffect
from ringocli.messaging.handset import DeliveryPlan, plan_for
from ringocli.messaging.provider import ReceivedMessage, RequestProblem, accepted_reply, receive, refused_reply
from ringocli.template.preset import Preset
from ringocli.text.secret import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """The answer to a send. ``request`` is the request without compression. ``reply`` is None if none will be sent."""

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


def received_message(file: TemplateFile, incoming: IncomingRequest) -> tuple[IncomingRequest, ReceivedMessage]:
    """The decompressed request, and the template's reading of it."""
    try:
        request = decompressed_request(incoming, MAX_BODY_BYTES)
    except UndecodableBody as error:
        return incoming, _unreadable(error.status, error.message)
    if (message := excess(request)) is not None:
        return request, _unreadable(413, message)
    return request, receive(file.template, request)


def _unreadable(status: int, message: str) -> ReceivedMessage:
    """The result for a request that cannot be read at all."""
    problem = RequestProblem(where="body", message=message)
    return ReceivedMessage(spec=None, status=status, variables={}, problems=(problem,))


def answer_to(
    preset: Preset | None, inbox: Inbox, request: IncomingRequest, received: ReceivedMessage, effect: ChaosEffect
) -> ProviderAnswer:
    """The answer to a request that was read; a message that is accepted gets an id."""
    unanswered = ProviderAnswer(request=request, received=received, reply=None, plan=DeliveryPlan(), effect=effect)
    if effect.status is not None:
        return replace(unanswered, reply=rejection(effect))
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


def _header_text(text: str) -> str:
    """The text without characters that a header cannot contain."""
    return "".join(char if " " <= char <= "~" else "?" for char in redact(text))[:500]
