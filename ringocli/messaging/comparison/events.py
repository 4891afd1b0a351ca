"""Compares how webhooks are read: each edit of an event is executed alone and together with all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ringocli.errors import RingocliError
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.comparison.change import KINDS, Impact, TemplateChange, Witness, change_of
from ringocli.messaging.comparison.event_edits import EventEdit, event_edits, paired
from ringocli.messaging.comparison.webhooks import Specimen, specimens
from ringocli.messaging.receipts import failed_receipt_id
from ringocli.messaging.webhook import WebhookReading, document_of, read_webhook, taken_by
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.pattern import Json
from ringocli.template.variables import BY_NAME, Place


class Outcome(NamedTuple):
    """How Ringotel reads a webhook: the type of the event and the values that it takes."""

    type: str
    variables: Mapping[str, str]


class _Difference(NamedTuple):
    """A webhook that is read differently."""

    specimen: Specimen
    before: Outcome | None
    after: Outcome | None

    @property
    def is_loss(self) -> bool:
        """Whether something was read that is now lost, or read as something else."""
        if self.before is None:
            return False
        if self.after is None or self.after.type != self.before.type:
            return True
        return not self.before.variables.items() <= self.after.variables.items()


def reading_of(template: Template, request: IncomingRequest) -> WebhookReading | None:
    """How a template reads a webhook; None if it cannot be decoded."""
    try:
        return read_webhook(template, request)
    except RingocliError:
        return None


def outcome_of(template: Template, request: IncomingRequest) -> Outcome | None:
    """How a webhook is read; None if no event matches it."""
    taken = taken_by(template, request)
    if taken is None:
        return None
    event_type, bindings = taken
    variables = {name: value for name, value in bindings.items() if name in BY_NAME and name != "event_key"}
    return Outcome(event_type, variables)


def with_events(template: Template, events: Sequence[WebhookEvent]) -> Template:
    """The same template with other events."""
    return template._replace(events=tuple(events))


class _BothVersions:
    """Both versions of a template, and the webhooks to compare them with; each version reads each webhook once."""

    def __init__(self, old: Template, new: Template) -> None:
        self.old, self.new = old, new
        self.specimens = specimens(old, new)
        self.before = [outcome_of(old, specimen.request) for specimen in self.specimens]
        self.after = [outcome_of(new, specimen.request) for specimen in self.specimens]

    def differences(self, events: Sequence[WebhookEvent], *, mixed: bool) -> list[_Difference]:
        """The webhooks that both the old version with these events and the new version read differently."""
        hybrid = with_events(self.old, events)
        return [
            _Difference(specimen, before, after)
            for specimen, before, final in zip(self.specimens, self.before, self.after, strict=True)
            if before != final and (mixed or not specimen.mixed)
            if (after := outcome_of(hybrid, specimen.request)) != before
        ]

    def failures(self, differences: Sequence[_Difference]) -> list[_Difference]:
        """The failed receipts that the old version rightly reads as nothing, and that count as delivered now."""
        return [
            difference
            for difference in differences
            if difference.before is None
            and difference.after is not None
            and difference.after.type == Place.DELIVERED.value
            and any(failed_receipt_id(event, _document(difference.specimen.request)) for event in self.old.events)
        ]

    def total(self) -> list[_Difference]:
        """Every unmixed webhook that the two versions read differently."""
        return [
            _Difference(specimen, before, after)
            for specimen, before, after in zip(self.specimens, self.before, self.after, strict=True)
            if before != after and not specimen.mixed
        ]


def compare_events(old: Template, new: Template) -> tuple[list[TemplateChange], list[str]]:
    """What changes in the reading of webhooks, and warnings."""
    versions = _BothVersions(old, new)
    changes: list[TemplateChange] = []
    warnings: list[str] = []
    explained: set[int] = set()
    for edit in event_edits(old, new):
        differences = versions.differences(edit.events, mixed=edit.kind == "events-reordered")
        explained |= {id(difference.specimen) for difference in differences}
        if edit.kind == "event-added":
            change, warning = _added(versions, edit, differences)
            warnings += warning
        else:
            change = _edited(versions, edit, differences)
            if change.kind == "variable-added" and any(difference.is_loss for difference in differences):
                warnings.append(f"{edit.what}: webhooks that matched another event equally well now match this one")
            if change.impact is Impact.NONE and edit.kind != "events-reordered":
                warnings.append(f"{edit.what}: no webhook is read differently because of it")
        changes.append(change)
    rest = [difference for difference in versions.total() if id(difference.specimen) not in explained]
    changes += _combined(versions, rest)
    if old.container != new.container and "none" not in (old.container, new.container):
        witness = Witness(before=old.container, after=new.container)
        changes.append(
            change_of("container", ("Webhook",), f"Webhook: {old.container} becomes {new.container}", witness)
        )
    return changes, warnings


def _edited(versions: _BothVersions, edit: EventEdit, differences: list[_Difference]) -> TemplateChange:
    """The change that an edit of an existing event makes."""
    losses = [difference for difference in differences if difference.is_loss]
    if losses and edit.kind == "variable-added" and all(_was_a_tie(versions, edit, loss) for loss in losses):
        return change_of(edit.kind, edit.pointer, edit.what, _witness(versions, losses[0]))
    if losses:
        taken = [
            loss for loss in losses if loss.after is not None and loss.after.type != (loss.before or loss.after).type
        ]
        if KINDS[edit.kind].impact is not Impact.BREAKING and taken:
            return change_of(
                "event-takes-over", edit.pointer, _takes_over(edit, taken[0]), _witness(versions, taken[0])
            )
        return change_of(edit.kind, edit.pointer, edit.what, _witness(versions, losses[0]), Impact.BREAKING)
    if edit.kind != "literal-removed" and (failures := versions.failures(differences)):
        return change_of("event-takes-over", edit.pointer, f"{edit.what}: {_COUNTED}", _witness(versions, failures[0]))
    if differences:
        impact = Impact.BREAKING if edit.kind == "literal-removed" else Impact.COMPATIBLE
        return change_of(edit.kind, edit.pointer, edit.what, _witness(versions, differences[0]), impact)
    return change_of(edit.kind, edit.pointer, edit.what, Witness(before=edit.before, after=edit.after), Impact.NONE)


def _was_a_tie(versions: _BothVersions, edit: EventEdit, loss: _Difference) -> bool:
    """Whether the old event matched the webhook equally well, but came later in the file."""
    reading = reading_of(versions.old, loss.specimen.request)
    also = reading.also if reading is not None else ()
    return any((event.type, event.key) == (edit.event.type, edit.event.key) for event in also)


_COUNTED = "a failed receipt counts as delivered"


def _document(request: IncomingRequest) -> Json:
    """The decoded body or query; None if it cannot be decoded."""
    try:
        return document_of(request)
    except RingocliError:
        return None


def _takes_over(edit: EventEdit, loss: _Difference) -> str:
    assert loss.before is not None
    assert loss.after is not None
    return f"{edit.what}: a webhook that was read as {loss.before.type} is now read as {loss.after.type}"


def _added(
    versions: _BothVersions, edit: EventEdit, differences: list[_Difference]
) -> tuple[TemplateChange, list[str]]:
    """The change that a new event makes: new webhooks are read, another event loses its own, or nothing happens."""
    taken = [difference for difference in differences if difference.is_loss]
    if taken:
        what = _takes_over(edit, taken[0]) if taken[0].after is not None else edit.what
        return change_of("event-takes-over", edit.pointer, what, _witness(versions, taken[0])), []
    if failures := versions.failures(differences):
        return change_of(
            "event-takes-over", edit.pointer, f"{edit.what}: {_COUNTED}", _witness(versions, failures[0])
        ), []
    if differences:
        return change_of("event-added", edit.pointer, edit.what, _witness(versions, differences[0])), []
    for specimen in versions.specimens:
        reading = reading_of(versions.new, specimen.request)
        if not specimen.mixed and reading is not None and reading.event is edit.event:
            outcome = outcome_of(versions.old, specimen.request)
            witness = _witness(versions, _Difference(specimen, outcome, outcome))
            return change_of("event-added", edit.pointer, edit.what, witness), []
    what = f"{edit.what}, but no webhook can reach it"
    own = next(
        (
            specimen
            for specimen in versions.specimens
            if outcome_of(with_events(versions.old, [edit.event]), specimen.request)
        ),
        versions.specimens[0],
    )
    outcome = outcome_of(versions.old, own.request)
    witness = _witness(versions, _Difference(own, outcome, outcome))
    return change_of("event-unreachable", edit.pointer, what, witness), [what]


def _combined(versions: _BothVersions, rest: list[_Difference]) -> Iterator[TemplateChange]:
    """The change that no edit makes alone, but all of them make together; reading more webhooks does not count."""
    losses = [difference for difference in rest if difference.is_loss]
    if not losses and (failures := versions.failures(rest)):
        what = f"together, the edits change how a webhook is read: {_COUNTED}"
        yield change_of("events-combined", ("Webhook",), what, _witness(versions, failures[0]))
    if losses:
        before, after = losses[0].before, losses[0].after
        read = f"read as {after.type}" if after is not None else "not read at all"
        what = f"together, the edits change how a webhook is read: it was {before.type if before else ''} and is now {read}"
        yield change_of("events-combined", ("Webhook",), what, _witness(versions, losses[0]))


def _witness(versions: _BothVersions, difference: _Difference) -> Witness:
    """A webhook with its readings by both whole versions."""
    request = difference.specimen.request
    return Witness(
        before=_as_document(versions.old, request), after=_as_document(versions.new, request), input=as_message(request)
    )


def _as_document(template: Template, request: IncomingRequest) -> dict[str, object]:
    """How a template reads a webhook, with the keys of ``match --format json``."""
    reading = reading_of(template, request)
    event = reading.event if reading is not None else None
    outcome = outcome_of(template, request)
    return {
        "matched": event is not None,
        "event_key": event.key if event is not None else None,
        "event_type": event.type if event is not None else None,
        "variables": dict(outcome.variables) if outcome is not None else {},
    }


def as_message(request: IncomingRequest) -> str:
    """A webhook as HTTP text that ``match`` reads."""
    target = request.path + (f"?{request.query}" if request.query else "")
    headers = "".join(f"{name}: {value}\n" for name, value in request.headers)
    return f"{request.method} {target} HTTP/1.1\n{headers}\n{request.body.decode('utf-8', 'replace')}"


__all__ = ["Outcome", "compare_events", "outcome_of", "paired"]
