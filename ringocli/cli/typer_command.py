"""A command for Typer: the signature that is built from the fields of an options class, and its help.

Separate from ``command``, because importing Typer takes longer than most commands.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import typer
from typer.core import TyperCommand

from ringocli.cli.command import GLOBAL_SECTION, CliCommand, ConsoleOptions, Field, built, fields_of
from ringocli.cli.completion_values import complete_files
from ringocli.cli.parameters import Argument, Option

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

OptionsT = TypeVar("OptionsT")


def register(app: typer.Typer, command: CliCommand[OptionsT]) -> None:
    """Add a command to an application."""
    app.command(command.name, help=command.help_text, cls=SectionedCommand)(callback_of(command.options, command.run))


def register_without_options(app: typer.Typer, command: CliCommand[OptionsT]) -> None:
    """Add a command that is listed in the help of the application, but never run."""
    app.command(command.name, help=command.help_text)(lambda: None)


def callback_of(options: type[OptionsT], run: Callable[[OptionsT], int]) -> Callable[..., int]:
    """The function that Typer calls: its parameters are the fields of ``options`` and the global options."""
    leaves = list(fields_of(options))
    general = list(fields_of(ConsoleOptions, GLOBAL_SECTION))

    def callback(**given: object) -> int:
        built(ConsoleOptions, general, given).apply()
        return run(built(options, leaves, given))

    parameters = [_parameter(leaf) for leaf in (*leaves, *general)]
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # functions may have it
    callback.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return callback


def _parameter(field: Field) -> inspect.Parameter:
    """The parameter that Typer reads."""
    kind = (
        list[str] | None if field.is_list and field.default is not ... else list[str] if field.is_list else field.kind
    )
    default = None if field.default == () else field.default
    if isinstance(default, float) and default.is_integer():
        default = int(default)  # so that the help says 10, not 10.0; Typer converts it
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=_typer_info(field, default), annotation=kind
    )


def _typer_info(field: Field, default: object) -> object:
    if isinstance(field.spec, Argument):
        return typer.Argument(
            default, metavar=field.spec.metavar, help=field.spec.help, autocompletion=proposals_of(field.spec)
        )
    choices = "|".join(field.spec.choices)
    return typer.Option(
        default,
        *field.flags,
        help=field.spec.help,
        metavar=field.spec.metavar or choices or _metavar(field),
        autocompletion=proposals_of(field.spec),
        rich_help_panel=field.section,
    )


def _metavar(field: Field) -> str | None:
    """The placeholder for the value in the help: its unit, N for a count, or the last word of the field's name."""
    if field.kind is bool or isinstance(field.spec, Argument):
        return None
    if field.spec.unit:
        return field.spec.unit.strip().upper()
    return "N" if field.kind in (int, int | None) else field.name.rsplit("_", 1)[-1].upper()


def proposals_of(spec: Argument | Option) -> Callable[..., list[str]] | None:
    """The function that completes the values of a field; None if there is nothing to propose."""
    if spec.complete is not None:
        return spec.complete
    if choices := spec.choices:
        return lambda incomplete: [choice for choice in choices if choice.startswith(incomplete)]
    if spec.endings or any(word in (spec.metavar or "") for word in ("FILE", "PATH", "DIR", "TEMPLATE")):
        return complete_files(spec.endings)
    return None


_UNBREAKABLE = {"-": "\u2011", " ": "\u00a0"}
"""What stands for a hyphen or a space while lines are broken."""


def _unbroken(text: str) -> str:
    """Help text whose lines are not broken inside an option, a scheme, a command's name or a default."""
    return re.sub(
        r"(?<=\w)-(?=\w)|(?<=\bringocli) (?=[a-z])|(?<=\[default:) ", lambda found: _UNBREAKABLE[found.group()], text
    )


class SectionedCommand(TyperCommand):
    """A command whose help lists its options under the headings of their groups."""

    def get_help(self, ctx: Context) -> str:
        """The whole help text."""
        text = super().get_help(ctx)
        for written, stand_in in _UNBREAKABLE.items():
            text = text.replace(stand_in, written)
        return text

    def format_help_text(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the summary, the examples and the explanations."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_unbroken(inspect.cleandoc(self.help or "")))

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """The arguments of the usage line, without Typer's braces around required ones."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write arguments, options, then each section; the global options come last."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            is_argument = parameter.param_type_name == "argument"
            section = getattr(parameter, "rich_help_panel", None)
            section = GLOBAL_SECTION if parameter.name == "help" else section
            name, text = record
            rows.setdefault("Arguments" if is_argument else section or "Options", []).append((name, _unbroken(text)))
        first, last = [name for name in ("Arguments", "Options") if name in rows], [GLOBAL_SECTION]
        for name in (*first, *(name for name in rows if name not in (*first, *last)), *last):
            with formatter.section(name):
                formatter.write_dl(rows[name])
