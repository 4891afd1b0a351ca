"""Suppressions: findings that are accepted, listed in a file beside the template.

JSON has no comments, so ``acme.suppressions.toml`` beside ``acme.json`` lists the findings that are accepted: a code, a
JSON pointer, a reason and, unless it is permanent, a date.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringocli.errors import UsageError
from ringocli.lint.finding import Finding
from ringocli.lint.project import known_name
from ringocli.template.project_file import check_keys, parse_toml
from ringocli.text.files import read_text
from ringocli.text.pointer import as_text

SUFFIX = ".suppressions.toml"
_HEADER = re.compile(r"\ufeff?\s*\[\[\s*suppress\s*\]\]")
_ENTRY_KEYS = ("code", "pointer", "reason", "until")


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
    """An unused suppression, and why it has no effect."""

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
    if not os.path.isfile(path):
        return ()
    text = read_text(str(path))
    tables = parse_toml(str(path), text)
    check_keys(str(path), tables, ("suppress",))
    entries = tables.get("suppress", [])
    if not isinstance(entries, list):
        raise UsageError(f"{path}: suppress must be an array of tables", "Write [[suppress]] and its keys below it.")
    headers = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    lines = headers if len(headers) == len(entries) else [1] * len(entries)
    return tuple(_suppression(path, entry, line) for entry, line in zip(entries, lines, strict=True))


def _suppression(path: Path, entry: object, line: int) -> Suppression:
    where = f"{path}:{line}"
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: suppress must be an array of tables", "Write [[suppress]] and its keys below it.")
    check_keys(where, entry, _ENTRY_KEYS)
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
