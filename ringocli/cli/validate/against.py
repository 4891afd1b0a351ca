"""Reads an earlier version of a template: a file, a file of the same name in a folder, or a git revision."""

from __future__ import annotations

import os
import subprocess
from functools import cache

from ringocli.errors import LocalError, UsageError
from ringocli.text.document import Document
from ringocli.text.files import read_text


def earlier_id(name: str, against: str) -> str | None:
    """The earlier id of a template; None if the earlier version lacks the file or the id.

    Raises:
        UsageError: ``against`` is not a file, a folder or a revision.
    """
    text = _text(name, against)
    value = Document.read(name, text).value if text is not None else None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _text(name: str, against: str) -> str | None:
    if os.path.isdir(against):
        against = os.path.join(against, os.path.basename(name))
        if not os.path.isfile(against):
            return None
    if os.path.isfile(against):
        return read_text(against)
    return _at_revision(name, _revision(against))


@cache
def _revision(word: str) -> str:
    done = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    if done is None:
        raise UsageError(
            f"--against {word}: not a file, a folder or a git revision",
            "Name an earlier version, for instance main or HEAD~1.",
        )
    return done.strip()


def _at_revision(name: str, revision: str) -> str | None:
    where = os.path.relpath(name).replace(os.sep, "/")
    return _git("show", f"{revision}:./{where}")


def _git(*arguments: str) -> str | None:
    """The output of a git command; None if it fails.

    Raises:
        LocalError: git is not installed.
    """
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise LocalError("--against a revision needs git, which is not installed", "Name a file instead.") from None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
