"""The pattern language: its four laws, through the real encodings, and the examples they came from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ringocli.http.bodies import decode, decode_pairs, encode, encode_pairs
from ringocli.template.pattern.matching import cut
from ringocli.template.pattern.pattern import Pattern, Several, VariablePart, as_text, split
from ringocli.template.pattern.rendering import plain
from ringocli.text.traced import Traced
from tests.strategies import constants, flat_trees, keys, texts, trees, values_for

JSON_TYPES = ("application/json", "application/vnd.api+json", "application/json; charset=utf-8")


def contains(document: Any, part: Any) -> bool:
    """Whether every leaf of ``part`` appears in ``document``; arrays element by element, in any position."""
    if isinstance(part, dict):
        return isinstance(document, dict) and all(
            key in document and contains(document[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(document, list) and all(any(contains(have, want) for have in document) for want in part)
    if isinstance(document, Several):
        return part in document
    return not isinstance(document, (dict, list)) and as_text(document) == as_text(part)


@given(st.data(), st.sampled_from(JSON_TYPES))
@settings(max_examples=300)
def test_match_undoes_render_through_json(data: st.DataObject, content_type: str) -> None:
    """An unambiguous pattern reads back exactly what it renders as JSON."""
    pattern = Pattern.parse(data.draw(trees()))
    assume(not pattern.ambiguities())
    values = data.draw(values_for(pattern.variables))
    body = encode(pattern.render(values), content_type).reveal().encode()
    match = pattern.match(decode(body, content_type))
    assert (True, values) == (match.fits, dict(match.bindings))


@given(st.data())
def test_match_undoes_render_through_a_form(data: st.DataObject) -> None:
    """An unambiguous flat pattern reads back exactly what it renders as a form."""
    pattern = Pattern.parse(data.draw(flat_trees))
    assume(not pattern.ambiguities())
    values = data.draw(values_for(pattern.variables))
    content_type = "application/x-www-form-urlencoded"
    body = encode(pattern.render(values), content_type).reveal().encode()
    match = pattern.match(decode(body, content_type))
    assert (True, values) == (match.fits, dict(match.bindings))


@given(st.data())
def test_match_undoes_render_through_a_query(data: st.DataObject) -> None:
    """An unambiguous flat pattern reads back exactly what it renders as a query."""
    pattern = Pattern.parse(data.draw(flat_trees))
    assume(not pattern.ambiguities())
    values = data.draw(values_for(pattern.variables))
    query = encode_pairs(pattern.render(values), "percent").reveal()
    assert query.isascii()
    assert " " not in query
    match = pattern.match(decode_pairs(query))
    assert (True, values) == (match.fits, dict(match.bindings))


FITS = st.sampled_from([True] * 9 + [False])
MORE_MEMBERS = st.dictionaries(keys, constants, max_size=2)
LENGTHS = st.integers(1, 3)


def document_like(node: Any, draw: st.DrawFn) -> Any:
    """A document near a pattern: many fit, some do not."""
    if isinstance(node, dict):
        return {**draw(MORE_MEMBERS), **{key: document_like(value, draw) for key, value in node.items()}}
    if isinstance(node, list):
        return [document_like(node[0], draw) for _ in range(draw(LENGTHS))]
    if not draw(FITS):
        return draw(constants)
    if isinstance(node, str):
        return "".join(part if isinstance(part, str) else draw(texts) for part in split(node))
    return node


@st.composite
def trees_and_documents(draw: st.DrawFn) -> tuple[Any, Any]:
    """A pattern tree, and a document near it."""
    tree = draw(trees())
    return tree, document_like(tree, draw)


@given(trees_and_documents())
@settings(max_examples=200)
def test_render_undoes_match(pair: tuple[Any, Any]) -> None:
    """A document that fits contains what the pattern renders with the values read from it."""
    tree, document = pair
    pattern = Pattern.parse(tree)
    match = pattern.match(document)
    assume(match.fits)
    assert contains(document, plain(pattern.render(match.bindings)))


SHORT = st.text("ab", min_size=1, max_size=3)


@given(st.data())
def test_ambiguity_is_named(data: st.DataObject) -> None:
    """Two different assignments that render the same bytes exist only where an ambiguity is listed."""
    tree = data.draw(trees())
    pattern = Pattern.parse(tree)
    names = list(pattern.variables)
    assume(names)
    one, other = ({name: data.draw(SHORT) for name in names} for _ in range(2))
    assume(one != other)
    if plain(pattern.render(one)) == plain(pattern.render(other)):
        assert pattern.ambiguities()


def test_two_variables_side_by_side_are_ambiguous() -> None:
    """``$a$$b$`` can be split anywhere, and is listed with its location."""
    (found,) = Pattern.parse({"x": ["$a$$b$"]}).ambiguities()
    assert (("x", 0), ("a", "b")) == (found.pointer, found.names)


def test_a_value_that_is_whole_elsewhere_splits_a_mixed_text() -> None:
    """A name that is bound as a whole somewhere is no longer free inside a longer text."""
    pattern = Pattern.parse({"label": "$from$-$content$", "from": "$from$"})
    assert not pattern.ambiguities()
    match = pattern.match({"label": "a-b-c", "from": "a-b"})
    assert {"from": "a-b", "content": "c"} == dict(match.bindings)


@given(st.data())
def test_mismatches_are_complete(data: st.DataObject) -> None:
    """Each changed leaf is listed, not only the first."""
    members = data.draw(st.dictionaries(keys, st.sampled_from(["$a$", "x"]), min_size=1, max_size=6))
    spoiled = data.draw(st.sets(st.sampled_from(sorted(members))))
    document = {key: {} if key in spoiled else "x" for key in members}
    match = Pattern.parse(members).match(document)
    assert {(key,) for key in spoiled} == {miss.pointer for miss in match.mismatches}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("$from$", (VariablePart("from", "from"),)),
        ("$API key$", (VariablePart("API key", "API key"),)),
        ("$ from $", (VariablePart("from", " from "),)),
        ("costs $5 or $6", ("costs $5 or $6",)),
        ("$5 for $to$", ("$5 for ", VariablePart("to", "to"))),
        ("US$", ("US$",)),
        ("$$", ("$$",)),
        ("a$from$b$to$", ("a", VariablePart("from", "from"), "b", VariablePart("to", "to"))),
        ("$from$to$", (VariablePart("from", "from"), "to$")),
        ("$a_b.c-d$", (VariablePart("a_b.c-d", "a_b.c-d"),)),
        ("$fr\u200bom$", ("$fr\u200bom$",)),
        ("$1st$", ("$1st$",)),
        ("", ()),
    ],
)
def test_a_string_is_split_at_its_variables(text: str, parts: tuple[Any, ...]) -> None:
    """Names start with a letter; any other dollar sign is text."""
    assert parts == split(text)


def test_a_known_variable_wins_over_an_unknown_one() -> None:
    """The dollar sign of a price before a variable is not taken for the variable's own."""
    assert ("in $US or ", VariablePart("to", "to")) == split("in $US or $to$", {"to"})


def test_two_line_text_is_matched() -> None:
    """A message with a line break matches."""
    assert {"text": "hi\nthere"} == dict(Pattern.parse("SMS: $text$").match("SMS: hi\nthere").bindings)


def test_an_unset_variable_removes_its_key() -> None:
    """A key that is one unset variable is left out; in a longer text the variable becomes nothing."""
    pattern = Pattern.parse({"a": "$x$", "b": "+$x$", "c": ["$x$", "1"], "d": 5, "e": None})
    assert {"b": "+", "c": ["1"], "d": 5, "e": None} == plain(pattern.render({}))


def test_empty_values_can_be_kept() -> None:
    """``keep_empty`` sends an empty string where a variable is set to one."""
    assert {"a": ""} == plain(Pattern.parse({"a": "$x$", "b": "$y$"}).render({"x": ""}, keep_empty=True))


@pytest.mark.parametrize(
    ("value", "bound"), [("a", "a"), (5, "5"), (True, "true"), (False, "false"), (1.5, "1.5"), (0, "0")]
)
def test_scalars_bind_as_their_json_text(value: Any, bound: str) -> None:
    """Numbers and booleans of a webhook become their text in the JSON."""
    assert {"x": bound} == dict(Pattern.parse({"k": "$x$"}).match({"k": value}).bindings)


def test_the_first_element_that_fits_is_taken() -> None:
    """A one-element array pattern looks for its literals, and reports that there were more elements."""
    pattern = Pattern.parse({"to": [{"kind": "mobile", "number": "$to$"}]})
    document = {"to": [{"kind": "fax", "number": "1"}, {"kind": "mobile", "number": "2"}]}
    match = pattern.match(document)
    assert ({"to": "2"}, ("to", 1, "number"), (("to",),)) == (
        dict(match.bindings),
        match.sources["to"],
        match.more,
    )


def test_the_nearest_element_is_reported_when_none_fits() -> None:
    """The mismatches of an array are those of the closest element."""
    match = Pattern.parse([{"a": "1", "b": "$x$"}]).match([{"a": "2"}, {"a": "1"}])
    assert [(1, "b")] == [miss.pointer for miss in match.mismatches]


def test_several_elements_of_a_pattern_stand_for_positions() -> None:
    """A pattern with two elements reads the first and the second."""
    match = Pattern.parse(["$a$", "$b$", "$c$"]).match(["1", "2"], required=("a", "b"))
    assert {"a": "1", "b": "2"} == dict(match.bindings)


def test_given_values_must_be_where_their_variable_is() -> None:
    """A given event key decides whether the event fits, even if it is a number in the webhook."""
    pattern = Pattern.parse({"deliveryReceipt": "$event_key$"})
    assert pattern.match({"deliveryReceipt": True}, {"event_key": "true"}).fits
    assert not pattern.match({"deliveryReceipt": False}, {"event_key": "true"}).fits
    assert not pattern.match({}, {"event_key": "true"}).fits


def test_one_name_with_two_values_does_not_fit() -> None:
    """The same variable at two places must have the same value."""
    match = Pattern.parse({"a": "$x$", "b": "$x$"}).match({"a": "1", "b": "2"})
    assert [("b",)] == [miss.pointer for miss in match.mismatches]


@pytest.mark.parametrize("absent", [{}, {"text": None}, {"text": ""}])
def test_an_absent_optional_binds_nothing(absent: dict[str, Any]) -> None:
    """A picture without a text still matches."""
    match = Pattern.parse({"text": "$text$", "url": "$url$"}).match({"url": "u", **absent}, required={"url"})
    assert (True, {"url": "u"}) == (match.fits, dict(match.bindings))


@pytest.mark.parametrize("document", [None, [], "x", 5, {"params": []}, {"params": None}, {"params": {"from": {}}}])
def test_other_shapes_are_mismatches_and_not_errors(document: Any) -> None:
    """Matching any document gives a result, never an exception."""
    assert not Pattern.parse({"params": {"from": "$from$"}}).match(document).fits


def test_a_hostile_text_is_cut_in_linear_time() -> None:
    """A long text full of separators is split without backtracking."""
    parts = [VariablePart(name, name) if name.isalpha() else name for name in ("a", "-", "b", "-", "c", "-", "d", "!")]
    assert cut(parts, "-" * 200_000) is None
    assert cut(parts, "x-" * 100_000 + "y!") is not None


def test_repeated_form_keys_give_the_first() -> None:
    """A form key that occurs twice binds its first value and says that there is more."""
    match = Pattern.parse({"m": "$url$", "l": ["$to$"]}).match(decode_pairs("m=1&m=2&l=3"))
    assert ({"url": "1", "to": "3"}, (("m",),)) == (dict(match.bindings), match.more)


def test_rendered_leaves_know_their_variables() -> None:
    """Each byte of a rendered text is known to come from a variable or from the template."""
    rendered = Pattern.parse({"a": "ü$x$!"}).render({"x": "é"})["a"]
    assert isinstance(rendered, Traced)
    assert [("x", 2, 4)] == [(span.variable, span.start, span.end) for span in rendered.spans()]
