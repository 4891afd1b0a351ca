"""Shell completion: what the template on the command line and the working folder offer."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ringocli.errors import LocalError

if TYPE_CHECKING:
    from ringocli.template.model import Template


def complete_events(ctx: typer.Context, incomplete: str) -> list[str]:
    """The event keys and types of the template, and ``all``."""
    template = _template_of(ctx)
    if template is None:
        return []
    names = [name for event in template.events for name in (event.key, event.label) if name]
    return [name for name in (*dict.fromkeys(names), "all") if name.startswith(incomplete)]


def complete_properties(ctx: typer.Context, incomplete: str) -> list[str]:
    """The properties of the template, each followed by ``=``."""
    template = _template_of(ctx)
    names = template.properties if template is not None else ()
    return [f"{name}=" for name in names if name.startswith(incomplete)]


def complete_variables(incomplete: str) -> list[str]:
    """The variables, each followed by ``=``."""
    from ringocli.template.variables import ALIASES, SETTABLE

    return [f"{name}=" for name in (*SETTABLE, *ALIASES) if name.startswith(incomplete)]


def complete_profiles(incomplete: str) -> list[str]:
    """The profiles in ``ringocli.toml``."""
    from ringocli.template.settings import profiles

    return [name for name in profiles() if name.startswith(incomplete)]


def complete_presets(incomplete: str) -> list[str]:
    """The names of the presets."""
    from ringocli.template.presets import names

    return [name for name in names() if name.startswith(incomplete)]


def _template_of(context: typer.Context) -> Template | None:
    """The template on the command line; None if it cannot be read."""
    from ringocli.template.reader import read_template
    from ringocli.text.document import Document
    from ringocli.text.files import read_text

    name = context.params.get("template") or _file_on_the_line()
    if not name or name == "-":
        return None
    try:
        return read_template(Document.read(name, read_text(name)).value)
    except LocalError:
        return None


def _file_on_the_line() -> str | None:
    """The first word that is a file: the parser drops arguments that come before an option without a value."""
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    try:
        words = shlex.split(line)
    except ValueError:  # a quote that is still open
        words = line.split()
    return next((word for word in words[1:] if Path(word).is_file()), None)
