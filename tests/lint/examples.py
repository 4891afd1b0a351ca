"""The template that the rules' examples are part of, and how an example is completed with the rest of it."""

from __future__ import annotations

import json
from typing import Any

from ringocli.lint.rule_doc import Excerpt
from ringocli.text.document import Document, Part
from ringocli.text.pointer import Pointer

GOOD: dict[str, Any] = {
    "id": "acme",
    "name": "Acme SMS",
    "logo": "https://acme.example/logo.png",
    "class": "sms",
    "properties": ["API key"],
    "auth": {"type": "Bearer", "token": "$API key$"},
    "API": {
        "SendMessage": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
            "response_map": {"id": "$messageid$"},
        },
        "SendFile": {
            "request_method": "POST",
            "request_url": "https://sms.acme.example/v1/messages",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "media": "$content$"},
            "response_map": {"id": "$messageid$"},
        },
    },
    "Webhook": [
        {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"},
        },
        {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
                "type": "$event_key$",
                "from": "$from$",
                "to": "$to$",
                "text": "$text$",
                "url": "$url$",
            },
        },
        {
            "event_key": "delivered",
            "event_type": "messageDelivered",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "id": "$messageid$"},
        },
    ],
}
"""A template without any finding."""


def is_whole(excerpt: Excerpt) -> bool:
    """Whether an example is a whole file; otherwise it lists members of a template."""
    return excerpt.text.startswith("{")


def members(excerpt: Excerpt) -> dict[str, Any]:
    """The members of a template that an example lists."""
    found: dict[str, Any] = json.loads(f"{{{excerpt.text}}}")
    return found


def completed(excerpt: Excerpt) -> str:
    """A whole template: the example in place of the same members of ``GOOD``; requests belong to its ``API``, OAuth2 replaces auth."""
    if is_whole(excerpt):
        return excerpt.text
    listed = members(excerpt)
    requests = {key: value for key, value in listed.items() if key in GOOD["API"]}
    others = {key: value for key, value in listed.items() if key not in GOOD["API"]}
    rest = {key: value for key, value in GOOD.items() if key != "auth" or "OAuth2" not in listed}
    return json.dumps({**rest, "API": {**GOOD["API"], **requests}, **others}, indent=2)


def line_in(excerpt: Excerpt, pointer: Pointer, part: Part) -> int:
    """The line of an example that a pointer into its completed template points at."""
    if is_whole(excerpt):
        return Document.read("example", excerpt.text).locate(pointer, part).start.line
    if pointer[:1] == ("API",) and "API" not in members(excerpt):
        pointer = pointer[1:]
    return Document.read("example", f"{{\n{excerpt.text}\n}}").locate(pointer, part).start.line - 1
