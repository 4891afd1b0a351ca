"""The command line: one module per command, and the place where errors become messages and exit codes.

A command reads its options, makes one library call, prints, and returns an exit code. Heavy libraries are imported by
the commands that need them, so that ``--help`` stays quick; plain arguments are read without typer.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

from ringocli.cli.completion_values import COMPLETION_VARIABLE
from ringocli.errors import LocalError, RingocliError, UsageError
from ringocli.text import console
from ringocli.text.streams import discard, exit_code_for, guard_streams

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
    except SystemExit as stop:  # raised by shell completion, and by typer at the end of a pipe
        pipe_ended = stop.code == 1 and discard("stdout", "stderr")
        sys.stdout.flush()
        return 0 if pipe_ended else int(stop.code or 0)
    # The only handler for all exceptions: any other one is a bug of ringocli. It becomes a crash report without the
    # user's values instead of a traceback, which would print them.
    except Exception as error:
        code_of_stream = exit_code_for(error) if isinstance(error, OSError) else None
        if code_of_stream is not None:
            return code_of_stream
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return _report(arguments, LocalError.code, "too many open files", "Raise the limit with: ulimit -n 1024")
        from ringocli.cli.crash_report import write_crash_report

        return _report(arguments, INTERNAL_ERROR, *write_crash_report(arguments, error))
    return code


def _check_encoding(arguments: Sequence[str]) -> None:
    """Reject arguments that are not UTF-8 (they contain lone surrogates), unless they are names of files.

    Raises:
        UsageError: an argument has such bytes.
    """
    for argument in arguments:
        if not argument.isascii() and not os.path.lexists(argument):
            try:
                argument.encode("utf-8")
            except UnicodeEncodeError:
                shown = argument.encode("utf-8", "replace").decode()
                raise UsageError(
                    f"{shown.partition('=')[0][:40]!r} is not valid UTF-8", "Check the encoding of the terminal."
                ) from None


def _invoked(arguments: Sequence[str]) -> int:
    _check_encoding(arguments)
    if COMPLETION_VARIABLE in os.environ and (code := _completed()) is not None:
        return code
    if arguments and arguments[0] in ("--install-completion", "--show-completion"):
        from ringocli.cli.completion import as_command

        arguments = as_command(list(arguments))
    if "validate" in arguments[:3]:
        from ringocli.cli.validate.fast_args import read_plain

        options = read_plain(arguments)
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
    """Print proposals if a shell asks for them; for an invalid command line there are none."""
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
        failure = {"code": code, "message": message, "hint": hint or None}
        console.out_json({"schema_version": 1, "error": failure})
        sys.stdout.flush()
    return code


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)
