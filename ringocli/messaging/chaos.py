"""Chaos: seeded fault injection on one side of the wire, decided request by request.

Nothing here sleeps or writes. A ``ChaosEngine`` is asked once per request and returns a ``ChaosEffect``, which the
owner of the connection carries out. The same settings, seed and request times give the same effects. A rate limit is a
token bucket, not a probability: it lets a burst through and says how long to wait.
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

SIDES = ("ringotel", "provider")
"""The two sides that chaos can be set for."""


class Fault(StrEnum):
    """Faults of a reply, other than its status."""

    HANG = "hang"
    HALF_CLOSE = "half-close"
    TRUNCATE = "truncate"
    CHARSET = "charset"
    HTML = "html"
    REDIRECT = "redirect"
    GZIP = "gzip"


FAULTS: dict[Fault, str] = {
    Fault.HANG: "no reply at all; the connection stays open",
    Fault.HALF_CLOSE: "no reply; the sending half of the connection is closed",
    Fault.TRUNCATE: "the body ends before its announced length",
    Fault.CHARSET: "the body is UTF-16, but its content type says UTF-8",
    Fault.HTML: "an HTML page with status 200",
    Fault.REDIRECT: "a redirect to another URL",
    Fault.GZIP: "a gzip body that the client did not ask for",
}
"""A description of each fault, for the page and for ``--help``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosSettings:
    """How often and in which way one side misbehaves.

    ``probability`` (0 to 1) applies to ``status`` and ``fault``. ``delay_ms``, plus a random 0 to ``jitter_ms``, delays
    every request. ``rate_per_s`` with a bucket of ``burst`` requests (default: one second's worth) answers 429.
    """

    status: int | None = None
    fault: Fault | None = None
    probability: float = 1.0
    delay_ms: int = 0
    jitter_ms: int = 0
    rate_per_s: float | None = None
    burst: int | None = None

    @classmethod
    def read(cls, side: str, given: object) -> ChaosSettings:
        """Settings from a JSON object; ``side`` is named in error messages.

        Raises:
            UsageError: an unknown key or an invalid value.
        """
        if not isinstance(given, Mapping):
            raise UsageError(f"{side} must be an object with {', '.join(KEYS)}", 'For example {"status": 500}.')
        for key in given:
            if key not in KEYS:
                hint = f"Available: {', '.join(KEYS)}."
                raise UsageError(f"unknown setting {side}.{str(key)[:40]}{did_you_mean(str(key), KEYS)}", hint)
        return cls(**{key: _checked(side, key, value) for key, value in given.items() if value is not None})

    @property
    def document(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        return {**asdict(self), "fault": str(self.fault) if self.fault else None}


KEYS = tuple(field.name for field in fields(ChaosSettings))
NO_CHAOS = ChaosSettings()

_RANGES: dict[str, tuple[type[int] | tuple[type[int], type[float]], float, float, str]] = {
    "status": (int, 200, 599, "a status code from 200 to 599"),
    "probability": ((int, float), 0, 1, "a number from 0 to 1"),
    "delay_ms": (int, 0, MAX_DELAY_MS, f"a whole number of milliseconds from 0 to {MAX_DELAY_MS}"),
    "jitter_ms": (int, 0, MAX_DELAY_MS, f"a whole number of milliseconds from 0 to {MAX_DELAY_MS}"),
    "rate_per_s": ((int, float), 0.001, 1_000_000, "a number of requests per second above 0"),
    "burst": (int, 1, 1_000_000, "a whole number of requests from 1"),
}


def _checked(side: str, key: str, value: Any) -> Any:
    if key == "fault":
        names = [str(fault) for fault in Fault]
        if value not in names:
            raise UsageError(
                f"invalid {side}.fault {str(value)[:40]!r}{did_you_mean(str(value), names)}",
                f"Use one of {', '.join(names)}.",
            )
        return Fault(value)
    kind, least, most, description = _RANGES[key]
    if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
        raise UsageError(f"{side}.{key} must be {description}", f"For example {least:g}.")
    return value


def read_option(given: str) -> tuple[str, ChaosSettings]:
    """Parse ``SIDE:KEY=VALUE,…``, for example ``provider:status=500,probability=0.1``.

    Raises:
        UsageError: malformed, or an unknown side, key or value.
    """
    side, separator, rest = given.partition(":")
    if not separator or side not in SIDES:
        raise UsageError(
            f"--chaos must be SIDE:KEY=VALUE,... where SIDE is {' or '.join(SIDES)}",
            "For example --chaos provider:status=500,probability=0.1",
        )
    table: dict[str, Any] = {}
    for entry in rest.split(","):
        key, _, value = (part.strip() for part in entry.partition("="))
        table[key] = value if key == "fault" else _number(value)
    return side, ChaosSettings.read(side, table)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosEffect:
    """The effect of chaos on one request: a delay, then either this status or the real reply with this fault."""

    delay_s: float = 0.0
    status: int | None = None
    fault: Fault | None = None
    retry_after_s: int | None = None

    @property
    def description(self) -> str | None:
        """The effect in words; None if there is none."""
        if self.retry_after_s is not None:
            return f"rate limit: 429, Retry-After {self.retry_after_s} s"
        parts = [f"status {self.status}"] if self.status else []
        parts += [f"{self.fault}: {FAULTS[self.fault]}"] if self.fault else []
        parts += [f"delayed by {self.delay_s * 1000:.0f} ms"] if self.delay_s else []
        return "; ".join(parts) or None


NO_EFFECT = ChaosEffect()


class ChaosEngine:
    """The chaos of one side: its settings, its random sequence and its token bucket.

    If it ``is_off``, no request is ever affected.
    """

    def __init__(self, settings: ChaosSettings = NO_CHAOS, seed: int = 0) -> None:
        self.settings = settings
        self.is_off = settings == NO_CHAOS
        self._random = Random(seed)
        self._tokens = self._capacity
        self._filled_at: float | None = None

    @property
    def _capacity(self) -> float:
        return float(self.settings.burst or max(1.0, self.settings.rate_per_s or 1.0))

    def next_effect(self, now_s: float) -> ChaosEffect:
        """The effect on a request that arrives at ``now_s``, read from any clock that only moves forward."""
        settings = self.settings
        if self.is_off:
            return NO_EFFECT
        # Both numbers are drawn every time, so that one setting does not shift the sequence of the other.
        chance, jitter = self._random.random(), self._random.random()
        delay_s = (settings.delay_ms + jitter * settings.jitter_ms) / 1000
        if settings.rate_per_s is not None and not self._take_token(settings.rate_per_s, now_s):
            wait_s = (1 - self._tokens) / settings.rate_per_s
            return ChaosEffect(delay_s=delay_s, status=429, retry_after_s=max(1, -int(-wait_s // 1)))
        if chance >= settings.probability:
            return ChaosEffect(delay_s=delay_s)
        return ChaosEffect(delay_s=delay_s, status=settings.status, fault=settings.fault)

    def _take_token(self, rate_per_s: float, now_s: float) -> bool:
        if self._filled_at is not None:
            self._tokens = min(self._capacity, self._tokens + (now_s - self._filled_at) * rate_per_s)
        self._filled_at = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
