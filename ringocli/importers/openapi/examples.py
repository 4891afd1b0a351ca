"""Builds example bodies from the schemas of an OpenAPI document, using the document's own example values.

A value without an example becomes ``{name}``, which later steps treat as a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ringocli.importers.learn.value_shapes import is_date, is_id, text_of
from ringocli.template.field_vocabulary import LONE_NUMBERS, OWN_NUMBERS, Role, name_score
from ringocli.text.delivery_statuses import means_delivered
from ringocli.text.lenient_json import elements, mapping
from ringocli.text.name_key import name_key

_MAX_DEPTH = 14
_MAX_NESTED = 6
_MOST_VALUES, _MOST_CIRCLES = 1_500, 100
"""Limits for one body: a recursive schema would otherwise never end."""
_MAX_BRANCHES = 40
_ABSENT = object()
_KINDS = {"channel", "type", "messagetype", "msgtype"}
"""Keys with the kind of the message, which are kept if an example has them, even if the schema does not require them."""
Resolve = Callable[[Any], Any]
"""Follows a ``$ref``; anything else is returned unchanged."""

Judge = Callable[[Any], int]
"""Scores how well a branch of a ``oneOf`` fits."""

Keep = Callable[[str, Iterable[str]], bool]
"""Whether to keep a key that is not part of a message."""


class Examples:
    """Builds examples; ``resolve`` follows references, ``judge`` chooses among alternatives.

    ``lean`` leaves out what is neither required, nor named like a part of a message, nor accepted by ``kept``, which is
    called with a key and its sibling keys; ``skipped`` is a part of a message that is left out unless it is required.
    """

    def __init__(
        self, resolve: Resolve, judge: Judge, *, lean: bool, skipped: Role | None = None, kept: Keep | None = None
    ) -> None:
        self.resolve = resolve
        self.judge = judge
        self.lean = lean
        self.skipped = skipped
        self.kept = kept or (lambda key, keys: False)
        self._left = _MOST_VALUES
        self._merged: dict[int, tuple[Any, Any]] = {}
        self._open: set[int] = set()
        self._circles, self._circled = 0, False

    def of(self, schema: Any, *names: str) -> Any:
        """An example of a schema; ``names`` are the keys around it, the nearest first."""
        name, depth = names[0] if names else "value", len(names)
        schema = self.merged(schema)
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0 or not isinstance(schema, Mapping):
            return f"{{{name}}}"
        given = self.given(schema)
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and properties:
            return self._object(schema, properties, given, names)
        if schema.get("type") == "array" or "items" in schema:
            return self._array(schema, given, names)
        if given is not _ABSENT:
            return given
        return self._scalar(schema, name)

    def given(self, schema: Any) -> Any:
        """The document's own example of a schema."""
        if not isinstance(schema, Mapping):
            return _ABSENT
        for key in ("const", "example", "x-example", "default"):
            if key in schema:
                return self.resolve(schema[key])
        examples = schema.get("examples")
        if isinstance(examples, list) and examples:
            return _delivered_value(examples)
        if isinstance(examples, Mapping) and examples:
            first = self.resolve(next(iter(examples.values())))
            return first.get("value", first) if isinstance(first, Mapping) else first
        values = schema.get("enum")
        return _delivered_value(values) if isinstance(values, list) and values else _ABSENT

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
        if not isinstance(property_, Mapping) or self.given(property_) is not _ABSENT:
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

    def with_success(self, schema: Any, value: Any, depth: int = 0) -> Any:
        """An example in which each enum value is replaced by one that means delivered, if the schema lists one."""
        schema = self.merged(schema)
        if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
            return value
        if isinstance(value, dict):
            properties = mapping(schema.get("properties"))
            return {key: self.with_success(properties.get(key), part, depth + 1) for key, part in value.items()}
        if isinstance(value, list):
            return [self.with_success(schema.get("items"), part, depth + 1) for part in value]
        values = elements(schema.get("enum"))
        return _delivered_value(values) if isinstance(value, str) and value in values else value

    def _object(
        self, schema: Mapping[str, Any], properties: Mapping[str, Any], given: Any, names: tuple[str, ...]
    ) -> Any:
        needed = {key for key in elements(schema.get("required")) if isinstance(key, str)}
        example = given if isinstance(given, Mapping) else {}
        if example and sum(key in properties for key in example) * 2 <= len(example):
            # The example does not belong to this schema.
            return {key: value for key, value in example.items() if not self._is_skipped(str(key))}
        built: dict[str, Any] = {}
        for key, part in properties.items():
            included = key in needed or not self.lean or self.kept(str(key), map(str, properties))
            included = included or self._is_part_of_message(str(key), part, properties, names)
            included = included or (name_key(str(key)) in _KINDS and self._is_kind(example.get(key)))
            if not included or _is_hidden(self.resolve(part), "readOnly" if self.lean else "writeOnly"):
                continue
            if self.lean and isinstance(example.get(key), dict | list):
                part = {"allOf": [part], "example": example[key]}
            value = self.of(part, str(key), *names)
            if (key in example and not (isinstance(value, dict | list) and isinstance(example[key], dict | list))) or (
                key in example and not self.lean
            ):
                value = example[key]
            built[key] = value
        for key, value in example.items():
            if key not in built and (not self.lean or self._belongs_unlisted(str(key), properties, example, names)):
                built[key] = value
        return built

    def _belongs_unlisted(
        self, key: str, properties: Mapping[str, Any], example: Mapping[str, Any], names: tuple[str, ...]
    ) -> bool:
        """Whether a key that only the example has is part of a message."""
        return key not in properties and self._is_part_of_message(key, {}, example, names)

    def _is_kind(self, value: Any) -> bool:
        """Whether a value names the kind of message that is sent: not ``MMS`` for a text, not ``text`` for a file."""
        if not isinstance(value, str) or not value or re.search(r"binary|flash|push", value, re.I):
            return False
        of_file = bool(re.search(r"mms|image|media|file|video|audio", value, re.I))
        of_text = bool(re.search(r"sms|text", value, re.I))
        return not (of_file if self.skipped is Role.URL else of_text if self.skipped is Role.CONTENT else False)

    def _is_skipped(self, *names: str) -> bool:
        return self.skipped is not None and name_score(self.skipped, names) >= 62

    def _is_part_of_message(self, key: str, part: Any, siblings: Mapping[str, Any], names: tuple[str, ...]) -> bool:
        """Whether a key is named like a part of a message, or contains keys that are."""
        roles = (Role.FROM, Role.TO, Role.CONTENT, Role.URL)
        if self._is_skipped(key, *names):
            return False
        if key.lower() in ("id", "name") or _TIMES.search(key):
            return False
        for role in roles:
            points = name_score(role, (key, *names))
            if role is Role.CONTENT and is_id(self.given(self.resolve(part))):
                continue  # a hexadecimal copy of the text
            if points >= 56 and not any(name_score(role, (str(other),)) > points for other in siblings):
                return True
        if name_key(key) in LONE_NUMBERS | OWN_NUMBERS or key == "messages":
            return True
        schema = self.merged(part) if len(names) < 5 else None
        inner = schema.get("items", schema) if isinstance(schema, Mapping) else None
        inner = self.merged(inner) if inner is not None else None
        within = mapping(mapping(inner).get("properties"))
        return any(name_score(role, (str(name),)) >= 100 for name in within for role in (Role.TO, Role.CONTENT))

    def _array(self, schema: Mapping[str, Any], given: Any, names: tuple[str, ...]) -> Any:
        items = schema.get("items", {})
        if self.lean and isinstance(given, list) and given and isinstance(given[0], dict):
            items = {"allOf": [items], "example": given[0]}
        item = self.of(items, *names)
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


_TIMES = re.compile(
    r"window|schedul|period|interval|validity|(?:delivery|sending|quiet|business)_?(?:time|hours)", re.I
)
"""Names of fields that say when a message may be sent, from one time to another."""


def timeless(tree: Any) -> Any:
    """An example without scheduled send times, which are in the past or would delay every message."""
    if isinstance(tree, dict):
        return {key: timeless(value) for key, value in tree.items() if not _is_time(str(key), value)}
    return [timeless(item) for item in tree] if isinstance(tree, list) else tree


def _is_time(name: str, value: Any) -> bool:
    when = is_date(value) or bool(re.fullmatch(r"\d{10}(?:\d{3})?|\d{12}|\d{14}", text_of(value)))
    return when and bool(
        re.search(r"sched|send_?(?:at|on|time|date)|deliver_?(?:at|on)|start|when|^date|^time", name, re.I)
    )


def _delivered_value(values: list[Any]) -> Any:
    """The value that means delivered, else the first: a receipt is best shown by a success."""
    words = [value for value in values if isinstance(value, str)]
    good = [value for value in words if means_delivered(value)] or [
        value for value in words if "final" in value.lower()
    ]
    return min(good, key=lambda value: "deliver" not in value.lower()) if good else values[0]


def _is_useful(branch: Any) -> bool:
    return isinstance(branch, Mapping) and branch.get("type") != "null"


def _is_hidden(schema: Any, mark: str) -> bool:
    """Whether a property is not in this direction: ``readOnly`` is never sent, ``writeOnly`` never returned."""
    return isinstance(schema, Mapping) and bool(schema.get(mark))


def _joined(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    joined = {**other, **one}
    properties = {**mapping(one.get("properties")), **mapping(other.get("properties"))}
    if properties:
        joined["properties"] = properties
    required = [*(elements(one.get("required"))), *(elements(other.get("required")))]
    if required:
        joined["required"] = required
    return joined
