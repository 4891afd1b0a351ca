"""Plain arguments are read without the command-line library; both must read the same."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from ringocli.cli import application
from ringocli.cli.validate import fast_args
from ringocli.cli.validate.fast_args import read_plain
from ringocli.cli.validate.options import ValidateOptions
from ringocli.errors import UsageError
from tests.conftest import Command

COMMAND: Any = typer.main.get_command(application.application(["validate"])).commands["validate"]  # type: ignore[attr-defined]


def as_typer_reads(words: list[str]) -> dict[str, Any] | None:
    """The options as the library reads them; None where it refuses."""
    try:
        with COMMAND.make_context("validate", list(words)) as context:
            params = dict(context.params)
    except (UsageError, typer.Exit):
        return None
    return {
        key: tuple(value or ()) if key in ("paths", "select", "ignore") else value
        for key, value in params.items()
        if key in ValidateOptions._fields
    }


words = st.lists(
    st.one_of(
        st.sampled_from(
            ["a.json", "b", "-", "--", "", "--strict", "--fix", "--diff", "--watch", "--statistics", "-q", "-v"]
        ),
        st.sampled_from(
            ["--unsafe-fixes", "--format", "--format=json", "--select", "--select=RT4", "--ignore", "--help"]
        ),
        st.sampled_from(
            ["--fail-on", "--fail-on=", "--baseline", "--against=x", "--stdin-filename", "--forma", "--strict=1"]
        ),
        st.text("-=ab", max_size=4),
    ),
    max_size=6,
)


@given(words)
def test_plain_arguments_agree_with_the_library(given_words: list[str]) -> None:
    """Plain arguments give the same options when the library parses them."""
    asked = read_plain(["validate", *given_words])
    if asked is not None:
        assert as_typer_reads(given_words) == asked._asdict()


def test_every_option_of_the_command_can_be_plain() -> None:
    """The plain parser and the command have the same options."""
    names = {option for parameter in COMMAND.params for option in parameter.opts if option.startswith("--")}
    assert names - {"--help", "--color", "--quiet", "--verbose"} == {
        *fast_args._FLAGS,
        *fast_args._VALUES,
        *fast_args._LISTS,
    }


@pytest.mark.parametrize(
    ("arguments", "plainly"),
    [
        (["validate", "a.json"], True),
        (["-v", "validate", "a.json", "--format", "json", "--select", "RT4", "--select", "RT5"], True),
        (["validate", "-", "--stdin-filename=x.json", "--strict"], True),
        (["validate"], True),
        (["validate", "a.json", "-v", "-q"], True),
        (["validate", "a.json", "--color", "never"], False),
        (["validate", "--help"], False),
        (["validate", "a.json", "--formt", "json"], False),
        (["validate", "a.json", "--format"], False),
        (["render", "a.json"], False),
        (["--color", "never", "validate", "a.json"], False),
    ],
)
def test_what_is_plain(arguments: list[str], plainly: bool) -> None:
    """Files and known options are plain; help, mistakes and other commands are not."""
    asked = read_plain(arguments)
    assert plainly == (asked is not None)


def test_defaults_are_those_of_the_command() -> None:
    """Options that are not given have the same values in both parsers."""
    assert as_typer_reads(["a.json"]) == ValidateOptions(("a.json",))._asdict()


def test_plain_validate_loads_no_command_line_library() -> None:
    """For a file without findings, neither typer nor dataclasses nor the schema validator is loaded."""
    import subprocess
    import sys

    script = (
        "import sys; from ringocli.cli import run; run(['validate', 'samples/telnyx.json']);"
        "print([name for name in ('typer', 'dataclasses', 'jsonschema', 'tomllib', 'pathlib') if name in sys.modules])"
    )
    from tests.conftest import ROOT

    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "[]" == done.stdout.splitlines()[-1]


def test_a_mistyped_option_still_gets_a_suggestion(ringocli: Command) -> None:
    """Arguments that are not plain are passed to the library."""
    done = ringocli("validate", "a.json", "--formt", "json")
    assert (2, True) == (done.code, "--formt" in done.err)
