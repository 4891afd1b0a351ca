"""Where the emulator keeps its stores: one file a template in the user's state folder, for its owner alone."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

_SIDES = ("", "-wal", "-shm", ".lock")


def folder() -> Path:
    """The state folder: ``$XDG_STATE_HOME/ringocli`` or the system's own place; ``RINGOCLI_STATE_DIR`` beats both."""
    own = os.environ.get("RINGOCLI_STATE_DIR")
    return Path(own) if own else platformdirs.user_state_path("ringocli", appauthor=False)


def store_of(name: str, template_id: str) -> Path:
    """The store of a template, told by its path and its id."""
    place = str(Path(name).resolve()) if name != "-" else "-"
    mark = hashlib.sha256(f"{place}\n{template_id}".encode("utf-8", "replace")).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9_-]", "-", template_id)[:40] or "template"
    return folder() / "emulator" / f"{readable}-{mark}.db"


def removable() -> list[Path]:
    """Every store in the state folder."""
    return sorted((folder() / "emulator").glob("*.db"))


def remove(path: Path) -> bool:
    """Remove a store with what belongs to it; False if an emulator is using it."""
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    for side in _SIDES:
        Path(f"{path}{side}").unlink(missing_ok=True)
    return True
