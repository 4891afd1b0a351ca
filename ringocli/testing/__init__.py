"""The emulator inside a test: ``emulator()`` as a context manager, and a pytest plugin in ``ringocli.testing.plugin``."""

from ringocli.testing.context import Emulator, emulator

__all__ = ["Emulator", "emulator"]
