"""Sends recorded webhooks again, elsewhere, with edited values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ringocli.errors import LocalError, NoReply, UsageError
from ringocli.http.content_types import Encoding, encoding_of
from ringocli.http.exchange import IncomingRequest, RenderedRequest, Reply
from ringocli.messaging.load.scenario import as_rendered
from ringocli.messaging.provider import receive
from ringocli.messaging.webhook import WebhookReading, read_webhook
from ringocli.template.model import Template
from ringocli.testing.cases.recorded import read_recording
from ringocli.text.pointer import Pointer, lookup
from ringocli.text.secret import Secret

SQLITE_START = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One webhook that was sent again. ``edited`` are the variables that were replaced in it."""

    number: int
    event: str | None
    edited: tuple[str, ...]
    status: int | None
    elapsed_ms: float | None
    problem: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The replay as a JSON object."""
        return {
            "number": self.number,
            "event": self.event,
            "edited": list(self.edited),
            "status": self.status,
            "elapsed_ms": round(self.elapsed_ms, 3) if self.elapsed_ms is not None else None,
            "problem": self.problem or None,
        }


def recorded_webhooks(template: Template, content: bytes) -> list[IncomingRequest]:
    """The webhooks of a recording, oldest first; what the template itself sends is left out.

    Raises:
        UsageError: there are none, or the file is a journal, which contains no bodies.
    """
    if content.startswith(SQLITE_START):
        raise UsageError(
            "a journal contains no webhooks, only what makes them",
            "Run the same simulate-webhook command again with another --journal: the same seed gives the same events.",
        )
    requests = [exchange.request for exchange in read_recording(content) if exchange.request is not None]
    found = [request for request in requests if not _is_sent_by(template, request)]
    if not found:
        raise UsageError("the recording contains no webhooks", "Give an emulator export, a HAR file, or a request.")
    return found


def _is_sent_by(template: Template, request: IncomingRequest) -> bool:
    received = receive(template, request)
    return received.spec is not None and received.fits


def replay_all(
    template: Template,
    webhooks: Sequence[IncomingRequest],
    url: Secret,
    edits: Mapping[str, str],
    send: Callable[[RenderedRequest], Reply],
) -> list[Replay]:
    """Send every webhook again; one that fails does not stop the others."""
    found = []
    for number, webhook in enumerate(webhooks, 1):
        reading = _reading(template, webhook)
        edited, names = _edited(webhook, reading, edits)
        event = reading.event.label if reading is not None and reading.event is not None else None
        status, elapsed_ms, problem = None, None, ""
        try:
            reply = send(as_rendered(edited, url))
            status, elapsed_ms = reply.status, reply.elapsed_ms
            problem = "" if 200 <= reply.status < 300 else f"status {reply.status}"
        except NoReply as failure:
            problem = failure.message
        found.append(
            Replay(number=number, event=event, edited=names, status=status, elapsed_ms=elapsed_ms, problem=problem)
        )
    return found


def _reading(template: Template, webhook: IncomingRequest) -> WebhookReading | None:
    try:
        return read_webhook(template, webhook)
    except LocalError:
        return None


def _edited(
    webhook: IncomingRequest, reading: WebhookReading | None, edits: Mapping[str, str]
) -> tuple[IncomingRequest, tuple[str, ...]]:
    """The webhook with the variables that it has replaced; the rest of the body keeps its values."""
    places = {name: reading.sources[name] for name in edits if name in reading.sources} if reading is not None else {}
    if not places:
        return webhook, ()
    body = webhook.body.decode("utf-8", "replace")
    if encoding_of(webhook.content_type) is Encoding.FORM and not body.lstrip().startswith(("{", "[")):
        names = {str(pointer[0]): edits[name] for name, pointer in places.items()}
        pairs = [(key, names.get(key, value)) for key, value in parse_qsl(body, keep_blank_values=True)]
        text = urlencode(pairs)
    else:
        document = json.loads(body)
        for name, pointer in places.items():
            _put(document, pointer, edits[name])
        text = json.dumps(document, ensure_ascii=False)
    return replace(webhook, body=text.encode("utf-8")), tuple(places)


def _put(document: Any, pointer: Pointer, value: str) -> None:
    holder = lookup(document, pointer[:-1])
    holder[pointer[-1]] = value
