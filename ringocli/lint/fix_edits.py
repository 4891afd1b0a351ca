"""A fix as edits of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringocli.lint.rule import AppendItem, Fix, RenameKey, ReplaceValue
from ringocli.template.pattern.notation import Json
from ringocli.text.document import Document
from ringocli.text.edits import Edit
from ringocli.text.json_numbers import dumps

if TYPE_CHECKING:
    from ringocli.text.lexer import Node


def edits_of(document: Document, fix: Fix | None) -> Iterator[Edit]:
    """The edits of a fix, in its order; none without a fix."""
    for change in fix.changes if fix else ():
        match change:
            case Edit():
                yield change
            case ReplaceValue(pointer, value):
                yield Edit(*document.locate_offsets(pointer), dumps(value))
            case RenameKey(pointer, key):
                yield Edit(*document.locate_offsets(pointer, "key"), json.dumps(key, ensure_ascii=False))
            case AppendItem(pointer, value):
                yield _appended(document, document.node(pointer), value)


def _appended(document: Document, node: Node, value: Json) -> Edit:
    """An edit that adds an item, with the same separator as between the items before it."""
    written = dumps(value)
    if not node.items:
        return Edit(node.start + 1, node.start + 1, written)
    last = node.items[-1]
    between = document.text[node.items[-2].end : last.start] if len(node.items) > 1 else ", "
    return Edit(last.end, last.end, between + written)
