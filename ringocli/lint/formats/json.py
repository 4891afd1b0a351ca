"""``--format json``: one document for the whole run."""

from __future__ import annotations

import json
from typing import Any

from ringocli.lint.finding import Finding
from ringocli.lint.report import Linted, Report
from ringocli.lint.rule import Severity
from ringocli.text.pointer import as_text
from ringocli.text.positions import Position


def write(report: Report) -> str:
    """The findings with their positions and fixes, and the counts."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "files": len(report.files),
        "skipped": report.skipped,
        "findings": [finding_document(linted, finding) for linted, finding in report.findings],
        "summary": {severity.value: report.count(severity) for severity in Severity},
    }
    if report.unused:
        document["unused_suppressions"] = document["stale_suppressions"] = [
            {"file": one.file, "line": one.suppression.line, "code": one.suppression.code, "why": one.why}
            for one in report.unused
        ]
    return json.dumps(document, ensure_ascii=False, indent=2)


def finding_document(linted: Linted, finding: Finding) -> dict[str, Any]:
    """A finding as the JSON outputs contain it."""
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
