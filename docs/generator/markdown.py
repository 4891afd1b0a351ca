"""Markdown that MkDocs and Git hosts show alike."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

GENERATED = "<!-- written by docs/generate.py; edit the code instead -->\n\n"


def cell(text: str) -> str:
    """A text as the cell of a table. Vertical bars are HTML, as parsers differ on escaping them."""

    def code(found: re.Match[str]) -> str:
        return f"<code>{html.escape(found.group(1), quote=False)}</code>"

    return re.sub(r"`([^`]*\|[^`]*)`", code, text).replace("|", "&#124;").replace("\n", " ")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already, except for vertical bars."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def fenced(text: str, language: str = "text", title: str = "") -> str:
    """A code block; ``title`` is the name of the file whose content it shows."""
    info = f'{language} title="{title}"' if title else language
    return f"```{info}\n{text.rstrip()}\n```"


def page(*parts: str) -> str:
    """A generated page."""
    return GENERATED + "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def plain(text: str) -> str:
    """A help text as Markdown: no HTML tags and no emphasis by accident, and options as code."""
    escaped = text.replace("<", "&lt;").replace("*", "\\*")
    return re.sub(r"(?<![`\w-])--[a-z][\w-]*", r"`\g<0>`", escaped)
