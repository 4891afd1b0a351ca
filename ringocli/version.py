"""The version of ringocli, in a module that imports nothing, so that ``--version`` is quick."""

__version__ = "0.1.0"
