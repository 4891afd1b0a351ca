"""Near misses: the event that a webhook comes nearest to, and the change of the template that would make it match.

A change is proposed only if it is proved: with it, this webhook matches the event, the template's other events still read
their own webhooks as before, and a failed receipt is still not taken for a delivered one. If changing the event would
break that, a second event is proposed instead.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ringocli.errors import RingocliError
from ringocli.http.exchange import IncomingRequest, as_incoming
from ringocli.messaging.alignment import Alignment, Received, align
from ringocli.messaging.pairing import Pair, direction, is_delivery_status, is_file, is_mms, left_over, pairs_in
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import render_event
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.matching import Match, describe
from ringocli.template.pattern.pattern import Constant, Json, as_text
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import Place
from ringocli.text.json_editor import steps_in
from ringocli.text.outcomes import FAILURE, means_delivered
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.pointer import parse as parse_pointer

MAX_UNCLAIMED = 50
"""Unused fields that a near miss lists."""

Operation = Mapping[str, Json]
"""An operation of a JSON Patch (RFC 6902)."""

Taken = tuple[str, Mapping[str, str]] | None
"""The event type and the values that a template takes from a webhook; None if no event matches."""

TakeWebhook = Callable[[Template, IncomingRequest], Taken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A location in the body that keeps it from matching."""

    pointer: Pointer
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """The event or reply pattern that is nearest.

    ``patch`` is a JSON Patch of the template with which the webhook matches, empty if there is no safe one; ``why`` says
    what it does, or why there is none. ``unclaimed`` are the received fields that nothing uses.
    """

    event: WebhookEvent | None
    differences: tuple[Difference, ...]
    patch: tuple[Operation, ...] = ()
    unclaimed: tuple[Received, ...] = ()
    pairs: tuple[Pair, ...] = ()
    why: str = ""


class Attempt(NamedTuple):
    """An event that was tried on a webhook; ``found`` is the part of the body at ``base`` that was compared."""

    event: WebhookEvent
    match: Match
    base: Pointer = ()
    found: Json = None


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
        """Why the webhook cannot be this event, whatever its other fields are; empty if nothing speaks against it."""
        ways = {direction(one) for one in self.received}
        if self.attempt.event.place is Place.DELIVERED:
            return "this is an incoming message, not a receipt" if ways - {""} == {"incoming"} else ""
        is_report = "outgoing" in ways or any(is_delivery_status(one) for one in self.received)
        return "this is a report about a message that was sent" if is_report and "incoming" not in ways else ""

    @property
    def nearness(self) -> tuple[float, bool, float]:
        """The share that fits or is paired, less what the event does not explain: an unread file, a delivery status."""
        share = self.alignment.share(sum(pair.leaf in self.alignment.missing for pair in self.pairs))
        place = self.attempt.event.place
        has_file = any(is_file(one) for one in left_over(self.alignment, self.pairs))
        if place is Place.MESSAGE and (has_file or any(is_mms(one) for one in self.received)):
            share -= 0.3
        if self.contradiction:
            share -= 0.5
        return round(share, 3), self.alignment.says_so, self.alignment.share()


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
    patch, why = _proposal(template, incoming, best, take)
    mismatches = best.attempt.match.mismatches
    return NearMiss(
        event=best.attempt.event,
        differences=tuple(
            Difference(pointer=(*best.attempt.base, *one.pointer), expected=one.expected, found=one.found)
            for one in mismatches
        ),
        patch=patch,
        unclaimed=left_over(best.alignment, ())[:MAX_UNCLAIMED],
        pairs=best.pairs,
        why=why,
    )


# -- what to change ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An event as it would have to be."""

    parameters: Json
    key: str | None
    operations: tuple[Operation, ...]


def _proposal(
    template: Template, incoming: IncomingRequest, best: _Candidate, take: TakeWebhook
) -> tuple[tuple[Operation, ...], str]:
    if best.contradiction:
        return (), best.contradiction
    change, why_not = _change(best)
    if change is None:
        return (), why_not
    in_place = change.operations
    refused = why_unsafe(template, incoming, in_place, take)
    if refused is None:
        return in_place, _summary(best)
    second = second_event(template, best.attempt.event, change.parameters, change.key)
    if second and why_unsafe(template, incoming, second, take) is None:
        return second, f"added as a second event, because changing {best.attempt.event.label} {refused}"
    return (), f"no change is proposed, because it {refused}"


def _summary(best: _Candidate) -> str:
    parts = [f"{pointer_text(pair.received.pointer)} is read: {pair.why}" for pair in best.pairs]
    if best.alignment.reshaped:
        parts.append("a list is read where the template has an object, or the reverse")
    return "; ".join(parts)


def _change(best: _Candidate) -> tuple[_Change | None, str]:
    """The changed event; None, with the reason, if something has no counterpart or means something else."""
    event, alignment = best.attempt.event, best.alignment
    paired = {pair.leaf.pointer: pair for pair in best.pairs}
    lacking = [one for one in alignment.missing if one.pointer not in paired]
    dropped = [one for one in lacking if one.is_event_key and event.place is not Place.DELIVERED]
    lacking = [one for one in lacking if one not in dropped]
    if lacking:
        names = ", ".join(f"${one.names[0]}$" if one.names else describe(_constant(one.leaf)) for one in lacking)
        return None, f"no received field is certain to be {names}"
    key = event.key
    values: dict[Pointer, Json] = {}
    different = [(leaf, received) for leaf, received in alignment.different if leaf.pointer not in paired]
    for leaf, received in (*different, *((pair.leaf, pair.received) for pair in best.pairs)):
        old = event.key if leaf.is_event_key else _constant(leaf.leaf)
        if old is None or as_text(old) == as_text(received.value):
            continue
        if leaf.names and not leaf.is_event_key:
            return None, f"{pointer_text(received.pointer)} does not have the form of the template"
        if _is_other_outcome(event, as_text(old), as_text(received.value)):
            return None, f"{describe(received.value)} is another outcome than {describe(old)}"
        if leaf.is_event_key:
            key = as_text(received.value)
        else:
            values[leaf.pointer] = received.value
    moves = {pointer: pair.received.pointer[len(best.attempt.base) :] for pointer, pair in paired.items()}
    drops = frozenset(one.pointer for one in dropped)
    return _changed_event(event, alignment, moves, values, drops, key, best.attempt.base), ""


def _constant(leaf: object) -> Json:
    return leaf.value if isinstance(leaf, Constant) else None


def _changed_event(
    event: WebhookEvent,
    alignment: Alignment,
    moves: Mapping[Pointer, Pointer],
    values: Mapping[Pointer, Json],
    drops: frozenset[Pointer],
    key: str | None,
    base: Pointer,
) -> _Change | None:
    operations: list[Operation] = []
    where = (*event.pointer, "request_parameters")
    renames = {old: new for old, new in moves.items() if old[:-1] == _as_pattern(new)[:-1] and isinstance(new[-1], str)}
    used = {pointer for pointer, _ in event.pattern.leaves}
    if (
        alignment.reshaped
        or drops
        or len(renames) < len(moves)
        or any(_as_pattern(new) in used for new in moves.values())
    ):
        parameters = _rebuilt(event, alignment, moves, values, drops, base)
        if parameters is None:
            return None
        operations.append({"op": "replace", "path": pointer_text(where), "value": parameters})
    else:
        parameters = copy.deepcopy(event.parameters)
        for pointer, value in values.items():
            target = renames.get(pointer, pointer)
            operations.append({"op": "replace", "path": pointer_text((*where, *_as_pattern(target))), "value": value})
            _put(parameters, pointer, value)
        moved = []
        for old, new in renames.items():
            target = _as_pattern(new)
            moved.append({"op": "move", "from": pointer_text((*where, *old)), "path": pointer_text((*where, *target))})
            parameters = _renamed(parameters, old, str(target[-1]))
        operations = [*moved, *operations]
    if key != event.key:
        path = pointer_text((*event.pointer, "event_key"))
        operations.append({"op": "replace", "path": path, "value": key})
    return _Change(parameters=parameters, key=key, operations=tuple(operations))


def _as_pattern(pointer: Pointer) -> Pointer:
    """A pointer of a webhook as the pattern would have it: an element of a list is written as its first one."""
    return tuple(0 if isinstance(step, int) else step for step in pointer)


def _rebuilt(
    event: WebhookEvent,
    alignment: Alignment,
    moves: Mapping[Pointer, Pointer],
    values: Mapping[Pointer, Json],
    drops: frozenset[Pointer],
    base: Pointer,
) -> Json:
    """The pattern with each leaf at the location in the webhook where its value is; None if two would collide."""
    located = {leaf.pointer: received.pointer[len(base) :] for leaf, received in alignment.fitting}
    located |= {leaf.pointer: received.pointer[len(base) :] for leaf, received in alignment.different}
    located |= moves
    tree: Json = (
        [] if located and all(isinstance(pointer[:1] and pointer[0], int) for pointer in located.values()) else {}
    )
    for pointer, _ in event.pattern.leaves:
        target = located.get(pointer)
        if pointer in drops:
            continue
        if target is None:  # an optional value that was not received stays where it was, unless its object moved
            target = pointer
            if any(isinstance(step, int) for step in pointer) or alignment.reshaped:
                continue
        value = values.get(pointer, _at(event.parameters, pointer))
        if not _insert(tree, _as_pattern(target), value):
            if pointer in located:
                return None
    return tree


def _insert(tree: Json, pointer: Pointer, value: Json) -> bool:
    """Put a value into a tree, creating objects and one-element lists on the way; False if something is in the way."""
    for index, step in enumerate(pointer):
        last = index == len(pointer) - 1
        child: Json = value if last else [] if isinstance(pointer[index + 1], int) else {}
        if isinstance(tree, dict) and isinstance(step, str):
            if last and step in tree:
                return False
            tree = tree.setdefault(step, child)
        elif isinstance(tree, list) and isinstance(step, int):
            if last and tree:
                return False
            if not tree:
                tree.append(child)
            tree = tree[0]
        else:
            return False
    return bool(pointer)


def _at(tree: Json, pointer: Pointer) -> Json:
    for step in pointer:
        tree = tree[step]
    return tree


def _put(tree: Json, pointer: Pointer, value: Json) -> None:
    holder: Any = _at(tree, pointer[:-1])
    holder[pointer[-1]] = value


def _renamed(tree: Json, pointer: Pointer, key: str) -> Json:
    """The tree with a member renamed, in the same order."""
    if len(pointer) == 1:
        assert isinstance(tree, dict)
        return {key if name == pointer[0] else name: value for name, value in tree.items()}
    if isinstance(tree, dict):
        return {
            name: _renamed(value, pointer[1:], key) if name == pointer[0] else value for name, value in tree.items()
        }
    assert isinstance(tree, list)
    return [_renamed(item, pointer[1:], key) if index == pointer[0] else item for index, item in enumerate(tree)]


def second_event(template: Template, event: WebhookEvent, parameters: Json, key: str | None) -> tuple[Operation, ...]:
    """The patch that adds a copy of an event with another pattern after all others; empty if there is no way to."""
    written: dict[str, Json] = {**event.written, "request_parameters": parameters}
    if key is not None:
        written["event_key"] = key
    webhook = template.root.get("Webhook")
    if isinstance(webhook, list):
        return ({"op": "add", "path": "/Webhook/-", "value": written},)
    if isinstance(webhook, dict) and "event_type" in webhook:
        return ({"op": "replace", "path": "/Webhook", "value": [dict(webhook), written]},)
    if isinstance(webhook, dict):
        lists = [name for name, value in webhook.items() if isinstance(value, list)]
        if len(lists) == 1 and len(webhook) == 1:
            return ({"op": "add", "path": pointer_text(("Webhook", lists[0], "-")), "value": written},)
        name = next(f"{event.type}{number}" for number in range(2, 1000) if f"{event.type}{number}" not in webhook)
        return ({"op": "add", "path": pointer_text(("Webhook", name)), "value": written},)
    return ()


def _is_other_outcome(event: WebhookEvent, expected: str, received: str) -> bool:
    """Whether a value is not another spelling but another outcome: a pinned success keeps failed receipts out.

    The meaning of a receipt's numeric codes is unknown, so none of them replaces another.
    """
    if FAILURE.search(received) and not FAILURE.search(expected):
        return True
    if event.place is not Place.DELIVERED:
        return means_delivered(received) and not means_delivered(expected)
    return (means_delivered(expected) and not means_delivered(received)) or (expected.isdigit() and received.isdigit())


# -- whether it is safe -----------------------------------------------------------------------------


def why_unsafe(
    template: Template, incoming: IncomingRequest, operations: Sequence[Operation], take: TakeWebhook
) -> str | None:
    """Why a patch must not be applied, as the end of "it …"; None if it is safe."""
    if not operations:
        return "changes nothing"
    try:
        patched = read_template(patched_tree(template.root, operations))
    except (LookupError, TypeError):
        return "cannot be applied to the template"
    if take(patched, incoming) is None:
        return "would not make this webhook match"
    for label, webhook in _samples(template, patched):
        if take(patched, webhook) != take(template, webhook):
            return f"would change how {label} is read"
    return None


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


def patched_tree(tree: Mapping[str, Json], operations: Iterable[Operation]) -> dict[str, Json]:
    """A copy of a JSON object with a JSON Patch applied; ``add``, ``replace`` and ``move`` are supported.

    Raises:
        LookupError: a pointer does not exist.
    """
    copied: dict[str, Json] = copy.deepcopy(dict(tree))
    for operation in operations:
        if operation["op"] == "move":
            source = steps_in(copied, str(operation["from"]))
            target = parse_pointer(str(operation["path"]))
            if tuple(map(str, source[:-1])) != target[:-1]:
                raise LookupError("a member can only be renamed")
            copied = _renamed(copied, source, target[-1])
            continue
        steps = steps_in(copied, str(operation["path"]))
        holder: Any = _at(copied, steps[:-1])
        if isinstance(holder, list) and steps[-1] == "-":
            holder.append(operation["value"])
        else:
            holder[steps[-1]] = operation["value"]
    return copied
