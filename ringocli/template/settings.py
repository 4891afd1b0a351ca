"""Where values come from: options, environment, a values file, a profile, the user's own file.

Precedence: option > environment (``RINGOCLI_*``) > ``--values`` > profile > user file. Files are TOML or JSON with the
tables ``variables outgoing incoming properties public``; a profile adds ``webhook_url``. Every property is read as a
secret, unless it is named public.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.template.project import PROJECT_FILE, project_path
from ringocli.template.values import Layer, Values, check_variable
from ringocli.template.variables import ALIASES, SETTABLE
from ringocli.text.files import STDIN, read_text
from ringocli.text.secret import Secret, Text
from ringocli.text.suggest import did_you_mean

TABLES = ("variables", "outgoing", "incoming", "properties")
PROFILE_KEYS = (*TABLES, "public", "webhook_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of a command that carry values, as the user gave them."""

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
    """What a command works with: values in layers, and the webhook URL as a secret."""

    values: Values
    webhook_url: Secret | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One file's tables, checked; ``name`` goes into messages, ``folder`` is what its ``file =`` paths start from."""

    name: str
    folder: Path
    tables: Mapping[str, Any] = field(default_factory=dict)


def gather(asked: Asked, declared: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> Settings:
    """Read every source once and put the layers in order.

    ``declared`` are the template's properties: their environment names are looked up.

    Raises:
        UsageError: an unknown variable, profile or key; a malformed option; an unset environment variable.
        LocalError: a file that cannot be read.
    """
    env = os.environ if environ is None else environ
    names = tuple(declared)
    profile_name = asked.profile or env.get("RINGOCLI_PROFILE")
    sources = []
    if asked.values:
        sources.append(_values_file(asked.values))
    if profile_name:
        sources.append(_profile(profile_name))
    if (user := user_file(env)).is_file():
        sources.append(_Source(name=str(user), folder=user.parent, tables=_read_tables(str(user))))
    public = {*asked.public, *(name for source in sources for name in _public(source))}
    layers = [_option_layer(asked, env, public), _environment_layer(env, names, public)]
    layers += [_file_layer(source, env, public) for source in sources]
    url = asked.url or env.get("RINGOCLI_WEBHOOK_URL") or _webhook_url(sources)
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
    """``$XDG_CONFIG_HOME/ringocli/config.toml``, in the home folder's usual places where that is not set."""
    base = env.get("XDG_CONFIG_HOME") or (env.get("APPDATA") if os.name == "nt" else None)
    try:
        return Path(base or Path.home() / ".config") / "ringocli" / "config.toml"
    except RuntimeError:  # no home folder at all, as in some containers
        return Path("/nonexistent/ringocli/config.toml")


def project_file(start: Path | None = None) -> Path | None:
    """``ringocli.toml`` as ``project`` finds it."""
    found = project_path(str(start or ""))
    return Path(found) if found is not None else None


def profiles() -> list[str]:
    """The names of the profiles at hand, for completion and suggestions; empty if the file cannot be read."""
    path = project_file()
    try:
        tables = tomllib.loads(path.read_text("utf-8")) if path else {}
    except (OSError, ValueError):
        return []
    found = tables.get("profiles", {})
    return sorted(found) if isinstance(found, dict) else []


def pair(option: str, given: str) -> tuple[str, str]:
    """``NAME=VALUE`` taken apart; the value may hold further ``=``.

    Raises:
        UsageError: there is no ``=``. What was given is not repeated: it may be a secret.
    """
    name, separator, value = given.partition("=")
    if not separator or not name.strip():
        raise UsageError(f"{option} takes NAME=VALUE", f"For instance {option} to=+13105550199")
    return name.strip(), value


def _option_layer(asked: Asked, env: Mapping[str, str], public: set[str]) -> Layer:
    variables = {}
    for option, entries in (("--set", asked.set), ("--set-file", asked.set_file)):
        for entry in entries:
            name, value = pair(option, entry)
            check_variable(name)
            variables[name] = value if option == "--set" else _content(value)
    properties: dict[str, str] = {}
    for entry in asked.property:
        name, value = pair("--property", entry)
        properties[name] = value
    for entry in asked.property_env:
        name, variable = pair("--property-env", entry)
        properties[name] = _from_environment(name, variable, env)
    for entry in asked.property_file:
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
    """A secret's file; the line break that editors and ``echo`` leave at its end is not part of it."""
    return read_text(path).removeprefix("\ufeff").rstrip("\r\n")


def _from_environment(name: str, variable: str, env: Mapping[str, str]) -> str:
    if variable not in env:
        raise UsageError(
            f"the environment has no {variable} for the property {name!r}", f"Set it: export {variable}=..."
        )
    return env[variable]


def _values_file(name: str) -> _Source:
    folder = Path.cwd() if name == STDIN else Path(name).parent
    return _Source(name=name, folder=folder, tables=_read_tables(name))


def _read_tables(name: str) -> Mapping[str, Any]:
    text = read_text(name).removeprefix("\ufeff")
    try:
        tables = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = str(error).splitlines()[0] if not isinstance(error, RecursionError) else "nested too deeply"
        raise LocalError(f"{name}: is neither TOML nor JSON: {_without_quotes(place)}", "Mend it.") from None
    _check_keys(name, tables)
    return tables


def _without_quotes(place: str) -> str:
    """A parser's message up to what it quotes of the file, which may be a secret."""
    return place.split("'")[0].split('"')[0].strip()


def _check_keys(name: str, tables: Mapping[str, Any]) -> None:
    for key in tables:
        if key not in (*PROFILE_KEYS, "profiles", "validate"):
            raise UsageError(
                f"{name}: there is no table {key!r}{did_you_mean(key, PROFILE_KEYS)}",
                f"Tables: {', '.join(PROFILE_KEYS)}.",
            )


def _profile(name: str) -> _Source:
    path = project_file()
    if path is None:
        raise UsageError(
            f"--profile {name}: there is no {PROJECT_FILE} here or above",
            f"Write one with a table [profiles.{name}].",
        )
    try:
        found = tomllib.loads(read_text(str(path))).get("profiles", {})
    except ValueError as error:
        raise LocalError(f"{path}: is no TOML: {_without_quotes(str(error))}", "Mend it.") from None
    known = sorted(found) if isinstance(found, dict) else []
    if name not in known:
        raise UsageError(
            f"{path.name} has no profile {name!r}{did_you_mean(name, known)}",
            f"It has: {', '.join(known) or 'none'}.",
        )
    label = f"{path.name} [profiles.{name}]"
    if not isinstance(found[name], dict):
        raise UsageError(f"{label}: is no table", f"Write [profiles.{name}] and its keys below it.")
    _check_keys(label, found[name])
    return _Source(name=label, folder=path.parent, tables=found[name])


def _table(source: _Source, key: str) -> Mapping[str, Any]:
    table = source.tables.get(key, {})
    if not isinstance(table, dict):
        raise UsageError(f"{source.name}: {key} is no table", f"Write [{key}] and NAME = VALUE below it.")
    return table


def _public(source: _Source) -> list[str]:
    names = source.tables.get("public", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"{source.name}: public is no list of names", 'Write public = ["Account ID"].')
    return names


def _webhook_url(sources: Iterable[_Source]) -> str | None:
    for source in sources:
        url = source.tables.get("webhook_url")
        if url is not None and not isinstance(url, str):
            raise UsageError(f"{source.name}: webhook_url is no text", 'Write webhook_url = "https://..."')
        if url:
            return url
    return None


def _scalar(source: _Source, where: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UsageError(f"{source.name}: {where} is no text", f'Write {where.split(".")[-1]} = "..."')
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
        f"{source.name}: properties.{name} is neither a text nor one of env, file, keyring",
        'Write {env = "VARIABLE"}, {file = "path"} or {keyring = "name"}.',
    )


def _from_keyring(name: str, entry: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise LocalError(
            f"the property {name!r} is in the keyring, and its extra is not installed",
            "Install ringocli[keyring].",
        ) from None
    try:
        value = keyring.get_password("ringocli", entry)
    except KeyringError:
        raise LocalError("the keyring cannot be opened here", "Use env or file instead.") from None
    if value is None:
        raise UsageError(f"the keyring has no {entry!r}", f"Store it: keyring set ringocli {entry}")
    return str(value)
