"""Files: read with a limit, written whole or not at all, in the words of the exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ringocli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 5_000_000
"""Larger files are refused at once: no template or webhook comes near it."""

_USUAL, _LARGE = 60_000, 1_000_000

STDIN = "-"


def read_bytes(name: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file, or of stdin for ``-``.

    Raises:
        LocalError: missing, unreadable, a folder, or over ``max_bytes``.
    """
    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with open(name, "rb", buffering=0) as file:
                # Room for all of max_bytes would be asked of the system for every small file.
                content = file.read(_USUAL)
                while len(content) <= max_bytes and (more := file.read(_LARGE)):
                    content += more
    except FileNotFoundError:
        raise LocalError(f"{name}: no such file", "Check the path.") from None
    except IsADirectoryError:
        raise LocalError(f"{name}: is a folder", "Name a file in it.") from None
    except PermissionError:
        wrong = "is a folder" if os.path.isdir(name) else "may not be read"
        raise LocalError(f"{name}: {wrong}", "Name a file that you can read.") from None
    except (OSError, ValueError) as error:
        raise LocalError(f"{name}: cannot be read: {reason(error)}", "Check the path.") from None
    if len(content) > max_bytes:
        raise LocalError(f"{name}: is over {max_bytes // 1_000_000} MB", "No template is: check the path.")
    return content


def read_text(name: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file, or of stdin for ``-``; line ends stay as they are.

    Raises:
        LocalError: as ``read_bytes``, or not UTF-8.
    """
    try:
        return read_bytes(name, max_bytes=max_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LocalError(f"{name}: is not UTF-8 (byte {error.start})", "Save it as UTF-8.") from None


def write_text(path: Path, text: str, *, force: bool, mode: int = 0o644) -> None:
    """Write a file whole: a temporary file beside it, then a rename.

    Raises:
        UsageError: the file exists and ``force`` is not given; not a byte is changed.
        LocalError: the folder is missing or not writable.
    """
    if path.exists() and not force:
        raise UsageError(f"{path} exists", "Give --force to replace it, or another name.")
    import tempfile

    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}-", suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if os.name == "posix":
            os.chmod(temporary, _mode_like(path, mode))
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise LocalError(f"{path}: cannot be written: {reason(error)}", "Check the folder.") from None


def _mode_like(path: Path, mode: int) -> int:
    """The rights of the file that is replaced; for a new file ``mode``, less what the umask withholds."""
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return mode & ~umask


def reason(error: Exception) -> str:
    """What the system said, in lower case and without the path it repeats."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
