"""Reads media types, parameters and their examples, which requests and webhooks of an OpenAPI document share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, MULTIPART_TYPE
from ringocli.importers.openapi.document import Operation, Spec
from ringocli.importers.openapi.examples import Examples
from ringocli.importers.openapi.schemas import Judge, Schemas
from ringocli.template.field_vocabulary import Role, name_score
from ringocli.text.lenient_json import elements

_MOST_NAMES = 300
_PREFERRED = (JSON_TYPE, "+json", FORM_TYPE, MULTIPART_TYPE)


def judge_of(spec: Spec, for_file: bool) -> Judge:
    """Prefers the schema that has the parts of a text message, or of a file message."""
    roles = (Role.TO, Role.FROM, Role.URL if for_file else Role.CONTENT)

    def names_in(schema: Any, depth: int = 0) -> Iterator[str]:
        found = spec.mapping(schema)
        if depth < 4:
            for part in elements(found.get("allOf")):
                yield from names_in(part, depth + 1)
            for key, value in spec.mapping(found.get("properties")).items():
                yield str(key)
                yield from names_in(value, depth + 1)
            if "items" in found:
                yield from names_in(found["items"], depth + 1)

    def judge(schema: Any) -> int:
        names = list(islice(names_in(schema), _MOST_NAMES))
        points = sum(max((name_score(role, (name,)) for name in names), default=0) for role in roles)
        title = str(spec.mapping(schema).get("title", "")) + str(spec.mapping(schema).get("description", ""))
        points += 15 * bool(re.search(r"\bsms\b|\btext\b", title, re.I) and not for_file)
        points -= 20 * bool(re.search(r"template|whatsapp|viber|rcs|email|voice|batch", title, re.I))
        kind = spec.mapping(schema).get("type")
        return points + (3 if kind == "string" else 0)

    return judge


def judge_reply(spec: Spec) -> Judge:
    """Prefers schemas about text messages, then the most detailed one."""
    of_text = judge_of(spec, for_file=False)
    return lambda schema: of_text(schema) * 1000 + min(len(str(schema)), 999)


def parameters_of(spec: Spec, operation: Operation) -> list[Mapping[str, Any]]:
    """The parameters of an operation; its own override those of its path."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for holder in (operation.item, operation.body):
        for entry in elements(holder.get("parameters")):
            parameter = spec.mapping(entry)
            found[(str(parameter.get("in")), str(parameter.get("name")))] = parameter
    return list(found.values())


def example_of(spec: Spec, parameter: Mapping[str, Any]) -> Any:
    """An example value of a parameter."""
    examples = Examples(Schemas(spec.resolve, judge_of(spec, False)), lean=True)
    for key in ("example", "x-example"):
        if key in parameter:
            return parameter[key]
    return examples.of(parameter.get("schema") or parameter, str(parameter.get("name")))


def with_example(spec: Spec, schemas: Schemas, media: Mapping[str, Any]) -> Any:
    """A media type's schema with the example beside it merged in."""
    schema = schemas.merged(media.get("schema", {}))
    values = [media["example"]] if "example" in media else list(named_examples(spec, media).values())
    if not values or not isinstance(schema, Mapping):
        return schema
    best = max(values, key=lambda value: schemas.judge({"properties": value}) if isinstance(value, Mapping) else 0)
    if not schema.get("properties") and isinstance(best, dict | list):
        return {"const": best}
    return {**schema, "example": best}


def named_examples(spec: Spec, media: Mapping[str, Any]) -> dict[str, Any]:
    """The ``examples`` of a media type that have a value, by name."""
    values = {
        str(name): spec.resolve(spec.mapping(entry).get("value"))
        for name, entry in spec.mapping(media.get("examples")).items()
    }
    return {name: value for name, value in values.items() if value is not None}


def best_type(content: Mapping[str, Any]) -> str | None:
    """The media type that a template can express best; the first if it can express none."""
    for ending in _PREFERRED:
        for kind in content:
            if str(kind).partition(";")[0].strip().lower().endswith(ending):
                return str(kind)
    return str(next(iter(content))) if content else None
