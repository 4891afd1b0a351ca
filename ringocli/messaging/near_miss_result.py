"""The results of comparing a webhook with an event: the attempt, the differences, and the near miss.

Separate from ``near_miss``, which is imported only if no event matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ringocli.http.exchange import IncomingRequest
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.matching import Match, Mismatch
from ringocli.template.pattern.pattern import Json
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.messaging.alignment import Received
    from ringocli.messaging.event_change import Operation
    from ringocli.messaging.pairing import Pair

Taken = tuple[str, Mapping[str, str]] | None
"""The event type and the values that a template takes from a webhook; None if no event matches."""

TakeWebhook = Callable[[Template, IncomingRequest], Taken]


class Difference(NamedTuple):
    """A location in the body that keeps it from matching."""

    pointer: Pointer
    expected: str
    found: str


def differences_of(mismatches: Iterable[Mismatch], base: Pointer = ()) -> tuple[Difference, ...]:
    """What kept a pattern from matching the part of a body at ``base``."""
    return tuple(
        Difference(pointer=(*base, *one.pointer), expected=one.expected, found=one.found) for one in mismatches
    )


class NearMiss(NamedTuple):
    """The event or reply pattern that is nearest.

    ``patch`` is a JSON Patch of the template with which the webhook matches, empty if there is no safe one; ``why``
    says what it does, or why there is none. ``unclaimed`` are the received fields that nothing uses.
    """

    event: WebhookEvent | None
    differences: tuple[Difference, ...]
    patch: tuple[Operation, ...] = ()
    unclaimed: tuple[Received, ...] = ()
    pairs: tuple[Pair, ...] = ()
    why: str = ""


class Attempt(NamedTuple):
    """An event that was tried on a webhook; ``found`` is the part of the body at ``base`` that was compared."""

    event: WebhookEvent
    match: Match
    base: Pointer = ()
    found: Json = None
