"""Renames a property of a template in all its uses: the list of properties and every ``$variable$``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ringocli.lint.completion import cursor_at, variables_at
from ringocli.lint.subject import Subject
from ringocli.template.pattern.notation import VARIABLE_NAME, VariablePart, split
from ringocli.template.reader import read_template
from ringocli.template.variables import BY_NAME
from ringocli.text.document import Document
from ringocli.text.edits import Edit
from ringocli.text.pointer import Pointer, lookup


def property_at(document: Document, offset: int) -> tuple[str, int, int] | None:
    """The declared property whose name is at an offset, and the offsets of that name; None if there is none."""
    template = read_template(document.value)
    cursor = cursor_at(document, offset)
    if cursor.pointer[:1] == ("properties",) and len(cursor.pointer) == 2 and isinstance(cursor.node.value, str):
        return cursor.node.value, cursor.start + 1, cursor.end - 1
    for name, start, end in variables_at(document, template, cursor):
        if start <= offset <= end and name in template.properties and name not in BY_NAME:
            return name, start + 1, end - 1
    return None


def name_problem(document: Document, new: str) -> str | None:
    """Why a property cannot have a name; None if it can."""
    if not VARIABLE_NAME.fullmatch(new) or new != new.strip():
        return (
            f"{new!r} cannot be the name of a property: it must start with a letter and contain only letters, digits, "
            "spaces and the characters _ - ."
        )
    if new in BY_NAME:
        return f"{new!r} is a built-in variable; choose another name"
    if new in read_template(document.value).properties:
        return f"there is already a property {new!r}"
    return None


def rename_property(document: Document, old: str, new: str) -> list[Edit]:
    """The edits that rename a property wherever it is declared or used."""
    template = read_template(document.value)
    subject = Subject(document=document, template=template)
    listed = subject.root.get("properties")
    edits = []
    for index, name in enumerate(listed if isinstance(listed, list) else ()):
        if name == old:
            start, end = document.locate_offsets(("properties", index))
            edits.append(Edit(start, end, json.dumps(new, ensure_ascii=False)))
    pointers = dict.fromkeys(use.pointer for use in subject.uses if use.name == old)
    for pointer in pointers:
        edits += _in_string(document, subject, pointer, old, new)
    return edits


def _in_string(document: Document, subject: Subject, pointer: Pointer, old: str, new: str) -> Iterator[Edit]:
    """Edits of the name alone, or of the whole string if escapes hide the name in the text."""
    start, end = document.locate_offsets(pointer)
    written = document.text[start:end]
    parts = split(lookup(subject.root, pointer), {*BY_NAME, *subject.template.properties})
    count = sum(isinstance(part, VariablePart) and part.name == old for part in parts)
    found = list(re.finditer(rf"(?<=\$)\s*{re.escape(old)}\s*(?=\$)", written))
    if len(found) == count and "\\" not in written:
        yield from (Edit(start + one.start(), start + one.end(), new) for one in found)
        return
    renamed = "".join(_written(part, old, new) for part in parts)
    yield Edit(start, end, json.dumps(renamed, ensure_ascii=False))


def _written(part: str | VariablePart, old: str, new: str) -> str:
    if isinstance(part, str):
        return part
    return f"${new if part.name == old else part.raw}$"
