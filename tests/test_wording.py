"""Words that have a better replacement appear nowhere in what people read."""

from __future__ import annotations

import re

from tests.conftest import ROOT

REPLACED = {
    r"\bmend(s|ed|ing)?\b": "fix, fixable",
    r"\basked wrongly\b": "usage error",
    r"\bthe answer is no\b": "check failed",
    r"\bcould not be done here\b": "local error",
    r"(?<!there )\b(is|are) no (toml|json|utf-8|http|xml|url|table|list|object|event|preset|rule|number|file|method)\b": "is not a",
    r"\bproves? itself\b": "passed",
    r"\bstand(s|ing)? (in|at|there|beside|for itself)\b": "is in, appears in",
    r"\ba bug of ours\b": "internal error",
    r"\bhalf a character\b": "lone surrogate",
    r"\bweather\b|\bstorm\b": "chaos",
    r"\bby (its|their) looks\b": "auto-detected",
    r"\bof one's own\b": "custom",
    r"\bin the clear\b": "unencrypted",
    r"\bheld against\b": "checked against",
    r"\bhouse rules\b": "project settings",
    r"\bis told\b|\bare told apart\b": "is reported, are distinguished",
    r"\blooked at\b": "checked, read",
    r"\bfor good\b": "permanently",
    r"\bin vain\b": "without success",
    r"\byours to change\b": "for you to edit",
    r"\btelephone number": "phone number",
    r"\bat a glance\b|\ba glance\b": "fast path",
    r"\bgives? (it|the message) up\b": "gives up on",
    r"\bcosts what it costs\b": "may be charged",
}
"""Patterns of words in lower case, and what to write instead."""

EXEMPT = {
    "tests/test_wording.py",
    "ringocli/emulator/store/compatibility.py",  # reads what earlier versions wrote
    "tests/emulator/test_store.py",  # tests that
}
SUFFIXES = {".py", ".md", ".js", ".html", ".css", ".toml", ".yml", ".yaml", ".sh", ".json"}
FOLDERS = ("ringocli", "docs", "tests", "samples", "benchmarks")


def texts() -> list[str]:
    """Every file of the project that people read, by its path; captured data and vendored code are not ours."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    found += [
        path for path in ROOT.iterdir() if path.is_file() and (path.suffix in SUFFIXES or path.name == "Makefile")
    ]
    names = [path.relative_to(ROOT).as_posix() for path in found]
    foreign = re.compile(r"/vendor/|/commands/|/inbound/|/traffic/|__pycache__|^samples/.*\.json|^CHANGELOG")
    return sorted(name for name in names if not foreign.search(name) and name not in EXEMPT)


def test_no_replaced_word_is_used() -> None:
    """Plain English, one term for one thing."""
    used = []
    for name in texts():
        text = (ROOT / name).read_text("utf-8").lower()
        for pattern, better in REPLACED.items():
            used += [f"{name}: {found.group()!r}; write {better}" for found in re.finditer(pattern, text)]
    assert not used, "\n".join(used)
