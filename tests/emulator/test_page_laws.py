"""What the page's pure modules promise, for any text: they run in a real browser, on the page that they are part of."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ringocli.messaging.segments import count_segments
from ringocli.testing.context import Emulator

Run = Callable[[str, Any], Any]

some = settings(max_examples=60)


@pytest.fixture(scope="module")
def run(browser: Any, shared: Emulator) -> Iterator[Run]:
    """Evaluates a function on the page; modules are imported by the page's own URLs."""
    page = browser.new_page()
    page.goto(shared.url + "/")
    yield page.evaluate
    page.close()


@st.composite
def spanned(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], dict[str, str]]:
    """A text, spans of its UTF-8 bytes that do not overlap, and what each variable covers."""
    text = draw(st.text(min_size=1, max_size=40))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans, covered = [], {}
    for number, (start, end) in enumerate(zip(cuts[::2], cuts[1::2], strict=False)):
        name = f"v{number}"
        spans.append({"variable": name, "start": len(text[:start].encode()), "end": len(text[:end].encode())})
        covered[name] = text[start:end]
    return text, spans, covered


PIECES = """async ([text, spans, laidOut]) =>
    (await import("./page/spans.js")).pieces(text, spans, laidOut).map(({text, variable}) => [text, variable])"""


@given(case=spanned())
@some
def test_colouring_keeps_the_text(run: Run, case: tuple[str, list[dict[str, Any]], dict[str, str]]) -> None:
    """The pieces together are the text, and each variable's piece has exactly its bytes in UTF-8."""
    text, spans, covered = case
    found = run(PIECES, [text, spans, False])
    assert text == "".join(words for words, _ in found)
    assert covered == {variable: words for words, variable in found if variable is not None}


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(document=documents, separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
@some
def test_laying_out_changes_white_space_alone(run: Run, document: Any, separators: tuple[str, str]) -> None:
    """Formatted JSON has the same value as before."""
    text = json.dumps(document, ensure_ascii=False, separators=separators)
    assert document == json.loads("".join(words for words, _ in run(PIECES, [text, [], True])))


@given(groups=st.lists(st.lists(st.integers(1, 60), max_size=12, unique=True), max_size=8))
@some
def test_exchanges_join_in_any_order(run: Run, groups: list[list[int]]) -> None:
    """In whatever order pages and live events arrive, each exchange is listed once, in its latest version."""
    told: dict[int, int] = {}
    for turn, group in enumerate(groups):
        told |= dict.fromkeys(group, turn)
    found = run(
        """async (groups) => {
            const {EMPTY, find, merge} = await import("./page/feed.js");
            let feed = EMPTY;
            groups.forEach((group, turn) => (feed = merge(feed, group.map((id) => ({id: String(id), turn})))));
            return feed.items.map((one) => [Number(one.id), find(feed, one.id).turn]);
        }""",
        groups,
    )
    assert sorted(told.items()) == [tuple(pair) for pair in found]


lines = st.lists(st.text("ab -+@{", max_size=6), max_size=8)


@given(old=lines, new=lines)
@some
def test_side_by_side_is_both_texts(run: Run, old: list[str], new: list[str]) -> None:
    """The left column is the old text and the right one the new, without their common indentation."""
    assume(old != new)
    diff = "\n".join(difflib.unified_diff(old, new, "old", "new", n=99, lineterm=""))
    pairs = run("""async (diff) => (await import("./page/diff.js")).sideBySide(diff)""", diff)
    shared = min((len(line) - len(line.lstrip(" ")) for line in old + new if line.strip()), default=0)
    for column, expected in ((0, old), (1, new)):
        shown = [pair[column]["text"] for pair in pairs if pair[column]["kind"] != "void"]
        assert [line[shared:] for line in expected] == shown


@given(text=st.text(max_size=60), characters=st.integers(1, 70), most=st.integers(1, 5))
@some
def test_a_clipped_text_is_its_beginning(run: Run, text: str, characters: int, most: int) -> None:
    """Clipping keeps a prefix within both limits and never splits a surrogate pair."""
    clip = """async ([text, characters, lines]) => (await import("./page/text.js")).clip(text, characters, lines)"""
    shown = run(clip, [text, characters, most])
    assert text.startswith(shown)
    assert len(shown.encode("utf-16-le")) <= 2 * characters
    assert shown.count("\n") < most


# Where counts change: both alphabets, their limits, characters that cost two, and any other.
parts = st.sampled_from(
    ["a", "€", "ü", "–", "😀", "\f", "\r", "x" * 66, "x" * 69, "x" * 152, "x" * 159, "ф" * 66, "😀" * 33]
)
texts = st.lists(parts | st.characters(exclude_categories=["Cs"]), max_size=6).map("".join)


@given(many=st.lists(texts, min_size=20, max_size=40))
@settings(max_examples=20)
def test_the_composer_counts_segments_as_the_command_line_does(run: Run, many: list[str]) -> None:
    """Encoding, units, segments and the character that forces UCS-2 are those of ``ringocli.messaging.segments``."""
    found = run("async (texts) => texts.map((await import('./page/segments.js')).segmentsOf)", many)
    for text, shown in zip(many, found, strict=True):
        counted = count_segments(text)
        assert shown == {
            "encoding": counted.encoding,
            "units": counted.units,
            "segments": counted.segments,
            "capacity": counted.capacity,
            "forcedBy": counted.forced_by.character if counted.forced_by else None,
        }
