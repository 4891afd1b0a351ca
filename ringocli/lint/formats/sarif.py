"""``--format sarif``: SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ringocli.lint.explain import rule_markdown
from ringocli.lint.finding import Finding
from ringocli.lint.registry import rules
from ringocli.lint.report import Linted, Report
from ringocli.lint.rule import Rule, Severity
from ringocli.text.pointer import as_text
from ringocli.version import __version__

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def write(report: Report) -> str:
    """One run with the documentation of all rules, the findings and their fixes."""
    every = rules()
    index = {one.code: number for number, one in enumerate(every)}
    run = {
        "tool": {"driver": {"name": "ringocli", "version": __version__, "rules": [_rule(one) for one in every]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(linted, finding, index) for linted, finding in report.findings],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _rule(one: Rule) -> dict[str, Any]:
    markdown = rule_markdown(one)
    return {
        "id": one.code,
        "name": one.slug,
        "shortDescription": {"text": one.doc.title},
        "fullDescription": {"text": one.doc.body or one.doc.title},
        "help": {"text": markdown, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
    }


def _result(linted: Linted, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    artifact = {"uri": quote(linted.document.name.replace("\\", "/"), errors="surrogateescape")}
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
        changes = [{"artifactLocation": artifact, "replacements": replacements}]
        result["fixes"] = [{"description": {"text": finding.fix.title}, "artifactChanges": changes}]
    return result


def _region(linted: Linted, start: int, end: int) -> dict[str, int]:
    where = linted.document.range_of(start, end)
    return {
        "startLine": where.start.line,
        "startColumn": where.start.column,
        "endLine": where.end.line,
        "endColumn": where.end.column,
    }
