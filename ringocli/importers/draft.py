"""Combines all pasted samples (requests, a reply, webhooks) into one draft of a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

from ringocli.errors import LocalError, UsageError
from ringocli.http.bodies import decode
from ringocli.http.exchange import Reply
from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.events import LearnedEvents, WebhookSample, learn_events, texts_of
from ringocli.importers.learn.pattern_tree import general
from ringocli.importers.learn.placeholders import OPEN, shown, whole
from ringocli.importers.learn.preset_match import Known, recognise
from ringocli.importers.learn.properties import PropertyBook
from ringocli.importers.learn.replies import LearnedReply, learn_reply
from ringocli.importers.learn.requests import Learned, learn_request
from ringocli.importers.learn.roles import SampleLeaf, leaves_of
from ringocli.importers.learn.url import Target
from ringocli.importers.model import Limit, Pasted, limit
from ringocli.template.assumptions import assumed_by
from ringocli.template.pattern.notation import VariablePart, split
from ringocli.template.scaffold import Answers, Decision, Draft, from_answers
from ringocli.template.variables import Place
from ringocli.template.vocabulary import Role
from ringocli.text.note import Note

_SERVICE_LABELS = {
    "api", "www", "rest", "sms", "gateway", "gw", "messaging", "http", "https", "secure", "app", "portal", "conversation",
    "web", "my", "v1", "v2", "us", "eu", "au", "us1", "eu1", "service", "services", "live", "platform", "dashboard", "panel",
    "restapi", "api2", "httpapi", "cpaas", "send", "msg", "messages", "co", "com", "net", "org", "api1", "cloud", "prod",
    "sandbox", "localhost", "json", "rest2", "connect", "voip", "ms", "global", "nexus", "developer", "developers",
}  # fmt: skip


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
        trees += [sample.document for sample in self.samples]
        return [*found, *(leaf for tree in trees for leaf in leaves_of(tree)), *_leaves_in(self.reply)]


def from_pastes(pastes: Pastes, answers: Answers, reserved: Sequence[str] = ()) -> Draft:
    """A draft from pasted samples; what no sample shows comes from the answers, or is left out.

    Raises:
        UsageError: there is neither a pasted request nor a URL among the answers.
    """
    if pastes.send is None and pastes.file is None:
        return _around_answers(pastes, answers)
    first = pastes.send or pastes.file
    assert first is not None
    known = recognise(Target.parse(first.url).host, first.url, tree_in(first))
    book = PropertyBook(host=Target.parse(first.url).host, known=known.by_value, given=list(answers.properties))
    hints = _outgoing(pastes.hints)
    send = _learned(pastes.send or pastes.file, Place.SEND_MESSAGE, book, hints, pastes, known, None)
    text = _content_of(send)
    file_paste = pastes.file or (pastes.send.with_file if pastes.send is not None else None)
    if file_paste is None and send is not None and send.file_url is not None:
        file_paste = pastes.send
    file = _learned(file_paste, Place.SEND_FILE, book, hints, pastes, known, text)
    events = _events(pastes)
    reply = _reply(pastes)
    learned = [request for request in (send, file) if request is not None]
    template = _assembled(answers, known, book, learned, events, reply, reserved)
    template |= {part: book.swept(template[part]) for part in ("API", "Webhook") if part in template}
    return Draft(
        template=template,
        decisions=tuple(
            replace(decision, value=book.masked(decision.value) if decision.variable else book.swept(decision.value))
            for decision in _decisions(answers, template, known, learned, events, reply)
        ),
        not_expressible=_unique(
            [*(entry for one in learned for entry in one.limits), *events.limits, *_reply_limits(reply)]
        ),
        rows=assumed_by(template),
        credentials=tuple(dict.fromkeys(book.found)),
        saved=book.saved(),
        blocking=_blocking([*(one.limits for one in learned), events.limits, _reply_limits(reply)]),
        missing=tuple(_missing(template)),
        notes=_notes(
            [*(note for one in learned for note in one.notes), *events.notes, *_lost(pastes), *_preset(known)]
        ),
    )


def _around_answers(pastes: Pastes, answers: Answers) -> Draft:
    """A draft from webhook and reply samples only: the requests come from the answers."""
    if answers.send_url is None:
        raise UsageError("no request was given", "Add --from-curl, or --id, --name and --send-url, or use --preset.")
    draft = from_answers(answers)
    template = dict(draft.template)
    events, reply = _events(pastes), _reply(pastes)
    if pastes.samples:
        del template["Webhook"]  # the documented events would not match what the provider sends
    if events.events:
        template["Webhook"] = events.events
    decisions = [d for d in draft.decisions if not (pastes.samples and d.pointer[:1] == ("Webhook",))]
    if reply is not None and reply.response_map is not None:
        for spec in template["API"].values():
            spec["response_map"] = reply.response_map
        decisions = [d for d in decisions if "response_map" not in d.pointer]
    return replace(
        draft,
        template=template,
        decisions=(*decisions, *_reply_decisions(reply, list(template["API"])), *events.decisions),
        not_expressible=_unique(
            [*(() if pastes.samples else draft.not_expressible), *events.limits, *_reply_limits(reply)]
        ),
        rows=assumed_by(template),
        blocking=_blocking([events.limits, _reply_limits(reply)]),
        missing=tuple(_missing(template)) if pastes.samples else (),
        notes=_notes([*events.notes, *_lost(pastes)]),
    )


def _outgoing(hints: Mapping[str, str]) -> dict[str, str]:
    """Hints by role for outgoing requests: ``number`` is the sender, ``contact`` the recipient."""
    return {{"number": "from", "contact": "to"}.get(name, name): text for name, text in hints.items()}


def _learned(
    pasted: Pasted | None,
    place: Place,
    book: PropertyBook,
    hints: dict[str, str],
    pastes: Pastes,
    known: Known,
    content: str | None,
) -> Learned | None:
    if pasted is None:
        return None
    return learn_request(
        pasted, place, book, hints=hints, named=pastes.named, content=content, auth_names=known.auth_names
    )


def _content_of(send: Learned | None) -> str | None:
    choice = send.choices.get(Role.CONTENT) if send is not None else None
    return choice.leaf.text if choice is not None else None


def tree_in(pasted: Pasted) -> Any:
    """The decoded body of a pasted request, to match patterns with; None if it has none."""
    try:
        return decode(pasted.body.encode(), pasted.content_type) if pasted.body else None
    except LocalError:
        return None


def _events(pastes: Pastes) -> LearnedEvents:
    ids = [leaf.text for leaf in _leaves_in(pastes.reply)]
    return learn_events(pastes.samples, sent_ids=ids, hints=pastes.hints, named=pastes.named)


def _reply(pastes: Pastes) -> LearnedReply | None:
    if pastes.reply is None:
        return None
    receipts = [sample for sample in pastes.samples if sample.kind == "delivered"]
    values = [text for sample in receipts for text in texts_of(sample.document)]
    names = [name for name, role in pastes.named.items() if role is Role.ID]
    said = [leaf.text for leaf in _leaves_in(pastes.reply) if any(leaf.is_called(name) for name in names)]
    return learn_reply(pastes.reply, values, said[0] if said else pastes.hints.get("messageid"))


def _leaves_in(reply: Reply | None) -> list[SampleLeaf]:
    try:
        return list(leaves_of(decode(reply.body, reply.content_type))) if reply is not None else []
    except LocalError:
        return []


# -- the template -------------------------------------------------------------------------------


def _assembled(
    answers: Answers,
    known: Known,
    book: PropertyBook,
    learned: list[Learned],
    events: LearnedEvents,
    reply: LearnedReply | None,
    reserved: Sequence[str],
) -> dict[str, Any]:
    auth = _auth(learned)
    template: dict[str, Any] = {"id": answers.id or _default_id(book.host, reserved)}
    template["name"] = answers.name or _default_name(template["id"], known)
    if answers.logo is not None:
        template["logo"] = answers.logo
    template["class"] = "sms"
    template["properties"] = _ordered(book, auth)
    if auth is not None:
        template["auth"] = auth
    template["API"] = {}
    for request in learned:
        spec = dict(request.spec)
        if reply is not None and reply.response_map is not None:
            spec["response_map"] = reply.response_map
        template["API"][request.place.value] = spec
    if events.events:
        template["Webhook"] = events.events
    return template


def _auth(learned: list[Learned]) -> dict[str, str] | None:
    found = [request.auth for request in learned if request.auth is not None]
    if len(found) > 1 and found[0] != found[1]:
        why = "a template has one auth for all requests: that of SendMessage is used"
        learned[-1].limits.append(limit("two kinds of credentials", why))
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


def _default_id(host: str, reserved: Sequence[str]) -> str:
    """An id from the API's host: ``api.acme.example`` → ``acme``."""
    label = host_label(host)
    return f"{label}-custom" if label in {name.lower() for name in reserved} else label


def host_label(host: str) -> str:
    """The label of a host that names its owner; ``my-sms`` where none does."""
    bare = re.sub(r":\d+$", "", host.lower())
    labels = [label for label in bare.split(".") if label and not whole(label) and OPEN not in label]
    if re.fullmatch(r"[\d.]+", bare) or not labels:
        return "my-sms"
    kept = labels[:-1] or labels
    named = [re.sub(r"[^a-z0-9-]", "", label).strip("-") for label in kept]
    named = [label for label in named if label and label not in _SERVICE_LABELS]
    plain = [label for label in named if re.fullmatch(r"[a-z0-9][a-z0-9-]*", label) and not re.search(r"\{|<|\[", host)]
    best = (plain or named or [re.sub(r"[^a-z0-9-]", "", kept[-1])])[-1]
    if best in _SERVICE_LABELS and len(labels) > 1:
        best = f"{best}-{labels[-1]}"  # voip.ms, sms.to: the label alone says nothing
    return best or "my-sms"


def _default_name(template_id: str, known: Known) -> str:
    if known.preset is not None:
        return known.preset.title
    return " ".join(word.capitalize() for word in re.split(r"[-_]+", template_id))


# -- the explanations -------------------------------------------------------------------------


def _decisions(
    answers: Answers,
    template: Mapping[str, Any],
    known: Known,
    learned: list[Learned],
    events: LearnedEvents,
    reply: LearnedReply | None,
) -> list[Decision]:
    found = []
    source = "from the host name of the API"
    for key, given in (("id", answers.id), ("name", answers.name)):
        found.append(
            Decision(pointer=(key,), variable=None, value=template[key], why="as you specified" if given else source)
        )
    for request in learned:
        found += request.decisions
    found += _reply_decisions(reply, [request.place.value for request in learned])
    return [*found, *events.decisions]


def _reply_decisions(reply: LearnedReply | None, places: Sequence[str]) -> list[Decision]:
    if reply is None or reply.leaf is None:
        return []
    why = reply.why
    if reply.rivals:
        also = ", ".join(repr(rival.names[0]) for rival in reply.rivals[:3] if rival.names)
        why += f"; uncertain, {also} also fits"
    at = general(reply.leaf.pointer)
    return [
        Decision(
            pointer=("API", place, "response_map", *at), variable="messageid", value=shown(reply.leaf.text), why=why
        )
        for place in places
    ]


def _reply_limits(reply: LearnedReply | None) -> Sequence[Limit]:
    return reply.limits if reply is not None else ()


def _unique(limits: Sequence[Limit]) -> tuple[Limit, ...]:
    return tuple({entry["what"]: entry for entry in reversed(limits)}.values())[::-1]


def _lost(pastes: Pastes) -> list[str]:
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
    try:
        return texts_of(decode(text.encode(), "application/json")) if text.lstrip()[:1] in ("{", "[") else []
    except LocalError:
        return []


def _missing(template: Mapping[str, Any]) -> list[str]:
    """What no sample showed, each with the option that adds it."""
    steps = []
    if "SendFile" not in template["API"]:
        steps.append("Sending files: add --file-from-curl FILE")
    if not any("response_map" in spec for spec in template["API"].values()):
        steps.append("The message id, without which delivery receipts cannot be matched: add --sample-response FILE")
    kinds = {event["event_type"] for event in template.get("Webhook", ())}
    for kind, title, option in (
        ("message", "Receiving messages", "message"),
        ("mms", "Receiving files", "mms"),
        ("messageDelivered", "Delivery receipts", "delivered"),
    ):
        if kind not in kinds:
            steps.append(f"{title}: add --sample-webhook {option}=FILE")
    return steps


def _preset(known: Known) -> list[str]:
    name = known.preset.name if known.preset is not None else None
    return [f"ringocli has a preset for this provider: ringocli init --preset {name}"] if name else []


def _blocking(limits: Iterable[Iterable[Limit]]) -> tuple[str, ...]:
    """The clauses that say why the template cannot work as it is."""
    return tuple(dict.fromkeys(entry["blocking"] for group in limits for entry in group if "blocking" in entry))


def _notes(texts: Iterable[str]) -> tuple[Note, ...]:
    return tuple(Note(text) for text in dict.fromkeys(texts))
