"""What counts as a template among other JSON files."""

from __future__ import annotations

from typing import Any

import pytest

from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.template.recognition import has_template_keys, is_template
from ringocli.text.document import Document

OURS: dict[str, Any] = {
    "API and class": {"API": {}, "class": "sms"},
    "API and Webhook": {"API": {}, "Webhook": []},
    "Webhook as an object": {"API": {}, "Webhook": {}},
    "class and properties beside an id": {"class": "sms", "id": "acme", "properties": []},
    "API and auth beside an id": {"API": {}, "id": "acme", "auth": {}},
    "Webhook and OAuth2 beside an id": {"Webhook": [], "id": "acme", "OAuth2": {}},
}
OTHERS: dict[str, Any] = {
    "a class of seats": {"class": "economy", "seats": 4},
    "class alone": {"class": "sms"},
    "API alone": {"API": {}},
    "API as a text": {"API": "v1", "class": "sms"},
    "Webhook as a text": {"Webhook": "https://x.example", "API": "v1"},
    "properties without an id": {"properties": [], "class": "sms"},
    "two properties of one sign": {"id": "a", "auth": {}, "OAuth2": {}, "properties": []},
    "a list": [{"API": {}, "class": "sms"}],
    "a text": "API",
    "nothing": None,
}


@pytest.mark.parametrize("value", OURS.values(), ids=OURS.keys())
def test_two_signs_make_a_template(value: Any) -> None:
    """Any two of the signs are enough."""
    assert has_template_keys(value)


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS.keys())
def test_other_json_is_skipped(value: Any) -> None:
    """One sign alone, or a section of the wrong type, is not enough."""
    assert not has_template_keys(value)


@pytest.mark.parametrize("name", names())
def test_every_preset_is_a_template(name: str) -> None:
    """What init writes is found in a folder."""
    assert has_template_keys(load(name).template)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"API": {"SendMessage": }, "class": "sms"', True),
        ("[" * 100 + '{"API": {}, "class": "sms"}', True),
        ("[" * 100 + '{"class": "sms"}', False),
        ("", False),
        ("not JSON", False),
    ],
    ids=["a missing value", "sections in a text too deep to parse", "one sign", "empty", "prose"],
)
def test_broken_json_is_recognised_by_its_sections(text: str, expected: bool) -> None:
    """A template with a syntax error is still linted in a folder."""
    assert expected == is_template(Document.read("a.json", text))
