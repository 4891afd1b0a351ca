"""Adds an event or a request to an existing template; all other bytes are left unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.importers.draft import body_tree
from ringocli.importers.learn.events import learn_events
from ringocli.importers.learn.preset_match import named_by
from ringocli.importers.learn.properties import PropertyBook
from ringocli.importers.learn.request_state import Guidance
from ringocli.importers.learn.requests import learn_request
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.pasted_request import Pasted
from ringocli.messaging.webhook import read_webhook
from ringocli.template.assumptions import assumed_by
from ringocli.template.limit import Limit
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Draft
from ringocli.template.variables import EVENT_TYPES, Place
from ringocli.text.command_line import command_line
from ringocli.text.document import Document
from ringocli.text.json_editor import with_item, with_member
from ringocli.text.note import Note
from ringocli.text.pointer import Pointer


def with_events(name: str, text: str, samples: Sequence[WebhookSample], hints: Mapping[str, str]) -> tuple[str, Draft]:
    """The text with an event for each sample that none of its events matches yet.

    Raises:
        UsageError: no event can be made from a sample, or another event matches it; the caller writes nothing then.
        LocalError: the text is not a template.
    """
    document = _template(name, text)
    learned = learn_events(samples, hints=hints)
    if learned.limits and not learned.events:
        first = learned.limits[0]
        raise UsageError(f"{first.what}: {first.why}", "Nothing was written.")
    places: dict[int, Pointer] = {}
    for index, (draft, event) in enumerate(zip(learned.drafts, learned.events, strict=True)):
        if not _is_taken(document, draft.sample):
            document, places[index] = _with_event(document, event)
    template = read_template(document.value)
    for sample in samples:
        reading = read_webhook(template, sample.incoming)
        wanted = EVENT_TYPES.get(sample.kind)
        if (reading.event.type if reading.event else None) != wanted:
            got = f"the {reading.event.label} event" if reading.event else "no event"
            raise UsageError(
                f"{sample.name}: {got} would match it, although it is a {sample.kind} sample",
                "Add more samples of each kind. Nothing was written.",
            )
    return document.text, Draft(
        template=document.value,
        decisions=tuple(
            replace(decision, pointer=(*places[index], *decision.pointer[2:]))
            for decision in learned.decisions
            if (index := int(decision.pointer[1])) in places
        ),
        not_expressible=tuple(learned.limits),
        blocking=tuple(entry.blocker for entry in learned.limits if entry.blocker is not None),
        rows=assumed_by(document.value),
    )


def with_file_request(
    name: str, text: str, pasted: Pasted, hints: Mapping[str, str], *, force: bool
) -> tuple[str, Draft]:
    """The text with ``SendFile`` from a pasted request.

    Raises:
        UsageError: there is a SendFile already, and ``force`` is false.
        LocalError: the text is not a template.
    """
    document = _template(name, text)
    api = document.value["API"]
    if "SendFile" in api and not force:
        raise UsageError(f"{name} already has a SendFile", "Use --force to replace it.")
    known = named_by(document.value, pasted.url, body_tree(pasted))
    book = PropertyBook(host=Target.parse(pasted.url).host, known=known.by_value)
    learned = learn_request(pasted, Place.SEND_FILE, book, Guidance(hints=hints, auth_names=known.auth_names))
    spec = dict(learned.spec)
    message = api.get("SendMessage", {})
    if "response_map" in message and "response_map" not in spec:
        spec["response_map"] = message["response_map"]
    document = with_member(document, ("API",), "SendFile", spec)
    auth = document.value.get("auth")
    used = json.dumps(spec) + json.dumps(auth or learned.auth or {})
    if auth is None and "OAuth2" not in document.value and learned.auth is not None:
        document = with_member(document, (), "auth", learned.auth)
    limits = list(learned.limits)
    if auth is not None and learned.auth is not None and auth.get("type") != learned.auth["type"]:
        limits.append(
            Limit("two kinds of credentials", "a template has one auth for all requests: the existing one is kept")
        )
    for title in book.values:
        if title not in document.value.get("properties", []) and f"${title}$" in used:
            if "properties" not in document.value:
                document = with_member(document, (), "properties", [])
            document = with_item(document, ("properties",), title)
    return document.text, Draft(
        template=document.value,
        decisions=tuple(learned.decisions),
        not_expressible=tuple(limits),
        rows=assumed_by(document.value),
        credentials=tuple(dict.fromkeys(book.found)),
        saved=book.saved(),
        blocking=tuple(entry.blocker for entry in limits if entry.blocker is not None),
        notes=tuple(Note(text) for text in learned.notes),
    )


def _template(name: str, text: str) -> Document:
    document = Document.read(name, text)
    hint = f"See: {command_line('validate', name)}"
    if not document.is_json or not isinstance(document.value, dict):
        raise LocalError(f"{name}: not a JSON object", hint)
    if not isinstance(document.value.get("API"), dict):
        raise LocalError(f"{name}: not a template: it has no API section", hint)
    return document


def _is_taken(document: Document, sample: WebhookSample) -> bool:
    reading = read_webhook(read_template(document.value), sample.incoming)
    return reading.event is not None and reading.event.type == EVENT_TYPES.get(sample.kind)


def _with_event(document: Document, event: Mapping[str, Any]) -> tuple[Document, Pointer]:
    """The document with one more event, and the pointer to it."""
    webhook = document.value.get("Webhook")
    if webhook is None:
        return with_member(document, (), "Webhook", [event]), ("Webhook", 0)
    if isinstance(webhook, list):
        return with_item(document, ("Webhook",), event), ("Webhook", len(webhook))
    lists = [key for key, value in webhook.items() if isinstance(value, list)] if isinstance(webhook, dict) else []
    if len(lists) == 1:
        return with_item(document, ("Webhook", lists[0]), event), ("Webhook", lists[0], len(webhook[lists[0]]))
    if isinstance(webhook, dict) and "event_type" not in webhook:
        key = str(event["event_key"])
        return with_member(document, ("Webhook",), key, event), ("Webhook", key)
    raise UsageError("the Webhook section is a single event, not a list", "Turn it into a list first.")
