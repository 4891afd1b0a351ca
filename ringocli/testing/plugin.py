"""The pytest plugin: ``ringotel_emulator`` starts emulators for a test, and stops them after it.

A suite asks for it in its ``conftest.py``: ``pytest_plugins = ["ringocli.testing.plugin"]``. It does not register itself:
pytest rewrites the assertions of every module of a package that does, in all suites of whoever has it installed, and
CPython 3.11 may stumble when a lazy import is rewritten while an emulator's thread imports, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ringocli.testing.context import Emulator


@pytest.fixture
def ringotel_emulator() -> Iterator[Callable[..., Emulator]]:
    """A function that starts an emulator; it takes what ``ringocli.testing.emulator`` takes."""
    # Imported here: a suite that asks for the plugin may run without a test that needs an emulator.
    from ringocli.testing.context import emulator

    with ExitStack() as running:

        def start(template: Any, **options: Any) -> Emulator:
            return running.enter_context(emulator(template, **options))

        yield start
