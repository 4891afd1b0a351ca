"""The steps of ``doctor`` in order, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RUNGS = (
    "parses", "lints", "proves", "properties", "dns", "tcp", "tls", "http", "auth", "body", "response_map",
    "webhook_url", "event", "receipt",
)  # fmt: skip
REPLY_RUNGS = ("http", "auth", "body", "response_map")
"""The steps that judge a provider's reply."""

NETWORK_RUNGS = frozenset({"dns", "tcp", "tls"})
"""If one of these fails, nothing answered at all, and the exit code is 4."""


class RungResult(StrEnum):
    """The result of a step; ``asked`` means that only a person can answer it."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step (a rung in the JSON output): its result, the fix, and the command that continues here, without secrets."""

    name: str
    result: RungResult
    detail: str
    fix: str = ""
    resume: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All steps, and warnings that do not change the outcome."""

    rungs: tuple[Rung, ...]
    warnings: tuple[str, ...] = ()

    @property
    def stopped_at(self) -> str | None:
        """The step that failed."""
        return next((rung.name for rung in self.rungs if rung.result is RungResult.FAILED), None)


class StepFailed(Exception):
    """A step that failed: the reason and the fix."""

    def __init__(self, rung: str, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.rung = rung
        self.detail = detail
        self.fix = fix
