"""Words that have a better replacement appear nowhere in what people read."""

from __future__ import annotations

import re

from tests.conftest import ROOT

REPLACED = {
    r"mend(s|ed|ing)?\b": "fix, fixable",
    r"asked wrongly\b": "usage error",
    r"the answer is no\b": "check failed",
    r"could not be done here\b": "local error",
    r"(?<!there )(is|are) no (readable|valid|known|text|toml|json|utf-8|http|xml|url|table|list|object|event|preset|rule|number|file|method|message|list of|crash|revision)\b": "is not a",
    r"proves? itself\b": "passed",
    r"stand(s|ing)? (in|at|here|there|beside|for itself)\b": "is in, appears in",
    r"(?<!about:)blanks?\b(?! lines?\b)": "space",
    r"a bug of ours\b": "internal error",
    r"half a character\b": "lone surrogate",
    r"(weather|storm)\b": "chaos",
    r"by (its|their) looks\b": "auto-detected",
    r"of one's own\b": "custom",
    r"in the clear\b": "unencrypted",
    r"held against\b": "checked against",
    r"house rules\b": "project settings",
    r"(is told|are told apart)\b": "is reported, are distinguished",
    r"looked at\b": "checked, read",
    r"for good\b": "permanently",
    r"in vain\b": "without success",
    r"yours to change\b": "for you to edit",
    r"telephone number": "phone number",
    r"a(t a)? glance\b": "fast path",
    r"gives? (it|the message) up\b": "gives up on",
    r"as (a|an|the) [`\w ]+ has it\b": "in the form of",
    r"for ever\b": "forever",
    r"costs what it costs\b": "may be charged",
}
"""Patterns of words in lower case, each from the start of a word, and what to write instead."""

ANY = re.compile(rf"\b(?:{'|'.join(REPLACED)})")

EXEMPT = {
    "tests/test_wording.py",
    "ringocli/emulator/store/compatibility.py",  # reads what earlier versions wrote
    "tests/emulator/test_store.py",  # tests that
}
SUFFIXES = {".py", ".md", ".js", ".html", ".css", ".toml", ".yml", ".yaml", ".sh", ".json", ".txt"}
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
        if not ANY.search(text):
            continue
        for pattern, better in REPLACED.items():
            used += [f"{name}: {found.group()!r}; write {better}" for found in re.finditer(rf"\b{pattern}", text)]
    assert not used, "\n".join(used)
