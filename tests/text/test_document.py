"""Reading JSON as people write it: places of everything, and no mistake that hides the others."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringocli.text.document import Document
from ringocli.text.edits import Edit, apply
from ringocli.text.pointer import MAX_DEPTH, Pointer
from ringocli.text.scanner import scan

characters = st.characters(codec="utf-8")
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
                    st.text(characters, max_size=20))  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(characters, max_size=8), inner, max_size=4),
    max_leaves=12,
)
layouts = st.sampled_from([{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def pointers(value: Any, at: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Every place of a value."""
    yield at, value
    if isinstance(value, dict):
        for key, member in value.items():
            yield from pointers(member, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers(item, (*at, index))


@given(values, layouts)
@settings(max_examples=300)
def test_json_is_read_with_every_position(value: Any, layout: dict[str, Any]) -> None:
    """Valid JSON has no problem, and the span of each value contains exactly that value."""
    text = json.dumps(value, **layout)
    document = Document.read("x", text)
    assert (value, ()) == (document.value, document.problems)
    for pointer, part in pointers(value):
        start, end = document.locate_offsets(pointer)
        assert part == json.loads(text[start:end])
        if pointer and isinstance(pointer[-1], str):
            start, end = document.locate_offsets(pointer, "key")
            assert pointer[-1] == json.loads(text[start:end])


@given(values, layouts)
def test_the_scanner_agrees_with_the_standard_library(value: Any, layout: dict[str, Any]) -> None:
    """The scanner reads everything that the fast parser reads."""
    text = json.dumps(value, **layout)
    node, problems = scan(text)
    assert (json.loads(text), ()) == (node.value, problems)


@given(st.text(st.sampled_from("{}[]:,\"'“”\\/*# \n\r\t$a1-.u+e=;\ufeff\u00a0"), max_size=60))
@example('{"a"')
@example("{“")
@settings(max_examples=500)
def test_any_text_is_read(text: str) -> None:
    """Any text is read without an exception, and every problem is located inside the text."""
    document = Document.read("x", text)
    for problem in document.problems:
        assert 0 <= problem.start <= problem.end <= len(text)
        document.range_of(problem.start, problem.end)


@given(values, st.data())
def test_mutated_json_is_read(value: Any, data: st.DataObject) -> None:
    """A file with a few characters lost, doubled or replaced is read, and repairing ends after a few rounds."""
    text = json.dumps(value, indent=1)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text('{}[]:,"\n ', max_size=2)) + text[at + data.draw(st.integers(0, 2)) :]
    for _ in range(12):
        edits = [edit for problem in Document.read("x", text).problems for edit in problem.edits]
        repaired = apply(text, edits)
        if repaired == text:
            break
        text = repaired
    else:
        pytest.fail("repairing never ends")


MISTAKES: dict[str, tuple[str, str, str, Any]] = {
    "trailing comma": ('{"a": 1,}', "trailing-comma", ",", {"a": 1}),
    "trailing comma in a list": ('["a",\n]', "trailing-comma", ",", ["a"]),
    "line comment": ('{"a": 1 // one\n}', "comment", "// one", {"a": 1}),
    "block comment": ('{"a": /* one */ 1}', "comment", "/* one */", {"a": 1}),
    "hash comment": ('# a\n{"a": 1}', "comment", "# a", {"a": 1}),
    "curly quotes": ("{“a”: 1}", "curly-quote", "“a”", {"a": 1}),
    "curly quotes in a value": ('{"a": “b”, "c": 2}', "curly-quote", "“b”", {"a": "b", "c": 2}),
    "curly closing quote": ('{"a”: "b"}', "curly-quote", "”", {"a": "b"}),
    "single quotes": ('{"a": \'b "c"\'}', "single-quote", "'b \"c\"'", {"a": 'b "c"'}),
    "unterminated text": ('{"a": "1,\n"b": 2}', "unterminated-string", '"1', {"a": "1", "b": 2}),
    "unterminated key": ('{"a: "1", "b": 2}', "unterminated-string", '"a', {"a": "1", "b": 2}),
    "no opening quote": ('{"a": b", "c": 2}', "unterminated-string", 'b"', {"a": "b", "c": 2}),
    "raw tab": ('{"a": "x\ty"}', "raw-control-character", "\t", {"a": "x\ty"}),
    "bad escape": ('{"a": "\\d"}', "bad-escape", "\\d", {"a": "\\d"}),
    "half a surrogate": ('{"a": "\\ud83d"}', "bad-escape", "\\ud83d", {"a": "\ufffd"}),
    "missing comma": ('{"a": "b"\n "c": 2}', "missing-comma", '"\n "', {"a": "b", "c": 2}),
    "missing colon": ('{"a" 1}', "missing-colon", '"a" 1', {"a": 1}),
    "equals sign": ('{"a" = 1}', "missing-colon", "=", {"a": 1}),
    "unquoted key": ("{a: 1}", "unquoted-key", "a", {"a": 1}),
    "Python's True": ('{"a": True}', "unknown-word", "True", {"a": True}),
    "unquoted variable": ('{"a": $API key$}', "unknown-word", "$API key$", {"a": "$API key$"}),
    "hexadecimal": ('{"a": 0x10}', "bad-number", "0x10", {"a": 16}),
    "no leading zero": ('{"a": .5}', "bad-number", ".5", {"a": 0.5}),
    "unclosed list": ('{"a": [1}', "unclosed-bracket", "[", {"a": [1]}),
    "unclosed root": ('{"a": {"b": 1}', "unclosed-bracket", "{", {"a": {"b": 1}}),
    "byte order mark": ('\ufeff{"a": 1}', "byte-order-mark", "\ufeff", {"a": 1}),
    "no-break space": ('{"a":\u00a01}', "stray-character", "\u00a0", {"a": 1}),
    "two commas": ('{"a": 1,, "b": 2}', "stray-character", ",", {"a": 1, "b": 2}),
    "semicolon": ('{"a": 1; "b": 2}', "missing-comma", ";", {"a": 1, "b": 2}),
    "comma at the end": ('{"a": 1},', "extra-text", ",", {"a": 1}),
}


@pytest.mark.parametrize(("text", "kind", "covered", "value"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_once_and_fixed(text: str, kind: str, covered: str, value: Any) -> None:
    """Each mistake is one problem that covers its location, and the edits give JSON with the intended value."""
    document = Document.read("x", text)
    assert [(kind, covered)] == [(found.kind, text[found.start : found.end]) for found in document.problems]
    repaired = apply(text, document.problems[0].edits)
    assert value == json.loads(repaired)


UNMENDED: dict[str, tuple[str, str, str]] = {
    "duplicate key": ('{"a": 1, "b": 2, "a": 3}', "duplicate-key", '"a"'),
    "missing value": ('{"a": , "b": 2}', "missing-value", '"a"'),
    "leading plus": ('{"a": +49}', "bad-number", "+49"),
    "leading zero": ('{"a": 0049}', "bad-number", "0049"),
    "too many digits": ('{"a": ' + "1" * 5000 + "}", "bad-number", "1" * 5000),
    "text after the end": ('{"a": 1} {"b": 2}', "extra-text", '{"b": 2}'),
    "nothing": (" \n", "empty", " \n"),
    "prose": (": hello", "stray-character", ":"),
}


@pytest.mark.parametrize(("text", "kind", "covered"), UNMENDED.values(), ids=UNMENDED)
def test_a_mistake_without_a_safe_fix_is_only_reported(text: str, kind: str, covered: str) -> None:
    """If two fixes are possible, none is chosen."""
    (found,) = Document.read("x", text).problems
    assert (kind, covered, ()) == (found.kind, text[found.start : found.end], found.edits)


def test_both_positions_of_a_duplicate_key_are_reported() -> None:
    """The later key is the problem, the earlier one is named too, and the last value is used."""
    document = Document.read("x", '{"a": 1, "a": 2}')
    assert ({"a": 2}, ((1, 4),)) == (document.value, document.problems[0].also)
    assert document.is_json


def test_one_mistake_does_not_hide_the_others() -> None:
    """Ringotel's own page has a comment, a trailing comma, curly quotes and an unterminated string: all are found."""
    text = '{\n  //model\n  "a": {“b”: "c"},\n  "from": "123,\n  "to": "4",\n}'
    document = Document.read("x", text)
    assert ["comment", "curly-quote", "unterminated-string", "trailing-comma"] == [p.kind for p in document.problems]
    assert {"a": {"b": "c"}, "from": "123", "to": "4"} == document.value


def test_indentation_shows_which_bracket_is_missing() -> None:
    """A lost closing brace in the middle is reported where it was lost, not at the end of the file."""
    text = '{\n  "API": {\n    "SendMessage": {\n      "a": 1\n    "SendFile": {\n      "b": 2\n    }\n  }\n}\n'
    document = Document.read("x", text)
    (found,) = document.problems
    assert ("unclosed-bracket", 3) == (found.kind, document.range_of(found.start, found.end).start.line)
    repaired = {"API": {"SendMessage": {"a": 1}, "SendFile": {"b": 2}}}
    assert repaired == json.loads(apply(text, found.edits))


@pytest.mark.parametrize(
    "text", ["[" * 10_000, '{"a":' * 10_000, "[" * 2_000_000, '"' + "\\" * 1_000_000, "{,".join(["[,"] * 99)]
)
def test_hostile_files_are_read(text: str) -> None:
    """Deep or endless nesting is one problem, not a crash."""
    assert Document.read("x", text).problems


def test_nesting_up_to_the_limit_is_fine() -> None:
    """The limit itself is allowed; brackets inside strings do not count."""
    text = "[" * MAX_DEPTH + '"' + "[" * 999 + '"' + "]" * MAX_DEPTH
    assert () == Document.read("x", text).problems
    assert ["too-deep"] == [problem.kind for problem in Document.read("x", f"[{text}]").problems]


def test_columns_count_characters_and_lines_end_in_any_way() -> None:
    """An emoji is one column; LF, CRLF and CR end lines."""
    document = Document.read("x", '{"👋": 1,\r\n"b":\r2,\n"c": "é"}')
    where = document.locate(("c",))
    assert (4, 6, 4, 9) == (where.start.line, where.start.column, where.end.line, where.end.column)


def test_a_missing_part_is_reported_at_the_object_that_should_contain_it() -> None:
    """The position is the key of that object, or its opening brace if it has none; unknown steps fall back to the
    object.
    """
    text = '{"API": {"x": [{"y": 1}]}}'
    document = Document.read("x", text)
    for pointer, covered in (((), "{"), (("API",), '"API"'), (("API", "x", 0), "{"), (("API", "nope", "z"), '"API"')):
        start, end = document.locate_offsets(pointer, "object")
        assert covered == text[start:end]


def test_edits_that_overlap_are_dropped() -> None:
    """The first of two overlapping edits is made, everything else stays."""
    assert "aXd" == apply("abcd", [Edit(1, 3, "X"), Edit(2, 4, "Y")])


PLACES: dict[str, tuple[str, tuple[tuple[str, int, int], ...]]] = {
    "too many closers": ('{"a":\n 1]}', (("stray-character", 2, 3),)),
    "value forgotten at the end of a line": ('{"a":\n"b": 1}', (("missing-value", 1, 2),)),
    "text over two lines": ('{"a": "Hello\nworld", "b": 1}', (("unterminated-string", 1, 7),)),
    "quote lost before brackets": ('{"a": {"b": "x},\n"c": 1}', (("unterminated-string", 1, 13),)),
    "two texts added up": ('{"a": "1" + "2",\n"b": 1}', (("stray-character", 1, 11),)),
    "word after a value": ('{"a": "b" c}', (("stray-character", 1, 11),)),
    "cut off": ('{"a": {"b": [1,', (("unclosed-bracket", 1, 13),)),
    "number beyond all floats": ('{"a": 1e400}', (("bad-number", 1, 7),)),
    "emoji and CRLF before it": ('{"👋": 1,\r\n"é": 2,\r\n}', (("trailing-comma", 2, 7),)),
    "CR only": ('{"a": 1,\r"b": True}', (("unknown-word", 2, 6),)),
    "four in one file": (
        '{"a": 1,\n b: 2 // b\n "c": True\n "d": .5}',
        (("unquoted-key", 2, 2), ("missing-comma", 2, 5), ("comment", 2, 7), ("unknown-word", 3, 7),
         ("missing-comma", 3, 10), ("bad-number", 4, 7)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES.values(), ids=PLACES)
def test_each_mistake_is_reported_once_at_its_line_and_column(
    text: str, expected: tuple[tuple[str, int, int], ...]
) -> None:
    """No mistake causes a second one further on, and none hides another."""
    document = Document.read("x", text)
    starts = [(found.kind, document.range_of(found.start, found.end).start) for found in document.problems]
    assert expected == tuple((kind, place.line, place.column) for kind, place in starts)


SETTLED: dict[str, tuple[str, Any]] = {
    "quote and comma at one place": ('{"a": "1\n"b": 2}', {"a": "1", "b": 2}),
    "quote and bracket at one place": ('{"a": "x', {"a": "x"}),
    "quote and colon at one place": ('{"a\n 1}', {"a": 1}),
    "two brackets at one place": ('{"a": [1, {"b": 2', {"a": [1, {"b": 2}]}),
    "two like brackets at one place": ('{"a": {"b": {"c": 1', {"a": {"b": {"c": 1}}}),
    "text over two lines": ('{"a": "Hello\r\nworld"}', {"a": "Hello\nworld"}),
    "quote lost before brackets": ('{"a": {"b": "x},\n"c": 1}', {"a": {"b": "x"}, "c": 1}),
}


@pytest.mark.parametrize(("text", "value"), SETTLED.values(), ids=SETTLED)
def test_edits_at_one_offset_do_not_conflict(text: str, value: Any) -> None:
    """If two edits have the same offset, the second waits for the next round, and the result is the intended JSON."""
    for _ in range(4):
        text = apply(text, [edit for problem in Document.read("x", text).problems for edit in problem.edits])
    assert value == json.loads(text)


LARGE = {
    "plain": json.dumps([{"a": f"b{index}", "c": [1, 2, index]} for index in range(20_000)])[:-1] + ",]",
    "closers": '["' + "}" * 200_000,
    "spaces in a text": '"' + " " * 200_000,
    "lines of an open text": '{"a": "' + "x\n" * 30_000,
    "brackets": "[" + "{}" * 30_000,
    "quotes": "[" + '"\n' * 30_000,
}


@pytest.mark.timeout(60)  # reading takes a second at most
@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_large_broken_files_are_read(text: str) -> None:
    """No kind of mistake makes the reader scan the whole file repeatedly."""
    assert Document.read("x", text).problems


def test_the_garbage_collector_is_enabled_after_a_large_file() -> None:
    """Reading a large broken file leaves the garbage collector as it was."""
    Document.read("x", LARGE["plain"])
    assert gc.isenabled()


def test_reading_stops_after_too_many_mistakes() -> None:
    """A text with a mistake in every word is not a template: only the first two hundred are reported."""
    assert 200 == len(Document.read("x", "[" + "x " * 500_000).problems)


@given(document=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                             lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
                             max_leaves=20),
       indent=st.sampled_from([None, 0, 2]), data=st.data())  # fmt: skip
def test_both_ways_of_locating_a_value_agree(document: Any, indent: int | None, data: st.DataObject) -> None:
    """The fast look-up in valid JSON and the scanner agree on every pointer, including missing ones."""
    text = json.dumps(document, indent=indent)
    quick, slow = Document.read("x", text), Document.read("x", text)
    assert slow.node(()) is not None  # from here on the scanner's tree is used
    pointer: tuple[Any, ...] = ()
    node = document
    while isinstance(node, dict | list) and node and data.draw(st.booleans()):
        step = data.draw(st.sampled_from(sorted(node)) if isinstance(node, dict) else st.integers(0, len(node)))
        pointer = (*pointer, step)
        if isinstance(node, list) and step == len(node):
            break
        node = node[step]
    for at in (pointer, (*pointer, "missing")):
        for part in ("value", "key", "object"):
            assert slow.locate_offsets(at, part) == quick.locate_offsets(at, part)
