"""Finds and reads the project's ``ringocli.toml``, and TOML files in general; quick to import."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ringocli.errors import LocalError
from ringocli.text.files import read_text
from ringocli.text.json_numbers import read_toml_float

PROJECT_FILE = "ringocli.toml"


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


def parse_toml(name: str, text: str) -> Mapping[str, Any]:
    """The tables of a TOML text; raises like ``read_toml``."""
    import tomllib

    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=read_toml_float)
    except RecursionError:
        raise LocalError(f"{name}: invalid TOML: nested too deeply", "Fix the syntax.") from None
    except ValueError as error:
        reason, _, place = str(error).partition(" (at ")
        where = f" at {place.rstrip(')')}" if place else ""
        raise LocalError(f"{name}: invalid TOML{where}: {reason}", "Fix the syntax.") from None
