"""Commands are built from the fields of their options classes; every command follows the same conventions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import pytest
import typer

from ringocli.cli.application import COMMANDS
from ringocli.cli.command import command
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import UsageError
from ringocli.text import console
from tests.conftest import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOptions:
    """A group that commands share."""

    SECTION = "Group"

    level: Annotated[int, Option("A level.", min=1, max=9)] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleOptions:
    """One field of each kind."""

    file: Annotated[str, Argument("FILE", "A file.")]
    more: Annotated[tuple[str, ...], Argument("[MORE]...", "More files.")] = ()
    set: Annotated[tuple[str, ...], Option("Values.", metavar="NAME=VALUE")] = ()
    color_name: Annotated[str, Option("A colour.", choices=("red", "green"))] = "red"
    dry_run: Annotated[bool, Option("Do nothing.")] = False
    group: GroupOptions


def parsed(*arguments: str) -> ExampleOptions:
    """The options object that a command line gives."""
    seen: list[ExampleOptions] = []

    @command("example", "An example.")
    def example(options: ExampleOptions) -> int:
        seen.append(options)
        return 7

    app = typer.Typer(rich_markup_mode=None)
    example.register(app)
    assert 7 == typer.main.get_command(app).main(list(arguments), standalone_mode=False)
    return seen[0]


def test_fields_become_arguments_and_options() -> None:
    """Names, lists, choices, flags and groups arrive in the fields that declare them."""
    everything = parsed(
        "a", "b", "c", "--set", "x=1", "--set", "y=2", "--color-name", "green", "--dry-run", "--level=9"
    )
    assert everything == ExampleOptions(
        file="a",
        more=("b", "c"),
        set=("x=1", "y=2"),
        color_name="green",
        dry_run=True,
        group=GroupOptions(level=9),
    )
    assert parsed("a") == ExampleOptions(file="a", group=GroupOptions())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--color-name", "gren"), "invalid --color-name 'gren' (did you mean green?)"),
        (("--level", "10"), "--level must be between 1 and 9"),
    ],
)
def test_invalid_values_are_usage_errors(arguments: tuple[str, ...], message: str) -> None:
    """Choices and ranges are checked where the options object is built."""
    with pytest.raises(UsageError) as caught:
        parsed("a", *arguments)
    assert message == caught.value.message


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_global_options_are_accepted_before_and_after_the_command(ringocli: Command, acme: Path, before: bool) -> None:
    """``-q``, ``-v`` and ``--color`` mean the same at both places."""
    general = ["-q", "--color", "always"]
    command_line = ["render", acme, "--set", "content=Hi"]
    done = ringocli(*general, *command_line) if before else ringocli(*command_line, *general)
    assert (0, "") == (done.code, done.err)
    assert "\033[" in done.out
    done = ringocli("-v", "explain", "RT401") if before else ringocli("explain", "RT401", "-v")
    assert (0, True) == (done.code, console.is_verbose())


@pytest.mark.parametrize(("name", "path"), COMMANDS.items())
def test_every_command_has_examples_and_a_one_line_summary(ringocli: Command, name: str, path: str) -> None:
    """The summary is not cut in ``ringocli --help``, and the help of the command fits 80 columns."""
    summary = next(line for line in ringocli("--help").out.splitlines() if line.startswith(f"  {name} "))
    assert summary.endswith((".", ")")), summary
    assert not summary.endswith("...")
    assert import_module(f"ringocli.cli.{path}").EXAMPLES
    for line in ringocli(name, "--help").out.splitlines():
        assert len(line) <= 80, line
        assert not re.search(r"--[\w-]+ <\w+>", line), "a value is named by what it is, not by its type"
