"""RT6: what depends on the provider, the portal's settings, or on readings of the framework."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.pattern.notation import Json, Leaf
from ringocli.template.variables import Place


@rule("RT601", Severity.INFO)
def plus_before_number(subject: Subject) -> Iterator[Problem]:
    """A plus stands before a number variable.

    With the portal's outboundFormat `e164` numbers already have one, so `++1...` would be sent. Choose the format per
    number in the portal, and leave the variable bare.

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
    Source: Ringotel Admin API collection, createSMSTrunk; a reading (format row 34)
    """
    if "+$" not in subject.document.text:
        return
    for literal in subject.literals:
        if "+$from$" in literal.text or "+$to$" in literal.text:
            if subject.place_of(literal.pointer) in (Place.SEND_MESSAGE, Place.SEND_FILE):
                better = literal.text.replace("+$", "$")
                yield Problem(literal.pointer, "numbers in e164 format already have a plus", better)


@rule("RT602", Severity.INFO)
def undocumented_array(subject: Subject) -> Iterator[Problem]:
    """An array stands in parameters or in a pattern.

    Arrays are documented only for CRM replies. Ringotel's built-in providers need them, so they surely work; what is
    not known is which element is taken when there are several.

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
    Source: a reading (format rows 9 to 12)
    """
    places: list[tuple[tuple[str | int, ...], Json]] = []
    for spec in subject.template.requests:
        places.append(((*spec.pointer, "request_parameters"), spec.parameters))
        places.append(((*spec.pointer, "response_map"), spec.response_map))
    places += [((*event.pointer, "request_parameters"), event.parameters) for event in subject.template.events]
    told: set[str | int] = set()
    for at, tree in places:
        found = _first_array(tree)
        if found is not None and at[0] not in told:
            told.add(at[0])  # once for API, once for Webhook: more would be noise
            yield Problem((*at, *found), "arrays are not documented here; see ringocli explain RT602")


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
def ambiguous_text(subject: Subject) -> Iterator[Problem]:
    """A text holds several values that cannot be told apart again.

    In a webhook Ringotel would have to guess where one ends and the next begins.

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
    Source: the laws of the pattern language; ringocli prove shows two values with the same bytes
    """
    if not any(isinstance(one.leaf, Leaf) and len(one.leaf.names) > 1 for one in subject.templated):
        return
    for event in subject.template.events:
        for found in event.pattern.ambiguities(("event_key", *event.properties)):
            pointer = (*event.pointer, "request_parameters", *found.pointer)
            listed = " and ".join(f"${name}$" for name in found.names)
            yield Problem(pointer, f"{listed} cannot be told apart in this text")


@rule("RT604", Severity.INFO)
def number_format(subject: Subject) -> Iterator[Problem]:
    """The provider wants numbers in a certain form, which is set per number in the portal.

    A template carries numbers as Ringotel hands them over; the form is the number's outboundFormat. What a preset
    knows of the provider is repeated here.

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
        wanted = _format_at(host) if host and "$" not in host else None
        if wanted:
            yield Problem((*spec.pointer, "request_url"), wanted)


def _format_at(host: str) -> str | None:
    """What the preset of a host says of numbers. Only presets whose name is part of the host are read: a run is short."""
    bare = host.replace(".", "").replace("-", "").replace("nexmo", "vonage")
    for name in _names():
        if name in bare:
            addresses, wanted = _told(name)
            if any(address.startswith(f"{host}/") for address in addresses):
                return wanted
    return None


@cache
def _names() -> tuple[str, ...]:
    from ringocli.template.presets import names

    return tuple(name for name in names() if not name.startswith("generic"))


@cache
def _told(name: str) -> tuple[tuple[str, ...], str]:
    """The addresses of a preset without their scheme, and what it says of numbers."""
    from ringocli.template.presets import load

    preset = load(name)
    addresses = (request["request_url"].partition("://")[2].lower() for request in preset.template["API"].values())
    return tuple(addresses), f"{preset.title}: {preset.numbers['portal_setting']}"
