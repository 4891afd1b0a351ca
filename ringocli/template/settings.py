"""Collects values from options, the environment, a values file, a profile and the user's config.toml.

Precedence: option > environment (``RINGOCLI_*``) > ``--values`` > profile > user file. Files are TOML or JSON with the
tables ``variables``, ``outgoing``, ``incoming`` and ``properties`` and the list ``public``; a profile adds
``webhook_url``. Every property is a secret unless it is listed as public.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ringocli.errors import LocalError, UsageError
from ringocli.template.project_file import (
    PROJECT_FILE,
    PROJECT_TABLES,
    VALUE_KEYS,
    VARIABLE_TABLES,
    check_keys,
    parse_toml,
    project_path,
    read_project,
    read_toml,
)
from ringocli.template.property_sources import PropertySource, property_source
from ringocli.template.values import Layer, Values, check_variable
from ringocli.template.variables import ALIASES, SETTABLE
from ringocli.text.document import Document
from ringocli.text.files import STDIN, read_text
from ringocli.text.json_numbers import number_text
from ringocli.text.secret import Secret, Text
from ringocli.text.suggest import did_you_mean


class ValueArguments(NamedTuple):
    """The options of a command that set values, as given by the user."""

    set: Sequence[str] = ()
    set_file: Sequence[str] = ()
    property: Sequence[str] = ()
    property_env: Sequence[str] = ()
    property_file: Sequence[str] = ()
    property_cmd: Sequence[str] = ()
    public: Sequence[str] = ()
    values: str | None = None
    profile: str | None = None
    url: str | None = None


class Settings(NamedTuple):
    """A command's values from all sources, and the webhook URL."""

    values: Values
    webhook_url: Secret | None = None
    profile: str | None = None


class ValueSource(NamedTuple):
    """What one source sets. ``name`` is used in messages: ``options``, ``environment``, or a file and its profile.

    ``variables`` has the tables ``variables``, ``outgoing`` and ``incoming``. Properties are not read yet.
    """

    name: str
    variables: Mapping[str, Mapping[str, str]] = {}
    properties: Mapping[str, PropertySource] = {}
    public: Sequence[str] = ()
    webhook_url: str | None = None

    def layer(self, env: Mapping[str, str], public: set[str]) -> Layer:
        """The layer of this source, with its properties read.

        Raises:
            UsageError: an environment variable or a keyring's entry is missing.
            LocalError: a file cannot be read, or a command fails.
        """
        values = {name: source.read(env) for name, source in self.properties.items()}
        properties: dict[str, Text] = {
            name: value if name in public else Secret(value) for name, value in values.items()
        }
        return Layer(**self.variables, properties=properties)


def gather(options: ValueArguments, declared: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Settings:
    """Read every source once and order the layers.

    ``declared`` are the template's properties, which are looked up in the environment.

    Raises:
        UsageError: an unknown variable, profile or key; a malformed option; an unset environment variable.
        LocalError: a file that cannot be read.
    """
    env = os.environ if environ is None else environ
    sources = find_sources(options, declared, env)
    public = {name for source in sources for name in source.public}
    url = next((source.webhook_url for source in sources if source.webhook_url), None)
    return Settings(
        values=Values(layers=tuple(source.layer(env, public) for source in sources)),
        webhook_url=Secret(url) if url else None,
        profile=options.profile or env.get("RINGOCLI_PROFILE"),
    )


def find_sources(options: ValueArguments, declared: Iterable[str], env: Mapping[str, str]) -> list[ValueSource]:
    """Every source, the one with the highest precedence first; raises like ``gather``, but reads no property."""
    sources = [_options(options), _environment(env, declared)]
    if options.values:
        folder = Path.cwd() if options.values == STDIN else Path(options.values).parent
        sources.append(_source(options.values, folder, _read_tables(options.values)))
    if profile := options.profile or env.get("RINGOCLI_PROFILE"):
        sources.append(_profile(profile))
    if os.path.isfile(user := user_file(env)):
        sources.append(_source(str(user), user.parent, _read_tables(str(user)), commands=True))
    return sources


def environment_name(property_name: str) -> str:
    """The environment variable of a property: ``API key`` → ``RINGOCLI_PROPERTY_API_KEY``."""
    plain = "".join(char if char.isalnum() else "_" for char in property_name)
    return f"RINGOCLI_PROPERTY_{plain.upper()}"


def user_file(env: Mapping[str, str]) -> Path:
    """``$XDG_CONFIG_HOME/ringocli/config.toml``, or the system's usual place for it."""
    base = env.get("XDG_CONFIG_HOME") or (env.get("APPDATA") if os.name == "nt" else None)
    try:
        return Path(base or Path.home() / ".config") / "ringocli" / "config.toml"
    except RuntimeError:  # no home folder, as in some containers
        return Path("/nonexistent/ringocli/config.toml")


def project_file(start: Path | None = None) -> Path | None:
    """The nearest ``ringocli.toml``, as ``project_file.project_path`` finds it."""
    found = project_path(str(start or ""))
    return Path(found) if found is not None else None


def profiles() -> list[str]:
    """The names of the profiles, for completion and suggestions; empty if the file cannot be read."""
    path = project_file()
    try:
        tables = read_toml(str(path)) if path else {}
    except LocalError:
        return []
    found = tables.get("profiles", {})
    return sorted(found) if isinstance(found, dict) else []


_EXAMPLES = {
    "--set-file": "content=message.txt",
    "--property": '"API key=..."',
    "--property-env": '"API key=ACME_KEY"',
    "--property-file": '"API key=key.txt"',
    "--property-cmd": '"API key=pass show acme"',
}


def pair(option: str, given: str) -> tuple[str, str]:
    """Split ``NAME=VALUE`` at the first ``=``.

    Raises:
        UsageError: there is no ``=``. The argument is not repeated: it may be a secret.
    """
    name, separator, value = given.partition("=")
    if not separator or not name.strip():
        raise UsageError(f"{option} needs NAME=VALUE", f"Example: {option} {_EXAMPLES.get(option, 'to=+13105550199')}")
    return name.strip(), value


def _options(options: ValueArguments) -> ValueSource:
    variables = {}
    for option, entries in (("--set", options.set), ("--set-file", options.set_file)):
        for entry in entries:
            name, value = pair(option, entry)
            check_variable(name)
            variables[name] = value if option == "--set" else read_text(value).removeprefix("\ufeff")
    properties: dict[str, PropertySource] = {}
    for kind, option, entries in (
        ("value", "--property", options.property),
        ("env", "--property-env", options.property_env),
        ("file", "--property-file", options.property_file),
        ("command", "--property-cmd", options.property_cmd),
    ):
        for entry in entries:
            name, reference = pair(option, entry)
            properties[name] = PropertySource(name, kind, reference)
    return ValueSource(
        name="options",
        variables={"variables": variables},
        properties=properties,
        public=options.public,
        webhook_url=options.url,
    )


def _environment(env: Mapping[str, str], declared: Iterable[str]) -> ValueSource:
    variables = {
        name: env[f"RINGOCLI_{name.upper()}"] for name in (*SETTABLE, *ALIASES) if env.get(f"RINGOCLI_{name.upper()}")
    }
    properties = {
        name: PropertySource(name, "env", environment_name(name))
        for name in declared
        if env.get(environment_name(name))
    }
    return ValueSource(
        name="environment",
        variables={"variables": variables},
        properties=properties,
        webhook_url=env.get("RINGOCLI_WEBHOOK_URL"),
    )


def _source(where: str, folder: Path, tables: Mapping[str, Any], *, commands: bool = False) -> ValueSource:
    """A file's tables, or a profile's, checked; ``commands`` as in ``property_source``."""
    variables: dict[str, dict[str, str]] = {}
    for table in VARIABLE_TABLES:
        variables[table] = {}
        for name, value in _table(where, tables, table).items():
            try:
                check_variable(name)
            except UsageError as error:
                raise UsageError(f"{where}: {error.message}", error.hint) from None
            variables[table][name] = _scalar(where, f"{table}.{name}", value)
    public = tables.get("public", [])
    if not isinstance(public, list) or not all(isinstance(name, str) for name in public):
        raise UsageError(f"{where}: public must be a list of names", 'Write public = ["Account ID"].')
    url = tables.get("webhook_url")
    if url is not None and not isinstance(url, str):
        raise UsageError(f"{where}: webhook_url must be a string", 'Write webhook_url = "https://..."')
    return ValueSource(
        name=where,
        variables=variables,
        properties={
            name: property_source(where, name, written, folder, commands=commands)
            for name, written in _table(where, tables, "properties").items()
        },
        public=public,
        webhook_url=url,
    )


def _read_tables(name: str) -> Mapping[str, Any]:
    text = read_text(name)
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        tables = parse_toml(name, text)
    else:
        document = Document.read(name, text)
        if document.broken is not None or not isinstance(document.value, dict):
            place = document.range_of(document.broken.start, document.broken.end).start if document.broken else None
            where = f" at line {place.line}, column {place.column}" if place else ""
            raise LocalError(f"{name}: invalid JSON{where}", "Fix the syntax.")
        tables = document.value
    check_keys(name, tables, VALUE_KEYS, PROJECT_TABLES)
    return tables


def _profile(name: str) -> ValueSource:
    path = project_file()
    if path is None:
        raise UsageError(
            f"--profile {name}: no {PROJECT_FILE} in this folder or above",
            f"Create one with a table [profiles.{name}].",
        )
    found = read_project(str(path)).get("profiles", {})
    known = sorted(found)
    if name not in found:
        raise UsageError(
            f"{path.name}: unknown profile {name!r}{did_you_mean(name, known)}",
            f"Profiles: {', '.join(known) or 'none'}.",
        )
    label = f"{path.name} [profiles.{name}]"
    if not isinstance(found[name], dict):
        raise UsageError(f"{label} must be a table", f"Write [profiles.{name}] with its keys below.")
    check_keys(label, found[name], VALUE_KEYS)
    return _source(label, path.parent, found[name])


def _table(where: str, tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = tables.get(key, {})
    if not isinstance(table, dict):
        raise UsageError(f"{where}: {key} must be a table", f"Write [{key}] with NAME = VALUE below.")
    return table


def _scalar(where: str, what: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UsageError(f"{where}: {what} must be a string", f'Write {what.split(".")[-1]} = "..."')
    return value if isinstance(value, str) else number_text(value)
