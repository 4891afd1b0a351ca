"""The whole command line: all commands, help and completion by typer, and its errors in our format."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from ringocli.cli.commands import COMMANDS
from ringocli.cli.parameters import chosen
from ringocli.cli.typer_command import register, register_without_options
from ringocli.errors import UsageError
from ringocli.text import console
from ringocli.text.secret import forget
from ringocli.version import __version__

if TYPE_CHECKING:
    from typer._click.exceptions import ClickException
else:
    # The base class of Typer's usage errors is not public, and its module differs between the supported versions.
    ClickException = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")

HELP = """Build, check and test Ringotel SMS/MMS integrations on your own machine.

\b
Start here:
  ringocli init --preset telnyx            write a template
  ringocli validate telnyx-custom.json     find mistakes in it
  ringocli render telnyx-custom.json       see the exact requests

\b
Exit codes:
  0  success                          4    no response from the network
  1  problems found / check failed    70   internal error
  2  usage error                      130  interrupted (Ctrl-C)
  3  local error (file, port)
"""


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    Raises:
        UsageError: the command line is invalid.
        KeyboardInterrupt: a prompt was not answered.
        RingocliError: the command was stopped.
    """
    forget()
    try:
        command = typer.main.get_command(application(arguments))
        result = command.main(list(arguments), prog_name="ringocli", standalone_mode=False)
    except ClickException as error:
        raise UsageError(_message(error), _usage(error)) from None
    except typer.Exit as error:
        return error.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def _message(error: ClickException) -> str:
    """The message of a usage error in the style of ringocli's own: no capital, no full stop, one form of suggestion."""
    text = " ".join(error.format_message().split()).rstrip(".")
    text = re.sub(r"\. Did you mean '([^']+)'\?$", r" (did you mean \1?)", text)
    text = re.sub(r" \(Possible options: ([^,)]+)[^)]*\)$", r" (did you mean \1?)", text)
    text = re.sub(r"\. Did you mean (--[\w-]+)\?$", r" (did you mean \1?)", text)
    text = re.sub(
        r"^Invalid value for '([^']+)'.*: ('.*') is not a valid int(eger)?$", r"\1 must be a whole number, not \2", text
    )
    text = re.sub(r"^Invalid value for '([^']+)'.*: ('.*') is not a valid float$", r"\1 must be a number, not \2", text)
    return text[:1].lower() + text[1:]


def _usage(error: ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"Run: {context.command_path} --help" if context is not None else ""


def _version(wanted: bool) -> None:
    if wanted:
        console.out(f"ringocli {__version__} (Python {sys.version.split()[0]}, {sys.platform})")
        raise typer.Exit


_COLOURS = ("auto", "always", "never")


def _colours(incomplete: str) -> list[str]:
    return [word for word in _COLOURS if word.startswith(incomplete)]


def _global_options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    color: Annotated[
        str, typer.Option(metavar="auto|always|never", help="When to use colour.", autocompletion=_colours)
    ] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only show errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show more detail.")] = False,
) -> None:
    chosen("--color", color, _COLOURS)
    console.configure(color=color, quiet=quiet, verbose=verbose)
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def application(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The Typer application; with arguments, only the part that they need, so that it starts quickly.

    That part is the command that they name or, if they name none, the list of commands without their options.
    """
    app = typer.Typer(
        name="ringocli",
        # Typer's rich help takes twice as long to import and draws boxes.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,  # Typer's scripts fail at spaces and colons; ours are in completion_scripts.py
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, help=HELP)(_global_options)
    named = _command_in(arguments or ())
    for name in [named] if named in COMMANDS else COMMANDS:
        command = getattr(import_module(f"ringocli.cli.{COMMANDS[name]}"), name.replace("-", "_"))
        if arguments is None or name == named:
            register(app, command)
        else:
            register_without_options(app, command)
    return app


def _command_in(arguments: Sequence[str]) -> str:
    """The first word that is not a global option; empty if there is none, or help about all commands comes first."""
    words = iter(arguments)
    for word in words:
        if word in ("-h", "--help"):
            break
        if word == "--color":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""
