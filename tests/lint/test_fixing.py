"""Laws of --fix: it converges in one run, leaves fewer findings than before, and grows a file only by its edits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.lint.engine import lint
from ringocli.lint.fixing import fixed_text
from ringocli.text.document import Document
from tests.lint.examples import GOOD
from tests.lint.test_rules import MISTAKES, mutants

TEXT = json.dumps(GOOD, indent=2)
FRAGMENTS = [
    '"', '\\"', "“", "”", "'", "{", "}", "[", "]", ",", ":", "$", "$$", "$to$", "$to", "to$", "{{to}}", "&quot;", "//x\n",
    "/*", "*/", "...", "\n", "\t", "\\", "\\u00", "1 ", "to", "API key", "```", '"a":', "\ufeff", "\u200b", "\u00a0", "True",
    "+49", "const x = ", "%to%", "<to>", "＄", "\r\n", "\r", "0", "e9",
]  # fmt: skip
"""What pages, editors and people leave in JSON."""


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The good template, or nothing, with fragments inserted at random positions in place of a few characters."""
    text = draw(st.sampled_from([TEXT, TEXT, ""]))
    for _ in range(draw(st.integers(1, 8))):
        fragment = draw(st.sampled_from(FRAGMENTS)) * draw(st.sampled_from([1, 1, 2, 5]))
        at = draw(st.integers(0, len(text)))
        text = text[:at] + fragment + text[at + draw(st.sampled_from([0, 0, 1, 3, 20])) :]
    return text


def check_the_laws(text: str, *, unsafe: bool) -> None:
    """Fix a text and check the laws against the original."""
    before = Document.read("x", text)
    findings = lint(before)
    fixed, applied = fixed_text(before, unsafe=unsafe)
    assert (fixed == text) == (applied == 0)
    assert fixed == fixed_text(Document.read("x", fixed), unsafe=unsafe)[0]
    if fixed != text:
        assert len(lint(Document.read("x", fixed))) < len(findings)
    offered = sum(len(edit.replacement) for finding in findings for edit in finding.edits)
    assert len(fixed) <= len(text) + offered + 100  # a later round may add a few more brackets and quotes


@given(damaged(), st.booleans())
@settings(max_examples=300)
def test_damaged_texts(text: str, unsafe: bool) -> None:
    """Fixing text that a page or an editor damaged reduces the findings; fixing again changes nothing."""
    check_the_laws(text, unsafe=unsafe)


@given(mutants(), st.booleans())
@settings(max_examples=150)
def test_mutated_templates(document: object, unsafe: bool) -> None:
    """Fixing a template with one changed value reduces the findings; fixing again changes nothing."""
    check_the_laws(json.dumps(document, indent=1), unsafe=unsafe)


@pytest.mark.parametrize("text", [text for text, *_ in MISTAKES.values()], ids=MISTAKES)
def test_known_mistakes(text: str) -> None:
    """Fixing a common mistake reduces the findings; fixing again changes nothing."""
    check_the_laws(text, unsafe=True)


@pytest.mark.parametrize(
    "value",
    ["$to$to$", "to$to$to$to$", "$$to$$to$$to$$", "$to$to$to$to$totps", "$$$to$$to$", "{{to}}{{to}}to", "$ to $ to $"],
)
def test_dollar_signs_do_not_multiply(value: str) -> None:
    """A fix of one variable does not change the others in the same string."""
    check_the_laws(TEXT.replace('"$to$"', json.dumps(value), 1), unsafe=False)


def test_a_property_that_no_variable_can_name_is_never_suggested() -> None:
    """An empty name, or one with a no-break space, is not suggested for a variable."""
    for name in ("", "API\u00a0key"):
        text = TEXT.replace('"properties": [', f'"properties": [\n    {json.dumps(name)},').replace(
            "$content$", "$ $ x$"
        )
        check_the_laws(text, unsafe=False)
        assert not any(f"${name}$" in (one.suggestion or "") for one in lint(Document.read("x", text)))


def test_nothing_is_written_if_it_would_uncover_more_than_it_fixes() -> None:
    """Closing the bracket of a fragment would only replace one finding by those about missing keys."""
    assert ('{"id": "acme"', 0) == fixed_text(Document.read("x", '{"id": "acme"'))
