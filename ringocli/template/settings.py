"""Collects values from options, the environment, a values file, a profile and the user's own file.

Precedence: option > environment (``RINGOCLI_*``) > ``--values`` > profile > user file. Files are TOML or JSON with the
tables ``variables``, ``outgoing``, ``incoming`` and ``properties`` and the list ``public``; a profile adds
``webhook_url``. Every property is a secret unless it is listed as public.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.template.project import PROJECT_FILE, parse_toml, project_path, read_toml
from ringocli.template.values import Layer, Values, check_variable
from ringocli.template.variables import ALIASES, SETTABLE
from ringocli.text.document import Document
from ringocli.text.files import STDIN, read_text
from ringocli.text.secret import Secret, Text
from ringocli.text.suggest import did_you_mean

TABLES = ("variables", "outgoing", "incoming", "properties")
PROFILE_KEYS = (*TABLES, "public", "webhook_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSources:
    """The options of a command that set values, as given by the user."""

    set: Sequence[str] = ()
    set_file: Sequence[str] = ()
    property: Sequence[str] = ()
    property_env: Sequence[str] = ()
    property_file: Sequence[str] = ()
    public: Sequence[str] = ()
    values: str | None = None
    profile: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values of a command in layers, and the webhook URL as a secret."""

    values: Values
    webhook_url: Secret | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The tables of one file; ``name`` is used in messages, ``file =`` paths are relative to ``folder``."""

    name: str
    folder: Path
    tables: Mapping[str, Any] = field(default_factory=dict)


def gather(options: ValueSources, declared: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Settings:
    """Read every source once and order the layers.

    ``declared`` are the template's properties, which are looked up in the environment.

    Raises:
        UsageError: an unknown variable, profile or key; a malformed option; an unset environment variable.
        LocalError: a file that cannot be read.
    """
    env = os.environ if environ is None else environ
    names = tuple(declared)
    profile_name = options.profile or env.get("RINGOCLI_PROFILE")
    sources = []
    if options.values:
        sources.append(_values_file(options.values))
    if profile_name:
        sources.append(_profile(profile_name))
    if (user := user_file(env)).is_file():
        sources.append(_Source(name=str(user), folder=user.parent, tables=_read_tables(str(user))))
    public = {*options.public, *(name for source in sources for name in _public(source))}
    layers = [_option_layer(options, env, public), _environment_layer(env, names, public)]
    layers += [_file_layer(source, env, public) for source in sources]
    url = options.url or env.get("RINGOCLI_WEBHOOK_URL") or _webhook_url(sources)
    return Settings(
        values=Values(layers=tuple(layers)),
        webhook_url=Secret(url) if url else None,
        profile=profile_name,
    )


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
    """The nearest ``ringocli.toml``, as ``project.project_path`` finds it."""
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


def pair(option: str, given: str) -> tuple[str, str]:
    """Split ``NAME=VALUE`` at the first ``=``.

    Raises:
        UsageError: there is no ``=``. The argument is not repeated: it may be a secret.
    """
    name, separator, value = given.partition("=")
    if not separator or not name.strip():
        raise UsageError(f"{option} needs NAME=VALUE", f"Example: {option} to=+13105550199")
    return name.strip(), value


def _option_layer(options: ValueSources, env: Mapping[str, str], public: set[str]) -> Layer:
    variables = {}
    for option, entries in (("--set", options.set), ("--set-file", options.set_file)):
        for entry in entries:
            name, value = pair(option, entry)
            check_variable(name)
            variables[name] = value if option == "--set" else _content(value)
    properties: dict[str, str] = {}
    for entry in options.property:
        name, value = pair("--property", entry)
        properties[name] = value
    for entry in options.property_env:
        name, variable = pair("--property-env", entry)
        properties[name] = _from_environment(name, variable, env)
    for entry in options.property_file:
        name, path = pair("--property-file", entry)
        properties[name] = _secret_file(path)
    return Layer(variables=variables, properties=_marked(properties, public))


def _environment_layer(env: Mapping[str, str], declared: Iterable[str], public: set[str]) -> Layer:
    variables = {
        name: env[f"RINGOCLI_{name.upper()}"] for name in (*SETTABLE, *ALIASES) if env.get(f"RINGOCLI_{name.upper()}")
    }
    properties = {name: env[environment_name(name)] for name in declared if env.get(environment_name(name))}
    return Layer(variables=variables, properties=_marked(properties, public))


def _file_layer(source: _Source, env: Mapping[str, str], public: set[str]) -> Layer:
    tables: dict[str, dict[str, str]] = {}
    for table in ("variables", "outgoing", "incoming"):
        tables[table] = {}
        for name, value in _table(source, table).items():
            check_variable(name)
            tables[table][name] = _scalar(source, f"{table}.{name}", value)
    properties = {name: _property(source, name, value, env) for name, value in _table(source, "properties").items()}
    return Layer(**tables, properties=_marked(properties, public))


def _marked(properties: Mapping[str, str], public: set[str]) -> dict[str, Text]:
    return {name: value if name in public else Secret(value) for name, value in properties.items()}


def _content(path: str) -> str:
    return read_text(path).removeprefix("\ufeff")


def _secret_file(path: str) -> str:
    """The content of a secret's file without the line break at its end."""
    return read_text(path).removeprefix("\ufeff").rstrip("\r\n")


def _from_environment(name: str, variable: str, env: Mapping[str, str]) -> str:
    if variable not in env:
        raise UsageError(
            f"the environment variable {variable} for the property {name!r} is not set",
            f"Set it: export {variable}=...",
        )
    return env[variable]


def _values_file(name: str) -> _Source:
    folder = Path.cwd() if name == STDIN else Path(name).parent
    return _Source(name=name, folder=folder, tables=_read_tables(name))


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
    _check_keys(name, tables)
    return tables


def _check_keys(name: str, tables: Mapping[str, Any]) -> None:
    for key in tables:
        if key not in (*PROFILE_KEYS, "profiles", "validate"):
            raise UsageError(
                f"{name}: unknown table {key!r}{did_you_mean(key, PROFILE_KEYS)}",
                f"Tables: {', '.join(PROFILE_KEYS)}.",
            )


def _profile(name: str) -> _Source:
    path = project_file()
    if path is None:
        raise UsageError(
            f"--profile {name}: no {PROJECT_FILE} in this folder or above",
            f"Create one with a table [profiles.{name}].",
        )
    found = read_toml(str(path)).get("profiles", {})
    known = sorted(found) if isinstance(found, dict) else []
    if name not in known:
        raise UsageError(
            f"{path.name}: unknown profile {name!r}{did_you_mean(name, known)}",
            f"Profiles: {', '.join(known) or 'none'}.",
        )
    label = f"{path.name} [profiles.{name}]"
    if not isinstance(found[name], dict):
        raise UsageError(f"{label} must be a table", f"Write [profiles.{name}] with its keys below.")
    _check_keys(label, found[name])
    return _Source(name=label, folder=path.parent, tables=found[name])


def _table(source: _Source, key: str) -> Mapping[str, Any]:
    table = source.tables.get(key, {})
    if not isinstance(table, dict):
        raise UsageError(f"{source.name}: {key} must be a table", f"Write [{key}] with NAME = VALUE below.")
    return table


def _public(source: _Source) -> list[str]:
    names = source.tables.get("public", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"{source.name}: public must be a list of names", 'Write public = ["Account ID"].')
    return names


def _webhook_url(sources: Iterable[_Source]) -> str | None:
    for source in sources:
        url = source.tables.get("webhook_url")
        if url is not None and not isinstance(url, str):
            raise UsageError(f"{source.name}: webhook_url must be a string", 'Write webhook_url = "https://..."')
        if url:
            return url
    return None


def _scalar(source: _Source, where: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UsageError(f"{source.name}: {where} must be a string", f'Write {where.split(".")[-1]} = "..."')
    return str(value)


def _property(source: _Source, name: str, value: Any, env: Mapping[str, str]) -> str:
    if not isinstance(value, dict):
        return _scalar(source, f"properties.{name}", value)
    match value:
        case {"env": str(variable), **rest} if not rest:
            return _from_environment(name, variable, env)
        case {"file": str(path), **rest} if not rest:
            return _secret_file(str(source.folder / Path(path).expanduser()))
        case {"keyring": str(entry), **rest} if not rest:
            return _from_keyring(name, entry)
    raise UsageError(
        f"{source.name}: properties.{name} must be a string, or a table with env, file or keyring",
        'Write {env = "VARIABLE"}, {file = "path"} or {keyring = "name"}.',
    )


def _from_keyring(name: str, entry: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise LocalError(
            f"the property {name!r} is stored in the keyring, but keyring support is not installed",
            "Install ringocli[keyring].",
        ) from None
    try:
        value = keyring.get_password("ringocli", entry)
    except KeyringError:
        raise LocalError("the keyring cannot be opened", "Use env or file instead.") from None
    if value is None:
        raise UsageError(f"the keyring has no entry {entry!r}", f"Store it: keyring set ringocli {entry}")
    return str(value)
