"""Webhooks that arrive after a send, and which of them belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import NamedTuple, Protocol

from ringocli.errors import UsageError
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.phone_numbers import number_key
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.variables import Place


class Arrival(NamedTuple):
    """A webhook that arrived; ``at`` is seconds since 1970. ``problem`` says why it matched no event."""

    at: float
    matched: bool
    variables: Mapping[str, str]
    event_key: str | None = None
    event_type: str | None = None
    problem: str = ""
    request: IncomingRequest | None = None

    @property
    def label(self) -> str:
        """The event as ``type:key``, or a text that says that there is none."""
        if not self.matched:
            return "no event"
        return f"{self.event_type}:{self.event_key}" if self.event_key is not None else str(self.event_type)


class ArrivalSource(Protocol):
    """Where webhooks arrive: an emulator, or a port on which this command has listened since before the send."""

    def wait(self, known: int, timeout_s: float) -> Sequence[Arrival]:
        """All arrivals so far in order, as soon as there are more than ``known``, or after the time-out."""


class SentMessage(NamedTuple):
    """What an arrival is compared with: the message's id from the reply, and its two numbers."""

    message_id: str | None
    sender: str
    recipient: str


def awaited_events(template: Template, spec: RequestSpec, names: Sequence[str]) -> tuple[WebhookEvent, ...]:
    """The events that ``--await`` names; ``delivered`` is the delivery receipt, whatever its key is.

    Raises:
        UsageError: there is no such event, or the reply has no id by which a receipt could be recognised.
    """
    events = tuple(map(template.event, names))
    if any(event.place is Place.DELIVERED for event in events):
        if spec.response_map is None or "messageid" not in spec.reply.variables:
            raise UsageError(
                f"a receipt cannot be recognised: response_map of {spec.name} has no $messageid$",
                "Add it: the receipt is found by the id in the provider's reply.",
            )
    return events


def belongs(arrival: Arrival, event: WebhookEvent, message: SentMessage) -> bool:
    """Whether an arrival is this event for this message: a receipt by its id, a message by the two numbers."""
    if not arrival.matched or (arrival.event_key, arrival.event_type) != (event.key, event.type):
        return False
    if event.place is Place.DELIVERED:
        return message.message_id is not None and arrival.variables.get("messageid") == message.message_id
    pairs = ((arrival.variables.get("from"), message.recipient), (arrival.variables.get("to"), message.sender))
    return all(found is not None and number_key(found) == number_key(expected) for found, expected in pairs)


class Awaited(NamedTuple):
    """One awaited event of one message, and its arrival; None if it did not arrive in time."""

    event: WebhookEvent
    arrival: Arrival | None


def await_events(
    source: ArrivalSource,
    events: Sequence[WebhookEvent],
    messages: Sequence[SentMessage],
    timeout_s: float,
    *,
    clock: Callable[[], float] = monotonic,
) -> list[tuple[Awaited, ...]]:
    """The awaited events of each message with their arrivals, in the order of the messages.

    An arrival is used once: two messages to one number need two replies.
    """
    ends = clock() + timeout_s
    found: dict[tuple[int, int], Arrival] = {}
    seen = 0
    wanted = len(events) * len(messages)
    while True:
        arrivals = source.wait(seen, max(0.0, ends - clock()))
        for arrival in arrivals[seen:]:
            key = next(
                (
                    (index, turn)
                    for index, message in enumerate(messages)
                    for turn, event in enumerate(events)
                    if (index, turn) not in found and belongs(arrival, event, message)
                ),
                None,
            )
            if key is not None:
                found[key] = arrival
        seen = len(arrivals)
        if len(found) == wanted or clock() >= ends:
            return [
                tuple(Awaited(event=event, arrival=found.get((index, turn))) for turn, event in enumerate(events))
                for index in range(len(messages))
            ]
