"""``--format jsonl``: one JSON document per finding."""

from __future__ import annotations

import json

from ringocli.lint.formats.json import finding_document
from ringocli.lint.report import Report


def write(report: Report) -> str:
    """The findings, one per line."""
    return "\n".join(
        json.dumps({"schema_version": 1, **finding_document(linted, finding)}, ensure_ascii=False)
        for linted, finding in report.findings
    )
