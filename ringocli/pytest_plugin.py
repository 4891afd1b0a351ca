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
    """Start an emulator: ``ringotel = ringotel_emulator("acme.json")``; options as for ``ringocli.testing.emulator``."""
    # Imported here: pytest loads every plugin, also for suites that never ask for this one.
    from ringocli.testing import emulator

    with ExitStack() as running:

        def start(template: Any, **options: Any) -> Emulator:
            return running.enter_context(emulator(template, **options))

        yield start
