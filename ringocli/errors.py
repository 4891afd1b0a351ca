"""The exceptions that stop a command, each with its exit code.

::

    RingocliError
    ├── CheckFailed       1   a check failed
    ├── UsageError        2   invalid command line: syntax, missing or unknown value, missing confirmation
    ├── LocalError        3   a file, a port or a document on this machine cannot be used
    └── NoReply           4   no response from the network
        └── NotConnected  4   not even a connection: nothing was sent, so it is safe to retry

Findings, mismatches and error replies of a provider are values, not exceptions.
"""

from __future__ import annotations


class RingocliError(Exception):
    """One sentence on what is wrong (``message``), and one on what to do next (``hint``, may be empty)."""

    code = 70

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[RingocliError], tuple[str, str]]:
        """Pickle with the hint, so that worker processes can raise it."""
        return type(self), (self.message, self.hint)


class CheckFailed(RingocliError):
    """The command ran, and its check failed."""

    code = 1


class UsageError(RingocliError):
    """The command line is invalid."""

    code = 2


class LocalError(RingocliError):
    """A file, a port or a document on this machine cannot be used."""

    code = 3


class NoReply(RingocliError):
    """No response was received: name resolution, connection, TLS, timeout or protocol error.

    ``kind`` is one of ``name connect tls timeout protocol``.
    """

    code = 4

    def __init__(self, message: str, hint: str = "", *, kind: str = "connect") -> None:
        super().__init__(message, hint)
        self.kind = kind


class NotConnected(NoReply):
    """No connection was made, so nothing was sent and it is safe to retry."""
