"""The API's description as OpenAPI 3.1, made from the table of endpoints that also routes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringocli import __version__
from ringocli.messaging.chaos import Fault

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_FILLED: Schema = {"type": "string", "minLength": 1}
_SOMETHING: list[Schema] = [
    {"required": [name], "properties": {name: {"type": "string", "minLength": 1}}} for name in ("content", "media_url")
]
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_HEADERS: Schema = {
    "type": "array",
    "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2},
    "description": "Name and value, in order; credentials are ***.",
}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Mapping[str, Any], required: Iterable[str] | None = None, **more: Any) -> dict[str, Any]:
    names = list(properties) if required is None else list(required)
    return {"type": "object", "properties": dict(properties), **({"required": names} if names else {}), **more}


SCHEMAS: dict[str, Schema] = {
    "Exchange": _object(
        {
            "id": {"type": "string", "pattern": "^[0-9]+$", "description": "Grows with each exchange."},
            "at": {"type": "string", "format": "date-time"},
            "direction": {"enum": ["incoming", "outgoing"], "description": "Seen from Ringotel."},
            "name": {"enum": ["SendMessage", "SendFile", None]},
            "event_key": _TEXT_OR_NULL,
            "event_type": _TEXT_OR_NULL,
            "request": _object(
                {"method": _TEXT, "url": _TEXT, "headers": _HEADERS, "body": _TEXT_OR_NULL},
                description="As it may be shown; body_base64 stands beside a body that is no text.",
            ),
            "reply": {
                "anyOf": [
                    _object({"status": {"type": "integer"}, "headers": _HEADERS, "body": _TEXT_OR_NULL}),
                    {"type": "null"},
                ]
            },
            "matched": {"type": "boolean"},
            "variables": {"type": "object", "additionalProperties": _TEXT},
            "near_miss": {"anyOf": [_ref("NearMiss"), {"type": "null"}]},
            "correlates": {
                "type": ["string", "null"],
                "description": "The id of the message that a receipt belongs to.",
            },
            "status": {"enum": ["queued", "sent", "delivered", "failed", "refused", "taken", "unmatched", ""]},
            "notes": {"type": "array", "items": _TEXT},
            "problems": {"type": "array", "items": _object({"pointer": _TEXT, "message": _TEXT})},
            "error": {"type": ["string", "null"], "description": "Why there was no reply."},
            "chaos": {"type": ["string", "null"], "description": "What chaos did to it."},
            "forwarded": {"type": ["object", "null"], "description": "What the real Ringotel result."},
        }
    ),
    "NearMiss": _object(
        {
            "event_key": _TEXT_OR_NULL,
            "event_type": _TEXT_OR_NULL,
            "pointer": _TEXT_OR_NULL,
            "differences": {
                "type": "array",
                "items": _object({"pointer": _TEXT, "expected": _TEXT, "found": _TEXT}),
            },
            "patch": {
                "type": "array",
                "items": {"type": "object"},
                "description": "JSON Patch (RFC 6902) of the template.",
            },
        }
    ),
    "ChaosSettings": _object(
        {
            "status": {"type": ["integer", "null"], "minimum": 200, "maximum": 599},
            "fault": {"enum": [*[str(fault) for fault in Fault], None]},
            "probability": {"type": "number", "minimum": 0, "maximum": 1},
            "delay_ms": {"type": "integer", "minimum": 0},
            "jitter_ms": {"type": "integer", "minimum": 0},
            "rate_per_s": {"type": ["number", "null"]},
            "burst": {"type": ["integer", "null"]},
        },
        (),
        additionalProperties=False,
    ),
    "Chaos": _object(
        {"ringotel": _ref("ChaosSettings"), "provider": _ref("ChaosSettings"), "seed": {"type": "integer"}},
        (),
    ),
    "Error": _object(
        {
            "schema_version": {"const": 1},
            "error": _object({"code": {"type": "integer"}, "message": _TEXT, "hint": _TEXT_OR_NULL}),
        }
    ),
    "Send": _object(
        {
            "from": {**_FILLED, "description": "The SMS number at Ringotel."},
            "to": {**_FILLED, "description": "The outside party."},
            "content": _TEXT,
            "media_url": {**_TEXT, "description": "A file's address: fires SendFile."},
            "extension": _TEXT,
            "domain": _TEXT,
            "properties": {"type": "object", "additionalProperties": _TEXT},
        },
        ("from", "to"),
        additionalProperties=False,
        anyOf=_SOMETHING,
    ),
    "Answer": _object(
        {
            "from": {**_FILLED, "description": "The outside party."},
            "to": {**_FILLED, "description": "The SMS number at Ringotel."},
            "content": _TEXT,
            "media_url": _TEXT,
        },
        ("from", "to"),
        additionalProperties=False,
        anyOf=_SOMETHING,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDoc:
    """What the description says of an endpoint, beside its path, method and function.

    ``query`` maps parameters to their meaning; ``takes`` names the schema of the body; ``gives`` is the schema of the
    reply with ``status``, None where it is described by ``kind`` (a media type) alone; ``errors`` are other statuses.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    takes: str | None = None
    gives: Schema | None = None
    kind: str = "application/json"
    status: int = 200
    errors: tuple[int, ...] = ()


def ref(name: str) -> Schema:
    """A reference to one of the named schemas."""
    return _ref(name)


def document(operations: Iterable[tuple[str, str, str, EndpointDoc]], template_id: str) -> dict[str, Any]:
    """The whole description; an operation is its path, method, sentence and ``EndpointDoc``."""
    paths: dict[str, dict[str, Any]] = {}
    for path, method, sentence, told in operations:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, sentence, told)
    paths["/webhook/{template_id}"] = {
        method: {
            "operationId": f"{method}Webhook",
            "summary": "Ringotel's side: match, store, commit, then answer.",
            "parameters": [_path_parameter("template_id", f"Here: {template_id}")],
            "responses": {
                "200": {"description": "Taken by an event (an assumption: Ringotel's answer is not published)."},
                "400": {"description": "Not decodable."},
                "404": {"description": "The id of another template."},
                "413": {"description": "Over 10 MB."},
                "422": {
                    "description": "Stored, and taken by no event.",
                    "content": {
                        "application/json": {
                            "schema": _object(
                                {
                                    "schema_version": {"const": 1},
                                    "matched": {"const": False},
                                    "near_miss": {"anyOf": [_ref("NearMiss"), {"type": "null"}]},
                                }
                            )
                        }
                    },
                },
            },
        }
        for method in ("get", "post")
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ringocli emulate",
            "version": __version__,
            "description": "A local Ringotel and a local provider. Every path also works below /i/{inbox}, which is"
            " isolated from all others. /provider/... takes what the template sends.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(SCHEMAS)},
    }


def _path_parameter(name: str, meaning: str = "") -> dict[str, Any]:
    described = {"description": meaning} if meaning else {}
    return {"name": name, "in": "path", "required": True, "schema": _TEXT, **described}


def _operation(path: str, method: str, sentence: str, told: EndpointDoc) -> dict[str, Any]:
    words = [word.strip("{}") for word in path.strip("/").split("/") if word != "api"]
    operation: dict[str, Any] = {
        "operationId": method.lower() + "".join(word.replace(".", " ").title().replace(" ", "") for word in words),
        "summary": sentence,
        "responses": {str(told.status): _response(told)},
    }
    parameters = [_path_parameter(name) for name in ("id",) if f"{{{name}}}" in path]
    parameters += [
        {"name": name, "in": "query", "required": False, "description": meaning, "schema": _TEXT}
        for name, meaning in told.query.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if told.takes is not None:
        kind = "application/octet-stream" if told.takes == "File" else "application/json"
        schema: Schema = {} if told.takes == "File" else _ref(told.takes)
        operation["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}
    for status in (*told.errors, *_EVERYWHERE):
        schema = {"type": "object"} if status == 409 else _ref("Error")  # 409 shows the patch with what it would break
        operation["responses"][str(status)] = {
            "description": _ERRORS[status],
            "content": {"application/json": {"schema": schema}},
        }
    return operation


_ERRORS = {
    400: "Asked wrongly; the message says what and how.",
    404: "There is no such thing here.",
    408: "Nothing came in time.",
    409: "It would break something; the reply says what.",
    413: "The body is too large.",
    422: "The template has no such event, or cannot be rendered or written.",
    401: "This emulator is open to a network, and the call brings no access token.",
    403: "The call comes from a browser, and not from the page.",
    421: "The host is not served here, or the call came through a proxy.",
    503: "The store cannot be used.",
}

_EVERYWHERE = (401, 403, 421, 503)
"""What any call may get."""


def _response(told: EndpointDoc) -> dict[str, Any]:
    content = {told.kind: {"schema": told.gives}} if told.gives is not None else {told.kind: {}}
    return {"description": "As asked.", "content": content}
