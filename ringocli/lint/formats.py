"""Findings in every form: for people, for editors, for CI. One dict from name to function.

A credential that stands in a template is masked in messages, frames and fixes alike: the code frame is the one place
where the text itself is printed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ringocli import __version__
from ringocli.lint.engine import Choice, Finding, Severity, in_order, lint, rules
from ringocli.text.console import printable
from ringocli.text.document import Document
from ringocli.text.pointer import Position, as_text

if TYPE_CHECKING:
    from ringocli.lint.project import Stale

Style = Callable[..., str]
FRAME_WIDTH = 72


class _Linted(NamedTuple):
    document: Document
    findings: tuple[Finding, ...]


class Linted(_Linted):
    """One file with its findings."""

    def renamed(self, name: str) -> Linted:
        """The same findings on a file of the same text and another name."""
        document = self.document._replace(name=name)
        return Linted(document, tuple(finding._replace(document=document) for finding in self.findings))

    @cached_property
    def shown(self) -> str:
        """The text as frames may show it."""
        return masked(self.document)


class Report(NamedTuple):
    """A whole run: the files, how many were passed over, whether text shows mere remarks (infos), and how to colour."""

    files: Sequence[Linted]
    skipped: int = 0
    remarks: bool = True
    style: Style = lambda text, *_: text
    stale: Sequence[Stale] = ()
    unsafe: bool = False

    @property
    def findings(self) -> Iterable[tuple[Linted, Finding]]:
        """All findings with their files, in the order of their places."""
        return ((linted, finding) for linted in self.files for finding in in_order(linted.findings))

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(finding.severity is severity for linted in self.files for finding in linted.findings)

    @property
    def fixable(self) -> int:
        """How many findings have a safe cure."""
        return sum(bool(found.fix and found.fix.safe) for linted in self.files for found in linted.findings)


_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def _place(linted: Linted, finding: Finding) -> str:
    start = finding.range.start
    return f"{linted.document.name}:{start.line}:{start.column}"


def as_text_report(report: Report) -> str:
    """Each finding with its lines and a caret, then one line that sums up."""
    blocks = []
    for linted, finding in _worth_showing(report):
        colour = _COLOURS[finding.severity]
        head = f"{_place(linted, finding)}: {report.style(f'{finding.severity.value} {finding.code}', colour, 'bold')}"
        block = f"{head} {printable(finding.message)}"
        if finding.severity is not Severity.INFO:  # what is only worth knowing does not need the reader's whole eye
            block += f"\n{_frame(linted, finding, report.style)}\n"
        blocks.append(block)
    return "\n".join([*blocks, _summary(report)])


def _worth_showing(report: Report) -> Iterable[tuple[Linted, Finding]]:
    """All findings, or those that are more than a remark; for the others no place has to be looked for."""
    for linted in report.files:
        shown = [one for one in linted.findings if report.remarks or one.severity is not Severity.INFO]
        yield from ((linted, finding) for finding in in_order(shown))


def as_concise(report: Report) -> str:
    """One line a finding."""
    return "\n".join(f"{_place(one, found)}: {found.code} {printable(found.message)}" for one, found in report.findings)


def _summary(report: Report) -> str:
    counts = [(severity, report.count(severity)) for severity in Severity]
    parts = [f"{number} {severity.value}{'s' * (number != 1)}" for severity, number in counts if number]
    files = f"{len(report.files)} file{'s' * (len(report.files) != 1)}"
    skipped = f", {report.skipped} skipped" if report.skipped else ""
    hint = f"; {report.fixable} can be mended by --fix" if report.fixable else ""
    risky = sum(bool(found.fix and not found.fix.safe) for linted in report.files for found in linted.findings)
    hint += f"; {risky} by --fix --unsafe-fixes" if risky else ""
    if not report.remarks and report.count(Severity.INFO):
        hint += " (infos are shown by ringocli -v validate)"
    if not parts:
        return report.style(f"{files} checked{skipped}: no findings", "green")
    return f"{files} checked{skipped}: {', '.join(parts)}{hint}"


def masked(document: Document) -> str:
    """The text with credentials replaced by stars of the same length, so that columns stay.

    The rules about leaks are asked, whatever findings were wanted: a credential is in no output at all.
    """
    hidden = sorted(finding.offsets for finding in lint(document, Choice(select=("RT5",))) if finding.hide)
    if not hidden:
        return document.text
    parts, done = [], 0
    for start, end in hidden:
        parts += [document.text[done : start + 1], "*" * (end - start - 2)]
        done = end - 1
    return "".join([*parts, document.text[done:]])


def _frame(linted: Linted, finding: Finding, style: Style) -> str:
    """The line with the finding, cut to the terminal, and a caret below what is wrong."""
    start, end = finding.range.start, finding.range.end
    starts = linted.document.lines.starts
    first = starts[start.line - 1]
    line = linted.shown[first : starts[start.line] if start.line < len(starts) else None].rstrip("\r\n")
    width = max(1, (end.column if end.line == start.line else len(line) + 1) - start.column)
    cut = max(0, start.column - 1 - (FRAME_WIDTH - min(width, 40)) // 2) if len(line) > FRAME_WIDTH else 0
    shown = "".join(char if char >= " " else " " for char in line[cut : cut + FRAME_WIDTH])
    caret = "^" * max(1, min(width, FRAME_WIDTH - (start.column - 1 - cut)))
    number = str(start.line)
    hint = f" {printable(finding.suggestion)}" if finding.suggestion else ""
    margin = " " * len(number)
    pad = " " * (start.column - 1 - cut)
    return (
        f" {margin} |\n {number} | {printable(shown)}\n"
        f" {margin} | {pad}{style(caret, _COLOURS[finding.severity])}{style(hint, 'green')}"
    )


def finding_document(linted: Linted, finding: Finding) -> dict[str, Any]:
    """A finding as JSON outputs carry it."""
    return {
        "file": linted.document.name,
        "code": finding.code,
        "slug": finding.slug,
        "severity": finding.severity.value,
        "message": finding.message,
        "pointer": as_text(finding.pointer),
        "range": {"start": _position(finding.range.start), "end": _position(finding.range.end)},
        "suggestion": finding.suggestion,
        "fix": _fix(linted, finding),
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _fix(linted: Linted, finding: Finding) -> dict[str, Any] | None:
    if finding.fix is None or not finding.edits:
        return None
    edits = []
    for edit in finding.edits:
        where = linted.document.range_of(edit.start, edit.end)
        edits.append(
            {"range": {"start": _position(where.start), "end": _position(where.end)}, "text": edit.replacement}
        )
    return {"title": finding.fix.title, "safe": finding.fix.safe, "edits": edits}


def as_json(report: Report) -> str:
    """One document for the whole run."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "files": len(report.files),
        "skipped": report.skipped,
        "findings": [finding_document(linted, finding) for linted, finding in report.findings],
        "summary": {severity.value: report.count(severity) for severity in Severity},
    }
    if report.stale:
        document["stale_suppressions"] = [
            {"file": one.file, "line": one.suppression.line, "code": one.suppression.code, "why": one.why}
            for one in report.stale
        ]
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_jsonl(report: Report) -> str:
    """One document a finding."""
    return "\n".join(
        json.dumps({"schema_version": 1, **finding_document(linted, finding)}, ensure_ascii=False)
        for linted, finding in report.findings
    )


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0 with the rules' help and the fixes."""
    every = rules()
    driver = {
        "name": "ringocli",
        "version": __version__,
        "informationUri": "https://github.com/ringocli/ringocli",
        "rules": [
            {
                "id": one.code,
                "name": one.slug,
                "shortDescription": {"text": one.doc.title},
                "fullDescription": {"text": one.doc.body or one.doc.title},
                "help": {"text": one.markdown, "markdown": one.markdown},
                "defaultConfiguration": {"level": _LEVELS[one.severity]},
            }
            for one in every
        ],
    }
    index = {one.code: number for number, one in enumerate(every)}
    results = [_sarif_result(linted, finding, index) for linted, finding in report.findings]
    return json.dumps(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
        },
        ensure_ascii=False,
        indent=2,
    )


def _sarif_result(linted: Linted, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    artifact = {"uri": _uri(linted.document.name)}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": artifact, "region": _region(linted, *finding.offsets)},
                "logicalLocations": [{"fullyQualifiedName": as_text(finding.pointer)}],
            }
        ],
    }
    if finding.fix is not None and finding.edits:
        replacements = [
            {"deletedRegion": _region(linted, edit.start, edit.end), "insertedContent": {"text": edit.replacement}}
            for edit in finding.edits
        ]
        result["fixes"] = [
            {
                "description": {"text": finding.fix.title},
                "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
            }
        ]
    return result


def _uri(name: str) -> str:
    from urllib.parse import quote

    return quote(name.replace("\\", "/"))


def _region(linted: Linted, start: int, end: int) -> dict[str, int]:
    where = linted.document.range_of(start, end)
    return {
        "startLine": where.start.line,
        "startColumn": where.start.column,
        "endLine": where.end.line,
        "endColumn": where.end.column,
    }


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(report: Report) -> str:
    """Workflow commands that GitHub Actions turns into annotations."""
    lines = []
    for linted, finding in report.findings:
        start, end = finding.range.start, finding.range.end
        where = {
            "file": linted.document.name,
            "line": start.line,
            "endLine": end.line,
            "col": start.column,
            "endColumn": end.column,
            "title": f"{finding.code} {finding.slug}",
        }
        fields = ",".join(f"{key}={_github_value(str(value))}" for key, value in where.items())
        lines.append(f"::{_COMMANDS[finding.severity]} {fields}::{_github_text(finding.message)}")
    return "\n".join(lines)


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_value(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")


def as_junit(report: Report) -> str:
    """JUnit XML: a test case a file, a failure a finding that is an error, the rest as output."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    failed = sum(any(f.severity is Severity.ERROR for f in linted.findings) for linted in report.files)
    lines.append(f'<testsuites><testsuite name="ringocli validate" tests="{len(report.files)}" failures="{failed}">')
    for linted in report.files:
        lines.append(f'<testcase classname="ringocli" name={_attribute(linted.document.name)}>')
        for finding in linted.findings:
            text = _xml(f"{_place(linted, finding)}: {finding.code} {finding.message}")
            if finding.severity is Severity.ERROR:
                lines.append(f"<failure type={_attribute(finding.code)} message={_attribute(text)}/>")
            else:
                lines.append(f"<system-out>{_escaped(text)}</system-out>")
        lines.append("</testcase>")
    return "\n".join([*lines, "</testsuite></testsuites>"])


def _escaped(text: str) -> str:
    import html

    return html.escape(text)


def _attribute(text: str) -> str:
    return f'"{_escaped(_xml(text))}"'


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(char if char >= " " or char in "\t\n\r" else "?" for char in text)


def as_markdown(report: Report) -> str:
    """A table for a pull request or a wiki."""
    rows = [
        f"| {finding.severity.value} | {finding.code} | `{_place(linted, finding)}` | {_cell(finding.message)} |"
        for linted, finding in report.findings
    ]
    return "\n".join(["| severity | code | place | what |", "|---|---|---|---|", *rows, "", _summary(report)])


def _cell(text: str) -> str:
    return printable(text).replace("\n", " ").replace("|", "\\|")


def as_statistics(report: Report) -> str:
    """How often each rule was broken, the most frequent first, and in how many files."""
    counts: Counter[tuple[str, str, str]] = Counter()
    files: dict[str, set[str]] = {}
    for linted in report.files:
        for found in linted.findings:
            counts[(found.code, found.severity.value, found.slug)] += 1
            files.setdefault(found.code, set()).add(linted.document.name)
    lines = [
        f"{number:>6}  {code}  {severity:<8} {slug} ({len(files[code])} file{'s' * (len(files[code]) != 1)})"
        for (code, severity, slug), number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return "\n".join([*lines, _summary(report)])


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text_report,
    "concise": as_concise,
    "json": as_json,
    "jsonl": as_jsonl,
    "sarif": as_sarif,
    "github": as_github,
    "junit": as_junit,
    "markdown": as_markdown,
    "statistics": as_statistics,
}
