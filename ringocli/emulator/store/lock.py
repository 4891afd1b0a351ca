"""Locks a store against a second emulator: by its path, and by its inode, so that links to it count as the same store."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

MODE = 0o600


class StoreLock:
    """The locks of one store, whose file has to exist."""

    def __init__(self, path: Path) -> None:
        self._beside = FileLock(f"{os.path.realpath(path)}.lock", mode=MODE)
        self._by_identity = FileLock(_identity_path(path), mode=MODE)

    def acquire(self) -> bool:
        """Take the locks; False if another process has one of them.

        Raises:
            OSError: the folder of the store cannot be written.
        """
        taken: list[FileLock] = []
        try:
            for lock in (self._beside, self._by_identity):
                lock.acquire(timeout=0)
                taken.append(lock)
        except Timeout:
            for lock in taken:
                lock.release()
            return False
        return True

    def release(self) -> None:
        """Let other processes use the store."""
        self._by_identity.release()
        self._beside.release()

    def remove(self) -> None:
        """Release the locks and delete their files."""
        self.release()
        for lock in (self._by_identity, self._beside):
            with contextlib.suppress(OSError):
                os.unlink(lock.lock_file)


def _identity_path(path: Path) -> Path:
    """The lock file named by the store's device and inode, which is the same for every name of the store."""
    stat = path.stat()
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"ringocli-locks-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        folder = path.parent  # another user's folder; links from other folders then count as other stores
    return folder / f"{stat.st_dev:x}-{stat.st_ino:x}.lock"
