"""Earlier versions of a file: what git has at a revision, written ``REVISION:PATH``."""

from __future__ import annotations

import os
import subprocess

from ringocli.errors import LocalError


def revision_of(name: str) -> str | None:
    """The full commit id that a name stands for; None if git knows no such revision here.

    Raises:
        LocalError: git is not installed.
    """
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return found.strip() if found is not None else None


def text_at(revision: str, path: str) -> str | None:
    """The text of a file at a revision, the path taken from the working folder; None if it did not exist there.

    Raises:
        LocalError: git is not installed.
    """
    where = os.path.relpath(path).replace(os.sep, "/")
    return _git("show", "--end-of-options", f"{revision}:./{where}")


def split_revision(name: str) -> tuple[str, str] | None:
    """``HEAD~1:acme.json`` as revision and path; None if the name has no revision."""
    revision, colon, path = name.partition(":")
    return (revision, path) if colon and revision and path and not _is_drive(revision) else None


def _is_drive(name: str) -> bool:
    return os.name == "nt" and len(name) == 1


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
    except FileNotFoundError:
        raise LocalError("reading a revision needs git, which is not installed", "Use a file instead.") from None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
