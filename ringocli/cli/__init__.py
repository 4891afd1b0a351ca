"""The command line: one module per command, and the place where errors become messages and exit codes.

A command reads its options, makes one library call, prints, and returns an exit code. Heavy libraries are imported by
the commands that need them, so that ``--help`` stays quick; ``validate`` with plain arguments does without typer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ringocli.errors import RingocliError
from ringocli.text import console
from ringocli.text.version import __version__

INTERRUPTED = 130
INTERNAL_ERROR = 70


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. Every error is reported in one sentence."""
    console.prepare_streams()
    console.reset()
    try:
        code = _invoked(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        console.complain("stopped")
        return INTERRUPTED
    except RingocliError as error:
        return _report(arguments, error.code, error.message, error.hint)
    except BrokenPipeError:
        code = _reader_left()
    except Exception as error:  # the outermost boundary: the user must never see a traceback
        if isinstance(error, OSError) and error.errno == 22 and os.name == "nt":  # a closed pipe on Windows
            return _reader_left()
        return _report(arguments, INTERNAL_ERROR, *_crash_report(arguments, error))
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _reader_left()
    return code


def _invoked(arguments: Sequence[str]) -> int:
    from ringocli.cli.validate.fast_args import read_plain

    options = read_plain(arguments) if "validate" in arguments[:3] else None
    if options is not None:
        from ringocli.cli.validate.run import validate

        return validate(options)
    from ringocli.cli.application import invoke

    return invoke(arguments)


def _report(arguments: Sequence[str], code: int, message: str, hint: str) -> int:
    """Print an error on stderr, and as a document on stdout where JSON was asked for; the exit code."""
    from ringocli.text.secret import redact

    message, hint = console.printable(redact(message)), console.printable(redact(hint))
    console.error(message, hint)
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
    """Stop quietly after the reader of stdout has gone (``| head``); the interpreter's last flush must succeed."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return 0


def _crash_report(arguments: Sequence[str], error: Exception) -> tuple[str, str]:
    """Write a report without values or secrets; the message and the hint that name it."""
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
    handle, path = tempfile.mkstemp(prefix="ringocli-crash-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(report)
    return f"internal error ({type(error).__name__})", f"A redacted crash report was written to {path}"
