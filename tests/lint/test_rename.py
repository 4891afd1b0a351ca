"""Renaming a property: declared and used names change together, and nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.lint.engine import lint
from ringocli.lint.rename import name_problem, property_at, rename_property
from ringocli.lint.rule import Severity
from ringocli.text.document import Document
from ringocli.text.edits import apply
from tests.lint.examples import GOOD

TEXT = json.dumps(GOOD, indent=2)
USED = TEXT.replace("/v1/messages", "/v1/$API key$/messages").replace(
    '"text": "$content$"', '"t": "$ API key $ $content$"'
)


def renamed(text: str, new: str, old: str = "API key") -> str:
    """The text after a property was renamed."""
    return apply(text, rename_property(Document.read("x", text), old, new))


def test_every_use_is_renamed_and_nothing_else() -> None:
    """A property is renamed in the list, in auth, in URLs and inside longer strings; all other characters stay."""
    assert USED.count("API key") >= 5
    after = renamed(USED, "Token")
    assert "API key" not in after
    assert USED.replace(" API key ", "API key").replace("API key", "Token") == after


@given(st.from_regex(r"[A-Za-zÀ-ÿ][A-Za-z0-9 ._-]{0,15}[A-Za-z0-9]", fullmatch=True))
def test_renaming_and_back_gives_the_same_template(new: str) -> None:
    """A rename adds no error, and its reverse restores the template."""
    if name_problem(Document.read("x", TEXT), new) is not None:
        return
    after = renamed(TEXT, new)
    assert [] == [f.message for f in lint(Document.read("x", after)) if f.severity is Severity.ERROR]
    assert GOOD == json.loads(renamed(after, "API key", new))


def test_escaped_names_are_renamed_too() -> None:
    """A name that is written with escapes is replaced together with its string."""
    text = TEXT.replace('"$API key$"', '"$API\\u0020key$"')
    assert {"type": "Bearer", "token": "$Token$"} == json.loads(renamed(text, "Token"))["auth"]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("", "must start with a letter"),
        ("1st", "must start with a letter"),
        ("a$b", "must start with a letter"),
        (" Token", "must start with a letter"),
        ("domain", "built-in variable"),
        ("API key", "already a property"),
    ],
)
def test_an_impossible_name_is_refused(new: str, said: str) -> None:
    """The error gives the reason."""
    assert said in (name_problem(Document.read("x", TEXT), new) or "")


@pytest.mark.parametrize(
    ("mark", "found"),
    [('"properties": [\n    "API', "API key"), ('"token": "$API', "API key"), ('"to": "$t', None), ('"id": "ac', None)],
    ids=["declared", "used", "a built-in variable", "plain text"],
)
def test_only_a_property_can_be_renamed(mark: str, found: str | None) -> None:
    """The cursor may be in the list of properties or in a variable."""
    at = property_at(Document.read("x", TEXT), TEXT.index(mark) + len(mark))
    assert found == (at[0] if at else None)
    if at is not None:
        assert found == TEXT[at[1] : at[2]]
