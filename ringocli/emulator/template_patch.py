"""Changes to the template that a near miss proposes, tested on all webhooks received so far.

A patch is applied only if it is proved: the webhook it is for must match, every other stored webhook must be read as
before, and lint must not find a new error. If a change of the event would break earlier webhooks, a second event is
offered. The file's formatting is preserved.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringocli.emulator.store.exchange import StoredExchange, body_of
from ringocli.emulator.template_file import TemplateFile
from ringocli.http.exchange import IncomingRequest
from ringocli.lint.engine import lint
from ringocli.lint.finding import Finding
from ringocli.lint.rule import Severity
from ringocli.messaging.event_change import Operation, patched_tree, second_event
from ringocli.messaging.near_miss_result import NearMiss
from ringocli.messaging.webhook import read_webhook, taken_by
from ringocli.template.model import Template
from ringocli.template.reader import read_template
from ringocli.text.document import Document
from ringocli.text.json_editor import patched
from ringocli.text.json_numbers import plain_numbers
from ringocli.text.pointer import Pointer, lookup
from ringocli.text.url import split_url

CHANGE, SECOND_EVENT = "change", "event"
"""How a patch makes the webhook match: by changing an event, or by adding a second one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePatch:
    """A change of the template; ``text`` is the file as it would be, ``breaks`` are ids of earlier webhooks."""

    kind: str
    operations: Sequence[Operation]
    text: str
    diff: str
    findings: tuple[Finding, ...]
    breaks: tuple[int, ...]
    matches: bool
    reason: str

    @property
    def is_safe(self) -> bool:
        """Whether the webhook matches with the patch, and no other webhook changes."""
        return bool(self.operations) and self.matches and not self.breaks and not self.findings

    @property
    def is_possible(self) -> bool:
        """Whether the webhook matches with the patch, even if the patch changes other webhooks."""
        return bool(self.operations) and self.matches

    @property
    def why(self) -> str:
        """What the patch does, or why it is not safe, in one sentence."""
        if not self.operations:
            return self.reason or "no change would make this webhook match"
        if not self.matches:
            return "the webhook would still not match"
        if self.breaks:
            count = len(self.breaks)
            return f"{count} earlier webhook{'s' * (count > 1)} would be read differently"
        if self.findings:
            return f"validate would report: {self.findings[0].message}"
        return self.reason

    @property
    def document(self) -> dict[str, Any]:
        """The patch as the API returns it."""
        return {
            "as": self.kind,
            "patch": plain_numbers([dict(operation) for operation in self.operations]),
            "diff": self.diff,
            "findings": [
                {"code": one.code, "severity": str(one.severity), "message": one.message} for one in self.findings
            ],
            "breaks": [str(number) for number in self.breaks],
            "matches": self.matches,
            "ok": self.is_safe,
            "why": self.why,
        }


def proposals(
    file: TemplateFile,
    stored: StoredExchange,
    others: Sequence[StoredExchange],
    pairs: Mapping[Pointer, Pointer] | None = None,
) -> tuple[TemplatePatch, ...]:
    """The changes that would make a stored webhook match: that of the event, and a second event if it would break others.

    There is at least one; it is empty if nothing can be proposed, or if the webhook already matches the template.

    ``pairs`` are pairs made by the user, see ``pairing.pairs_in``.

    Raises:
        LocalError: the webhook cannot be decoded.
    """
    reading = read_webhook(file.template, incoming_of(stored), pairs=pairs)
    near_miss = reading.near_miss
    if reading.event is not None:
        return (_tried(file, (), stored, (), "this webhook already matches the template"),)
    if near_miss is None:
        return (_tried(file, (), stored, (), "; ".join(reading.notes)),)
    first = _tried(file, near_miss.patch, stored, others, near_miss.why)
    if first.is_safe or first.kind == SECOND_EVENT or not first.operations:
        return (first,)
    second = _tried(
        file, _as_second_event(file.template, near_miss), stored, others, "earlier webhooks stay as they are"
    )
    return (first, second) if second.is_possible else (first,)


def _as_second_event(template: Template, near_miss: NearMiss) -> Sequence[Operation]:
    """The change of an event as a patch that adds the changed event and keeps the old one."""
    if near_miss.event is None:
        return ()
    changed = lookup(patched_tree(template.root, near_miss.patch), near_miss.event.pointer)
    return second_event(template, near_miss.event, changed["request_parameters"], changed.get("event_key"))


def _tried(
    file: TemplateFile,
    operations: Sequence[Operation],
    stored: StoredExchange,
    others: Iterable[StoredExchange],
    reason: str,
) -> TemplatePatch:
    """A patch with its consequences; nothing is written."""
    before = Document.read(file.name, file.text)
    after = patched(before, operations)
    template = read_template(after.value)
    known = {(one.code, one.message) for one in lint(before)}
    diff = difflib.unified_diff(
        before.text.splitlines(keepends=True),
        after.text.splitlines(keepends=True),
        f"{file.name} (before)",
        f"{file.name} (after)",
    )
    return TemplatePatch(
        kind=SECOND_EVENT if any(operation["op"] == "add" for operation in operations) else CHANGE,
        operations=operations,
        text=after.text,
        diff="".join(diff),
        findings=tuple(
            one for one in lint(after) if one.severity is Severity.ERROR and (one.code, one.message) not in known
        ),
        breaks=tuple(
            other.id
            for other in others
            if other.id != stored.id
            and (taken := taken_by(file.template, incoming_of(other))) is not None
            and taken_by(template, incoming_of(other)) != taken
        ),
        matches=taken_by(template, incoming_of(stored)) is not None,
        reason=reason,
    )


def incoming_of(stored: StoredExchange) -> IncomingRequest:
    """A stored request as it was received, except for its masked secrets."""
    shown = stored.content["request"]
    parts = split_url(shown["url"])
    return IncomingRequest(
        method=shown["method"],
        path=parts.path,
        query=parts.query,
        headers=tuple((name, value) for name, value in shown["headers"]),
        body=body_of(shown),
    )
