"""Numbers keep their digits, and anything that is not a number is refused by name."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import LocalError
from ringocli.http.bodies import decode_json, encode
from ringocli.messaging.load.data_rows import BadRow, DataRows
from ringocli.template.pattern.notation import as_text, is_same
from ringocli.template.pattern.pattern import Pattern
from ringocli.text.document import Document
from ringocli.text.json_numbers import dumps, plain_numbers
from tests.conftest import Command

NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", fullmatch=True).filter(
    lambda text: text != "-0"
)
TREES = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"))


@given(TREES)
def test_digits_survive(text: str) -> None:
    """A document that is read and written again has the same numbers, and so have a template and a body."""
    assert text == dumps(decode_json(text))
    assert text == dumps(Document.read("x", text).value)
    assert text.replace(" ", "") == encode(decode_json(text), "application/json").reveal()


@given(NUMBERS)
def test_a_number_is_read_as_it_is_written(text: str) -> None:
    """A variable takes the text of a number; a constant matches every notation of the same number."""
    match = Pattern.parse({"a": "$a$"}).match({"a": decode_json(text)})
    assert {"a": text} == match.bindings
    assert is_same(decode_json(text), decode_json(text))
    if "." in text and "e" not in text.lower():
        assert is_same(decode_json(text + "0"), decode_json(text))
        assert Pattern.parse({"a": decode_json(text)}).match({"a": decode_json(text + "0")}).fits


@given(NUMBERS)
def test_a_number_is_copied_whole(text: str) -> None:
    """Pickling, for other processes, keeps every digit."""
    for copied in (copy.deepcopy(decode_json(text)), pickle.loads(pickle.dumps(decode_json(text)))):
        assert text == as_text(copied)
    assert Decimal(text) == Decimal(as_text(decode_json(text)))


@pytest.mark.parametrize("digits", [300, 400, 4_299, 4_301, 100_000])
def test_an_integer_may_have_any_length(digits: int) -> None:
    """An integer keeps all its digits; in JSON output it is a string if JSON parsers could not read the number."""
    text = "-" + "7" * digits
    value = decode_json(f'{{"a": {text}}}')["a"]
    assert text == as_text(value)
    if digits > 4_300:
        assert [text] == json.loads(json.dumps(plain_numbers([value])))


@pytest.mark.parametrize("text", ["1e999", "-1E400", "NaN", "Infinity", "-Infinity", "1" * 400 + ".0"])
def test_what_is_not_finite_is_refused_by_name(ringocli: Command, acme: Any, text: str) -> None:
    """A number that is not finite in a body, a data row, a values file or a case is refused, and the error names it."""
    with pytest.raises(LocalError, match=r"not a number|too large"):
        decode_json(text)
    body = f'{{"method": "message", "params": {{"from": "1", "to": "2", "content": {text}}}}}'
    done = ringocli("match", acme, "-", stdin=body)
    assert (3, True) == (done.code, text[:10] in done.err)
    rows = acme.parent / "rows.jsonl"
    rows.write_text(f'{{"content": {text}}}\n')
    with pytest.raises(BadRow, match=f"row 1: .*{text[:10]}"):
        list(DataRows.open(str(rows)))
    values = acme.parent / "values.toml"
    values.write_text(f"[variables]\ncontent = {text.replace('Infinity', 'inf').replace('NaN', 'nan')}\n")
    done = ringocli("render", acme, "--values", values)
    assert 3 == done.code
    assert "not a number" in done.err or "too large" in done.err


def test_numbers_in_values_and_rows_keep_their_digits(ringocli: Command, acme: Any) -> None:
    """Such numbers are kept as text."""
    values = acme.parent / "values.toml"
    values.write_text("[variables]\ncontent = 1.10\nto = 12345678901234567890123456789\n")
    shown = ringocli("render", acme, "SendMessage", "--values", values).out
    assert '"text":"1.10"' in shown
    assert '"to":"12345678901234567890123456789"' in shown
    rows = acme.parent / "rows.jsonl"
    rows.write_text('{"content": 0.100000000000000000001}\n')
    assert [{"content": "0.100000000000000000001"}] == [dict(row) for row in DataRows.open(str(rows))]


def test_a_constant_is_rendered_as_it_is_written(ringocli: Command, acme: Any) -> None:
    """Ringotel sends a constant exactly as it is written in the template."""
    acme.write_text(acme.read_text().replace('"from": "$from$"', '"price": 1.10, "big": 1e2'))
    assert '"price":1.10,"big":1e2' in ringocli("render", acme, "SendMessage").out
