"""``--format github``: workflow commands that GitHub Actions shows as annotations."""

from __future__ import annotations

from ringocli.lint.report import Report
from ringocli.lint.rule import Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write(report: Report) -> str:
    """One workflow command per finding."""
    lines = []
    for linted, finding in report.findings:
        start, end = finding.range.start, finding.range.end
        properties = {
            "file": linted.document.name,
            "line": start.line,
            "endLine": end.line,
            "col": start.column,
            "endColumn": end.column,
            "title": f"{finding.code} {finding.slug}",
        }
        written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
        lines.append(f"::{_COMMANDS[finding.severity]} {written}::{_escaped(finding.message)}")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
