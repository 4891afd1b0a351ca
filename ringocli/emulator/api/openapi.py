"""The OpenAPI 3.1 description of the API, generated from the table of endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringocli.messaging.chaos import Fault
from ringocli.version import __version__

Schema = Mapping[str, Any]

_STRING: Schema = {"type": "string"}
_NONEMPTY: Schema = {"type": "string", "minLength": 1}
_CONTENT_OR_MEDIA: list[Schema] = [
    {"required": [name], "properties": {name: {"type": "string", "minLength": 1}}} for name in ("content", "media_url")
]
_STRING_OR_NULL: Schema = {"type": ["string", "null"]}
_HEADERS: Schema = {
    "type": "array",
    "items": {"type": "array", "items": _STRING, "minItems": 2, "maxItems": 2},
    "description": "Name and value pairs, in order; credentials are ***.",
}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Mapping[str, Any], required: Iterable[str] | None = None, **more: Any) -> dict[str, Any]:
    names = list(properties) if required is None else list(required)
    return {"type": "object", "properties": dict(properties), **({"required": names} if names else {}), **more}


SCHEMAS: dict[str, Schema] = {
    "Exchange": _object(
        {
            "id": {"type": "string", "pattern": "^[0-9]+$", "description": "Increases with each exchange."},
            "at": {"type": "string", "format": "date-time"},
            "direction": {"enum": ["incoming", "outgoing"], "description": "Seen from Ringotel."},
            "name": {"enum": ["SendMessage", "SendFile", None]},
            "event_key": _STRING_OR_NULL,
            "event_type": _STRING_OR_NULL,
            "request": _object(
                {"method": _STRING, "url": _STRING, "headers": _HEADERS, "body": _STRING_OR_NULL},
                description="Secrets are masked; body_base64 is added if the body is not UTF-8 text, or is full of control characters.",
            ),
            "reply": {
                "anyOf": [
                    _object({"status": {"type": "integer"}, "headers": _HEADERS, "body": _STRING_OR_NULL}),
                    {"type": "null"},
                ]
            },
            "matched": {"type": "boolean"},
            "variables": {"type": "object", "additionalProperties": _STRING},
            "near_miss": {"anyOf": [_ref("NearMiss"), {"type": "null"}]},
            "correlates": {
                "type": ["string", "null"],
                "description": "The id of the message that a receipt belongs to.",
            },
            "status": {
                "enum": [
                    "queued",
                    "sent",
                    "delivered",
                    "failed",
                    "refused",
                    "taken",
                    "unmatched",
                    "waiting",
                    "retried",
                    "",
                ]
            },
            "notes": {"type": "array", "items": _STRING},
            "problems": {"type": "array", "items": _object({"pointer": _STRING, "message": _STRING})},
            "error": {"type": ["string", "null"], "description": "Why there was no reply."},
            "chaos": {"type": ["string", "null"], "description": "What chaos did to this exchange."},
            "duration_ms": {
                "type": ["number", "null"],
                "description": "From receiving the request to having the reply.",
            },
            "size_bytes": {"type": ["integer", "null"], "description": "The size of both bodies."},
            "failed_receipt": {"type": "boolean", "description": "It reports that a message was not delivered."},
            "said": {
                "type": ["object", "null"],
                "additionalProperties": _STRING,
                "description": "The text that the handset sent in a webhook that Ringotel did not read.",
            },
            "retry_of": {"type": ["string", "null"], "description": "The first exchange of a webhook sent again."},
            "forwarded": {"type": ["object", "null"], "description": "What the real Ringotel answered."},
        }
    ),
    "NearMiss": _object(
        {
            "event_key": _STRING_OR_NULL,
            "event_type": _STRING_OR_NULL,
            "pointer": _STRING_OR_NULL,
            "differences": {
                "type": "array",
                "items": _object({"pointer": _STRING, "expected": _STRING, "found": _STRING}),
            },
            "unclaimed": {
                "type": "array",
                "items": _object({"pointer": _STRING, "value": _STRING}),
                "description": "Received fields that the event does not read.",
            },
            "pairs": {
                "type": "array",
                "items": _object({"variable": _STRING_OR_NULL, "pointer": _STRING, "why": _STRING}),
                "description": "Which received field is used for which missing value.",
            },
            "patch": {
                "type": "array",
                "items": {"type": "object"},
                "description": "JSON Patch (RFC 6902) of the template with which the webhook matches; may be empty.",
            },
            "why": {**_STRING, "description": "What the patch does, or why there is none."},
        },
        ("event_key", "event_type", "pointer", "differences", "patch"),
    ),
    "Patch": _object(
        {
            "as": {"enum": ["change", "event"], "description": "change an event, or add a second one."},
            "anyway": {"type": "boolean", "description": "Apply although earlier webhooks are then read differently."},
            "pairs": {
                "type": "object",
                "additionalProperties": _STRING,
                "description": "From the pointer of a missing value to that of a received field.",
            },
        },
        (),
        additionalProperties=False,
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
            "error": _object({"code": {"type": "integer"}, "message": _STRING, "hint": _STRING_OR_NULL}),
        }
    ),
    "Send": _object(
        {
            "from": {**_NONEMPTY, "description": "The SMS number at Ringotel."},
            "to": {**_NONEMPTY, "description": "The outside party."},
            "content": _STRING,
            "media_url": {**_STRING, "description": "The URL of a file: sends SendFile."},
            "extension": _STRING,
            "domain": _STRING,
            "properties": {"type": "object", "additionalProperties": _STRING},
        },
        ("from", "to"),
        additionalProperties=False,
        anyOf=_CONTENT_OR_MEDIA,
    ),
    "Play": _object(
        {
            "event": {**_NONEMPTY, "description": "An event's pointer, or its key or type if there is only one."},
            "variables": {"type": "object", "additionalProperties": _STRING},
        },
        ("event",),
        additionalProperties=False,
    ),
    "Answer": _object(
        {
            "from": {**_NONEMPTY, "description": "The outside party."},
            "to": {**_NONEMPTY, "description": "The SMS number at Ringotel."},
            "content": _STRING,
            "media_url": _STRING,
        },
        ("from", "to"),
        additionalProperties=False,
        anyOf=_CONTENT_OR_MEDIA,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDoc:
    """The documentation of an endpoint beside its path, method and function.

    ``query`` maps parameters to their descriptions; ``takes`` names the schema of the body; ``gives`` is the schema of
    the response with ``status``, None if only its ``media_type`` is documented; ``errors`` are further statuses.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    takes: str | None = None
    gives: Schema | None = None
    media_type: str = "application/json"
    status: int = 200
    errors: tuple[int, ...] = ()


def ref(name: str) -> Schema:
    """A reference to one of the named schemas."""
    return _ref(name)


def document(operations: Iterable[tuple[str, str, str, EndpointDoc]], template_id: str) -> dict[str, Any]:
    """The whole description; an operation is its path, method, summary and documentation."""
    paths: dict[str, dict[str, Any]] = {}
    for path, method, summary, doc in operations:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, summary, doc)
    paths["/webhook/{template_id}"] = {
        method: {
            "operationId": f"{method}Webhook",
            "summary": "Ringotel's side: match and store a webhook, then answer.",
            "parameters": [_path_parameter("template_id", f"The template's id: {template_id}")],
            "responses": {
                "200": {"description": "Matched (assumption 31: Ringotel's reply is not published)."},
                "400": {"description": "The body cannot be decoded."},
                "404": {"description": "Unknown template id."},
                "413": {"description": "Larger than 10 MB."},
                "422": {
                    "description": "Stored, but no event matches.",
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
            "description": "A local Ringotel and a local provider. Every path also exists below /i/{inbox}, which is"
            " isolated from all other inboxes. /provider/... receives what the template sends. If a request to /api/..."
            " has the header Ringocli-Errors: 200, an error has the status 200, and its own in Ringocli-Status.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(SCHEMAS)},
    }


def _path_parameter(name: str, description: str = "") -> dict[str, Any]:
    documented = {"description": description} if description else {}
    return {"name": name, "in": "path", "required": True, "schema": _STRING, **documented}


def _operation(path: str, method: str, summary: str, doc: EndpointDoc) -> dict[str, Any]:
    words = [word.strip("{}") for word in path.strip("/").split("/") if word != "api"]
    operation: dict[str, Any] = {
        "operationId": method.lower() + "".join(word.replace(".", " ").title().replace(" ", "") for word in words),
        "summary": summary,
        "responses": {str(doc.status): _response(doc)},
    }
    parameters = [_path_parameter(name) for name in ("id",) if f"{{{name}}}" in path]
    parameters += [
        {"name": name, "in": "query", "required": False, "description": description, "schema": _STRING}
        for name, description in doc.query.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if doc.takes is not None:
        media_type = "application/octet-stream" if doc.takes == "File" else "application/json"
        schema: Schema = {} if doc.takes == "File" else _ref(doc.takes)
        operation["requestBody"] = {"required": True, "content": {media_type: {"schema": schema}}}
    for status in (*doc.errors, *_EVERYWHERE):
        schema = {"type": "object"} if status == 409 else _ref("Error")  # 409 shows the patch and what it would break
        operation["responses"][str(status)] = {
            "description": _ERRORS[status],
            "content": {"application/json": {"schema": schema}},
        }
    return operation


_ERRORS = {
    400: "Invalid request; the message says why.",
    404: "Not found.",
    408: "No exchange met the criteria in time.",
    409: "The change would break something; the response says what.",
    413: "The body is too large.",
    422: "The template has no such event, or cannot be rendered or written.",
    401: "The access token is missing; it is required beyond loopback.",
    403: "The request comes from another site.",
    421: "Unknown Host header, or not available through a proxy.",
    503: "The store cannot be used.",
}

_EVERYWHERE = (401, 403, 421, 503)
"""Errors that every endpoint may return."""


def _response(doc: EndpointDoc) -> dict[str, Any]:
    content = {doc.media_type: {"schema": doc.gives}} if doc.gives is not None else {doc.media_type: {}}
    return {"description": "Success.", "content": content}
