"""OpenAPI documents as providers write them: versions, servers, bodies, security, examples in unusual places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

FIELDS = {"from": {"type": "string"}, "to": {"type": "string"}, "text": {"type": "string"}}
SCHEMA = {"type": "object", "required": ["to", "text"], "properties": {**FIELDS, "noise": {"type": "string"}}}


def spec(
    operation: dict[str, Any] | None = None, method: str = "post", path: str = "/send", **more: Any
) -> dict[str, Any]:
    """A document of version 3 with one operation, ``send``."""
    body = {"requestBody": {"content": {"application/json": {"schema": SCHEMA}}}, "responses": {}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "x", "version": "1"},
        "servers": [{"url": "https://x.example/v1"}],
        "paths": {path: {method: {"operationId": "send", **(body if operation is None else operation)}}},
        **more,
    }


def swagger(parameters: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A document of version 2 with one operation."""
    return {
        "swagger": "2.0",
        "host": "x.example",
        "basePath": "v1",
        "schemes": ["http", "https"],
        "paths": {"/send": {"post": {"operationId": "send", "parameters": parameters, "responses": {}, **more}}},
    }


def drafted(ringocli: Command, folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    """The JSON document of init."""
    (folder / "api.json").write_text(json.dumps(document), "utf-8")
    done = ringocli("init", "--from-openapi", "api.json#send", "--no-input", "--dry-run", "--format", "json")
    assert 0 == done.code, done.err
    return dict(done.document)


def content(kind: str, schema: Any = SCHEMA, **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {kind: {"schema": schema, **more}}}, "responses": {}}


BODIES: dict[str, tuple[dict[str, Any], Any]] = {
    "required and telling fields only": (spec(), {"from": "$from$", "to": "$to$", "text": "$content$"}),
    "form": (spec(content("application/x-www-form-urlencoded")), {"from": "$from$", "to": "$to$", "text": "$content$"}),
    "multipart": (spec(content("multipart/form-data")), {"from": "$from$", "to": "$to$", "text": "$content$"}),
    "allOf": (
        spec(content("application/json", {"allOf": [{"properties": {"to": FIELDS["to"]}}, {"properties": {"body": {}}}]})),
        {"to": "$to$", "body": "$content$"},
    ),
    "oneOf takes the text": (
        spec(content("application/json", {"oneOf": [
            {"title": "WhatsApp template", "properties": {"to": {}, "template": {}}}, {"title": "SMS", "properties": FIELDS},
        ]})),
        {"from": "$from$", "to": "$to$", "text": "$content$"},
    ),
    "reference": (
        spec(content("application/json", {"$ref": "#/components/schemas/M"}), components={"schemas": {"M": SCHEMA}}),
        {"from": "$from$", "to": "$to$", "text": "$content$"},
    ),
    "a reference to elsewhere is not followed": (spec(content("application/json", {"$ref": "other.yaml#/M"})), None),
    "a circle ends": (
        spec(content("application/json", {"$ref": "#/components/schemas/M"}),
             components={"schemas": {"M": {"properties": {"to": {}, "text": {}, "messages": {"$ref": "#/components/schemas/M"}}}}}),
        ...,
    ),
    "the example beside the schema": (
        spec(content("application/json", {}, example={"to": "+15550002222", "text": "Hello you", "kind": "sms"})),
        {"to": "$to$", "text": "$content$", "kind": "sms"},
    ),
    "named examples": (
        spec(content("application/json", {}, examples={"one": {"value": {"dst": "+15550002222", "msg": "Hello you"}}})),
        {"dst": "$to$", "msg": "$content$"},
    ),
    "an array of recipients": (
        spec(content("application/json", {"properties": {"to": {"type": "array", "items": {"type": "string"}}, "text": {}}})),
        {"to": ["$to$"], "text": "$content$"},
    ),
    "a window of time is not a message": (
        spec(content("application/json", {"properties": {**FIELDS, "deliveryTimeWindow": {"properties": {"from": {}, "to": {}}}}})),
        {"from": "$from$", "to": "$to$", "text": "$content$"},
    ),
    "a file in base64 is not a URL": (
        spec(content("application/json", {"properties": {**FIELDS, "base64_attachments": {"type": "array", "items": {}}}})),
        {"from": "$from$", "to": "$to$", "text": "$content$"},
    ),
    "read-only fields are not sent": (
        spec(content("application/json", {"properties": {"to": {}, "text": {}, "message": {"readOnly": True}}})),
        {"to": "$to$", "text": "$content$"},
    ),
    "query of a GET": (
        spec({"parameters": [{"in": "query", "name": "to"}, {"in": "query", "name": "msg"}, {"in": "query", "name": "x"}],
              "responses": {}}, method="get"),
        {"to": "$to$", "msg": "$content$"},
    ),
    "version 2, body": (swagger([{"in": "body", "name": "b", "schema": SCHEMA}]), {"from": "$from$", "to": "$to$", "text": "$content$"}),
    "version 2, form": (
        swagger([{"in": "formData", "name": "To", "type": "string"}, {"in": "formData", "name": "Body", "type": "string"}]),
        {"To": "$to$", "Body": "$content$"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BODIES)
def test_bodies_are_filled_from_what_the_document_shows(ringocli: Command, folder: Path, case: str) -> None:
    """Schemas, references, alternatives and examples give the fields of a message, and no others."""
    document, wanted = BODIES[case]
    template = drafted(ringocli, folder, document)["template"]
    found = template["API"]["SendMessage"]
    assert found["request_url"].startswith("https://x.example/v1/send")
    if wanted is not ...:
        assert wanted == found.get("request_parameters")


SCHEMES: dict[str, tuple[dict[str, Any], Any, list[str]]] = {
    "basic": ({"type": "http", "scheme": "basic"}, "Basic", []),
    "bearer": ({"type": "http", "scheme": "bearer"}, "Bearer", []),
    "oauth2": ({"type": "oauth2", "flows": {}}, "Bearer", ["fetching an OAuth2 token"]),
    "key in the query": ({"type": "apiKey", "in": "query", "name": "api_key"}, None, []),
    "key in a header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, None, ["header X-Key"]),
    "bearer told in prose": (
        {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Bearer TOKEN"}, "Bearer", [],
    ),
    "bare token": (
        {"type": "apiKey", "in": "header", "name": "Authorization"}, None, ["a bare token in the Authorization header"],
    ),
    "certificates": ({"type": "mutualTLS"}, None, ["security of type mutualTLS"]),
}  # fmt: skip


@pytest.mark.parametrize("case", SCHEMES)
def test_security_becomes_auth_or_is_named(ringocli: Command, folder: Path, case: str) -> None:
    """Credentials that the framework can send are used, others are reported; of several, the first usable one is used."""
    scheme, kind, limits = SCHEMES[case]
    document = spec(security=[{"s": []}], components={"securitySchemes": {"s": scheme}})
    told = drafted(ringocli, folder, document)
    assert kind == told["template"].get("auth", {}).get("type")
    assert limits == [entry["what"] for entry in told["not_expressible"]]
    if case == "key in the query":
        assert "?api_key=$API key$" in told["template"]["API"]["SendMessage"]["request_url"]
    both = spec(
        security=[{"s": []}, {"b": []}],
        components={"securitySchemes": {"s": scheme, "b": {"type": "http", "scheme": "basic"}}},
    )
    assert drafted(ringocli, folder, both)["template"].get("auth", {}).get("type") in (kind, "Basic")


@pytest.mark.parametrize(
    ("servers", "url"),
    [
        (
            [{"url": "https://{region}.x.example", "variables": {"region": {"default": "eu"}}}],
            "https://eu.x.example/send",
        ),
        ([{"url": "https://{space}.x.example"}], "https://$Space$.x.example/send"),
        ([{"url": "http://x.example"}, {"url": "https://x.example"}], "https://x.example/send"),
        ([{"url": "/v2"}], "https://$Base URL$/v2/send"),
        ([], "https://$Base URL$/send"),
    ],
)
def test_servers_become_urls(ringocli: Command, folder: Path, servers: list[Any], url: str) -> None:
    """Variables with a default are filled in, others belong to the account; https URLs are preferred."""
    document = spec(servers=servers) if servers else {key: value for key, value in spec().items() if key != "servers"}
    assert url == drafted(ringocli, folder, document)["template"]["API"]["SendMessage"]["request_url"]


def test_files_over_a_chat_service_are_blocking(ringocli: Command, folder: Path) -> None:
    """A document whose only example with a file is for a chat service gives no working SendFile."""
    examples = {
        "SMS": {"value": {"channel": "sms", "to": "15550002222", "text": "Hi"}},
        "Viber": {
            "value": {"channel": "viber_service", "to": "15550002222", "image": {"url": "https://x.example/a.jpg"}}
        },
    }
    document = drafted(ringocli, folder, spec(content("application/json", {}, examples=examples)))
    assert ['SendFile sends over "viber_service" and SendMessage does not: files will not arrive as MMS'] == document[
        "blocking"
    ]


def test_yaml_is_read_by_its_newer_rules(ringocli: Command, folder: Path) -> None:
    """``no`` is a word and a date is a text; invalid YAML is reported with its line."""
    (folder / "api.yaml").write_text(
        "openapi: 3.0.0\nservers: [{url: 'https://x.example'}]\npaths:\n  /send:\n    post:\n      operationId: send\n"
        "      requestBody:\n        content:\n          application/json:\n            example:\n"
        "              to: '+15550002222'\n              text: Hello you\n              flash: no\n              at: 2026-01-02\n"
        "      responses: {}\n"
    )
    done = ringocli("init", "--from-openapi", "api.yaml#send", "--no-input", "--dry-run", "--format", "json")
    assert {"to": "$to$", "text": "$content$", "flash": "no", "at": "2026-01-02"} == done.document["template"]["API"][
        "SendMessage"
    ]["request_parameters"]
    (folder / "api.yaml").write_text("openapi: 3.0.0\npaths: [\n")
    broken = ringocli("init", "--from-openapi", "api.yaml#send", "--no-input")
    assert (3, True) == (broken.code, "line 3" in broken.err)


POSTMAN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "urlencoded": (
        {"body": {"mode": "urlencoded", "urlencoded": [{"key": "to", "value": "{{to}}"}, {"key": "text", "value": "Hi you"},
                                                       {"key": "off", "value": "1", "disabled": True}]}},
        {"to": "$to$", "text": "$content$"},
    ),
    "formdata": (
        {"body": {"mode": "formdata", "formdata": [{"key": "to", "value": "+15550002222"}, {"key": "text", "value": "Hi you"},
                                                   {"key": "f", "type": "file"}]}},
        {"to": "$to$", "text": "$content$"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mode", POSTMAN)
@pytest.mark.parametrize(
    ("auth", "kind"),
    [
        ({"type": "bearer", "bearer": [{"key": "token", "value": "t0ken-123456"}]}, "Bearer"),
        ({"type": "basic", "basic": {"username": "a", "password": "b"}}, "Basic"),
        ({"type": "apikey", "apikey": [{"key": "in", "value": "query"}, {"key": "key", "value": "k"}]}, None),
        ({"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}]}, None),
        ({"type": "oauth2", "oauth2": []}, "Bearer"),
        ({"type": "awsv4", "awsv4": []}, None),
        ({"type": "noauth"}, None),
    ],
)
def test_postman_bodies_and_auth(
    ringocli: Command, folder: Path, mode: str, auth: dict[str, Any], kind: str | None
) -> None:
    """Every body mode and auth type is either imported or reported, including in folders and when inherited."""
    request, wanted = POSTMAN[mode]
    item = {"name": "Send", "request": {"method": "POST", "url": "https://x.example/send", **request}}
    collection = {
        "info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "auth": auth,
        "item": [{"name": "folder", "item": [item]}],
    }
    (folder / "c.json").write_text(json.dumps(collection))
    done = ringocli("init", "--from", "c.json", "--no-input", "--dry-run", "--format", "json")
    assert 0 == done.code, done.err
    template = done.document["template"]
    assert wanted == template["API"]["SendMessage"]["request_parameters"]
    assert kind == template.get("auth", {}).get("type")
