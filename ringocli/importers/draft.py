"""Combines all pasted samples (requests, a reply, webhooks) into one draft of a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

from ringocli.errors import LocalError, UsageError
from ringocli.http.bodies import decode
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import Reply
from ringocli.http.received import decode_received
from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.constants import other_service
from ringocli.importers.learn.event_roles import own_numbers
from ringocli.importers.learn.events import learn_events
from ringocli.importers.learn.message_id import IdContext, form_difference, name_difference
from ringocli.importers.learn.placeholders import shown
from ringocli.importers.learn.preset_match import PresetMatch, recognise
from ringocli.importers.learn.properties import PropertyBook
from ringocli.importers.learn.replies import LearnedReply, learn_reply
from ringocli.importers.learn.request_state import Guidance, LearnedRequest
from ringocli.importers.learn.requests import learn_request
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.webhook_samples import EventDraft, LearnedEvents, WebhookSample
from ringocli.importers.leftover_credentials import constant_hints, without_credentials
from ringocli.importers.naming import default_id, default_name
from ringocli.importers.pasted_request import Pasted
from ringocli.messaging.webhook import decoded_webhook, reply_notes
from ringocli.template.assumptions import assumed_by
from ringocli.template.field_vocabulary import Role
from ringocli.template.limit import Blocker, Limit
from ringocli.template.pattern.notation import VariablePart, split
from ringocli.template.pattern.pattern import Several
from ringocli.template.scaffold import Answers, Decision, Draft, from_answers
from ringocli.template.variables import EVENT_TYPES, Place
from ringocli.text.note import Note
from ringocli.text.pointer import generalised


@dataclass(frozen=True, kw_only=True)
class Pastes:
    """Everything that was pasted.

    ``named`` are corrections (a field → its role, None for a constant), ``dropped`` the fields to leave out.
    """

    send: Pasted | None = None
    file: Pasted | None = None
    reply: Reply | None = None
    samples: Sequence[WebhookSample] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Role | None] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was pasted."""
        return self.send is None and self.file is None and self.reply is None and not self.samples

    @property
    def fields(self) -> list[SampleLeaf]:
        """Every value that a correction can refer to."""
        requests = [pasted for pasted in (self.send, self.file) if pasted is not None]
        trees = [tree for pasted in requests if (tree := read_body(pasted, pasted.method.upper()).tree) is not None]
        found = [leaf for pasted in requests for leaf in Target.parse(pasted.url).query_leaves]
        found += [leaf for pasted in requests for leaf in Target.parse(pasted.url).path_leaves()]
        trees += [sample.document for sample in self.samples if not sample.problem]
        return [*found, *(leaf for tree in trees for leaf in leaves_of(tree)), *_leaves_in(self.reply)]


def from_pastes(pastes: Pastes, answers: Answers, reserved: Sequence[str] = ()) -> Draft:
    """A draft from pasted samples; parts that no sample shows are taken from the answers, or left out.

    Raises:
        UsageError: there is neither a pasted request nor a URL among the answers, or a field to drop does not exist.
    """
    _check_dropped(pastes)
    if pastes.send is None and pastes.file is None:
        return without_credentials(_draft_from_answers(pastes, answers))
    first = pastes.send or pastes.file
    assert first is not None
    known = recognise(Target.parse(first.url).host, first.url, body_tree(first))
    book = PropertyBook(host=Target.parse(first.url).host, known=known.by_value, given=list(answers.properties))
    requests = _requests(pastes, first, book, known)
    learned = _learned_samples(pastes, requests, book)
    template = _assembled(answers, known, book, requests, learned, reserved)
    template |= {part: book.swept(template[part]) for part in ("API", "Webhook") if part in template}
    draft = Draft(
        template=template,
        decisions=tuple(
            replace(decision, value=book.masked(decision.value) if decision.variable else book.swept(decision.value))
            for decision in _decisions(answers, template, requests, learned)
        ),
        not_expressible=_unique([*(entry for one in requests for entry in one.limits), *learned.limits]),
        rows=assumed_by(template),
        credentials=tuple(dict.fromkeys(book.found)),
        saved=book.saved(),
        constants=tuple(
            replace(constant, value=book.swept(constant.value)) for one in requests for constant in one.constants
        ),
        blocking=(*_blocking(requests, learned), *map(Blocker, constant_hints(template, pastes.hints))),
        missing=tuple(_missing(template, has_reply=pastes.reply is not None)),
        notes=_notes(
            [
                *(note for one in requests for note in one.notes),
                *_sample_notes(pastes),
                *_unused_hints(pastes),
                *_preset(known),
            ],
            learned,
        ),
    )
    return without_credentials(draft, book)


@dataclass(frozen=True, slots=True)
class _LearnedSamples:
    """The events and the ``response_map``, which are learned together: the reply shows which id a receipt repeats."""

    events: LearnedEvents
    reply: LearnedReply | None
    mismatch: str

    @property
    def limits(self) -> list[Limit]:
        return [*self.events.limits, *(self.reply.limits if self.reply is not None else ())]


def _learned_samples(pastes: Pastes, requests: Sequence[LearnedRequest], book: PropertyBook | None) -> _LearnedSamples:
    taken = {text for request in requests for text in request.texts}
    taken |= {value for value in (book.values.values() if book is not None else ()) if value}
    replied = _leaves_in(pastes.reply)
    names = [name for name, role in pastes.named.items() if role is Role.ID]
    named = [leaf.text for leaf in replied if any(leaf.is_called(name) for name in names)]
    context = IdContext(taken, named[0] if named else pastes.hints.get("messageid"))
    events = learn_events(pastes.samples, sent=replied, context=context, hints=pastes.hints, named=pastes.named)
    receipt = events.receipt
    reply = learn_reply(pastes.reply, receipt.leaves if receipt is not None else (), context) if pastes.reply else None
    mismatch = _id_mismatch(reply, receipt, requests) if reply is not None and receipt is not None else ""
    return _LearnedSamples(events, reply, mismatch)


def _id_mismatch(reply: LearnedReply, receipt: EventDraft, requests: Sequence[LearnedRequest]) -> str:
    """A clause on why receipts may never match: the ids of the two samples are of different kinds; "" if they match."""
    choice = receipt.choices[Role.ID]
    if reply.leaf is None or reply.by_user or choice.by_user:
        return ""
    difference = form_difference(reply.leaf.text, choice.literal) or name_difference(reply.leaf, choice.leaf)
    if not difference and reply.count > 1 and reply.leaf.text != choice.literal:
        several = any(one.sends_several for one in requests)
        difference = "" if several else f"the reply has {reply.count} ids, the receipt one"
    if not difference:
        return ""
    return (
        f'delivery receipts may never match: the reply\'s id "{reply.leaf.text}" ({reply.leaf.name}) and the '
        f'receipt\'s "{choice.literal}" ({choice.leaf.name}) differ: {difference}'
    )


def _requests(pastes: Pastes, first: Pasted, book: PropertyBook, known: PresetMatch) -> list[LearnedRequest]:
    """SendMessage and, if a sample sends a file, SendFile."""
    send = learn_request(first, Place.SEND_MESSAGE, book, _guidance(pastes, known, None))
    if book.is_schema():
        send.block("the sample is a schema with types for values, not a message: paste an example with real values")
    file_paste = pastes.file or (pastes.send.with_file if pastes.send is not None else None)
    if file_paste is None and send.file_url is not None:
        file_paste = pastes.send
    if file_paste is None:
        return [send]
    text = send.choices.get(Role.CONTENT)
    guidance = _guidance(pastes, known, text.leaf.text if text is not None else None)
    file = learn_request(file_paste, Place.SEND_FILE, book, guidance)
    if (service := other_service(file.constants)) and not other_service(send.constants):
        file.block(f'SendFile sends over "{service}" and SendMessage does not: files will not arrive as MMS')
    return [send, file]


def _guidance(pastes: Pastes, known: PresetMatch, content: str | None) -> Guidance:
    return Guidance(
        hints={{"number": "from", "contact": "to"}.get(name, name): text for name, text in pastes.hints.items()},
        named=pastes.named,
        dropped=pastes.dropped,
        content=content,
        own=own_numbers(pastes.samples, pastes.hints, pastes.named),
        auth_names=known.auth_names,
        numbers=known.preset.numbers["outgoing"] if known.preset is not None else "",
    )


def _check_dropped(pastes: Pastes) -> None:
    fields = pastes.fields
    for name in sorted(pastes.dropped):
        outer = [replace(leaf, names=leaf.names[depth:]) for leaf in fields for depth in range(len(leaf.names))]
        if not any(leaf.is_called(name) for leaf in outer):
            there = ", ".join(dict.fromkeys(leaf.names[0] for leaf in fields if leaf.names))
            raise UsageError(f"--drop {name}: no field has this name", f"The fields are: {there}.")


def _draft_from_answers(pastes: Pastes, answers: Answers) -> Draft:
    """A draft from webhook and reply samples only: the requests come from the answers."""
    if answers.send_url is None:
        raise UsageError("no request was given", "Add --from-curl, or --id, --name and --send-url, or use --preset.")
    draft = from_answers(answers)
    template = dict(draft.template)
    learned = _learned_samples(pastes, (), None)
    reply = learned.reply
    if pastes.samples:
        del template["Webhook"]  # the documented events would not match what the provider sends
    if learned.events.events:
        template["Webhook"] = learned.events.events
    decisions = [d for d in draft.decisions if not (pastes.samples and d.pointer[:1] == ("Webhook",))]
    if reply is not None and reply.response_map is not None:
        for spec in template["API"].values():
            spec["response_map"] = reply.response_map
        decisions = [d for d in decisions if "response_map" not in d.pointer]
    return replace(
        draft,
        template=template,
        decisions=(*decisions, *_reply_decisions(reply, list(template["API"])), *learned.events.decisions),
        not_expressible=_unique([*(() if pastes.samples else draft.not_expressible), *learned.limits]),
        rows=assumed_by(template),
        blocking=_blocking((), learned),
        missing=tuple(_missing(template, has_reply=pastes.reply is not None)) if pastes.samples else (),
        notes=_notes([*_sample_notes(pastes), *_unused_hints(pastes)], learned),
    )


def body_tree(pasted: Pasted) -> Any:
    """The decoded body of a pasted request, to match patterns with; None if it has none."""
    try:
        return decode(pasted.body.encode(), pasted.content_type) if pasted.body else None
    except LocalError:
        return None


def _leaves_in(reply: Reply | None) -> list[SampleLeaf]:
    try:
        return list(leaves_of(decode_received(reply.body, reply.content_type).tree)) if reply is not None else []
    except LocalError:
        return []


def _assembled(
    answers: Answers,
    known: PresetMatch,
    book: PropertyBook,
    requests: list[LearnedRequest],
    learned: _LearnedSamples,
    reserved: Sequence[str],
) -> dict[str, Any]:
    auth = _auth(requests)
    template: dict[str, Any] = {"id": answers.id or default_id(book.host, reserved)}
    title = known.preset.title if known.preset is not None else default_name(template["id"])
    template["name"] = answers.name or title
    if answers.logo is not None:
        template["logo"] = answers.logo
    template["class"] = "sms"
    template["properties"] = _ordered(book, auth)
    if auth is not None:
        template["auth"] = auth
    template["API"] = {}
    for request in requests:
        spec = dict(request.spec)
        if learned.reply is not None and learned.reply.response_map is not None:
            spec["response_map"] = learned.reply.response_map
        template["API"][request.place.value] = spec
    if learned.events.events:
        template["Webhook"] = learned.events.events
    return template


def _auth(requests: list[LearnedRequest]) -> dict[str, str] | None:
    found = [request.auth for request in requests if request.auth is not None]
    if len(found) > 1 and found[0] != found[1]:
        why = "a template has one auth for all requests: the one of SendMessage is used"
        requests[-1].limits.append(Limit("two kinds of credentials", why))
    return found[0] if found else None


def _ordered(book: PropertyBook, auth: Mapping[str, str] | None) -> list[str]:
    """The properties, those of the credentials first."""
    first = [
        part.name
        for key in ("token", "username", "password")
        for part in split((auth or {}).get(key, ""), book.values)
        if isinstance(part, VariablePart)
    ]
    return list(dict.fromkeys([*first, *book.values]))


def _decisions(
    answers: Answers, template: Mapping[str, Any], requests: list[LearnedRequest], learned: _LearnedSamples
) -> list[Decision]:
    found = []
    source = "from the host name of the API"
    for key, given in (("id", answers.id), ("name", answers.name)):
        why = "as you specified" if given else source
        found.append(Decision(pointer=(key,), variable=None, value=template[key], why=why))
    for request in requests:
        found += request.decisions
    found += _reply_decisions(learned.reply, [request.place.value for request in requests])
    return [*found, *learned.events.decisions]


def _reply_decisions(reply: LearnedReply | None, places: Sequence[str]) -> list[Decision]:
    if reply is None or reply.leaf is None:
        return []
    why = reply.why
    if reply.rivals:
        also = ", ".join(f'"{rival.name}"' for rival in reply.rivals[:3])
        why += f"; uncertain, {also} also fits"
    at = generalised(reply.leaf.pointer)
    return [
        Decision(
            pointer=("API", place, "response_map", *at), variable="messageid", value=shown(reply.leaf.text), why=why
        )
        for place in places
    ]


def _unique(limits: Sequence[Limit]) -> tuple[Limit, ...]:
    return tuple({entry.what: entry for entry in reversed(limits)}.values())[::-1]


def _sample_notes(pastes: Pastes) -> Iterator[str]:
    """Notes on what is unusual about the samples, each with the sample's name."""
    for sample in pastes.samples:
        notes = sample.incoming.notes if sample.problem else decoded_webhook(sample.incoming).notes
        yield from (f"{sample.name}: {note}" for note in notes)
    if pastes.reply is not None:
        yield from (f"the reply: {note}" for note in reply_notes(pastes.reply))


def _unused_hints(pastes: Pastes) -> list[str]:
    """A note for each hint whose value is in no sample."""
    texts = [sample.incoming.query + sample.incoming.body.decode("utf-8", "replace") for sample in pastes.samples]
    for pasted in (pastes.send, pastes.file):
        if pasted is not None:
            texts += [pasted.url, pasted.body or "", *(part.value for part in pasted.parts)]
    texts.append(pastes.reply.body.decode("utf-8", "replace") if pastes.reply is not None else "")
    texts += [unquote_plus(text) for text in texts] + [leaf for text in texts for leaf in _strings(text)]
    return [
        f"--hint {name}={text}: no sample contains this value"
        for name, text in pastes.hints.items()
        if not any(text.removeprefix("+") in other for other in texts)
    ]


def _strings(text: str) -> list[str]:
    """Every scalar of a JSON text; none if it is not JSON."""
    try:
        document = decode(text.encode(), JSON_TYPE) if text.lstrip()[:1] in ("{", "[") else {}
    except LocalError:
        return []
    found = []
    for leaf in leaves_of(document):
        found += leaf.value if isinstance(leaf.value, Several) else [leaf.text]
    return found


def _missing(template: Mapping[str, Any], *, has_reply: bool) -> list[str]:
    """The parts of a template that no sample showed, each with the option that adds it.

    A sample reply of which nothing can be read is a limit, not missing.
    """
    steps = []
    if "SendFile" not in template["API"]:
        steps.append("Sending files: add --file-from-curl FILE")
    if not has_reply and not any("response_map" in spec for spec in template["API"].values()):
        steps.append("The message id, without which delivery receipts cannot be matched: add --sample-response FILE")
    event_types = {event["event_type"] for event in template.get("Webhook", ())}
    titles = {"message": "Receiving messages", "mms": "Receiving files", "delivered": "Delivery receipts"}
    for kind, event_type in EVENT_TYPES.items():
        if event_type not in event_types:
            steps.append(f"{titles[kind]}: add --sample-webhook {kind}=FILE")
    return steps


def _preset(known: PresetMatch) -> list[str]:
    name = known.preset.name if known.preset is not None else None
    return [f"ringocli has a preset for this provider: ringocli init --preset {name}"] if name else []


def _blocking(requests: Sequence[LearnedRequest], learned: _LearnedSamples) -> tuple[Blocker, ...]:
    """The clauses that say why the template cannot work in its present form; credentials first."""
    found = [entry.blocker for one in requests for entry in one.limits if entry.blocker is not None]
    found += [blocker for one in requests for blocker in one.blocking]
    found += [entry.blocker for entry in learned.limits if entry.blocker is not None]
    return tuple(dict.fromkeys([*found, *([Blocker(learned.mismatch)] if learned.mismatch else [])]))


def _notes(texts: Iterable[str], learned: _LearnedSamples) -> tuple[Note, ...]:
    return tuple(Note(text) for text in dict.fromkeys([*texts, *learned.events.notes]))
