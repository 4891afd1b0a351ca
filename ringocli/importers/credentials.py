"""The file of credentials: the one place where values from a paste are written, readable by its owner alone."""

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
    """Refuse a file that exists, or that git would take up.

    Raises:
        UsageError: the file exists and ``force`` is not given, or it lies in a git work tree and is not ignored there.
    """
    if path.exists() and not force:
        raise UsageError(f"{path} exists", "Give --force to replace it, or another name.")
    tree = next((parent for parent in path.absolute().parents if (parent / ".git").exists()), None)
    if tree is not None and not _is_ignored(path.absolute(), tree):
        raise UsageError(
            f"{path}: secrets do not belong into the git work tree {tree}",
            f"Name a file outside it, or add {path.name} to its .gitignore first.",
        )


def _is_ignored(path: Path, tree: Path) -> bool:
    """What git says of the path; without git nothing is known to be ignored."""
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
        path.chmod(0o600)  # a file that is replaced keeps its rights
    write_text(path, text, force=force, mode=0o600)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    # A string of JSON is one of TOML, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
