"""The handset behind the built-in provider: what happens to a message, as a schedule.

Ordinary numbers receive the message. A few *magic numbers* have another outcome, for tests.
They are all in +1 500 555 00xx, which is not assigned to anybody; where one of Twilio's test numbers has a meaning
(twilio.com/docs/iam/test-credentials), it has the same meaning here. Only the last ten digits count, so that national
spellings work, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from ringocli.messaging.phone_numbers import number_key

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
START_WORDS = frozenset({"start", "yes", "unstop"})
"""The words with which a contact opts out and in again; carriers in North America require them (CTIA guidelines)."""

JITTER = (0.5, 1.5)
"""Delays are multiplied by a random factor from this range."""

MAX_JITTERED_S = 5.0
"""Longer delays are exact: a test that uses the slow number relies on its delay."""


class State(StrEnum):
    """The state of a message as the provider knows it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsetStep:
    """What happens ``after_s`` seconds after the message was accepted: a new state, or a text the contact sends."""

    after_s: float
    state: State | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPlan:
    """How the provider answers a send, and what it does afterwards.

    ``refusal`` is the reason if it rejects the message, with ``status`` or else the preset's own status for errors.
    ``silent`` means that it never answers.
    """

    refusal: str | None = None
    status: int | None = None
    retry_after_s: int | None = None
    silent: bool = False
    steps: tuple[HandsetStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MagicNumber:
    """A number with a fixed outcome, which ``does`` describes."""

    number: str
    does: str
    plan: DeliveryPlan


def _delivered(after_s: float = 1.0, *, receipts: int = 1) -> tuple[HandsetStep, ...]:
    delivered = (HandsetStep(after_s=after_s + 0.3 * index, state=State.DELIVERED) for index in range(receipts))
    return (HandsetStep(after_s=0.2, state=State.SENT), *delivered)


def _failed(after_s: float = 1.0) -> tuple[HandsetStep, ...]:
    return (HandsetStep(after_s=0.2, state=State.SENT), HandsetStep(after_s=after_s, state=State.FAILED))


OPTED_OUT = DeliveryPlan(refusal="the recipient has opted out (STOP)")
ORDINARY = DeliveryPlan(steps=_delivered())

MAGIC_NUMBERS = (
    MagicNumber(
        number="+15005550001",
        does="invalid number: rejected at once",
        plan=DeliveryPlan(refusal="the number is not valid"),
    ),
    MagicNumber(
        number="+15005550002", does="accepted, then fails: a failed receipt", plan=DeliveryPlan(steps=_failed())
    ),
    MagicNumber(number="+15005550004", does="opted out: rejected at once", plan=OPTED_OUT),
    MagicNumber(number="+15005550006", does="receives the message, like any ordinary number", plan=ORDINARY),
    MagicNumber(number="+15005550009", does="landline: accepted, then fails", plan=DeliveryPlan(steps=_failed(0.5))),
    MagicNumber(number="+15005550010", does="slow: delivered after 10 s", plan=DeliveryPlan(steps=_delivered(10.0))),
    MagicNumber(
        number="+15005550011",
        does="receives the message, and the receipt is sent twice",
        plan=DeliveryPlan(steps=_delivered(receipts=2)),
    ),
    MagicNumber(
        number="+15005550012",
        does="receives the message, replies STOP and is opted out from then on",
        plan=DeliveryPlan(steps=(*_delivered(), HandsetStep(after_s=1.5, says="STOP"))),
    ),
    MagicNumber(
        number="+15005550013",
        does="receives the message and replies",
        plan=DeliveryPlan(steps=(*_delivered(), HandsetStep(after_s=1.5, says="Thanks, got it!"))),
    ),
    MagicNumber(
        number="+15005550029",
        does="rate limited: 429 with Retry-After",
        plan=DeliveryPlan(refusal="too many requests", status=429, retry_after_s=2),
    ),
    MagicNumber(
        number="+15005550050",
        does="provider error: 500",
        plan=DeliveryPlan(refusal="internal error", status=500),
    ),
    MagicNumber(number="+15005550054", does="the provider never answers", plan=DeliveryPlan(silent=True)),
)
"""The magic numbers, in order."""

_BY_KEY: Mapping[str, MagicNumber] = {number_key(magic.number): magic for magic in MAGIC_NUMBERS}


def plan_for(number: str, random: Random, *, opted_out: bool = False) -> DeliveryPlan:
    """What happens to a message to this number, with jittered delays; all but the slow number are done within 3 s."""
    if opted_out:
        return OPTED_OUT
    magic = _BY_KEY.get(number_key(number))
    plan = magic.plan if magic is not None else ORDINARY
    factor = random.uniform(*JITTER)
    return replace(
        plan,
        steps=tuple(
            replace(step, after_s=step.after_s * factor) if step.after_s < MAX_JITTERED_S else step
            for step in plan.steps
        ),
    )
