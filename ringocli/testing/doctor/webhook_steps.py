"""The steps on the way back: the webhook URL, an event sent to it, and the delivery receipt of the sent message."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from ringocli.errors import NoReply, RingocliError
from ringocli.http.addresses import is_loopback
from ringocli.http.error_text import provider_message, reason_phrase
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.http.transport import Sender
from ringocli.messaging.awaiting.arrival import ArrivalSource, SentMessage, await_events, awaited_events
from ringocli.messaging.awaiting.emulator import EmulatorArrivals
from ringocli.messaging.request import render_event
from ringocli.template.model import RequestSpec, Template
from ringocli.template.preset import Preset
from ringocli.template.values import Missing, Values
from ringocli.template.variables import Place
from ringocli.testing.doctor.network_steps import ProviderConnection
from ringocli.testing.doctor.steps import RungResult, StepFailed
from ringocli.text.secret import Secret, sent
from ringocli.text.url import Url, split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTarget:
    """The receiver of webhooks; ``emulator`` is its base URL if it is an emulator, which can tell what arrived."""

    url: Secret
    host: str
    is_local: bool
    emulator: str | None


def check_webhook_url(
    template: Template,
    preset: Preset | None,
    url: Secret | None,
    *,
    live: bool,
    timeout_s: float,
    trust: ssl.SSLContext,
) -> tuple[RungResult, str, str, WebhookTarget | None]:
    """Whether the webhook URL answers; without a URL, the user is asked.

    Another machine is only connected to if ``live``.

    Raises:
        StepFailed: it is the URL of another integration, or nothing answers there.
    """
    console = preset.webhook_console if preset is not None else "the provider's console"
    if url is None:
        detail = "is the webhook URL from Ringotel's portal entered at the provider?"
        return RungResult.ASKED, detail, f"Enter it here: {console}", None
    parts = split_url(sent(url))
    host = parts.hostname or ""
    base = f"{parts.scheme}://{parts.netloc}"
    about = _about(base) if is_loopback(host) else None
    target = WebhookTarget(url=url, host=host, is_local=is_loopback(host), emulator=base if about else None)
    if about is not None:
        own = about["template"]["id"]
        if parts.path.rstrip("/").rpartition("/")[2] != quote(own, safe=""):
            raise StepFailed(
                "webhook_url", f"the emulator there serves /webhook/{own}, not this URL", f"Use {base}/webhook/{own}."
            )
        if own != template.id:
            fix = f"The webhook URL depends on the template's id, {template.id!r}."
            raise StepFailed("webhook_url", f"the emulator there serves the integration {own!r}", fix)
        return RungResult.OK, f"an emulator answers at {host}", "", target
    if live or target.is_local:
        _connect(parts, timeout_s, trust)
    if target.is_local:
        return RungResult.OK, f"{host} is this machine; the next step sends an event there", "", target
    detail = f"{host} was given; only the portal shows whether the URL belongs to this integration"
    return RungResult.ASKED, detail, "Compare it with the Webhook URL in the integration's settings.", target


def _connect(parts: Url, timeout_s: float, trust: ssl.SSLContext) -> None:
    """Connect to the host of the webhook URL, without sending anything.

    Raises:
        StepFailed: the host is unknown, nobody listens, or its certificate is not trusted.
    """
    port = parts.wire_port
    connection = ProviderConnection(parts.scheme, parts.wire_host, port, timeout_s=timeout_s, trust=trust)
    if connection.proxied:
        return
    try:
        connection.resolve()
        connection.connect()
        if parts.scheme == "https":
            connection.handshake()
    except StepFailed as error:
        raise StepFailed(
            "webhook_url", error.detail, error.fix.replace("request_url (or --url)", "--webhook-url")
        ) from None


def _about(base: str) -> dict[str, Any] | None:
    """The emulator's description of itself; None if this is not an emulator."""
    try:
        with _opener().open(f"{base}/api/about", timeout=5) as response:
            document = json.load(response)
    except (URLError, OSError, HTTPException, ValueError, RecursionError):
        return None
    found = isinstance(document, dict) and isinstance(document.get("template"), dict) and "id" in document["template"]
    return document if found else None


def _opener() -> Any:
    return build_opener(ProxyHandler({}))


def check_event(
    template: Template, values: Values, target: WebhookTarget, sender: Sender, *, live: bool
) -> tuple[RungResult, str, str]:
    """Send the first event to the webhook URL; only an emulator can tell whether it matched.

    Raises:
        StepFailed: it is refused, or matches no event.
    """
    if not template.events:
        return RungResult.SKIPPED, "the template has no events", ""
    if not (live or target.is_local):
        return RungResult.SKIPPED, f"sending an event to {target.host} needs --live", ""
    event = template.events[0]
    request = render_event(template, event, values, Missing.SAMPLE, url=target.url)
    try:
        reply = sender.send(request)
    except NoReply as error:
        slow = "It has to answer at once and process the event afterwards: providers wait 2 to 15 s, and then send it again."
        raise StepFailed("event", error.message, slow if error.kind == "timeout" else error.hint) from None
    outcome = f"{reply.status} {reason_phrase(reply.status)}".strip()
    words = provider_message(reply)
    outcome += f": {words}" if words and reply.status >= 400 else ""
    if not 200 <= reply.status < 300:
        raise StepFailed("event", outcome, _refused(request, reply))
    if target.emulator is not None:
        return RungResult.OK, f"{event.label} was matched", ""
    return RungResult.ASKED, f"{event.label} was sent ({outcome}): did the message appear in Ringotel?", _NOT_THERE


_WRONG_URL = "This is not the webhook URL: copy it from the integration's settings."
_REFUSALS = {
    401: "The receiver requires a credential, which is not part of the webhook URL.",
    403: "Something in front of the webhook URL refuses this sender: check its firewall and allow list.",
    404: _WRONG_URL,
    410: _WRONG_URL,
    422: "The running template does not match its own event: load the current one, or run ringocli match.",
    429: "Too many webhooks: the receiver has to accept as many as the provider sends.",
}


def _refused(request: RenderedRequest, reply: Reply) -> str:
    """What to do about an event that was not accepted."""
    if 300 <= reply.status < 400:
        target = header(reply.headers, "location") or "another URL"
        return f"The URL redirects, and providers do not follow redirects: enter the final URL, {target.partition('?')[0]}."
    if reply.status == 405:
        allowed = header(reply.headers, "allow")
        takes = f"accepts {allowed}" if allowed else f"does not accept {request.method}"
        return f"The URL {takes}: check request_method of the event, and that this is the webhook URL."
    return _REFUSALS.get(reply.status, "Check the log of the server that receives the webhooks.")


_NOT_THERE = "If not: is the integration enabled, the number assigned to a user, and the template the current version?"


def arrivals_at(url: Secret | None) -> EmulatorArrivals | None:
    """The webhooks that arrive from now on at the emulator of a webhook URL; None if it is not an emulator."""
    if url is None:
        return None
    parts = split_url(sent(url))
    base = f"{parts.scheme}://{parts.netloc}"
    if not is_loopback(parts.hostname or "") or _about(base) is None:
        return None
    try:
        return EmulatorArrivals(base)
    except RingocliError:
        return None


def check_receipt(
    template: Template, spec: RequestSpec, source: ArrivalSource | None, message: SentMessage | None, wait_s: float
) -> tuple[RungResult, str, str]:
    """Wait for the delivery receipt of the message that was sent, as ``send-test --await`` does.

    ``source`` has to be listening before the send.

    Raises:
        StepFailed: none arrived in time.
    """
    if message is None or message.message_id is None:
        return RungResult.SKIPPED, "no message was sent in this run", ""
    if not any(event.place is Place.DELIVERED for event in template.events):
        return RungResult.SKIPPED, "the template has no event for delivery receipts", ""
    if source is None:
        return RungResult.ASKED, "was the message shown as delivered in Ringotel?", _NO_RECEIPT
    try:
        events = awaited_events(template, spec, ("delivered",))
        ((awaited,),) = await_events(source, events, [message], wait_s)
        arrivals = source.wait(0, 0.0)
    except RingocliError as error:
        raise StepFailed("receipt", error.message, error.hint) from None
    if awaited.arrival is not None:
        return RungResult.OK, f"the receipt of {message.message_id} arrived", ""
    detail = f"no receipt of {message.message_id} within {wait_s:g} s"
    others = [one.variables.get("messageid", "") for one in arrivals if one.event_type == Place.DELIVERED]
    if others:
        fix = "The receipts and the reply contain different ids: point response_map at the id in the receipts."
        raise StepFailed("receipt", f"{detail}; receipts for other ids arrived: {', '.join(others[:3])}", fix)
    unmatched = next((one for one in arrivals if not one.matched), None)
    if unmatched is not None:
        fix = "If it reports a failure, ask the provider why. If not, make the event match it: ringocli match."
        raise StepFailed("receipt", f"{detail}; a webhook arrived that matches no event: {unmatched.problem}", fix)
    raise StepFailed("receipt", detail, _NO_RECEIPT)


_NO_RECEIPT = (
    "Check that the provider has receipts enabled, sends them to the webhook URL, and repeats the id from its reply."
)
