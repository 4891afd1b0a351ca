"""What a project says of findings: ``[validate]`` of ``ringocli.toml``, and suppressions kept beside a template.

JSON has no comments, so an exception is written into a side-car: ``acme.suppressions.toml`` beside ``acme.json``,
keyed by code and JSON pointer, with a reason and, if it is not for good, a date.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.lint.engine import Choice, Finding, Severity, rules
from ringocli.template.project import project_path
from ringocli.text.files import read_text
from ringocli.text.pointer import as_text
from ringocli.text.suggest import did_you_mean

KEYS = ("select", "ignore", "severity", "fail-on", "strict")
SUFFIX = ".suppressions.toml"
_ENTRY_KEYS = ("code", "pointer", "reason", "until")
OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """The ``[validate]`` table; empty where there is none."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    fail_on: str | None = None
    strict: bool = False

    @property
    def choice(self) -> Choice:
        """Which findings the project wants."""
        return Choice(select=self.select, ignore=self.ignore, strict=self.strict, severities=self.severities)


def read_house_rules(start: Path | None = None) -> HouseRules:
    """The table of the nearest ``ringocli.toml`` up to the git root.

    Raises:
        UsageError: a key, code or severity is unknown.
        LocalError: the file is no TOML.
    """
    found = project_path(str(start or ""))
    if found is None:
        return HouseRules()
    path = Path(found)
    table = _toml(found).get("validate", {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: validate is no table", "Write [validate] and its keys below it.")
    for key in table:
        if key not in KEYS:
            raise UsageError(f"{path}: [validate] has no {key!r}{did_you_mean(key, KEYS)}", f"Keys: {', '.join(KEYS)}.")
    severities: dict[str, Severity] = {}
    ignore = list(_names(path, "ignore", table.get("ignore", [])))
    for name, word in _severity_table(path, table).items():
        code = known_name(f"{path}: severity", name)
        if word == OFF:
            ignore.append(code)
        else:
            severities[code] = Severity(word)
    fail_on = table.get("fail-on")
    if fail_on is not None:
        _one_of(f"{path}: fail-on", fail_on, [one.value for one in Severity])
    return HouseRules(
        select=_names(path, "select", table.get("select", [])),
        ignore=tuple(ignore),
        severities=severities,
        fail_on=fail_on,
        strict=table.get("strict") is True,
    )


def _toml(name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(read_text(name).removeprefix("\ufeff"))
    except ValueError as error:
        place = str(error).rpartition("(")[2].rstrip(")")
        raise LocalError(f"{name}: is no TOML ({place})", "Mend it.") from None


def _names(path: Path, key: str, value: Any) -> tuple[str, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError(f"{path}: {key} is no list of codes", f'Write {key} = ["RT216"].')
    return tuple(known_name(f"{path}: {key}", entry) for entry in entries)


def known_name(where: str, name: str) -> str:
    """A code, a prefix of codes, or a slug.

    Raises:
        UsageError: it names no rule.
    """
    known = [word for one in rules() for word in (one.code, one.slug)]
    if name not in known and not (name.startswith("RT") and any(word.startswith(name) for word in known)):
        raise UsageError(f"{where}: there is no rule {name!r}{did_you_mean(name, known)}", "See explain --all.")
    return name


def _severity_table(path: Path, table: Mapping[str, Any]) -> Mapping[str, str]:
    found = table.get("severity", {})
    if not isinstance(found, dict):
        raise UsageError(f"{path}: severity is no table", 'Write [validate.severity] and RT216 = "error" below it.')
    for name, word in found.items():
        _one_of(f"{path}: severity.{name}", word, [*(one.value for one in Severity), OFF])
    return found


def _one_of(where: str, word: Any, known: Sequence[str]) -> None:
    if word not in known:
        raise UsageError(f"{where}: {word!r} is none{did_you_mean(str(word), known)}", f"It takes {', '.join(known)}.")


# -- suppressions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One exception; ``line`` counts from 1. ``until`` is the last day on which it holds."""

    code: str
    pointer: str
    reason: str
    until: datetime.date | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A suppression that does nothing any more, and why."""

    file: str
    suppression: Suppression
    why: str


def side_car(template: Path) -> Path:
    """Where the suppressions of a template stand: ``acme.json`` → ``acme.suppressions.toml``."""
    return template.with_name(template.name.removesuffix(".json") + SUFFIX)


def read_suppressions(path: Path) -> tuple[Suppression, ...]:
    """The entries of a side-car; none if there is no file.

    Raises:
        UsageError: an entry lacks its code or reason, or names no rule.
        LocalError: the file cannot be read, or is no TOML.
    """
    if not path.is_file():
        return ()
    text = read_text(str(path))
    entries = _toml(str(path)).get("suppress", [])
    if not isinstance(entries, list):
        raise UsageError(f"{path}: suppress is no list", "Write [[suppress]] and its keys below it.")
    heads = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[suppress]]"]
    lines = heads if len(heads) == len(entries) else [1] * len(entries)
    return tuple(_suppression(path, entry, line) for entry, line in zip(entries, lines, strict=True))


def _suppression(path: Path, entry: Any, line: int) -> Suppression:
    where = f"{path}:{line}"
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: is no table", "Write [[suppress]] and its keys below it.")
    for key in entry:
        if key not in _ENTRY_KEYS:
            raise UsageError(
                f"{where}: there is no key {key!r}{did_you_mean(key, _ENTRY_KEYS)}", f"Keys: {', '.join(_ENTRY_KEYS)}."
            )
    code, pointer, reason, until = (entry.get(key) for key in _ENTRY_KEYS)
    if not isinstance(code, str) or not isinstance(reason, str) or not reason.strip():
        raise UsageError(f"{where}: an exception needs a code and a reason", 'Write code = "RT216" and reason = "...".')
    if not isinstance(pointer, str | None):
        raise UsageError(f"{where}: pointer is no text", 'Write pointer = "/API".')
    if isinstance(until, str):
        until = _date(where, until)
    if not isinstance(until, datetime.date | None):
        raise UsageError(f"{where}: until is no date", "Write until = 2027-06-30.")
    return Suppression(
        code=known_name(where, code), pointer=pointer or "", reason=reason.strip(), until=until, line=line
    )


def _date(where: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{where}: {text!r} is no date", "Write until = 2027-06-30.") from None


def suppressed(
    file: str, findings: Iterable[Finding], suppressions: Sequence[Suppression], today: datetime.date
) -> tuple[tuple[Finding, ...], list[Stale]]:
    """The findings that are left, and the suppressions that are past their day or fit nothing."""
    kept, used = [], set()
    live = [one for one in suppressions if one.until is None or one.until >= today]
    for finding in findings:
        fitting = [one for one in live if _covers(one, finding)]
        used |= {one.line for one in fitting}
        if not fitting:
            kept.append(finding)
    stale = []
    for one in suppressions:
        if one not in live:
            stale.append(Stale(file=file, suppression=one, why=f"it ran out on {one.until}"))
        elif one.line not in used:
            stale.append(Stale(file=file, suppression=one, why="there is no such finding any more"))
    return tuple(kept), stale


def _covers(one: Suppression, finding: Finding) -> bool:
    named = one.code == finding.slug or finding.code.startswith(one.code)
    at = as_text(finding.pointer)
    return named and (at == one.pointer or at.startswith(one.pointer.rstrip("/") + "/") or not one.pointer)
