"""JSON Schema 2020-12 of what a template sends and reads: a schema per request and per event."""

from __future__ import annotations

from typing import Any

from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.pattern.pattern import Constant, Fields, Items, Json, Leaf, Node
from ringocli.template.pattern.pattern import as_text as scalar_text
from ringocli.template.variables import BY_NAME, OPTIONAL_OUTGOING
from ringocli.text.digits import is_count

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schema(event: WebhookEvent) -> dict[str, Any]:
    """The schema of the webhooks that match an event; fields that the pattern does not mention are allowed."""
    schema = _incoming(event.pattern.root, event)
    return {"$schema": DIALECT, "title": event.label, "description": _described(event), **schema}


def _described(event: WebhookEvent) -> str:
    return f"A webhook that Ringotel reads as {event.type} (assumptions 2, 3, 4 and 36)."


def _incoming(node: Node, event: WebhookEvent) -> dict[str, Any]:
    if isinstance(node, Fields):
        members = {key: _incoming(member, event) for key, member in node.members}
        required = [key for key, member in node.members if _is_required(member, event)]
        return {"type": "object", "properties": members, **({"required": required} if required else {})}
    if isinstance(node, Items):
        if len(node.nodes) == 1:
            return {"type": "array", "contains": _incoming(node.nodes[0], event), "minItems": 1}
        return {"type": "array", "prefixItems": [_incoming(item, event) for item in node.nodes]}
    if isinstance(node, Constant):
        return _literal(node.value)
    if node.alone == "event_key":
        return _literal(event.key)
    described = _variables(node)
    if not any(name in event.required for name in node.names):
        return {"type": ["string", "number", "boolean", "null"], **described}
    return {"type": ["string", "number", "boolean"], "minLength": 1, **described}


def _literal(value: Json) -> dict[str, Any]:
    """The schema of a literal: any type with the same text."""
    text = scalar_text(value)
    same: list[Json] = [text]
    if not isinstance(value, str):
        same.append(value)
    elif text in ("true", "false"):
        same.append(text == "true")
    elif is_count(text) and str(int(text)) == text:
        same.append(int(text))
    return {"const": same[0]} if len(same) == 1 else {"enum": same}


def _is_required(node: Node, event: WebhookEvent) -> bool:
    if isinstance(node, Fields):
        return any(_is_required(member, event) for _, member in node.members)
    if isinstance(node, Items):
        return any(_is_required(item, event) for item in node.nodes)
    if isinstance(node, Constant):
        return node.value is not None
    return any(name in event.required for name in node.names)


def request_schema(spec: RequestSpec) -> dict[str, Any]:
    """The body of a request as Ringotel sends it."""
    return {"title": str(spec.name), **_outgoing(spec.body.root)}


def _outgoing(node: Node) -> dict[str, Any]:
    if isinstance(node, Fields):
        members = {key: _outgoing(member) for key, member in node.members}
        required = [key for key, member in node.members if not _may_be_dropped(member)]
        return {"type": "object", "properties": members, **({"required": required} if required else {})}
    if isinstance(node, Items):
        return {"type": "array", "prefixItems": [_outgoing(item) for item in node.nodes]}
    if isinstance(node, Constant):
        return {"const": node.value}
    return {"type": "string", **_variables(node)}


def _may_be_dropped(node: Node) -> bool:
    return isinstance(node, Leaf) and node.alone in OPTIONAL_OUTGOING


def reply_schema(spec: RequestSpec) -> dict[str, Any]:
    """The schema of the reply to a request."""

    def schema(node: Node) -> dict[str, Any]:
        if isinstance(node, Fields):
            members = {key: schema(member) for key, member in node.members}
            return {"type": "object", "properties": members, "required": [key for key, _ in node.members]}
        if isinstance(node, Items):
            return {"type": "array", "items": schema(node.nodes[0]) if node.nodes else {}, "minItems": 1}
        if isinstance(node, Constant):
            return _literal(node.value)
        return {"type": ["string", "integer"], **_variables(node)}

    return schema(spec.reply.root) if spec.response_map is not None else {}


def _variables(leaf: Leaf) -> dict[str, Any]:
    meanings = [BY_NAME[name].meaning for name in leaf.names if name in BY_NAME]
    return {"description": "; ".join(meanings)} if meanings else {}


def schemas(template: Template) -> dict[str, dict[str, Any]]:
    """The schema of each event by its file name."""
    found: dict[str, dict[str, Any]] = {}
    for event in template.events:
        stem = "-".join(part for part in (event.type, event.key) if part)
        name = "".join(char if char.isalnum() or char in "._-" else "_" for char in stem)
        while name in found:
            name += "-2"
        found[name] = event_schema(event)
    return {f"{name}.schema.json": schema for name, schema in found.items()}
