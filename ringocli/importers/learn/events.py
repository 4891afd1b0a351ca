"""Learns events from sample webhooks: their variables, and what distinguishes them from each other.

Roles are found as in requests. Events are distinguished by comparing the samples or, if there is only one, by the usual
words. The events are then matched with every sample by the engine that reads webhooks; what is still mixed up is pinned
further, and what cannot be told apart is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ringocli.importers.learn.discriminators import (
    Pin,
    event_pins,
    failed_status,
    may_be_delivered,
    separating_pins,
    success_pins,
)
from ringocli.importers.learn.event_report import NO_TEXT, explain
from ringocli.importers.learn.event_roles import borrow_text, message_roles, receipt_roles
from ringocli.importers.learn.message_id import IdContext
from ringocli.importers.learn.parties import names_side
from ringocli.importers.learn.pattern_tree import exclude
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of
from ringocli.importers.learn.webhook_kind import outgoing, packed_in, why_unreadable
from ringocli.importers.learn.webhook_samples import KINDS, EventDraft, LearnedEvents, WebhookSample
from ringocli.messaging.webhook import read_webhook, taken_by
from ringocli.template.field_vocabulary import Role
from ringocli.template.model import Template
from ringocli.template.reader import read_template
from ringocli.template.variables import EVENT_TYPES
from ringocli.text.pointer import generalised

_ROUNDS = 12


def learn_events(
    samples: Sequence[WebhookSample],
    *,
    sent: Sequence[SampleLeaf] = (),
    context: IdContext | None = None,
    hints: Mapping[str, str] | None = None,
    named: Mapping[str, Role | None] | None = None,
) -> LearnedEvents:
    """Events that match these samples; ``sent`` are the values of the sample reply, which contains the id as well."""
    learned = LearnedEvents()
    for sample in samples:
        if problem := sample.problem:
            _report_lost(learned, sample, problem)
    samples = _without_failed_receipts(learned, [sample for sample in samples if not sample.problem])
    ordered = sorted((sample for sample in samples if sample.kind != "other"), key=lambda s: KINDS.index(s.kind))
    unreadable: list[tuple[EventDraft, list[Role]]] = []
    for sample in ordered:
        if any(draft.kind == sample.kind for draft in learned.drafts) and _is_matched(sample, learned.drafts):
            continue
        leaves = list(leaves_of(sample.document))
        if sample.kind == "delivered":
            choices = receipt_roles(leaves, sent, context or IdContext(), named or {})
        else:
            choices = message_roles(sample.kind, leaves, hints or {}, named or {})
        draft = EventDraft(kind=sample.kind, sample=sample, leaves=leaves, choices=choices)
        if missing := [role for role in _required(sample.kind) if role not in choices]:
            unreadable.append((draft, missing))
        elif sample.kind != "delivered" and (said := outgoing(leaves)) is not None:
            why = f'"{said.name}" is "{said.text}", so it reports a message that was sent; use the webhook of a received one'
            _report_lost(learned, sample, why)
        elif key := draft.changing_key:
            _report_lost(learned, sample, f'"{key}" is the name of a field and differs in each webhook')
        elif name := draft.mixed_list:
            _report_lost(learned, sample, f'a pattern cannot tell apart the values "{name}" of a list')
        else:
            learned.drafts.append(draft)
    for draft, missing in unreadable:
        _report_unreadable(learned, draft, missing)
    borrow_text(learned.drafts)
    # If two events match equally well, the first is used, so the one that requires a file has to come first.
    learned.drafts.sort(key=lambda draft: ("mms", "message", "delivered").index(draft.kind))
    learned.drafts = [one for draft in learned.drafts for one in _pinned(draft, samples)]
    _separate(learned.drafts, samples)
    explain(learned, samples, _as_template(learned.drafts))
    return learned


def _without_failed_receipts(learned: LearnedEvents, samples: Sequence[WebhookSample]) -> list[WebhookSample]:
    """The samples; one that is pasted as delivered and whose status means the opposite has the kind ``other``."""
    failed = {
        sample.name: status
        for sample in samples
        if sample.kind == "delivered" and (status := failed_status(list(leaves_of(sample.document)))) is not None
    }
    is_read = any(sample.kind == "delivered" and sample.name not in failed for sample in samples)
    for name, status in failed.items():
        why = f'its "{status.name}" is "{status.text}", so its message was not delivered: use it as other=FILE'
        loss = "" if is_read else f"{_LOSSES['delivered']}: {name}: {why}"
        learned.add_limit(f"delivered from {name}", why, loss)
    return [replace(sample, kind="other") if sample.name in failed else sample for sample in samples]


def _required(kind: str) -> tuple[Role, ...]:
    if kind == "delivered":
        return (Role.ID,)
    return (Role.FROM, Role.TO, Role.URL if kind == "mms" else Role.CONTENT)


_LOSSES = {
    "message": "incoming messages will not be received",
    "mms": "incoming files will not be received",
    "delivered": "delivery receipts will not be matched",
}


def _report_lost(learned: LearnedEvents, sample: WebhookSample, why: str) -> None:
    loss = f"{_LOSSES[sample.kind]}: {sample.name}: {why}" if sample.kind in _LOSSES else ""
    learned.add_limit(f"{sample.kind} from {sample.name}", why, loss)


def _report_unreadable(learned: LearnedEvents, draft: EventDraft, missing: Sequence[Role]) -> None:
    sample = draft.sample
    if sample.kind == "message" and missing == [Role.CONTENT] and any(_is_like(draft, one) for one in learned.drafts):
        learned.add_limit(f"message from {sample.name}", NO_TEXT)
        return
    names = " and ".join(f"${draft.variable(role)}$" for role in missing)
    why = f"no value was recognised as {names}; name it with --hint"
    body = sample.incoming.body
    if body.strip() and (unreadable := why_unreadable(body, sample.incoming.content_type)):
        why = f"it {unreadable}"
    elif packed := packed_in(draft.leaves):
        why = f"{packed}, which a pattern cannot look into"
    _report_lost(learned, sample, why)


def _is_like(draft: EventDraft, other: EventDraft) -> bool:
    """Whether a draft has the sender and the recipient of another one of its kind at the same locations."""
    roles = (Role.FROM, Role.TO)
    places = [
        [generalised(one.choices[role].leaf.pointer) for role in roles if role in one.choices] for one in (draft, other)
    ]
    return draft.kind == other.kind and len(places[0]) == len(roles) and places[0] == places[1]


def _leaves_by_kind(samples: Sequence[WebhookSample], *kinds: str) -> list[list[SampleLeaf]]:
    return [list(leaves_of(sample.document)) for sample in samples if sample.kind in kinds]


def _pinned(draft: EventDraft, samples: Sequence[WebhookSample]) -> list[EventDraft]:
    """The draft with the word that names the event and, for a receipt, the word that means delivered.

    If receipts of delivered messages have several such words, there is an event for each.
    """
    alike = [sample for sample in samples if _reads(draft, sample)]
    own = [list(leaves_of(sample.document)) for sample in alike]
    used = {generalised(choice.leaf.pointer) for choice in draft.choices.values()}
    free = [leaf for leaf in draft.leaves if not any(exclude(generalised(leaf.pointer), at) for at in used)]
    others = _leaves_by_kind(samples, *(kind for kind in EVENT_TYPES if kind != draft.kind))
    failed = _leaves_by_kind(samples, "other")
    named = event_pins(draft.kind, free, own, others)
    draft.key = named[0] if named else None
    draft.pins += _side_pins(draft)
    if draft.kind != "delivered":
        return [draft]
    pinned = success_pins(free, own, failed, draft.key, draft.choices[Role.ID].leaf)
    if pinned and draft.key is None:
        draft.key, pinned = pinned[0], pinned[1:]
    draft.pins += [pin for pin in pinned if draft.key is None or pin.pointer != draft.key.pointer]
    return [draft, *_for_other_words(draft, alike, failed)]


def _for_other_words(
    draft: EventDraft, alike: Sequence[WebhookSample], failed: Sequence[Sequence[SampleLeaf]]
) -> list[EventDraft]:
    """An event for each other word that means delivered in the samples that are like the draft's.

    Events with the same fields need different keys, so the word becomes the ``event_key``.
    """
    pins = [pin for pin in (draft.key, *draft.pins) if pin is not None]
    found: dict[str, EventDraft] = {}
    for sample in alike:
        there = {leaf.pointer: leaf for leaf in leaves_of(sample.document)}
        differing = [pin for pin in pins if pin.pointer not in there or there[pin.pointer].text != pin.text]
        if (
            len(differing) != 1
            or (word := there.get(differing[0].pointer)) is None
            or not may_be_delivered(word, failed)
        ):
            continue
        if draft.key is not differing[0]:
            draft.pins = [pin for pin in (draft.key, *draft.pins) if pin is not None and pin is not differing[0]]
            draft.key = differing[0]
        choices = {
            role: replace(choice, leaf=there[choice.leaf.pointer])
            for role, choice in draft.choices.items()
            if choice.leaf.pointer in there
        }
        key = replace(differing[0], value=word.value)
        if len(choices) == len(draft.choices):
            found.setdefault(
                word.text, replace(draft, sample=sample, leaves=list(there.values()), choices=choices, key=key)
            )
    return list(found.values())


def _side_pins(draft: EventDraft) -> list[Pin]:
    """The words that say whose number each element of a list is, if the pattern reads the list by position."""
    if draft.by_position is None:
        return []
    holders = [draft.choices[role].leaf.pointer[:-1] for role in (Role.FROM, Role.TO)]
    return [
        Pin(pointer=leaf.pointer, value=leaf.value, why="it says whose number this is")
        for leaf in draft.leaves
        if leaf.pointer[:-1] in holders and names_side(leaf)
    ]


def _as_template(drafts: Sequence[EventDraft]) -> Template:
    events = [draft.event() for draft in drafts]
    return read_template(
        {"id": "draft", "name": "draft", "class": "sms", "properties": [], "API": {}, "Webhook": events}
    )


def _is_matched(sample: WebhookSample, drafts: Sequence[EventDraft]) -> bool:
    taken = taken_by(_as_template(drafts), sample.incoming)
    return taken is not None and taken[0] == EVENT_TYPES[sample.kind]


def _reads(draft: EventDraft, sample: WebhookSample) -> bool:
    return sample.kind == draft.kind and _is_matched(sample, [draft])


def _mixed_up(drafts: list[EventDraft], samples: Sequence[WebhookSample]) -> list[tuple[EventDraft, WebhookSample]]:
    """Each event that matches a sample of another kind."""
    template = _as_template(drafts)
    found = []
    for sample in samples:
        reading = read_webhook(template, sample.incoming)
        if reading.event is not None and drafts[int(reading.event.pointer[-1])].kind != sample.kind:
            found.append((drafts[int(reading.event.pointer[-1])], sample))
    return found


def _separate(drafts: list[EventDraft], samples: Sequence[WebhookSample]) -> None:
    """Pin differing values until no event matches a sample of another kind, as far as any differ."""
    for _ in range(_ROUNDS):
        progress = False
        for draft, sample in _mixed_up(drafts, samples):
            used = {generalised(pointer) for pointer in draft.values()}
            free = [leaf for leaf in draft.leaves if not any(exclude(generalised(leaf.pointer), at) for at in used)]
            own = [list(leaves_of(one.document)) for one in samples if one is draft.sample or _reads(draft, one)]
            pins = separating_pins(free, list(leaves_of(sample.document)), own)
            if pins:
                draft.pins.append(pins[0])
                progress = True
                break
        if not progress:
            return
