"""The pytest plugin: ``ringotel_emulator`` starts emulators for a test, and stops them after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ringocli.testing import Emulator


@pytest.fixture
def ringotel_emulator() -> Iterator[Callable[..., Emulator]]:
    """A function that starts an emulator; it takes what ``ringocli.testing.emulator`` takes."""
    # Imported here: pytest loads every plugin, also for suites that never ask for this one.
    from ringocli.testing import emulator

    with ExitStack() as running:

        def start(template: Any, **options: Any) -> Emulator:
            return running.enter_context(emulator(template, **options))

        yield start
