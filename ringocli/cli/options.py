"""Options that several commands share, and the opening of templates; one spelling for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ringocli.cli.choosing import chosen as chosen
from ringocli.errors import LocalError

VALUES_PANEL = "Values"


def help_text(summary: str, examples: Sequence[str], more: str = "") -> str:
    """A command's help: what it does, then examples (each of which is run by a test), then the rest."""
    lines = "\n".join(f"  {example}" for example in examples)
    return f"{summary}\n\n\b\nExamples:\n{lines}" + (f"\n\n{more}" if more else "")


def _template_of(context: typer.Context) -> Any:
    """The template already typed on the command line, for completion; None if it cannot be read."""
    from ringocli.template.reader import read_template
    from ringocli.text.document import Document
    from ringocli.text.files import read_text

    name = context.params.get("template") or _typed_file()
    if not name or name == "-":
        return None
    try:
        return read_template(Document.read(name, read_text(name)).value)
    except LocalError:
        return None


def _typed_file() -> str | None:
    """The first word of the line that is a file: an option still without its value hides the arguments before it."""
    import os
    import shlex

    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    try:
        words = shlex.split(line)
    except ValueError:  # a quote that is still open
        words = line.split()
    return next((word for word in words[1:] if Path(word).is_file()), None)


def complete_events(ctx: typer.Context, incomplete: str) -> list[str]:
    """The event keys and types of the template at hand."""
    template = _template_of(ctx)
    if template is None:
        return []
    names = [name for event in template.events for name in (event.key, event.label) if name]
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def complete_properties(ctx: typer.Context, incomplete: str) -> list[str]:
    """The properties of the template at hand, ready for a value."""
    template = _template_of(ctx)
    names = template.properties if template is not None else ()
    return [f"{name}=" for name in names if name.startswith(incomplete)]


def complete_variables(incomplete: str) -> list[str]:
    """The variables, ready for a value."""
    from ringocli.template.variables import ALIASES, SETTABLE

    return [f"{name}=" for name in (*SETTABLE, *ALIASES) if name.startswith(incomplete)]


def complete_profiles(incomplete: str) -> list[str]:
    """The profiles of the ringocli.toml at hand."""
    from ringocli.template.settings import profiles

    return [name for name in profiles() if name.startswith(incomplete)]


TemplateArgument = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A template file, or - for stdin.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A variable: from to content extension domain text url messageid, or number and contact. Repeatable.",
        autocompletion=complete_variables,
    ),
]
SetFileOption = Annotated[
    list[str] | None,
    typer.Option("--set-file", metavar="NAME=PATH", help="A variable from a file (- is stdin)."),
]
PropertyEnvOption = Annotated[
    list[str] | None,
    typer.Option(
        "--property-env",
        metavar="NAME=VAR",
        help="A property from an environment variable; use this or --property-file for secrets.",
        autocompletion=complete_properties,
    ),
]
PropertyFileOption = Annotated[
    list[str] | None,
    typer.Option("--property-file", metavar="NAME=PATH", help="A property from a file."),
]
PropertyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--property",
        metavar="NAME=VALUE",
        help='A property by its exact name, as in --property "API key=...". '
        "It shows in the process list and in the shell's history.",
        autocompletion=complete_properties,
    ),
]
PublicPropertyOption = Annotated[
    list[str] | None,
    typer.Option("--public-property", metavar="NAME", help="This property is no secret and may be shown."),
]
ValuesOption = Annotated[
    str | None,
    typer.Option("--values", metavar="FILE", help="TOML or JSON with [variables] [outgoing] [incoming] [properties]."),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="[profiles.NAME] of ringocli.toml, looked for up to the git root.",
        autocompletion=complete_profiles,
    ),
]
MissingOption = Annotated[
    str | None,
    typer.Option("--missing", metavar="error|drop|empty|sample", help="What to do with variables that are unset."),
]
ShowSecretsOption = Annotated[
    bool, typer.Option("--show-secrets", help="Print secrets instead of ***; a warning goes to stderr.")
]


def missing_of(value: str | None, default: Any) -> Any:
    """``--missing`` as the policy it names."""
    from ringocli.template.values import Missing

    return default if value is None else Missing(chosen("--missing", value, [policy.value for policy in Missing]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A template with the text it was read from."""

    name: str
    text: str
    template: Any


def open_template(name: str) -> Opened:
    """Read a template that people already have: comments and trailing commas are taken, and said.

    Raises:
        LocalError: it cannot be read, is no JSON, or is no template.
    """
    from ringocli.template.reader import read_template
    from ringocli.text import console
    from ringocli.text.document import Document
    from ringocli.text.files import read_text

    text = read_text(name)
    document = Document.read(name, text)
    if document.broken is not None:
        place = document.range_of(document.broken.start, document.broken.end).start
        raise LocalError(
            f"{name}:{place.line}:{place.column}: {document.broken.message}", f"Run: ringocli validate {name}"
        )
    if not isinstance(document.value, dict):
        raise LocalError(f"{name}: is JSON, but no template", "A template is an object with id, API and Webhook.")
    if document.problems:
        kinds = ", ".join(dict.fromkeys(problem.kind for problem in document.problems))
        console.note(f"note: {name} has {kinds}; read all the same. Mend it: ringocli validate --fix {name}")
    template = read_template(document.value)
    if template.misfits:
        console.note(f"note: {name} has parts of the wrong shape, which are left out; run ringocli validate {name}")
    if template.container not in ("array", "none"):
        console.note(f"note: Webhook is a {template.container}; read as a list of events (assumption 1)")
    return Opened(name=name, text=text, template=template)


def gathered(
    template: Any,
    *,
    set_: list[str] | None,
    set_file: list[str] | None,
    property_: list[str] | None,
    property_env: list[str] | None,
    property_file: list[str] | None,
    public: list[str] | None,
    values: str | None,
    profile: str | None,
    url: str | None = None,
) -> Any:
    """All values of a command as ``Settings``; unknown properties are refused here, since they are options.

    Raises:
        UsageError, LocalError: as ``settings.gather``.
    """
    from ringocli.template.settings import ValueOptions, gather, pair
    from ringocli.template.values import check_property

    asked = ValueOptions(
        set=set_ or (),
        set_file=set_file or (),
        property=property_ or (),
        property_env=property_env or (),
        property_file=property_file or (),
        public=public or (),
        values=values,
        profile=profile,
        url=url,
    )
    for option, entries in (
        ("--property", asked.property),
        ("--property-env", asked.property_env),
        ("--property-file", asked.property_file),
    ):
        for entry in entries:
            check_property(template, pair(option, entry)[0])
    for name in asked.public:
        check_property(template, name)
    return gather(asked, template.properties)


def warn_of_secrets(show: bool) -> None:
    """Say on stderr that secrets are about to be printed."""
    from ringocli.text import console

    if show:
        console.complain("warning: --show-secrets prints credentials; keep this output to yourself", "yellow")


def path_of(name: str) -> Path:
    """An output path as the user gave it."""
    return Path(name).expanduser()
