"""Output formats for findings: one module each, named like the value of ``--format``, with a function ``write(report)``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringocli.lint.report import Report

NAMES = ("text", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown")
"""The values of ``--format``."""
STATISTICS = "statistics"
"""What ``--statistics`` writes instead of ``text``."""


def write(report: Report, name: str) -> str:
    """A report in one of the formats; only that format's module is imported."""
    text: str = import_module(f"{__name__}.{name}").write(report)
    return text
