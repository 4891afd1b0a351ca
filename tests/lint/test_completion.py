"""Completion, hover and outline, at every position of a template that is being typed."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ringocli.lint.completion import completions, explanation, outline
from ringocli.text.document import Document
from tests.conftest import ACME

TEXT = json.dumps(ACME, indent=2)


@given(
    at=st.integers(0, len(TEXT)), gone=st.integers(0, 6), put=st.sampled_from(["", '"', "$", "{", '"x": ', ",", "$t"])
)
def test_every_position_of_a_text_being_typed_is_answered(at: int, gone: int, put: str) -> None:
    """Proposals replace an existing part of the text, and the outline's offsets are inside the text."""
    text = TEXT[:at] + put + TEXT[at + gone :]
    document = Document.read("typed", text)
    for one in completions(document, min(at + len(put), len(text))):
        assert 0 <= one.start <= one.end <= len(text)
    said = explanation(document, at)
    assert said is None or said[0]
    for symbol in outline(document):
        assert 0 <= symbol.start <= symbol.end <= len(text)


def test_a_proposal_completes_what_was_typed() -> None:
    """A started variable is closed, a key gets its colon, a value its quotes."""
    text = TEXT.replace('"text": "$content$"', '"text": "$con"', 1)
    at = text.index("$con") + 4
    one = next(one for one in completions(Document.read("x", text), at) if one.label == "$content$")
    assert '"text": "$content$"' in text[: one.start] + one.text + text[one.end :]
    text = TEXT.replace('"request_method": "POST"', '"request_method": ""', 1)
    at = text.index('"request_method": "') + len('"request_method": "')
    assert {"POST", "GET"} <= {one.label for one in completions(Document.read("x", text), at)}


def test_hover_describes_unknown_variables_and_properties() -> None:
    """An unknown variable is called unknown, a property is described as a field of the portal."""
    text = TEXT.replace('"to": "$to$"', '"to": "$too$"', 1)
    said = explanation(Document.read("x", text), text.index("$too$") + 2)
    assert said is not None
    assert "Unknown variable" in said[0]
    said = explanation(Document.read("x", text), text.index("$API key$") + 2)
    assert said is not None
    assert "form in the portal" in said[0]
