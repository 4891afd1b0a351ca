"""Finds the edits between two lists of events: which event became which, and what was edited in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ringocli.messaging.trees import removed, replaced
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.pattern import Constant, Json, Leaf
from ringocli.template.pattern.pattern import as_text as scalar_text
from ringocli.text.pointer import Pointer, lookup
from ringocli.text.pointer import as_text as pointer_text


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEdit:
    """One edit; ``events`` are the old version's events with only this edit, ``event`` is the edited one."""

    kind: str
    pointer: Pointer
    what: str
    events: tuple[WebhookEvent, ...]
    event: WebhookEvent
    before: Json = None
    after: Json = None


class EventPair(NamedTuple):
    """The same event in both versions."""

    old: WebhookEvent
    new: WebhookEvent


_ALIKE: tuple[Callable[[WebhookEvent, WebhookEvent], bool], ...] = (
    lambda one, two: (one.key, one.type, one.method, one.parameters) == (two.key, two.type, two.method, two.parameters),
    lambda one, two: (one.key, one.type) == (two.key, two.type),
    lambda one, two: one.type == two.type and one.parameters == two.parameters,
    lambda one, two: one.key == two.key and one.parameters == two.parameters,
    lambda one, two: one.type == two.type and len(one.paths & two.paths) * 2 >= len(one.paths | two.paths),
)
"""The criteria by which two events are the same, the most certain first."""


def paired(old: Template, new: Template) -> list[EventPair]:
    """The events that both versions have, in the order of the old one."""
    before, after = list(old.events), list(new.events)
    pairs: list[EventPair] = []
    for alike in _ALIKE:
        for one in list(before):
            two = next((two for two in after if alike(one, two)), None)
            if two is not None:
                pairs.append(EventPair(one, two))
                before = [event for event in before if event is not one]
                after = [event for event in after if event is not two]
    return sorted(pairs, key=lambda pair: _index(old.events, pair.old))


def _index(events: Sequence[WebhookEvent], event: WebhookEvent) -> int:
    return next(index for index, other in enumerate(events) if other is event)


def event_edits(old: Template, new: Template) -> Iterator[EventEdit]:
    """Every edit of the events: changed, removed, added, reordered."""
    pairs = paired(old, new)
    for pair in pairs:
        yield from _edits_within(old, pair)
    kept = [pair.old for pair in pairs]
    for event in old.events:
        if not any(event is other for other in kept):
            events = tuple(other for other in old.events if other is not event)
            what = f"event {event.label} is removed"
            yield EventEdit(kind="event-removed", pointer=event.pointer, what=what, events=events, event=event)
    for event in new.events:
        if not any(event is pair.new for pair in pairs):
            events = _inserted(old, new, event, pairs)
            what = f"event {event.label} is added"
            yield EventEdit(kind="event-added", pointer=event.pointer, what=what, events=events, event=event)
    yield from _reordered(old, new, pairs)


def _inserted(old: Template, new: Template, event: WebhookEvent, pairs: list[EventPair]) -> tuple[WebhookEvent, ...]:
    """The old events with one added at its position in the new version: after the nearest event that both have."""
    before = new.events[: _index(new.events, event)]
    at = max((_index(old.events, pair.old) + 1 for pair in pairs if any(pair.new is one for one in before)), default=0)
    return (*old.events[:at], event, *old.events[at:])


def _reordered(old: Template, new: Template, pairs: list[EventPair]) -> Iterator[EventEdit]:
    now = sorted(pairs, key=lambda pair: _index(new.events, pair.new))
    if [pair.old for pair in now] == [pair.old for pair in pairs]:
        return
    queue = [pair.old for pair in now]
    in_both = [pair.old for pair in pairs]
    events = tuple(queue.pop(0) if any(event is one for one in in_both) else event for event in old.events)
    yield EventEdit(
        kind="events-reordered",
        pointer=("Webhook",),
        what="the order of the events changes",
        events=events,
        event=now[0].new,
        before=[pair.old.label for pair in pairs],
        after=[pair.old.label for pair in now],
    )


class _Edit(NamedTuple):
    """An edit within one event: the old event with only this edit, or None if it cannot be made alone."""

    kind: str
    pointer: Pointer
    what: str
    event: WebhookEvent | None
    before: Json = None
    after: Json = None


def _edits_within(old: Template, pair: EventPair) -> Iterator[EventEdit]:
    edits = list(_field_edits(pair)) + list(_pattern_edits(pair))
    for edit in edits:
        event = pair.new if len(edits) == 1 or edit.event is None else edit.event
        yield EventEdit(
            kind=edit.kind,
            pointer=(*pair.new.pointer, *edit.pointer),
            what=f"{pair.old.label}: {edit.what}",
            events=tuple(event if other is pair.old else other for other in old.events),
            event=pair.new,
            before=edit.before,
            after=edit.after,
        )


def _field_edits(pair: EventPair) -> Iterator[_Edit]:
    one, two = pair
    if one.key != two.key:
        what = f"event_key {one.key!r} becomes {two.key!r}"
        yield _Edit("event-key", ("event_key",), what, one._replace(key=two.key), one.key, two.key)
    if one.type != two.type:
        what = f"event_type {one.type!r} becomes {two.type!r}"
        yield _Edit("event-type", ("event_type",), what, one._replace(type=two.type), one.type, two.type)
    if one.method != two.method:
        kind = "event-method-loosened" if two.method is None else "event-method"
        what = f"request_method {one.method or 'any'} becomes {two.method or 'any'}"
        yield _Edit(kind, ("request_method",), what, one._replace(method=two.method), one.method, two.method)


def _pattern_edits(pair: EventPair) -> Iterator[_Edit]:
    """Edits of the pattern: all moved values together as one edit, then literals and variables one by one."""
    before, after = dict(pair.old.pattern.leaves), dict(pair.new.pattern.leaves)
    gone = {pointer: leaf for pointer, leaf in before.items() if not _is_same(leaf, after.get(pointer))}
    come = {pointer: leaf for pointer, leaf in after.items() if not _is_same(leaf, before.get(pointer))}
    moves: list[tuple[Pointer, Pointer]] = []
    for pointer, leaf in list(gone.items()):
        target = next((other for other, new in come.items() if _is_same(leaf, new)), None)
        if target is not None:
            moves.append((pointer, target))
            del gone[pointer], come[target]
    rewritten = [pointer for pointer in gone if pointer in come and not _are_literals(gone[pointer], come[pointer])]
    if moves or rewritten:
        words = [f"{pointer_text(one)} moves to {pointer_text(two)}" for one, two in moves]
        words += [f"{pointer_text(pointer)} is read differently" for pointer in rewritten]
        new = {two: _written(pair.new, two) for _, two in moves}
        new |= {pointer: _written(pair.new, pointer) for pointer in rewritten}
        event = _edited(pair.old, [one for one, _ in moves], new)
        yield _Edit("pattern-moved", ("request_parameters", *_first(moves, rewritten)), "; ".join(words), event)
    for pointer in gone:
        if pointer in come and pointer not in rewritten:
            new_value = _written(pair.new, pointer)
            what = f"literal {pointer_text(pointer)} {_shown(gone[pointer])} becomes {_shown(come[pointer])}"
            event = _edited(pair.old, [], {pointer: new_value})
            yield _Edit("literal-changed", ("request_parameters", *pointer), what, event)
    for pointer in gone:
        if pointer not in come:
            yield _leaf_edit(pair.old, pointer, gone[pointer], _edited(pair.old, [pointer], {}), "removed")
    for pointer in come:
        if pointer not in gone:
            event = _edited(pair.old, [], {pointer: _written(pair.new, pointer)})
            yield _leaf_edit(pair.new, pointer, come[pointer], event, "added")


def _first(moves: list[tuple[Pointer, Pointer]], rewritten: list[Pointer]) -> Pointer:
    return moves[0][1] if moves else rewritten[0]


def _leaf_edit(
    holder: WebhookEvent, pointer: Pointer, leaf: Leaf | Constant, event: WebhookEvent | None, done: str
) -> _Edit:
    """The edit for a leaf that only one version has; ``$event_key$`` restricts the event just as a literal does."""
    restricts = isinstance(leaf, Constant) or "event_key" in leaf.names
    kind = f"{'literal' if restricts else 'variable'}-{done}"
    noun = "literal" if restricts else "variable"
    what = f"{noun} {_shown(leaf)} at {pointer_text(pointer)} is {done}"
    value = _written(holder, pointer)
    before, after = (value, None) if done == "removed" else (None, value)
    return _Edit(kind, ("request_parameters", *pointer), what, event, before, after)


def _shown(leaf: Leaf | Constant) -> str:
    if isinstance(leaf, Constant):
        return repr(leaf.value)
    return "".join(part if isinstance(part, str) else f"${part.name}$" for part in leaf.parts)


def _written(event: WebhookEvent, pointer: Pointer) -> Json:
    return lookup(event.parameters, pointer)


def _edited(event: WebhookEvent, without: list[Pointer], new: dict[Pointer, Json]) -> WebhookEvent | None:
    """The event with leaves removed and set; None where the containers do not allow it."""
    tree = event.parameters
    try:
        for pointer in sorted(without, reverse=True, key=str):
            tree = removed(tree, pointer)
        for pointer, value in new.items():
            tree = replaced(tree, pointer, value)
    except (LookupError, TypeError):
        return None
    return event._replace(parameters=tree)


def _are_literals(one: Leaf | Constant, two: Leaf | Constant) -> bool:
    return isinstance(one, Constant) and isinstance(two, Constant)


def _is_same(one: Leaf | Constant | None, two: Leaf | Constant | None) -> bool:
    """Whether two leaves read the same; literals are compared as text."""
    if isinstance(one, Constant) and isinstance(two, Constant):
        return scalar_text(one.value) == scalar_text(two.value)
    if isinstance(one, Leaf) and isinstance(two, Leaf):
        return _shown(one) == _shown(two)
    return False
