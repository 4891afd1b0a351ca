"""The command line: one file a family of commands, and one place where errors become sentences and exit codes.

A command reads its options, makes one library call, prints, and leaves with a code. Heavy libraries are imported by
the commands that need them, so that ``--help`` stays quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any

import typer

from ringocli import __version__, console
from ringocli.cli import options
from ringocli.errors import AskedWrongly, RingocliError
from ringocli.secret import blank, forget

HELP = """Make, check and prove Ringotel SMS/MMS integrations on your own machine.

\b
Start here:
  ringocli init --preset telnyx            write a template
  ringocli validate telnyx-custom.json     find what would break
  ringocli render telnyx-custom.json       see the exact requests

Exit codes: 0 fine, 1 the answer is no, 2 asked wrongly, 3 could not be done here, 4 no reply from the network.
"""

FAMILIES = {
    "init": "init",
    "validate": "check",
    "explain": "check",
    "schema": "check",
    "render": "show",
    "match": "show",
    "prove": "show",
    "send-test": "send",
    "simulate-webhook": "send",
    "emulate": "emulate",
    "clean": "emulate",
    "tour": "tour",
    "lsp": "editor",
}
"""Which module has which command."""

INTERRUPTED = 130
BUG = 70

# Typer has no public name for the base of its usage errors in all versions we take; its ancestry tells it.
UsageError: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def _version(asked: bool) -> None:
    if asked:
        console.out(f"ringocli {__version__} (Python {sys.version.split()[0]}, {sys.platform})")
        raise typer.Exit


def _global_options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    color: Annotated[str, typer.Option(metavar="auto|always|never", help="When to use colour.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No remarks on stderr, only errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="More remarks on stderr.")] = False,
) -> None:
    options.chosen("--color", color, ("auto", "always", "never"))
    console.configure(color=color, quiet=quiet, verbose=verbose)
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def application(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line. Only the family that the arguments name is loaded: each costs its share of the start."""
    app = typer.Typer(
        name="ringocli",
        # Typer's rich help takes twice as long to import and draws boxes where nobody asked for them.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, help=HELP)(_global_options)
    named = next((word for word in arguments if not word.startswith("-")), "")
    modules = {FAMILIES[named]} if named in FAMILIES else dict.fromkeys(FAMILIES.values())
    for module in modules:
        import_module(f"ringocli.cli.{module}").register(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; whatever goes wrong is said in one sentence."""
    console.prepare_streams()
    console.configure()
    forget()
    try:
        result = typer.main.get_command(application(arguments)).main(
            list(arguments), prog_name="ringocli", standalone_mode=False
        )
        code = result if isinstance(result, int) else 0
        sys.stdout.flush()
    except UsageError as error:
        return _stopped(arguments, AskedWrongly.code, _sentence(error), _usage(error))
    except typer.Exit as error:
        code = error.exit_code
    except (typer.Abort, KeyboardInterrupt):
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


def _sentence(error: Any) -> str:
    return " ".join(error.format_message().split()).rstrip(".")


def _usage(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return f"Run {context.command_path} --help." if context is not None else ""


def _stopped(arguments: Sequence[str], code: int, message: str, hint: str) -> int:
    """Say what stopped the command: on stderr, and as a document where JSON was asked for."""
    message, hint = console.printable(blank(message)), console.printable(blank(hint))
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

    options = [word.partition("=")[0] for word in arguments if word.startswith("-") and word != "-"]
    trace = "".join(traceback.format_exception(error))
    report = (
        f"ringocli {__version__}, Python {sys.version}, {platform.platform()}\n"
        f"command: {next((word for word in arguments if not word.startswith('-')), '')} {' '.join(options)}\n\n"
        f"{blank(trace)}"
    )
    handle, path = tempfile.mkstemp(prefix="ringocli-bug-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(report)
    return f"this is a bug in ringocli ({type(error).__name__})", f"A report without your values is in {path}."
