"""Webhooks of one event that are read as another: because of a text in them, or because two events match equally."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.comparison.webhooks import plain_forms, request_for
from ringocli.messaging.request import default_content_type
from ringocli.messaging.trees import laid_over
from ringocli.messaging.webhook import read_webhook
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.pattern import Constant, Leaf
from ringocli.template.pattern.pattern import as_text as scalar_text
from ringocli.template.pattern.rendering import plain
from ringocli.template.variables import Kind, Place, kind_at
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text

_FREE_KINDS = (Kind.TEXT, Kind.ID, Kind.WORD)
"""Variables whose value may be any text; a number or a URL never equals another event's literal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A webhook of one event that also has the fields of another, and is read as that one."""

    why: str
    values: Mapping[str, str]
    read: Mapping[str, str]
    request: IncomingRequest


def confusions(template: Template, event: WebhookEvent, values: Mapping[str, str]) -> Iterator[Confusion]:
    """Webhooks of an event that another event of the template takes.

    A provider may send more fields than a pattern names (assumption 3). So the fields of each other event are added,
    as long as nothing else tells the two apart. An event that is more specific may take such a webhook, which is how
    an mms is distinguished from a message; one that needs a certain text in a variable, or the order of the file, may not.
    """
    for other in template.events:
        if other is event or (other.method or event.method) != (event.method or other.method):
            continue
        forced = _values_that_select(event, other)
        if forced is None:
            continue
        trial = {**values, **forced}
        found = _tried(template, event, other, trial)
        if found is None:
            continue
        reading = read_webhook(template, found)
        if reading.event is None or reading.event.type == event.type:
            continue
        if forced:
            (pointer, name), *_ = _shared(event, other)
            why = (
                f"read as {other.label} when {name} is {forced[name]!r}, "
                f"because that event is selected by {pointer_text(pointer)}"
            )
            yield Confusion(why=why, values=trial, read=reading.variables, request=found)
        elif _depends_on_order(template, found, reading.event):
            why = f"{other.label} matches the same webhook equally well; only the order in the file decides"
            yield Confusion(why=why, values=trial, read=reading.variables, request=found)


def _tried(
    template: Template, event: WebhookEvent, other: WebhookEvent, values: Mapping[str, str]
) -> IncomingRequest | None:
    """The event's webhook with the other event's fields added."""
    own = plain(event.pattern.render({**values, "event_key": event.key or ""}))
    document = laid_over(next(plain_forms(other)), own)
    return request_for(event.method or other.method or "POST", default_content_type(template, event), document)


def _depends_on_order(template: Template, request: IncomingRequest, event: WebhookEvent) -> bool:
    """Whether another event would be read if the events were in the reverse order."""
    other = read_webhook(template._replace(events=tuple(reversed(template.events))), request).event
    return other is not None and other.type != event.type


def _values_that_select(event: WebhookEvent, other: WebhookEvent) -> dict[str, str] | None:
    """Values of the event's variables with which its webhook meets every literal of the other event.

    None if it never can: a literal or key of the other event is missing in the event, or differs there.
    """
    own = dict(event.pattern.leaves)
    forced: dict[str, str] = {}
    for pointer, wanted in _constraints(other):
        leaf = own.get(pointer)
        if leaf is None:
            return None
        if isinstance(leaf, Constant) or leaf.alone == "event_key":
            found = scalar_text(leaf.value) if isinstance(leaf, Constant) else event.key
            if found != wanted:
                return None
        elif leaf.alone is not None and kind_at(leaf.alone, event.place or Place.MESSAGE) in _FREE_KINDS:
            if forced.setdefault(leaf.alone, wanted) != wanted or not wanted:
                return None
        else:
            return None
    return forced


def _shared(event: WebhookEvent, other: WebhookEvent) -> Iterator[tuple[Pointer, str]]:
    own = dict(event.pattern.leaves)
    for pointer, _ in _constraints(other):
        leaf = own.get(pointer)
        if isinstance(leaf, Leaf) and leaf.alone is not None and leaf.alone != "event_key":
            yield pointer, leaf.alone


def _constraints(event: WebhookEvent) -> Iterator[tuple[Pointer, str]]:
    """What a webhook has to contain to be this event: its literals and its key."""
    for pointer, leaf in event.pattern.leaves:
        if isinstance(leaf, Constant):
            yield pointer, scalar_text(leaf.value)
        elif leaf.alone == "event_key":
            yield pointer, event.key or ""
