"""Pure functions for editors: completions, hover texts and an outline of a template that is being typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ringocli.template.model import Template
from ringocli.template.pattern.pattern import VariablePart, split
from ringocli.template.reader import read_template
from ringocli.template.schema import KEYS, SCHEMA
from ringocli.template.variables import BY_NAME, EVENTS, REQUESTS, VARIABLES, Place, known_at
from ringocli.text.document import Document
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.text.lexer import Node

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("template", ()),
    ("auth", ("auth",)),
    ("OAuth2", ("OAuth2",)),
    ("API", ("API",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The position of a cursor: its pointer, whether it is in a key, and the offsets of that key or value."""

    pointer: Pointer
    in_key: bool
    start: int
    end: int
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A proposal: its label, its kind (key, variable, property, value), a description, and the offsets it replaces."""

    label: str
    kind: str
    detail: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """An entry of the outline, with the offsets of the whole entry and of its name."""

    name: str
    detail: str
    start: int
    end: int
    key_start: int
    key_end: int
    children: tuple[Symbol, ...] = ()


def cursor_at(document: Document, offset: int) -> Cursor:
    """The innermost key or value around an offset."""
    node, pointer = document.node(()), ()
    return _inside(node, pointer, offset)


def _inside(node: Node, pointer: Pointer, offset: int) -> Cursor:
    for key, (start, end, child) in node.members.items():
        if start <= offset <= end:
            return Cursor(pointer=(*pointer, key), in_key=True, start=start, end=end, node=child)
        if child.start <= offset <= child.end:
            return _inside(child, (*pointer, key), offset)
    for index, item in enumerate(node.items):
        if item.start <= offset <= item.end:
            return _inside(item, (*pointer, index), offset)
    return Cursor(pointer=pointer, in_key=False, start=node.start, end=node.end, node=node)


def _kind_of(pointer: Pointer) -> str | None:
    """The kind of documented object that a pointer points at."""
    for kind, at in _KINDS:
        if pointer == at:
            return kind
    if len(pointer) == 2 and pointer[0] == "API":
        return "request"
    if pointer[:1] == ("Webhook",) and len(pointer) == 2:
        return "event"
    return None


def _place_of(template: Template, pointer: Pointer) -> Place | None:
    """The place of the template that a pointer belongs to, if variables are allowed there."""
    if pointer[:1] == ("API",) and len(pointer) > 2 and pointer[1] in [str(name) for name in REQUESTS]:
        if pointer[2] == "response_map":
            return Place.RESPONSE_MAP
        return Place(pointer[1])
    if pointer[:1] in (("auth",), ("OAuth2",)):
        return Place.SEND_MESSAGE
    for event in template.events:
        if pointer[: len(event.pointer)] == event.pointer and "request_parameters" in pointer:
            return event.place
    return None


def _schema_of(kind: str) -> Mapping[str, Any]:
    if kind == "template":
        return SCHEMA
    if kind in ("request", "event"):
        found: Mapping[str, Any] = SCHEMA["$defs"][kind]
        return found
    section: Mapping[str, Any] = SCHEMA["properties"][kind]
    return section


def completions(document: Document, offset: int) -> list[Completion]:
    """Everything that may be written at an offset."""
    template = read_template(document.value)
    cursor = cursor_at(document, offset)
    if not cursor.in_key:
        return [*_variables(document, template, cursor, offset), *_values(document, cursor)] or _keys(
            document, cursor.pointer, cursor.node, offset, offset
        )
    holder = cursor.pointer[:-1]
    return _keys(document, holder, document.node(holder), cursor.start, cursor.end)


def _keys(document: Document, pointer: Pointer, node: Node, start: int, end: int) -> list[Completion]:
    kind = _kind_of(pointer)
    if kind is None or document.text[node.start : node.start + 1] != "{":
        return []
    schema = _schema_of(kind)["properties"]
    quoted = document.text[start : start + 1] == '"' or document.text[start - 1 : start] == '"'
    opening = document.text[start - 1 : start] == '"' and document.text[start : start + 1] != '"'
    return [
        Completion(
            label=key,
            kind="key",
            detail=_describe(schema[key]),
            text=key if opening else f'"{key}"' + ("" if quoted else ": "),
            start=start,
            end=end,
        )
        for key in KEYS[kind]
        if key not in node.members or document.text[start:end].strip('"') == key
    ]


def _describe(schema: Mapping[str, Any]) -> str:
    """The description of a schema, or of the one it refers to."""
    if "$ref" in schema:
        return str(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]].get("description", ""))
    return str(schema.get("description", ""))


def _variables(document: Document, template: Template, cursor: Cursor, offset: int) -> list[Completion]:
    place = _place_of(template, cursor.pointer)
    if place is None or not isinstance(cursor.node.value, str):
        return []
    before = document.text[cursor.start : offset]
    dollars = before.count("$")
    start = cursor.start + before.rfind("$") if dollars % 2 else offset
    after = document.text[offset : cursor.end]
    end = offset
    if dollars % 2:
        closed = after.find("$")
        stop = after.find('"')
        if 0 <= closed < (stop if stop >= 0 else len(after)) and " " not in after[:closed]:
            end = offset + closed + 1
    meant = {variable.name: variable for variable in VARIABLES}
    found = []
    for name in sorted(known_at(place, template.properties), key=lambda name: (name in meant, name)):
        variable = meant.get(name)
        found.append(
            Completion(
                label=f"${name}$",
                kind="variable" if variable else "property",
                detail=variable.meaning if variable else "property of this template",
                text=f"${name}$",
                start=start,
                end=end,
            )
        )
    return found


def _values(document: Document, cursor: Cursor) -> list[Completion]:
    """The documented values of a key."""
    if not cursor.pointer or not isinstance(cursor.pointer[-1], str):
        return []
    kind = _kind_of(cursor.pointer[:-1])
    schema = _schema_of(kind)["properties"].get(cursor.pointer[-1]) if kind else None
    if not schema:
        return []
    known = [*schema.get("enum", ()), *schema.get("examples", ())]
    return [
        Completion(
            label=str(value),
            kind="value",
            detail=_describe(schema),
            text=f'"{value}"',
            start=cursor.start,
            end=cursor.end,
        )
        for value in dict.fromkeys(known)
    ]


def explanation(document: Document, offset: int) -> tuple[str, int, int] | None:
    """A description of the key or variable at an offset, in Markdown, and its offsets; None if there is neither."""
    cursor = cursor_at(document, offset)
    if cursor.in_key:
        kind = _kind_of(cursor.pointer[:-1])
        schema = _schema_of(kind)["properties"].get(cursor.pointer[-1]) if kind else None
        if schema is None:
            return None
        return _key_page(str(cursor.pointer[-1]), schema), cursor.start, cursor.end
    template = read_template(document.value)
    for name, start, end in variables_at(document, template, cursor):
        if start <= offset <= end:
            return _variable_page(name, template), start, end
    return None


def _key_page(key: str, schema: Mapping[str, Any]) -> str:
    parts = [f"**{key}**", _describe(schema)]
    if "enum" in schema:
        parts.append("One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + ".")
    if "default" in schema:
        parts.append(f"Usually `{schema['default']}`.")
    if "$comment" in schema:
        parts.append(f"*{schema['$comment']}*")
    return "\n\n".join(part for part in parts if part)


def _variable_page(name: str, template: Template) -> str:
    variable = BY_NAME.get(name)
    if variable is not None:
        places = ", ".join(str(place) for place in variable.places)
        return f"**${name}$**\n\n{variable.meaning}\n\nAvailable in {places}.\n\n*{variable.source}*"
    if name in template.properties:
        return f"**${name}$**\n\nA property of this template: a field of the form in the portal."
    return f"**${name}$**\n\nUnknown variable."


def variables_at(document: Document, template: Template, cursor: Cursor) -> Iterator[tuple[str, int, int]]:
    """The variables in the string at the cursor, with their offsets."""
    text = document.text[cursor.start : cursor.end]
    if not isinstance(cursor.node.value, str):
        return
    at = 0
    for part in split(text, {*BY_NAME, *template.properties}):
        length = len(part) if isinstance(part, str) else len(part.name) + 2
        if isinstance(part, VariablePart):
            written = text.find(f"${part.name}$", at)
            start = cursor.start + (written if written >= 0 else at)
            yield part.name, start, start + length
        at += length


def outline(document: Document) -> list[Symbol]:
    """The requests, events and properties of a template."""
    root = document.node(())
    template = read_template(document.value)
    found = []
    if "API" in root.members:
        node = root.members["API"][2]
        requests = tuple(
            _symbol(document, key, str(_value(child, "request_url") or ""), place)
            for key, place in node.members.items()
            for child in (place[2],)
        )
        found.append(_symbol(document, "API", "", root.members["API"], requests))
    if "Webhook" in root.members:
        events = []
        for event in template.events:
            start, end = document.locate_offsets(event.pointer)
            events.append(
                Symbol(name=event.label, detail=event.type, start=start, end=end, key_start=start, key_end=start + 1)
            )
        found.append(_symbol(document, "Webhook", "", root.members["Webhook"], tuple(events)))
    if "properties" in root.members:
        found.append(_symbol(document, "properties", ", ".join(template.properties), root.members["properties"]))
    return found


def _value(node: Node, key: str) -> Any:
    return node.members[key][2].value if key in node.members else None


def _symbol(
    document: Document, name: str, detail: str, place: tuple[int, int, Node], children: tuple[Symbol, ...] = ()
) -> Symbol:
    start, end, child = place
    return Symbol(name=name, detail=detail, start=start, end=child.end, key_start=start, key_end=end, children=children)


EVENT_TYPES = tuple(str(place) for place in EVENTS)
"""The values that ``event_type`` may have."""
