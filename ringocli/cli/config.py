"""``config show``: the values that a command would use, and where each comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

from ringocli.cli.command import command
from ringocli.cli.inputs import open_template, value_arguments
from ringocli.cli.options import TextOrJson, ValueGroup, ValueOptions
from ringocli.cli.output import print_json, print_table
from ringocli.cli.parameters import Argument, Option, chosen
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.template.property_sources import PropertySource
    from ringocli.template.settings import ValueSource

T = TypeVar("T")

EXAMPLES = (
    "ringocli config show",
    "ringocli config show samples/telnyx.json --set to=+13105550199 --origin",
)
MORE = (
    "Accepts the same options as the commands that send, and shows which value they would use. Precedence: options, "
    "the environment, --values, the profile, your own config.toml. With a template, its properties are also looked "
    "up in the environment. Secrets are not read, no keyring is opened and no command is run; values that are not "
    "set or not found are reported.\n\n"
    "Exit codes: 0 success, 2 usage error, 3 a file cannot be read."
)


class ConfigOptions(NamedTuple):
    """The options of ``config``."""

    action: Annotated[str, Argument("show", "Show the values.", choices=("show",))]
    template: Annotated[str | None, Argument("[TEMPLATE]", "A template, for its properties.", endings=(".json",))] = (
        None
    )
    values: ValueGroup = ValueOptions()
    origin: Annotated[bool, Option("Also show where each value comes from, and what it overrides.")] = False
    format: TextOrJson = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value as it may be shown; ``overrides`` are the sources whose value is not used."""

    table: str
    name: str
    value: str
    origin: str
    overrides: Sequence[str]


@command("config", "Show the values that a command would use.", examples=EXAMPLES, more=MORE)
def config(options: ConfigOptions) -> int:
    """Print every value that is set."""
    from ringocli.template.settings import find_sources, profiles, project_file, user_file

    chosen("action", options.action, ("show",))
    declared = open_template(options.template).template.properties if options.template else ()
    sources = find_sources(value_arguments(options.values), declared, os.environ)
    settings = [*_settings(sources, os.environ), *_validate_settings()]
    if options.format == "json":
        project, user = project_file(), user_file(os.environ)
        files = {"project": str(project) if project else None, "user": str(user) if os.path.isfile(user) else None}
        print_json(
            {"schema_version": 1, "files": files, "profiles": profiles(), "settings": [asdict(one) for one in settings]}
        )
        return 0
    _print(settings, options.origin)
    if (known := profiles()) and not any("[profiles." in source.name for source in sources):
        console.note(f"no profile is used; {project_file()} has {', '.join(known)} (--profile)")
    return 0


def _settings(sources: Sequence[ValueSource], env: Mapping[str, str]) -> Iterator[Setting]:
    from ringocli.template.project_file import VARIABLE_TABLES
    from ringocli.text.url import split_url

    public = {name for source in sources for name in source.public}
    urls = {source.name: source.webhook_url for source in sources if source.webhook_url}
    for origin, url in list(urls.items())[:1]:
        yield Setting(
            table="connection",
            name="webhook_url",
            value=f"{split_url(url).origin}/***",
            origin=origin,
            overrides=list(urls)[1:],
        )
    for table in VARIABLE_TABLES:
        for name, found in _by_name({source.name: source.variables.get(table, {}) for source in sources}).items():
            origin, *others = found
            yield Setting(table=table, name=name, value=found[origin], origin=origin, overrides=others)
    for name, holders in _by_name({source.name: source.properties for source in sources}).items():
        origin, *others = holders
        value = _shown(holders[origin], env, is_public=name in public)
        yield Setting(table="properties", name=name, value=value, origin=origin, overrides=others)


def _by_name(sources: Mapping[str, Mapping[str, T]]) -> dict[str, dict[str, T]]:
    """The values of each name by source; the source whose value is used comes first."""
    found: dict[str, dict[str, T]] = {}
    for source, values in sources.items():
        for name, value in values.items():
            found.setdefault(name, {})[source] = value
    return found


def _shown(source: PropertySource, env: Mapping[str, str], *, is_public: bool) -> str:
    """A property without its value, unless that is public and written in the file."""
    if source.kind == "value" and is_public:
        return source.reference
    why = source.missing(env)
    return f"{source} ({why})" if why else str(source)


def _validate_settings() -> Iterator[Setting]:
    from ringocli.lint.project import read_validate_settings
    from ringocli.template.settings import project_file

    found = read_validate_settings()
    entries = {
        "select": ", ".join(found.select),
        "ignore": ", ".join(found.ignore),
        **{f"severity.{code}": severity.value for code, severity in found.severities.items()},
        "fail-on": found.fail_on or "",
        "strict": "true" if found.strict else "",
    }
    for name, value in entries.items():
        if value:
            yield Setting(table="validate", name=name, value=value, origin=f"{project_file()} [validate]", overrides=())


def _print(settings: Sequence[Setting], with_origin: bool) -> None:
    if not settings:
        console.out("nothing is set")
        return
    columns = ["setting", "value", *(["origin"] if with_origin else [])]
    rows = [[f"{one.table}.{one.name}", one.value, *([_origin(one)] if with_origin else [])] for one in settings]
    if print_table(columns, rows):
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    for row in rows:
        console.out("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _origin(setting: Setting) -> str:
    more = f", overrides {', '.join(setting.overrides)}" if setting.overrides else ""
    return setting.origin + more
