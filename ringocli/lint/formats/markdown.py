"""``--format markdown``: a table for a pull request or a wiki."""

from __future__ import annotations

from ringocli.lint.report import Report
from ringocli.text.markdown import table_cell


def write(report: Report) -> str:
    """One row per finding, then the summary."""
    rows = [
        f"| {finding.severity.value} | {finding.code} | `{linted.location(finding)}` | {table_cell(finding.message)} |"
        for linted, finding in report.findings
    ]
    return "\n".join(["| severity | code | location | finding |", "|---|---|---|---|", *rows, "", report.summary])
