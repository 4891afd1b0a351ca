"""The template that everything is driven by: a file that may change while the emulator runs, and may be mended by it.

A near miss proposes a patch. Before it is applied it has to prove itself: the webhook it is for must match, no other
stored webhook may be read otherwise than before, and the linter may find no new error. The file's formatting stays.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A change of the template, tried on what has come in so far; ``text`` is the file as it would be."""

    operations: Sequence[Mapping[str, Any]]
    text: str
    diff: str
    findings: tuple[Finding, ...]
    breaks: tuple[int, ...]
    matches: bool

    @property
    def is_safe(self) -> bool:
        """Whether it mends what it is for and breaks nothing."""
        return bool(self.operations) and self.matches and not self.breaks and not self.findings

    @property
    def document(self) -> dict[str, Any]:
        """The patch as the API tells it."""
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
    """A template with its file; ``template`` and ``preset`` are always of the last version that could be read."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.path = None if name == "-" else Path(name)
        self.on_change: Callable[[], None] = lambda: None
        self._stamp = self._stamp_of_file()
        self._take(text)

    def _take(self, text: str) -> None:
        document = Document.read(self.name, text)
        if document.broken is not None or not isinstance(document.value, dict):
            raise LocalError(f"{self.name}: is no template", f"Run: ringocli validate {self.name}")
        self.text = text
        self.template = read_template(document.value)
        self.preset = preset_of(self.template)

    @property
    def webhook_path(self) -> str:
        """Where Ringotel's side takes webhooks: this is ours, Ringotel publishes no shape of its address."""
        return f"/webhook/{quote(self.template.id, safe='')}"

    def _stamp_of_file(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat() if self.path is not None else None
        except OSError:
            return None
        return (stat.st_mtime_ns, stat.st_size) if stat is not None else None

    def refresh(self) -> bool:
        """Take the file anew if it has changed and can be read; a half-written one waits for the next look.

        A changed ``id`` is not taken: the webhook's address would move under those who use it.
        """
        stamp = self._stamp_of_file()
        if stamp is None or stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            text, before = read_text(self.name), self.template.id
            if text == self.text or _id_in(self.name, text) != before:
                return False
            self._take(text)
        except LocalError:
            return False
        self.on_change()
        return True

    def patch(
        self, operations: Sequence[Mapping[str, Any]], stored: StoredExchange, others: Iterable[StoredExchange]
    ) -> Patch:
        """Try a change on the webhook it is for and on all others; nothing is written."""
        document = Document.read(self.name, self.text)
        known = {(one.code, one.message) for one in lint(document)}
        for operation in operations:
            document = _changed(document, operation)
        template = read_template(document.value)
        new = tuple(
            one for one in lint(document) if one.severity is Severity.ERROR and (one.code, one.message) not in known
        )
        breaks = [
            other.id
            for other in others
            if (before := _read(self.template, other)) is not None and _read(template, other) != before
        ]
        diff = difflib.unified_diff(
            self.text.splitlines(keepends=True),
            document.text.splitlines(keepends=True),
            f"{self.name} (before)",
            f"{self.name} (after)",
        )
        return Patch(
            operations=operations,
            text=document.text,
            diff="".join(diff),
            findings=new,
            breaks=tuple(number for number in breaks if number != stored.id),
            matches=_read(template, stored) is not None,
        )

    def apply(self, patch: Patch) -> None:
        """Write a patch to the file.

        Raises:
            UsageError: the template came from stdin, or the file is not what it was.
            LocalError: the file cannot be written.
        """
        if self.path is None:
            raise UsageError("the template came from stdin, so there is no file to mend", "Start from a file.")
        if read_text(self.name) != self.text:
            raise UsageError(f"{self.name} has changed meanwhile", "Look at the difference again.")
        write_text(self.path, patch.text, force=True)
        self._take(patch.text)
        self._stamp = self._stamp_of_file()
        self.on_change()


def _id_in(name: str, text: str) -> str | None:
    value = Document.read(name, text).value
    return value.get("id") if isinstance(value, dict) else None


def preset_of(template: Template) -> Preset | None:
    """The preset of the provider that a template sends to, by the host of its first request."""
    for spec in template.requests:
        host = urlsplit(spec.url).hostname if "://" in spec.url else None
        preset = of_host(host) if host else None
        if preset is not None and not preset.name.startswith("generic"):  # those are nobody's
            return preset
    return None


def _changed(document: Document, operation: Mapping[str, Any]) -> Document:
    """One operation of a JSON Patch: a value replaced, or a key renamed where it stands."""
    pointer = _steps(document.value, str(operation["from" if operation["op"] == "move" else "path"]))
    if operation["op"] == "replace":
        start, end = document.locate_offsets(pointer)
        written = json.dumps(operation["value"], ensure_ascii=False)
    elif operation["op"] == "move" and parse_pointer(operation["path"])[:-1] == tuple(map(str, pointer[:-1])):
        start, end = document.locate_offsets(pointer, "key")
        written = json.dumps(parse_pointer(operation["path"])[-1], ensure_ascii=False)
    else:
        raise UsageError("a patch replaces a value or renames a key", "Edit the template by hand.")
    return Document.read(document.name, apply(document.text, [Edit(start, end, written)]))


def _steps(value: Any, pointer: str) -> tuple[str | int, ...]:
    """A pointer's text as steps into a value: digits are an index where there is a list."""
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
    """A stored request as it came in, as far as it may be shown."""
    shown = stored.content["request"]
    parts = urlsplit(shown["url"])
    return IncomingRequest(
        method=shown["method"],
        path=parts.path,
        query=parts.query,
        headers=tuple((name, value) for name, value in shown["headers"]),
        body=body_of(shown),
    )


def _read(template: Template, stored: StoredExchange) -> tuple[str, Mapping[str, str]] | None:
    """What a template makes of a stored webhook: the event's place and the values, so that a new word breaks nothing."""
    try:
        reading = read_webhook(template, incoming_of(stored))
    except LocalError:
        return None
    return (reading.event.type, reading.variables) if reading.event else None
