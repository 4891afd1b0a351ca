"""RT6: what depends on the provider, the settings in the portal, or assumptions about the framework."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.pattern.notation import Json, Leaf
from ringocli.template.presets import names, preset_text
from ringocli.template.variables import Place


@rule("RT601", Severity.INFO)
def plus_before_number(subject: Subject) -> Iterator[Problem]:
    """A number variable is preceded by a plus sign.

    With the portal setting outboundFormat `e164`, numbers already start with a plus sign, so `++1...` would be sent.
    Set the format of each number in the portal, and use the variable alone.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": "+$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: Ringotel Admin API collection, createSMSTrunk; assumption 34
    """
    if "+$" not in subject.document.text:
        return
    for literal in subject.literals:
        if "+$from$" in literal.text or "+$to$" in literal.text:
            if subject.place_of(literal.pointer) in (Place.SEND_MESSAGE, Place.SEND_FILE):
                better = literal.text.replace("+$", "$")
                yield Problem(literal.pointer, "numbers in e164 format already start with a plus sign", better)


@rule("RT602", Severity.INFO)
def undocumented_array(subject: Subject) -> Iterator[Problem]:
    """Parameters or a pattern contain an array.

    Arrays are documented only for CRM replies. Built-in integrations such as Bandwidth need them, so they most likely
    work. If there are several elements, it is not known which one is used.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": ["$to$"],
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumptions 9, 10, 11 and 12
    """
    places: list[tuple[tuple[str | int, ...], Json]] = []
    for spec in subject.template.requests:
        places.append(((*spec.pointer, "request_parameters"), spec.parameters))
        places.append(((*spec.pointer, "response_map"), spec.response_map))
    places += [((*event.pointer, "request_parameters"), event.parameters) for event in subject.template.events]
    reported: set[str | int] = set()
    for at, tree in places:
        found = _first_array(tree)
        if found is not None and at[0] not in reported:
            reported.add(at[0])  # reported once for API and once for Webhook
            yield Problem((*at, *found), "arrays are not documented here (see: ringocli explain RT602)")


def _first_array(tree: Json) -> tuple[str | int, ...] | None:
    if isinstance(tree, list):
        return ()
    if isinstance(tree, dict):
        for key, value in tree.items():
            below = _first_array(value)
            if below is not None:
                return (key, *below)
    return None


@rule("RT603", Severity.WARNING)
def ambiguous_pattern(subject: Subject) -> Iterator[Problem]:
    """A string contains several variables that cannot be separated again.

    When a webhook is matched, there is no way to tell where one value ends and the next begins.

    Bad:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
    >         "message": "$to$$content$"
            }
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
              "text": "$content$"
            }
          }
        ]
    Source: the laws of the pattern language; ringocli prove shows two sets of values with the same bytes
    """
    if not any(isinstance(one.leaf, Leaf) and len(one.leaf.names) > 1 for one in subject.templated):
        return
    for event in subject.template.events:
        for found in event.pattern.ambiguities(("event_key", *event.properties)):
            pointer = (*event.pointer, "request_parameters", *found.pointer)
            listed = " and ".join(f"${name}$" for name in found.names)
            yield Problem(pointer, f"{listed} cannot be separated in this string")


@rule("RT604", Severity.INFO)
def number_format(subject: Subject) -> Iterator[Problem]:
    """The provider requires a number format, which is set for each number in the portal.

    A template cannot format numbers: it sends them in the outboundFormat that is set in the portal. The message quotes
    what the preset of this provider says about it.

    Bad:
        "SendMessage": {
          "request_method": "POST",
    >     "request_url": "https://api.telnyx.com/v2/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: the provider's documentation, named in docs/presets.md; Ringotel Admin API collection, createSMSTrunk
    """
    for spec in subject.template.requests[:1]:
        host = spec.url.partition("://")[2].partition("/")[0].lower()
        note = _number_format_at(host) if host and "$" not in host else None
        if note:
            yield Problem((*spec.pointer, "request_url"), note)


def _number_format_at(host: str) -> str | None:
    """What the preset of a host says about numbers. Only presets whose name is part of the host are loaded."""
    bare = host.replace(".", "").replace("-", "").replace("nexmo", "vonage")
    for name in _names():
        if name in bare:
            urls, note = _notes_of(name)
            if any(url.startswith(f"{host}/") for url in urls):
                return note
    return None


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for name in names() if not name.startswith("generic"))


@cache
def _notes_of(name: str) -> tuple[tuple[str, ...], str]:
    """The request URLs of a preset without their scheme, and what it says about numbers."""
    preset = json.loads(preset_text(name))
    urls = (request["request_url"].partition("://")[2].lower() for request in preset["template"]["API"].values())
    return tuple(urls), f"{preset['title']} expects numbers {preset['numbers']['portal_setting']}"
