"""The command line: one module per command, and the place where errors become messages and exit codes.

A command reads its options, makes one library call, prints, and returns an exit code. Heavy libraries are imported by
the commands that need them, so that ``--help`` stays quick; plain arguments are read without typer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ringocli.cli.completion_values import ASKING
from ringocli.errors import RingocliError
from ringocli.text import console
from ringocli.text.streams import discard, exit_code_for, guard_streams
from ringocli.text.version import __version__

INTERRUPTED = 130
INTERNAL_ERROR = 70


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Every error is reported in one sentence."""
    console.prepare_streams()
    guard_streams()
    console.reset()
    try:
        return _guarded(arguments)
    except OSError as error:
        code = exit_code_for(error)
        if code is None:
            raise
        return code


def _guarded(arguments: Sequence[str]) -> int:
    try:
        code = _invoked(arguments)
        if not sys.stdout.closed:  # the language server closes it
            sys.stdout.flush()
    except KeyboardInterrupt:
        console.complain("stopped")
        return INTERRUPTED
    except RingocliError as error:
        return _report(arguments, error.code, error.message, error.hint)
    except SystemExit as stop:  # shell completion ends so, and typer at the end of a pipe
        pipe_ended = stop.code == 1 and discard("stdout", "stderr")
        sys.stdout.flush()
        return 0 if pipe_ended else int(stop.code or 0)
    # The only place that catches everything: whatever is left is a bug of ringocli. It becomes a crash report without the
    # user's values instead of a traceback, which would print them.
    except Exception as error:
        code_of_stream = exit_code_for(error) if isinstance(error, OSError) else None
        if code_of_stream is not None:
            return code_of_stream
        return _report(arguments, INTERNAL_ERROR, *_crash_report(arguments, error))
    return code


def _invoked(arguments: Sequence[str]) -> int:
    if ASKING in os.environ and (code := _completed()) is not None:
        return code
    if arguments and arguments[0] in ("--install-completion", "--show-completion"):
        from ringocli.cli.completion import as_command

        arguments = as_command(list(arguments))
    from ringocli.cli.validate.fast_args import read_plain

    options = read_plain(arguments) if "validate" in arguments[:3] else None
    if options is not None:
        from ringocli.cli.validate.run import validate

        return validate(options)
    from ringocli.cli.plain_args import plain_command

    run_plain = plain_command(arguments)
    if run_plain is not None:
        from ringocli.text.secret import forget

        forget()
        return run_plain()
    from ringocli.cli.application import invoke

    return invoke(arguments)


def _completed() -> int | None:
    """Print proposals, if a shell asks for them; a mistake on the line only means that there are none."""
    from ringocli.cli.completion_scripts import answer, is_asked

    if not is_asked():
        return None
    try:
        sys.stdout.write(answer(os.environ))
    except RingocliError:
        return 1
    return 0


def _report(arguments: Sequence[str], code: int, message: str, hint: str) -> int:
    """Print an error on stderr and, with ``--format json``, as a document on stdout; returns the exit code."""
    from ringocli.text.secret import redact

    message, hint = console.printable(redact(message)), console.printable(redact(hint))
    console.error(message, hint)
    if _wants_json(arguments):
        failure: dict[str, Any] = {"code": code, "message": message, "hint": hint or None}
        console.out_json({"schema_version": 1, "error": failure})
        sys.stdout.flush()
    return code


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _crash_report(arguments: Sequence[str], error: Exception) -> tuple[str, str]:
    """Write a crash report of types, code locations and versions; returns the message and the hint that name it.

    Exception messages, values and options are left out, because they may contain what the user gave to the command.
    """
    import platform
    import tempfile

    from ringocli.cli.commands import COMMANDS

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
        return message, f"No crash report could be written. Places: {'; '.join(_places(error)[-3:])}"
    return message, f"A crash report without your values was written to {path}"


def _places(error: BaseException) -> list[str]:
    """The type of the error and of its causes, each followed by the lines of code that it passed through."""
    import traceback

    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 300:
        found.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        for frame in traceback.extract_tb(cause.__traceback__, limit=-40):
            parts = frame.filename.replace(os.sep, "/").split("/")
            found.append(f"  {'/'.join(parts[-3:])}:{frame.lineno} in {frame.name}")
        cause = cause.__cause__ or cause.__context__
    return found
