"""Sample webhooks, and the events that are learned from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.learn.discriminators import Pin
from ringocli.importers.learn.pattern_tree import general, shortened, tree_of
from ringocli.importers.learn.roles import RoleChoice
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.substitution import Span, substituted
from ringocli.importers.model import Limit, limit
from ringocli.messaging.webhook import document_of
from ringocli.template.scaffold import Decision
from ringocli.template.variables import EVENT_TYPES
from ringocli.template.vocabulary import Role
from ringocli.text.pointer import Pointer

KINDS = (*EVENT_TYPES, "other")
DEFAULT_KEYS = {"message": "message", "mms": "file", "delivered": "delivered"}
"""The ``event_key`` of an event that no value names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSample:
    """One sample: its kind as the user says, the name of its source, and the webhook itself."""

    kind: str
    name: str
    incoming: IncomingRequest

    @property
    def document(self) -> Any:
        """The decoded body or query."""
        return shortened(document_of(self.incoming))


@dataclass(slots=True)
class EventDraft:
    """One event in the making: where its variables are, and which values are constants (pins)."""

    kind: str
    sample: WebhookSample
    leaves: list[SampleLeaf]
    choices: dict[Role, RoleChoice]
    key: Pin | None = None
    pins: list[Pin] = field(default_factory=list)

    def values(self) -> dict[Pointer, Any]:
        """The values of the pattern by pointer, in the order of the sample."""
        found: dict[Pointer, Any] = {}
        edits: dict[Pointer, tuple[str, list[tuple[Span, str]]]] = {}
        for role, choice in self.choices.items():
            text, at = f"${self.variable(role)}$", general(choice.leaf.pointer)
            found[at] = text
            if choice.span is not None:
                edits.setdefault(at, (choice.leaf.text, []))[1].append((choice.span, text))
        found |= {at: substituted(text, spans) for at, (text, spans) in edits.items()}
        for pin in self.pins:
            found[general(pin.pointer)] = pin.value
        if self.key is not None:
            found[general(self.key.pointer)] = "$event_key$"
        order = {general(leaf.pointer): index for index, leaf in enumerate(reversed(self.leaves))}
        return dict(sorted(found.items(), key=lambda place: -order.get(place[0], -1)))

    def variable(self, role: Role) -> str:
        """The variable of a role in this event: the text of a file is ``$text$``."""
        return "text" if role is Role.CONTENT and self.kind == "mms" else role.value

    def event(self) -> dict[str, Any]:
        """The event as the template has it."""
        return {
            "event_key": DEFAULT_KEYS[self.kind] if self.key is None else self.key.text,
            "event_type": EVENT_TYPES[self.kind],
            "request_method": self.sample.incoming.method,
            "request_parameters": tree_of(self.values()),
        }

    def count(self, choice: RoleChoice, of: Callable[[SampleLeaf], str]) -> int:
        """How many different values the sample has where a choice is, in all elements of a list."""
        at = general(choice.leaf.pointer)
        return len({of(leaf) for leaf in self.leaves if general(leaf.pointer) == at})


@dataclass(slots=True)
class LearnedEvents:
    """The events, their explanations, and the samples that are still not matched as they should be."""

    drafts: list[EventDraft] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The ``Webhook`` section."""
        return [draft.event() for draft in self.drafts]

    @property
    def receipt(self) -> EventDraft | None:
        """The first event of a delivery receipt."""
        return next((draft for draft in self.drafts if draft.kind == "delivered"), None)

    def add_limit(self, what: str, why: str, blocking: str = "") -> None:
        """Add a limit, unless there is one about the same thing."""
        if all(entry["what"] != what for entry in self.limits):
            self.limits.append(limit(what, why, blocking=blocking))
