"""Pointers into JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.text.pointer import as_text, lookup, parse

characters = st.characters(codec="utf-8")


@given(st.lists(st.text(characters, max_size=4)))
def test_pointers_are_written_and_read(steps: list[str]) -> None:
    """A pointer survives its written form."""
    assert tuple(steps) == parse(as_text(tuple(steps)))


def test_a_pointer_finds_its_value_or_raises() -> None:
    """Lookup follows keys and indexes; anything else is a LookupError."""
    value = {"a": [{"b/c": 1}]}
    assert 1 == lookup(value, parse("/a/0/b~1c"))
    for wrong in ("/a/1", "/a/x", "/b", "/a/0/b~1c/d"):
        with pytest.raises(LookupError):
            lookup(value, parse(wrong))
    with pytest.raises(LookupError):
        parse("a")
