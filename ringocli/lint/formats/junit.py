"""``--format junit``: JUnit XML. One test case per finding, one per file without findings."""

from __future__ import annotations

from html import escape

from ringocli.lint.finding import Finding, in_order
from ringocli.lint.report import Linted, Report
from ringocli.lint.rule import Severity
from ringocli.text.xml_characters import xml_text


def write(report: Report) -> str:
    """Findings that fail the run are failures; the others are skipped test cases."""
    cases: list[str] = []
    for linted in report.files:
        findings = in_order(linted.findings)
        cases += [_case(linted, one, fails=one.severity in report.failing) for one in findings] or [_passed(linted)]
    failures = sum(report.count(severity) for severity in report.failing)
    skipped = sum(report.count(severity) for severity in Severity if severity not in report.failing)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites {counts}>",
            f'<testsuite name="ringocli validate" {counts}>',
            *cases,
            "</testsuite>",
            "</testsuites>",
        ]
    )


def _passed(linted: Linted) -> str:
    return f"<testcase classname={_attribute(linted.document.name)} name={_attribute('no findings')}/>"


def _case(linted: Linted, finding: Finding, *, fails: bool) -> str:
    start = finding.range.start
    name = f"{finding.code} at {start.line}:{start.column}: {finding.message}"
    opening = f"<testcase classname={_attribute(linted.document.name)} name={_attribute(name)}>"
    body = f"{linted.location(finding)}: {finding.severity.value} {finding.code} {finding.message}"
    if finding.suggestion:
        body += f"\nsuggestion: {finding.suggestion}"
    if fails:
        message = f"message={_attribute(finding.message)} type={_attribute(finding.code)}"
        return f"{opening}<failure {message}>{_text(body)}</failure></testcase>"
    message = f"message={_attribute(f'{finding.severity.value}: {finding.message}')}"
    return f"{opening}<skipped {message}>{_text(body)}</skipped></testcase>"


def _attribute(text: str) -> str:
    return f'"{_text(text)}"'


def _text(text: str) -> str:
    """Text for XML 1.0, escaped."""
    return escape(xml_text(text))
