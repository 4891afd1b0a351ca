"""Aligns an event's pattern with a webhook that does not match it: which values fit, differ, are missing or are unused.

Unlike matching, which decides, an alignment compares as much as possible: inside a list where the pattern has an
object, and inside an object where the pattern has a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ringocli.template.model import WebhookEvent
from ringocli.template.pattern.notation import is_same
from ringocli.template.pattern.pattern import Constant, Fields, Items, Json, Leaf, Several, as_text
from ringocli.text.pointer import Pointer

MAX_FIELDS = 200
"""Fields of a webhook that are considered for suggestions."""

MAX_ELEMENTS = 5
"""Elements of a list that are compared with a pattern."""

MAX_DEPTH = 12
MAX_TEXT = 300
MAX_NAME = 80
"""The longest field name that is compared with others."""

KEY_WEIGHT = 2
"""The weight of a matching event key, relative to any other value."""


@dataclass(frozen=True, slots=True)
class PatternLeaf:
    """A leaf of an event's pattern; ``names`` are its variables, empty for a constant."""

    pointer: Pointer
    leaf: Leaf | Constant

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of the leaf."""
        return tuple(self.leaf.names) if isinstance(self.leaf, Leaf) else ()

    @property
    def is_event_key(self) -> bool:
        """Whether the leaf is exactly ``$event_key$``."""
        return isinstance(self.leaf, Leaf) and self.leaf.alone == "event_key"


@dataclass(frozen=True, slots=True)
class Received:
    """A scalar of a webhook with its pointer."""

    pointer: Pointer
    value: str | int | float | bool

    @property
    def text(self) -> str:
        """The start of the value as text, which is enough to classify it."""
        return as_text(self.value[:MAX_TEXT] if isinstance(self.value, str) else self.value)[:MAX_TEXT]

    @property
    def names(self) -> list[str]:
        """The keys on the way to the value, nearest first."""
        return [step for step in reversed(self.pointer) if isinstance(step, str)]


@dataclass(slots=True)
class Alignment:
    """The result: every leaf is in ``fitting``, ``different`` or ``missing``, or in ``absent`` if it is optional.

    ``repeated`` are the missing leaves whose variables appear elsewhere in the pattern as well.
    ``containers`` maps pointers of objects and lists in the pattern to the ones in the webhook that they were compared
    with. ``reshaped`` is true if a list was compared with an object.
    """

    event: WebhookEvent
    fitting: list[tuple[PatternLeaf, Received]] = field(default_factory=list)
    different: list[tuple[PatternLeaf, Received]] = field(default_factory=list)
    missing: list[PatternLeaf] = field(default_factory=list)
    absent: list[PatternLeaf] = field(default_factory=list)
    repeated: list[PatternLeaf] = field(default_factory=list)
    containers: dict[Pointer, Pointer] = field(default_factory=dict)
    reshaped: bool = False
    unclaimed: tuple[Received, ...] = ()

    @property
    def has_event_key(self) -> bool:
        """Whether the webhook contains this event's key."""
        return any(one.is_event_key for one, _ in self.fitting)

    def share(self, paired: int = 0) -> float:
        """The share of the pattern that fits, from 0 to 1; a paired leaf counts nearly as much as one that fits."""
        has_key = any(one.is_event_key for one in (*self._leaves(), *self.missing))
        total = len(self.fitting) + len(self.different) + len(self.missing) + (KEY_WEIGHT - 1) * has_key
        fits = len(self.fitting) + (KEY_WEIGHT - 1) * self.has_event_key + 0.9 * paired
        return fits / total if total else 0.0

    def _leaves(self) -> Iterator[PatternLeaf]:
        yield from (one for one, _ in self.fitting)
        yield from (one for one, _ in self.different)

    def merge(self, other: Alignment) -> None:
        """Add what another part of the pattern found."""
        self.fitting += other.fitting
        self.different += other.different
        self.missing += other.missing
        self.absent += other.absent
        self.containers |= other.containers
        self.reshaped = self.reshaped or other.reshaped


def align(event: WebhookEvent, document: Json, base: Pointer = ()) -> Alignment:
    """Compare an event's pattern with a webhook; ``base`` is the pointer of ``document`` in the received body."""
    alignment = _aligned(event, event.pattern.root, document, (), base)
    _set_apart_repeated(alignment)
    claimed = {one.pointer for _, one in (*alignment.fitting, *alignment.different)}
    alignment.unclaimed = tuple(one for one in scalars(document, base) if one.pointer not in claimed)
    return alignment


def _set_apart_repeated(alignment: Alignment) -> None:
    known = {leaf.names for leaf, _ in alignment.fitting if leaf.names}
    missing, alignment.missing = alignment.missing, []
    for leaf in missing:
        (alignment.repeated if leaf.names in known else alignment.missing).append(leaf)
        if leaf.names:
            known.add(leaf.names)


def _aligned(event: WebhookEvent, node: object, value: Json, at: Pointer, found_at: Pointer) -> Alignment:
    if isinstance(value, Several):
        value = value[0]
    if isinstance(node, Fields):
        return _fields(event, node, value, at, found_at)
    if isinstance(node, Items):
        return _items(event, node, value, at, found_at)
    assert isinstance(node, Leaf | Constant)
    return _leaf(event, node, value, at, found_at)


def _fields(event: WebhookEvent, node: Fields, value: Json, at: Pointer, found_at: Pointer) -> Alignment:
    if isinstance(value, list) and value:
        best = _best_element(event, node, value, at, found_at)
        best.reshaped = True
        return best
    alignment = Alignment(event)
    if not isinstance(value, dict):
        _add_missing(alignment, event, node, at)
        return alignment
    alignment.containers[at] = found_at
    for key, member in node.members:
        if key in value:
            alignment.merge(_aligned(event, member, value[key], (*at, key), (*found_at, key)))
        else:
            _add_missing(alignment, event, member, (*at, key))
    return alignment


def _items(event: WebhookEvent, node: Items, value: Json, at: Pointer, found_at: Pointer) -> Alignment:
    alignment = Alignment(event)
    if isinstance(value, list) and value and node.nodes:
        alignment.containers[at] = found_at
        if len(node.nodes) == 1:
            alignment.merge(_best_element(event, node.nodes[0], value, (*at, 0), found_at))
            return alignment
        for index, child in enumerate(node.nodes):
            element = value[index] if index < len(value) else None
            alignment.merge(_aligned(event, child, element, (*at, index), (*found_at, index)))
        return alignment
    if len(node.nodes) == 1 and value is not None and not isinstance(value, list):
        alignment = _aligned(event, node.nodes[0], value, (*at, 0), found_at)
        alignment.reshaped = True
        return alignment
    _add_missing(alignment, event, node, at)
    return alignment


def _best_element(event: WebhookEvent, node: object, value: list[Json], at: Pointer, found_at: Pointer) -> Alignment:
    elements = (_aligned(event, node, item, at, (*found_at, index)) for index, item in enumerate(value[:MAX_ELEMENTS]))
    return max(elements, key=lambda one: (len(one.fitting), -len(one.missing)))


def _leaf(event: WebhookEvent, leaf: Leaf | Constant, value: Json, at: Pointer, found_at: Pointer) -> Alignment:
    alignment = Alignment(event)
    one = PatternLeaf(at, leaf)
    if isinstance(value, list) and value and not isinstance(value[0], (dict, list)):
        alignment = _leaf(event, leaf, value[0], at, (*found_at, 0))
        alignment.reshaped = True
    elif value is None or value == "" or isinstance(value, (dict, list)):
        if isinstance(leaf, Constant) and leaf.value is None and value is None:
            return alignment
        _add_missing(alignment, event, leaf, at)
    elif _fits(event, leaf, value):
        alignment.fitting.append((one, Received(found_at, value)))
    elif isinstance(leaf, Leaf) and leaf.alone == "url":
        _add_missing(alignment, event, leaf, at)  # the value is not the URL of a file, but may be the text
    else:
        alignment.different.append((one, Received(found_at, value)))
    return alignment


def _fits(event: WebhookEvent, leaf: Leaf | Constant, value: Json) -> bool:
    text = as_text(value)
    if isinstance(leaf, Constant):
        return is_same(leaf.value, value)
    if leaf.alone == "event_key":
        return event.key is None or text == event.key
    if leaf.alone == "url":
        return text.lower().startswith(("http://", "https://"))
    return all(part in text for part in leaf.parts if isinstance(part, str))


def _add_missing(alignment: Alignment, event: WebhookEvent, node: object, at: Pointer) -> None:
    for one in _leaves_below(node, at):
        if isinstance(one.leaf, Constant):
            (alignment.absent if one.leaf.value is None else alignment.missing).append(one)
        elif any(name in event.required or name == "event_key" for name in one.names):
            alignment.missing.append(one)
        else:
            alignment.absent.append(one)


def _leaves_below(node: object, at: Pointer) -> Iterator[PatternLeaf]:
    if isinstance(node, Fields):
        for key, member in node.members:
            yield from _leaves_below(member, (*at, key))
    elif isinstance(node, Items):
        for index, child in enumerate(node.nodes):
            yield from _leaves_below(child, (*at, index))
    elif isinstance(node, Leaf | Constant):
        yield PatternLeaf(at, node)


def scalars(document: Json, base: Pointer = ()) -> tuple[Received, ...]:
    """The scalars of a webhook in document order, without empty ones; at most ``MAX_FIELDS``."""
    found: list[Received] = []
    _collect(document, base, found)
    return tuple(found)


def _collect(value: Json, at: Pointer, found: list[Received]) -> None:
    if len(found) >= MAX_FIELDS or len(at) > MAX_DEPTH:
        return
    if isinstance(value, Several):
        value = value[0]
    if isinstance(value, Mapping):
        for key, child in value.items():
            if len(key) > MAX_NAME:
                continue
            _collect(child, (*at, key), found)
    elif isinstance(value, list):
        for index, child in enumerate(value[:MAX_ELEMENTS]):
            _collect(child, (*at, index), found)
    elif value is not None and value != "":
        found.append(Received(at, value))
