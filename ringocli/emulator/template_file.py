"""The template that drives the emulator: a file that may change while the emulator runs, and may be edited by it.

A near miss proposes a patch. It is applied only if it is proved first: the webhook it is for must match, no other stored
webhook may be read differently than before, and lint may find no new error. The file's formatting is preserved.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ringocli.emulator.store.exchange import StoredExchange, body_of
from ringocli.errors import LocalError, UsageError
from ringocli.http.exchange import IncomingRequest
from ringocli.lint.engine import lint
from ringocli.lint.finding import Finding
from ringocli.lint.rule import Severity
from ringocli.messaging.webhook import read_webhook
from ringocli.template.model import Template
from ringocli.template.presets import Preset, of_host
from ringocli.template.reader import read_template
from ringocli.text.document import Document
from ringocli.text.edits import Edit, apply
from ringocli.text.files import read_text, write_text
from ringocli.text.pointer import parse as parse_pointer
from ringocli.text.url import split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePatch:
    """A change of the template, tried on the webhooks received so far; ``text`` is the file as it would be."""

    operations: Sequence[Mapping[str, Any]]
    text: str
    diff: str
    findings: tuple[Finding, ...]
    breaks: tuple[int, ...]
    matches: bool

    @property
    def is_safe(self) -> bool:
        """Whether the webhook matches with it, and nothing else changes."""
        return bool(self.operations) and self.matches and not self.breaks and not self.findings

    @property
    def document(self) -> dict[str, Any]:
        """The patch as the API returns it."""
        return {
            "schema_version": 1,
            "patch": [dict(operation) for operation in self.operations],
            "diff": self.diff,
            "findings": [
                {"code": one.code, "severity": str(one.severity), "message": one.message} for one in self.findings
            ],
            "breaks": [str(number) for number in self.breaks],
            "matches": self.matches,
            "ok": self.is_safe,
        }


class TemplateFile:
    """A template with its file.

    ``template`` and ``preset`` are those of the version in use: the last one that could be read. ``problem`` is why the
    file on disk is not in use, None if it is. ``on_change`` is called whenever one of these changes.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.path = None if name == "-" else Path(name)
        self.problem: str | None = None
        self.on_change: Callable[[], None] = lambda: None
        self._stamp = self._stamp_of_file()
        self._use(text, _template_in(name, text))

    def _use(self, text: str, template: Template) -> None:
        self.text = text
        self.template = template
        self.preset = preset_of(template)
        self.loaded_at = datetime.now(UTC)

    @property
    def state(self) -> dict[str, Any]:
        """Which version is in use, as the API shows it."""
        return {
            "path": self.name,
            "sha256": hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest(),
            "loaded_at": self.loaded_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_force": self.problem is None,
            "problem": self.problem,
        }

    @property
    def webhook_path(self) -> str:
        """Where webhooks are received; the path is our choice, since Ringotel publishes no format of its URL."""
        return f"/webhook/{quote(self.template.id, safe='')}"

    def _stamp_of_file(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat() if self.path is not None else None
        except OSError:
            return None
        return (stat.st_mtime_ns, stat.st_size) if stat is not None else None

    def refresh(self) -> None:
        """Reload the file if it has changed. If it cannot be used, the version in use stays, and ``problem`` says why.

        A file with another ``id`` is not used: the webhook URL would change for those who use it.
        """
        stamp = self._stamp_of_file()
        if self.path is None or stamp == self._stamp:
            return
        self._stamp = stamp
        before = (self.problem, self.text)
        try:
            text = read_text(self.name)
            template = _template_in(self.name, text)
            if template.id != self.template.id:
                raise LocalError(f"{self.name}: the id is now {template.id!r} instead of {self.template.id!r}")
        except LocalError as error:
            self.problem = error.message
        else:
            self.problem = None
            if text != self.text:
                self._use(text, template)
        if before != (self.problem, self.text):
            self.on_change()

    def patch(
        self, operations: Sequence[Mapping[str, Any]], stored: StoredExchange, others: Iterable[StoredExchange]
    ) -> TemplatePatch:
        """Try a change on the webhook it is for and on all others; nothing is written."""
        document = Document.read(self.name, self.text)
        known = {(one.code, one.message) for one in lint(document)}
        for operation in operations:
            document = _edited(document, operation)
        template = read_template(document.value)
        new = tuple(
            one for one in lint(document) if one.severity is Severity.ERROR and (one.code, one.message) not in known
        )
        breaks = [
            other.id
            for other in others
            if (before := _reading(self.template, other)) is not None and _reading(template, other) != before
        ]
        diff = difflib.unified_diff(
            self.text.splitlines(keepends=True),
            document.text.splitlines(keepends=True),
            f"{self.name} (before)",
            f"{self.name} (after)",
        )
        return TemplatePatch(
            operations=operations,
            text=document.text,
            diff="".join(diff),
            findings=new,
            breaks=tuple(number for number in breaks if number != stored.id),
            matches=_reading(template, stored) is not None,
        )

    def apply(self, patch: TemplatePatch) -> None:
        """Write a patch to the file.

        Raises:
            UsageError: the template was read from stdin, or the file has changed since.
            LocalError: the file cannot be written.
        """
        if self.path is None:
            raise UsageError("the template was read from stdin, so there is no file to edit", "Start with a file.")
        if read_text(self.name) != self.text:
            raise UsageError(f"{self.name} has changed in the meantime", "Review the change again.")
        write_text(self.path, patch.text, force=True)
        self._use(patch.text, _template_in(self.name, patch.text))
        self._stamp = self._stamp_of_file()
        self.problem = None
        self.on_change()


def _template_in(name: str, text: str) -> Template:
    """The template in a text.

    Raises:
        LocalError: it is not JSON, or not a complete template.
    """
    hint = f"Run: ringocli validate {name}"
    document = Document.read(name, text)
    if document.broken is not None:
        at = document.lines.position(document.broken.start)
        raise LocalError(f"{name}:{at.line}:{at.column}: not valid JSON: {document.broken.message}", hint)
    if not isinstance(document.value, dict):
        raise LocalError(f"{name}: not a template, since it is not a JSON object", hint)
    template = read_template(document.value)
    if not template.requests and not template.events:
        raise LocalError(f"{name}: not a template, since it has neither requests (API) nor events (Webhook)", hint)
    return template


def preset_of(template: Template) -> Preset | None:
    """The preset of the provider that a template sends to, by the host of its first request."""
    for spec in template.requests:
        host = split_url(spec.url).hostname if "://" in spec.url else None
        preset = of_host(host) if host else None
        if preset is not None and not preset.name.startswith("generic"):  # those belong to no provider
            return preset
    return None


def _edited(document: Document, operation: Mapping[str, Any]) -> Document:
    """The document after one operation of a JSON Patch: a replaced value, or a key renamed in place."""
    pointer = _steps(document.value, str(operation["from" if operation["op"] == "move" else "path"]))
    if operation["op"] == "replace":
        start, end = document.locate_offsets(pointer)
        written = json.dumps(operation["value"], ensure_ascii=False)
    elif operation["op"] == "move" and parse_pointer(operation["path"])[:-1] == tuple(map(str, pointer[:-1])):
        start, end = document.locate_offsets(pointer, "key")
        written = json.dumps(parse_pointer(operation["path"])[-1], ensure_ascii=False)
    else:
        raise UsageError("a patch can replace a value or rename a key", "Edit the template by hand.")
    return Document.read(document.name, apply(document.text, [Edit(start, end, written)]))


def _steps(value: Any, pointer: str) -> tuple[str | int, ...]:
    """The steps of a pointer into a value: digits are an index in a list, and a key in an object."""
    steps: list[str | int] = []
    for step in parse_pointer(pointer):
        if isinstance(value, list) and step.isdigit():
            steps.append(int(step))
            value = value[int(step)]
        else:
            steps.append(step)
            value = value[step] if isinstance(value, dict) else None
    return tuple(steps)


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


def _reading(template: Template, stored: StoredExchange) -> tuple[str, Mapping[str, str]] | None:
    """The event type and the values that a template takes from a stored webhook; a renamed event key is no change."""
    try:
        reading = read_webhook(template, incoming_of(stored))
    except LocalError:
        return None
    return (reading.event.type, reading.variables) if reading.event else None
