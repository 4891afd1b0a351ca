"""The inbound half of OpenAPI documents, and documents that would hang, circle or lie about their types."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.errors import LocalError, UsageError
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.openapi.choose import read_openapi
from ringocli.template.scaffold import Answers

TEXT = {"type": "string"}
A, B = {"type": "string", "example": "+15550001111"}, {"type": "string", "example": "+15550002222"}


def obj(**properties: Any) -> dict[str, Any]:
    """An object's schema."""
    return {"type": "object", "properties": properties}


def body(schema: Any, kind: str = "application/json", **more: Any) -> dict[str, Any]:
    """A POST with a body."""
    return {"post": {"requestBody": {"content": {kind: {"schema": schema, **more}}}}}


MESSAGE = obj(type={"const": "sms.received"}, **{"from": A}, to=B, body={"type": "string", "example": "Hi there you"})
PICTURE = obj(
    type={"const": "mms.received"},
    **{"from": A},
    to=B,
    body={"type": "string", "example": "Look here now"},
    media={"type": "array", "items": {"type": "string", "example": "https://x.example/a.png"}},
)
RECEIPT = obj(
    type={"const": "sms.status"},
    message_id={"type": "string", "example": "msg-1234567"},
    status={"type": "string", "enum": ["sent", "delivered", "failed"], "example": "sent"},
)


def document(**more: Any) -> dict[str, Any]:
    """A document whose only operation sends."""
    operation = {
        "operationId": "send",
        "requestBody": {"content": {"application/json": {"schema": obj(to=TEXT, text=TEXT)}}},
        "responses": {"200": {"content": {"application/json": {"schema": obj(id=TEXT)}}}},
        "callbacks": more.pop("callbacks", {}),
    }
    return {
        "openapi": "3.1.0",
        "servers": [{"url": "https://x.example"}],
        "paths": {"/send": {"post": operation}},
        **more,
    }


def learned(spec: Any) -> dict[str, Any]:
    """The template's parameters by type of event."""
    pasted = read_openapi("api.json", json.dumps(spec), "send", for_file=False)
    samples = [
        WebhookSample(kind=kind, name=kind, incoming=one) for kind, found in pasted.samples.items() for one in found
    ]
    template = from_pastes(Pastes(send=pasted, samples=samples), Answers()).template
    return {event["event_type"]: event for event in template.get("Webhook", ())}


KNOWN: dict[str, dict[str, Any]] = {
    "message": {"type": "$event_key$", "from": "$from$", "to": "$to$", "body": "$content$"},
    "mms": {"type": "$event_key$", "from": "$from$", "to": "$to$", "body": "$text$", "media": ["$url$"]},
    "messageDelivered": {"type": "$event_key$", "message_id": "$messageid$", "status": "delivered"},
}
EXPRESSION = "{$request.body#/url}"
INBOUND: dict[str, tuple[dict[str, Any], set[str]]] = {
    "webhooks": (document(webhooks={"in": body(MESSAGE), "status": body(RECEIPT)}), {"message", "messageDelivered"}),
    "x-webhooks below an expression": (document(**{"x-webhooks": {"in": {EXPRESSION: body(MESSAGE)}}}), {"message"}),
    "callbacks": (document(callbacks={"status": {EXPRESSION: body(RECEIPT)}}), {"messageDelivered"}),
    "alternatives": (
        document(webhooks={"all": body({"oneOf": [MESSAGE, PICTURE, RECEIPT]})}),
        {"message", "mms", "messageDelivered"},
    ),
    "alternatives inside alternatives": (
        document(webhooks={"all": body({"anyOf": [{"oneOf": [MESSAGE, PICTURE]}, RECEIPT]})}),
        {"message", "mms", "messageDelivered"},
    ),
    "a component": (
        document(webhooks={"in": {"$ref": "#/components/pathItems/P"}}, components={"pathItems": {"P": body(MESSAGE)}}),
        {"message"},
    ),
    "another operation's": (
        document(paths={**document()["paths"], "/hooks": {"put": {"callbacks": {"in": {"u": body(MESSAGE)}}}}}),
        {"message"},
    ),
    "about calls": (document(webhooks={"call": body(obj(call_id=TEXT, duration={"type": "integer"}))}), set()),
}


@pytest.mark.parametrize("case", INBOUND)
def test_a_documents_webhooks_are_read(case: str) -> None:
    """Each alternative is a sample; a receipt that is shown as sent gets the value for delivered from its schema."""
    spec, kinds = INBOUND[case]
    events = learned(spec)
    assert kinds == set(events)
    for kind, event in events.items():
        expected = KNOWN[kind]
        if kind == "messageDelivered" and len(events) == 1:
            assert "delivered" in (event["event_key"], event["request_parameters"].get("status"))
        assert (
            expected.items()
            >= {k: v for k, v in event["request_parameters"].items() if k in ("from", "to", "body")}.items()
        )


def test_lists_forms_and_queries_of_a_document_are_read() -> None:
    """A list is a pattern of one element, a form is flat, and a query is a GET."""
    listed = learned(document(webhooks={"in": body({"type": "array", "items": {"oneOf": [RECEIPT, MESSAGE]}})}))
    assert isinstance(listed["message"]["request_parameters"], list)
    form = learned(document(webhooks={"in": body(MESSAGE, "application/x-www-form-urlencoded")}))
    assert KNOWN["message"] == form["message"]["request_parameters"]
    query = [{"in": "query", "name": name, "schema": schema} for name, schema in MESSAGE["properties"].items()]
    got = learned(document(webhooks={"in": {"get": {"parameters": query}}}))
    assert "GET" == got["message"]["request_method"]


def test_cyclic_alternatives_end() -> None:
    """Thirty schemas that refer to each other as alternatives are read quickly, and give their common fields."""
    names = [f"S{index}" for index in range(30)]
    schemas = {
        name: {
            **obj(to=TEXT, text=TEXT, **{name: {"$ref": "#/components/schemas/S3"}}),
            "oneOf": [{"$ref": f"#/components/schemas/{other}"} for other in names],
            "allOf": [{"$ref": f"#/components/schemas/{names[(index + 1) % 30]}"}],
        }
        for index, name in enumerate(names)
    }
    spec = document(components={"schemas": schemas}, webhooks={"in": body({"$ref": "#/components/schemas/S1"})})
    operation = spec["paths"]["/send"]["post"]
    operation["requestBody"] = body({"$ref": "#/components/schemas/S0"})["post"]["requestBody"]
    pasted = read_openapi("api.json", json.dumps(spec), "send", for_file=False)
    assert {"to", "text"} <= set(json.loads(pasted.body or ""))


LAUGHS = "x0: &x0 [ha, ha, ha]\n" + "".join(
    f"x{index}: &x{index} [{', '.join([f'*x{index - 1}'] * 9)}]\n" for index in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [LAUGHS + "paths: {/send: {post: {operationId: send, responses: *x11}}}", "paths: &p {/send: {post: *p}}"],
    ids=["a billion", "a circle"],
)
def test_endless_aliases_are_refused(text: str) -> None:
    """Endless aliases are detected before they are expanded."""
    with pytest.raises(LocalError, match="aliases"):
        read_openapi("api.yaml", "openapi: 3.0.0\n" + text, "send", for_file=False)


def test_external_references_are_named_and_not_fetched() -> None:
    """For a document in several files, the error names the missing ones."""
    spec = document()
    spec["paths"]["/send"]["post"]["requestBody"] = {"$ref": "./bodies.yaml#/Send"}
    pasted = read_openapi("api.json", json.dumps(spec), "send", for_file=False)
    assert "./bodies.yaml" in pasted.limits[0].why
    with pytest.raises(UsageError) as refused:
        read_openapi("api.json", json.dumps({**spec, "paths": {"/send": {"$ref": "a.yaml"}}}), "send", for_file=False)
    assert "a.yaml" in refused.value.hint


@pytest.mark.parametrize(
    ("paths", "first"),
    [
        (["/sms/price", "/sms/send", "/sms/{id}"], "/sms/send"),
        (["/mms/send", "/sms/send"], "/sms/send"),
        (["/messages/batch", "/messages/scheduled", "/messages"], "/messages"),
        (["/email/send", "/voice/send", "/whatsapp/send", "/texts"], "/texts"),
    ],
)
def test_operations_that_send_one_text_are_listed_first(paths: list[str], first: str) -> None:
    """Prices, lists, batches and other channels are listed later, even if their fields fit."""
    send = document()["paths"]["/send"]["post"] | {"operationId": ""}
    spec = {"openapi": "3.0.0", "paths": {path: {"post": send} for path in paths}}
    with pytest.raises(UsageError) as listed:
        read_openapi("api.json", json.dumps(spec), None, for_file=False)
    assert f"post {first}" in listed.value.hint.splitlines()[1]


def test_an_alternative_has_its_name_in_its_discriminator() -> None:
    """A discriminator gets its value from its mapping; an example's send time is not sent with every message."""
    spec = document(
        components={
            "schemas": {
                "Base": {
                    **obj(kind=TEXT, to=TEXT),
                    "required": ["kind"],
                    "discriminator": {"propertyName": "kind", "mapping": {"sms": "#/components/schemas/Sms"}},
                    "oneOf": [{"$ref": "#/components/schemas/Mail"}, {"$ref": "#/components/schemas/Sms"}],
                },
                "Sms": {"allOf": [{"$ref": "#/components/schemas/Base"}, obj(text=TEXT)]},
                "Mail": {"allOf": [{"$ref": "#/components/schemas/Base"}, obj(subject=TEXT, html=TEXT)]},
            }
        }
    )
    operation = spec["paths"]["/send"]["post"]
    operation["requestBody"] = body({"$ref": "#/components/schemas/Base"})["post"]["requestBody"]
    pasted = read_openapi("api.json", json.dumps(spec), "send", for_file=False)
    assert {"kind": "sms", "to": "{to}", "text": "{text}"} == json.loads(pasted.body or "")
    example = {"to": "+15550002222", "text": "Hello you", "schedule": 1436874701, "send_at": "2026-01-02T03:04:05Z"}
    operation["requestBody"] = body({}, example=example)["post"]["requestBody"]
    pasted = read_openapi("api.json", json.dumps(spec), "send", for_file=False)
    assert {"to", "text"} == set(json.loads(pasted.body or ""))


def test_a_document_without_security_has_its_credentials_in_its_fields() -> None:
    """An optional secret is part of the request if nothing else identifies the account."""
    spec = document()
    fields = obj(api_key=TEXT, api_secret=TEXT, sig=TEXT, to=TEXT, text=TEXT, ttl={"type": "integer"})
    spec["paths"]["/send"]["post"]["requestBody"] = body(fields)["post"]["requestBody"]
    pasted = read_openapi("api.json", json.dumps(spec), "send", for_file=False)
    assert {"api_key", "api_secret", "to", "text"} == set(json.loads(pasted.body or ""))
    secured = {**spec, "components": {"securitySchemes": {"b": {"type": "http", "scheme": "basic"}}}}
    pasted = read_openapi("api.json", json.dumps(secured), "send", for_file=False)
    assert {"to", "text"} == set(json.loads(pasted.body or ""))


RICH = document(
    webhooks={"all": body({"oneOf": [MESSAGE, PICTURE, RECEIPT]})},
    callbacks={"status": {EXPRESSION: body(RECEIPT)}},
    security=[{"b": []}],
    components={"securitySchemes": {"b": {"type": "apiKey", "in": "query", "name": "key"}}},
)
RICH["paths"]["/send"]["parameters"] = [{"in": "path", "name": "id", "schema": {"enum": ["v1"]}}]
RICH_2 = {
    "swagger": "2.0",
    "host": "x.example",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "securityDefinitions": {"b": {"type": "basic"}},
    "paths": {
        "/send": {
            "post": {
                "operationId": "send",
                "parameters": [
                    {"in": "body", "name": "m", "schema": obj(to=TEXT, text=TEXT)},
                    {"in": "formData", "name": "to", "type": "string"},
                    {"in": "query", "name": "from", "required": True},
                ],
                "responses": {"200": {"schema": obj(id=TEXT), "examples": {"application/json": {"id": "1"}}}},
            }
        }
    },
}


def places_in(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The pointers of all values below the root of a tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [place for key, value in inner for place in ((*at, key), *places_in(value, (*at, key)))]


PLACES = [(spec, place) for spec in (RICH, RICH_2) for place in places_in(spec)]
ODD = st.sampled_from(
    [None, True, 0, -1.5, "", "x", "{x}", "https://", [], {}, [None], [{}], {"$ref": 5}, {"$ref": "#/paths"}]
) | st.sampled_from(
    [{"oneOf": 5}, {"allOf": "x"}, {"properties": []}, {"type": ["string", 3]}, {"enum": [{}]}, {"required": [{}]}]
)


@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
@settings(max_examples=150)
def test_any_value_anywhere_is_read_or_refused(changes: list[Any]) -> None:
    """Any document is read or refused, with any types in any place."""
    spec = copy.deepcopy(changes[0][0][0])
    for (_, place), odd in changes:
        node: Any = spec
        for step in place[:-1]:
            node = (
                node[step]
                if isinstance(node, dict) and step in node
                else node[step]
                if isinstance(node, list) and isinstance(step, int) and step < len(node)
                else None
            )
        if (isinstance(node, dict) and place[-1] in node) or (isinstance(node, list) and place[-1] == 0 and node):
            node[place[-1]] = copy.deepcopy(odd)
    for choice in ("send", None):
        with contextlib.suppress(UsageError, LocalError):
            assert read_openapi("api.json", json.dumps(spec), choice, for_file=False)
