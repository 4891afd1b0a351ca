"""``--format concise``: one line per finding."""

from __future__ import annotations

from ringocli.lint.report import Report
from ringocli.text.console import printable


def write(report: Report) -> str:
    """Each finding as ``file:line:column: severity code message``."""
    return "\n".join(
        f"{linted.location(finding)}: {finding.severity.value} {finding.code} {printable(finding.message)}"
        for linted, finding in report.findings
    )
