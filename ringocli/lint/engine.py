"""Runs the rules on a document, in three stages: syntax (RT0), shape (RT101, RT102) and meaning (all others).

A file without findings passes all three without computing a position or importing a heavy library.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ringocli.lint.finding import Finding
from ringocli.lint.registry import stage
from ringocli.lint.rule import Problem, Rule, Severity
from ringocli.lint.subject import UNKNOWN, Earlier, Subject
from ringocli.template.reader import read_template
from ringocli.text.document import Document


class Selection(NamedTuple):
    """Which findings are reported: codes, prefixes or slugs to select and to ignore, severities, strictness."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    severities: Mapping[str, Severity] = {}

    def includes(self, one: Rule) -> bool:
        """Whether findings of a rule are reported."""
        if self.select and not _names(one, self.select):
            return False
        return not _names(one, self.ignore)

    def severity_of(self, one: Rule, problem: Problem) -> Severity:
        """The severity of a problem; if several settings apply to its rule, the longest name decides."""
        for name, severity in sorted(self.severities.items(), key=lambda pair: -len(pair[0])):
            if _names(one, (name,)):
                return severity
        if self.strict and one.slug in STRICT_ERRORS:
            return Severity.ERROR
        return problem.severity or one.severity


def _names(one: Rule, names: Iterable[str]) -> bool:
    return any(name == one.slug or one.code.startswith(name) for name in names)


EVERYTHING = Selection()
MAX_PER_RULE = 200
"""Findings of one rule in one file."""
STRICT_ERRORS = frozenset({"undocumented-key"})
"""Warnings that ``--strict`` makes errors."""


def lint(
    document: Document,
    selection: Selection = EVERYTHING,
    earlier: Earlier = UNKNOWN,
    same_id: tuple[str, ...] = (),
) -> tuple[Finding, ...]:
    """Every finding in a document, in the order of the rules (``finding.in_order`` sorts them by position).

    ``earlier`` is what is known of the earlier version; ``same_id`` names other files with the same id.
    """
    subject = _subject(document, earlier, same_id)
    found: list[Finding] = []
    for one in _applicable(subject):
        if selection is EVERYTHING or selection.includes(one):
            found += _findings(one, subject, selection)
    return tuple(found)


def _findings(one: Rule, subject: Subject, selection: Selection) -> list[Finding]:
    found: list[Finding] = []
    for problem in one.check(subject):
        if problem.part == "object" and subject.truncated:
            continue  # the file is cut off: keys that seem to be missing may have been in the rest
        is_last = len(found) == MAX_PER_RULE - 1
        if is_last:
            problem = problem._replace(message=f"{problem.message} (further findings of this rule are not shown)")
        severity = selection.severity_of(one, problem)
        found.append(Finding(one.code, one.slug, severity, problem, subject.document))
        if is_last:
            break
    return found


_latest: list[Subject] = []


def _subject(document: Document, earlier: Earlier, same_id: tuple[str, ...]) -> Subject:
    """The subject of a document. The latest is cached, because masking credentials lints the same document again."""
    latest = _latest[0] if _latest else None
    if latest and latest.document is document and (latest.earlier, latest.same_id) == (earlier, same_id):
        return latest
    template = read_template(document.value)
    _latest[:] = [Subject(document=document, template=template, earlier=earlier, same_id=same_id)]
    return _latest[0]


def _applicable(subject: Subject) -> tuple[Rule, ...]:
    """The rules of the stages that this document reaches."""
    document = subject.document
    syntax = stage("syntax") if document.problems else ()
    if document.problems and document.value is None:
        return syntax
    shape = stage("shape") if subject.template.misfits else ()
    meaning = stage("meaning") if isinstance(document.value, dict) else ()
    return syntax + shape + meaning
