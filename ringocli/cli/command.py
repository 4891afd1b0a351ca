"""Commands: a function of one options object, and the Typer signature that is built from the object's fields.

An options class is a frozen dataclass, or a ``NamedTuple`` where its import has to be quick. Each field is annotated
with an ``Argument`` or an ``Option``. A field whose type is another dataclass is a group of options, so that commands
share groups by composition; a group's ``SECTION`` is its heading in the help text.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand

from ringocli.cli.parameters import Argument, Option, flag_of
from ringocli.cli.proposals import complete_files
from ringocli.text import console

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

OptionsT = TypeVar("OptionsT")

GLOBAL_SECTION = "Global options"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions:
    """The options that every command takes, before or after its name."""

    SECTION = GLOBAL_SECTION

    color: Annotated[str | None, Option("When to use colour.", choices=("auto", "always", "never"))] = None
    quiet: Annotated[bool, Option("Only show errors.", flags=("--quiet", "-q"))] = False
    verbose: Annotated[bool, Option("Show more detail.", flags=("--verbose", "-v"))] = False

    def apply(self) -> None:
        """Set up the console; what is not given stays as it is."""
        console.configure(color=self.color, quiet=self.quiet or None, verbose=self.verbose or None)


class CliCommand(Generic[OptionsT]):
    """A command: what runs it, and what its help shows. Calling it runs it; the result is the exit code."""

    def __init__(self, name: str, run: Callable[[OptionsT], int], help_text: str, examples: Sequence[str]) -> None:
        self.name = name
        self.run = run
        self.help_text = help_text
        self.examples = tuple(examples)

    def __call__(self, options: OptionsT) -> int:
        return self.run(options)

    @property
    def options(self) -> type[OptionsT]:
        """The class of its options object."""
        found: type[OptionsT] = get_type_hints(self.run)["options"]
        return found

    def register(self, app: typer.Typer) -> None:
        """Add the command to an application."""
        app.command(self.name, help=self.help_text, cls=_SectionedCommand)(callback_of(self.options, self.run))


def command(
    name: str, summary: str, *, examples: Sequence[str] = (), more: str = ""
) -> Callable[[Callable[[OptionsT], int]], CliCommand[OptionsT]]:
    """Make a function of one options object a command. Each of the examples is run by a test."""
    return lambda run: CliCommand(name, run, help_text(summary, examples, more), examples)


def help_text(summary: str, examples: Sequence[str], more: str = "") -> str:
    """The help of a command: what it does, examples, then the rest."""
    lines = "\n".join(f"  {_continued(example)}" for example in examples)
    return f"{summary}\n\n\b\nExamples:\n{lines}" + (f"\n\n{more}" if more else "")


def _continued(example: str) -> str:
    """A command that fits on lines of 78 columns, each but the last ending with a backslash."""
    lines = [""]
    for option in re.split(r" (?=-)", example):  # an option stays with its value
        if lines[-1] and len(lines[-1]) + len(option) > 72:
            lines[-1] += " \\"
            lines.append(f"  {option}")
        else:
            lines[-1] += f" {option}" if lines[-1] else option
    return "\n  ".join(lines)


def callback_of(options: type[OptionsT], run: Callable[[OptionsT], int]) -> Callable[..., int]:
    """The function that Typer calls: its parameters are the fields of ``options`` and the global options."""
    leaves = list(_leaves(options))
    general = list(_leaves(ConsoleOptions))

    def callback(**given: Any) -> int:
        _built(ConsoleOptions, general, given).apply()
        return run(_built(options, leaves, given))

    parameters = [leaf.parameter() for leaf in (*leaves, *general)]
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    callback.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return callback


class _Leaf(NamedTuple):
    """One field of an options class, or of a group inside it."""

    name: str
    kind: Any
    default: Any
    spec: Argument | Option
    section: str | None

    @property
    def flags(self) -> tuple[str, ...]:
        """How the option is spelled; empty for an argument."""
        return () if isinstance(self.spec, Argument) else self.spec.flags or (flag_of(self.name),)

    @property
    def is_list(self) -> bool:
        return get_origin(self.kind) is tuple

    def parameter(self) -> inspect.Parameter:
        """The parameter that Typer reads."""
        kind = (
            list[str] | None if self.is_list and self.default is not ... else list[str] if self.is_list else self.kind
        )
        default = None if self.default == () else self.default
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=self._typer_info(default), annotation=kind
        )

    def _typer_info(self, default: Any) -> Any:
        if isinstance(self.spec, Argument):
            return typer.Argument(
                default, metavar=self.spec.metavar, help=self.spec.help, autocompletion=proposals_of(self.spec)
            )
        choices = "|".join(self.spec.choices)
        return typer.Option(
            default,
            *self.flags,
            help=self.spec.help,
            metavar=self.spec.metavar or choices or self._metavar,
            autocompletion=proposals_of(self.spec),
            rich_help_panel=self.section,
        )

    @property
    def _metavar(self) -> str | None:
        """What stands for the value in the help: its unit, N for a count, or the last word of the field's name."""
        if self.kind is bool or isinstance(self.spec, Argument):
            return None
        if self.spec.unit:
            return self.spec.unit.strip().upper()
        return "N" if self.kind in (int, int | None) else self.name.rsplit("_", 1)[-1].upper()

    def value(self, given: Any) -> Any:
        """What was given, checked.

        Raises:
            UsageError: not a choice, or out of range.
        """
        if self.is_list:
            given = tuple(given or ())
        if isinstance(self.spec, Option):
            for one in given if self.is_list else (given,):
                self.spec.check(self.flags[0], one)
        return given


def _leaves(options: type[Any], section: str | None = None) -> Iterator[_Leaf]:
    """The fields in the order of the class; a group is replaced by its fields."""
    section = getattr(options, "SECTION", section)
    defaults = _defaults(options)
    for name, hint in get_type_hints(options, include_extras=True).items():
        if is_dataclass(hint):
            yield from _leaves(hint, section) if isinstance(hint, type) else ()
        elif get_origin(hint) is Annotated:
            kind, spec = get_args(hint)
            yield _Leaf(name, kind, defaults.get(name, ...), spec, section)


def _defaults(options: type[Any]) -> dict[str, Any]:
    if is_dataclass(options):
        return {field.name: field.default for field in fields(options) if field.default is not MISSING}
    return dict(getattr(options, "_field_defaults", {}))


def _built(options: type[OptionsT], leaves: Sequence[_Leaf], given: dict[str, Any]) -> OptionsT:
    """The options object of what Typer read."""
    values = {leaf.name: leaf.value(given[leaf.name]) for leaf in leaves}
    return _filled(options, values)


def _filled(options: type[OptionsT], values: dict[str, Any]) -> OptionsT:
    hints = get_type_hints(options)
    found = {
        name: _filled(hint, values) if is_dataclass(hint) and isinstance(hint, type) else values[name]
        for name, hint in hints.items()
        if name in values or is_dataclass(hint)
    }
    return options(**found)


def proposals_of(spec: Argument | Option) -> Callable[..., list[str]] | None:
    """What completion calls for the values of a field; None if there is nothing to propose."""
    if spec.complete is not None:
        return spec.complete
    if choices := spec.choices:
        return lambda incomplete: [choice for choice in choices if choice.startswith(incomplete)]
    if spec.endings or any(word in (spec.metavar or "") for word in ("FILE", "PATH", "DIR", "TEMPLATE")):
        return complete_files(spec.endings)
    return None


class _SectionedCommand(TyperCommand):
    """A command whose help lists its options under the headings of their groups."""

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
            rows.setdefault("Arguments" if is_argument else section or "Options", []).append(record)
        first, last = [name for name in ("Arguments", "Options") if name in rows], [GLOBAL_SECTION]
        for name in (*first, *(name for name in rows if name not in (*first, *last)), *last):
            with formatter.section(name):
                formatter.write_dl(rows[name])
