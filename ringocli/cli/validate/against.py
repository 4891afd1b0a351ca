"""Compares a linted template with an earlier version: a file, a file of the same name in a folder, or a git revision."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ringocli.errors import UsageError
from ringocli.text.document import Document
from ringocli.text.files import read_text
from ringocli.text.revisions import revision_of, text_at

if TYPE_CHECKING:
    from ringocli.messaging.comparison.change import TemplateComparison


def earlier_id(name: str, against: str) -> str | None:
    """The earlier id of a template; None if the earlier version lacks the file or the id.

    Raises:
        UsageError: ``against`` is not a file, a folder or a revision.
    """
    text = _text(name, against)
    value = Document.read(name, text).value if text is not None else None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def comparison_with_earlier(document: Document, against: str) -> TemplateComparison | None:
    """What changed since the earlier version; None if one of the two is not a template, or the text is the same."""
    from ringocli.messaging.comparison.compare import compare
    from ringocli.template.reader import read_template

    text = _text(document.name, against)
    if text is None or text == document.text:
        return None
    earlier = Document.read(document.name, text).value
    if not isinstance(earlier, dict) or not isinstance(document.value, dict):
        return None
    return compare(read_template(earlier), read_template(document.value))


def _text(name: str, against: str) -> str | None:
    if os.path.isdir(against):
        against = os.path.join(against, os.path.basename(name))
        if not os.path.isfile(against):
            return None
    if os.path.isfile(against):
        return read_text(against)
    text = text_at(against, name)
    if text is None and revision_of(against) is None:
        raise UsageError(
            f"--against {against}: not a file, a folder or a git revision",
            "Name an earlier version, for instance main or HEAD~1.",
        )
    return text
