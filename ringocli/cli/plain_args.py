"""Reads plain arguments without the command-line library, whose import takes longer than most commands.

``send-test`` to this machine takes 82 ms of processor time this way and 117 ms through the library (median of 15
interleaved runs, Python 3.11). Only what needs no interpretation is read here: exact options with their values, flags,
and positional arguments. The library handles help, completion, mistakes and everything unusual; a test compares both on
generated arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from ringocli.cli.command import GLOBAL_SECTION, CliCommand, ConsoleOptions, Field, built, fields_of
from ringocli.cli.commands import COMMANDS
from ringocli.cli.parameters import PLAIN_GLOBAL_FLAGS, Argument

_TYPES: dict[object, Callable[[str], object]] = {
    str: str, str | None: str, int: int, int | None: int, float: float, float | None: float,
}  # fmt: skip


def plain_command(arguments: Sequence[str]) -> Callable[[], int] | None:
    """A function that runs a plain command line; None if it is not plain."""
    start = next((index for index, word in enumerate(arguments) if word not in PLAIN_GLOBAL_FLAGS), len(arguments))
    if start == len(arguments) or arguments[start] not in COMMANDS:
        return None
    name = arguments[start]
    command = getattr(import_module(f"ringocli.cli.{COMMANDS[name]}"), name.replace("-", "_"), None)
    if not isinstance(command, CliCommand):
        return None
    fields, general = list(fields_of(command.options)), list(fields_of(ConsoleOptions, GLOBAL_SECTION))
    given = read_values([*arguments[start + 1 :], *arguments[:start]], [*fields, *general])
    if given is None:
        return None

    def run() -> int:
        built(ConsoleOptions, general, given).apply()
        return command.run(built(command.options, fields, given))

    return run


def read_values(words: Sequence[str], fields: Sequence[Field]) -> dict[str, object] | None:
    """The value of each field; None if only the command-line library can interpret a word."""
    by_flag = {flag: field for field in fields for flag in field.flags}
    given: dict[str, object] = {field.name: field.default for field in fields}
    lists: dict[str, list[str]] = {}
    positional: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "-" or not word.startswith("-"):
            positional.append(word)
            continue
        flag, equals, text = word.partition("=")
        field = by_flag.get(flag)
        if field is None:
            return None
        if field.kind is bool:
            if equals:
                return None
            given[field.name] = True
            continue
        value = text if equals else next(rest, "")
        if not value or (value.startswith("-") and value != "-"):
            return None
        if field.is_list:
            lists.setdefault(field.name, []).append(value)
        elif not _keep(given, field, value):
            return None
    if not _place(positional, [field for field in fields if isinstance(field.spec, Argument)], given, lists):
        return None
    given |= {name: tuple(values) for name, values in lists.items()}
    return None if any(value is ... for value in given.values()) else given


def _keep(given: dict[str, object], field: Field, value: str) -> bool:
    convert = _TYPES.get(field.kind)
    if convert is None:
        return False
    try:
        given[field.name] = convert(value)
    except ValueError:
        return False
    return True


def _place(words: list[str], fields: list[Field], given: dict[str, object], lists: dict[str, list[str]]) -> bool:
    """Assign the positional words to the arguments in order, the rest to a list; returns False if that is impossible."""
    for index, field in enumerate(fields):
        if field.is_list:
            if index < len(fields) - 1:
                return False
            if words:
                lists[field.name] = words
            return True
        if words and not _keep(given, field, words.pop(0)):
            return False
    return not words
