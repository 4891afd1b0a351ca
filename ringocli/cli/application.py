"""The whole command line, by typer: all commands, help, completion, and its errors in our words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from ringocli import __version__
from ringocli.cli.choosing import chosen
from ringocli.errors import UsageError
from ringocli.text import console
from ringocli.text.secret import forget

HELP = """Make, check and prove Ringotel SMS/MMS integrations on your own machine.

\b
Start here:
  ringocli init --preset telnyx            write a template
  ringocli validate telnyx-custom.json     find what would break
  ringocli render telnyx-custom.json       see the exact requests

Exit codes: 0 fine, 1 the answer is no, 2 asked wrongly, 3 could not be done here, 4 no reply from the network.
"""

FAMILIES = {
    "init": "init.command",
    "validate": "validate.command",
    "explain": "validate.command",
    "schema": "validate.command",
    "render": "show",
    "match": "show",
    "prove": "show",
    "send-test": "send",
    "simulate-webhook": "send",
    "emulate": "emulate",
    "clean": "emulate",
    "tour": "tour",
    "lsp": "lsp",
}
"""Which module has which command."""

# Typer has no public name for the base of its usage errors in all versions we take; its ancestry tells it.
ClickUsageError: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code.

    Raises:
        UsageError: it is no command line of ours.
        KeyboardInterrupt: a question was not answered.
        RingocliError: the command was stopped.
    """
    forget()
    try:
        command = typer.main.get_command(application(arguments))
        result = command.main(list(arguments), prog_name="ringocli", standalone_mode=False)
    except ClickUsageError as error:
        raise UsageError(_sentence(error), _usage(error)) from None
    except typer.Exit as error:
        return error.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def _sentence(error: Any) -> str:
    return " ".join(error.format_message().split()).rstrip(".")


def _usage(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return f"Run {context.command_path} --help." if context is not None else ""


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
    chosen("--color", color, ("auto", "always", "never"))
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
