"""The version before: a file, a folder of files by the same names, or what git has at a revision."""

from __future__ import annotations

import os
import subprocess
from functools import cache

from ringocli.errors import LocalError, UsageError
from ringocli.text.document import Document
from ringocli.text.files import read_text


def earlier_id(name: str, against: str) -> str | None:
    """The id that a template had; None where the version before has no such file, or no id.

    Raises:
        UsageError: ``against`` is no file, no folder and no revision.
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
            f"--against {word}: is no file, no folder and no revision of git",
            "Name an earlier version, for instance main or HEAD~1.",
        )
    return done.strip()


def _at_revision(name: str, revision: str) -> str | None:
    where = os.path.relpath(name).replace(os.sep, "/")
    return _git("show", f"{revision}:./{where}")


def _git(*words: str) -> str | None:
    """What git says; None if it does not know.

    Raises:
        LocalError: git is not installed.
    """
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
    except FileNotFoundError:
        raise LocalError("--against a revision needs git, which is not installed", "Name a file instead.") from None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
