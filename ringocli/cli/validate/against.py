"""Compares a linted template with an earlier version: a file, a file of the same name in a folder, or a git
revision.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ringocli.errors import UsageError
from ringocli.lint.subject import UNKNOWN, Earlier, EarlierChange
from ringocli.text.document import Document
from ringocli.text.files import read_text
from ringocli.text.git_revisions import revision_of, text_at

if TYPE_CHECKING:
    from ringocli.template.pattern.notation import Json


def earlier_version(document: Document, against: str) -> Earlier:
    """The id and the changes of the earlier version; none if it lacks the file, or if one of the two is not a template.

    Raises:
        UsageError: ``against`` is not a file, a folder or a revision.
    """
    text = _text(document.name, against)
    if text is None or text == document.text:
        return UNKNOWN
    value = Document.read(document.name, text).value
    if not isinstance(value, dict) or not isinstance(document.value, dict):
        return UNKNOWN
    return earlier_of(value, document.value)


def earlier_of(before: dict[str, Json], after: dict[str, Json]) -> Earlier:
    """The earlier id, and the other changes that break something, as judged by ``diff``."""
    from ringocli.messaging.comparison.compare import compare
    from ringocli.template.reader import read_template

    found = before.get("id")
    changes = compare(read_template(before), read_template(after)).changes
    return Earlier(
        id=found if isinstance(found, str) else None,
        breaking=tuple(
            EarlierChange(change.pointer, change.what, change.order)
            for change in changes
            if change.impact.name == "BREAKING" and change.kind != "id"
        ),
    )


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
            "Name an earlier version, for example main or HEAD~1.",
        )
    return text
