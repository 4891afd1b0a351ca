"""The command line: one file a family of commands, and one place where errors become sentences and exit codes.

A command reads its options, makes one library call, prints, and leaves with a code. Heavy libraries are imported by
the commands that need them, so that ``--help`` stays quick; ``validate`` with plain arguments does without typer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ringocli import __version__
from ringocli.errors import RingocliError
from ringocli.text import console

INTERRUPTED = 130
BUG = 70


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; whatever goes wrong is said in one sentence."""
    console.prepare_streams()
    console.configure()
    try:
        code = _invoked(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        console.complain("stopped")
        return INTERRUPTED
    except RingocliError as error:
        return _stopped(arguments, error.code, error.message, error.hint)
    except BrokenPipeError:
        code = _reader_left()
    except Exception as error:  # the seam: nothing may reach the user as a traceback
        if isinstance(error, OSError) and error.errno == 22 and os.name == "nt":  # a closed pipe on Windows
            return _reader_left()
        return _stopped(arguments, BUG, *_bug(arguments, error))
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _reader_left()
    return code


def _invoked(arguments: Sequence[str]) -> int:
    from ringocli.cli.validate.fast_args import read_plain

    asked = read_plain(arguments) if "validate" in arguments[:3] else None
    if asked is not None:
        from ringocli.cli.validate.run import validate

        return validate(asked)
    from ringocli.cli.application import invoke

    return invoke(arguments)


def _stopped(arguments: Sequence[str], code: int, message: str, hint: str) -> int:
    """Say what stopped the command: on stderr, and as a document where JSON was asked for."""
    from ringocli.text.secret import redact

    message, hint = console.printable(redact(message)), console.printable(redact(hint))
    console.complain(f"{console.styled('error:', 'red', 'bold', stream=sys.stderr)} {message}")
    if hint:
        console.complain(f"  {hint}")
    if _wants_json(arguments):
        try:
            failure: dict[str, Any] = {"code": code, "message": message, "hint": hint or None}
            console.out_json({"schema_version": 1, "error": failure})
            sys.stdout.flush()
        except BrokenPipeError:
            _reader_left()
    return code


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _reader_left() -> int:
    """The reader of our output has gone (``| head``): stop quietly, and let the interpreter's last flush succeed."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return 0


def _bug(arguments: Sequence[str], error: Exception) -> tuple[str, str]:
    """Write a report without values or secrets; its place goes into the one sentence that is shown."""
    import platform
    import tempfile
    import traceback

    from ringocli.text.secret import redact

    options = [word.partition("=")[0] for word in arguments if word.startswith("-") and word != "-"]
    trace = "".join(traceback.format_exception(error))
    report = (
        f"ringocli {__version__}, Python {sys.version}, {platform.platform()}\n"
        f"command: {next((word for word in arguments if not word.startswith('-')), '')} {' '.join(options)}\n\n"
        f"{redact(trace)}"
    )
    handle, path = tempfile.mkstemp(prefix="ringocli-bug-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(report)
    return f"this is a bug in ringocli ({type(error).__name__})", f"A report without your values is in {path}."
