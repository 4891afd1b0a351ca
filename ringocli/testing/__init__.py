"""The emulator inside tests: ``emulator()`` is a context manager, ``ringocli.testing.plugin`` a pytest plugin."""

from ringocli.testing.context import Emulator, emulator

__all__ = ["Emulator", "emulator"]
