"""Completion of values, from the template on the command line, the project and the folder.

Nothing heavy is imported here, because the options of ``validate`` use it (see ``validate/fast_args``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from ringocli.errors import LocalError

if TYPE_CHECKING:
    from ringocli.template.model import Template


COMPLETION_VARIABLE = "_RINGOCLI_COMPLETE"
"""The environment variable by which a shell's script asks for proposals; its value is the shell."""


class CommandLine(Protocol):
    """The part of Typer's context that completion needs."""

    params: Mapping[str, object]
    args: list[str]


def complete_events(ctx: CommandLine, incomplete: str) -> list[str]:
    """The event keys and types of the template, and ``all``."""
    template = _template_of(ctx)
    if template is None:
        return []
    names = [name for event in template.events for name in (event.key, event.label) if name]
    return _starting(incomplete, [*dict.fromkeys(names), "all"])


def complete_properties(ctx: CommandLine, incomplete: str) -> list[str]:
    """The properties of the template, each followed by ``=``."""
    return [f"{name}=" for name in complete_property_names(ctx, incomplete)]


def complete_property_names(ctx: CommandLine, incomplete: str) -> list[str]:
    """The properties of the template."""
    template = _template_of(ctx)
    return _starting(incomplete, template.properties if template is not None else ())


def complete_property_files(ctx: CommandLine, incomplete: str) -> list[str]:
    """The properties of the template, each followed by ``=``, then files."""
    return _after_name(incomplete, complete_properties(ctx, incomplete))


def complete_variables(incomplete: str) -> list[str]:
    """The variables, each followed by ``=``."""
    from ringocli.template.variables import ALIASES, SETTABLE

    return [f"{name}=" for name in _starting(incomplete, (*SETTABLE, *ALIASES))]


def complete_variable_files(incomplete: str) -> list[str]:
    """The variables, each followed by ``=``, then files."""
    return _after_name(incomplete, complete_variables(incomplete))


def complete_samples(incomplete: str) -> list[str]:
    """The kinds of sample webhooks, each followed by ``=``, then files."""
    return _after_name(incomplete, _starting(incomplete, ("message=", "mms=", "delivered=", "other=")))


def complete_rules(incomplete: str) -> list[str]:
    """The families and codes of rules; after a comma the next one."""
    from ringocli.lint.registry import rules

    before, comma, last = incomplete.rpartition(",")
    codes = [rule.code for rule in rules()]
    families = sorted({code[:3] for code in codes})
    # There are too many codes to choose from, so families are proposed first.
    found = _starting(last, codes) if len(last) > 2 else _starting(last, families)
    return [before + comma + code for code in found]


def complete_topics(incomplete: str) -> list[str]:
    """The topics of ``explain``: codes and names of rules, and assumptions."""
    from ringocli.lint.registry import rules
    from ringocli.template.assumptions import ASSUMPTIONS

    codes = [rule.code for rule in rules()]
    slugs = [rule.slug for rule in rules()] if incomplete and not incomplete[0].isupper() else []
    return _starting(incomplete, [*codes, *slugs, *map(str, ASSUMPTIONS), "assumptions"])


def complete_profiles(incomplete: str) -> list[str]:
    """The profiles in ``ringocli.toml``."""
    from ringocli.template.settings import profiles

    return _starting(incomplete, profiles())


def complete_presets(incomplete: str) -> list[str]:
    """The names of the presets."""
    from ringocli.template.presets import names

    return _starting(incomplete, names())


def complete_providers(incomplete: str) -> list[str]:
    """The providers whose time-outs and retries are known."""
    from ringocli.messaging.load.provider_data import provider_data, provider_names

    return _starting(incomplete, [name for name in provider_names() if provider_data(name).delivery is not None])


def complete_files(endings: Iterable[str]) -> Callable[[str], list[str]]:
    """A function that proposes the folders, and the files with one of the endings (all, if there are none)."""
    wanted = tuple(endings) or ("",)

    def complete(incomplete: str) -> list[str]:
        return sorted(_files(incomplete, wanted))

    return complete


def _files(incomplete: str, endings: tuple[str, ...]) -> Iterator[str]:
    folder, name = os.path.split(incomplete)
    start = incomplete[: len(incomplete) - len(name)]
    try:
        entries = list(os.scandir(os.path.expanduser(folder) or "."))
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(name) or (entry.name.startswith(".") and not name):
            continue
        if entry.is_dir():
            yield f"{start}{entry.name}/"
        elif entry.name.endswith(endings):
            yield start + entry.name


def _after_name(incomplete: str, names: list[str]) -> list[str]:
    """Names that end in ``=``; after one of them, files."""
    name, equals, path = incomplete.partition("=")
    return [name + equals + found for found in complete_files(())(path)] if equals else names


def _starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _template_of(ctx: CommandLine) -> Template | None:
    """The template on the command line; None if it cannot be read."""
    from ringocli.template.reader import read_template
    from ringocli.text.document import Document
    from ringocli.text.files import read_text

    # While the last option has no value, the arguments before it are not read yet.
    name = ctx.params.get("template") or next(iter(ctx.args), None)
    if not isinstance(name, str) or name == "-":
        return None
    try:
        return read_template(Document.read(name, read_text(os.path.expanduser(name))).value)
    except LocalError:
        return None
