"""RT2, first part: authentication."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.rules.shape import AUTHS, meant
from ringocli.lint.subject import Subject
from ringocli.template.schema import AUTH_TYPES, KEYS
from ringocli.text.suggest import nearest

NEEDS = {"Bearer": ("token",), "Basic": ("username", "password")}


@rule("RT201", Severity.ERROR)
def conflicting_auth(subject: Subject) -> Iterator[Problem]:
    """The template has both auth and OAuth2.

    OAuth2 is an alternative to Basic and Bearer authentication. Which one Ringotel would use is not known.

    Bad:
        "auth": {"type": "Bearer", "token": "$API key$"},
    >   "OAuth2": {"client_id": "$API key$"}
    Good:
        "auth": {"type": "Bearer", "token": "$API key$"}
    Source: Ringotel's wiki pages 2871296004 and 2871001099
    """
    if "auth" in subject.root and "OAuth2" in subject.root:
        yield Problem(("OAuth2",), "auth and OAuth2 are alternatives; remove one of them", part="key")


@rule("RT202", Severity.WARNING)
def no_auth(subject: Subject) -> Iterator[Problem]:
    """Requests contain no credentials.

    The template has neither `auth` nor `OAuth2`, and a request uses no property in its URL or its request_parameters.

    Bad:
    >   {
          "id": "acme",
          "name": "Acme SMS",
          "logo": "https://acme.example/logo.png",
          "class": "sms",
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
    Source: assumption 21
    """
    root = subject.root
    if "auth" in root or "OAuth2" in root or AUTHS & {*meant(dict(root), "template").values()}:
        return
    requests = [spec.pointer for spec in subject.template.requests]
    sent = {
        use.pointer[:2]
        for use in subject.uses
        if use.name in subject.template.properties and use.pointer[2:3] in (("request_url",), ("request_parameters",))
    }
    if sent.isdisjoint(requests):
        yield Problem(
            (), "requests are not authenticated: there is no auth, no OAuth2, and no property is sent", part="object"
        )
        return
    for pointer in requests:
        if pointer not in sent:
            yield Problem(
                pointer,
                f"{pointer[-1]} is not authenticated: unlike in the other request, no property is sent",
                part="key",
            )


@rule("RT203", Severity.WARNING)
def unknown_auth_type(subject: Subject) -> Iterator[Problem]:
    """The type of auth is neither Bearer nor Basic.

    No other type is documented. The type is case-sensitive.

    Bad:
        "auth": {
    >     "type": "bearer",
          "token": "$API key$"
        }
    Good:
        "auth": {
          "type": "Bearer",
          "token": "$API key$"
        }
    Source: Ringotel's wiki page 2871001099
    """
    auth = subject.root.get("auth")
    kind = auth.get("type") if isinstance(auth, dict) else None
    if isinstance(kind, str) and kind not in AUTH_TYPES:
        choice = nearest(kind, AUTH_TYPES)
        fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(("auth", "type"), choice),)) if choice else None
        hint = f" (did you mean {choice}?)" if choice else "; only Bearer and Basic are documented"
        yield Problem(("auth", "type"), f"{kind!r} is not a documented auth type{hint}", choice, fix)


@rule("RT204", Severity.ERROR)
def incomplete_auth(subject: Subject) -> Iterator[Problem]:
    """auth lacks a value that its type requires, or the value is empty.

    Bearer requires `token`; Basic requires `username` and `password`. The password may be empty if the user name is a
    property.

    Bad:
    >   "auth": {"type": "Basic", "username": "$API key$"}
    Good:
        "auth": {"type": "Bearer", "token": "$API key$"}
    Source: Ringotel's wiki page 2871001099
    """
    auth = subject.root.get("auth")
    kind = auth.get("type") if isinstance(auth, dict) else None
    for key in NEEDS.get(kind, ()) if isinstance(kind, str) and isinstance(auth, dict) else ():
        if key not in auth and not any(
            nearest(other, [key], least=0.75) for other in auth if other not in KEYS["auth"]
        ):
            yield Problem(("auth",), f"{kind} requires {key}", key, part="object")
        elif auth.get(key) == "" and not (key == "password" and "$" in str(auth.get("username"))):
            yield Problem(("auth", key), f"{key} is empty; use a property, for example $API key$")


@rule("RT205", Severity.WARNING)
def undocumented_oauth2(subject: Subject) -> Iterator[Problem]:
    """OAuth2 differs from the only documented example.

    The example has the flow type `{"default": "0"}`, authorization parameters with the key `default`, token parameters
    with the key `content_type`, and `"request_auth": "Bearer"`. Other values may not work.

    Bad:
        "OAuth2": {
          "client_id": "$API key$",
          "flow_type": {
    >       "default": "1"
          }
        }
    Good:
        "OAuth2": {
          "client_id": "$API key$",
          "flow_type": {
            "default": "0"
          }
        }
    Source: Ringotel's wiki page 2871001099; assumption 23
    """
    section = subject.root.get("OAuth2")
    if not isinstance(section, dict):
        return
    for key, legal in (
        ("flow_type", "default"),
        ("authorization_parameters", "default"),
        ("token_parameters", "content_type"),
    ):
        inner = section.get(key)
        for name in inner if isinstance(inner, dict) else ():
            if name != legal:
                yield Problem(
                    ("OAuth2", key, name), f"the only documented key of {key} is {legal!r}", legal, part="key"
                )
    flow = section.get("flow_type")
    if isinstance(flow, dict) and flow.get("default", "0") != "0":
        yield Problem(("OAuth2", "flow_type", "default"), 'the only documented flow_type is "0" (web server flow)', "0")
    if section.get("request_auth", "Bearer") != "Bearer" and isinstance(section["request_auth"], str):
        yield Problem(("OAuth2", "request_auth"), "the only documented request_auth is Bearer", "Bearer")
