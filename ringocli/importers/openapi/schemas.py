"""Schemas of an OpenAPI document with references followed, ``allOf`` joined, and alternatives chosen or listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from ringocli.template.delivery_statuses import means_delivered
from ringocli.text.lenient_json import elements, mapping

_MAX_NESTED = 6
_MAX_BRANCHES = 40
_MOST_CIRCLES = 100
"""Limits for one schema: a recursive one would otherwise never end."""

ABSENT = object()
"""The example of a schema that has none; None may be an example."""

Resolve = Callable[[Any], Any]
"""Follows a ``$ref``; anything else is returned unchanged."""

Judge = Callable[[Any], int]
"""Scores how well a branch of a ``oneOf`` fits."""


class Schemas:
    """The schemas of a document; ``resolve`` follows references, ``judge`` chooses among alternatives."""

    def __init__(self, resolve: Resolve, judge: Judge) -> None:
        self.resolve = resolve
        self.judge = judge
        self._merged: dict[int, tuple[Any, Any]] = {}
        self._open: set[int] = set()
        self._circles, self._circled = 0, False

    def given(self, schema: Any) -> Any:
        """The document's own example of a schema."""
        if not isinstance(schema, Mapping):
            return ABSENT
        for key in ("const", "example", "x-example", "default"):
            if key in schema:
                return self.resolve(schema[key])
        examples = schema.get("examples")
        if isinstance(examples, list) and examples:
            return delivered_value(examples)
        if isinstance(examples, Mapping) and examples:
            first = self.resolve(next(iter(examples.values())))
            return first.get("value", first) if isinstance(first, Mapping) else first
        values = schema.get("enum")
        return delivered_value(values) if isinstance(values, list) and values else ABSENT

    def merged(self, schema: Any) -> Any:
        """A schema with its reference followed, its ``allOf`` joined and its best alternative taken."""
        schema = self.resolve(schema)
        if not isinstance(schema, Mapping):
            return schema
        key = id(schema)
        if key in self._merged:
            return self._merged[key][1]
        if key in self._open or (self._open and self._circles > _MOST_CIRCLES):
            self._circled = True
            return {}
        self._open.add(key)
        joined = self._joined_parts(schema)
        self._open.discard(key)
        if not self._circled or not self._open:  # inside a cycle the result is incomplete
            self._merged[key] = (schema, joined)
        else:
            self._circles += 1
        self._circled = self._circled and bool(self._open)
        return joined

    def _joined_parts(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        parts = [self.merged(part) for part in elements(schema.get("allOf"))]
        for key in ("oneOf", "anyOf"):
            branches = [branch for branch in elements(schema.get(key)) if _is_useful(self.resolve(branch))]
            if branches:
                best = max(branches, key=lambda branch: self.judge(self.merged(branch)))
                parts.append(self._named(schema, best))
        if not parts:
            return schema
        joined: dict[str, Any] = {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
        for part in parts:
            if isinstance(part, Mapping):
                joined = _joined(joined, part)
        return joined

    def _named(self, schema: Mapping[str, Any], branch: Any) -> Any:
        """An alternative with its name in its discriminator property."""
        merged = self.merged(branch)
        discriminator = mapping(schema.get("discriminator"))
        name, reference = discriminator.get("propertyName"), branch.get("$ref") if isinstance(branch, Mapping) else None
        if not isinstance(name, str) or not isinstance(reference, str) or not isinstance(merged, Mapping):
            return merged
        last = reference.rpartition("/")[2]
        words = [word for word, target in mapping(discriminator.get("mapping")).items() if target in (reference, last)]
        property_ = self.merged(mapping(merged.get("properties")).get(name, {}))
        if not isinstance(property_, Mapping) or self.given(property_) is not ABSENT:
            return merged
        named = {**property_, "const": words[0] if words else last}
        return {**merged, "properties": {**mapping(merged.get("properties")), name: named}}

    def alternatives(self, schema: Any) -> list[Any]:
        """One schema per alternative, at the top or nested; the schema itself if it has none."""
        return list(islice(self._alternatives(schema, 0), _MAX_BRANCHES))

    def _alternatives(self, schema: Any, depth: int) -> Iterator[Any]:
        schema = self.resolve(schema)
        if not isinstance(schema, Mapping) or depth > _MAX_NESTED:
            yield schema
            return
        for key in ("oneOf", "anyOf"):
            branches = [branch for branch in map(self.resolve, elements(schema.get(key))) if _is_useful(branch)]
            if branches:
                rest = {other: value for other, value in schema.items() if other != key}
                for branch in branches:
                    for one in self._alternatives(branch, depth + 1):
                        yield {"title": one.get("title", ""), "allOf": [one, rest]}
                return
        yield from self._alternatives_within(schema, depth) or [schema]

    def _alternatives_within(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        """One schema per alternative of the first part that has alternatives."""
        parts, properties = elements(schema.get("allOf")), mapping(schema.get("properties"))
        for index, part in enumerate(parts):
            found = list(islice(self._alternatives(part, depth + 1), _MAX_BRANCHES))
            if len(found) > 1:
                return [{**schema, "allOf": [*parts[:index], one, *parts[index + 1 :]]} for one in found]
        if "items" in schema:
            found = list(islice(self._alternatives(schema["items"], depth + 1), _MAX_BRANCHES))
            return [{**schema, "items": one} for one in found] if len(found) > 1 else []
        for name, part in properties.items() if depth < 2 else ():
            found = list(islice(self._alternatives(part, depth + 1), _MAX_BRANCHES))
            if len(found) > 1 and all(mapping(self.merged(one)).get("properties") for one in found):
                return [{**schema, "properties": {**properties, name: one}} for one in found]
        return []


def delivered_value(values: list[Any]) -> Any:
    """The value that means delivered, else the first: a receipt is best shown by a success."""
    words = [value for value in values if isinstance(value, str)]
    good = [value for value in words if means_delivered(value)] or [
        value for value in words if "final" in value.lower()
    ]
    return min(good, key=lambda value: "deliver" not in value.lower()) if good else values[0]


def _is_useful(branch: Any) -> bool:
    return isinstance(branch, Mapping) and branch.get("type") != "null"


def _joined(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    joined = {**other, **one}
    properties = {**mapping(one.get("properties")), **mapping(other.get("properties"))}
    if properties:
        joined["properties"] = properties
    required = [*(elements(one.get("required"))), *(elements(other.get("required")))]
    if required:
        joined["required"] = required
    return joined
