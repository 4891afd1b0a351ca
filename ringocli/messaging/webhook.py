"""Reads webhooks and replies: which event a webhook matches, and which values Ringotel would take from it.

Events are selected according to assumptions 1 to 4, 10, 11 and 36, since Ringotel publishes none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringocli.errors import LocalError
from ringocli.http.bodies import decode_pairs
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.http.received import Decoded, decode_query, decode_received
from ringocli.messaging.near_miss_result import Attempt, Difference, NearMiss, Taken
from ringocli.messaging.value_notes import value_notes
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.pattern.fast_path import misses
from ringocli.template.pattern.matching import MAX_ELEMENTS, Match
from ringocli.template.pattern.pattern import Items, Json
from ringocli.template.variables import REQUIRED, Place
from ringocli.text.pointer import Pointer
from ringocli.text.secret import Text

__all__ = [
    "Difference",
    "NearMiss",
    "WebhookReading",
    "best_match",
    "document_of",
    "ids_in",
    "read_reply",
    "read_webhook",
    "reply_notes",
    "taken_by",
]


class WebhookReading(NamedTuple):
    """The result of a webhook: an event with its variables, or a near miss (None if the template has no event).

    ``also`` are the other events that match, best first; the first ``equal_count`` of them match as well as the event.
    ``failed_receipt`` is the message id if the webhook reports that a message was not delivered.
    """

    document: Json
    variables: Mapping[str, str]
    sources: Mapping[str, Pointer]
    event: WebhookEvent | None = None
    also: tuple[WebhookEvent, ...] = ()
    near_miss: NearMiss | None = None
    failed_receipt: str | None = None
    notes: tuple[str, ...] = ()
    equal_count: int = 0

    @property
    def matched(self) -> bool:
        """Whether an event matches."""
        return self.event is not None


def document_of(incoming: IncomingRequest) -> Json:
    """The tree in a webhook: its body, or its query if it has no body.

    Raises:
        LocalError: the body is neither JSON nor a form.
    """
    return decoded_webhook(incoming).tree


def decoded_webhook(incoming: IncomingRequest) -> Decoded:
    """Like ``document_of``, with notes on what was unusual about the webhook.

    Raises:
        LocalError: the body is neither JSON nor a form.
    """
    if incoming.method in ("GET", "DELETE", "HEAD") or (not incoming.body.strip() and incoming.query):
        tree, notes, _ = decode_query(incoming.query)
        if incoming.body.strip():
            notes = (*notes, f"the body was not read: the values of a {incoming.method} webhook are in its query")
        return Decoded(tree, (*incoming.notes, *notes))
    decoded = decode_received(incoming.body, incoming.content_type)
    if not incoming.query and not incoming.notes:
        return decoded
    names = ", ".join(list(decode_pairs(incoming.query))[:4])
    ignored = (f"the query of the URL ({names}) was not read: the values are taken from the body",) if names else ()
    return decoded._replace(notes=(*incoming.notes, *decoded.notes, *ignored))


def read_webhook(
    template: Template,
    incoming: IncomingRequest,
    properties: Mapping[str, Text] | None = None,
    pairs: Mapping[Pointer, Pointer] | None = None,
) -> WebhookReading:
    """Find the event of the template that a webhook matches, under our assumptions.

    ``pairs`` are pairs of a missing value and a received field for the near miss, see ``pairing.pairs_in``.

    Raises:
        LocalError: the body cannot be decoded.
    """
    document, decoding_notes, _ = decoded_webhook(incoming)
    given = properties or {}
    fitting = _fitting(template, incoming, document, given)
    if not fitting:
        missed = _missed(template, incoming, document, given, pairs)
        return missed._replace(notes=(*decoding_notes, *missed.notes)) if decoding_notes else missed
    best, *others = fitting
    notes = [*decoding_notes, *_notes(best, document)]
    rivals = [other for other in others if other.match.matched == best.match.matched]
    if rivals:
        names = ", ".join(other.event.label for other in rivals)
        notes.append(f"{names} matches equally well; the first in the file is used (assumption 2)")
    return WebhookReading(
        document=document,
        event=best.event,
        variables=best.match.bindings,
        sources=best.match.sources,
        also=tuple([other.event for other in others]),
        notes=tuple(notes),
        equal_count=len(rivals),
    )


def best_match(template: Template, incoming: IncomingRequest) -> Attempt | None:
    """The event that a webhook matches, with its values; None if none does, without the search for a near miss."""
    try:
        fitting = _fitting(template, incoming, document_of(incoming), {})
    except LocalError:
        return None
    return fitting[0] if fitting else None


def taken_by(template: Template, incoming: IncomingRequest) -> Taken:
    """The event type and the values that a template takes from a webhook; None if no event matches."""
    best = best_match(template, incoming)
    return (best.event.type, best.match.bindings) if best is not None else None


def _candidates(template: Template, incoming: IncomingRequest) -> list[WebhookEvent]:
    return [event for event in template.events if event.method is None or event.method == incoming.method]


def _fitting(
    template: Template, incoming: IncomingRequest, document: Json, properties: Mapping[str, Text]
) -> list[Attempt]:
    """The events that match, the most specific first."""
    fitting = []
    is_object = isinstance(document, dict)
    for event in _candidates(template, incoming):
        # Most events are ruled out by a value they require. A list is always tried (assumption 11).
        if not (is_object and misses(document, event.requirements)):
            attempt = _attempt(event, document, properties)
            if attempt.match.fits:
                fitting.append(attempt)
    if len(fitting) > 1:
        fitting.sort(key=lambda attempt: -attempt.match.matched)
    return fitting


def _attempt(event: WebhookEvent, document: Json, properties: Mapping[str, Text]) -> Attempt:
    given = {name: properties[name] for name in event.properties if properties.get(name)} if properties else {}
    if event.key is not None:
        given["event_key"] = event.key
    pattern, required = event.pattern, event.required
    if isinstance(document, list) and not isinstance(pattern.root, Items):
        attempts = [
            Attempt(event=event, match=pattern.match(item, given, required), base=(index,), found=item)
            for index, item in enumerate(document[:MAX_ELEMENTS])
        ]
        if attempts:
            return min(attempts, key=lambda one: (len(one.match.mismatches), -one.match.matched))
    return Attempt(event=event, match=pattern.match(document, given, required), found=document)


def _notes(attempt: Attempt, document: Json) -> list[str]:
    notes = []
    if attempt.base:
        notes.append("the body is an array, so each element was tried (assumption 11)")
        if isinstance(document, list) and len(document) > 1:
            notes.append(f"the body has {len(document)} elements; only element {attempt.base[0]} is used")
    if isinstance(document, list) and len(document) > MAX_ELEMENTS:
        notes.append(f"the body has {len(document)} elements; only the first {MAX_ELEMENTS} were tried")
    notes += array_notes(attempt.match)
    notes += value_notes(attempt.found, attempt.match.bindings, attempt.match.sources)
    place = attempt.event.place
    if place and not REQUIRED[place] <= attempt.match.bindings.keys():
        absent = sorted(REQUIRED[place] - attempt.match.bindings.keys())
        notes.append(f"the event does not provide {', '.join(f'${name}$' for name in absent)}; run ringocli validate")
    return notes


def array_notes(match: Match) -> tuple[str, ...]:
    """A note if an array had more elements than the one that was taken."""
    text = "an array has more than one element; the first that matches is used (assumptions 10 and 12)"
    return (text,) if match.more else ()


def _missed(
    template: Template,
    incoming: IncomingRequest,
    document: Json,
    properties: Mapping[str, Text],
    pairs: Mapping[Pointer, Pointer] | None,
) -> WebhookReading:
    candidates = _candidates(template, incoming)
    if not candidates:
        notes = ("the template has no event",)
        if template.events:
            methods = sorted({event.method for event in template.events if event.method})
            notes = (f"no event uses {incoming.method}; they use {', '.join(methods)}",)
        return WebhookReading(document=document, variables={}, sources={}, notes=notes)
    from ringocli.messaging.near_miss import nearest_miss
    from ringocli.messaging.receipts import failed_receipt_id, failed_receipt_note

    attempts = [_attempt(event, document, properties) for event in candidates]
    near_miss = nearest_miss(template, incoming, attempts, taken_by, pairs)
    ids = (failed_receipt_id(one.event, one.found, one.base) for one in attempts)
    failed = next((message_id for message_id in ids if message_id is not None), None)
    return WebhookReading(
        document=document,
        variables={},
        sources={},
        near_miss=near_miss,
        failed_receipt=failed,
        notes=(failed_receipt_note(failed),) if failed is not None else (),
    )


def read_reply(spec: RequestSpec, reply: Reply) -> Match:
    """The variables that ``response_map`` takes from a provider's reply.

    Raises:
        LocalError: the body cannot be decoded.
    """
    return spec.reply.match(decode_received(reply.body, reply.content_type).tree, {}, REQUIRED[Place.RESPONSE_MAP])


def reply_notes(reply: Reply) -> tuple[str, ...]:
    """What is unusual about a reply."""
    try:
        return (*reply.notes, *decode_received(reply.body, reply.content_type).notes)
    except LocalError:
        return reply.notes


def ids_in(spec: RequestSpec, reply: Reply) -> dict[str, str]:
    """The variables in a reply, usually ``messageid``; empty if it cannot be decoded or does not fit ``response_map``."""
    if spec.response_map is None:
        return {}
    try:
        match = read_reply(spec, reply)
    except LocalError:
        return {}
    return dict(match.bindings) if match.fits else {}
