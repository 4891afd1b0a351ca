"""Near misses: the event that a webhook comes nearest to, and the change of the template that would make it match.

A change is proposed only if it is proved: with it, this webhook matches the event, the template's other events still
read their own webhooks as before, and a failed receipt is still not taken for a delivered one. If changing the event
would break that, a second event is proposed instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ringocli.errors import RingocliError
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import IncomingRequest, as_incoming
from ringocli.http.received import decode_received
from ringocli.messaging.alignment import Alignment, Received, align
from ringocli.messaging.event_change import EventChange, Operation, changed_event, patched_tree, second_event
from ringocli.messaging.near_miss_result import Attempt, NearMiss, TakeWebhook, differences_of
from ringocli.messaging.pairing import CHOSEN, Pair, left_over, pairs_in, scalars_of
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.received_field import (
    direction,
    is_call,
    is_delivery_status,
    is_file,
    is_mms,
    is_status,
    rival_of_id,
)
from ringocli.messaging.request import render_event
from ringocli.messaging.trees import laid_over
from ringocli.template.delivery_statuses import means_delivered, means_failed
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.matching import describe
from ringocli.template.pattern.notation import is_same
from ringocli.template.pattern.pattern import Constant, Json, as_text
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place
from ringocli.text.json_numbers import dumps
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text

MAX_UNCLAIMED = 50
"""Unused fields that a near miss lists."""


class _Candidate(NamedTuple):
    attempt: Attempt
    alignment: Alignment
    pairs: tuple[Pair, ...]

    @property
    def received(self) -> tuple[Received, ...]:
        """The fields that do not fit the pattern."""
        return (*self.alignment.unclaimed, *(one for _, one in self.alignment.different))

    @property
    def contradiction(self) -> str:
        """Why the webhook cannot be this event, whatever its other fields are; empty if it may be."""
        ways = {direction(one) for one in self.received}
        if any(map(is_call, self.received)):
            return "this is about a call, not a message"
        if self.attempt.event.place is Place.DELIVERED:
            if ways - {""} == {"incoming"}:
                return "this is an incoming message, not a receipt"
            statuses = [one.text for one in self.received if is_status(one)]
            failed = [text for text in statuses if means_failed(text)]
            if failed or (statuses and not any(map(means_delivered, statuses))):
                return f"its status is {describe((failed or statuses)[0])}, not delivered"
            return ""
        if any("url" in leaf.names for leaf in self.alignment.missing) and not any(map(is_file, self.received)):
            return "it contains no file"
        is_report = "outgoing" in ways or any(is_delivery_status(one) for one in self.received)
        return "this is a report about a message that was sent" if is_report and "incoming" not in ways else ""

    @property
    def nearness(self) -> tuple[float, bool, float]:
        """The share that fits or is paired, minus a penalty for an unread file or an unexplained delivery status."""
        share = self.alignment.share(sum(pair.leaf in self.alignment.missing for pair in self.pairs))
        place = self.attempt.event.place
        has_file = any(is_file(one) for one in left_over(self.alignment, self.pairs))
        if place is Place.MESSAGE and (has_file or any(is_mms(one) for one in self.received)):
            share -= 0.3
        if self.contradiction:
            share -= 0.5
        return round(share, 3), self.alignment.has_event_key, self.alignment.share()


def nearest_miss(
    template: Template,
    incoming: IncomingRequest,
    attempts: Sequence[Attempt],
    take: TakeWebhook,
    chosen: Mapping[Pointer, Pointer] | None = None,
) -> NearMiss:
    """The near miss of a webhook that no event matches: of the event with the largest share that fits.

    ``take`` reads a webhook with a template. ``chosen`` are pairs made by the user, see ``pairing.pairs_in``.
    """
    candidates = []
    for attempt in attempts:
        alignment = align(attempt.event, attempt.found, attempt.base)
        candidates.append(_Candidate(attempt, alignment, pairs_in(alignment, chosen)))
    best = max(candidates, key=lambda one: one.nearness)
    patch, why = _proposal(
        _Check(template, incoming, take, tuple(_completed(template, incoming, candidates, best))), best
    )
    return NearMiss(
        event=best.attempt.event,
        differences=differences_of(best.attempt.match.mismatches, best.attempt.base),
        patch=patch,
        unclaimed=left_over(best.alignment, ())[:MAX_UNCLAIMED],
        pairs=best.pairs,
        why=why,
    )


def _proposal(check: _Check, best: _Candidate) -> tuple[tuple[Operation, ...], str]:
    if best.contradiction:
        return (), best.contradiction
    pins = _pins(best)
    changes = []
    refused = ""
    for pinned in (pins, {}) if pins else ({},):
        change, why_not = _change(best, pinned)
        if change is None:
            return (), why_not
        refusal = check.why_unsafe(change.operations)
        if refusal is None:
            return change.operations, _summary(best)
        refused = refused or refusal
        changes.append(change)
    event = best.attempt.event
    second = second_event(check.template, event, changes[0].parameters, changes[0].key)
    if second and check.why_unsafe(second) is None:
        return second, f"added as a second event, because changing {event.label} {refused}"
    return (), f"the best candidate {refused}"


def _summary(best: _Candidate) -> str:
    parts = []
    for pair in best.pairs:
        expected = f"${pair.leaf.names[0]}$" if pair.leaf.names else describe(_constant(pair.leaf.leaf))
        parts.append(f"{pointer_text(pair.received.pointer)} is read as {expected} ({pair.why})")
    if best.alignment.reshaped:
        parts.append("a list is read where the template has an object, or the reverse")
    return "; ".join(parts)


def _change(best: _Candidate, pins: Mapping[Pointer, Json]) -> tuple[EventChange | None, str]:
    """The changed event; None, with the reason, if something has no counterpart or means something else."""
    event, alignment = best.attempt.event, best.alignment
    paired = {pair.leaf.pointer: pair for pair in best.pairs}
    lacking = [one for one in alignment.missing if one.pointer not in paired]
    dropped = [one for one in lacking if one.is_event_key and (event.place is not Place.DELIVERED or _is_pinned(best))]
    lacking = [one for one in lacking if one not in dropped]
    if lacking:
        names = ", ".join(f"${one.names[0]}$" if one.names else describe(_constant(one.leaf)) for one in lacking)
        return None, f"no received field is certain to be {names}"
    rival = _rival_of_id(best)
    if rival is not None:
        return None, f"$messageid$ could also be {pointer_text(rival.pointer)}"
    key = event.key
    values: dict[Pointer, Json] = {}
    different = [(leaf, received) for leaf, received in alignment.different if leaf.pointer not in paired]
    for leaf, received in (*different, *((pair.leaf, pair.received) for pair in best.pairs)):
        old = event.key if leaf.is_event_key else _constant(leaf.leaf)
        if old is None or is_same(old, received.value):
            continue
        if leaf.names and not leaf.is_event_key:
            return None, f"{pointer_text(received.pointer)} does not have the format in the template"
        if _is_other_outcome(event, as_text(old), as_text(received.value)):
            return None, f"{describe(received.value)} means a different outcome from {describe(old)}"
        if leaf.is_event_key:
            key = as_text(received.value)
        else:
            values[leaf.pointer] = received.value
    moves = {pointer: pair.received.pointer[len(best.attempt.base) :] for pointer, pair in paired.items()}
    drops = frozenset(one.pointer for one in (*dropped, *alignment.repeated))
    return changed_event(event, alignment, moves, values, drops, key, best.attempt.base, pins), ""


def _rival_of_id(best: _Candidate) -> Received | None:
    """Another field that may be the message id of a receipt."""
    if best.attempt.event.place is not Place.DELIVERED:
        return None
    fitting = [(leaf, received, False) for leaf, received in best.alignment.fitting]
    paired = [(pair.leaf, pair.received, True) for pair in best.pairs if pair.why != CHOSEN]
    for leaf, received, is_paired in (*fitting, *paired):
        if "messageid" in leaf.names:
            # If other values match the template, the id is probably the right one, too.
            return rival_of_id(received, scalars_of(best.alignment), is_paired or len(fitting) > 1)
    return None


def _pins(best: _Candidate) -> dict[Pointer, Json]:
    """A field with the direction of the message to add to the pattern, if the event reads none yet.

    The changed event must not match reports of sent messages, which have the same fields at some providers.
    """
    if len(best.pairs) < 2:
        return {}
    base, way = best.attempt.base, "outgoing" if best.attempt.event.place is Place.DELIVERED else "incoming"
    read = (*best.alignment.fitting, *best.alignment.different, *((pair.leaf, pair.received) for pair in best.pairs))
    if any(direction(received) for _, received in read):
        return {}
    found = [one for one in left_over(best.alignment, best.pairs) if direction(one) == way]
    first = min(found, key=lambda one: len(one.pointer), default=None)
    return {} if first is None else {first.pointer[len(base) :]: first.value}


def _is_pinned(best: _Candidate) -> bool:
    """Whether a fixed value of a receipt that means "delivered" is in the webhook."""
    found = (*best.alignment.fitting, *((pair.leaf, pair.received) for pair in best.pairs))
    return any(
        isinstance(leaf.leaf, Constant)
        and means_delivered(as_text(leaf.leaf.value))
        and means_delivered(as_text(received.value))
        for leaf, received in found
    )


def _constant(leaf: object) -> Json:
    return leaf.value if isinstance(leaf, Constant) else None


def _is_other_outcome(event: WebhookEvent, expected: str, received: str) -> bool:
    """Whether a value means another outcome, and is not only another spelling of the expected one.

    A pattern that requires success excludes failed receipts. The meaning of a receipt's numeric code is unknown, so
    only a word that means "delivered" replaces it.
    """
    if means_failed(received) and not means_failed(expected):
        return True
    if event.place is not Place.DELIVERED:
        return means_delivered(received) and not means_delivered(expected)
    return (means_delivered(expected) or expected.isdigit()) and not means_delivered(received)


class _Check(NamedTuple):
    """Checks that a patch changes how one webhook is read and no other; ``completed`` are further webhooks by their
    label.
    """

    template: Template
    incoming: IncomingRequest
    take: TakeWebhook
    completed: tuple[tuple[str, IncomingRequest], ...]

    def why_unsafe(self, operations: Sequence[Operation]) -> str | None:
        """Why a patch must not be applied, as the end of "it …"; None if it is safe."""
        if not operations:
            return "changes nothing"
        try:
            patched = read_template(patched_tree(self.template.root, operations))
        except (LookupError, TypeError):
            return "cannot be applied to the template"
        if self.take(patched, self.incoming) is None:
            return "would not make this webhook match"
        for label, webhook in (*_samples(self.template, patched), *self.completed):
            if self.take(patched, webhook) != self.take(self.template, webhook):
                return f"would change how {label} is read"
        return None


def _completed(
    template: Template, incoming: IncomingRequest, candidates: Sequence[_Candidate], best: _Candidate
) -> Iterator[tuple[str, IncomingRequest]]:
    """The webhook with the missing values of each other message event that it mostly fits: the same message with a
    file.
    """
    for one in candidates:
        alignment, event = one.alignment, one.attempt.event
        is_near = Place.DELIVERED not in (event.place, best.attempt.event.place) and not alignment.different
        is_near = is_near and one is not best and len(alignment.fitting) > len(alignment.missing)
        sample = _sample(template, event) if is_near else None
        if sample is not None and incoming.body.strip():
            document = laid_over(one.attempt.found, decode_received(sample.body, None).tree)
            body = dumps(document).encode("utf-8", "replace")
            yield event.label, incoming._replace(headers=(("Content-Type", JSON_TYPE),), body=body)


def _samples(template: Template, patched: Template) -> Iterator[tuple[str, IncomingRequest]]:
    """A webhook of each event that the patch leaves alone, and the failed form of each receipt."""
    unchanged = {(event.key, event.type, repr(event.parameters)) for event in patched.events}
    for event in template.events:
        webhook = _sample(template, event)
        if webhook is not None and (event.key, event.type, repr(event.parameters)) in unchanged:
            yield event.label, webhook
    for event in patched.events:
        failed = failed_form(event) if event.place is Place.DELIVERED else None
        webhook = _sample(patched, failed) if failed is not None else None
        if webhook is not None:
            yield f"the failed form of {event.label}", webhook


def _sample(template: Template, event: WebhookEvent) -> IncomingRequest | None:
    try:
        rendered = render_event(template, event, Values(layers=(Layer(),)), Missing.SAMPLE)
    except RingocliError:
        return None
    return as_incoming(rendered, "/")
