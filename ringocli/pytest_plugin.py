"""Deprecated alias of ``ringocli.testing.plugin``."""

from __future__ import annotations

import warnings

from ringocli.testing.plugin import ringotel_emulator

__all__ = ["ringotel_emulator"]

warnings.warn(
    "ringocli.pytest_plugin is now ringocli.testing.plugin; the old name will be removed in 1.0",
    DeprecationWarning,
    stacklevel=2,
)
