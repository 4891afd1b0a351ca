"""Reads the webhooks of an OpenAPI document: ``callbacks``, ``webhooks`` and ``x-webhooks``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ringocli.http.bodies import FORM_TYPE, JSON_TYPE, media_type
from ringocli.http.exchange import IncomingRequest
from ringocli.importers.learn.webhook_kind import kind_of
from ringocli.importers.openapi.document import Operation, Spec
from ringocli.importers.openapi.examples import Examples, with_success
from ringocli.importers.openapi.media import (
    best_type,
    example_of,
    judge_reply,
    named_examples,
    parameters_of,
    with_example,
)
from ringocli.importers.openapi.schemas import Schemas

_METHODS = ("post", "put", "get")
_OTHER_CHANNELS = re.compile(r"whatsapp|viber|messenger|telegram|instagram|\brcs\b|kakao|\bline\b", re.I)
_MOST = 400
"""Limit of bodies to inspect; a document with more callbacks is about other things as well."""


def webhooks_of(spec: Spec, operation: Operation) -> Mapping[str, tuple[IncomingRequest, ...]]:
    """Sample webhooks by kind: the operation's own and the document's, else those of all operations."""
    own = list(_items(spec, operation.body.get("callbacks")))
    own += _items(spec, spec.document.get("webhooks") or spec.document.get("x-webhooks"))
    if not own:
        own = [item for other in spec.operations() for item in _items(spec, other.body.get("callbacks"))]
    found: dict[str, tuple[IncomingRequest, ...]] = {}
    for name, item in own[:_MOST]:
        for words, body, incoming in _bodies(spec, name, item):
            kind = kind_of(words, body)
            if kind is not None and (kind not in found or kind == "other"):
                found[kind] = (*found.get(kind, ()), incoming)
    return found


def _items(spec: Spec, named: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The path items by name, whether directly below the name or below its URL expressions."""
    for name, entry in spec.mapping(named).items():
        item = spec.mapping(entry)
        if any(method in item for method in _METHODS):
            yield str(name), item
        else:
            yield from ((str(name), spec.mapping(inner)) for inner in item.values())


def _bodies(spec: Spec, name: str, item: Mapping[str, Any]) -> Iterator[tuple[str, Any, IncomingRequest]]:
    """Possible webhooks: the words that describe each, its decoded body, and the request."""
    for method in _METHODS:
        body = spec.mapping(item.get(method))
        words = f"{name} {body.get('operationId', '')} {body.get('summary', '')}"
        content = _content(spec, name, method, item, body)
        kind = best_type(content)
        if kind is not None:
            for more, tree in _trees(spec, spec.mapping(content[kind])):
                if (incoming := _written(method, kind, tree)) is not None:
                    yield f"{words} {more}", tree, incoming
        elif body:
            operation = Operation(path=name, method=method, item=item, body=body)
            parameters = [one for one in parameters_of(spec, operation) if one.get("in") == "query"]
            tree = {str(one.get("name")): example_of(spec, one) for one in parameters}
            yield words, tree, IncomingRequest(method=method.upper(), query=urlencode(tree))


def _content(spec: Spec, name: str, method: str, item: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The media types of a body; in Swagger 2 the body parameter as JSON."""
    for one in parameters_of(spec, Operation(path=name, method=method, item=item, body=body)):
        if one.get("in") == "body":
            return {JSON_TYPE: one}
    return spec.mapping(spec.mapping(body.get("requestBody")).get("content"))


def _trees(spec: Spec, media: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The examples of a media type, else one per alternative of its schema; each also as a successful delivery.

    Examples of other channels come last.
    """
    schemas = Schemas(spec.resolve, judge_reply(spec))
    examples = Examples(schemas, lean=False)
    schema = media.get("schema", {})
    found = [
        (name, schema, value) for name, value in named_examples(spec, media).items() if isinstance(value, dict | list)
    ]
    if not found and "example" not in media:
        branches = schemas.alternatives(schema)
        found = [(str(spec.mapping(branch).get("title", "")), branch, examples.of(branch)) for branch in branches]
    if not found:
        found = [("", schema, examples.of(with_example(spec, schemas, media)))]
    found.sort(key=lambda one: bool(_OTHER_CHANNELS.search(f"{one[0]} {one[2]}")))
    for name, described, value in found:
        yield name, value
        yield name, with_success(schemas, described, value)


def _written(method: str, kind: str, tree: Any) -> IncomingRequest | None:
    bare = media_type(kind)
    if bare == FORM_TYPE and isinstance(tree, Mapping):
        pairs = [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in tree.items()]
        body = urlencode(pairs).encode()
    elif bare.endswith("json") or bare == "*/*":
        bare, body = JSON_TYPE, json.dumps(tree, ensure_ascii=False, default=str).encode()
    else:
        return None
    return IncomingRequest(method=method.upper(), headers=(("Content-Type", bare),), body=body)
