"""Commands are built from the fields of their options classes; every command follows the same conventions."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields as dataclass_fields
from importlib import import_module
from pathlib import Path
from typing import Annotated, NamedTuple

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from ringocli.cli.command import GLOBAL_SECTION, ConsoleOptions, built, command, fields_of
from ringocli.cli.commands import COMMANDS
from ringocli.cli.doctor import DoctorOptions
from ringocli.cli.emulate import StoreOptions
from ringocli.cli.options import ConnectionOptions
from ringocli.cli.parameters import Argument, Group, Option
from ringocli.cli.plain_args import plain_command, read_values
from ringocli.cli.typer_command import register
from ringocli.emulator.store.sqlite import MAX_DAYS, MAX_EXCHANGES
from ringocli.errors import UsageError
from ringocli.http.exchange import DEFAULT_TIMEOUT_S
from ringocli.testing.doctor.diagnose import Examination
from ringocli.text import console
from tests.conftest import Command


class GroupOptions(NamedTuple):
    """A group that commands share."""

    level: Annotated[int, Option("A level.", min=1, max=9)] = 3


class ExampleOptions(NamedTuple):
    """One field of each kind."""

    file: Annotated[str, Argument("FILE", "A file.")]
    more: Annotated[tuple[str, ...], Argument("[MORE]...", "More files.")] = ()
    set: Annotated[tuple[str, ...], Option("Values.", metavar="NAME=VALUE")] = ()
    color_name: Annotated[str, Option("A colour.", choices=("red", "green"))] = "red"
    dry_run: Annotated[bool, Option("Do nothing.")] = False
    group: Annotated[GroupOptions, Group("Group")] = GroupOptions()


def parsed(*arguments: str) -> ExampleOptions:
    """The options object that a command line gives."""
    seen: list[ExampleOptions] = []

    @command("example", "An example.")
    def example(options: ExampleOptions) -> int:
        seen.append(options)
        return 7

    app = typer.Typer(rich_markup_mode=None)
    register(app, example)
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
    """``-q``, ``-v`` and ``--color`` have the same effect before and after the command."""
    general = ["-q", "--color", "always"]
    command_line = ["render", acme, "--set", "content=Hi"]
    done = ringocli(*general, *command_line) if before else ringocli(*command_line, *general)
    assert (0, "") == (done.code, done.err)
    assert "\033[" in done.out
    done = ringocli("-v", "explain", "RT401") if before else ringocli("explain", "RT401", "-v")
    assert (0, True) == (done.code, console.is_verbose())


@pytest.mark.parametrize("words", [("--help", "render"), ("-h", "lint"), ("--color", "never", "-h", "render")])
def test_help_before_a_command_is_about_all_commands(ringocli: Command, words: tuple[str, ...]) -> None:
    """``--help`` before a command prints the same list as ``--help`` alone."""
    assert ringocli("--help").out == ringocli(*words).out


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


WORDS = st.sampled_from(
    ["a.json", "b", "-", "", "--", "-q", "-v", "--set", "--set=x=1", "--set=", "x=1", "--color-name", "red", "blue", "--level",
     "3", "12", "x", "--level=4", "--dry-run", "--dry-run=1", "--no-such", "--color", "never", "--help", "--col", "-5"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=7))
def test_plain_arguments_are_read_as_the_library_reads_them(words: list[str]) -> None:
    """Arguments that are parsed without the library give the same options or the same error."""
    seen: list[ExampleOptions] = []

    @command("example", "An example.")
    def example(options: ExampleOptions) -> int:
        seen.append(options)
        return 0

    fields = [*fields_of(ExampleOptions), *fields_of(ConsoleOptions, GLOBAL_SECTION)]
    values = read_values(words, fields)
    if values is None:
        return
    try:
        built(ConsoleOptions, list(fields_of(ConsoleOptions, GLOBAL_SECTION)), values)
        plain: object = built(ExampleOptions, list(fields_of(ExampleOptions)), values)
    except UsageError as error:
        plain = error.message
    app = typer.Typer(rich_markup_mode=None)
    register(app, example)
    read: list[object] = seen  # type: ignore[assignment]
    try:
        typer.main.get_command(app).main(words, standalone_mode=False)
    except UsageError as error:
        read = [error.message]
    assert [plain] == read


@pytest.mark.parametrize(
    ("line", "is_plain"),
    [
        ("send-test a.json --url http://127.0.0.1 --set to=1", True), ("-q render a.json", True),
        ("render --help", False), ("--color never render a.json", False), ("rendr a.json", False), ("render", False),
        ("simulate-webhook a.json --count many", False), ("simulate-webhook a.json --count 2 --rate 5/s", True),
    ],
)  # fmt: skip
def test_what_is_plain(line: str, is_plain: bool) -> None:
    """Everything that needs help, a suggestion or an error is passed to the library."""
    assert is_plain == (plain_command(line.split()) is not None)


def test_defaults_of_options_are_those_of_the_library() -> None:
    """The defaults that the help shows are the ones that the store and the transport have."""
    assert (MAX_EXCHANGES, MAX_DAYS) == (StoreOptions().keep, StoreOptions().keep_days)
    assert DEFAULT_TIMEOUT_S == ConnectionOptions().timeout_s
    defaults = {one.name: one.default for one in dataclass_fields(Examination)}
    assert defaults["receipt_wait_s"] == DoctorOptions._field_defaults["receipt_timeout_s"]


def test_ctrl_c_while_the_program_is_loaded_prints_no_traceback() -> None:
    """Ctrl-C during loading gives the same exit code as at any other moment."""
    script = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'ringocli.text.console': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "sys.argv = ['ringocli', 'schema']\n"
        "from ringocli.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (130, "", "") == (done.returncode, done.stdout, done.stderr)
