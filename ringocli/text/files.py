"""Reads files up to a size limit and writes them atomically; failures are ``LocalError`` or ``UsageError``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ringocli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 5_000_000
"""Larger files are refused; real templates and webhooks stay far below it."""

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
                # Reading max_bytes at once would allocate that much memory for every small file.
                content = file.read(_USUAL)
                while len(content) <= max_bytes and (more := file.read(_LARGE)):
                    content += more
    except FileNotFoundError:
        raise LocalError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise LocalError(f"{name}: is a folder, not a file") from None
    except PermissionError:
        problem = "is a folder, not a file" if os.path.isdir(name) else "permission denied"
        raise LocalError(f"{name}: {problem}") from None
    except (OSError, ValueError) as error:
        raise LocalError(f"{name}: cannot be read: {reason(error)}") from None
    if len(content) > max_bytes:
        raise LocalError(f"{name}: larger than {max_bytes // 1_000_000} MB")
    return content


def read_text(name: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file, or of stdin for ``-``; line breaks are kept as they are.

    Raises:
        LocalError: as ``read_bytes``, or not UTF-8.
    """
    try:
        return read_bytes(name, max_bytes=max_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LocalError(f"{name}: not valid UTF-8 (at byte {error.start})", "Save the file as UTF-8.") from None


def write_text(path: Path, text: str, *, force: bool, mode: int = 0o644) -> None:
    """Write a text file in UTF-8; as ``write_bytes``."""
    write_bytes(path, text.encode("utf-8"), force=force, mode=mode)


def write_bytes(path: Path, content: bytes, *, force: bool, mode: int = 0o644) -> None:
    """Write a file atomically: a temporary file beside it, then a rename.

    Raises:
        UsageError: the file exists and ``force`` is not given; not a byte is changed.
        LocalError: the folder is missing or not writable.
    """
    if path.exists() and not force:
        raise UsageError(f"{path} exists", "Use --force to overwrite it, or choose another name.")
    import tempfile

    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}-", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if os.name == "posix":
            os.chmod(temporary, _mode_like(path, mode))
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise LocalError(f"{path}: cannot be written: {reason(error)}") from None


def _mode_like(path: Path, mode: int) -> int:
    """The permissions of the file to replace; for a new file ``mode`` without the bits in the umask."""
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return mode & ~umask


def reason(error: Exception) -> str:
    """The system's error message in lower case, without the path."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
