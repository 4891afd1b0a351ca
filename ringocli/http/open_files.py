"""The limit of open files, which every connection counts towards (``ulimit -n``)."""

from __future__ import annotations

import contextlib

from ringocli.errors import LocalError

MAX_FILES = 65_536

MIN_FILES = 32

RESERVED = 40
"""Open files that are not connections: streams, modules, a journal, the event loop."""


def allow_many_files() -> int:
    """Raise the limit to the system's maximum; returns the limit.

    Raises:
        LocalError: so few files may be open that not even the event loop works reliably.
    """
    limit = _raised_limit()
    if limit < MIN_FILES:
        raise LocalError(f"only {limit} files may be open at the same time", "Raise the limit with: ulimit -n 1024")
    return limit


def max_connections() -> int:
    """How many connections may be open at once.

    Raises:
        LocalError: as ``allow_many_files``.
    """
    return max(1, allow_many_files() - RESERVED)


def _raised_limit() -> int:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MAX_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < limit:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_FILES if soft == resource.RLIM_INFINITY else soft
