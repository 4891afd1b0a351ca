"""What to do when stdout or stderr cannot be written: a full disk, or a closed pipe."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LOCAL_ERROR = 3


class StreamError(OSError):
    """A standard stream cannot be written; ``stream`` is its name."""

    def __init__(self, stream: str, error: OSError) -> None:
        super().__init__(error.errno, error.strerror)
        self.stream = stream


class _Output(io.FileIO):
    """The file of a standard stream, whose errors name the stream."""

    def __init__(self, descriptor: int, stream: str) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._stream = stream

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some bytes.

        Raises:
            StreamError: they cannot be written, except at the end of a pipe.
        """
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StreamError(self._stream, error) from None


def guard_streams() -> None:
    """Make errors of stdout and stderr name the stream. A Windows console and replaced streams stay unchanged."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if os.name == "posix" and stream is getattr(sys, f"__{name}__") and isinstance(stream, io.TextIOWrapper):
            stream.flush()
            output = io.BufferedWriter(_Output(stream.fileno(), name))
            guarded = io.TextIOWrapper(
                output,
                encoding=stream.encoding,
                errors=stream.errors,
                line_buffering=stream.line_buffering or stream.write_through,  # PYTHONUNBUFFERED sets the second one
            )
            setattr(sys, name, guarded)


def exit_code_for(error: OSError, stream: str = "") -> int | None:
    """The exit code if the error came from stdout or stderr, or from ``stream`` if it is given; else None.

    A closed pipe (``| head``) counts as success, without a message. Unwritten data is discarded, because the
    interpreter would otherwise try again at exit.
    """
    if isinstance(error, BrokenPipeError) or (error.errno == errno.EINVAL and os.name == "nt"):
        discard("stdout", "stderr")
        return 0
    name = error.stream if isinstance(error, StreamError) else stream
    if not name:
        return None
    discard(name)
    if name == "stdout":
        reason = (error.strerror or "unknown error").lower()
        try:
            sys.stderr.write(f"error: stdout cannot be written: {reason}\n")
            sys.stderr.flush()
        except OSError:
            discard("stderr")
    return LOCAL_ERROR


def discard(*names: str) -> bool:
    """Redirect each of these streams to the null device if it cannot be flushed; returns whether any could not."""
    found = False
    for name in names:
        stream = getattr(sys, name)
        try:
            stream.flush()
        except (OSError, ValueError):
            found = True
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, stream.fileno())
            os.close(devnull)
    return found
