"""The baseline: a file with known findings and ids, so that later runs report only new findings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ringocli.errors import LocalError
from ringocli.lint.finding import Finding
from ringocli.lint.report import Linted
from ringocli.text import console
from ringocli.text.files import read_text, write_text
from ringocli.text.pointer import as_text

BASELINE = ".ringocli-baseline.json"


class Baseline(NamedTuple):
    """Known findings, and the id that each file had."""

    findings: frozenset[tuple[str, ...]]
    ids: Mapping[str, str]

    def without(self, one: Linted) -> Linted:
        """A file without its known findings."""
        return one._replace(findings=tuple(found for found in one.findings if _key(one, found) not in self.findings))


def _key(one: Linted, finding: Finding) -> tuple[str, ...]:
    return _name(one), finding.code, as_text(finding.pointer), "" if finding.pointer else finding.message


def _name(one: Linted) -> str:
    return Path(one.document.name).as_posix()


def read_baseline(name: str) -> Baseline:
    """Read a baseline file.

    Raises:
        LocalError: it cannot be read, or is not a baseline.
    """
    try:
        known = json.loads(read_text(name))
        findings = frozenset(tuple(map(str, entry)) for entry in known["findings"])
        return Baseline(findings, {str(file): str(earlier) for file, earlier in known.get("ids", {}).items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LocalError(f"{name}: not a baseline file", "Write one: ringocli validate PATH --baseline write") from None


def write_baseline(linted: Sequence[Linted]) -> None:
    """Write the current findings and ids to the baseline file of the working folder."""
    entries = [_key(one, finding) for one in linted for finding in one.findings]
    values = {_name(one): one.document.value for one in linted}
    ids = {name: value["id"] for name, value in values.items() if isinstance(value, dict) and value.get("id")}
    text = json.dumps({"schema_version": 1, "ids": ids, "findings": entries}, ensure_ascii=False, indent=1) + "\n"
    write_text(Path(BASELINE), text, force=True)
    count = f"{len(entries)} finding{'s' * (len(entries) != 1)}"
    console.note(f"Wrote {BASELINE}: {count}. Use it with --baseline {BASELINE}", "green")
