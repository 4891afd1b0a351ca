"""The shape of a template as JSON Schema 2020-12: what editors get, and the authority on types and missing keys.

``reader.read_template`` builds what has this shape and lists what has not; a property test holds both together.
Values that are merely unknown (a method, a type) are the rules' business, because a rule can say what was meant;
the schema lists them for completion in editors. Facts: help.ringotel.co/en/articles/11193931 and the wiki pages it
grew from, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringocli.template.model import EVENT_MARKS
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
        "id": f"{_CRM}; which characters it may have is inferred from Ringotel's own",
        "name": _CRM,
        "logo": _CRM,
        "class": _PAGE,
        "properties": _PROPERTIES_PAGE,
        "auth": _PROPERTIES_PAGE,
        "OAuth2": _PROPERTIES_PAGE,
        "API": _WIKI,
        "Webhook": f"{_WIKI}; how the events are held together is inferred",
    },
    "request": {
        "request_method": f"{_WIKI} (POST); the others are inferred",
        "request_url": f"{_WIKI}; variables in it are inferred from Ringotel's own integrations",
        "request_content_type": f"{_WIKI} (application/json); forms are inferred",
        "request_parameters": f"{_WIKI}; arrays are inferred",
        "response_map": f"{_WIKI}; arrays are {_CRM}",
    },
    "event": {
        "event_key": f"{_WIKI}; how it is compared is inferred",
        "event_type": f"{_WIKI}; no other value was ever seen",
        "request_method": _WIKI,
        "request_parameters": f"{_WIKI}; which leaves may be absent is inferred",
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
"""Who says so: documented by Ringotel, or inferred; facts read 2026-11-23."""

_REQUEST = {
    "type": "object",
    "description": "One HTTP request that Ringotel fires at the provider.",
    "required": ["request_method", "request_url"],
    "properties": {
        "request_method": _text("The HTTP method; Ringotel's page shows POST.", enum=list(METHODS), default="POST"),
        "request_url": _text("The absolute https address; $Property$ variables may stand in it."),
        "request_content_type": _text(
            "How request_parameters are written.", examples=list(CONTENT_TYPES), default=CONTENT_TYPES[0]
        ),
        "request_parameters": {
            "type": _TREE,
            "description": "What is sent: $from$ $to$ $content$ $extension$ $domain$ and $Property$ variables.",
        },
        "response_map": {
            "type": _TREE,
            "description": "The shape of the provider's reply, with $messageid$ where its message id stands.",
        },
    },
}

_EVENT = {
    "type": "object",
    "description": "One webhook that the provider fires at Ringotel.",
    "required": ["event_type", "request_parameters"],
    "properties": {
        "event_key": {
            "type": ["string", "number", "boolean"],
            "description": "The provider's word for this event, compared with the value at $event_key$.",
        },
        "event_type": _text("What it is to Ringotel.", enum=[str(place) for place in EVENTS]),
        "request_method": _text("The HTTP method.", enum=list(METHODS), default="POST"),
        "request_parameters": {
            "type": _TREE,
            "description": "The shape of the webhook's body, with variables where Ringotel takes values from.",
        },
    },
}

_OAUTH2 = {
    "type": "object",
    "description": "OAuth 2.0 web server flow; stands instead of auth.",
    "properties": {
        "client_id": _text("Usually a $Property$."),
        "client_secret": _text("Usually a $Property$."),
        "flow_type": {"type": "object", "description": 'Only {"default": "0"} is documented.'},
        "authorization_endpoint": _text("Where the user is sent to sign in."),
        "authorization_parameters": {
            "type": "object",
            "description": 'Only "default" is documented: a query, already percent-encoded.',
        },
        "token_endpoint": _text("Where the code is exchanged for a token."),
        "token_parameters": {"type": "object", "description": 'Only "content_type" is documented.'},
        "request_auth": _text("How the token is sent; only Bearer is documented.", enum=["Bearer"]),
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": SCHEMA_ID,
    "title": "Ringotel SMS/MMS integration",
    "description": "Unofficial: Ringotel publishes no schema. Facts and readings are told apart in docs/.",
    "type": "object",
    "required": ["id", "name", "class", "API"],
    "properties": {
        "id": _text("Unique id; it is part of the Webhook URL.", pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$"),
        "name": _text("The name shown in the portal."),
        "logo": _text("An https image."),
        "class": _text("sms for messaging.", enum=list(CLASSES), default="sms"),
        "properties": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Fields of the portal's form; each is a $variable$ in the whole file.",
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
            "description": "The requests that Ringotel fires.",
            "properties": {str(name): {"$ref": "#/$defs/request"} for name in REQUESTS},
        },
        "Webhook": {
            "type": _TREE,
            "description": "The webhooks that Ringotel takes. How they are held together is not published: write a list.",
            "items": {"$ref": "#/$defs/event"},
            "if": {"anyOf": [{"required": [mark]} for mark in EVENT_MARKS]},
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
# An array has no keys, so "required" is true of it and its "then" would apply; events are held by "items" there.
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
"""Those that an object of its kind is expected to have: an unknown key in their place is most likely one of them."""


def shape_errors(document: Any) -> Iterator[tuple[Pointer, str, str]]:
    """Wrong types and missing keys: pointer, ``type`` or ``required``, and the types wanted or the key missing."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(SCHEMA).iter_errors(document):
        at = tuple(error.absolute_path)
        if error.validator == "type":
            wanted = error.validator_value
            yield at, "type", " or ".join([wanted] if isinstance(wanted, str) else wanted)
        elif error.validator == "required":
            # One error a missing key; the key is the one the message starts with, so it is computed instead.
            yield from ((at, "required", key) for key in error.validator_value if _is_about(error, key))


def _is_about(error: Any, key: str) -> bool:
    return key not in error.instance and error.message.startswith(repr(key))
