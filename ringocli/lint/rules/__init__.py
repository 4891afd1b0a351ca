"""The rules, one function each, in files by family. A rule needs no registration beyond its decorator."""

from __future__ import annotations

from typing import Any

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
"""The template that the rules' examples are merge patches on (RFC 7396). It has no finding."""


def load_meaning() -> None:
    """Import the families that ask what a template means, so that their rules are registered."""
    from ringocli.lint.rules import (
        advice,
        api,
        auth,
        encoding,
        identity,
        placeholders,
        portability,
        security,
        shape,
        variables,
        webhook,
    )

    families = (advice, api, auth, encoding, identity, placeholders, portability, security, shape, variables, webhook)
    assert all(families)


def load_all() -> None:
    """Import every family. That of the text itself is needed only where the text is no JSON."""
    from ringocli.lint.rules import syntax

    assert syntax
    load_meaning()
