"""Sample webhooks become events: what each yields, and what tells it from the others.

Roles are found as in requests. What tells events apart is found by comparing the samples; where there is only one, by
the field's words. Each draft is then read back with every sample, by the engine that reads webhooks; what is still
confused is pinned further, and what cannot be told apart is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.learn.discriminators import Pin, event_pins, separating_pins, success_pins
from ringocli.importers.learn.message_id import id_score
from ringocli.importers.learn.pattern_tree import general, shortened, tree_of
from ringocli.importers.learn.roles import RoleChoice, SampleLeaf, assign, leaves_of
from ringocli.importers.learn.value_shapes import is_url, phone_scheme
from ringocli.importers.learn.webhook_kind import packed, why_unreadable
from ringocli.importers.model import Limit, limit
from ringocli.messaging.webhook import document_of, read_webhook
from ringocli.template.model import Template
from ringocli.template.pattern.pattern import Several
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Decision
from ringocli.template.variables import EVENT_TYPES
from ringocli.template.vocabulary import Role, name_score, plain
from ringocli.text.pointer import Pointer

KINDS = (*EVENT_TYPES, "other")
_DEFAULT_KEYS = {"message": "message", "mms": "file", "delivered": "delivered"}
_ROUNDS = 12
_WRAPPED = {"payload", "data", "body", "object", "values", "message", "sms", "resource", "content", "params"}
"""Keys that an envelope puts a message under."""
_ADDRESSES = {"url", "uri", "link", "href", "fileurl", "downloadurl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSample:
    """One sample: what the user says it is, where it came from, and the webhook itself."""

    kind: str
    name: str
    incoming: IncomingRequest

    @property
    def document(self) -> Any:
        """The tree it carries."""
        return shortened(document_of(self.incoming))


@dataclass(slots=True)
class EventDraft:
    """One event in the making: where its variables stand, and what is pinned."""

    kind: str
    sample: WebhookSample
    leaves: list[SampleLeaf]
    choices: dict[Role, RoleChoice]
    key: Pin | None = None
    pins: list[Pin] = field(default_factory=list)

    def places(self) -> dict[Pointer, Any]:
        """What stands where in the pattern, in the order of the sample."""
        found: dict[Pointer, Any] = {}
        for role, choice in self.choices.items():
            text = f"${self.variable(role)}$"
            if choice.part is not None:
                at = choice.leaf.text.find(choice.part)
                text = choice.leaf.text[:at] + text + choice.leaf.text[at + len(choice.part) :]
            found[general(choice.leaf.pointer)] = text
        for pin in self.pins:
            found[general(pin.pointer)] = pin.value
        if self.key is not None:
            found[general(self.key.pointer)] = "$event_key$"
        order = {general(leaf.pointer): index for index, leaf in enumerate(reversed(self.leaves))}
        return dict(sorted(found.items(), key=lambda place: -order.get(place[0], -1)))

    def variable(self, role: Role) -> str:
        """The variable of a role in this event: a file comes with ``$text$``."""
        return "text" if role is Role.CONTENT and self.kind == "mms" else role.value

    def event(self) -> dict[str, Any]:
        """The event as the template has it."""
        key = _DEFAULT_KEYS[self.kind] if self.key is None else self.key.text
        return {
            "event_key": key,
            "event_type": EVENT_TYPES[self.kind],
            "request_method": self.sample.incoming.method,
            "request_parameters": tree_of(self.places()),
        }


@dataclass(slots=True)
class LearnedEvents:
    """The events, why each part stands where it does, and which samples are still read otherwise."""

    drafts: list[EventDraft] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The ``Webhook`` section."""
        return [draft.event() for draft in self.drafts]


def learn_events(
    samples: Sequence[WebhookSample],
    *,
    sent_ids: Iterable[str] = (),
    hints: Mapping[str, str] | None = None,
    named: Mapping[str, Role | None] | None = None,
) -> LearnedEvents:
    """Events that take these samples; ``sent_ids`` are the texts of the sample reply, where the id stands too."""
    learned = LearnedEvents()
    ids = set(sent_ids)
    ordered = sorted((sample for sample in samples if sample.kind != "other"), key=lambda s: KINDS.index(s.kind))
    for sample in ordered:
        if any(draft.kind == sample.kind for draft in learned.drafts) and _is_taken(sample, learned.drafts):
            continue
        draft = _draft(sample, ids, dict(hints or {}), dict(named or {}), learned)
        if draft is not None:
            learned.drafts.append(draft)
    _borrow_text(learned.drafts)
    # Of two events that fit as well the first is taken: one that wants a file has to come before one that does not.
    learned.drafts.sort(key=lambda draft: ("mms", "message", "delivered").index(draft.kind))
    for draft in learned.drafts:
        _pin(draft, samples)
    _separate(learned.drafts, samples)
    _tell(learned, samples)
    return learned


# -- one event ----------------------------------------------------------------------------------


def _draft(
    sample: WebhookSample, ids: set[str], hints: dict[str, str], named: dict[str, Role | None], learned: LearnedEvents
) -> EventDraft | None:
    leaves = list(leaves_of(sample.document))
    if sample.kind == "delivered":
        choices = _receipt_choices(leaves, ids, hints.get("messageid"), named)
        wanted: tuple[Role, ...] = (Role.ID,)
    else:
        wanted = (Role.FROM, Role.TO, Role.URL if sample.kind == "mms" else Role.CONTENT)
        choices = _message_choices(sample, leaves, hints, named)
    missing = [role for role in wanted if role not in choices]
    if missing:
        names = " and ".join(f"${role.value}$" for role in missing)
        why = f"no value was recognised as {names}; name it with --hint"
        if unreadable := why_unreadable(sample.incoming.body, sample.incoming.content_type):
            why = f"it {unreadable}"
        elif name := packed(leaves):
            why = f'the field "{name}" contains JSON as text, which a pattern cannot look into'
        learned.limits.append(limit(f"{sample.kind} from {sample.name}", why))
        return None
    return EventDraft(kind=sample.kind, sample=sample, leaves=leaves, choices=choices)


def _message_choices(
    sample: WebhookSample, leaves: list[SampleLeaf], hints: dict[str, str], named: dict[str, Role | None]
) -> dict[Role, RoleChoice]:
    wanted = [Role.URL] if sample.kind == "mms" else []
    choices, _ = assign(
        leaves,
        [*wanted, Role.FROM, Role.TO, Role.CONTENT],
        _turned(hints, leaves),
        incoming=True,
        named=named,
    )
    if sample.kind == "mms" and Role.URL not in choices:
        used = {choice.leaf.pointer for role, choice in choices.items() if role is not Role.CONTENT}
        free = [
            leaf
            for leaf in leaves
            if is_url(leaf.value) and leaf.pointer not in used and not is_callback(leaf.names[0] if leaf.names else "")
        ]
        if free:
            free.sort(key=lambda leaf: (plain(leaf.names[0]) not in _ADDRESSES, -name_score(Role.CONTENT, leaf.names)))
            choices[Role.URL] = RoleChoice(
                role=Role.URL, leaf=free[0], why="the only URL in the sample", rivals=tuple(free[1:])
            )
            if Role.CONTENT in choices and choices[Role.CONTENT].leaf is free[0]:
                del choices[Role.CONTENT]
    file, text = choices.get(Role.URL), choices.get(Role.CONTENT)
    if file is not None and text is not None and file.leaf.text == text.leaf.text:
        del choices[Role.CONTENT]  # the provider repeats the address where a text would stand
    return {role: _bare(choices[role]) for role in (Role.FROM, Role.TO, Role.CONTENT, Role.URL) if role in choices}


def _bare(choice: RoleChoice) -> RoleChoice:
    """A number without the ``tel:`` that stands before it."""
    scheme = phone_scheme(choice.leaf.text) if choice.role in (Role.FROM, Role.TO) else ""
    if not scheme or choice.part is not None:
        return choice
    return replace(choice, part=choice.leaf.text[len(scheme) :])


def _turned(hints: dict[str, str], leaves: list[SampleLeaf]) -> dict[str, str]:
    """Hints as they hold for what comes in: the number that a request is sent from is the one a reply goes to.

    A literal that stands under a name for the other side is taken as that side's.
    """
    turned: dict[str, str] = {}
    for name, text in hints.items():
        role = {"number": "to", "contact": "from"}.get(name, name)
        if role in ("from", "to"):
            other = Role.TO if role == "from" else Role.FROM
            bare = text.removeprefix("+")
            holders = [leaf for leaf in leaves if bare and bare in leaf.text]
            if holders and all(name_score(other, leaf.names) >= 80 for leaf in holders):
                role = other.value
        turned.setdefault(role, text)
    return turned


def _receipt_choices(
    leaves: list[SampleLeaf], ids: set[str], hint: str | None, named: dict[str, Role | None]
) -> dict[Role, RoleChoice]:
    told = [leaf for leaf in leaves if any(role is Role.ID and leaf.is_called(name) for name, role in named.items())]
    if told:
        return {Role.ID: RoleChoice(role=Role.ID, leaf=told[0], why="as you specified")}
    scored = [(id_score(leaf, ids, hint, receipt=True) + _near_status(leaf, leaves), leaf) for leaf in leaves]
    fitting = [(points, leaf) for points, leaf in scored if points >= 34]
    if not fitting:
        return {}
    points, best = max(fitting, key=lambda pair: pair[0])
    rivals = tuple(
        leaf for other, leaf in fitting if leaf is not best and other > points - 6 and leaf.text != best.text
    )
    name = best.names[0] if best.names else "value"
    why = (
        "as you hinted"
        if hint and hint == best.text
        else "the sample reply contains the same value"
        if best.text in ids
        else f'named "{name}"'
    )
    return {Role.ID: RoleChoice(role=Role.ID, leaf=best, why=why, rivals=rivals)}


def _near_status(leaf: SampleLeaf, leaves: list[SampleLeaf]) -> int:
    """An id beside numbers or a status is the message's; one beside an event's name is the event's own."""
    around = [other for other in leaves if other.pointer[:-1] == leaf.pointer[:-1] and other is not leaf]
    below = [other for other in leaves if other.pointer[: len(leaf.pointer) - 1] == leaf.pointer[:-1]]
    named = " ".join(other.names[0].lower() for other in around if other.names)
    if any(word in named for word in ("status", "state", "recipient", "msisdn")):
        return 12
    beside = any(name_score(role, other.names[:1]) > 60 for role in (Role.TO, Role.FROM) for other in around)
    depth = len(leaf.pointer) - 1
    wraps = any(len(other.pointer) > depth + 1 and str(other.pointer[depth]).lower() in _WRAPPED for other in below)
    if re.search(r"\btype\b|event|\bname\b", named) and wraps and not beside:
        return -10
    if any(name_score(role, other.names) > 60 for role in (Role.TO, Role.FROM) for other in below if other is not leaf):
        deep = min((len(other.pointer) for other in below if name_score(Role.TO, other.names) > 60), default=99)
        return 8 if deep <= len(leaf.pointer) + 2 else 0
    return -10 if "event" in named or "occurred" in named else 0


def _borrow_text(drafts: list[EventDraft]) -> None:
    """A file's text stands where a message's does, also where the file's sample has none."""
    message = next((draft for draft in drafts if draft.kind == "message"), None)
    for draft in drafts:
        if draft.kind == "mms" and Role.CONTENT not in draft.choices and message is not None:
            text = message.choices[Role.CONTENT]
            there = {general(leaf.pointer): leaf.text for leaf in draft.leaves}
            at = general(text.leaf.pointer)
            if (at in there or len(at) == 1) and there.get(at) != draft.choices[Role.URL].leaf.text:
                draft.choices[Role.CONTENT] = replace(text, rivals=())


# -- telling events apart -----------------------------------------------------------------------


def _pin(draft: EventDraft, samples: Sequence[WebhookSample]) -> None:
    """The word that names the event, and for a receipt the word that says it arrived."""
    used = {general(choice.leaf.pointer) for choice in draft.choices.values()}
    free = [leaf for leaf in draft.leaves if general(leaf.pointer) not in used]
    others = [list(leaves_of(sample.document)) for sample in samples if sample.kind not in (draft.kind, "other")]
    failed = [list(leaves_of(sample.document)) for sample in samples if sample.kind == "other"]
    named = event_pins(draft.kind, free, others)
    draft.key = named[0] if named else None
    if draft.kind == "delivered":
        pinned = success_pins(free, failed, draft.key, draft.choices[Role.ID].leaf)
        if pinned and draft.key is None:
            draft.key, pinned = pinned[0], pinned[1:]
        draft.pins += [pin for pin in pinned if draft.key is None or pin.pointer != draft.key.pointer]


def _template(drafts: Sequence[EventDraft]) -> Template:
    events = [draft.event() for draft in drafts]
    return read_template(
        {"id": "draft", "name": "draft", "class": "sms", "properties": [], "API": {}, "Webhook": events}
    )


def _is_taken(sample: WebhookSample, drafts: Sequence[EventDraft]) -> bool:
    reading = read_webhook(_template(drafts), sample.incoming)
    return reading.event is not None and reading.event.type == EVENT_TYPES[sample.kind]


def _confusion(drafts: list[EventDraft], samples: Sequence[WebhookSample]) -> list[tuple[EventDraft, WebhookSample]]:
    """Each event that takes a sample that is none of its kind."""
    template = _template(drafts)
    found = []
    for sample in samples:
        reading = read_webhook(template, sample.incoming)
        taken = [event for event in (reading.event, *reading.also) if event is not None]
        for event in taken:
            draft = drafts[int(event.pointer[-1])]
            if draft.kind != sample.kind:
                found.append((draft, sample))
    return found


def _separate(drafts: list[EventDraft], samples: Sequence[WebhookSample]) -> None:
    """Pin what differs until no event takes a sample of another kind, as far as anything differs."""
    for _ in range(_ROUNDS):
        progress = False
        for draft, sample in _confusion(drafts, samples):
            used = {general(pointer) for pointer in draft.places()}
            free = [leaf for leaf in draft.leaves if general(leaf.pointer) not in used]
            own = [list(leaves_of(other.document)) for other in samples if other.kind == draft.kind]
            pins = separating_pins(free, list(leaves_of(sample.document)), own)
            if pins:
                draft.pins.append(pins[0])
                progress = True
                break
        if not progress:
            return


# -- telling the user ---------------------------------------------------------------------------


def _tell(learned: LearnedEvents, samples: Sequence[WebhookSample]) -> None:
    failed = any(sample.kind == "other" for sample in samples)
    for index, draft in enumerate(learned.drafts):
        at: Pointer = ("Webhook", index, "request_parameters")
        for role, choice in draft.choices.items():
            why = choice.why
            if choice.rivals:
                also = ", ".join(repr(rival.names[0]) for rival in choice.rivals[:3] if rival.names)
                why += f"; uncertain, {also} also fits"
            learned.decisions.append(
                Decision(
                    pointer=(*at, *general(choice.leaf.pointer)),
                    variable=draft.variable(role),
                    value=choice.part or choice.leaf.text,
                    why=why,
                )
            )
            if isinstance(choice.leaf.pointer[-1], int) or any(isinstance(step, int) for step in choice.leaf.pointer):
                _tell_list(learned, draft, choice)
        for pin, variable in ((draft.key, "event_key"), *((pin, None) for pin in draft.pins)):
            if pin is not None:
                pointer = (*at, *general(pin.pointer))
                learned.decisions.append(Decision(pointer=pointer, variable=variable, value=pin.text, why=pin.why))
        if draft.key is None:
            why = "no value names the event, so it is recognised by its fields alone"
            learned.decisions.append(
                Decision(
                    pointer=("Webhook", index, "event_key"), variable=None, value=_DEFAULT_KEYS[draft.kind], why=why
                )
            )
        if draft.kind == "delivered" and not failed and not _tells_success(draft):
            why = (
                "no value in the receipt means delivered, so failed receipts would match as well; add one as other=FILE"
            )
            learned.limits.append(limit("telling delivered from failed", why))
    _tell_confusion(learned, samples)


def _tell_list(learned: LearnedEvents, draft: EventDraft, choice: RoleChoice) -> None:
    if choice.role is Role.URL:
        count = len({leaf.text for leaf in draft.leaves if general(leaf.pointer) == general(choice.leaf.pointer)})
        if count > 1 and all(entry["what"] != "several files in one message" for entry in learned.limits):
            learned.limits.append(limit("several files in one message", "Ringotel takes one: the first is used"))


def _tells_success(draft: EventDraft) -> bool:
    from ringocli.text.outcomes import means_delivered

    pins = [pin for pin in (draft.key, *draft.pins) if pin is not None]
    return any(means_delivered(pin.text) or pin.tells_success for pin in pins)


def _tell_confusion(learned: LearnedEvents, samples: Sequence[WebhookSample]) -> None:
    template = _template(learned.drafts)
    for sample in samples:
        reading = read_webhook(template, sample.incoming)
        if sample.kind == "other":
            if reading.event is not None:
                why = f"the {reading.event.type} event matches it: nothing in the samples tells them apart"
                learned.limits.append(limit(f"other from {sample.name}", why))
        elif reading.event is None or reading.event.type != EVENT_TYPES[sample.kind]:
            if any(entry["what"] == f"{sample.kind} from {sample.name}" for entry in learned.limits):
                continue
            got = "no event" if reading.event is None else f"the {reading.event.type} event"
            why = f"{got} matches it: nothing in the samples tells them apart"
            learned.limits.append(limit(f"{sample.kind} from {sample.name}", why))


def texts_of(document: Any) -> list[str]:
    """Every scalar of a document as text, for looking values up in another sample."""
    found = []
    for leaf in leaves_of(document):
        found.append(leaf.text)
        if isinstance(leaf.value, Several):
            found += leaf.value
    return found
