"""The project's own file, ``ringocli.toml``: where it is. Looked for by every run, so nothing heavy is imported."""

from __future__ import annotations

import os
from collections.abc import Iterator

PROJECT_FILE = "ringocli.toml"


def project_path(start: str = "") -> str | None:
    """``ringocli.toml`` from a folder up to the git root; None outside a repository if not right there."""
    for folder in _up_to_root(os.path.realpath(start or os.getcwd())):
        path = os.path.join(folder, PROJECT_FILE)
        if os.path.isfile(path):
            return path
    return None


def _up_to_root(folder: str) -> Iterator[str]:
    """A folder and those above it up to the git root; only itself where there is none."""
    found = [folder]
    while not os.path.exists(os.path.join(found[-1], ".git")):
        above = os.path.dirname(found[-1])
        if above == found[-1]:
            return iter([folder])
        found.append(above)
    return iter(found)
