"""Computes a changed event as a JSON Patch: values read at other locations, other constants, another event key."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ringocli.messaging.alignment import Alignment
from ringocli.messaging.trees import value_at
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.pattern import Json
from ringocli.text.json_editor import steps_in
from ringocli.text.pointer import Pointer, generalised
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.pointer import parse as parse_pointer

Operation = Mapping[str, Json]
"""An operation of a JSON Patch (RFC 6902)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """The event after a change, and the operations of the change."""

    parameters: Json
    key: str | None
    operations: tuple[Operation, ...]


def changed_event(
    event: WebhookEvent,
    alignment: Alignment,
    moves: Mapping[Pointer, Pointer],
    values: Mapping[Pointer, Json],
    drops: frozenset[Pointer],
    key: str | None,
    base: Pointer,
    pins: Mapping[Pointer, Json],
) -> EventChange | None:
    """The event that reads the webhook it was aligned with; None if two values would be at the same location.

    ``moves`` maps pointers of the pattern to pointers below ``base`` of the webhook, ``values`` to new constants.
    ``drops`` are leaves to leave out, ``pins`` are further constants, by pointers like those of ``moves``. ``key`` is
    the event's new key.
    """
    operations: list[Operation] = []
    where = (*event.pointer, "request_parameters")
    renames = {old: new for old, new in moves.items() if _is_rename(old, new)}
    used = {pointer for pointer, _ in event.pattern.leaves}
    if (
        alignment.reshaped
        or drops
        or pins
        or len(renames) < len(moves)
        or any(generalised(new) in used for new in moves.values())
    ):
        parameters = _rebuilt(event, alignment, moves, values, drops, base)
        if parameters is None or not all(_insert(parameters, generalised(at), value) for at, value in pins.items()):
            return None
        operations.append({"op": "replace", "path": pointer_text(where), "value": parameters})
    else:
        parameters = copy.deepcopy(event.parameters)
        for pointer, value in values.items():
            target = renames.get(pointer, pointer)
            operations.append({"op": "replace", "path": pointer_text((*where, *generalised(target))), "value": value})
            _put(parameters, pointer, value)
        moved = []
        for old, new in renames.items():
            target = generalised(new)
            moved.append({"op": "move", "from": pointer_text((*where, *old)), "path": pointer_text((*where, *target))})
            parameters = _renamed(parameters, old, str(target[-1]))
        operations = [*moved, *operations]
    if key != event.key:
        path = pointer_text((*event.pointer, "event_key"))
        operations.append({"op": "replace", "path": path, "value": key})
    return EventChange(parameters=parameters, key=key, operations=tuple(operations))


def _is_rename(old: Pointer, new: Pointer) -> bool:
    """Whether a value is in the same object under another key; elements of lists, and the whole tree, have no key."""
    has_keys = bool(old and new) and isinstance(old[-1], str) and isinstance(new[-1], str)
    return has_keys and old[:-1] == generalised(new)[:-1]


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
        value = values.get(pointer, value_at(event.parameters, pointer))
        if not _insert(tree, generalised(target), value):
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


def _put(tree: Json, pointer: Pointer, value: Json) -> None:
    holder: Any = value_at(tree, pointer[:-1])
    holder[pointer[-1]] = value


def _renamed(tree: Json, pointer: Pointer, key: str) -> Json:
    """The tree with a member renamed, in the same order.

    Raises:
        LookupError: there is no such member.
    """
    first, *rest = pointer
    if isinstance(tree, dict) and first in tree:
        members = tree.items()
        if not rest:
            return {key if name == first else name: value for name, value in members}
        return {name: _renamed(value, tuple(rest), key) if name == first else value for name, value in members}
    if isinstance(tree, list) and rest and isinstance(first, int) and first < len(tree):
        return [_renamed(item, tuple(rest), key) if index == first else item for index, item in enumerate(tree)]
    raise LookupError(pointer_text(pointer))


def second_event(template: Template, event: WebhookEvent, parameters: Json, key: str | None) -> tuple[Operation, ...]:
    """The patch that appends a copy of an event with another pattern; empty if that is not possible."""
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
        holder: Any = value_at(copied, steps[:-1])
        if isinstance(holder, list) and steps[-1] == "-":
            holder.append(operation["value"])
        else:
            holder[steps[-1]] = operation["value"]
    return copied
