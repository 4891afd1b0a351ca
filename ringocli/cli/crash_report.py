"""The crash report of an internal error, for the developers; it contains no value of the user."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Sequence

from ringocli.cli.commands import COMMANDS
from ringocli.version import __version__


def write_crash_report(arguments: Sequence[str], error: Exception) -> tuple[str, str]:
    """Write a crash report of types, code locations and versions; returns the message and the hint that name it.

    Exception messages, values and options are left out, because they may contain what the user gave to the command.
    """
    report = (
        f"ringocli {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n"
        f"command: {next((word for word in arguments if word in COMMANDS), 'none')}\n\n"
        + "\n".join(_places(error))
        + "\n"
    )
    message = f"internal error ({type(error).__name__})"
    try:
        handle, path = tempfile.mkstemp(prefix="ringocli-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(report)
    except OSError:
        return message, f"No crash report could be written. Code locations: {'; '.join(_places(error)[-3:])}"
    return message, f"A crash report without your values was written to {path}"


def _places(error: BaseException) -> list[str]:
    """The type of the error and of its causes, each followed by the lines of code that it passed through."""
    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 300:
        found.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        for frame in traceback.extract_tb(cause.__traceback__, limit=-40):
            parts = frame.filename.replace(os.sep, "/").split("/")
            found.append(f"  {'/'.join(parts[-3:])}:{frame.lineno} in {frame.name}")
        cause = cause.__cause__ or cause.__context__
    return found
