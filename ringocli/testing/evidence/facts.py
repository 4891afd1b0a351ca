"""The results that the evidence report shows."""

from __future__ import annotations

from dataclasses import dataclass

from ringocli.messaging.proof import Certificate
from ringocli.template.model import Template
from ringocli.template.preset import Preset
from ringocli.testing.cases.outcome import CaseOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExchange:
    """A request or webhook with sample values as HTTP text, and a sentence on what is read from the reply or webhook."""

    title: str
    text: str
    reads: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """The results that the report shows."""

    template: Template
    preset: Preset | None
    sha256: str
    findings: tuple[str, ...]
    certificate: Certificate
    outcomes: tuple[CaseOutcome, ...]
    numbers: frozenset[int]
    exchanges: tuple[ShownExchange, ...]
