"""The outcome of a case file: its result, or why it could not be run at all."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from ringocli.errors import LocalError, RingocliError
from ringocli.messaging.case_reader import read_case
from ringocli.template.model import Template
from ringocli.template.reader import read_template
from ringocli.testing.cases.discovery import CaseFile
from ringocli.testing.cases.run import CaseResult, StepFailure, run_case
from ringocli.text.command_line import command_line
from ringocli.text.document import Document
from ringocli.text.files import read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """The outcome of a case file; ``error`` says why it could not be run, and ``result`` is then None."""

    path: Path
    template: Path
    name: str
    result: CaseResult | None
    error: str | None = None
    elapsed_s: float = 0.0

    @property
    def failures(self) -> tuple[StepFailure, ...]:
        """The failures of its steps."""
        return self.result.failures if self.result is not None else ()

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """What is unusual about the recorded messages: step and text."""
        steps = self.result.steps if self.result is not None else ()
        return tuple((step.step.id, note) for step in steps for note in step.notes)

    @property
    def passed(self) -> bool:
        """Whether it ran and nothing failed."""
        return self.error is None and not self.failures

    def named(self, path: Path, template: Path) -> CaseOutcome:
        """The same outcome under other file names."""
        return replace(self, path=path, template=template)


def run_case_file(file: CaseFile) -> CaseOutcome:
    """Read a case and its template and run it; errors are part of the outcome."""
    started = time.perf_counter()
    name = file.path.stem
    try:
        case = read_case(file.path, None)
        name = case.name
        result = run_case(load_template(file.template), case)
    except RingocliError as error:
        elapsed = time.perf_counter() - started
        return CaseOutcome(
            path=file.path, template=file.template, name=name, result=None, error=error.message, elapsed_s=elapsed
        )
    elapsed = time.perf_counter() - started
    return CaseOutcome(path=file.path, template=file.template, name=name, result=result, elapsed_s=elapsed)


def load_template(path: Path) -> Template:
    """A template from its file.

    Raises:
        LocalError: it cannot be read, or is not a JSON object.
    """
    document = Document.read(str(path), read_text(str(path)))
    if document.broken is not None or not isinstance(document.value, dict):
        raise LocalError(f"{path}: not a template", f"Run: {command_line('validate', str(path))}")
    return read_template(document.value)
