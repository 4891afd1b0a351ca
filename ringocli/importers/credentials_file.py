"""Writes the credentials file, the only place where secret values from a paste are stored (mode 0600)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringocli.errors import UsageError
from ringocli.text.files import check_writable, write_bytes
from ringocli.text.secret import Secret
from ringocli.text.toml_strings import toml_string


def check_path(path: Path, *, force: bool) -> None:
    """Refuse a file that exists, that cannot be written, or that git could commit.

    Raises:
        UsageError: the file exists and ``force`` is not given, it is a symbolic link, or it is in a git or hg work tree
            and not ignored there by git.
        LocalError: as ``check_writable``.
    """
    if os.path.exists(path) and not force:
        raise UsageError(f"{path} already exists", "Use --force to overwrite it, or choose another name.")
    if os.path.islink(path):
        raise UsageError(f"{path} is a symbolic link", "Name the file itself, so that only its own mode is set.")
    check_writable(path)
    place = Path(os.path.realpath(path.parent)) / path.name
    tree = _work_tree(place)
    if tree is not None and (os.path.exists(tree / ".hg") or not _is_ignored(place, tree)):
        raise UsageError(
            f"{path}: this would store secrets in the work tree {tree}",
            f"Choose a file outside it, or add {path.name} to its .gitignore first.",
        )


def _work_tree(place: Path) -> Path | None:
    """The git or hg work tree that contains a file, also one named by GIT_WORK_TREE or GIT_DIR."""
    if os.environ.get("GIT_DIR"):
        tree = Path(os.path.realpath(os.environ.get("GIT_WORK_TREE") or Path.cwd()))
        if tree in place.parents:
            return tree
    marks = (".git", ".hg")
    return next((one for one in place.parents if any(os.path.exists(one / mark) for mark in marks)), None)


def _is_ignored(path: Path, tree: Path) -> bool:
    """Whether git ignores the path; False if git cannot be run."""
    try:
        done = subprocess.run(
            ["git", "-C", str(tree), "check-ignore", "--quiet", "--", str(path)],
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def save(path: Path, properties: Mapping[str, Any], *, force: bool) -> None:
    """Write properties for ``--values``: TOML, or JSON if the name ends in ``.json``; mode 0600.

    Raises:
        UsageError: see ``check_path``.
        LocalError: the file cannot be written.
    """
    check_path(path, force=force)
    plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in properties.items()}
    if path.suffix.lower() == ".json":
        text = json.dumps({"properties": plain}, ensure_ascii=False, indent=2) + "\n"
    else:
        lines = [f"{_toml(name)} = {_toml(value)}" for name, value in plain.items()]
        text = "\n".join(["[properties]", *lines]) + "\n"
    write_bytes(path, text.encode(), force=force, mode=0o600, keep_mode=False)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return toml_string(value) if isinstance(value, str) else json.dumps(value)
