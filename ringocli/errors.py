"""What stops a command, as one tree; each class knows its exit code.

::

    RingocliError
    ├── CheckFailed       1   the answer is no, and there is nothing more to print
    ├── UsageError     2   usage, a missing or unknown value, a guard that was not lifted
    ├── LocalError      3   a file, a port or a document that cannot be used here
    └── NoReply          4   nothing came back from the network at all
        └── NotConnected 4   not even a connection: nothing was sent, trying again is safe

A finding, a mismatch or an error reply of a provider is no exception: those are values.
"""

from __future__ import annotations


class RingocliError(Exception):
    """One sentence on what is wrong, and one on what to do next (``hint``, may be empty)."""

    code = 70

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[RingocliError], tuple[str, str]]:
        """How an error goes from one process to another: with its hint."""
        return type(self), (self.message, self.hint)


class CheckFailed(RingocliError):
    """The command did its work and the answer is no."""

    code = 1


class UsageError(RingocliError):
    """The command was asked in a way it cannot follow."""

    code = 2


class LocalError(RingocliError):
    """The command is right, but a file, a port or a document here cannot be used."""

    code = 3


class NoReply(RingocliError):
    """The other side sent no reply at all: name, connection, TLS or time-out.

    ``kind`` is one of ``name connect tls timeout protocol``.
    """

    code = 4

    def __init__(self, message: str, hint: str = "", *, kind: str = "connect") -> None:
        super().__init__(message, hint)
        self.kind = kind


class NotConnected(NoReply):
    """No connection was made, so not a byte of the request has left and it may be tried again."""
