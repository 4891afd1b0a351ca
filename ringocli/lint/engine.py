"""The machinery of rules: what a rule sees, what it yields, and how that becomes findings with places.

A rule is one function over a ``Subject``. It yields ``Problem``s that point into the document; the engine finds the
lines. Three gates: is it JSON (RT0), has it the shape (RT101, RT102), what does it mean (the rest). A clean file
passes all of them without a position being computed and without a heavy import.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ringocli.lint.apart import Scope, known_voices, outside, parts_of
from ringocli.lint.subject import Subject
from ringocli.template.pattern.notation import Json
from ringocli.template.reader import read_template
from ringocli.text.document import Document
from ringocli.text.edits import Edit
from ringocli.text.pointer import Pointer, Range

if TYPE_CHECKING:
    from ringocli.text.lexer import Node


class Severity(StrEnum):
    """How bad: ``error`` breaks the integration, ``warning`` may, ``info`` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ReplaceValue(NamedTuple):
    """Put another value at a pointer."""

    pointer: Pointer
    value: Json


class RenameKey(NamedTuple):
    """Give the member at a pointer another key."""

    pointer: Pointer
    key: str


class AppendItem(NamedTuple):
    """Add a value at the end of the array at a pointer."""

    pointer: Pointer
    value: Json


Change = ReplaceValue | RenameKey | AppendItem | Edit


class Fix(NamedTuple):
    """A cure as data; ``safe`` if it cannot change what is right already."""

    title: str
    changes: tuple[Change, ...]
    safe: bool = True


class Problem(NamedTuple):
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


class _Finding(NamedTuple):
    code: str
    slug: str
    severity: Severity
    problem: Problem
    document: Document


class Finding(_Finding):
    """A problem with its rule. Its place is looked for only when somebody asks, since that costs a second reading."""

    @property
    def message(self) -> str:
        """One sentence: what is wrong and what to do."""
        return self.problem.message

    @property
    def pointer(self) -> Pointer:
        """Where in the JSON; the root for what is wrong with the text itself."""
        return self.problem.pointer

    @property
    def suggestion(self) -> str | None:
        """What to write instead, if there is one answer."""
        return self.problem.suggestion

    @property
    def fix(self) -> Fix | None:
        """The cure, if there is one that can be made."""
        return self.problem.fix

    @property
    def hide(self) -> bool:
        """Whether what stands there is a credential."""
        return self.problem.hide

    @cached_property
    def offsets(self) -> tuple[int, int]:
        """Where in the text, in characters."""
        return self.problem.offsets or self.document.locate_offsets(self.problem.pointer, self.problem.part)

    @cached_property
    def range(self) -> Range:
        """Where in the text, in lines and columns."""
        return self.document.range_of(*self.offsets)

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The fix in offsets of the text."""
        return tuple(_edits(self.document, self.problem.fix))


Check = Callable[[Subject], Iterable[Problem]]


class Rule(NamedTuple):
    """One rule: its code never changes and is never used again for another."""

    code: str
    severity: Severity
    slug: str
    check: Check
    scope: Scope = Scope.WHOLE

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
                parts.append(f"{label}:\n\n```json\n{_bare(example)}\n```")
        return "\n\n".join([part for part in parts if part] + ([f"Source: {doc.source}"] if doc.source else []))


class RuleDoc(NamedTuple):
    """A rule's docstring taken apart.

    Examples are JSON merge patches on ``rules.GOOD``, whole texts (``text ...``), or patches with the id that the
    version before had (``earlier ID {...}``).
    """

    title: str
    body: str
    bad: str
    good: str
    source: str


def _bare(example: str) -> str:
    """An example without the words that tell how the tests run it."""
    if example.startswith("earlier "):
        return example.split(" ", 2)[2]
    return example.removeprefix("text ")


_RULES: dict[str, Rule] = {}


def rule(code: str, severity: Severity, scope: Scope = Scope.WHOLE) -> Callable[[Check], Check]:
    """Register a rule; its slug is the function's name. ``scope`` says what it looks at; the whole is always right."""

    def register(check: Check) -> Check:
        if code in _RULES:
            raise ValueError(f"{code} is taken by {_RULES[code].slug}")
        slug = check.__name__.replace("_", "-")
        _RULES[code] = Rule(code=code, severity=severity, slug=slug, check=check, scope=scope)
        return check

    return register


def rules() -> tuple[Rule, ...]:
    """All rules in the order of their codes."""
    from ringocli.lint.rules import load_all

    load_all()  # each time: whoever imported one family alone has filled the table in part
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


class Choice(NamedTuple):
    """Which findings are wanted: code prefixes to select and to ignore, severities of one's own, strictness."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    severities: Mapping[str, Severity] = {}

    def wants(self, one: Rule) -> bool:
        """Whether findings of a rule are wanted."""
        if self.select and not _names(one, self.select):
            return False
        return not _names(one, self.ignore)


def _names(one: Rule, wanted: Iterable[str]) -> bool:
    return any(word == one.slug or one.code.startswith(word) for word in wanted)


EVERYTHING = Choice()
MAX_A_RULE = 200
"""Findings of one rule in one file."""
STRICT_ERRORS = frozenset({"undocumented-key"})
"""Warnings that ``--strict`` makes errors by themselves."""


def lint(document: Document, choice: Choice = EVERYTHING, earlier_id: str | None = None) -> tuple[Finding, ...]:
    """Every finding on a document, in the order of the rules (``in_order`` sorts them by place).

    ``earlier_id`` is the id that the version before this one had, where that is known.
    """
    subject = _subject(document, earlier_id)
    found = []
    truncated = subject.truncated
    for one in _applicable(subject):
        if choice is not EVERYTHING and not choice.wants(one):
            continue
        for number, problem in enumerate(one.check(subject), 1):
            if truncated and problem.part == "object":
                continue  # the text ends too early: what seems to be missing may just be lost
            if number == MAX_A_RULE:
                problem = problem._replace(message=f"{problem.message} (more of the same is left out)")
            found.append(Finding(one.code, one.slug, _severity(one, choice), problem, document))
            if number == MAX_A_RULE:
                break
    return tuple(found)


_latest: list[Subject] = []


def _subject(document: Document, earlier_id: str | None) -> Subject:
    """What rules look at. The latest is kept: a report asks again for what must not be shown of the same document."""
    if not (_latest and _latest[0].document is document and _latest[0].earlier_id == earlier_id):
        _latest[:] = [Subject(document=document, template=read_template(document.value), earlier_id=earlier_id)]
    return _latest[0]


def _applicable(subject: Subject) -> tuple[Rule, ...]:
    """The rules of the gates that this document reaches."""
    document = subject.document
    syntax = _gate("syntax") if document.problems else ()
    if document.problems and document.value is None:
        return syntax
    shape = _gate("shape") if subject.template.misfits else ()
    meaning = _gate("meaning") if isinstance(document.value, dict) else ()
    return syntax + shape + (meaning if syntax else _with_something_to_say(subject, meaning))


def _with_something_to_say(subject: Subject, among: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules less those that are known to be silent about every part of a template."""
    parts = parts_of(subject.template)
    voices: set[str] = set()
    for part in parts or ():
        known = known_voices(part, _voices)
        if known is None:
            parts = None
        else:
            voices |= known
    if not parts:
        return among
    rest = outside(subject)
    voices |= {one.code for one in _scoped(Scope.ANYWHERE) if next(iter(one.check(rest)), None) is not None}
    return tuple(one for one in among if one.scope is Scope.WHOLE or one.code in voices)


def _voices(subject: Subject) -> Iterator[str]:
    for one in _scoped(Scope.PARTS, Scope.ANYWHERE):
        if next(iter(one.check(subject)), None) is not None:
            yield one.code


@cache
def _scoped(*scopes: Scope) -> tuple[Rule, ...]:
    return tuple(one for one in _gate("meaning") if one.scope in scopes)


@cache
def _gate(name: str) -> tuple[Rule, ...]:
    """The rules of a gate: of the text itself, of the shape by the schema, or of what it means."""
    from ringocli.lint.rules import load_all, load_meaning

    if name == "syntax":
        load_all()
    else:
        load_meaning()
    return tuple(one for code, one in sorted(_RULES.items()) if _gate_of(code) == name)


def _gate_of(code: str) -> str:
    return "syntax" if code.startswith("RT0") else "shape" if code in ("RT101", "RT102") else "meaning"


def _severity(one: Rule, choice: Choice) -> Severity:
    if choice.severities:
        for name, severity in sorted(choice.severities.items(), key=lambda pair: -len(pair[0])):
            if _names(one, (name,)):
                return severity
    return Severity.ERROR if choice.strict and one.slug in STRICT_ERRORS else one.severity


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of their places."""
    return sorted(findings, key=lambda finding: (finding.offsets, finding.code))


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


def mended(document: Document, choice: Choice = EVERYTHING, *, unsafe: bool = False) -> tuple[str, int]:
    """The text after all safe fixes (or all there are), and how many were made; fixing again changes nothing."""
    from ringocli.text.edits import apply

    made = 0
    for _ in range(20):
        cures = [
            finding
            for finding in lint(document, choice)
            if finding.fix and (finding.fix.safe or unsafe) and finding.edits
        ]
        text = apply(document.text, [edit for finding in cures for edit in finding.edits])
        if text == document.text:
            break
        made += len(cures)
        document = Document.read(document.name, text)
    return document.text, made
