"""The commands as Typer knows them, in the form that the CLI reference and the man pages need."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from ringocli.cli.application import application

SHARED_SECTIONS = ("Values", "Connection", "Global options")
"""Groups of options that many commands have; the reference describes them once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An option or an argument: how it is written, and what it does."""

    written: str
    help: str
    section: str
    is_argument: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a help text: a paragraph, or lines that are printed as they are."""

    text: str
    is_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command; ``usage`` is its first line of help without the word "Usage"."""

    name: str
    summary: str
    usage: str
    examples: tuple[str, ...]
    description: tuple[Block, ...]
    parameters: tuple[Parameter, ...]

    def sections(self) -> dict[str, list[Parameter]]:
        """The parameters by their headings, in the order of the help."""
        found: dict[str, list[Parameter]] = {"Arguments": []}
        for parameter in self.parameters:
            found.setdefault(parameter.section, []).append(parameter)
        return {section: parameters for section, parameters in found.items() if parameters}


def commands() -> list[Command]:
    """All commands in the order of the help, those of groups (``secret set``) included."""
    return list(_below(typer.main.get_command(application()), "ringocli"))


def global_command() -> Command:
    """``ringocli`` itself."""
    return _read(typer.main.get_command(application()), "ringocli")


def _below(group: Any, path: str) -> Iterator[Command]:
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _below(command, f"{path} {name}")
        else:
            yield _read(command, f"{path} {name}")


def _read(command: Any, path: str) -> Command:
    context = typer.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    blocks = list(_blocks(command.help or ""))
    examples = [block for block in blocks if block.is_code and block.text.startswith("Examples:")]
    lines = [line.removeprefix("  ").rstrip() for block in examples for line in block.text.splitlines()[1:]]
    return Command(
        name=path.removeprefix("ringocli ") if path != "ringocli" else path,
        summary=blocks[0].text if blocks else "",
        usage=usage,
        examples=tuple(lines),
        description=tuple(block for block in blocks[1:] if block not in examples),
        parameters=tuple(_parameter(parameter, context) for parameter in command.params if not _hidden(parameter)),
    )


def _hidden(parameter: Any) -> bool:
    return bool(getattr(parameter, "hidden", False))


def _blocks(text: str) -> Iterator[Block]:
    for part in re.split(r"\n{2,}", inspect.cleandoc(text)):
        if part.startswith("\b"):
            yield Block(text=textwrap.dedent(part[1:].strip("\n")), is_code=True)
        elif part.strip():
            yield Block(text=" ".join(part.split()), is_code=False)


def _parameter(parameter: Any, context: typer.Context) -> Parameter:
    is_argument = parameter.param_type_name == "argument"
    written, text = parameter.get_help_record(context) or ("--help", "Show this message and exit.")
    section = getattr(parameter, "rich_help_panel", None) or ("Arguments" if is_argument else "Options")
    return Parameter(written=written.strip(), help=" ".join(text.split()), section=section, is_argument=is_argument)


def shared(found: Sequence[Command]) -> dict[str, list[Parameter]]:
    """The shared groups of options, each from the first command that has it."""
    return {
        section: next(command.sections()[section] for command in found if section in command.sections())
        for section in SHARED_SECTIONS
    }
