"""``--update``: writes the results of a case into its files, and leaves everything else in them unchanged."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import tomlkit

from ringocli.messaging.case_reader import Anything, Reference
from ringocli.testing.cases.run import CaseResult, StepResult
from ringocli.text.files import read_text, write_text

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f/\\<>:"|?*]')
"""Characters that the name of a file cannot have, on Windows or elsewhere."""


def update_case(result: CaseResult) -> list[Path]:
    """Make the case expect its present results; returns the written files.

    A send step without an expected request gets one in a file of its own. Expected variables that are references or
    ``{any = true}`` stay as they are.

    Raises:
        LocalError: a file cannot be written.
    """
    before = read_text(str(result.case.path))
    mark = "\ufeff" if before.startswith("\ufeff") else ""
    document = tomlkit.parse(before.removeprefix(mark))
    written: list[Path] = []
    for table, step in zip(_steps(document), result.steps, strict=True):
        request = step.step.expect.request
        if step.request is not None:
            if request is None:
                id_ = _NOT_IN_NAMES.sub("-", step.step.id)
                request = result.case.path.with_name(f"{result.case.path.stem}.{id_}.http")
                _expectation(table)["request"] = request.name
            if not os.path.exists(request) or _differs(step, request):
                write_text(request, step.request, force=True)
                written.append(request)
        _update_variables(table, step)
        if step.step.send is None:
            _update_matching(table, step)
    text = mark + tomlkit.dumps(document)
    if text != before:
        write_text(result.case.path, text, force=True, expected=before)
        written.append(result.case.path)
    return written


def _steps(document: Any) -> list[Any]:
    return list(document["step"])


def _expectation(table: Any) -> Any:
    if "expect" not in table:
        table["expect"] = tomlkit.inline_table()
    return table["expect"]


def _differs(step: StepResult, request: Path) -> bool:
    return any(request.name in failure.message for failure in step.failures)


def _update_variables(table: Any, step: StepResult) -> None:
    for name, expected in step.step.expect.variables.items():
        found = step.variables.get(name)
        if isinstance(expected, (Anything, Reference)) or found == expected:
            continue
        if found is None:
            del table["expect"]["variables"][name]
        else:
            table["expect"]["variables"][name] = found


def _update_matching(table: Any, step: StepResult) -> None:
    """The event of a webhook; ``event`` is only written if the step does not name it itself."""
    if step.event is None:
        if step.step.expect.matched is not False:
            expect = _expectation(table)
            expect["matched"] = False
            expect.pop("event", None)
            expect.pop("variables", None)
        return
    if step.step.expect.matched is False:
        _expectation(table)["matched"] = True
    if any("not " in failure.message and "matches" in failure.message for failure in step.failures):
        _expectation(table)["event"] = step.event
    elif step.step.webhook is not None and "expect" not in table:
        expect = _expectation(table)
        expect["event"] = step.event
        variables = tomlkit.inline_table()
        variables.update(step.variables)
        expect["variables"] = variables
