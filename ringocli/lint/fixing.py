"""Applies the fixes of findings until there is nothing left to fix."""

from __future__ import annotations

from ringocli.lint.engine import EVERYTHING, Selection, lint
from ringocli.text.document import Document
from ringocli.text.edits import apply

MAX_ROUNDS = 20
"""One round may uncover what the next one fixes; no text has needed more than a few."""


def fixed_text(document: Document, selection: Selection = EVERYTHING, *, unsafe: bool = False) -> tuple[str, int]:
    """The text after all safe fixes (or all there are), and how many were applied; fixing again changes nothing."""
    applied = 0
    for _ in range(MAX_ROUNDS):
        fixable = [
            finding
            for finding in lint(document, selection)
            if finding.fix and (finding.fix.safe or unsafe) and finding.edits
        ]
        text = apply(document.text, [edit for finding in fixable for edit in finding.edits])
        if text == document.text:
            break
        applied += len(fixable)
        document = Document.read(document.name, text)
    return document.text, applied
