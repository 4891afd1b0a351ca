"""The handset behind the built-in provider: what becomes of a message, as a plan in time.

Most numbers just get the message. A few *magic numbers* do something else, so that a test can ask for any ending. They
are all of +1 500 555 00xx, which is nobody's number; where Twilio's test numbers have a meaning (twilio.com/docs/iam/
test-credentials), they have the same here. The end of the number decides, so national spellings work, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
START_WORDS = frozenset({"start", "yes", "unstop"})
"""The words with which a contact opts out and in again; carriers in North America ask for them (CTIA guidelines)."""


class State(StrEnum):
    """Where a message is, as the provider knows it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens so long after the provider took the message: a new state, or a text that the contact sends."""

    after_s: float
    state: State | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How the provider answers a send, and what it does afterwards. ``status`` None means: as its personality has it.

    ``refusal`` is the reason where it does not take the message; ``silent`` means that it never answers.
    """

    refusal: str | None = None
    status: int | None = None
    retry_after_s: int | None = None
    silent: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Magic:
    """A number and what it does, in words."""

    number: str
    does: str
    fate: Fate


def _arrives(after_s: float = 1.0, *, times: int = 1) -> tuple[Step, ...]:
    receipts = tuple(Step(after_s=after_s + 0.3 * index, state=State.DELIVERED) for index in range(times))
    return (Step(after_s=0.2, state=State.SENT), *receipts)


def _fails(after_s: float = 1.0) -> tuple[Step, ...]:
    return (Step(after_s=0.2, state=State.SENT), Step(after_s=after_s, state=State.FAILED))


MAGIC = (
    Magic(
        number="+15005550001",
        does="is no number: refused at once",
        fate=Fate(refusal="the number is not valid"),
    ),
    Magic(number="+15005550002", does="is taken, then fails: a failed receipt", fate=Fate(steps=_fails())),
    Magic(
        number="+15005550004",
        does="has opted out: refused at once",
        fate=Fate(refusal="the recipient has opted out (STOP)"),
    ),
    Magic(number="+15005550006", does="gets the message, like every ordinary number", fate=Fate(steps=_arrives())),
    Magic(
        number="+15005550009",
        does="is a landline: taken, then fails",
        fate=Fate(steps=_fails(0.5)),
    ),
    Magic(number="+15005550010", does="is slow: delivered after 10 s", fate=Fate(steps=_arrives(10.0))),
    Magic(number="+15005550011", does="gets it, and the receipt comes twice", fate=Fate(steps=_arrives(times=2))),
    Magic(
        number="+15005550012",
        does="gets it, answers STOP, and is opted out from then on",
        fate=Fate(steps=(*_arrives(), Step(after_s=1.5, says="STOP"))),
    ),
    Magic(
        number="+15005550013",
        does="gets it and answers",
        fate=Fate(steps=(*_arrives(), Step(after_s=1.5, says="Thanks, got it!"))),
    ),
    Magic(
        number="+15005550029",
        does="is too much: 429 with Retry-After",
        fate=Fate(refusal="too many requests", status=429, retry_after_s=2),
    ),
    Magic(
        number="+15005550050",
        does="breaks the provider: 500",
        fate=Fate(refusal="internal error", status=500),
    ),
    Magic(number="+15005550054", does="never gets an answer out of the provider", fate=Fate(silent=True)),
)
"""The magic numbers, in order."""

_BY_END: Mapping[str, Magic] = {magic.number[-10:]: magic for magic in MAGIC}

_NOT_DIGITS = re.compile(r"\D")


def fate_of(number: str, chance: Random, *, opted_out: bool = False) -> Fate:
    """What becomes of a message to a number; every wait is up to a half longer or shorter, never over 3 s in all.

    The slow number alone takes its full time.
    """
    if opted_out:
        return Fate(refusal="the recipient has opted out (STOP)")
    magic = _BY_END.get(_NOT_DIGITS.sub("", number)[-10:])
    fate = magic.fate if magic is not None else Fate(steps=_arrives())
    jitter = 0.5 + chance.random()
    steps = tuple(
        Step(after_s=step.after_s * jitter if step.after_s < 5 else step.after_s, state=step.state, says=step.says)
        for step in fate.steps
    )
    return Fate(
        refusal=fate.refusal,
        status=fate.status,
        retry_after_s=fate.retry_after_s,
        silent=fate.silent,
        steps=steps,
    )


def key_of(number: str) -> str:
    """A number as it is compared: its last ten digits, so that + and country code do not matter; else the text."""
    digits = _NOT_DIGITS.sub("", number)
    return digits[-10:] if len(digits) >= 7 else number.strip().casefold()
