"""Finds and reads the project's ``ringocli.toml``, and TOML files in general; quick to import."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.text.files import read_text
from ringocli.text.json_numbers import read_toml_float

PROJECT_FILE = "ringocli.toml"

VARIABLE_TABLES = ("variables", "outgoing", "incoming")
VALUE_KEYS = (*VARIABLE_TABLES, "properties", "public", "webhook_url")
"""The tables and keys of a profile, of a file for ``--values`` and of the user's ``config.toml``."""

PROJECT_TABLES = ("validate", "profiles")


def project_path(start: str = "") -> str | None:
    """The nearest ``ringocli.toml`` from a folder up to the git root; outside a repository only in the folder itself."""
    for folder in _up_to_root(os.path.realpath(start or os.getcwd())):
        path = os.path.join(folder, PROJECT_FILE)
        if os.path.isfile(path):
            return path
    return None


def _up_to_root(folder: str) -> Iterator[str]:
    found = [folder]
    while not os.path.exists(os.path.join(found[-1], ".git")):
        above = os.path.dirname(found[-1])
        if above == found[-1]:
            return iter([folder])
        found.append(above)
    return iter(found)


def read_toml(name: str) -> Mapping[str, Any]:
    """The tables of a TOML file; a byte order mark and CRLF are accepted.

    Raises:
        LocalError: the file cannot be read, or is not valid TOML. Its content is not quoted: it may be secret.
    """
    return parse_toml(name, read_text(name))


def read_project(name: str) -> Mapping[str, Mapping[str, Any]]:
    """The tables of a ``ringocli.toml``, which may also be a file for ``--values``.

    Raises:
        UsageError: a table is unknown, or not a table.
        LocalError: as ``read_toml``.
    """
    tables = read_toml(name)
    check_keys(name, tables, (*PROJECT_TABLES, *VALUE_KEYS))
    for key in PROJECT_TABLES:
        if not isinstance(tables.get(key, {}), dict):
            line = "[validate]" if key == "validate" else "[profiles.NAME]"
            raise UsageError(f"{name}: {key} must be a table", f"Write {line} and its keys below it.")
    return tables


def check_keys(where: str, tables: Mapping[str, Any], known: Sequence[str], also: Sequence[str] = ()) -> None:
    """Reject tables and keys that nothing reads; ``also`` are allowed, but neither suggested nor listed.

    Raises:
        UsageError: one is neither known nor allowed.
    """
    for key, value in tables.items():
        if key not in known and key not in also:
            from ringocli.text.suggest import did_you_mean

            what = "table" if isinstance(value, dict | list) else "key"
            raise UsageError(
                f"{where}: unknown {what} {key!r}{did_you_mean(key, known)}",
                f"Known are {', '.join(known[:-1])} and {known[-1]}." if known[1:] else f"The only one is {known[0]}.",
            )


def parse_toml(name: str, text: str) -> Mapping[str, Any]:
    """The tables of a TOML text; raises like ``read_toml``."""
    import tomllib

    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=read_toml_float)
    except RecursionError:
        raise LocalError(f"{name}: invalid TOML: nested too deeply", "Fix the syntax.") from None
    except ValueError as error:
        reason, _, place = str(error).partition(" (at ")
        if "set_int_max_str_digits" in reason:  # Python's message tells programmers to raise a limit
            reason = "a number has thousands of digits"
        where = f" at {place.rstrip(')')}" if place else ""
        raise LocalError(f"{name}: invalid TOML{where}: {reason}", "Fix the syntax.") from None
