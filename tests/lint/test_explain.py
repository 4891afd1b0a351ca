"""Explanations of rules and assumptions, as text, JSON and pages."""

from __future__ import annotations

import json

import pytest

from ringocli.lint.explain import (
    assumption_document,
    assumption_text,
    assumptions_of,
    rule_document,
    rule_text,
    rules_citing,
)
from ringocli.lint.former_slugs import FORMER_SLUGS
from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule
from ringocli.template.assumption_evidence import DOCUMENTED, EVIDENCE, INFERRED, OBSERVED
from ringocli.template.assumptions import ASSUMPTIONS
from tests.conftest import ROOT, Command


@pytest.mark.parametrize("number", ASSUMPTIONS)
def test_every_assumption_is_explained(ringocli: Command, number: int) -> None:
    """Each number has a text, a reason, a mark of its support and what depends on it, here and on the page."""
    done = ringocli("explain", str(number))
    assert (0, f"Assumption {number}") == (done.code, done.out.splitlines()[0])
    assert EVIDENCE[number].mark in (DOCUMENTED, OBSERVED, INFERRED)
    document = assumption_document(number)
    assert document["why"]
    assert document["affects"]
    assert all(len(line) <= 79 for line in assumption_text(number).splitlines())
    assert f"\n## {number}\n\n{ASSUMPTIONS[number]}\n" in (ROOT / "docs" / "assumptions.md").read_text("utf-8")


def test_evidence_and_assumptions_have_the_same_numbers() -> None:
    """No assumption lacks its evidence, and no evidence its assumption."""
    assert list(ASSUMPTIONS) == list(EVIDENCE)


def test_a_rule_and_its_assumption_name_each_other() -> None:
    """The assumption that a rule cites as its source lists the rule."""
    for rule in rules():
        for number in assumptions_of(rule):
            assert rule in rules_citing(number)
    assert {"RT602"} <= {rule.code for rule in rules_citing(12)}


def test_all_assumptions_are_listed(ringocli: Command) -> None:
    """`explain assumptions` prints all assumptions, as text and as JSON."""
    done = ringocli("explain", "assumptions")
    assert all(f"{number:>2}  " in done.out for number in ASSUMPTIONS)
    document = ringocli("explain", "assumptions", "--format", "json").document
    assert list(ASSUMPTIONS) == [entry["row"] for entry in document["assumptions"]]


@pytest.mark.parametrize(
    ("topic", "code", "said"),
    [
        ("99", 2, "unknown assumption 99"),
        ("assumption", 2, "did you mean assumptions?"),
        ("0", 2, "unknown assumption 0"),
        ("RT4O1", 2, "did you mean RT401"),
        ("unkown-variable", 2, "did you mean unknown-variable"),
    ],
)
def test_an_unknown_topic_is_a_usage_error(ringocli: Command, topic: str, code: int, said: str) -> None:
    """The error names the unknown topic and the most similar one."""
    done = ringocli("explain", topic)
    assert (code, True) == (done.code, said in done.err), done.err


@pytest.mark.parametrize("former", FORMER_SLUGS)
def test_former_slugs_are_understood(ringocli: Command, former: str) -> None:
    """A slug of an earlier version explains the rule that has its new name."""
    assert FORMER_SLUGS[former] in ringocli("explain", former).out.splitlines()[0]
    assert former not in {rule.slug for rule in rules()}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.slug)
def test_a_rule_fits_the_terminal(rule: Rule) -> None:
    """Prose is wrapped to 79 columns; the JSON document is complete."""
    prose = [line for line in rule_text(rule).splitlines() if not line.startswith("    ")]
    assert all(len(line) <= 79 for line in prose)
    document = json.loads(json.dumps(rule_document(rule)))
    assert document["bad"] is not None
    assert document["good"] is not None
    assert document["bad_lines"]
