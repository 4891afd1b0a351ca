"""Which character sets a body may have."""

from __future__ import annotations

import pytest

from ringocli.errors import LocalError
from ringocli.http.bodies import text_of


@pytest.mark.parametrize(
    "charset",
    ["utf-8", "UTF8", '"utf-8"', "iso-8859-1", "windows-1252", "Shift_JIS", "GB18030", "koi8-u", "us-ascii", ""],
)
def test_character_sets_of_the_web_are_read(charset: str) -> None:
    """Every label of a character set is recognised; an empty one means UTF-8."""
    assert "abc" == text_of(b"abc", f"text/plain; charset={charset}")


@pytest.mark.parametrize(
    "charset",
    ["punycode", "idna", "unicode_escape", "raw-unicode-escape", "zlib", "rot13", "base64", "undefined", "nonsense",
     "\x00", "x" * 5000, "encodings.aliases", "../utf_8"],
)  # fmt: skip
def test_other_codecs_of_python_are_not_character_sets(charset: str) -> None:
    """Other codecs may take quadratic time; unknown names are not looked up, because Python would keep them in
    memory.
    """
    with pytest.raises(LocalError, match="not valid"):
        text_of(b"a-" + b"b" * 1_000_000, f"text/plain; charset={charset}")
