"""The terminal: data to stdout, everything else to stderr, colour only where someone sees it.

All printing goes through here, so that an old code page, a closed pipe or ``--quiet`` is handled once.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

_CODES = {
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bold": "1",
    "dim": "2",
}

_settings: dict[str, Any] = {"color": "auto", "quiet": False, "verbose": False}


def configure(*, color: str = "auto", quiet: bool = False, verbose: bool = False) -> None:
    """Set what the global options asked for; ``color`` is auto, always or never."""
    _settings.update(color=color, quiet=quiet, verbose=verbose)


def is_verbose() -> bool:
    """Whether ``--verbose`` was given."""
    return bool(_settings["verbose"])


def prepare_streams() -> None:
    """Let no character and no closed stream stop the program.

    What a console's code page lacks is written as an escape; what nobody can read goes nowhere.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started with the stream closed, as services and pythonw are
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def coloured(stream: TextIO) -> bool:
    """Whether escape codes belong on this stream: option, then NO_COLOR, FORCE_COLOR, TERM, then the terminal."""
    if _settings["color"] != "auto":
        return bool(_settings["color"] == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def styled(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """The text in colour if the stream (stdout unless said) wants it."""
    if not text or not coloured(stream or sys.stdout):
        return text
    return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"


def is_interactive() -> bool:
    """Whether someone can answer a question: both ends are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def out(text: str = "", *, end: str = "\n") -> None:
    """Write data to stdout."""
    sys.stdout.write(text + end)


def speaks_unicode() -> bool:
    """Whether stdout takes any character as it is."""
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")


def out_json(document: Any, *, indent: int | None = 2) -> None:
    """Write one JSON document to stdout; escaped where the console is not UTF-8, so that it stays JSON."""
    out(json.dumps(document, ensure_ascii=not speaks_unicode(), indent=indent))


def is_quiet() -> bool:
    """Whether remarks are not wanted."""
    return bool(_settings["quiet"])


def note(text: str = "", *styles: str) -> None:
    """Write a remark to stderr, unless ``--quiet``."""
    if not is_quiet():
        complain(text, *styles)


def remark(text: str, indent: str = "") -> None:
    """Write a longer remark to stderr, wrapped to 80 columns; further lines hang behind the first."""
    import textwrap

    note(textwrap.fill(text, 79, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False))


def detail(text: str) -> None:
    """Write a remark to stderr that only ``--verbose`` asks for."""
    if _settings["verbose"]:
        complain(text, "dim")


def complain(text: str, *styles: str) -> None:
    """Write an error or a warning to stderr; ``--quiet`` does not hide it."""
    if sys.stderr is not None:
        sys.stderr.write((styled(text, *styles, stream=sys.stderr) if styles else text) + "\n")
        sys.stderr.flush()


def asked(prompt: str) -> str:
    """One line from the terminal, asked for on stderr.

    Raises:
        KeyboardInterrupt: the terminal was closed instead of answering.
    """
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.rstrip("\r\n")


def printable(text: str) -> str:
    """Foreign text without control characters that could drive a terminal; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(char if (char >= " " and char != "\x7f") or char in "\n\t" else repr(char)[1:-1] for char in text)
