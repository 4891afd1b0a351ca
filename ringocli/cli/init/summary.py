"""Prints what ``init`` recognised, for a new and for an extended template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ringocli.importers.draft_formats import about_credentials, as_lines
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.lint.finding import Finding
    from ringocli.template.scaffold import Draft


def print_summary(draft: Draft, findings: Iterable[Finding], saved: str | None) -> None:
    """Print the summary of a draft on stderr; ``saved`` is the file with the pasted credentials, if there is one."""
    for indent, line in as_lines(draft, findings):
        console.remark(line, indent) if line else console.note()
    if said := about_credentials(draft, saved):
        console.note()
        console.remark(said)
