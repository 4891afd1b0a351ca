"""Edits a JSON document and keeps its formatting: everything but the edited value stays byte for byte as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ringocli.text.digits import is_count
from ringocli.text.document import Document
from ringocli.text.edits import Edit, apply
from ringocli.text.json_numbers import dumps
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import parse as parse_pointer


def with_member(document: Document, pointer: Pointer, key: str, value: Any) -> Document:
    """The document with a new last member of an object, or with the value of an existing one replaced."""
    node = document.node(pointer)
    if key in node.members:
        return with_value(document, (*pointer, key), value)
    places = [(start, child.end) for start, _, child in node.members.values()]
    return _inserted(document, node.start, places, f"{json.dumps(key, ensure_ascii=False)}: ", value)


def with_item(document: Document, pointer: Pointer, value: Any) -> Document:
    """The document with a new last element of a list."""
    node = document.node(pointer)
    return _inserted(document, node.start, [(item.start, item.end) for item in node.items], "", value)


def with_value(document: Document, pointer: Pointer, value: Any) -> Document:
    """The document with another value at an existing pointer."""
    start, end = document.locate_offsets(pointer)
    written = _written(document, value, _indent_at(document.text, start))
    return _edited(document, Edit(start, end, written))


def with_key(document: Document, pointer: Pointer, key: str) -> Document:
    """The document with a member renamed in place."""
    start, end = document.locate_offsets(pointer, "key")
    return _edited(document, Edit(start, end, json.dumps(key, ensure_ascii=False)))


def patched(document: Document, operations: Iterable[Mapping[str, Any]]) -> Document:
    """The document with a JSON Patch (RFC 6902) applied; ``move`` can only rename a member.

    Raises:
        LookupError: a pointer does not exist, or the operation is not supported.
    """
    for operation in operations:
        target = parse_pointer(str(operation["path"]))
        if operation["op"] == "move":
            source = steps_in(document.value, str(operation["from"]))
            if tuple(map(str, source[:-1])) != target[:-1]:
                raise LookupError("a member can only be renamed in place")
            document = with_key(document, source, target[-1])
        elif operation["op"] == "replace":
            document = with_value(document, steps_in(document.value, str(operation["path"])), operation["value"])
        elif operation["op"] == "add" and target[-1] == "-":
            holder = "".join(f"/{step}" for step in str(operation["path"]).split("/")[1:-1])
            document = with_item(document, steps_in(document.value, holder), operation["value"])
        elif operation["op"] == "add":
            *holder_steps, key = steps_in(document.value, str(operation["path"]))
            document = with_member(document, tuple(holder_steps), str(key), operation["value"])
        else:
            raise LookupError(f"the operation {operation['op']!r} is not supported")
    return document


def steps_in(value: Any, pointer: str) -> Pointer:
    """The steps of a pointer into a value: digits are an index in a list, and a key in an object."""
    steps: list[str | int] = []
    for step in parse_pointer(pointer):
        found: str | int = int(step) if isinstance(value, list) and is_count(step) else step
        steps.append(found)
        if isinstance(value, list):
            value = value[found] if isinstance(found, int) and found < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return tuple(steps)


def _inserted(document: Document, start: int, entries: list[tuple[int, int]], key_text: str, value: Any) -> Document:
    """The document with a new entry after the others, on its own line if they are on their own lines."""
    text = document.text
    if not entries:
        indent = _indent_at(text, start) + _indent_unit(text)
        written = f"\n{indent}{key_text}{_written(document, value, indent)}\n{_indent_at(text, start)}"
        return _edited(document, Edit(start + 1, start + 1, written))
    first, last = entries[0][0], entries[-1][1]
    own_lines = "\n" in text[start:first]
    indent = _indent_at(text, first)
    written = _written(document, value, indent) if own_lines else dumps(value)
    between = f",\n{indent}" if own_lines else ", "
    return _edited(document, Edit(last, last, between + key_text + written))


def _edited(document: Document, edit: Edit) -> Document:
    line_end = "\r\n" if "\r\n" in document.text else "\n"
    written = edit.replacement.replace("\n", line_end) if line_end != "\n" else edit.replacement
    return Document.read(document.name, apply(document.text, [Edit(edit.start, edit.end, written)]))


def _indent_at(text: str, offset: int) -> str:
    """The indentation of the line of an offset."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return re.match(r"[ \t]*", line).group()  # type: ignore[union-attr]  # it matches anywhere


def _indent_unit(text: str) -> str:
    """One level of the text's indentation; two spaces if it has none."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found.group(1) if found else "  "


def _written(document: Document, value: Any, indent: str) -> str:
    """A value as JSON, indented if the document is."""
    if "\n" not in document.text.strip():
        return dumps(value)
    return dumps(value, indent=_indent_unit(document.text)).replace("\n", f"\n{indent}")
