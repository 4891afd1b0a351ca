"""The emulator inside tests: ``emulator()`` is a context manager, ``ringocli.testing.plugin`` a pytest plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringocli.testing.context import Emulator, emulator

__all__ = ["Emulator", "emulator"]


def __getattr__(name: str) -> object:
    """Import a public name on first use: ``--help`` reads the options of ``doctor``, and needs no server for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ringocli.testing import context

    return getattr(context, name)
