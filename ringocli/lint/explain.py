"""Explanations of rules and assumptions as text and as JSON: for ``ringocli explain``, the pages and SARIF."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule
from ringocli.lint.rule_doc import Excerpt
from ringocli.template.assumption_evidence import EVIDENCE
from ringocli.template.assumptions import ASSUMPTIONS

_ASSUMPTIONS = re.compile(r"\bassumptions? (\d+(?:(?:, | and )\d+)*)")


def assumptions_of(rule: Rule) -> tuple[int, ...]:
    """The numbers of the assumptions that a rule cites as its source."""
    cited = " ".join(found.group(1) for found in _ASSUMPTIONS.finditer(rule.doc.source))
    return tuple(int(number) for number in re.findall(r"\d+", cited))


def rule_markdown(rule: Rule) -> str:
    """A rule's documentation in Markdown: what, why, a bad and a good example, the source."""
    parts = [part for part in (rule.doc.title, rule.doc.body) if part]
    for label, excerpt in _examples(rule):
        parts.append(f"{label}:\n\n```text\n{printable_excerpt(excerpt)}\n```")
    if rule.doc.source:
        parts.append(f"Source: {rule.doc.source}")
    return "\n\n".join(parts)


def rule_text(rule: Rule, width: int = 79) -> str:
    """A rule's documentation for a terminal: paragraphs are wrapped, examples are indented."""
    parts = [_wrapped(part, width) for part in (rule.doc.title, *rule.doc.body.split("\n\n")) if part]
    for label, excerpt in _examples(rule):
        parts.append(f"{label}:\n\n{textwrap.indent(printable_excerpt(excerpt), '    ')}")
    if rule.doc.source:
        parts.append(_wrapped(f"Source: {rule.doc.source}", width))
    return "\n\n".join(parts)


def _examples(rule: Rule) -> list[tuple[str, Excerpt]]:
    doc = rule.doc
    examples = (("Earlier version", doc.earlier), ("Other file", doc.other), ("Bad", doc.bad), ("Good", doc.good))
    return [(label, excerpt) for label, excerpt in examples if excerpt is not None]


def printable_excerpt(excerpt: Excerpt) -> str:
    """An example with its mark, and with invisible characters written as escapes."""
    return "\n".join("".join(map(_visible, line)) for line in excerpt.framed.split("\n"))


def _visible(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]


def _wrapped(paragraph: str, width: int) -> str:
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)


def rule_document(rule: Rule) -> dict[str, Any]:
    """A rule as ``explain --format json`` prints it."""
    doc = rule.doc
    return {
        "code": rule.code,
        "slug": rule.slug,
        "severity": rule.severity.value,
        "title": doc.title,
        "explanation": doc.body,
        "bad": doc.bad.text if doc.bad else None,
        "bad_lines": list(doc.bad.marked) if doc.bad else [],
        "good": doc.good.text if doc.good else None,
        "source": doc.source,
        "assumptions": list(assumptions_of(rule)),
        "markdown": rule_markdown(rule),
    }


def rules_citing(number: int) -> tuple[Rule, ...]:
    """The rules that cite an assumption as their source."""
    return tuple(one for one in rules() if number in assumptions_of(one))


def assumption_text(number: int, width: int = 79) -> str:
    """An assumption for a terminal: what is assumed, why, how well it is supported, and what depends on it."""
    found = EVIDENCE[number]
    codes = ", ".join(one.code for one in rules_citing(number))
    parts = [
        ASSUMPTIONS[number],
        f"Why: {found.why}",
        f"Support: {found.mark} (read 2026-11-23)",
        f"Affects: {found.affects}{f'; rules {codes}' if codes else ''}",
        "This is not a promise by Ringotel.",
    ]
    return "\n\n".join(_wrapped(part, width) for part in parts)


def assumption_document(number: int) -> dict[str, Any]:
    """An assumption as ``explain --format json`` prints it."""
    found = EVIDENCE[number]
    return {
        "row": number,
        "text": ASSUMPTIONS[number],
        "why": found.why,
        "support": found.mark,
        "affects": found.affects.split(", "),
        "rules": [one.code for one in rules_citing(number)],
    }
