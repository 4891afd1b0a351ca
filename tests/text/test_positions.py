"""Lines and columns of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringocli.text.positions import Lines, Position, Range


@given(st.text(st.sampled_from("ab\r\n\t👋"), max_size=30), st.data())
def test_a_position_is_counted_from_the_line_before_it(text: str, data: st.DataObject) -> None:
    """Lines end at LF, CRLF or a lone CR; columns count characters from 1."""
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    if text[offset - 1 : offset + 1] == "\r\n":
        return  # between CR and LF there is no position
    expected = Position(line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))
    assert expected == Lines(text).position(offset)


def test_a_range_ends_after_its_last_character() -> None:
    """The end of a range is exclusive."""
    expected = Range(start=Position(line=2, column=1), end=Position(line=2, column=3))
    assert expected == Lines("a\nbc").range(2, 4)


def test_an_indent_is_counted_up_to_the_offset() -> None:
    """Spaces and tabs count one each, only up to the offset."""
    lines = Lines("a\n \t b\r   c")
    assert [0, 3, 2, 3] == [lines.indent(offset) for offset in (0, 5, 4, 10)]
