"""Commands: a function of one options object, whose fields are its arguments and options.

An options class is a ``NamedTuple``, because a dataclass takes six times as long to define. Each field is annotated
with an ``Argument`` or an ``Option``, or with a ``Group`` if its type is another options class, so that commands share
groups by composition. The modules of options classes evaluate their annotations, which is faster than reading them from
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Generic, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from ringocli.cli.parameters import Argument, Group, Option, flag_of
from ringocli.text import console

OptionsT = TypeVar("OptionsT")

GLOBAL_SECTION = "Global options"


class ConsoleOptions(NamedTuple):
    """The options that every command accepts, before or after its name."""

    color: Annotated[str | None, Option("When to use colour.", choices=("auto", "always", "never"))] = None
    quiet: Annotated[bool, Option("Only show errors.", flags=("--quiet", "-q"))] = False
    verbose: Annotated[bool, Option("Show more detail.", flags=("--verbose", "-v"))] = False

    def apply(self) -> None:
        """Set up the console; options that are not given change nothing."""
        console.configure(color=self.color, quiet=self.quiet or None, verbose=self.verbose or None)


class CliCommand(Generic[OptionsT]):
    """A command: the function that runs it, and its help. Calling it runs it and returns the exit code."""

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


def command(
    name: str, summary: str, *, examples: Sequence[str] = (), more: str = ""
) -> Callable[[Callable[[OptionsT], int]], CliCommand[OptionsT]]:
    """Turn a function that takes an options object into a command. A test runs each of the examples."""
    return lambda run: CliCommand(name, run, help_text(summary, examples, more), examples)


def help_text(summary: str, examples: Sequence[str], more: str = "") -> str:
    """The help of a command: a summary, examples, then further explanations."""
    lines = "\n".join(f"  {_continued(example)}" for example in examples)
    return f"{summary}\n\n\b\nExamples:\n{lines}" + (f"\n\n{more}" if more else "")


def _continued(example: str) -> str:
    """The command, broken into lines of at most 78 columns that are joined by backslashes."""
    lines = [""]
    for option in re.split(r" (?=-)", example):  # an option stays with its value
        if lines[-1] and len(lines[-1]) + len(option) > 72:
            lines[-1] += " \\"
            lines.append(f"  {option}")
        else:
            lines[-1] += f" {option}" if lines[-1] else option
    return "\n  ".join(lines)


class Field(NamedTuple):
    """One field of an options class, or of a group inside it."""

    name: str
    kind: object
    default: object
    spec: Argument | Option
    section: str | None

    @property
    def flags(self) -> tuple[str, ...]:
        """How the option is spelled; empty for an argument."""
        return () if isinstance(self.spec, Argument) else self.spec.flags or (flag_of(self.name),)

    @property
    def is_list(self) -> bool:
        return get_origin(self.kind) is tuple

    def value(self, given: object) -> object:
        """The given value, checked; a URL of this machine may be given without ``http://``.

        Raises:
            UsageError: not a choice, or out of range.
        """
        values = tuple(given) if isinstance(given, list | tuple) else (given,) if given is not None else ()
        if isinstance(self.spec, Option):
            for one in values:
                self.spec.check(self.flags[0], one)
            if (self.spec.metavar or "").startswith("URL") and isinstance(given, str):
                from ringocli.text.url import with_local_scheme

                return with_local_scheme(given)
        return values if self.is_list else given


def fields_of(options: type[object], section: str | None = None) -> Iterator[Field]:
    """The fields in the order of the class; a group is replaced by its fields."""
    defaults: Mapping[str, object] = getattr(options, "_field_defaults", {})
    for name, kind, spec in _declared(options):
        if isinstance(spec, Group):
            assert isinstance(kind, type)
            yield from fields_of(kind, spec.heading or section)
        else:
            yield Field(name, kind, defaults.get(name, ...), spec, section)


def _declared(options: type[object]) -> list[tuple[str, object, Argument | Option | Group]]:
    """The name, the type and the metadata of each field."""
    return [(name, *get_args(hint)) for name, hint in get_type_hints(options, include_extras=True).items()]


def built(options: type[OptionsT], leaves: Sequence[Field], given: Mapping[str, object]) -> OptionsT:
    """The options object of what Typer read."""
    values = {leaf.name: leaf.value(given[leaf.name]) for leaf in leaves}
    return _filled(options, values)


def _filled(options: type[OptionsT], values: Mapping[str, object]) -> OptionsT:
    found: dict[str, object] = {}
    for name, kind, spec in _declared(options):
        if isinstance(spec, Group):
            assert isinstance(kind, type)
            found[name] = _filled(kind, values)
        else:
            found[name] = values[name]
    return options(**found)
