"""The pattern language: any JSON with ``$variables$`` in its strings, in two directions.

``render`` puts values in, ``match`` takes them out. Requests are rendered, replies and webhooks are matched, in one
notation. Its laws, up to the coercions below:

1. *match undoes render*: for an unambiguous pattern, ``p.match(plain(p.render(v)))`` fits and binds exactly ``v``;
2. *render undoes match*: if ``p.match(d)`` fits, ``d`` contains ``plain(p.render(bindings))``;
3. *ambiguity is named*: ``ambiguities`` lists each string that holds several values which nothing else tells apart;
4. *mismatches are complete*: every place that does not fit is listed, not only the first.

Coercions: values are non-empty strings; a JSON scalar binds as its JSON text; an optional variable that is absent,
``null`` or empty binds nothing; a one-element array stands for "each element" and the first that fits is taken;
further elements are reported in ``Match.more``. How Ringotel itself reads arrays and optional leaves is not
published: these are readings, listed in ``assumptions``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from ringocli.pointer import Pointer
from ringocli.secret import Secret, Text, sent
from ringocli.traced import Piece, Traced

Json: TypeAlias = Any
"""JSON as Python reads it: dict, list, str, int, float, bool, None."""

_NAME = re.compile(r"[^\W\d_][\w .\-]*")


class Several(list[str]):
    """The values of a form or query key that occurs once or more; a plain leaf takes the first."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A ``$name$`` in a string; ``raw`` is what stood between the dollar signs, blanks included."""

    name: str
    raw: str


Part: TypeAlias = str | Hole


def split(text: str, known: Collection[str] | None = None) -> tuple[Part, ...]:
    """A string cut at its variables, left to right, without overlap.

    A name, trimmed, starts with a letter and holds only letters, digits, space, ``_ - .``; anything else between
    two dollar signs is text, so that "costs $5 or $6" stays what it is. Where ``known`` names are given, a dollar
    sign that closes an unknown name but opens a known one belongs to the known one.
    """
    parts: list[Part] = []
    done = 0
    start = text.find("$")
    while start >= 0:
        end = text.find("$", start + 1)
        if end < 0:
            break
        raw = text[start + 1 : end]
        name = raw.strip()
        if not _NAME.fullmatch(name) or _steals(text, end, name, known):
            start = end
            continue
        if start > done:
            parts.append(text[done:start])
        parts.append(Hole(name, raw))
        done = end + 1
        start = text.find("$", done)
    if done < len(text):
        parts.append(text[done:])
    return tuple(parts)


def _steals(text: str, end: int, name: str, known: Collection[str] | None) -> bool:
    """Whether the dollar sign at ``end`` rather opens a known variable than closes this unknown one."""
    if known is None or name in known:
        return False
    close = text.find("$", end + 1)
    return close > 0 and text[end + 1 : close].strip() in known


def as_text(scalar: Json) -> str:
    """A JSON scalar as the text it binds as: strings as they are, ``true``, ``201``, ``null`` as in JSON."""
    return scalar if isinstance(scalar, str) else json.dumps(scalar)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string with at least one variable."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables in it, in order, repeated ones repeated."""
        return tuple(part.name for part in self.parts if isinstance(part, Hole))

    @property
    def alone(self) -> str | None:
        """The variable that makes up the whole string, if it is one."""
        return self.parts[0].name if len(self.parts) == 1 and isinstance(self.parts[0], Hole) else None


@dataclass(frozen=True, slots=True)
class Constant:
    """A scalar without variables: sent as it is, and an equality constraint when matching."""

    value: Json


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; keys of a matched document that are not named here do not matter."""

    members: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An array; with one element, a matched array may have any number of such elements."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Leaf | Constant | Fields | Items


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A place of the document that does not fit: a pointer into the document, what was wanted, what is there."""

    pointer: Pointer
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A string whose values cannot be told apart once they are rendered."""

    pointer: Pointer
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What matching found: ``bindings`` with the ``sources`` (pointers into the document) they were read at.

    ``matched`` counts the leaves that fit, ``more`` points at arrays of which only one element was taken.
    """

    bindings: Mapping[str, str]
    sources: Mapping[str, Pointer]
    mismatches: tuple[Mismatch, ...]
    matched: int
    more: tuple[Pointer, ...]

    @property
    def fits(self) -> bool:
        """Whether the document has the pattern's shape and every required variable a value."""
        return not self.mismatches


def _parse(tree: Json, known: Collection[str] | None) -> Node:
    if isinstance(tree, str):
        parts = split(tree, known) if "$" in tree else ()
        return Leaf(parts) if any(isinstance(part, Hole) for part in parts) else Constant(tree)
    if isinstance(tree, dict):
        return Fields(tuple((key, _parse(value, known)) for key, value in tree.items()))
    if isinstance(tree, list):
        return Items(tuple(_parse(item, known) for item in tree))
    return Constant(tree)


def _leaves(node: Node, at: Pointer = ()) -> Iterator[tuple[Pointer, Leaf | Constant]]:
    if isinstance(node, Fields):
        for key, member in node.members:
            yield from _leaves(member, (*at, key))
    elif isinstance(node, Items):
        for index, item in enumerate(node.nodes):
            yield from _leaves(item, (*at, index))
    else:
        yield at, node


_DROPPED = object()


def _rendered(node: Node, values: Mapping[str, Text], keep_empty: bool) -> Json:
    """The tree with ``Traced`` leaves; ``_DROPPED`` for a leaf that is one unset variable."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Leaf):
        if node.alone is not None and not values.get(node.alone):
            if not keep_empty or node.alone not in values:
                return _DROPPED
            return Traced()
        return filled(node.parts, values)
    if isinstance(node, Fields):
        rendered = ((key, _rendered(member, values, keep_empty)) for key, member in node.members)
        return {key: value for key, value in rendered if value is not _DROPPED}
    items = (_rendered(item, values, keep_empty) for item in node.nodes)
    return [item for item in items if item is not _DROPPED]


def filled(parts: tuple[Part, ...], values: Mapping[str, Text]) -> Traced:
    """A split string with its values put in; an unset variable leaves nothing."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(Piece(part))
        elif values.get(part.name):
            pieces.append(Piece(values[part.name], part.name))
    return Traced(tuple(pieces))


def plain(tree: Json) -> Json:
    """A rendered tree with ``str`` leaves as they are sent; for encoding and for the laws, never for printing."""
    if isinstance(tree, Traced):
        return tree.reveal()
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(item) for item in tree]
    return tree


@dataclass(frozen=True)
class Pattern:
    """A JSON tree whose strings are split at their variables."""

    root: Node

    @classmethod
    def parse(cls, tree: Json, known: Collection[str] | None = None) -> Pattern:
        """Read a pattern; ``known`` names take precedence where two readings of a ``$`` overlap."""
        return cls(_parse(tree, known))

    @cached_property
    def leaves(self) -> tuple[tuple[Pointer, Leaf | Constant], ...]:
        """Every scalar of the pattern with its pointer, in document order."""
        return tuple(_leaves(self.root))

    @cached_property
    def variables(self) -> Mapping[str, tuple[Pointer, ...]]:
        """Each variable with the places it stands at, in document order."""
        found: dict[str, list[Pointer]] = {}
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                for name in leaf.names:
                    found.setdefault(name, []).append(pointer)
        return {name: tuple(pointers) for name, pointers in found.items()}

    def ambiguities(self, given: Collection[str] = ()) -> tuple[Ambiguity, ...]:
        """Strings that hold several free values; values that are given or stand alone elsewhere are not free."""
        settled = set(given) | {leaf.alone for _, leaf in self.leaves if isinstance(leaf, Leaf) and leaf.alone}
        found = []
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                free = tuple(name for name in leaf.names if name not in settled)
                if len(free) > 1:
                    found.append(Ambiguity(pointer=pointer, names=free))
        return tuple(found)

    def render(self, values: Mapping[str, Text], *, keep_empty: bool = False) -> Json:
        """The tree with values put in as ``Traced``; a key or element that is one unset variable is dropped.

        With ``keep_empty`` a variable that is set to the empty string stays, as an empty string.
        """
        rendered = _rendered(self.root, values, keep_empty)
        return None if rendered is _DROPPED else rendered

    def match(
        self,
        document: Json,
        given: Mapping[str, Text] | None = None,
        required: Collection[str] | None = None,
    ) -> Match:
        """Read the variables out of a document.

        ``given`` values must stand where their variable does. ``required`` names must get a value (default: all);
        the others may be absent, ``null`` or empty.
        """
        reading = _Reading(given=given or {}, required=required)
        reading.read(self.root, document, ())
        reading.settle()
        return Match(
            bindings=reading.bindings,
            sources=reading.sources,
            mismatches=tuple(reading.mismatches),
            matched=reading.matched,
            more=tuple(reading.more),
        )


def _describe(value: Json) -> str:
    """What stands in a document, short enough for a message."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an empty list" if not value else "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One walk of a pattern over a document; mixed strings wait in ``mixed`` until all whole values are bound."""

    given: Mapping[str, Text]
    required: Collection[str] | None
    bindings: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Pointer] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)
    more: list[Pointer] = field(default_factory=list)
    mixed: list[tuple[Leaf, str, Pointer]] = field(default_factory=list)
    matched: int = 0

    def fork(self) -> _Reading:
        """A copy to try one element of an array on."""
        return _Reading(
            given=self.given,
            required=self.required,
            bindings=dict(self.bindings),
            sources=dict(self.sources),
            more=list(self.more),
            mixed=list(self.mixed),
            matched=self.matched,
        )

    def take(self, other: _Reading) -> None:
        """Go on from what a fork found."""
        self.bindings, self.sources, self.more = other.bindings, other.sources, other.more
        self.mixed, self.matched = other.mixed, other.matched
        self.mismatches.extend(other.mismatches)

    def wrong(self, at: Pointer, expected: str, found: str) -> None:
        self.mismatches.append(Mismatch(pointer=at, expected=expected, found=found))

    def read(self, node: Node, value: Json, at: Pointer) -> None:
        if isinstance(node, Fields):
            self.read_fields(node, value, at)
        elif isinstance(node, Items):
            self.read_items(node, value, at)
        elif isinstance(node, Constant):
            self.read_constant(node, value, at)
        else:
            self.read_leaf(node, value, at)

    def read_fields(self, node: Fields, value: Json, at: Pointer) -> None:
        if value is None:
            self.absent(node, at, "null")
        elif not isinstance(value, dict):
            self.wrong(at, "an object", _describe(value))
        else:
            for key, member in node.members:
                if key in value:
                    self.read(member, value[key], (*at, key))
                else:
                    self.absent(member, (*at, key), "nothing")

    def read_items(self, node: Items, value: Json, at: Pointer) -> None:
        if value is None or value == []:
            self.absent(node, at, _describe(value))
        elif not isinstance(value, list):
            self.wrong(at, "a list", _describe(value))
        elif len(node.nodes) == 1:
            self.read_each(node.nodes[0], value, at)
        else:
            for index, item in enumerate(node.nodes):
                if index < len(value):
                    self.read(item, value[index], (*at, index))
                else:
                    self.absent(item, (*at, index), "nothing")

    def read_each(self, node: Node, value: list[Json], at: Pointer) -> None:
        """The first element that fits; if none does, the one that comes nearest is reported."""
        nearest: _Reading | None = None
        for index, item in enumerate(value):
            trial = self.fork()
            trial.read(node, item, (*at, index))
            trial.check_mixed(len(self.mixed))
            if not trial.mismatches and (trial.matched > self.matched or not _holds_leaves(node)):
                nearest = trial
                break
            if nearest is None or _distance(trial) < _distance(nearest):
                nearest = trial
        if nearest is not None:
            self.take(nearest)
        if len(value) > 1:
            self.more.append(at)

    def read_constant(self, node: Constant, value: Json, at: Pointer) -> None:
        if isinstance(value, Several):
            value = value[0]
        if isinstance(value, (dict, list)) or as_text(value) != as_text(node.value):
            self.wrong(at, _describe(node.value), _describe(value))
        else:
            self.matched += 1

    def read_leaf(self, leaf: Leaf, value: Json, at: Pointer) -> None:
        if isinstance(value, Several):
            if len(value) > 1:
                self.more.append(at)
            value = value[0]
        if isinstance(value, (dict, list)):
            self.wrong(at, self.wanted(leaf), _describe(value))
        elif value is None or value == "":
            self.absent(leaf, at, _describe(value))
        elif leaf.alone is not None:
            self.bind(leaf.alone, as_text(value), at)
        else:
            self.mixed.append((leaf, as_text(value), at))

    def bind(self, name: str, text: str, at: Pointer) -> None:
        if name in self.given:
            known: Text | None = self.given[name]
        else:
            known = self.bindings.get(name)
        if known is None:
            self.bindings[name] = text
            self.sources[name] = at
        elif sent(known) != text:
            shown = str(known) if isinstance(known, Secret) else _describe(known)
            self.wrong(at, shown, _describe(text))
            return
        self.matched += 1

    def absent(self, node: Node, at: Pointer, found: str) -> None:
        """Note every leaf below a place that is not there, unless all its variables are optional."""
        for below, leaf in _leaves(node):
            if isinstance(leaf, Constant):
                if leaf.value is None:
                    self.matched += 1
                    continue
                self.wrong((*at, *below), _describe(leaf.value), found)
            elif any(self.needs(name) for name in leaf.names):
                self.wrong((*at, *below), self.wanted(leaf), found)

    def needs(self, name: str) -> bool:
        return name in self.given or self.required is None or name in self.required

    def wanted(self, leaf: Leaf) -> str:
        parts = []
        for part in leaf.parts:
            if isinstance(part, Hole):
                parts.append(str(self.given[part.name]) if part.name in self.given else f"${part.raw}$")
            else:
                parts.append(part)
        return _describe("".join(parts)) if leaf.alone is None or leaf.alone in self.given else parts[0]

    def cut(self, leaf: Leaf, text: str) -> dict[str, str] | None:
        settled: list[Part] = []
        for part in leaf.parts:
            if isinstance(part, Hole):
                known = self.given.get(part.name) or self.bindings.get(part.name)
                settled.append(sent(known) if known else part)
            else:
                settled.append(part)
        return cut(settled, text)

    def check_mixed(self, since: int) -> None:
        """Whether the mixed strings of one array element can be cut at all; values are bound in ``settle``."""
        for leaf, text, at in self.mixed[since:]:
            if self.cut(leaf, text) is None:
                self.wrong(at, self.wanted(leaf), _describe(text))
            else:
                self.matched += 1

    def settle(self) -> None:
        """Bind the mixed strings, those with the fewest unknown values first."""
        waiting = list(self.mixed)
        while waiting:
            waiting.sort(key=lambda entry: sum(name not in self.bindings for name in entry[0].names))
            leaf, text, at = waiting.pop(0)
            values = self.cut(leaf, text)
            if values is None:
                self.wrong(at, self.wanted(leaf), _describe(text))
                continue
            self.matched += not values
            for name, value in values.items():
                self.bind(name, value, at)


def _distance(trial: _Reading) -> tuple[int, int]:
    return len(trial.mismatches), -trial.matched


def _holds_leaves(node: Node) -> bool:
    return next(_leaves(node), None) is not None


def cut(parts: list[Part], text: str) -> dict[str, str] | None:
    """Cut a text at the literal parts of a mixed string; ``None`` if it does not fit.

    Each value has at least one character and ends where the next literal first occurs, so the work is linear
    in the text: a hostile text cannot make it backtrack.
    """
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if merged and isinstance(merged[0], str):
        if not text.startswith(merged[0]):
            return None
        text = text[len(merged.pop(0)) :]
    if merged and isinstance(merged[-1], str):
        if not text.endswith(merged[-1]):
            return None
        text = text[: len(text) - len(merged.pop())]
    return _cut_middle(merged, text)


def _cut_middle(parts: list[Part], text: str) -> dict[str, str] | None:
    """Cut between a first and a last variable."""
    values: dict[str, str] = {}
    at = 0
    for index, part in enumerate(parts):
        if isinstance(part, str):
            at += len(part)
            continue
        if index + 1 == len(parts):
            end = len(text)
        elif isinstance(following := parts[index + 1], str):
            end = text.find(following, at + 1)
        else:
            end = at + 1
        if end <= at or end > len(text) or values.setdefault(part.name, text[at:end]) != text[at:end]:
            return None
        at = end
    return values if at == len(text) else None
