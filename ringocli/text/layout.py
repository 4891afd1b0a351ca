"""Formats untrusted text and durations for terminal output, 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.text.console import printable
from ringocli.text.secret import redact

WIDTH = 80


def milliseconds(elapsed_ms: float) -> str:
    """A duration for display: ``3.2 ms``, ``182 ms``, ``1.5 s``."""
    if elapsed_ms >= 1000:
        return f"{elapsed_ms / 1000:.1f} s"
    return f"{elapsed_ms:.1f} ms" if elapsed_ms < 10 else f"{elapsed_ms:.0f} ms"


def one_line(text: str, most: int = 60) -> str:
    """Untrusted text on one line of at most ``most`` characters, with secrets redacted."""
    line = printable(redact(text)).replace("\n", "\\n").replace("\t", "\\t")
    return line if len(line) <= most else line[: most - 3] + "..."


def paragraph(text: str) -> list[str]:
    """Untrusted text in indented lines of the width."""
    from textwrap import wrap

    return wrap(printable(text), WIDTH, initial_indent="  ", subsequent_indent="  ")


def excerpt(text: str, *, lines: int = 6) -> Iterator[str]:
    """The first lines of a redacted body, indented and cut to the width."""
    all_lines = printable(text.strip()).replace("\t", "  ").splitlines()
    for line in all_lines[:lines]:
        yield f"  {line}" if len(line) <= WIDTH - 2 else f"  {line[: WIDTH - 5]}..."
    if len(all_lines) > lines:
        yield f"  ({len(all_lines) - lines} more lines)"
