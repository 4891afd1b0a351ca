"""Sample webhooks, and the events that are learned from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest
from ringocli.importers.learn.discriminators import Pin
from ringocli.importers.learn.explanations import Explanations
from ringocli.importers.learn.parties import list_of_both
from ringocli.importers.learn.pattern_tree import exclude, shortened, tree_of
from ringocli.importers.learn.roles import RoleChoice
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.substitution import Span, substituted
from ringocli.importers.learn.value_shapes import is_id
from ringocli.importers.learn.webhook_kind import why_unreadable
from ringocli.messaging.webhook import document_of
from ringocli.template.field_vocabulary import Role
from ringocli.template.variables import EVENT_TYPES
from ringocli.text.pointer import Pointer, generalised

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
        """The decoded body or query.

        Raises:
            LocalError: the body is neither JSON nor a form.
        """
        return shortened(document_of(self.incoming))

    @property
    def problem(self) -> str:
        """Why nothing can be learned from the sample, as a clause about it; "" if its body can be read."""
        try:
            readable = isinstance(document_of(self.incoming), dict | list)
        except LocalError as error:
            unreadable = why_unreadable(self.incoming.body, self.incoming.content_type)
            return f"it {unreadable}" if unreadable else str(error)
        return "" if readable else "it is neither JSON nor a form"


@dataclass(slots=True)
class EventDraft:
    """One event while it is learned: the locations of its variables, and the values that are constants (pins)."""

    kind: str
    sample: WebhookSample
    leaves: list[SampleLeaf]
    choices: dict[Role, RoleChoice]
    key: Pin | None = None
    pins: list[Pin] = field(default_factory=list)

    @property
    def by_position(self) -> Pointer | None:
        """The list that has both the sender and the recipient, which the pattern tells apart by position."""
        sender, recipient = self.choices.get(Role.FROM), self.choices.get(Role.TO)
        if sender is None or recipient is None:
            return None
        return list_of_both(sender.leaf.pointer, recipient.leaf.pointer)

    @property
    def changing_key(self) -> str:
        """A key above a variable that is a number or an id, and so differs in each webhook; "" if there is none."""
        steps = [step for choice in self.choices.values() for step in choice.leaf.pointer if isinstance(step, str)]
        return next((step for step in steps if is_id(step) or re.fullmatch(r"\+?\d{4,}", step)), "")

    @property
    def mixed_list(self) -> str:
        """The name of a list in which several variables are, which a pattern cannot tell apart; "" if there is none."""
        leaves = [choice.leaf for choice in self.choices.values()]
        for index, leaf in enumerate(leaves):
            for other in leaves[:index]:
                if leaf.pointer != other.pointer and exclude(self.place(leaf.pointer), self.place(other.pointer)):
                    return other.name
        return ""

    def place(self, pointer: Pointer) -> Pointer:
        """The pointer in the pattern for a pointer in the sample."""
        around = self.by_position
        if around is None or pointer[: len(around)] != around or len(pointer) <= len(around):
            return generalised(pointer)
        return (*generalised(around), pointer[len(around)], *generalised(pointer[len(around) + 1 :]))

    def values(self) -> dict[Pointer, Any]:
        """The values of the pattern by pointer, in the order of the sample."""
        found: dict[Pointer, Any] = {}
        edits: dict[Pointer, tuple[str, list[tuple[Span, str]]]] = {}
        for role, choice in self.choices.items():
            text, at = f"${self.variable(role)}$", self.place(choice.leaf.pointer)
            found[at] = text
            if choice.span is not None:
                edits.setdefault(at, (choice.leaf.text, []))[1].append((choice.span, text))
        found |= {at: substituted(text, spans) for at, (text, spans) in edits.items()}
        for pin in self.pins:
            found[self.place(pin.pointer)] = pin.value
        if self.key is not None:
            found[self.place(self.key.pointer)] = "$event_key$"
        order = {self.place(leaf.pointer): index for index, leaf in enumerate(reversed(self.leaves))}
        return dict(sorted(found.items(), key=lambda place: -order.get(place[0], -1)))

    def variable(self, role: Role) -> str:
        """The variable of a role in this event: the text of a file is ``$text$``."""
        return "text" if role is Role.CONTENT and self.kind == "mms" else role.value

    def event(self) -> dict[str, Any]:
        """The event in the form of a template."""
        return {
            "event_key": DEFAULT_KEYS[self.kind] if self.key is None else self.key.text,
            "event_type": EVENT_TYPES[self.kind],
            "request_method": self.sample.incoming.method,
            "request_parameters": tree_of(self.values()),
        }

    def count(self, choice: RoleChoice, of: Callable[[SampleLeaf], str]) -> int:
        """How many different values the sample has at the location of a choice, in all elements of a list."""
        at = generalised(choice.leaf.pointer)
        return len({of(leaf) for leaf in self.leaves if generalised(leaf.pointer) == at})


@dataclass(slots=True, kw_only=True)
class LearnedEvents(Explanations):
    """The events, their explanations, and the samples that are still not matched as they should be."""

    drafts: list[EventDraft] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The ``Webhook`` section."""
        return [draft.event() for draft in self.drafts]

    @property
    def receipt(self) -> EventDraft | None:
        """The first event of a delivery receipt."""
        return next((draft for draft in self.drafts if draft.kind == "delivered"), None)
