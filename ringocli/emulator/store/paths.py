"""The paths of the emulator's stores: one file per template in the user's state folder, readable by its owner only."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import platformdirs

from ringocli.emulator.store.lock import StoreLock

_SUFFIXES = ("", "-wal", "-shm", ".lock")
"""A store and the files that belong to it."""


def folder() -> Path:
    """The state folder: ``RINGOCLI_STATE_DIR``, else ``$XDG_STATE_HOME/ringocli``, else the system's default."""
    own = os.environ.get("RINGOCLI_STATE_DIR")
    return Path(own) if own else platformdirs.user_state_path("ringocli", appauthor=False)


def store_of(name: str, template_id: str) -> Path:
    """The store of a template, identified by the template's path and id."""
    location = os.path.realpath(name) if name != "-" else "-"
    digest = hashlib.sha256(f"{location}\n{template_id}".encode("utf-8", "replace")).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9_-]", "-", template_id)[:40] or "template"
    return folder() / "emulator" / f"{readable}-{digest}.db"


def removable() -> list[Path]:
    """Every store in the state folder."""
    return sorted((folder() / "emulator").glob("*.db"))


def remove(path: Path) -> bool:
    """Remove a store with the files that belong to it; False if an emulator is using it."""
    lock = StoreLock(path)
    if not lock.acquire():
        return False
    lock.remove()
    for suffix in _SUFFIXES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    return True
