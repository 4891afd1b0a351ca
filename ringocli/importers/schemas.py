"""Examples from schemas: what a body of an OpenAPI document looks like, filled with its own examples.

What the document gives no example for is filled with ``{name}``, which reads as a placeholder further on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ringocli.importers.vocabulary import Role, name_score

_MAX_DEPTH = 14
_ABSENT = object()
Resolve = Callable[[Any], Any]
"""Follows a ``$ref``; anything else comes back as it is."""

Judge = Callable[[Any], int]
"""How well a branch of a ``oneOf`` fits what is looked for."""


class Examples:
    """Builds examples; ``resolve`` follows references, ``judge`` chooses among alternatives.

    ``lean`` leaves out what is neither required nor a word for a part of a message; ``skipped`` is a part of a
    message that is left out as well unless it is required.
    """

    def __init__(self, resolve: Resolve, judge: Judge, *, lean: bool, skipped: Role | None = None) -> None:
        self.resolve = resolve
        self.judge = judge
        self.lean = lean
        self.skipped = skipped

    def of(self, schema: Any, name: str = "value", depth: int = 0) -> Any:
        """One example of a schema."""
        schema = self.merged(schema)
        if depth > _MAX_DEPTH or not isinstance(schema, Mapping):
            return f"{{{name}}}"
        given = self.given(schema)
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and properties:
            return self._object(schema, properties, given, depth)
        if schema.get("type") == "array" or "items" in schema:
            return self._array(schema, given, name, depth)
        if given is not _ABSENT:
            return given
        return self._scalar(schema, name)

    def given(self, schema: Mapping[str, Any]) -> Any:
        """The document's own example of a schema."""
        for key in ("const", "example", "x-example", "default"):
            if key in schema:
                return self.resolve(schema[key])
        examples = schema.get("examples")
        if isinstance(examples, list) and examples:
            return examples[0]
        if isinstance(examples, Mapping) and examples:
            first = self.resolve(next(iter(examples.values())))
            return first.get("value", first) if isinstance(first, Mapping) else first
        values = schema.get("enum")
        return values[0] if isinstance(values, list) and values else _ABSENT

    def merged(self, schema: Any, depth: int = 0) -> Any:
        """A schema with its reference followed, its ``allOf`` joined and its best alternative taken."""
        schema = self.resolve(schema)
        if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
            return schema
        parts = [self.merged(part, depth + 1) for part in schema.get("allOf", ())]
        for key in ("oneOf", "anyOf"):
            branches = [branch for branch in map(self.resolve, schema.get(key) or ()) if _is_useful(branch)]
            if branches:
                best = max((self.merged(branch, depth + 1) for branch in branches), key=self.judge)
                parts.append(best)
        if not parts:
            return schema
        joined: dict[str, Any] = {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
        for part in parts:
            if isinstance(part, Mapping):
                joined = _joined(joined, part)
        return joined

    def _object(self, schema: Mapping[str, Any], properties: Mapping[str, Any], given: Any, depth: int) -> Any:
        required = schema.get("required")
        needed = set(required) if isinstance(required, list) else set()
        example = given if isinstance(given, Mapping) else {}
        built: dict[str, Any] = {}
        for key, part in properties.items():
            wanted = key in needed or not self.lean or self._is_part_of_message(key, part, depth)
            if not wanted or _is_read_only(self.resolve(part)):
                continue
            value = self.of(part, key, depth + 1)
            if key in example and not (isinstance(value, dict | list) and self.lean):
                value = example[key]
            elif key in example and not isinstance(example[key], dict | list):
                value = example[key]
            built[key] = value
        for key, value in example.items():
            skipped = self.skipped is not None and name_score(self.skipped, (str(key),)) >= 62
            if (key not in properties and not skipped) or (not self.lean and key not in built):
                built[key] = value
        return built

    def _is_part_of_message(self, key: str, part: Any, depth: int) -> bool:
        if self.skipped is not None and name_score(self.skipped, (key,)) >= 62:
            return False
        if any(name_score(role, (key,)) >= 62 for role in (Role.FROM, Role.TO, Role.CONTENT, Role.URL)):
            return True
        if key in ("number", "numbers", "phone", "mobile", "mobiles", "msisdn", "messages", "phone_number", "did"):
            return True
        schema = self.merged(part) if depth < 5 else None
        inner = schema.get("items", schema) if isinstance(schema, Mapping) else None
        inner = self.merged(inner) if inner is not None else None
        names = inner.get("properties", {}) if isinstance(inner, Mapping) else {}
        names = names if isinstance(names, Mapping) else {}
        return any(name_score(role, (str(name),)) >= 100 for name in names for role in (Role.TO, Role.CONTENT))

    def _array(self, schema: Mapping[str, Any], given: Any, name: str, depth: int) -> Any:
        item = self.of(schema.get("items", {}), name.rstrip("s") or name, depth + 1)
        if isinstance(given, list) and given and not (isinstance(item, dict) and self.lean):
            return given[:1]
        return [item]

    def _scalar(self, schema: Mapping[str, Any], name: str) -> Any:
        kind = schema.get("type")
        kinds = kind if isinstance(kind, list) else [kind]
        if "boolean" in kinds:
            return True
        if schema.get("format") in ("uri", "url") and "string" in kinds:
            return f"https://files.example.com/{name}"
        if schema.get("format") == "date-time":
            return "2026-01-02T03:04:05Z"
        if "object" in kinds:
            return {}
        return f"{{{name}}}"


def _is_useful(branch: Any) -> bool:
    return isinstance(branch, Mapping) and branch.get("type") != "null"


def _is_read_only(schema: Any) -> bool:
    return isinstance(schema, Mapping) and bool(schema.get("readOnly"))


def _joined(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    joined = {**other, **one}
    properties = {**_mapping(one.get("properties")), **_mapping(other.get("properties"))}
    if properties:
        joined["properties"] = properties
    required = [*(_list(one.get("required"))), *(_list(other.get("required")))]
    if required:
        joined["required"] = list(dict.fromkeys(required))
    return joined


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
