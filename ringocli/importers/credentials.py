"""Writes the credentials file, the only place where secret values from a paste are stored (mode 0600)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringocli.errors import UsageError
from ringocli.text.files import write_text
from ringocli.text.secret import Secret


def check_place(path: Path, *, force: bool) -> None:
    """Refuse a file that exists, or that git could commit.

    Raises:
        UsageError: the file exists and ``force`` is not given, or it is in a git work tree and not ignored there.
    """
    if path.exists() and not force:
        raise UsageError(f"{path} already exists", "Use --force to overwrite it, or choose another name.")
    tree = next((parent for parent in path.absolute().parents if (parent / ".git").exists()), None)
    if tree is not None and not _is_ignored(path.absolute(), tree):
        raise UsageError(
            f"{path}: this would store secrets in the git work tree {tree}",
            f"Choose a file outside it, or add {path.name} to its .gitignore first.",
        )


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
        UsageError: see ``check_place``.
        LocalError: the file cannot be written.
    """
    check_place(path, force=force)
    plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in properties.items()}
    if path.suffix.lower() == ".json":
        text = json.dumps({"properties": plain}, ensure_ascii=False, indent=2) + "\n"
    else:
        lines = [f"{_toml(name)} = {_toml(value)}" for name, value in plain.items()]
        text = "\n".join(["[properties]", *lines]) + "\n"
    if path.exists():
        path.chmod(0o600)  # overwriting a file keeps its permissions
    write_text(path, text, force=force, mode=0o600)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    # A JSON string is a valid TOML string, except that TOML requires DEL to be escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
