"""Reading: which event a webhook is and what Ringotel would take from it, or how near it came.

Selection follows ``assumptions`` rows 1 to 4, 10, 11 and 36; the vendor publishes none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from ringocli.errors import LocalError
from ringocli.http.bodies import decode_pairs
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.http.received import Decoded, decode_received
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.pattern.fast_path import misses
from ringocli.template.pattern.matching import Match, Mismatch
from ringocli.template.pattern.pattern import Constant, Items, Json, Leaf
from ringocli.template.variables import REQUIRED, Place
from ringocli.text.outcomes import FAILURE, means_delivered
from ringocli.text.pointer import Pointer
from ringocli.text.secret import Text
from ringocli.text.suggest import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place of the body that keeps it from matching."""

    pointer: Pointer
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """The event or reply pattern that came nearest; ``patch`` is a JSON Patch of the template that would mend it."""

    event: WebhookEvent | None
    differences: tuple[Difference, ...]
    patch: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of a webhook: an event with its variables, or a near miss (None if there is no event at all)."""

    document: Json
    event: WebhookEvent | None = None
    variables: Mapping[str, str]
    sources: Mapping[str, Pointer]
    also: tuple[WebhookEvent, ...] = ()
    near_miss: NearMiss | None = None
    notes: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        """Whether the webhook is an event of the template."""
        return self.event is not None


class _Attempt(NamedTuple):
    event: WebhookEvent
    match: Match
    base: Pointer = ()
    found: Json = None


def document_of(incoming: IncomingRequest) -> Json:
    """The tree a webhook carries: its body, or its query if there is no body.

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
        if incoming.body.strip():
            note = f"the body was not read: the values of a {incoming.method} webhook are in its query"
            return Decoded(decode_pairs(incoming.query), (*incoming.notes, note))
        return Decoded(decode_pairs(incoming.query), incoming.notes)
    decoded = decode_received(incoming.body, incoming.content_type)
    if not incoming.query and not incoming.notes:
        return decoded
    names = ", ".join(list(decode_pairs(incoming.query))[:4])
    ignored = (f"the query of the URL ({names}) was not read: the values are taken from the body",) if names else ()
    return Decoded(decoded.tree, (*incoming.notes, *decoded.notes, *ignored))


def read_webhook(
    template: Template, incoming: IncomingRequest, properties: Mapping[str, Text] | None = None
) -> Reading:
    """Which event of the template a webhook is, by our readings of the framework.

    Raises:
        LocalError: the body cannot be decoded.
    """
    document, decoding_notes = decoded_webhook(incoming)
    given = properties or {}
    candidates = [event for event in template.events if event.method is None or event.method == incoming.method]
    # Most events are ruled out by one look; only where none fits does each have to say how near it came.
    attempts = [_attempt(event, document, given) for event in candidates if not _is_ruled_out(event, document)]
    fitting = [attempt for attempt in attempts if attempt.match.fits]
    if not fitting:
        missed = _missed(template, incoming, document, [_attempt(event, document, given) for event in candidates])
        return replace(missed, notes=(*decoding_notes, *missed.notes)) if decoding_notes else missed
    if len(fitting) > 1:
        fitting.sort(key=lambda attempt: -attempt.match.matched)
    best = fitting[0]
    notes = [*decoding_notes, *_notes(best)]
    rivals = [other for other in fitting[1:] if other.match.matched == best.match.matched]
    if rivals:
        names = ", ".join(other.event.label for other in rivals)
        notes.append(f"{names} fits just as well; the first in the file was taken (assumption 2)")
    return Reading(
        document=document,
        event=best.event,
        variables=best.match.bindings,
        sources=best.match.sources,
        also=tuple(other.event for other in fitting[1:]),
        notes=tuple(notes),
    )


def _is_ruled_out(event: WebhookEvent, document: Json) -> bool:
    """Whether it is plain that a webhook is not this event; an array is always tried (assumption 11)."""
    return isinstance(document, dict) and misses(document, event.requirements)


def _attempt(event: WebhookEvent, document: Json, properties: Mapping[str, Text]) -> _Attempt:
    given = {name: properties[name] for name in event.properties if properties.get(name)} if properties else {}
    if event.key is not None:
        given["event_key"] = event.key
    pattern, required = event.pattern, event.required
    if isinstance(document, list) and not isinstance(pattern.root, Items):
        attempts = [
            _Attempt(event=event, match=pattern.match(item, given, required), base=(index,), found=item)
            for index, item in enumerate(document)
        ]
        if attempts:
            return min(attempts, key=lambda one: (len(one.match.mismatches), -one.match.matched))
    return _Attempt(event=event, match=pattern.match(document, given, required), found=document)


def _notes(attempt: _Attempt) -> list[str]:
    notes = []
    if attempt.base:
        notes.append("the body is an array and was tried element by element (assumption 11)")
    if attempt.match.more:
        notes.append("an array holds more elements; the first that fits was taken (assumptions 10 and 12)")
    place = attempt.event.place
    if place and not REQUIRED[place] <= attempt.match.bindings.keys():
        absent = sorted(REQUIRED[place] - attempt.match.bindings.keys())
        notes.append(f"the event yields no {', '.join(f'${name}$' for name in absent)}; run validate")
    return notes


def _missed(template: Template, incoming: IncomingRequest, document: Json, attempts: list[_Attempt]) -> Reading:
    if not attempts:
        notes = ("the template has no event",)
        if template.events:
            methods = sorted({event.method for event in template.events if event.method})
            notes = (f"no event takes {incoming.method}; they take {', '.join(methods)}",)
        return Reading(document=document, variables={}, sources={}, notes=notes)
    best = min(attempts, key=_remoteness)
    return Reading(
        document=document,
        variables={},
        sources={},
        near_miss=NearMiss(
            event=best.event,
            differences=_differences(best.match.mismatches, best.base),
            patch=tuple(_patch(best)),
        ),
    )


def _remoteness(attempt: _Attempt) -> tuple[bool, int, int]:
    """How far a webhook is from an event: first of all, whether it says that it is one."""
    places = attempt.event.pattern.variables.get("event_key", ())
    missed = {_pattern_pointer(attempt.event, miss.pointer) for miss in attempt.match.mismatches}
    says_so = bool(places) and not missed.intersection(places)
    return not says_so, len(attempt.match.mismatches), -attempt.match.matched


def _differences(mismatches: tuple[Mismatch, ...], base: Pointer = ()) -> tuple[Difference, ...]:
    return tuple(
        Difference(pointer=(*base, *miss.pointer), expected=miss.expected, found=miss.found) for miss in mismatches
    )


def _patch(attempt: _Attempt) -> list[Mapping[str, Json]]:
    """Edits of the template that would let this webhook match, where one is at hand; never a guess at a value.

    A key that is spelled otherwise in the webhook is renamed; a literal or an event_key takes the value that came.
    """
    from ringocli.text.pointer import as_text as pointer_text

    operations: list[Mapping[str, Json]] = []
    for miss in attempt.match.mismatches:
        at = _pattern_pointer(attempt.event, miss.pointer)
        leaf = dict(attempt.event.pattern.leaves).get(at)
        came = _lookup(attempt.found, miss.pointer)
        where = (*attempt.event.pointer, "request_parameters", *at)
        if isinstance(leaf, Leaf) and leaf.alone == "event_key" and isinstance(came, (str, int, bool)):
            if _is_another_outcome(attempt.event, attempt.event.key or "", _plain(came)):
                continue
            path = pointer_text((*attempt.event.pointer, "event_key"))
            operations.append({"op": "replace", "path": path, "value": _plain(came)})
        elif isinstance(leaf, Constant) and isinstance(came, (str, int, float, bool)):
            if _is_another_outcome(attempt.event, _plain(leaf.value), _plain(came)):
                continue
            operations.append({"op": "replace", "path": pointer_text(where), "value": came})
        elif came is None and miss.pointer:
            holder = _lookup(attempt.found, miss.pointer[:-1])
            siblings = [key for key in holder if isinstance(key, str)] if isinstance(holder, dict) else []
            renamed = nearest(str(miss.pointer[-1]), siblings)
            if renamed is not None:
                target = pointer_text((*where[:-1], renamed))
                operations.append({"op": "move", "from": pointer_text(where), "path": target})
    return operations


def _is_another_outcome(event: WebhookEvent, expected: str, came: str) -> bool:
    """Whether a word is no other spelling but other news: a pinned success keeps failed receipts out for good.

    Of a receipt's numeric codes nobody knows the meaning, so none takes the place of another.
    """
    if FAILURE.search(came) and not FAILURE.search(expected):
        return True
    if event.place is not Place.DELIVERED:
        return False
    return (means_delivered(expected) and not means_delivered(came)) or (expected.isdigit() and came.isdigit())


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _lookup(document: Json, pointer: Pointer) -> Json:
    for step in pointer:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
        if isinstance(document, list) and document and type(document).__name__ == "Several":
            document = document[0]
    return document


def _pattern_pointer(event: WebhookEvent, pointer: Pointer) -> Pointer:
    """Where in the pattern a place of the document is described: elements of an array all go by index 0."""
    node: object = event.pattern.root
    found: list[str | int] = []
    for step in pointer:
        if isinstance(node, Items):
            step = 0 if len(node.nodes) == 1 else step
            node = node.nodes[step] if isinstance(step, int) and step < len(node.nodes) else None
        else:
            node = dict(getattr(node, "members", ())).get(step)
        found.append(step)
    return tuple(found)


def read_reply(spec: RequestSpec, reply: Reply) -> Match:
    """The variables that ``response_map`` takes from a provider's reply.

    Raises:
        LocalError: the reply's body cannot be decoded.
    """
    return spec.reply.match(decode_received(reply.body, reply.content_type).tree, {}, REQUIRED[Place.RESPONSE_MAP])


def ids_in(spec: RequestSpec, reply: Reply) -> dict[str, str]:
    """The variables in a reply, usually ``messageid``; empty if it cannot be decoded or does not fit ``response_map``."""
    if spec.response_map is None:
        return {}
    try:
        match = read_reply(spec, reply)
    except LocalError:
        return {}
    return dict(match.bindings) if match.fits else {}
