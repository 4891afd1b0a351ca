"""The baseline: today's findings and ids in a file, so that later runs report only what is new."""

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
    """Findings that are known, and the id that each file had."""

    findings: frozenset[tuple[str, ...]]
    ids: Mapping[str, str]

    def without(self, one: Linted) -> Linted:
        """A file less the findings that are known."""
        return one._replace(findings=tuple(found for found in one.findings if _key(one, found) not in self.findings))


def _key(one: Linted, finding: Finding) -> tuple[str, ...]:
    return _name(one), finding.code, as_text(finding.pointer), "" if finding.pointer else finding.message


def _name(one: Linted) -> str:
    return Path(one.document.name).as_posix()


def read_baseline(name: str) -> Baseline:
    """The baseline in a file.

    Raises:
        LocalError: it cannot be read, or is none.
    """
    try:
        known = json.loads(read_text(name))
        findings = frozenset(tuple(map(str, entry)) for entry in known["findings"])
        return Baseline(findings, {str(file): str(earlier) for file, earlier in known.get("ids", {}).items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LocalError(f"{name}: is no baseline", "Write one: ringocli validate PATH --baseline write") from None


def write_baseline(linted: Sequence[Linted]) -> None:
    """Write today's findings and ids beside one's work."""
    entries = [_key(one, finding) for one in linted for finding in one.findings]
    values = {_name(one): one.document.value for one in linted}
    ids = {name: value["id"] for name, value in values.items() if isinstance(value, dict) and value.get("id")}
    text = json.dumps({"schema_version": 1, "ids": ids, "findings": entries}, ensure_ascii=False, indent=1) + "\n"
    write_text(Path(BASELINE), text, force=True)
    console.note(f"wrote {BASELINE}: {len(entries)} findings; use it with --baseline {BASELINE}", "green")
