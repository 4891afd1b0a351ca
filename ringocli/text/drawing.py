"""Drawing on a terminal with rich: tables, highlighted JSON and HTTP, diffs and progress.

rich takes longer to import than most commands run, so this module is imported only once something is drawn. Only the
terminal's own palette is used, without white, black, blue and yellow, so that text is readable on dark and light
backgrounds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from ringocli.text import console as plain

_THEME = Theme(
    {
        "json.key": "cyan",
        "json.str": "green",
        "json.number": "magenta",
        "json.bool_true": "magenta",
        "json.bool_false": "magenta",
        "json.null": "magenta",
        "json.brace": "none",
        "bar.complete": "green",
        "bar.finished": "green",
        "bar.pulse": "green",
        "bar.back": "dim",
        "progress.download": "none",
        "progress.remaining": "dim",
        "progress.spinner": "green",
        "table.header": "bold",
    }
)


def _console(stream: TextIO) -> Console:
    return Console(
        file=stream,
        force_terminal=True,
        color_system="standard" if plain.coloured(stream) else None,
        no_color=not plain.coloured(stream),
        theme=_THEME,
        highlight=False,
        markup=False,
        emoji=False,
    )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Draw a table on stdout; the first column is never wrapped."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, style="cyan" if index == 0 else "", no_wrap=index == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain.printable(cell)) for cell in row))
    _console(sys.stdout).print(table)


def print_json(text: str) -> None:
    """Print JSON text on stdout, highlighted and otherwise unchanged."""
    _console(sys.stdout).print(JSONHighlighter()(Text(plain.printable(text))), soft_wrap=True)


def print_http(text: str, variables: Iterable[str] = ()) -> None:
    """Print an HTTP request on stdout with method, header names, JSON and the values of variables highlighted."""
    head, separator, body = plain.printable(text).partition("\n\n")
    start, *headers = head.split("\n")
    shown = Text()
    method, _, target = start.partition(" ")
    shown.append(method, "bold").append(f" {target}")
    for header in headers:
        name, colon, value = header.partition(":")
        shown.append("\n").append(name, "cyan").append(colon + value)
    content = Text(body)
    if body.lstrip()[:1] in ("{", "["):
        JSONHighlighter().highlight(content)
    for value in variables:
        content.highlight_words([plain.printable(value)], "bold magenta")
    _console(sys.stdout).print(shown.append(separator).append_text(content), soft_wrap=True)


def print_diff(differences: Iterable[tuple[str, str, str]]) -> None:
    """Print (location, expected, found) as a diff on stdout: what was expected is removed, what was found is added."""
    shown = Text()
    for location, expected, found in differences:
        shown.append(f"  {plain.printable(location)}\n", "bold")
        shown.append(f"  - expected {plain.printable(expected)}\n", "red")
        shown.append(f"  + found    {plain.printable(found)}\n", "green")
    _console(sys.stdout).print(shown, end="", soft_wrap=True)


class ProgressBar:
    """A progress display on stderr that disappears at the end; without ``total`` it is a spinner."""

    def __init__(self, label: str, total: int | None) -> None:
        columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
        if total is not None:
            columns += [BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn()]
        self._progress = Progress(*columns, console=_console(sys.stderr), transient=True)
        self._task = self._progress.add_task(label, total=total)
        self._progress.start()

    def update(self, completed: int) -> None:
        """Show how much is done."""
        self._progress.update(self._task, completed=completed)

    def stop(self) -> None:
        """Remove the display."""
        self._progress.stop()
