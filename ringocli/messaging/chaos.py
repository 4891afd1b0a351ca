"""Weather: seeded trouble on one side of the wire, as a plan of what is done to each request in turn.

Nothing here sleeps or writes: a ``Sky`` is asked once a request and answers with a ``Strike``, which whoever holds the
connection carries out. The same trouble, the same seed and the same requests give the same strikes. A rate limit is a
token bucket and no percentage: it lets a burst through, and says how long to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from random import Random
from typing import Any

from ringocli.errors import UsageError
from ringocli.text.suggest import did_you_mean

MAX_DELAY_MS = 600_000


class Fault(StrEnum):
    """What can be wrong with a reply whose status may be right."""

    HANG = "hang"
    HALF_CLOSE = "half-close"
    TRUNCATE = "truncate"
    CHARSET = "charset"
    HTML = "html"
    REDIRECT = "redirect"
    GZIP = "gzip"


FAULTS: dict[Fault, str] = {
    Fault.HANG: "no reply at all; the connection stays open",
    Fault.HALF_CLOSE: "the sending half of the connection is closed, and nothing was sent",
    Fault.TRUNCATE: "the body ends before its announced length",
    Fault.CHARSET: "the body is UTF-16, and its type says UTF-8",
    Fault.HTML: "a page of HTML with status 200",
    Fault.REDIRECT: "a redirect to another address",
    Fault.GZIP: "the body is compressed, though nobody asked for it",
}
"""Each fault in words, for the page and for ``--help``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How often and in which way a side misbehaves.

    ``probability`` (0 to 1) is that of ``status`` and ``fault``; ``delay_ms`` and up to ``jitter_ms`` more hold up
    every request; ``rate_per_s`` with a bucket of ``burst`` (default: one second's worth) refuses with 429.
    """

    status: int | None = None
    fault: Fault | None = None
    probability: float = 1.0
    delay_ms: int = 0
    jitter_ms: int = 0
    rate_per_s: float | None = None
    burst: int | None = None

    @classmethod
    def read(cls, side: str, given: Any) -> Trouble:
        """Trouble from a JSON object.

        Raises:
            UsageError: an unknown key, or a value that it cannot have.
        """
        if not isinstance(given, Mapping):
            raise UsageError(f"{side} takes an object of {', '.join(KEYS)}", 'For instance {"status": 500}.')
        for key in given:
            if key not in KEYS:
                raise UsageError(f"{side} has no {key!r}{did_you_mean(str(key), KEYS)}", f"It has {', '.join(KEYS)}.")
        chosen = {key: _checked(side, key, value) for key, value in given.items() if value is not None}
        return cls(**chosen)

    @property
    def document(self) -> dict[str, Any]:
        """The trouble as a JSON object."""
        return {**asdict(self), "fault": str(self.fault) if self.fault else None}


KEYS = tuple(field.name for field in fields(Trouble))
CLEAR = Trouble()

_RANGES: dict[str, tuple[type[int] | tuple[type[int], type[float]], float, float, str]] = {
    "status": (int, 200, 599, "a status from 200 to 599"),
    "probability": ((int, float), 0, 1, "a number from 0 to 1"),
    "delay_ms": (int, 0, MAX_DELAY_MS, f"milliseconds, at most {MAX_DELAY_MS}"),
    "jitter_ms": (int, 0, MAX_DELAY_MS, f"milliseconds, at most {MAX_DELAY_MS}"),
    "rate_per_s": ((int, float), 0.001, 1_000_000, "requests a second, above 0"),
    "burst": (int, 1, 1_000_000, "a number of requests from 1"),
}


def _checked(side: str, key: str, value: Any) -> Any:
    if key == "fault":
        words = [str(fault) for fault in Fault]
        if value not in words:
            raise UsageError(
                f"{side}.fault has no {str(value)[:40]!r}{did_you_mean(str(value), words)}",
                f"It takes {', '.join(words)}.",
            )
        return Fault(value)
    kind, least, most, words_for = _RANGES[key]
    if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
        raise UsageError(f"{side}.{key} takes {words_for}", f"For instance {least:g}.")
    return value


def read_option(given: str) -> tuple[str, Trouble]:
    """``SIDE:KEY=VALUE,…`` taken apart: ``provider:status=500,probability=0.1``.

    Raises:
        UsageError: it has another form, or names what there is not.
    """
    side, separator, rest = given.partition(":")
    if not separator or side not in SIDES:
        raise UsageError(
            f"--chaos takes SIDE:KEY=VALUE,... with a side of {' or '.join(SIDES)}",
            "For instance --chaos provider:status=500,probability=0.1",
        )
    table: dict[str, Any] = {}
    for entry in rest.split(","):
        key, _, value = (part.strip() for part in entry.partition("="))
        table[key] = value if key == "fault" else _number(value)
    return side, Trouble.read(side, table)


SIDES = ("ringotel", "provider")


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What is done to one request: wait so long, then this status, or the true reply with this fault."""

    delay_s: float = 0.0
    status: int | None = None
    fault: Fault | None = None
    retry_after_s: int | None = None

    @property
    def said(self) -> str | None:
        """The strike in words, None where nothing was done."""
        if self.retry_after_s is not None:
            return f"rate limit: 429, Retry-After {self.retry_after_s} s"
        parts = [f"status {self.status}"] if self.status else []
        parts += [f"{self.fault}: {FAULTS[self.fault]}"] if self.fault else []
        parts += [f"held up {self.delay_s * 1000:.0f} ms"] if self.delay_s else []
        return "; ".join(parts) or None


CALM = Strike()


class Sky:
    """One side's weather: its trouble, its chance, and how full its bucket is."""

    def __init__(self, trouble: Trouble = CLEAR, seed: int = 0) -> None:
        self.trouble = CLEAR if trouble == CLEAR else trouble  # so that calm is told without a comparison
        self._chance = Random(seed)
        self._tokens = self._room
        self._filled_at: float | None = None

    @property
    def _room(self) -> float:
        rate = self.trouble.rate_per_s
        return float(self.trouble.burst or max(1.0, rate or 1.0))

    def strike(self, now_s: float) -> Strike:
        """What is done to the request that comes at this time (any clock that goes forward)."""
        trouble = self.trouble
        if trouble is CLEAR:
            return CALM
        # Both are drawn each time, so that one setting does not shift the sequence of the other.
        lot, jitter = self._chance.random(), self._chance.random()
        delay_s = (trouble.delay_ms + jitter * trouble.jitter_ms) / 1000
        if trouble.rate_per_s is not None and not self._has_token(trouble.rate_per_s, now_s):
            wait_s = (1 - self._tokens) / trouble.rate_per_s
            return Strike(delay_s=delay_s, status=429, retry_after_s=max(1, -int(-wait_s // 1)))
        if lot >= trouble.probability:
            return Strike(delay_s=delay_s)
        return Strike(delay_s=delay_s, status=trouble.status, fault=trouble.fault)

    def _has_token(self, rate_per_s: float, now_s: float) -> bool:
        if self._filled_at is not None:
            self._tokens = min(self._room, self._tokens + (now_s - self._filled_at) * rate_per_s)
        self._filled_at = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
