"""The machinery of rules: what a rule sees, what it yields, and how that becomes findings with places.

A rule is one function over a ``Subject``. It yields ``Problem``s that point into the document; the engine finds the
lines. Three gates: is it JSON (RT0), has it the shape (RT101, RT102), what does it mean (the rest). A clean file
passes all of them without a position being computed and without a heavy import.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from ringocli.document import Document
from ringocli.lexer import Node
from ringocli.mistakes import Edit
from ringocli.pattern import Constant, Json, Leaf, Pattern
from ringocli.pointer import Pointer, Range
from ringocli.template import Template, WebhookEvent
from ringocli.variables import Place, known_at


class Severity(StrEnum):
    """How bad: ``error`` breaks the integration, ``warning`` may, ``info`` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class ReplaceValue:
    """Put another value at a pointer."""

    pointer: Pointer
    value: Json


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Give the member at a pointer another key."""

    pointer: Pointer
    key: str


@dataclass(frozen=True, slots=True)
class AppendItem:
    """Add a value at the end of the array at a pointer."""

    pointer: Pointer
    value: Json


Change = ReplaceValue | RenameKey | AppendItem | Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A cure as data; ``safe`` if it cannot change what is right already."""

    title: str
    changes: tuple[Change, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule yields. ``part`` tells what is wrong there: the value, the key, or the object that lacks something.

    ``offsets`` are given instead of a pointer where the text itself is broken. ``hide`` keeps the value out of
    every output: it is a credential.
    """

    pointer: Pointer
    message: str
    suggestion: str | None = None
    fix: Fix | None = None
    part: Any = "value"
    offsets: tuple[int, int] | None = None
    hide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem with its rule and its place; ``edits`` are the fix in offsets of the text."""

    code: str
    slug: str
    severity: Severity
    message: str
    pointer: Pointer
    range: Range
    offsets: tuple[int, int]
    suggestion: str | None
    fix: Fix | None
    edits: tuple[Edit, ...]
    hide: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A variable in a string: where, at which place of the template, and whether it is the whole string."""

    pointer: Pointer
    place: Place
    name: str
    alone: bool
    event: WebhookEvent | None = None


@dataclass(frozen=True, slots=True)
class Templated:
    """A string of a place that may have variables: a leaf with some, or a constant."""

    pointer: Pointer
    place: Place
    leaf: Leaf | Constant
    event: WebhookEvent | None

    @property
    def residue(self) -> str:
        """What of the string is no variable; holes leave a NUL."""
        if isinstance(self.leaf, Constant):
            return str(self.leaf.value)
        return "".join(part if isinstance(part, str) else "\x00" for part in self.leaf.parts)


@dataclass(frozen=True, slots=True)
class Literal:
    """A string of the document with its pointer."""

    pointer: Pointer
    text: str


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What rules look at; everything that several of them need is computed once."""

    document: Document
    template: Template

    @property
    def root(self) -> Any:
        """The template's JSON; an empty object if it is none."""
        return self.template.root

    @cached_property
    def truncated(self) -> bool:
        """Whether a bracket is missing, so that nothing can be said of what is absent."""
        return any(problem.kind in ("unclosed-bracket", "too-deep") for problem in self.document.problems)

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """Every string of the document, in order."""
        return tuple(_strings(self.root, ()))

    @cached_property
    def templated(self) -> tuple[Templated, ...]:
        """Every string of a place that may have variables, taken apart."""
        return tuple(self._templated())

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every variable in a place that may have variables."""
        return tuple(
            Use(one.pointer, one.place, name, one.leaf.alone is not None, one.event)
            for one in self.templated
            if isinstance(one.leaf, Leaf)
            for name in one.leaf.names
        )

    @cached_property
    def used(self) -> frozenset[str]:
        """The names of all variables in use."""
        return frozenset(use.name for use in self.uses)

    def place_of(self, pointer: Pointer) -> Place | None:
        """Which place of the template a string is in; None where variables do not belong."""
        return self._places.get(pointer)

    @cached_property
    def _places(self) -> dict[Pointer, Place]:
        return {one.pointer: one.place for one in self.templated}

    def _templated(self) -> Iterator[Templated]:
        for name in ("auth", "OAuth2"):
            section = self.root.get(name)
            if isinstance(section, dict):
                pattern = Pattern.parse(section, known_at(Place.AUTH, self.template.properties))
                yield from _leaves_at((name,), pattern, Place.AUTH, None)
        for spec in self.template.requests:
            yield from _leaves_at((*spec.pointer, "request_url"), spec.address, spec.name, None)
            yield from _leaves_at((*spec.pointer, "request_parameters"), spec.body, spec.name, None)
            if spec.response_map is not None:
                yield from _leaves_at((*spec.pointer, "response_map"), spec.reply, Place.RESPONSE_MAP, None)
        for event in self.template.events:
            if event.place is not None:
                yield from _leaves_at((*event.pointer, "request_parameters"), event.pattern, event.place, event)


def _leaves_at(at: Pointer, pattern: Pattern, place: Place, event: WebhookEvent | None) -> Iterator[Templated]:
    for pointer, leaf in pattern.leaves:
        if isinstance(leaf, Leaf) or isinstance(leaf.value, str):
            yield Templated(at + pointer, place, leaf, event)


def _strings(value: Json, at: Pointer) -> Iterator[Literal]:
    items: Iterable[tuple[Any, Json]] = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in items:
        if isinstance(member, str):
            yield Literal((*at, key), member)
        elif isinstance(member, (dict, list)):
            yield from _strings(member, (*at, key))


Check = Callable[[Subject], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its code never changes and is never used again for another."""

    code: str
    severity: Severity
    slug: str
    check: Check

    @property
    def doc(self) -> RuleDoc:
        """Its explanation, read from its docstring."""
        return read_doc(self.check.__doc__ or "")

    @property
    def markdown(self) -> str:
        """Its explanation as a page."""
        doc = self.doc
        parts = [doc.title, doc.body]
        for label, example in (("Bad", doc.bad), ("Good", doc.good)):
            if example:
                parts.append(f"{label}:\n\n```json\n{example}\n```")
        return "\n\n".join([part for part in parts if part] + ([f"Source: {doc.source}"] if doc.source else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDoc:
    """A rule's docstring taken apart; examples are JSON merge patches on ``rules.GOOD``, or whole texts."""

    title: str
    body: str
    bad: str
    good: str
    source: str


_RULES: dict[str, Rule] = {}


def rule(code: str, severity: Severity) -> Callable[[Check], Check]:
    """Register a rule; its slug is the function's name."""

    def register(check: Check) -> Check:
        if code in _RULES:
            raise ValueError(f"{code} is taken by {_RULES[code].slug}")
        slug = check.__name__.replace("_", "-")  # type: ignore[attr-defined]
        _RULES[code] = Rule(code=code, severity=severity, slug=slug, check=check)
        return check

    return register


def rules() -> tuple[Rule, ...]:
    """All rules in the order of their codes."""
    if not _RULES:
        from ringocli.rules import load_all

        load_all()
    return tuple(_RULES[code] for code in sorted(_RULES))


def read_doc(docstring: str) -> RuleDoc:
    """Take a rule's docstring apart at its labels."""
    import inspect

    fields: dict[str, list[str]] = {"body": []}
    current = "body"
    for line in inspect.cleandoc(docstring).splitlines():
        label, separator, rest = line.partition(":")
        if separator and label in ("Bad", "Good", "Source"):
            current = label.lower()
            fields[current] = [rest.strip()] if rest.strip() else []
        else:
            fields[current].append(line)
    body = "\n".join(fields["body"]).strip()
    title, _, rest = body.partition("\n\n")
    texts = {key: "\n".join(lines).strip() for key, lines in fields.items()}
    return RuleDoc(
        title=title.replace("\n", " "),
        body=rest.strip(),
        bad=texts.get("bad", ""),
        good=texts.get("good", ""),
        source=texts.get("source", "").replace("\n", " "),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which findings are wanted: code prefixes to select and to ignore, and whether to be strict."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False

    def wants(self, one: Rule) -> bool:
        """Whether findings of a rule are wanted."""
        if self.select and not _names(one, self.select):
            return False
        return not _names(one, self.ignore)


def _names(one: Rule, wanted: Iterable[str]) -> bool:
    return any(word == one.slug or one.code.startswith(word) for word in wanted)


EVERYTHING = Choice()
STRICT_ERRORS = frozenset({"undocumented-key"})
"""Warnings that ``--strict`` makes errors by themselves."""


def lint(document: Document, choice: Choice = EVERYTHING) -> tuple[Finding, ...]:
    """Every finding on a document, in the order of their places."""
    subject = Subject(document=document, template=Template.read(document.value))
    found = []
    for one in _applicable(subject):
        if choice.wants(one):
            for problem in one.check(subject):
                found.append(_finding(document, one, problem, choice))
    found.sort(key=lambda finding: (finding.offsets, finding.code))
    return tuple(found)


def _applicable(subject: Subject) -> Iterator[Rule]:
    """The rules of the gates that this document reaches."""
    family = _gates()
    if subject.document.problems:
        yield from family.syntax
    if subject.document.value is None and subject.document.problems:
        return
    if subject.template.misfits:
        yield from family.shape
    if isinstance(subject.document.value, dict):
        yield from family.meaning


@dataclass(frozen=True, slots=True)
class _Gates:
    syntax: tuple[Rule, ...] = field(default=())
    shape: tuple[Rule, ...] = field(default=())
    meaning: tuple[Rule, ...] = field(default=())


_sorted_gates: list[_Gates] = []


def _gates() -> _Gates:
    if not _sorted_gates:
        every = rules()
        syntax = tuple(one for one in every if one.code.startswith("RT0"))
        shape = tuple(one for one in every if one.slug in ("wrong-type", "missing-key"))
        rest = tuple(one for one in every if one not in syntax and one not in shape)
        _sorted_gates.append(_Gates(syntax, shape, rest))
    return _sorted_gates[0]


def _finding(document: Document, one: Rule, problem: Problem, choice: Choice) -> Finding:
    offsets = problem.offsets or document.locate_offsets(problem.pointer, problem.part)
    severity = one.severity
    if choice.strict and one.slug in STRICT_ERRORS:
        severity = Severity.ERROR
    return Finding(
        code=one.code,
        slug=one.slug,
        severity=severity,
        message=problem.message,
        pointer=problem.pointer,
        range=document.range_of(*offsets),
        offsets=offsets,
        suggestion=problem.suggestion,
        fix=problem.fix,
        edits=tuple(_edits(document, problem.fix)),
        hide=problem.hide,
    )


def _edits(document: Document, fix: Fix | None) -> Iterator[Edit]:
    for change in fix.changes if fix else ():
        match change:
            case Edit():
                yield change
            case ReplaceValue(pointer, value):
                yield Edit(*document.locate_offsets(pointer), json.dumps(value, ensure_ascii=False))
            case RenameKey(pointer, key):
                yield Edit(*document.locate_offsets(pointer, "key"), json.dumps(key, ensure_ascii=False))
            case AppendItem(pointer, value):
                yield _appended(document, document.node(pointer), value)


def _appended(document: Document, node: Node, value: Json) -> Edit:
    """An edit that adds an item in the style of the ones before it."""
    written = json.dumps(value, ensure_ascii=False)
    if not node.items:
        return Edit(node.start + 1, node.start + 1, written)
    last = node.items[-1]
    between = document.text[node.items[-2].end : last.start] if len(node.items) > 1 else ", "
    return Edit(last.end, last.end, between + written)


def mended(document: Document, choice: Choice = EVERYTHING) -> tuple[str, int]:
    """The text after all safe fixes, and how many were made; fixing again changes nothing."""
    from ringocli.mistakes import apply

    made = 0
    for _ in range(20):
        cures = [finding for finding in lint(document, choice) if finding.fix and finding.fix.safe and finding.edits]
        text = apply(document.text, [edit for finding in cures for edit in finding.edits])
        if text == document.text:
            break
        made += len(cures)
        document = Document.read(document.name, text)
    return document.text, made

