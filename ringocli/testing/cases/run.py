"""Runs a case: requests are rendered, replies and webhooks are read, and all of it is compared with what is expected.

Nothing is sent, and there is no clock: ``at``, ``copies``, ``route``, ``status`` and ``within`` matter only when the
same file is played as a scenario.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest, as_incoming
from ringocli.http.request_formats import as_http
from ringocli.importers.samples import read_sample
from ringocli.messaging.case_reader import Anything, Case, CaseStep, Expected, Given, Reference
from ringocli.messaging.request import names_of, render_event, render_request
from ringocli.messaging.webhook import (
    WebhookReading,
    array_notes,
    decoded_webhook,
    read_reply,
    read_webhook,
    reply_notes,
)
from ringocli.template.model import Template
from ringocli.template.values import Layer, Missing, Values, fill
from ringocli.template.variables import BY_NAME, Place, sample
from ringocli.testing.cases.request_text import difference
from ringocli.text.files import read_bytes
from ringocli.text.secret import Secret, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailure:
    """Why a step failed: one sentence, and the lines of a diff if there is one."""

    step: str
    message: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """The results of a step: request text and variables for ``--update``, and ``notes`` on its recorded file."""

    step: CaseStep
    request: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    event: str | None = None
    failures: tuple[StepFailure, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The results of a case's steps."""

    case: Case
    steps: tuple[StepResult, ...]

    @property
    def failures(self) -> tuple[StepFailure, ...]:
        """The failures of all steps, in order."""
        return tuple(failure for step in self.steps for failure in step.failures)

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def run_case(template: Template, case: Case) -> CaseResult:
    """Run every step of a case; a step that fails does not stop the later ones.

    Raises:
        LocalError: a file that the case names cannot be read.
        UsageError: the case names a request or an event that the template does not have.
    """
    runner = _Runner(template, case)
    return CaseResult(case=case, steps=tuple(runner.run(step) for step in case.steps))


class _Runner:
    """The state of one run: the variables of each earlier step."""

    def __init__(self, template: Template, case: Case) -> None:
        self._template = template
        self._case = case
        self._produced: dict[str, Mapping[str, str]] = {}

    def run(self, step: CaseStep) -> StepResult:
        try:
            result = self._send(step) if step.send is not None else self._receive(step)
        except LocalError as error:
            result = StepResult(step=step, failures=(_failure(step, error.message),))
        self._produced[step.id] = result.variables
        return result

    def _send(self, step: CaseStep) -> StepResult:
        assert step.send is not None
        spec = self._template.request(step.send)
        values = self._values(step, names_of(self._template, spec), spec.name)
        rendered = render_request(self._template, spec, values, Missing.DROP)
        text = as_http(rendered)
        failures = list(self._request_failures(step, text))
        variables = _shown(rendered.variables)
        notes: tuple[str, ...] = ()
        if step.reply is not None:
            reply = read_sample(read_bytes(str(step.reply)), step.reply.name).as_reply()
            match = read_reply(spec, reply)
            notes = (*reply_notes(reply), *array_notes(match))
            variables |= match.bindings
            if not match.fits and "messageid" in spec.reply.variables:
                missed = "; ".join(f"expected {miss.expected}, found {miss.found}" for miss in match.mismatches)
                failures.append(_failure(step, f"response_map does not fit {step.reply.name}: {missed}"))
        else:
            variables.setdefault("messageid", sample("messageid", Place.RESPONSE_MAP))
        failures += self._variable_failures(step, variables)
        return StepResult(step=step, request=text, variables=variables, failures=tuple(failures), notes=notes)

    def _request_failures(self, step: CaseStep, text: str) -> Iterable[StepFailure]:
        if step.expect.request is None:
            return
        path = step.expect.request
        if not os.path.isfile(path):
            yield _failure(step, f"{path.name} does not exist (create it with --update)")
            return
        lines = difference(read_bytes(str(path)).decode("utf-8", "replace"), text)
        if lines:
            yield StepFailure(step=step.id, message=f"the request differs from {path.name}", diff=tuple(lines))

    def _receive(self, step: CaseStep) -> StepResult:
        incoming = self._incoming(step)
        reading = read_webhook(self._template, incoming, self._properties())
        failures = list(self._matching_failures(step, reading))
        variables = {name: value for name, value in reading.variables.items() if name in BY_NAME}
        if reading.event is not None:
            failures += self._variable_failures(step, variables)
        label = reading.event.label if reading.event is not None else None
        notes = reading.notes if step.webhook is not None else ()
        if step.expect.matched is False:  # the step expects that no event matches
            notes = decoded_webhook(incoming).notes if step.webhook is not None else ()
        return StepResult(step=step, variables=variables, event=label, failures=tuple(failures), notes=notes)

    def _incoming(self, step: CaseStep) -> IncomingRequest:
        if step.webhook is not None:
            return read_sample(read_bytes(str(step.webhook)), step.webhook.name).as_request()
        assert step.event is not None
        event = self._template.event(step.event)
        values = self._values(step, event.pattern.variables, event.place or Place.MESSAGE)
        return as_incoming(render_event(self._template, event, values, Missing.DROP))

    def _matching_failures(self, step: CaseStep, reading: WebhookReading) -> Iterable[StepFailure]:
        expected = step.expect.event or step.event
        if step.expect.matched is False:
            if reading.event is not None:
                yield _failure(step, f"matches {reading.event.label}, but nothing should match")
        elif reading.event is None:
            yield StepFailure(step=step.id, message="matches no event", diff=tuple(_near_miss(reading)))
        elif expected is not None and self._template.event(expected) is not reading.event:
            yield _failure(step, f"matches {reading.event.label}, not {self._template.event(expected).label}")

    def _values(self, step: CaseStep, names: Iterable[str], place: Place) -> Values:
        """The step's own values, the case's, then samples; properties are secrets, so that ``***`` is compared.

        A variable that is set to an empty text has no value, as in Ringotel, and no sample either.
        """
        given = {name: self._resolved(value) for name, value in step.set.items()}
        layers = (Layer(variables=given), self._case.values)
        explicit = Values(layers=layers)
        unset = {name for name, value in explicit.at(place).items() if not value}
        wanted = [name for name in names if name not in unset]
        filled = fill(self._template, wanted, place, explicit, Missing.SAMPLE)
        samples = {name: _text(value) for name, value in filled.values.items() if name in filled.invented}
        variables = {name: value for name, value in samples.items() if name in BY_NAME}
        return Values(layers=(*layers, Layer(variables=variables, properties=self._properties())))

    def _properties(self) -> dict[str, Text]:
        known = self._case.values.properties
        samples = fill(self._template, self._template.properties, Place.SEND_MESSAGE, Values(), Missing.SAMPLE).values
        return {name: known.get(name) or _masked(name, value) for name, value in samples.items()}

    def _resolved(self, value: Given) -> str:
        if isinstance(value, Reference):
            found = self._produced.get(value.step, {}).get(value.variable)
            if found is None:
                raise LocalError(f"step {value.step!r} has no {value.variable}, so this step cannot run")
            return found
        return value

    def _variable_failures(self, step: CaseStep, variables: Mapping[str, str]) -> Iterable[StepFailure]:
        lines: list[str] = []
        for name, expected in step.expect.variables.items():
            lines += self._compared(name, expected, variables.get(name))
        if lines:
            yield StepFailure(step=step.id, message="the variables differ", diff=tuple(lines))

    def _compared(self, name: str, expected: Expected, found: str | None) -> list[str]:
        if isinstance(expected, Anything):
            return [] if found else [f"- {name} = (any value)", f"+ {name} is missing"]
        wanted = self._resolved(expected)
        if found == wanted:
            return []
        return [f"- {name} = {wanted!r}", f"+ {name} = {found!r}" if found is not None else f"+ {name} is missing"]


def _failure(step: CaseStep, message: str) -> StepFailure:
    return StepFailure(step=step.id, message=message)


def _near_miss(reading: WebhookReading) -> Iterable[str]:
    miss = reading.near_miss
    if miss is None:
        yield from reading.notes
        return
    if miss.event is not None:
        yield f"nearest: {miss.event.label}"
    for one in miss.differences:
        pointer = "/" + "/".join(map(str, one.pointer))
        yield f"- {pointer} = {one.expected}"
        yield f"+ {pointer} = {one.found}"


def _masked(name: str, value: Text) -> Text:
    """A sample property that is shown as ``***``, as a real one is."""
    text = _text(value)
    return text if "://" in text else Secret(text, remembered=False)


def _text(value: Text) -> str:
    return value if isinstance(value, str) else str(value)


def _shown(variables: Mapping[str, Text]) -> dict[str, str]:
    return {name: str(value) for name, value in variables.items()}


def case_files_of(case: Case) -> list[Path]:
    """The files that a case names."""
    named = [path for step in case.steps for path in (step.webhook, step.reply, step.expect.request)]
    return [path for path in named if path is not None]
