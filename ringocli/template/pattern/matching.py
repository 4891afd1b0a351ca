"""Matches a pattern against a document, collecting the values of its variables and every mismatch.

The time is linear in the size of the document: mixed strings are cut at their literals from left to right, so hostile
text cannot cause backtracking.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from ringocli.template.pattern.notation import (
    Constant,
    Fields,
    Items,
    Json,
    Leaf,
    Node,
    Part,
    Several,
    VariablePart,
    as_text,
    is_same,
    leaves,
)
from ringocli.text.json_numbers import number_text
from ringocli.text.pointer import Pointer
from ringocli.text.secret import Secret, Text, sent

MAX_ELEMENTS = 1_000
"""How many elements of a list are tried; a provider's batch has far fewer."""

MAX_DESCRIBED = 60


class Mismatch(NamedTuple):
    """A difference between pattern and document: its location in the document, the expected and the found value."""

    pointer: Pointer
    expected: str
    found: str


class Match(NamedTuple):
    """The result of matching: ``bindings`` of variables with the pointers they were read from (``sources``).

    ``matched`` counts the leaves that match; ``more`` lists the arrays of which only one element was used.
    """

    bindings: Mapping[str, str]
    sources: Mapping[str, Pointer]
    mismatches: tuple[Mismatch, ...]
    matched: int
    more: tuple[Pointer, ...]

    @property
    def fits(self) -> bool:
        """Whether the document has the pattern's shape and a value for every required variable."""
        return not self.mismatches


def describe(value: Json) -> str:
    """A JSON value for messages, at most ``MAX_DESCRIBED`` characters long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an empty list" if not value else "a list"
    if isinstance(value, str):
        value = value[: MAX_DESCRIBED + 1]  # longer text would be cut off below
    text = number_text(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_DESCRIBED else text[: MAX_DESCRIBED - 3] + "..."


class Matcher:
    """The state of one match; ``mixed`` are strings to cut once all whole values are bound."""

    __slots__ = ("bindings", "given", "matched", "mismatches", "mixed", "more", "required", "sources")

    def __init__(self, given: Mapping[str, Text], required: Collection[str] | None) -> None:
        self.given, self.required = given, required
        self.bindings: dict[str, str] = {}
        self.sources: dict[str, Pointer] = {}
        self.mismatches: list[Mismatch] = []
        self.more: list[Pointer] = []
        self.mixed: list[tuple[Leaf, str, Pointer]] = []
        self.matched = 0

    def fork(self) -> Matcher:
        """A copy for trying one element of an array."""
        fork = Matcher(self.given, self.required)
        fork.bindings, fork.sources = dict(self.bindings), dict(self.sources)
        fork.more, fork.mixed, fork.matched = list(self.more), list(self.mixed), self.matched
        return fork

    def take(self, other: Matcher) -> None:
        """Continue with the state of a fork."""
        self.bindings, self.sources, self.more = other.bindings, other.sources, other.more
        self.mixed, self.matched = other.mixed, other.matched
        self.mismatches.extend(other.mismatches)

    def wrong(self, at: Pointer, expected: str, found: str) -> None:
        self.mismatches.append(Mismatch(pointer=at, expected=expected, found=found))

    def read(self, node: Node, value: Json, at: Pointer) -> None:
        if isinstance(node, Leaf):
            self.read_leaf(node, value, at)
        elif isinstance(node, Fields):
            self.read_fields(node, value, at)
        elif isinstance(node, Items):
            self.read_items(node, value, at)
        else:
            self.read_constant(node, value, at)

    def read_fields(self, node: Fields, value: Json, at: Pointer) -> None:
        if value is None:
            self.absent(node, at, "null")
        elif not isinstance(value, dict):
            self.wrong(at, "an object", describe(value))
        else:
            for key, member in node.members:
                if key in value:
                    self.read(member, value[key], (*at, key))
                else:
                    self.absent(member, (*at, key), "nothing")

    def read_items(self, node: Items, value: Json, at: Pointer) -> None:
        if value is None or value == []:
            self.absent(node, at, describe(value))
        elif not isinstance(value, list):
            self.wrong(at, "a list", describe(value))
        elif len(node.nodes) == 1:
            self.read_each(node.nodes[0], value, at)
        else:
            for index, item in enumerate(node.nodes):
                if index < len(value):
                    self.read(item, value[index], (*at, index))
                else:
                    self.absent(item, (*at, index), "nothing")

    def read_each(self, node: Node, value: list[Json], at: Pointer) -> None:
        """Use the first element that matches; if none does, report the mismatches of the closest one."""
        if len(value) == 1:  # no choice, so no copy is needed
            since = len(self.mixed)
            self.read(node, value[0], (*at, 0))
            self.check_mixed(since)
            return
        nearest: Matcher | None = None
        for index, item in enumerate(value[:MAX_ELEMENTS]):
            trial = self.fork()
            trial.read(node, item, (*at, index))
            trial.check_mixed(len(self.mixed))
            if not trial.mismatches and (trial.matched > self.matched or not _has_leaves(node)):
                nearest = trial
                break
            if nearest is None or _distance(trial) < _distance(nearest):
                nearest = trial
        if nearest is not None:
            self.take(nearest)
        self.more.append(at)

    def read_constant(self, node: Constant, value: Json, at: Pointer) -> None:
        if isinstance(value, Several):
            value = value[0]
        if isinstance(value, (dict, list)) or not is_same(node.value, value):
            self.wrong(at, describe(node.value), describe(value))
        else:
            self.matched += 1

    def read_leaf(self, leaf: Leaf, value: Json, at: Pointer) -> None:
        if type(value) is str and value and leaf.alone is not None:  # the most frequent case, checked first
            self.bind(leaf.alone, value, at)
            return
        if isinstance(value, Several):
            if len(value) > 1:
                self.more.append(at)
            value = value[0]
        if isinstance(value, (dict, list)):
            self.wrong(at, self.expected(leaf), describe(value))
        elif value is None or value == "":
            self.absent(leaf, at, describe(value))
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
            shown = str(known) if isinstance(known, Secret) else describe(known)
            self.wrong(at, shown, describe(text))
            return
        self.matched += 1

    def absent(self, node: Node, at: Pointer, found: str) -> None:
        """Report every leaf below a missing value, unless all its variables are optional."""
        for below, leaf in leaves(node):
            if isinstance(leaf, Constant):
                if leaf.value is None:
                    self.matched += 1
                    continue
                self.wrong((*at, *below), describe(leaf.value), found)
            elif any(self.needs(name) for name in leaf.names):
                self.wrong((*at, *below), self.expected(leaf), found)

    def needs(self, name: str) -> bool:
        return name in self.given or self.required is None or name in self.required

    def expected(self, leaf: Leaf) -> str:
        parts = []
        for part in leaf.parts:
            if isinstance(part, VariablePart):
                parts.append(str(self.given[part.name]) if part.name in self.given else f"${part.raw}$")
            else:
                parts.append(part)
        return describe("".join(parts)) if leaf.alone is None or leaf.alone in self.given else parts[0]

    def cut(self, leaf: Leaf, text: str) -> dict[str, str] | None:
        settled: list[Part] = []
        for part in leaf.parts:
            if isinstance(part, VariablePart):
                known = self.given.get(part.name) or self.bindings.get(part.name)
                settled.append(sent(known) if known else part)
            else:
                settled.append(part)
        return cut(settled, text)

    def check_mixed(self, since: int) -> None:
        """Check whether the mixed strings of one array element match; ``settle`` binds their values."""
        for leaf, text, at in self.mixed[since:]:
            if self.cut(leaf, text) is None:
                self.wrong(at, self.expected(leaf), describe(text))
            else:
                self.matched += 1

    def settle(self) -> None:
        """Bind the values of the mixed strings, those with the fewest unknown variables first."""
        pending = list(self.mixed)
        while pending:
            pending.sort(key=lambda entry: sum(name not in self.bindings for name in entry[0].names))
            leaf, text, at = pending.pop(0)
            values = self.cut(leaf, text)
            if values is None:
                self.wrong(at, self.expected(leaf), describe(text))
                continue
            self.matched += not values
            for name, value in values.items():
                self.bind(name, value, at)


def _distance(trial: Matcher) -> tuple[int, int]:
    return len(trial.mismatches), -trial.matched


def _has_leaves(node: Node) -> bool:
    return bool(leaves(node))


def cut(parts: list[Part], text: str) -> dict[str, str] | None:
    """Cut a text at the literal parts of a mixed string; None if it does not match.

    Each value has at least one character and ends at the first occurrence of the next literal, so the time is linear
    in the length of the text.
    """
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if merged and isinstance(merged[0], str):
        prefix = merged.pop(0)
        assert isinstance(prefix, str)
        if not text.startswith(prefix):
            return None
        text = text[len(prefix) :]
    if merged and isinstance(merged[-1], str):
        suffix = merged.pop()
        assert isinstance(suffix, str)
        if not text.endswith(suffix):
            return None
        text = text[: len(text) - len(suffix)]
    return _cut_middle(merged, text)


def _cut_middle(parts: list[Part], text: str) -> dict[str, str] | None:
    """Cut a text that starts and ends with a variable."""
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
