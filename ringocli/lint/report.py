"""The result of a run of the linter: the files, their findings, the counts. ``formats`` writes it."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ringocli.lint.engine import Selection, lint
from ringocli.lint.finding import Finding, in_order
from ringocli.lint.rule import Severity
from ringocli.text.document import Document

if TYPE_CHECKING:
    from ringocli.lint.suppressions import UnusedSuppression

Style: TypeAlias = Callable[..., str]
"""A function from a text and names of colours to the text with escape codes."""


class _LintedFields(NamedTuple):
    document: Document
    findings: tuple[Finding, ...]


class Linted(_LintedFields):
    """One file with its findings."""

    @cached_property
    def shown(self) -> str:
        """The text as outputs may show it: credentials are masked."""
        return masked(self.document)

    def location(self, finding: Finding) -> str:
        """``file:line:column`` of a finding."""
        start = finding.range.start
        return f"{self.document.name}:{start.line}:{start.column}"


class Report(NamedTuple):
    """A run of the linter.

    ``skipped`` counts the files that are not templates, ``failing`` are the severities that make the exit code 1, and
    text output includes infos only with ``show_infos``.
    """

    files: Sequence[Linted]
    skipped: int = 0
    show_infos: bool = True
    style: Style = lambda text, *_: text
    unused: Sequence["UnusedSuppression"] = ()
    failing: frozenset[Severity] = frozenset({Severity.ERROR})

    @property
    def findings(self) -> Iterable[tuple[Linted, Finding]]:
        """All findings with their files, in the order of their positions."""
        return ((linted, finding) for linted in self.files for finding in in_order(linted.findings))

    @property
    def shown_findings(self) -> Iterable[tuple[Linted, Finding]]:
        """The findings that text output shows; the positions of the others are never computed."""
        for linted in self.files:
            shown = [one for one in linted.findings if self.show_infos or one.severity is not Severity.INFO]
            yield from ((linted, finding) for finding in in_order(shown))

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(finding.severity is severity for linted in self.files for finding in linted.findings)

    @property
    def summary(self) -> str:
        """One line: the number of files, of findings by severity, of those not shown and of those that are fixable."""
        files = f"{len(self.files)} file{'s' * (len(self.files) != 1)} checked"
        if self.skipped:
            files += f", {self.skipped} skipped"
        counts = [(severity, self.count(severity)) for severity in Severity]
        parts = [f"{number} {severity.value}{'s' * (number != 1)}" for severity, number in counts if number]
        if not parts:
            return self.style(f"{files}: no findings", "green")
        infos = self.count(Severity.INFO)
        shown = ", ".join(parts)
        if infos and not self.show_infos:
            shown = f"{'no errors or warnings; ' if len(parts) == 1 else ''}{shown} (-v shows {'it' if infos == 1 else 'them'})"
        return f"{files}: {shown}{self._fixable}"

    @property
    def _fixable(self) -> str:
        fixes = [finding.fix for linted in self.files for finding in linted.findings if finding.fix]
        safe = sum(fix.safe for fix in fixes)
        unsafe = len(fixes) - safe
        parts = [f"{safe} fixable with --fix"] if safe else []
        if unsafe:
            parts.append(f"{unsafe} {'more ' if safe else 'fixable '}with --fix --unsafe-fixes")
        return f"; {', '.join(parts)}" if parts else ""


def masked(document: Document) -> str:
    """The text with credentials replaced by stars of the same length, so that columns do not change.

    The rules about credentials run whatever was selected, because a credential is never part of any output.
    """
    hidden = sorted(finding.offsets for finding in lint(document, Selection(select=("RT5",))) if finding.hide)
    if not hidden:
        return document.text
    parts, done = [], 0
    for start, end in hidden:
        parts += [document.text[done : start + 1], "*" * (end - start - 2)]
        done = end - 1
    return "".join([*parts, document.text[done:]])
