"""The result of a comparison: changes with verdicts, and the table of the verdict and order of each kind of change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ringocli.template.pattern.pattern import Json
from ringocli.text.pointer import Pointer


class Impact(IntEnum):
    """What a change does to an integration that is in use; a comparison has the highest one of its changes."""

    NONE = 0
    COMPATIBLE = 1
    BREAKING = 2


LEGEND: Mapping[str, str] = {
    "R": "Ringotel's review, which puts the new template live",
    "P": "the provider, or your own messaging server",
    "A": "the admins of each organisation, in Ringotel's portal",
    "C": "the provider's console, where the webhook URL is entered",
}
"""The letters in an order of deployment."""

_NOTHING: tuple[str, ...] = ()
_REVIEW = ("R",)
_FILL_IN = ("R", "A at once, in every organisation")
_BOTH_FORMS = ("P accepts both", "R", "P drops the old")
_BOTH_EVENTS = ("R with both", "P/C switch", "R without the old")
_PROVIDER_FIRST = ("P", "R")
_TELL_USERS = ("tell the users", "R")
_NEVER = ("do not deploy",)


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """A kind of change: its usual verdict, its order of deployment, and the assumptions that it rests on."""

    impact: Impact
    order: tuple[str, ...]
    rests_on: tuple[int, ...] = ()


KINDS: Mapping[str, ChangeKind] = {
    "id": ChangeKind(
        Impact.BREAKING,
        ("R", "portal shows the new URL", "A switch on", "C; keep the old one until it receives no more webhooks"),
        (26, 28),
    ),
    "class": ChangeKind(Impact.BREAKING, _NEVER),
    "name": ChangeKind(Impact.COMPATIBLE, _REVIEW),
    "logo": ChangeKind(Impact.COMPATIBLE, _REVIEW),
    "undocumented-key": ChangeKind(Impact.COMPATIBLE, _REVIEW, (17,)),
    "properties-reordered": ChangeKind(Impact.NONE, _NOTHING),
    "property-renamed": ChangeKind(Impact.BREAKING, _FILL_IN),
    "property-added": ChangeKind(Impact.BREAKING, _FILL_IN, (7,)),
    "property-removed": ChangeKind(Impact.BREAKING, _FILL_IN, (7,)),
    "unused-property": ChangeKind(Impact.COMPATIBLE, _REVIEW),
    "oauth2": ChangeKind(Impact.BREAKING, ("R", "A authorise again"), (24,)),
    "auth": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "request-added": ChangeKind(Impact.COMPATIBLE, _PROVIDER_FIRST),
    "request-removed": ChangeKind(Impact.BREAKING, _TELL_USERS, (18,)),
    "host": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "path": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "method": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "content-type": ChangeKind(Impact.BREAKING, _BOTH_FORMS, (14,)),
    "content-type-parameter": ChangeKind(Impact.COMPATIBLE, _PROVIDER_FIRST, (14,)),
    "parameter-added": ChangeKind(Impact.COMPATIBLE, _PROVIDER_FIRST),
    "parameter-removed": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "parameter-renamed": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "parameter-shape": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "parameter-value": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "parameters-swapped": ChangeKind(Impact.BREAKING, _BOTH_FORMS),
    "request-unusable": ChangeKind(Impact.BREAKING, _NEVER),
    "response-map-added": ChangeKind(Impact.COMPATIBLE, _REVIEW, (19,)),
    "response-map-removed": ChangeKind(Impact.BREAKING, ("P answers with both", "R"), (19,)),
    "response-map": ChangeKind(Impact.BREAKING, ("P answers with both", "R"), (10,)),
    "response-map-loosened": ChangeKind(Impact.COMPATIBLE, _REVIEW, (10,)),
    "container": ChangeKind(Impact.NONE, _NOTHING, (1,)),
    "event-added": ChangeKind(Impact.COMPATIBLE, ("R", "P starts sending"), (2, 3)),
    "event-unreachable": ChangeKind(Impact.COMPATIBLE, _NOTHING, (2,)),
    "event-takes-over": ChangeKind(Impact.BREAKING, _NEVER, (2, 3)),
    "event-removed": ChangeKind(Impact.BREAKING, _BOTH_EVENTS, (2,)),
    "event-key": ChangeKind(Impact.BREAKING, _BOTH_EVENTS, (2,)),
    "event-type": ChangeKind(Impact.BREAKING, _BOTH_EVENTS, (2,)),
    "event-method": ChangeKind(Impact.BREAKING, _BOTH_EVENTS, (2,)),
    "event-method-loosened": ChangeKind(Impact.COMPATIBLE, _REVIEW, (2,)),
    "pattern-moved": ChangeKind(Impact.BREAKING, _BOTH_EVENTS, (2,)),
    "literal-changed": ChangeKind(Impact.BREAKING, _BOTH_EVENTS, (36,)),
    "literal-added": ChangeKind(Impact.BREAKING, _PROVIDER_FIRST, (36,)),
    "literal-removed": ChangeKind(Impact.BREAKING, _NEVER, (3, 36)),
    "variable-added": ChangeKind(Impact.COMPATIBLE, _REVIEW, (4,)),
    "variable-removed": ChangeKind(Impact.BREAKING, _TELL_USERS, (4,)),
    "events-reordered": ChangeKind(Impact.BREAKING, _REVIEW, (2,)),
    "events-combined": ChangeKind(Impact.BREAKING, _NEVER, (2, 3)),
}
"""Each kind of change by its name, as in the table of edits in the documentation of ``diff``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The evidence for a change: one input, and the result of executing each version with it.

    ``before`` and ``after`` are the results of the old and the new version: a rendered request, the values read from a
    reply, or how a webhook is read. ``input`` are the values of variables and properties that were filled in, or the
    message that was read.
    """

    before: Json
    after: Json
    input: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateChange:
    """One change; ``pointer`` points into the new version, or into the old one where the part was removed."""

    pointer: Pointer
    kind: str
    what: str
    impact: Impact
    order: tuple[str, ...]
    witness: Witness
    rests_on: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateComparison:
    """All changes between two versions of a template; no change at all means the same behaviour."""

    changes: tuple[TemplateChange, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def impact(self) -> Impact:
        """The highest impact of any change."""
        return max((change.impact for change in self.changes), default=Impact.NONE)


def change_of(kind: str, pointer: Pointer, what: str, witness: Witness, impact: Impact | None = None) -> TemplateChange:
    """A change of the given kind. If its ``impact`` is lower than usual for the kind, so is its order of deployment."""
    known = KINDS[kind]
    impact = known.impact if impact is None else impact
    order = known.order if impact is known.impact else _REVIEW if impact is Impact.COMPATIBLE else _NOTHING
    return TemplateChange(
        pointer=pointer, kind=kind, what=what, impact=impact, order=order, witness=witness, rests_on=known.rests_on
    )
