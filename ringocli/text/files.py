"""Reads files up to a size limit and writes them atomically; failures are ``LocalError`` or ``UsageError``."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from ringocli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 5_000_000
"""The largest file in bytes; real templates and webhooks are far smaller."""

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
            with open(name, "rb", buffering=0, opener=opened) as file:
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


def opened(name: str, flags: int) -> int:
    """The ``opener`` for reading: any FIFO, socket or device but the shell's own is refused, since reading may never end."""
    if not name.startswith(("/dev/", "/proc/")) and os.name == "posix":
        mode = os.stat(name).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise OSError(errno.EINVAL, "not a regular file")
    return os.open(name, flags)


def read_text(name: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file, or of stdin for ``-``; line breaks are kept as they are.

    Raises:
        LocalError: as ``read_bytes``, or not UTF-8.
    """
    try:
        return read_bytes(name, max_bytes=max_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LocalError(f"{name}: not valid UTF-8 (at byte {error.start})", "Save the file as UTF-8.") from None


def write_text(path: Path, text: str, *, force: bool, mode: int = 0o644, expected: str | None = None) -> None:
    """Write a text file in UTF-8; as ``write_bytes``."""
    before = expected.encode("utf-8") if expected is not None else None
    write_bytes(path, text.encode("utf-8"), force=force, mode=mode, expected=before)


def write_bytes(
    path: Path,
    content: bytes,
    *,
    force: bool,
    mode: int = 0o644,
    keep_mode: bool = True,
    expected: bytes | None = None,
) -> None:
    """Write a file atomically: a temporary file beside it, then a rename.

    A symbolic link is followed and stays a link. A file that is replaced keeps its owner and its permissions, unless
    ``keep_mode`` is false; a new file has ``mode``. ``expected`` is the content that was read before: if the file has
    changed since, it is kept.

    Raises:
        UsageError: the file exists and ``force`` is not given; not a byte is changed.
        LocalError: the folder is missing or not writable, the file is not a regular one, or it has changed.
    """
    import tempfile

    temporary = None
    try:
        target = os.path.realpath(path)
        known = _regular(path, target)
        if known is not None and not force:
            raise _exists(path)
        handle, temporary = tempfile.mkstemp(
            dir=os.path.dirname(target), prefix=f".{os.path.basename(target)[:50]}-", suffix=".tmp"
        )
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if os.name == "posix":
            _take_over(temporary, known, mode, keep_mode=keep_mode)
        if expected is not None and read_bytes(target) != expected:
            raise LocalError(f"{path} was changed in the meantime; nothing was written", "Run the command again.")
        if force:
            os.replace(temporary, target)
        else:
            _create(temporary, target)
        temporary = None
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:
        raise LocalError(f"{path}: cannot be written: {reason(error)}") from None
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists", "Use --force to overwrite it, or choose another name.")


def _regular(path: Path, target: str) -> os.stat_result | None:
    """The status of the file to replace; None if there is none.

    Raises:
        LocalError: it is a folder, a device, a FIFO or a socket.
    """
    try:
        known = os.stat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(known.st_mode):
        raise LocalError(f"{path}: is a folder, not a file")
    if not stat.S_ISREG(known.st_mode):
        raise LocalError(f"{path}: not a regular file")
    return known


def _take_over(temporary: str, known: os.stat_result | None, mode: int, *, keep_mode: bool) -> None:
    """Give a temporary file the owner and the permissions of the file that it replaces, or those of a new file."""
    if known is not None and hasattr(os, "chown"):  # Windows has no owner to give
        with suppress(PermissionError):  # only root may give a file to another user
            os.chown(temporary, known.st_uid, known.st_gid)
    if known is not None and keep_mode:
        os.chmod(temporary, stat.S_IMODE(known.st_mode))
        return
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(temporary, mode & ~umask)


def _create(temporary: str, target: str) -> None:
    """Move a temporary file to a name that must not exist, even if another process creates it at the same moment."""
    if os.name == "nt":
        os.rename(temporary, target)
        return
    try:
        os.link(temporary, target)
    except PermissionError:  # a file system without hard links
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, target)
        return
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EMLINK):
            raise
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, target)
        return
    os.unlink(temporary)


def reason(error: Exception) -> str:
    """The system's error message in lower case, without the path."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
