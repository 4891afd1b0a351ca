"""RT3, second part: which webhooks the pattern of an event matches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.rules.placeholders import unfinished
from ringocli.lint.subject import Subject
from ringocli.template.delivery_statuses import may_mean_delivered, names_both
from ringocli.template.model import WebhookEvent
from ringocli.template.pattern.pattern import Constant, Leaf, as_text
from ringocli.template.variables import REQUIRED, Place
from ringocli.text.document import Part
from ringocli.text.pointer import Pointer


@rule("RT303", Severity.ERROR)
def duplicate_event(subject: Subject) -> Iterator[Problem]:
    """Two events match the same webhooks.

    They have the same method and the same pattern, so the second one is never selected. The event_key makes a difference
    only if the pattern contains `$event_key$`; otherwise events are selected by the shape of their pattern.

    Bad:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          },
          {
    >       "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          },
          {
            "event_key": "reply",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          }
        ]
    Source: assumption 32
    """
    seen: dict[object, WebhookEvent] = {}
    for event in subject.template.events:
        shape = (event.method, frozenset((at, _literal(leaf, event)) for at, leaf in event.pattern.leaves))
        if shape in seen:
            part: Part = "key" if isinstance(event.pointer[-1], str) else "value"
            first = subject.document.locate(seen[shape].pointer).start.line
            message = f"this event matches the same webhooks as the one at line {first}; one of them is never selected"
            if {event.place, seen[shape].place} == {Place.MESSAGE, Place.MMS}:
                message += ": put $url$ into the field that only files have"
            if event.key is not None:
                yield Problem((*event.pointer, "event_key"), message)
            else:
                yield Problem(event.pointer, message, part=part)
        seen.setdefault(shape, event)


@rule("RT304", Severity.ERROR)
def incomplete_event(subject: Subject) -> Iterator[Problem]:
    """The pattern of an event lacks a required variable.

    A message needs `$from$`, `$to$` and `$content$`; an mms needs `$from$`, `$to$` and `$url$`; a receipt needs
    `$messageid$`.

    Bad:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
    >       "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "caption": "$text$"}
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
              "caption": "$text$",
              "media": "$url$"
            }
          }
        ]
    Source: Ringotel's wiki page 2288910338; assumption 4
    """
    swapped = {Place.MMS: {"content"}, Place.MESSAGE: {"text", "url"}}
    for event in subject.template.events:
        if event.place is None:
            continue
        names = set(event.pattern.variables)
        legal = {*REQUIRED[event.place], "text", "event_key", *event.properties}
        missing = sorted(REQUIRED[event.place] - names)
        if not missing or names - legal or unfinished(event.pattern, frozenset(missing)):
            continue  # an unknown or exchanged name may be the one that is missing, and has a finding of its own
        if not names & swapped.get(event.place, set()):
            listed = ", ".join(f"${name}$" for name in missing)
            pointer = (*event.pointer, "request_parameters")
            yield Problem(
                pointer,
                f"{'an' if event.type == 'mms' else 'a'} {event.type} event needs {listed}",
                f"${missing[0]}$",
                part="object",
            )


@rule("RT306", Severity.WARNING)
def receipt_matches_failures(subject: Subject) -> Iterator[Problem]:
    """A receipt of a failed delivery would count as delivered.

    Ringotel has only messageDelivered. If the provider reports success and failure in the same format, the pattern
    must match success only: put `$event_key$` at the status, or write the provider's value for delivered there.

    Bad:
        "Webhook": [
          {
    >       "event_key": "message.finalized",
            "event_type": "messageDelivered",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "id": "$messageid$"}
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "message.finalized",
            "event_type": "messageDelivered",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "id": "$messageid$", "status": "delivered"}
          }
        ]
    Source: captured traffic of Telnyx, ClickSend and Sinch; assumption 35
    """
    for event in subject.template.events:
        if event.place is not Place.DELIVERED or _matches_success_only(event):
            continue
        key = event.key or ""
        if "event_key" not in event.pattern.variables:
            message = "this pattern does not distinguish delivered from failed; put $event_key$ or the value for delivered at the status"
            yield Problem((*event.pointer, "request_parameters"), message, part="key")
        elif names_both(key):
            message = (
                f'{key!r} may also match failed deliveries; add the status value that means "delivered" to the pattern'
            )
            yield Problem((*event.pointer, "event_key"), message)


@rule("RT309", Severity.WARNING)
def nested_query_pattern(subject: Subject) -> Iterator[Problem]:
    """An event sent with GET or DELETE has a nested pattern, which no query string can match.

    Such a webhook has its values in the query string, which is a flat list of keys and values.

    Bad:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "GET",
            "request_parameters": {
              "type": "$event_key$",
    >         "message": {"from": "$from$", "to": "$to$", "text": "$content$"}
            }
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "GET",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
              "text": "$content$"
            }
          }
        ]
    Source: RFC 3986 section 3.4; assumption 13
    """
    for event in subject.template.events:
        if event.method in ("GET", "DELETE"):
            deep = next((pointer for pointer, _ in event.pattern.leaves if len(pointer) > 1), None)
            if deep is not None or isinstance(event.parameters, list):
                pointer = (*event.pointer, "request_parameters", *(deep[:1] if deep else ()))
                yield Problem(
                    pointer,
                    f"a {event.method} webhook has a flat query string, which a nested pattern cannot match",
                    part="key",
                )


@rule("RT310", Severity.WARNING)
def shadowed_event(subject: Subject) -> Iterator[Problem]:
    """An event is never selected, because an earlier one matches all of its webhooks.

    If two events match equally well, the first in the file is selected. Here the earlier event has a variable where
    this one has a fixed value, so it matches whenever this one does. Put the more specific event first.

    Bad:
        "Webhook": [
          {
            "event_key": "any",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {"kind": "$text$", "from": "$from$", "to": "$to$", "media": "$url$"}
          },
    >     {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {"kind": "$event_key$", "from": "$from$", "to": "$to$", "media": "$url$"}
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {"kind": "$event_key$", "from": "$from$", "to": "$to$", "media": "$url$"}
          },
          {
            "event_key": "any",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {"kind": "$text$", "from": "$from$", "to": "$to$", "media": "$url$"}
          }
        ]
    Source: assumption 2
    """
    earlier: dict[frozenset[Pointer], list[tuple[WebhookEvent, _Form]]] = {}
    for event in subject.template.events:
        alike = earlier.setdefault(event.paths, [])
        form = _form(event)
        for other, wider in alike:
            if other.method in (None, event.method) and _is_wider_than(wider, form):
                line = subject.document.locate(other.pointer).start.line
                message = f"the event at line {line} matches every webhook that this one matches"
                yield Problem(event.pointer, message, part="key" if isinstance(event.pointer[-1], str) else "object")
                break
        if len(alike) < 20:  # limited, because each event is compared with all earlier ones
            alike.append((event, form))


def _literal(leaf: Leaf | Constant, event: WebhookEvent) -> object:
    if isinstance(leaf, Constant):
        return ("literal", as_text(leaf.value))
    return ("literal", event.key) if leaf.alone == "event_key" else leaf.parts if len(leaf.parts) > 1 else "variable"


def _matches_success_only(event: WebhookEvent) -> bool:
    """Whether a literal value restricts the pattern, or the event_key itself means that the message was delivered."""
    literals = [leaf.value for _, leaf in event.pattern.leaves if isinstance(leaf, Constant)]
    keyed = "event_key" in event.pattern.variables
    if any(may_mean_delivered(str(value)) or isinstance(value, (bool, int)) for value in literals):
        return True
    if keyed and may_mean_delivered(event.key or "") and not names_both(event.key or ""):
        return True
    return bool(literals) and not names_both(event.key or "")


_Form: TypeAlias = tuple[object, ...]


_FREE = "free"


def _form(event: WebhookEvent) -> _Form:
    """The value that each leaf requires, in the order of their pointers; a built-in variable requires none."""
    given = {"event_key", *event.properties}
    return tuple(
        _FREE if isinstance(leaf, Leaf) and leaf.alone and leaf.alone not in given else _literal(leaf, event)
        for _, leaf in sorted(event.pattern.leaves, key=lambda placed: str(placed[0]))
    )


def _is_wider_than(other: _Form, form: _Form) -> bool:
    """Whether one requires only a part of what the other requires; RT303 reports equal patterns."""
    return other != form and all(its in (_FREE, mine) for its, mine in zip(other, form, strict=True))
