"""Project settings for findings: ``[validate]`` in ``ringocli.toml``, and suppressions in a file beside a template.

JSON has no comments, so ``acme.suppressions.toml`` beside ``acme.json`` lists the findings that are accepted: a code, a
JSON pointer, a reason and, unless it is permanent, a date.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringocli.errors import UsageError
from ringocli.lint.engine import Selection
from ringocli.lint.finding import Finding
from ringocli.lint.former_slugs import FORMER_SLUGS
from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule, Severity
from ringocli.template.project_file import project_path, read_toml
from ringocli.text.files import read_text
from ringocli.text.pointer import as_text
from ringocli.text.suggest import did_you_mean

KEYS = ("select", "ignore", "severity", "fail-on", "strict")
SUFFIX = ".suppressions.toml"
_HEADER = re.compile(r"\s*\[\[\s*suppress\s*\]\]")
_ENTRY_KEYS = ("code", "pointer", "reason", "until")
OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateSettings:
    """The ``[validate]`` table of ``ringocli.toml``; empty where there is none."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    fail_on: str | None = None
    strict: bool = False

    @property
    def selection(self) -> Selection:
        """Which findings the project wants reported."""
        return Selection(select=self.select, ignore=self.ignore, strict=self.strict, severities=self.severities)


def read_validate_settings(start: Path | None = None) -> ValidateSettings:
    """The table of the nearest ``ringocli.toml`` up to the git root.

    Raises:
        UsageError: a key, a code or a severity is unknown.
        LocalError: the file is not valid TOML, or cannot be read.
    """
    found = project_path(str(start or ""))
    if found is None:
        return ValidateSettings()
    path = Path(found)
    table = read_toml(found).get("validate", {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: validate must be a table", "Write [validate] and its keys below it.")
    for key in table:
        if key not in KEYS:
            raise UsageError(
                f"{path}: unknown key {key!r} in [validate]{did_you_mean(key, KEYS)}", f"Keys: {', '.join(KEYS)}."
            )
    severities: dict[str, Severity] = {}
    ignore = list(_names(path, "ignore", table.get("ignore", [])))
    for name, severity in _severity_table(path, table).items():
        known = known_name(f"{path}: severity", name)
        if severity == OFF:
            ignore.append(known)
        else:
            severities[known] = Severity(severity)
    fail_on = table.get("fail-on")
    if fail_on is not None:
        _require_one_of(f"{path}: fail-on", fail_on, [one.value for one in Severity])
    strict = table.get("strict", False)
    if not isinstance(strict, bool):
        raise UsageError(f"{path}: strict must be true or false", "Write strict = true.")
    return ValidateSettings(
        select=_names(path, "select", table.get("select", [])),
        ignore=tuple(ignore),
        severities=severities,
        fail_on=fail_on,
        strict=strict,
    )


def _names(path: Path, key: str, value: object) -> tuple[str, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list):
        raise UsageError(f"{path}: {key} must be a list of codes or names", f'Write {key} = ["RT216"].')
    found = []
    for entry in entries:
        if not isinstance(entry, str):
            raise UsageError(f"{path}: {key} must be a list of codes or names", f'Write {key} = ["RT216"].')
        found.append(known_name(f"{path}: {key}", entry))
    return tuple(found)


def known_name(where: str, name: str) -> str:
    """A code, a prefix of codes, or a slug; a slug of an earlier version becomes the present one.

    Raises:
        UsageError: it names no rule.
    """
    name = FORMER_SLUGS.get(name, name)
    known = [word for one in rules() for word in (one.code, one.slug)]
    if name not in known and not (name.startswith("RT") and any(word.startswith(name) for word in known)):
        raise UsageError(
            f"{where}: unknown rule {name!r}{did_you_mean(name, known)}", "List them with: ringocli explain --all"
        )
    return name


def known_rule(name: str) -> Rule:
    """The rule with a code (in any case) or a slug, also a former one.

    Raises:
        UsageError: there is no such rule.
    """
    meant = FORMER_SLUGS.get(name.lower(), name.lower())
    for one in rules():
        if meant in (one.code.lower(), one.slug):
            return one
    known = [word for one in rules() for word in (one.code, one.slug)]
    raise UsageError(f"unknown rule {name!r}{did_you_mean(name, known)}", "List them with: ringocli explain --all")


def _severity_table(path: Path, table: Mapping[str, Any]) -> Mapping[str, str]:
    found = table.get("severity", {})
    if not isinstance(found, dict):
        raise UsageError(f"{path}: severity must be a table", 'Write [validate.severity] and RT216 = "error" below it.')
    for name, severity in found.items():
        _require_one_of(f"{path}: severity.{name}", severity, [*(one.value for one in Severity), OFF])
    return found


def _require_one_of(where: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise UsageError(f"{where}: invalid value {value!r}{did_you_mean(str(value), known)}", f"Use {_or(known)}.")


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


# -- suppressions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One entry of a suppression file; ``line`` counts from 1, ``until`` is the last day on which it applies."""

    code: str
    pointer: str
    reason: str
    until: datetime.date | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedSuppression:
    """A suppression that no longer has an effect, and why."""

    file: str
    suppression: Suppression
    why: str


def suppression_file(template: Path) -> Path:
    """The suppression file of a template: ``acme.json`` → ``acme.suppressions.toml``."""
    return template.with_name(template.name.removesuffix(".json") + SUFFIX)


def read_suppressions(path: Path) -> tuple[Suppression, ...]:
    """The entries of a suppression file; none if there is no file.

    Raises:
        UsageError: an entry lacks its code or reason, or names no rule.
        LocalError: the file cannot be read, or is not valid TOML.
    """
    if not path.is_file():
        return ()
    text = read_text(str(path))
    entries = read_toml(str(path)).get("suppress", [])
    if not isinstance(entries, list):
        raise UsageError(f"{path}: suppress must be an array of tables", "Write [[suppress]] and its keys below it.")
    headers = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    lines = headers if len(headers) == len(entries) else [1] * len(entries)
    return tuple(_suppression(path, entry, line) for entry, line in zip(entries, lines, strict=True))


def _suppression(path: Path, entry: object, line: int) -> Suppression:
    where = f"{path}:{line}"
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: suppress must be an array of tables", "Write [[suppress]] and its keys below it.")
    for key in entry:
        if key not in _ENTRY_KEYS:
            raise UsageError(
                f"{where}: unknown key {key!r}{did_you_mean(key, _ENTRY_KEYS)}", f"Keys: {', '.join(_ENTRY_KEYS)}."
            )
    code, pointer, reason, until = (entry.get(key) for key in _ENTRY_KEYS)
    if not isinstance(code, str) or not isinstance(reason, str) or not reason.strip():
        raise UsageError(
            f"{where}: a suppression needs a code and a reason", 'Write code = "RT216" and reason = "...".'
        )
    if not isinstance(pointer, str | None):
        raise UsageError(f"{where}: pointer must be a string", 'Write pointer = "/API".')
    return Suppression(
        code=known_name(where, code), pointer=pointer or "", reason=reason.strip(), until=_date(where, until), line=line
    )


def _date(where: str, until: object) -> datetime.date | None:
    try:
        found = datetime.date.fromisoformat(until) if isinstance(until, str) else until
    except ValueError:
        found = False
    if not isinstance(found, datetime.date | None):
        raise UsageError(f"{where}: until must be a date", "Write until = 2027-06-30.")
    return found.date() if isinstance(found, datetime.datetime) else found


def suppressed(
    file: str, findings: Iterable[Finding], suppressions: Sequence[Suppression], today: datetime.date
) -> tuple[tuple[Finding, ...], list[UnusedSuppression]]:
    """The findings that remain, and the suppressions that have expired or match no finding."""
    remaining: list[Finding] = []
    used: set[int] = set()
    active = {number: one for number, one in enumerate(suppressions) if one.until is None or one.until >= today}
    for finding in findings:
        matching = {number for number, one in active.items() if _covers(one, finding)}
        used |= matching
        if not matching:
            remaining.append(finding)
    unused = []
    for number, one in enumerate(suppressions):
        if number not in active:
            unused.append(UnusedSuppression(file=file, suppression=one, why=f"expired on {one.until}"))
        elif number not in used:
            unused.append(UnusedSuppression(file=file, suppression=one, why="no such finding any more"))
    return tuple(remaining), unused


def _covers(one: Suppression, finding: Finding) -> bool:
    named = one.code == finding.slug or finding.code.startswith(one.code)
    at = as_text(finding.pointer)
    return named and (at == one.pointer or at.startswith(one.pointer.rstrip("/") + "/") or not one.pointer)
