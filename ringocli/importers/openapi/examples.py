"""Builds example bodies from the schemas of an OpenAPI document, using the document's own example values.

A value without an example becomes ``{name}``, which later steps treat as a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ringocli.importers.learn.value_shapes import is_date, is_id, text_of
from ringocli.importers.openapi.schemas import ABSENT, Schemas, delivered_value
from ringocli.template.field_vocabulary import LONE_NUMBERS, OWN_NUMBERS, Role, name_score
from ringocli.text.lenient_json import elements, mapping
from ringocli.text.name_key import name_key

_MAX_DEPTH = 14
_MOST_VALUES = 1_500
"""Limits for one body: a recursive schema would otherwise never end."""
_KINDS = {"channel", "type", "messagetype", "msgtype"}
"""Keys with the kind of the message, which are kept if an example has them, even if the schema does not require them."""

Keep = Callable[[str, Iterable[str]], bool]
"""Whether to keep a key that is not part of a message."""


class Examples:
    """Builds examples of ``schemas``.

    ``lean`` leaves out what is neither required, nor named like a part of a message, nor accepted by ``kept``, which is
    called with a key and its sibling keys; ``skipped`` is a part of a message that is left out unless it is required.
    """

    def __init__(self, schemas: Schemas, *, lean: bool, skipped: Role | None = None, kept: Keep | None = None) -> None:
        self.schemas = schemas
        self.lean = lean
        self.skipped = skipped
        self.kept = kept or (lambda key, keys: False)
        self._left = _MOST_VALUES

    def of(self, schema: Any, *names: str) -> Any:
        """An example of a schema; ``names`` are the keys around it, the nearest first."""
        name, depth = names[0] if names else "value", len(names)
        schema = self.schemas.merged(schema)
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0 or not isinstance(schema, Mapping):
            return f"{{{name}}}"
        given = self.schemas.given(schema)
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and properties:
            return self._object(schema, properties, given, names)
        if schema.get("type") == "array" or "items" in schema:
            return self._array(schema, given, names)
        if given is not ABSENT:
            return given
        return _scalar(schema, name)

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
            if not included or _is_hidden(self.schemas.resolve(part), "readOnly" if self.lean else "writeOnly"):
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
            if role is Role.CONTENT and is_id(self.schemas.given(self.schemas.resolve(part))):
                continue  # a hexadecimal copy of the text
            if points >= 56 and not any(name_score(role, (str(other),)) > points for other in siblings):
                return True
        if name_key(key) in LONE_NUMBERS | OWN_NUMBERS or key == "messages":
            return True
        schema = self.schemas.merged(part) if len(names) < 5 else None
        inner = schema.get("items", schema) if isinstance(schema, Mapping) else None
        inner = self.schemas.merged(inner) if inner is not None else None
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


def _scalar(schema: Mapping[str, Any], name: str) -> Any:
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


def with_success(schemas: Schemas, schema: Any, value: Any, depth: int = 0) -> Any:
    """An example in which each enum value is replaced by one that means delivered, if the schema lists one."""
    schema = schemas.merged(schema)
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        properties = mapping(schema.get("properties"))
        return {key: with_success(schemas, properties.get(key), part, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [with_success(schemas, schema.get("items"), part, depth + 1) for part in value]
    values = elements(schema.get("enum"))
    return delivered_value(values) if isinstance(value, str) and value in values else value


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


def _is_hidden(schema: Any, mark: str) -> bool:
    """Whether a property is excluded in this direction: ``readOnly`` is never sent, ``writeOnly`` never returned."""
    return isinstance(schema, Mapping) and bool(schema.get(mark))
