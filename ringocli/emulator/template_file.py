"""The template that drives the emulator: a file that may change while the emulator runs, and may be edited by it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ringocli.errors import LocalError, UsageError
from ringocli.template.model import Template
from ringocli.template.preset import Preset, of_host
from ringocli.template.reader import read_template
from ringocli.text.command_line import command_line
from ringocli.text.document import Document
from ringocli.text.files import read_text, write_text
from ringocli.text.url import split_url


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
        # The path is our choice, since Ringotel does not publish the format of its URL.
        self.webhook_path = f"/webhook/{quote(template.id, safe='')}"
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

    def _stamp_of_file(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat() if self.path is not None else None
        except OSError:
            return None
        return (stat.st_mtime_ns, stat.st_size) if stat is not None else None

    async def refresh(self) -> None:
        """Reload the file if it has changed. If it cannot be used, the version in use stays, and ``problem`` says why.

        A file with another ``id`` is not used: the webhook URL would change for those who use it.
        """
        stamp = self._stamp_of_file()
        if self.path is None or stamp == self._stamp:
            return
        used = self.text
        found = await asyncio.to_thread(self._read)
        if self.text is not used:  # the file was written in the meantime, and is read again next time
            return
        self._stamp = stamp
        before = (self.problem, self.text)
        if isinstance(found, LocalError):
            self.problem = found.message
        else:
            self.problem = None
            text, template = found
            if text != self.text:
                self._use(text, template)
        if before != (self.problem, self.text):
            self.on_change()

    def _read(self) -> tuple[str, Template] | LocalError:
        """The version on disk, or why it cannot be used."""
        try:
            text = read_text(self.name)
            template = _template_in(self.name, text)
            if template.id != self.template.id:
                raise LocalError(f"{self.name}: the id is now {template.id!r} instead of {self.template.id!r}")
        except LocalError as error:
            return error
        return text, template

    def write(self, text: str) -> None:
        """Replace the content of the file, and use it.

        Raises:
            UsageError: the template was read from stdin.
            LocalError: the file cannot be written, or has changed since; it is then kept.
        """
        if self.path is None:
            raise UsageError("the template was read from stdin, so there is no file to edit", "Start with a file.")
        write_text(self.path, text, force=True, expected=self.text)
        self._use(text, _template_in(self.name, text))
        self._stamp = self._stamp_of_file()
        self.problem = None
        self.on_change()


def _template_in(name: str, text: str) -> Template:
    """The template in a text.

    Raises:
        LocalError: it is not JSON, or not a complete template.
    """
    hint = f"Run: {command_line('validate', name)}"
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
        if preset is not None and not preset.name.startswith("generic"):  # example hosts belong to no provider
            return preset
    return None
