"""Text in Markdown tables."""

from __future__ import annotations

import pytest

from ringocli.text.markdown import table_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("unknown variable $recipient$ (did you mean $to$?)", "unknown variable `$recipient$` (did you mean `$to$`?)"),
        ("property $API key$ costs $5", "property `$API key$` costs \\$5"),
        ("'a|b' is not documented", "'a\\|b' is not documented"),
        ("<img src=x>", "&lt;img src=x>"),
        ("a `b` *c* \\d", "a \\`b\\` \\*c\\* \\\\d"),
        ("$5 or $6", "\\$5 or \\$6"),
        ("two\nlines", "two lines"),
        ("$to$$from$", "`$to$$from$`"),
        ("[a](https://x.example)", "[a\\](https://x.example)"),
        ("__id is not message_id, ~x~ &copy;", "\\_\\_id is not message_id, \\~x\\~ &amp;copy;"),
    ],
)
def test_a_cell_shows_the_text(text: str, cell: str) -> None:
    """Nothing in the text is read as Markdown, HTML or a formula."""
    assert cell == table_cell(text)
