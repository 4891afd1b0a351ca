"""Case files: one TOML format for ``ringocli test``, ``simulate-webhook --scenario`` and ``send-test --record``.

A case is a list of steps. A step sends a request as the Ringotel user (``send``), delivers an event as the provider
(``event``), or delivers a recorded webhook (``webhook``). Values may refer to an earlier step's variables as
``{from = "step.variable"}``; a reference is a typed value, never text inside a string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ringocli.errors import UsageError
from ringocli.http.status_codes import Statuses
from ringocli.template.project_file import parse_toml
from ringocli.template.values import Layer, check_variable
from ringocli.text.files import read_text
from ringocli.text.json_numbers import number_text
from ringocli.text.secret import Secret, Text
from ringocli.text.suggest import did_you_mean

SCHEMA = 1
MAX_STEPS = 10_000
MAX_COPIES = 1_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a variable of an earlier step: ``{from = "out.messageid"}``."""

    step: str
    variable: str


@dataclass(frozen=True, slots=True)
class Anything:
    """An expectation that any value meets: ``{any = true}``."""


Given: TypeAlias = str | Reference
Expected: TypeAlias = str | Reference | Anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a step happens: ``min_s`` to ``max_s`` seconds after another step, drawn with the case's seed.

    ``after`` is the id of an earlier step, None for the step before. A negative offset to a ``send`` step means
    before its reply.
    """

    after: str | None = None
    min_s: float = 0.0
    max_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """How often an event is delivered; ``fresh`` gives each copy an id of its own."""

    count: int = 1
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The result that a step must have; None and empty mean that nothing is expected.

    ``request`` is a file with the expected request, ``variables`` are what Ringotel takes from the reply or webhook.
    """

    request: Path | None = None
    variables: Mapping[str, Expected] = field(default_factory=dict)
    status: Statuses | None = None
    within_s: float | None = None
    matched: bool | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One step; exactly one of ``send``, ``event`` and ``webhook`` is set. ``id`` defaults to ``step-N``."""

    id: str
    send: str | None = None
    event: str | None = None
    webhook: Path | None = None
    set: Mapping[str, Given] = field(default_factory=dict)
    reply: Path | None = None
    route: str | None = None
    at: Schedule | None = None
    copies: Copies = Copies()
    expect: Expectation = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case file. ``routes`` are URLs by name; ``default`` is the command's ``--url`` unless it is set here."""

    path: Path
    name: str
    seed: int
    values: Layer
    routes: Mapping[str, Text]
    steps: tuple[CaseStep, ...]


def read_case(path: Path, environ: Mapping[str, str] | None) -> Case:
    """Read a case file; ``environ`` resolves ``{env = "NAME"}`` in routes, and with None routes are left out.

    Raises:
        LocalError: the file cannot be read or is not valid TOML.
        UsageError: a key, a value or a reference is wrong; the message names the step.
    """
    text = read_text(str(path))
    document = parse_toml(str(path), text)
    return _Reader(path, environ).case(document)


_DURATION = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|h)?")
_UNITS_S = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str | float) -> float | None:
    """Seconds in a duration such as ``50ms``, ``-2s``, ``1.5``, ``5m`` or ``2h``; None for any other text."""
    if isinstance(text, bool):
        return None
    if isinstance(text, (int, float)):
        return float(text)
    found = _DURATION.fullmatch(text.strip())
    return float(found["number"]) * _UNITS_S[found["unit"]] if found else None


class _Reader:
    """Checks a case file's tables; every message starts with the file and the step."""

    def __init__(self, path: Path, environ: Mapping[str, str] | None) -> None:
        self._path = path
        self._environ = environ
        self._where = str(path)
        self._ids: list[str] = []

    def case(self, document: Mapping[str, Any]) -> Case:
        """The whole file."""
        self._check_keys(document, ("schema", "name", "seed", "values", "routes", "step"))
        if document.get("schema") != SCHEMA:
            raise self._wrong(f"schema must be {SCHEMA}", f"Add schema = {SCHEMA} at the top.")
        steps = document.get("step")
        if not isinstance(steps, list) or not steps:
            raise self._wrong("there are no steps", "Add at least one [[step]].")
        if len(steps) > MAX_STEPS:
            raise self._wrong(f"there are more than {MAX_STEPS} steps", "Use --data for many similar events.")
        seed = document.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise self._wrong("seed must be a whole number", "For example seed = 7.")
        return Case(
            path=self._path,
            name=self._text(document.get("name", self._path.stem), "name"),
            seed=seed,
            values=self._values(self._table(document.get("values", {}), "values")),
            routes=self._routes(self._table(document.get("routes", {}), "routes")),
            steps=tuple(self._step(index, step) for index, step in enumerate(steps, 1)),
        )

    def _values(self, table: Mapping[str, Any]) -> Layer:
        """Variables, directly or in the tables of a values file."""
        tables: dict[str, dict[str, str]] = {"variables": {}, "outgoing": {}, "incoming": {}, "properties": {}}
        for key, value in table.items():
            if key in tables and isinstance(value, Mapping):
                tables[key].update({name: self._text(entry, name) for name, entry in value.items()})
            else:
                tables["variables"][key] = self._text(value, f"values.{key}")
        for name in (*tables["variables"], *tables["outgoing"], *tables["incoming"]):
            self._check_variable(name)
        properties = {name: Secret(value) for name, value in tables["properties"].items()}
        return Layer(
            variables=tables["variables"],
            outgoing=tables["outgoing"],
            incoming=tables["incoming"],
            properties=properties,
        )

    def _routes(self, table: Mapping[str, Any]) -> dict[str, Text]:
        routes: dict[str, Text] = {}
        if self._environ is None:
            return routes
        for name, value in table.items():
            if isinstance(value, Mapping):
                self._check_keys(value, ("env",), f"routes.{name}")
                variable = self._text(value.get("env"), f"routes.{name}.env")
                if not self._environ.get(variable):
                    raise self._wrong(f"routes.{name}: the environment variable {variable} is not set", "Set it.")
                routes[name] = Secret(self._environ[variable])
            else:
                routes[name] = Secret(self._text(value, f"routes.{name}"))
        return routes

    def _step(self, index: int, table: Any) -> CaseStep:
        self._where = f"{self._path}: step {index}"
        if not isinstance(table, Mapping):
            raise self._wrong("a step must be a table", "Write [[step]].")
        self._check_keys(table, _STEP_KEYS)
        identifier = self._text(table.get("id", f"step-{index}"), "id")
        self._where = f"{self._path}: step {index} ({identifier})" if "id" in table else self._where
        if identifier in self._ids:
            raise self._wrong("another step has the same id", "Give each step a unique id.")
        actions = [key for key in ("send", "event", "webhook") if key in table]
        if len(actions) != 1:
            raise self._wrong("a step needs exactly one of send, event and webhook", "Split it into several steps.")
        if "reply" in table and actions != ["send"]:
            raise self._wrong("only a send step has a reply", "Use expect for the response of the webhook's receiver.")
        if "copies" in table and actions == ["send"]:
            raise self._wrong("a send step cannot have copies", "Add more send steps.")
        step = CaseStep(
            id=identifier,
            send=self._text(table["send"], "send") if "send" in table else None,
            event=self._text(table["event"], "event") if "event" in table else None,
            webhook=self._file(table["webhook"], "webhook") if "webhook" in table else None,
            set=self._given(self._table(table.get("set", {}), "set")),
            reply=self._reply(table["reply"]) if "reply" in table else None,
            route=self._text(table["route"], "route") if "route" in table else None,
            at=self._schedule(self._table(table["at"], "at")) if "at" in table else None,
            copies=self._copies(self._table(table.get("copies", {}), "copies")),
            expect=self._expectation(self._table(table.get("expect", {}), "expect")),
        )
        self._ids.append(identifier)
        return step

    def _given(self, table: Mapping[str, Any]) -> dict[str, Given]:
        for name in table:
            self._check_variable(name)
        found = {name: self._value(value, f"set.{name}") for name, value in table.items()}
        return {name: value for name, value in found.items() if not isinstance(value, Anything)}

    def _value(self, value: Any, where: str, *, may_be_any: bool = False) -> Expected:
        if not isinstance(value, Mapping):
            return self._text(value, where)
        self._check_keys(value, ("from", "any") if may_be_any else ("from",), where)
        if value.get("any") is True:
            return Anything()
        step, dot, variable = self._text(value.get("from"), f"{where}.from").rpartition(".")
        if not dot or step not in self._ids:
            raise self._wrong(
                f"{where} refers to {step or variable!r}, which is not an earlier step{did_you_mean(step, self._ids)}",
                'Write {from = "STEP.VARIABLE"} with the id of an earlier step.',
            )
        self._check_variable(variable)
        return Reference(step, variable)

    def _reply(self, value: Any) -> Path:
        table = value if isinstance(value, Mapping) else {"file": value}
        self._check_keys(table, ("file",), "reply")
        return self._file(table.get("file"), "reply.file")

    def _schedule(self, table: Mapping[str, Any]) -> Schedule:
        self._check_keys(table, ("after", "min", "max"), "at")
        after = table.get("after")
        if after is not None and after not in self._ids:
            raise self._wrong(
                f"at.after names {after!r}, which is not an earlier step{did_you_mean(str(after), self._ids)}",
                "Use the id of an earlier step.",
            )
        least = self._seconds(table.get("min", 0), "at.min")
        most = self._seconds(table.get("max", least), "at.max")
        if most < least:
            raise self._wrong("at.max is smaller than at.min", "Swap them.")
        return Schedule(after=after, min_s=least, max_s=most)

    def _copies(self, table: Mapping[str, Any]) -> Copies:
        self._check_keys(table, ("count", "id"), "copies")
        count, kind = table.get("count", 1), table.get("id", "same")
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_COPIES:
            raise self._wrong(f"copies.count must be from 1 to {MAX_COPIES}", "For example count = 2.")
        if kind not in ("same", "fresh"):
            raise self._wrong(f"invalid copies.id {kind!r}", 'Write "same" or "fresh".')
        return Copies(count=count, fresh=kind == "fresh")

    def _expectation(self, table: Mapping[str, Any]) -> Expectation:
        self._check_keys(table, ("request", "variables", "status", "within", "matched", "event"), "expect")
        variables = self._table(table.get("variables", {}), "expect.variables")
        for name in variables:
            self._check_variable(name)
        matched = table.get("matched")
        if matched is not None and not isinstance(matched, bool):
            raise self._wrong("expect.matched must be true or false", "Remove the quotes.")
        return Expectation(
            request=self._file(table["request"], "expect.request") if "request" in table else None,
            variables={
                name: self._value(value, f"expect.variables.{name}", may_be_any=True)
                for name, value in variables.items()
            },
            status=Statuses.parse(self._text(table["status"], "expect.status")) if "status" in table else None,
            within_s=self._seconds(table["within"], "expect.within") if "within" in table else None,
            matched=matched,
            event=self._text(table["event"], "expect.event") if "event" in table else None,
        )

    def _seconds(self, value: Any, where: str) -> float:
        seconds = seconds_of(value) if isinstance(value, (str, int, float)) else None
        if seconds is None:
            raise self._wrong(f"{where} is not a duration: {value!r}", 'Write "50ms", "5s" or "2h".')
        return seconds

    def _file(self, value: Any, where: str) -> Path:
        return self._path.parent / self._text(value, where)

    def _text(self, value: Any, where: str) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self._wrong(f"{where} must be a string", f'Write {where.rpartition(".")[2]} = "..."')
        return value if isinstance(value, str) else number_text(value)

    def _table(self, value: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self._wrong(f"{where} must be a table", f"Write {where} = {{ ... }}")
        return value

    def _check_variable(self, name: str) -> None:
        try:
            check_variable(name)
        except UsageError as error:
            raise self._wrong(error.message, error.hint) from None

    def _check_keys(self, table: Mapping[str, Any], known: Sequence[str], where: str = "") -> None:
        for key in table:
            if key not in known:
                prefix = f"{where}." if where else ""
                raise self._wrong(f"unknown key {prefix}{key}{did_you_mean(key, known)}", f"Keys: {', '.join(known)}.")

    def _wrong(self, message: str, hint: str) -> UsageError:
        return UsageError(f"{self._where}: {message}", hint)


_STEP_KEYS = ("id", "send", "event", "webhook", "set", "reply", "route", "at", "copies", "expect")
