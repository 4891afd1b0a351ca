"""The JSON Schema 2020-12 of a template, for editors and for the rules about types and missing keys.

A property test checks that ``reader.read_template`` accepts what the schema accepts. Unknown values (of a method or a
type) are reported by rules, which can suggest a correction; the schema lists the known ones for completion.

Facts: help.ringotel.co/en/articles/11193931 and the wiki pages it grew from, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringocli.template.model import EVENT_KEYS
from ringocli.template.variables import EVENTS, REQUESTS
from ringocli.text.pointer import Pointer

SCHEMA_ID = "https://ringocli.invalid/template.schema.json"

METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE")
CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded", "application/vnd.api+json")
AUTH_TYPES = ("Bearer", "Basic")
CLASSES = ("sms",)


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


_TREE = ["object", "array"]

_PAGE = "documented: help.ringotel.co/en/articles/11193931"
_WIKI = "documented: wiki page 2288910338 (SMS/MMS framework)"
_PROPERTIES_PAGE = "documented: wiki page 2871001099 (properties and authorization)"
_CRM = "documented for the CRM sibling: wiki page 2212265985"
_SOURCES: dict[str, dict[str, str]] = {
    "template": {
        "id": f"{_CRM}; the allowed characters are inferred from Ringotel's own ids",
        "name": _CRM,
        "logo": _CRM,
        "class": _PAGE,
        "properties": _PROPERTIES_PAGE,
        "auth": _PROPERTIES_PAGE,
        "OAuth2": _PROPERTIES_PAGE,
        "API": _WIKI,
        "Webhook": f"{_WIKI}; the container of the events is inferred",
    },
    "request": {
        "request_method": f"{_WIKI} (POST); the others are inferred",
        "request_url": f"{_WIKI}; variables in it are inferred from Ringotel's own integrations",
        "request_content_type": f"{_WIKI} (application/json); forms are inferred",
        "request_parameters": f"{_WIKI}; arrays are inferred",
        "response_map": f"{_WIKI}; arrays are {_CRM}",
    },
    "event": {
        "event_key": f"{_WIKI}; the comparison is inferred",
        "event_type": f"{_WIKI}; no other value is known",
        "request_method": _WIKI,
        "request_parameters": f"{_WIKI}; which values are optional is inferred",
    },
    "auth": dict.fromkeys(("type", "token", "username", "password"), _PROPERTIES_PAGE),
    "OAuth2": dict.fromkeys(
        (
            "client_id", "client_secret", "flow_type", "authorization_endpoint", "authorization_parameters",
            "token_endpoint", "token_parameters", "request_auth",
        ),
        f"{_PROPERTIES_PAGE}, in one example",
    ),
}  # fmt: skip
"""The source of each key: documented by Ringotel or inferred; read 2026-11-23."""

_REQUEST = {
    "type": "object",
    "description": "An HTTP request that Ringotel sends to the provider.",
    "required": ["request_method", "request_url"],
    "properties": {
        "request_method": _text("The HTTP method; POST in Ringotel's examples.", enum=list(METHODS), default="POST"),
        "request_url": _text("The absolute https URL; may contain $Property$ variables."),
        "request_content_type": _text(
            "The format in which request_parameters are sent.", examples=list(CONTENT_TYPES), default=CONTENT_TYPES[0]
        ),
        "request_parameters": {
            "type": _TREE,
            "description": "The parameters to send: $from$ $to$ $content$ $extension$ $domain$ and $Property$ variables.",
        },
        "response_map": {
            "type": _TREE,
            "description": "The structure of the provider's reply, with $messageid$ in place of the message id.",
        },
    },
}

_EVENT = {
    "type": "object",
    "description": "A webhook that the provider sends to Ringotel.",
    "required": ["event_type", "request_parameters"],
    "properties": {
        "event_key": {
            "type": ["string", "number", "boolean"],
            "description": "The provider's name for this event, compared with the value at $event_key$.",
        },
        "event_type": _text("The type of the event at Ringotel.", enum=[str(place) for place in EVENTS]),
        "request_method": _text("The HTTP method.", enum=list(METHODS), default="POST"),
        "request_parameters": {
            "type": _TREE,
            "description": "The structure of the webhook's body, with variables in place of the values that Ringotel reads.",
        },
    },
}

_OAUTH2 = {
    "type": "object",
    "description": "OAuth 2.0 web server flow; used instead of auth.",
    "properties": {
        "client_id": _text("Usually a $Property$."),
        "client_secret": _text("Usually a $Property$."),
        "flow_type": {"type": "object", "description": 'Only {"default": "0"} is documented.'},
        "authorization_endpoint": _text("The URL where the user signs in."),
        "authorization_parameters": {
            "type": "object",
            "description": 'Only "default" is documented; its value is a percent-encoded query string.',
        },
        "token_endpoint": _text("The URL where the code is exchanged for a token."),
        "token_parameters": {"type": "object", "description": 'Only "content_type" is documented.'},
        "request_auth": _text("How the token is sent; only Bearer is documented.", enum=["Bearer"]),
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": SCHEMA_ID,
    "title": "Ringotel SMS/MMS integration",
    "description": "Unofficial: Ringotel publishes no schema. docs/format.md lists the source of each key.",
    "type": "object",
    "required": ["id", "name", "class", "API"],
    "properties": {
        "id": _text("The unique id; changing it changes the Webhook URL.", pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$"),
        "name": _text("The name shown in the portal."),
        "logo": _text("The https URL of an image."),
        "class": _text("The class of integration: sms for messaging.", enum=list(CLASSES), default="sms"),
        "properties": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Fields of the form in the portal; each can be used as a $variable$.",
            "default": [],
        },
        "auth": {
            "type": "object",
            "description": "Bearer or Basic authentication of the requests.",
            "required": ["type"],
            "properties": {
                "type": _text("Bearer or Basic.", enum=list(AUTH_TYPES)),
                "token": _text("For Bearer; usually a $Property$."),
                "username": _text("For Basic; usually a $Property$."),
                "password": _text("For Basic; usually a $Property$."),
            },
        },
        "OAuth2": _OAUTH2,
        "API": {
            "type": "object",
            "description": "The requests that Ringotel sends.",
            "properties": {str(name): {"$ref": "#/$defs/request"} for name in REQUESTS},
        },
        "Webhook": {
            "type": _TREE,
            "description": "The webhooks that Ringotel receives. The container is not documented; use an array.",
            "items": {"$ref": "#/$defs/event"},
            "if": {"anyOf": [{"required": [key]} for key in EVENT_KEYS]},
            "then": {"$ref": "#/$defs/event"},
            "else": {
                "additionalProperties": {
                    "if": {"type": "object"},
                    "then": {"$ref": "#/$defs/event"},
                    "else": {"items": {"$ref": "#/$defs/event"}},
                }
            },
        },
    },
    "$defs": {"request": _REQUEST, "event": _EVENT},
}
# "required" is true for every array, so that "then" would apply to it; the events of an array are covered by "items".
SCHEMA["properties"]["Webhook"]["if"] = {"type": "object", **SCHEMA["properties"]["Webhook"]["if"]}

OBJECTS: dict[str, dict[str, Any]] = {
    "template": SCHEMA["properties"],
    "auth": SCHEMA["properties"]["auth"]["properties"],
    "OAuth2": SCHEMA["properties"]["OAuth2"]["properties"],
    "API": SCHEMA["properties"]["API"]["properties"],
    "request": SCHEMA["$defs"]["request"]["properties"],
    "event": SCHEMA["$defs"]["event"]["properties"],
}
"""The keys of each kind of object with their schemas."""

for _kind, _sources in _SOURCES.items():
    for _key, _source in _sources.items():
        OBJECTS[_kind][_key]["$comment"] = _source

KEYS: dict[str, tuple[str, ...]] = {kind: tuple(keys) for kind, keys in OBJECTS.items()}
"""The documented keys of each kind of object, derived from the schema."""

REQUIRED_KEYS: dict[str, frozenset[str]] = {
    "template": frozenset(SCHEMA["required"]),
    "auth": frozenset(SCHEMA["properties"]["auth"]["required"]),
    "OAuth2": frozenset(_OAUTH2["properties"]),
    "API": frozenset(),
    "request": frozenset(_REQUEST["properties"]),
    "event": frozenset(_EVENT["properties"]),
}
"""The keys that an object normally has: an unknown key beside a missing one is probably a misspelling of it."""


def shape_errors(document: Any) -> Iterator[tuple[Pointer, str, str]]:
    """Wrong types and missing keys: the pointer, ``type`` or ``required``, and the expected types or the missing key."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(SCHEMA).iter_errors(document):
        at = tuple(error.absolute_path)
        if error.validator == "type":
            types = error.validator_value
            yield at, "type", " or ".join([types] if isinstance(types, str) else types)
        elif error.validator == "required":
            # The error does not name the missing key except at the start of its message.
            yield from ((at, "required", key) for key in error.validator_value if _is_about(error, key))


def _is_about(error: Any, key: str) -> bool:
    return key not in error.instance and error.message.startswith(repr(key))
