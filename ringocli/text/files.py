"""Reads files up to a size limit and writes them atomically; failures are ``LocalError`` or ``UsageError``.

Paths are examined with ``os.path``, whose functions return False for a name that the system refuses, such as one of 300
characters; those of ``Path`` raise.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ringocli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from tempfile import TemporaryDirectory

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
    if os.name == "posix":
        found = os.stat(name)
        is_special = not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode))
        if is_special and (not name.startswith(("/dev/", "/proc/")) or _is_our_output(found)):
            raise OSError(errno.EINVAL, "not a regular file")
    return os.open(name, flags)


def _is_our_output(found: os.stat_result) -> bool:
    """Whether a pipe is our own stdout or stderr: reading it would never end."""
    if not stat.S_ISFIFO(found.st_mode):
        return False
    outputs = []
    for number in (1, 2):
        with suppress(OSError):
            outputs.append(os.fstat(number))
    return any(os.path.samestat(found, output) for output in outputs)


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
    """Write a text file in UTF-8; otherwise like ``write_bytes``."""
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
    _write({path: content}, force=force, mode=mode, keep_mode=keep_mode, expected=expected)


def write_texts(contents: Mapping[Path, str], *, force: bool) -> None:
    """Write several text files, all or none: each is complete on the disk before the first is renamed.

    Raises:
        UsageError: one exists and ``force`` is not given.
        LocalError: as ``write_bytes``.
    """
    _write({path: text.encode("utf-8") for path, text in contents.items()}, force=force)


@contextmanager
def new_folder(path: Path) -> Iterator[None]:
    """Create a folder, with its parents, for the files that the block writes; if it fails, remove the new folders again.

    Raises:
        LocalError: it cannot be created.
    """
    missing = [one for one in (path, *path.parents) if not os.path.lexists(one)]
    try:
        try:
            os.makedirs(path, exist_ok=True)
        except (OSError, ValueError) as error:
            raise LocalError(f"{path}: the folder cannot be created: {reason(error)}") from None
        yield
    except BaseException:
        for one in missing:
            with suppress(OSError):  # another process has put a file into it
                os.rmdir(one)
        raise


def temporary_folder() -> TemporaryDirectory[str]:
    """A new folder for the files of one command, to be used as a context manager or cleaned up.

    Raises:
        LocalError: there is no folder for temporary files.
    """
    from tempfile import TemporaryDirectory

    try:
        return TemporaryDirectory(prefix="ringocli-")
    except OSError as error:
        raise LocalError(f"no temporary folder: {reason(error)}", "Set TMPDIR to a folder with free space.") from None


def check_writable(path: Path) -> None:
    """Find out whether a file can be written, before anything else is done.

    Raises:
        LocalError: its folder does not exist, it is not a regular file, or the system refuses its name.
    """
    with _failures_of(path):
        _regular(path)
        os.stat(path.parent)


def create_private(path: Path) -> None:
    """Create an empty file with mode 0600, unless it exists.

    Raises:
        OSError, ValueError: it cannot be opened for writing, or is a device, a FIFO or a socket.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise OSError(errno.EINVAL, "not a regular file")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _write(
    contents: Mapping[Path, bytes],
    *,
    force: bool,
    mode: int = 0o644,
    keep_mode: bool = True,
    expected: bytes | None = None,
) -> None:
    prepared: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            with _failures_of(path):
                prepared[path] = _prepared(path, content, force=force, mode=mode, keep_mode=keep_mode)
        for path, temporary in prepared.items():
            with _failures_of(path):
                target = os.path.realpath(path)
                if expected is not None and read_bytes(target) != expected:
                    raise LocalError(
                        f"{path} was changed in the meantime; nothing was written", "Run the command again."
                    )
                if force:
                    os.replace(temporary, target)
                else:
                    _create(temporary, target)
    finally:
        for temporary in prepared.values():
            with suppress(FileNotFoundError):
                os.unlink(temporary)


@contextmanager
def _failures_of(path: Path) -> Iterator[None]:
    """Turn what the system says about a file that is written into one of our errors."""
    try:
        yield
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:
        raise LocalError(f"{path}: cannot be written: {reason(error)}") from None


def _prepared(path: Path, content: bytes, *, force: bool, mode: int, keep_mode: bool) -> str:
    """A temporary file beside the target, with its content, owner and permissions."""
    import tempfile

    known = _regular(path)
    if known is not None and not force:
        raise _exists(path)
    target = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(
        dir=os.path.dirname(target), prefix=f".{os.path.basename(target)[:50]}-", suffix=".tmp"
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if os.name == "posix":
            _take_over(temporary, known, mode, keep_mode=keep_mode)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists", "Use --force to overwrite it, or choose another name.")


def _regular(path: Path) -> os.stat_result | None:
    """The status of the file to replace; None if there is none.

    Raises:
        LocalError: it is a folder, a device, a FIFO or a socket.
    """
    try:
        known = os.stat(path)
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
