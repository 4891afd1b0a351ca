"""Sends recorded webhooks again, with edited values; every other byte of a body is unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from ringocli.errors import LocalError, UsageError
from ringocli.http.content_types import Encoding, encoding_of
from ringocli.http.exchange import IncomingRequest, header
from ringocli.http.outgoing import payload_of
from ringocli.messaging.load.attempt import EventOutcome
from ringocli.messaging.load.bookkeeping import failure_reason
from ringocli.messaging.load.events import Event
from ringocli.messaging.load.scenario import as_rendered
from ringocli.messaging.load.signatures import SIGNATURE_HEADERS
from ringocli.messaging.provider import receive
from ringocli.messaging.webhook import WebhookReading, read_webhook
from ringocli.template.model import Template
from ringocli.testing.cases.recorded import read_recording
from ringocli.text.edits import Edit, apply
from ringocli.text.locate import find
from ringocli.text.pointer import Pointer, lookup
from ringocli.text.secret import Secret, redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One webhook to send again. ``edited`` are the variables that were replaced in it."""

    event: str | None
    edited: tuple[str, ...]
    request: IncomingRequest

    @property
    def is_signed(self) -> bool:
        """Whether the webhook has a recorded signature."""
        return any(header(self.request.headers, name) is not None for name in SIGNATURE_HEADERS)

    def document(self, outcome: EventOutcome) -> dict[str, Any]:
        """The result as a JSON object."""
        reply = outcome.reply
        return {
            "number": outcome.event.number + 1,
            "event": self.event,
            "edited": list(self.edited),
            "status": reply.status if reply is not None else None,
            "elapsed_ms": round(reply.elapsed_ms, 3) if reply is not None else None,
            "problem": redact(failure_reason(outcome.error, reply, outcome.failure)) or None,
        }


class ReplaySource:
    """A source of events for the engine: one per recorded webhook, in order."""

    def __init__(self, replays: Sequence[Replay], url: Secret) -> None:
        self._events = self._made(replays, url)
        self._left = len(replays)

    def take(self) -> Event | None:
        """The next webhook as an event.

        Raises:
            UsageError: it cannot be sent as HTTP.
        """
        self._left = max(0, self._left - 1)
        return next(self._events, None)

    def skip_rest(self) -> int:
        """How many are left; none of them is returned any more."""
        left, self._left = self._left, 0
        return left

    @staticmethod
    def _made(replays: Sequence[Replay], url: Secret) -> Iterator[Event]:
        for number, one in enumerate(replays):
            event_id = header(one.request.headers, "webhook-id") or ""
            yield Event(number, event_id, payload_of(as_rendered(one.request, url)))


def replays_of(template: Template, content: bytes, edits: Mapping[str, str]) -> list[Replay]:
    """The webhooks of a recording, oldest first and edited; what the template itself sends is left out.

    Raises:
        UsageError: there are none.
    """
    requests = [exchange.request for exchange in read_recording(content) if exchange.request is not None]
    found = [request for request in requests if not _is_sent_by(template, request)]
    if not found:
        raise UsageError("the recording contains no webhooks", "Provide an emulator export, a HAR file, or a request.")
    return [_replay(template, request, edits) for request in found]


def _is_sent_by(template: Template, request: IncomingRequest) -> bool:
    received = receive(template, request)
    return received.spec is not None and received.fits


def _replay(template: Template, webhook: IncomingRequest, edits: Mapping[str, str]) -> Replay:
    try:
        reading: WebhookReading | None = read_webhook(template, webhook)
    except LocalError:
        reading = None
    if reading is None:
        return Replay(event=None, edited=(), request=webhook)
    places = {name: reading.sources[name] for name in edits if name in reading.sources}
    event = reading.event.label if reading.event is not None else None
    request = _edited(webhook, reading, places, edits) if places else webhook
    return Replay(event=event, edited=tuple(places), request=request)


def _edited(
    webhook: IncomingRequest, reading: WebhookReading, places: Mapping[str, Pointer], edits: Mapping[str, str]
) -> IncomingRequest:
    values = {pointer: _value(reading, name, pointer, edits[name]) for name, pointer in places.items()}
    if webhook.method in ("GET", "DELETE", "HEAD") or not webhook.body.strip():
        return webhook._replace(query=_with_pairs(webhook.query, values))
    body = webhook.body.decode("utf-8", "surrogateescape")
    is_json = encoding_of(webhook.content_type) is not Encoding.FORM or body.lstrip().startswith(("{", "["))
    text = _with_values(body, values) if is_json else _with_pairs(body, values)
    return webhook._replace(body=text.encode("utf-8", "surrogateescape"))


def _value(reading: WebhookReading, name: str, pointer: Pointer, value: str) -> str | int:
    """The new value of a leaf: text around the variable is kept, and a number stays a number."""
    leaf, before = lookup(reading.document, pointer), reading.variables[name]
    if isinstance(leaf, str):
        return leaf.replace(before, value, 1) if before else value
    return int(value) if isinstance(leaf, int) and value.isascii() and value.isdigit() else value


def _with_values(text: str, values: Mapping[Pointer, str | int]) -> str:
    start = len(text) - len(text.lstrip("\ufeff"))
    bare = text[start:]
    edits = [Edit(*find(bare, pointer)[1], json.dumps(value, ensure_ascii=False)) for pointer, value in values.items()]
    return text[:start] + apply(bare, edits)


def _with_pairs(text: str, values: Mapping[Pointer, str | int]) -> str:
    """A query or form with some values replaced."""
    names = {str(pointer[0]): str(value) for pointer, value in values.items()}
    parts = []
    for part in text.split("&"):
        name = part.partition("=")[0]
        known = names.get(unquote_plus(name))
        parts.append(part if known is None else f"{name}={quote_plus(known)}")
    return "&".join(parts)
