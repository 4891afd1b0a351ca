"""One event being sent: its tries and their results."""

from __future__ import annotations

from typing import NamedTuple

from ringocli.errors import NoReply
from ringocli.http.exchange import Reply
from ringocli.messaging.load.events import Event


class DeliveryAttempt:
    """The attempt to deliver one event; times are those of a monotonic clock.

    ``unanswered`` counts tries that may have arrived although no complete answer was seen: sending the event again
    then makes a possible duplicate. The defaults are on the class, because one is made for each event.
    """

    tries = 0
    sent_at = 0.0
    unanswered = 0
    duplicates = 0
    answered = False
    is_on_time = False
    """Whether it was sent at its due time, and its lateness is not recorded yet."""

    reply: Reply | None = None
    failure: NoReply | None = None
    tries_before = 0
    """How often the event was tried at the first URL before it went on to the failover URL."""

    is_failover = False

    def __init__(self, event: Event, due: float) -> None:
        self.event = event
        self.due = due


class EventOutcome(NamedTuple):
    """The result of one event. ``error`` is None if it was delivered, else one word for the summary.

    ``reply`` and ``failure`` are those of the last try; ``answered`` is whether any try got a reply.
    """

    event: Event
    reply: Reply | None
    failure: NoReply | None
    error: str | None
    tries: int
    answered: bool
    elapsed_ms: float | None
