"""Writes case files: the inverse of ``read_case``, for recorded exchanges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ringocli.messaging.case_reader import (
    SCHEMA,
    Anything,
    Case,
    CaseStep,
    Copies,
    Expectation,
    Expected,
    Given,
    Reference,
)
from ringocli.text.secret import sent
from ringocli.text.toml_strings import toml_string


def as_toml(case: Case) -> str:
    """The case as TOML. Routes and properties are secrets and are left out; files are named relative to the case."""
    return "\n".join(_lines(case)) + "\n"


def _lines(case: Case) -> Iterator[str]:
    yield f"schema = {SCHEMA}"
    yield f"name = {toml_string(case.name)}"
    yield f"seed = {case.seed}"
    for name, table in (
        ("", case.values.variables),
        (".outgoing", case.values.outgoing),
        (".incoming", case.values.incoming),
    ):
        if table:
            yield f"\n[values{name}]"
            yield from (f"{key} = {toml_string(sent(value))}" for key, value in table.items())
    for step in case.steps:
        yield "\n[[step]]"
        yield f"id = {toml_string(step.id)}"
        yield from _step_lines(step, case.path.parent)


def _step_lines(step: CaseStep, folder: Path) -> Iterator[str]:
    for key, text in (("send", step.send), ("event", step.event)):
        if text is not None:
            yield f"{key} = {toml_string(text)}"
    if step.webhook is not None:
        yield f"webhook = {_relative(step.webhook, folder)}"
    if step.set:
        yield f"set = {_table(step.set)}"
    if step.reply is not None:
        yield f"reply = {{file = {_relative(step.reply, folder)}}}"
    if step.route is not None:
        yield f"route = {toml_string(step.route)}"
    if step.at is not None:
        after = f"after = {toml_string(step.at.after)}, " if step.at.after is not None else ""
        yield f'at = {{{after}min = "{step.at.min_s:g}s", max = "{step.at.max_s:g}s"}}'
    if step.copies != Copies():
        yield f'copies = {{count = {step.copies.count}, id = "{"fresh" if step.copies.fresh else "same"}"}}'
    if step.expect != Expectation():
        yield f"expect = {{{', '.join(_expectation(step.expect, folder))}}}"


def _expectation(expect: Expectation, folder: Path) -> Iterator[str]:
    if expect.request is not None:
        yield f"request = {_relative(expect.request, folder)}"
    if expect.variables:
        yield f"variables = {_table(expect.variables)}"
    if expect.status is not None:
        yield f"status = {toml_string(expect.status.text)}"
    if expect.within_s is not None:
        yield f'within = "{expect.within_s:g}s"'
    if expect.matched is not None:
        yield f"matched = {str(expect.matched).lower()}"
    if expect.event is not None:
        yield f"event = {toml_string(expect.event)}"


def _table(values: Mapping[str, Given] | Mapping[str, Expected]) -> str:
    return "{" + ", ".join(f"{name} = {_value(value)}" for name, value in values.items()) + "}"


def _value(value: Expected) -> str:
    match value:
        case Reference(step=step, variable=variable):
            return f"{{from = {toml_string(f'{step}.{variable}')}}}"
        case Anything():
            return "{any = true}"
    return toml_string(value)


def _relative(path: Path, folder: Path) -> str:
    return toml_string(path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix())
