"""Printing: data goes to stdout, everything else to stderr; colour is used only on terminals.

All output passes through here, so that old code pages, closed streams and ``--quiet`` are handled in one place.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, TextIO

from ringocli.text.json_numbers import dumps
from ringocli.text.secret import redact, redact_tree

_CODES = {  # without black, white, blue and yellow, which cannot be read on every background
    "red": "31",
    "green": "32",
    "magenta": "35",
    "cyan": "36",
    "bold": "1",
    "dim": "2",
}


class _Settings:
    """The global options; ``reveals`` is ``--show-secrets``."""

    color = "auto"
    quiet = False
    verbose = False
    reveals = False


_settings = _Settings()


def reset() -> None:
    """Return to the defaults of the global options."""
    global _settings
    _settings = _Settings()


def configure(*, color: str | None = None, quiet: bool | None = None, verbose: bool | None = None) -> None:
    """Set the global options that are not None; ``color`` is auto, always or never."""
    if color is not None:
        _settings.color = color
    if quiet is not None:
        _settings.quiet = quiet
    if verbose is not None:
        _settings.verbose = verbose


def reveal_secrets() -> None:
    """Stop masking known secrets in what is printed, for ``--show-secrets``."""
    _settings.reveals = True


def is_verbose() -> bool:
    """Whether ``--verbose`` was given."""
    return _settings.verbose


def prepare_streams() -> None:
    """Make sure that printing never fails.

    Characters that the console's code page lacks are written as escapes; a closed stream becomes the null device.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # started with the stream closed, as services and pythonw are
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (open until the process ends)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def coloured(stream: TextIO) -> bool:
    """Whether to use colour: by ``--color``, then NO_COLOR, FORCE_COLOR, TERM, then whether it is a terminal."""
    if _settings.color != "auto":
        return _settings.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def is_terminal(stream: TextIO) -> bool:
    """Whether the stream is a terminal that can position its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def draws(stream: TextIO) -> bool:
    """Whether tables and highlighting belong on this stream: it is a terminal, or colour is forced."""
    return is_terminal(stream) or coloured(stream)


def styled(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """The text with escape codes, if ``stream`` (default: stdout) is coloured."""
    if not text or not coloured(stream or sys.stdout):
        return text
    return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"


def is_interactive() -> bool:
    """Whether a person can answer a prompt: stdin and stderr are terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def out(text: str = "", *, end: str = "\n", hang: int | None = None) -> None:
    """Write data to stdout. On a terminal, long lines are wrapped if ``hang`` gives the indent of the further lines."""
    text = _safe(text, sys.stdout)
    sys.stdout.write((text if hang is None else _wrapped(text, sys.stdout, hang)) + end)


def speaks_unicode() -> bool:
    """Whether stdout is UTF-8, so that it can print every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")


def out_json(document: Any, *, indent: int | None = 2) -> None:
    """Write one JSON document to stdout; non-ASCII characters are escaped unless stdout is UTF-8."""
    shown = document if _settings.reveals else redact_tree(document)
    sys.stdout.write(dumps(shown, ensure_ascii=not speaks_unicode(), indent=indent) + "\n")


def is_quiet() -> bool:
    """Whether ``--quiet`` was given."""
    return _settings.quiet


def note(text: str = "", *styles: str) -> None:
    """Write a note to stderr, unless ``--quiet``."""
    if not is_quiet():
        complain(text, *styles)


def announce_stdin(name: str, what: str) -> None:
    """On a terminal, say that stdin is read, and how to end it; ``name`` is the file's, ``-`` for stdin."""
    if name == "-" and sys.stdin is not None and sys.stdin.isatty():
        note(f"Paste {what}, then press {'Ctrl-Z and Enter' if sys.platform == 'win32' else 'Ctrl-D'}.")


def excerpt(text: str) -> None:
    """Write a pasted text or a request to stderr with its own line breaks, unless ``--quiet``."""
    if sys.stderr is not None and not is_quiet():
        sys.stderr.write(_safe(text, sys.stderr) + "\n")
        sys.stderr.flush()


def remark(text: str, indent: str = "") -> None:
    """Write a longer note to stderr, wrapped to 80 columns with a hanging indent; no line ends inside a short command."""
    import textwrap

    if sys.stderr is not None:
        text = _safe(text, sys.stderr)  # before a secret with spaces in it can be broken into lines
    text = re.sub(_SHORT_COMMAND, lambda found: found.group().replace(" ", "\0"), text)
    text = textwrap.fill(text, 79, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False)
    note(text.replace("\0", " "))


def detail(text: str) -> None:
    """Write a note to stderr, only with ``--verbose``."""
    if _settings.verbose:
        complain(text, "dim")


def complain(text: str, *styles: str) -> None:
    """Write an error or a warning to stderr, even with ``--quiet``."""
    if sys.stderr is not None:
        text = _wrapped(_safe(text, sys.stderr), sys.stderr)
        sys.stderr.write((styled(text, *styles, stream=sys.stderr) if styles else text) + "\n")
        sys.stderr.flush()


def error(message: str, hint: str = "") -> None:
    """Write an error and what to do about it to stderr."""
    complain(f"{styled('error:', 'red', 'bold', stream=sys.stderr)} {message}")
    if hint:
        complain(f"  {hint}")


def ask(prompt: str) -> str:
    """Prompt on stderr, and read one line from the terminal.

    Raises:
        KeyboardInterrupt: the terminal was closed.
    """
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.rstrip("\r\n")


def printable(text: str) -> str:
    """Text from outside as it is safe to show: secrets masked, control characters and bidirectional overrides escaped."""
    if not _settings.reveals:
        text = redact(text)
    if text.isprintable():
        return text
    return "".join(repr(char)[1:-1] if _controls_terminal(char) else char for char in text)


def _safe(text: str, stream: TextIO) -> str:
    """The final text of a line: secrets masked and, on a terminal, without C1 controls and bidirectional overrides."""
    if not _settings.reveals:
        text = redact(text)
    if text.isascii() or not stream.isatty():
        return text
    return "".join(repr(char)[1:-1] if char > "~" and _controls_terminal(char) else char for char in text)


def _wrapped(text: str, stream: TextIO, hang: int = 2) -> str:
    """On a terminal, the text with its long lines broken at spaces; elsewhere the text as it is.

    The parts of a line after the first are indented by ``hang`` columns, but by two more than the line itself at least.
    A ringocli command is never broken, so that it can be copied.
    """
    if not is_terminal(stream):
        return text
    import shutil

    width = shutil.get_terminal_size().columns
    return "\n".join(line if _columns(line) <= width else _broken(line, width, hang) for line in text.split("\n"))


def _broken(line: str, width: int, hang: int) -> str:
    unbreakable = re.sub(_COMMAND, lambda found: found.group().replace(" ", "\0"), line)
    start = unbreakable.lstrip(" ")
    margin = len(line) - len(start)
    hanging = " " * max(margin + 2, hang)
    words = start.split(" ")
    lines = [" " * margin + words[0]]
    for word in words[1:]:
        if _columns(lines[-1]) + 1 + _columns(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(hanging + word)
    return "\n".join(lines).replace("\0", " ")


def _columns(text: str) -> int:
    """How wide the text is, without its escape codes."""
    return len(re.sub(_ESCAPE_CODE, "", text))


_ESCAPE_CODE = r"\033\[[\d;]*m"
_COMMAND = r"(?<![\w/])ringocli [^;)]+"
_SHORT_COMMAND = r"(?<![\w/])ringocli (?:[^();]*(?=\))|[a-z-]+)"


def _controls_terminal(char: str) -> bool:
    """Whether a character could control a terminal or reorder the text around it; line breaks and tabs do not."""
    is_control = char < " " or "\x7f" <= char <= "\x9f"
    return (is_control and char not in "\n\t") or char in _BIDIRECTIONAL


_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
