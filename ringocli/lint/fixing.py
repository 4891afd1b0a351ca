"""Applies the fixes of findings until there is nothing left to fix."""

from __future__ import annotations

from ringocli.lint.engine import EVERYTHING, Selection, lint
from ringocli.text.document import Document
from ringocli.text.edits import apply

MAX_ROUNDS = 100
"""The most rounds; each may uncover what the next one fixes. Templates need two or three, and hostile texts have needed
30."""


def fixed_text(document: Document, selection: Selection = EVERYTHING, *, unsafe: bool = False) -> tuple[str, int]:
    """The text after all safe fixes (or all there are), and how many were applied.

    A fix may uncover findings that were hidden before, such as missing keys once a bracket is closed. The text is only
    returned if it has fewer findings than the original, so fixing again changes nothing.
    """
    findings = lint(document, selection)
    best, fewest, best_applied = document.text, len(findings), 0
    applied = 0
    for _ in range(MAX_ROUNDS):
        fixes = [one for one in findings if one.fix and (one.fix.safe or unsafe) and one.edits]
        text = apply(document.text, [edit for finding in fixes for edit in finding.edits])
        if text == document.text:
            break
        applied += len(fixes)
        document = Document.read(document.name, text)
        findings = lint(document, selection)
        if len(findings) < fewest:
            best, fewest, best_applied = text, len(findings), applied
    return best, best_applied
