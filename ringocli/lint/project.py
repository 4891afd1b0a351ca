"""Project settings for findings: the table ``[validate]`` in ``ringocli.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringocli.errors import UsageError
from ringocli.lint.engine import Selection
from ringocli.lint.former_slugs import FORMER_SLUGS
from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule, Severity
from ringocli.template.project_file import check_keys, project_path, read_project
from ringocli.text.suggest import did_you_mean

KEYS = ("select", "ignore", "severity", "fail-on", "strict")
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
        UsageError: a table, a key, a code or a severity is unknown.
        LocalError: the file is not valid TOML, or cannot be read.
    """
    found = project_path(str(start or ""))
    if found is None:
        return ValidateSettings()
    path = Path(found)
    table = read_project(found).get("validate", {})
    check_keys(f"{path} [validate]", table, KEYS)
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
    """The rule with a code (in any case) or a slug, which may be a former one.

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
