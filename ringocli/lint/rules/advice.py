"""RT7: advice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.subject import Subject

_LEFT_OVER = (
    r"^YourService$|^https?://(www\.)?api\.example\.com(/|$)|^https://example\.com/assets/logo\.png$"
    r"|^https://login\.example\.com/services/oauth2/"
)


@rule("RT701", Severity.WARNING)
def example_value(subject: Subject) -> Iterator[Problem]:
    """A value is left over from the example on Ringotel's page.

    `YourService`, `api.example.com` and the sample logo are placeholders. Replace them with your own values.

    Bad:
    >   "name": "YourService"
    Good:
        "name": "Acme SMS"
    Source: help.ringotel.co/en/articles/11193931
    """
    if "example.com" not in subject.document.text and "YourService" not in subject.document.text:
        return
    for literal in subject.literals:
        text = literal.text
        if ("example.com" in text or text == "YourService") and re.search(_LEFT_OVER, text):
            if literal.pointer[0] in ("id", "name", "logo", "OAuth2") or literal.pointer[-1] == "request_url":
                yield Problem(
                    literal.pointer,
                    f"{text!r} is a placeholder from Ringotel's example; replace it with your own value",
                )


@rule("RT702", Severity.INFO)
def no_logo(subject: Subject) -> Iterator[Problem]:
    """The template has no logo.

    The portal shows the logo in the list of integrations, and every example in Ringotel's documentation has one.

    Bad:
    >   {
          "id": "acme",
          "name": "Acme SMS",
          "class": "sms",
          "properties": ["API key"],
          "auth": {"type": "Bearer", "token": "$API key$"},
          "API": {
            "SendMessage": {
              "request_method": "POST",
              "request_url": "https://sms.acme.example/v1/messages",
              "request_content_type": "application/json",
              "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
              "response_map": {"id": "$messageid$"}
            }
          },
          "Webhook": [
            {
              "event_key": "message",
              "event_type": "message",
              "request_method": "POST",
              "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
            }
          ]
        }
    Good:
        {
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
              "response_map": {"id": "$messageid$"}
            }
          },
          "Webhook": [
            {
              "event_key": "message",
              "event_type": "message",
              "request_method": "POST",
              "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
            }
          ]
        }
    Source: Ringotel's wiki page 2212265985
    """
    if subject.root.get("logo") == "":
        yield Problem(("logo",), "the logo is empty: the portal will show the integration without an image")
    elif "logo" not in subject.root and subject.root:
        yield Problem((), "no logo: the portal will show the integration without an image", "logo", part="object")
