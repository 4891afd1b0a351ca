"""RT3, first part: the Webhook section and the keys of its events."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.variables import EVENTS
from ringocli.text.suggest import is_misspelled_in, nearest

TYPES = tuple(str(place) for place in EVENTS)
_ALIASES = {"delivered": "messageDelivered", "delivery": "messageDelivered", "dlr": "messageDelivered",
            "receipt": "messageDelivered", "file": "mms", "media": "mms", "sms": "message", "text": "message", "msg": "message",
            "inbound": "message", "incoming": "message", "status": "messageDelivered", "image": "mms"}  # fmt: skip


@rule("RT301", Severity.WARNING)
def no_webhook(subject: Subject) -> Iterator[Problem]:
    """The Webhook section is missing or empty, so nothing can be received.

    Without it, users receive neither replies nor delivery receipts.

    Bad:
    >   "Webhook": []
    Good:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          }
        ]
    Source: Ringotel's wiki page 2288910338
    """
    root = subject.root
    if "Webhook" not in root:
        if is_misspelled_in(root, "Webhook"):
            return
        yield Problem(
            (),
            "no Webhook section: incoming messages and delivery receipts will not be received",
            "Webhook",
            part="object",
        )
    elif root["Webhook"] in ([], {}):
        yield Problem(
            ("Webhook",), "the Webhook section is empty: incoming messages and delivery receipts will not be received"
        )


@rule("RT302", Severity.ERROR)
def unknown_event_type(subject: Subject) -> Iterator[Problem]:
    """An event has an unknown event_type.

    The documented types are message, mms and messageDelivered. There is none for failed or read messages.

    Bad:
        "Webhook": [
          {
            "event_key": "delivered",
    >       "event_type": "messagedelivered",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "id": "$messageid$"}
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "delivered",
            "event_type": "messageDelivered",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "id": "$messageid$"}
          }
        ]
    Source: Ringotel's wiki page 2288910338
    """
    for event in subject.template.events:
        if event.place is None:
            choice = _ALIASES.get(event.type.lower()) or nearest(event.type, TYPES)
            pointer = (*event.pointer, "event_type")
            fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(pointer, choice),)) if choice else None
            hint = f" (did you mean {choice}?)" if choice else f"; use {', '.join(TYPES[:-1])} or {TYPES[-1]}"
            yield Problem(pointer, f"{event.type!r} is not a known event type{hint}", choice, fix)


@rule("RT305", Severity.ERROR)
def event_without_key(subject: Subject) -> Iterator[Problem]:
    """A pattern contains `$event_key$`, but the event has no event_key.

    There is nothing to compare the received value with.

    Bad:
        "Webhook": [
    >     {
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
          }
        ]
    Source: Ringotel's wiki page 2288910338
    """
    from ringocli.lint.rules.shape import _at, meant

    for event in subject.template.events:
        if event.key is None and "event_key" in event.pattern.variables:
            holder = _at(subject.root, event.pointer)
            if "event_key" not in holder and "event_key" not in meant(holder, "event").values():
                message = "the pattern contains $event_key$, but the event has no event_key to compare it with"
                yield Problem(event.pointer, message, "event_key", part="object")


_FORMS = {
    "single object": "a single event",
    "named map": "an object of named events",
    "wrapped array": "an object that wraps an array",
}
"""The forms of Webhook that are read besides an array."""


@rule("RT307", Severity.INFO)
def webhook_not_an_array(subject: Subject) -> Iterator[Problem]:
    """Webhook is not an array of events.

    The container of the events is not documented. The examples appear to be cut out of an array, so
    ringocli writes an array; it also reads a single event and an object of events.

    Bad:
    >   "Webhook": {
          "message": {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          }
        }
    Good:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          }
        ]
    Source: assumption 1
    """
    form = _FORMS.get(subject.template.container)
    if form is not None and subject.template.events:
        yield Problem(("Webhook",), f"Webhook is {form}; an array of events is more likely to work",
                      part="key")  # fmt: skip


@rule("RT308", Severity.INFO)
def event_without_method(subject: Subject) -> Iterator[Problem]:
    """An event has no request_method.

    Every documented event has one. ringocli accepts any method for this event.

    Bad:
        "Webhook": [
    >     {
            "event_key": "message",
            "event_type": "message",
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
          }
        ]
    Source: Ringotel's wiki page 2288910338
    """
    from ringocli.lint.rules.shape import _at, meant

    for event in subject.template.events:
        holder = _at(subject.root, event.pointer)
        if event.method is None and "request_method" not in holder:
            if "request_method" not in meant(holder, "event").values():
                yield Problem(
                    event.pointer, "the event has no request_method; any method is accepted", "POST", part="object"
                )
