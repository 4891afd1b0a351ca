"""``--format text``: each finding with its line and a caret, then a summary."""

from __future__ import annotations

from ringocli.lint.finding import Finding
from ringocli.lint.report import Linted, Report, Style
from ringocli.lint.rule import Severity
from ringocli.text.console import printable

FRAME_WIDTH = 72
"""Columns of a template's line that are shown; a longer line is cut around the finding."""
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "magenta", Severity.INFO: "cyan"}


def write(report: Report) -> str:
    """The findings for a person; infos take one line each, so that errors and warnings stand out."""
    blocks = []
    for linted, finding in report.shown_findings:
        colour = _COLOURS[finding.severity]
        label = report.style(f"{finding.severity.value} {finding.code}", colour, "bold")
        block = f"{linted.location(finding)}: {label} {printable(finding.message)}"
        if finding.severity is not Severity.INFO:
            block += f"\n{_frame(linted, finding, report.style)}\n"
        blocks.append(block)
    return "\n".join([*blocks, report.summary])


def _frame(linted: Linted, finding: Finding, style: Style) -> str:
    """The line with the finding, cut to ``FRAME_WIDTH``, and a caret below what is wrong."""
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
