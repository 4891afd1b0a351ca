"""The public Python API: ``ringocli.__all__``."""

from __future__ import annotations

import json

import pytest

import ringocli
from tests.conftest import ACME


@pytest.mark.parametrize("name", ringocli.__all__)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    """Each name of ``__all__`` can be imported and has a docstring."""
    assert getattr(ringocli, name).__doc__
    assert name in dir(ringocli)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelled import fails like that of any module."""
    with pytest.raises(AttributeError, match="no attribute 'rendr_request'"):
        _ = ringocli.rendr_request


def test_the_example_of_the_docstring_works() -> None:
    """A template is validated, rendered, matched and proved with public names only."""
    text = json.dumps(ACME)
    document = ringocli.Document.read("acme.json", text)
    assert [] == [finding for finding in ringocli.validate(document) if finding.severity == "error"]
    template = ringocli.read_template(document.value)
    request = ringocli.render_request(template, template.requests[0], ringocli.Values())
    assert "POST" == request.method
    assert ringocli.prove(template, text, cases=5).counter_example is None
