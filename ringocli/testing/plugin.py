"""The pytest plugin: collects case files as tests, and starts emulators and loads templates for other tests.

A suite uses it with ``pytest_plugins = ["ringocli.testing.plugin"]`` in its ``conftest.py``, or with
``pytest -p ringocli.testing.plugin``. It has no entry point, because pytest would then rewrite the assertions of all
modules of this package in every suite of the environment, and CPython 3.11 can fail if a lazy import is rewritten while
an emulator's thread is importing as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ringocli.errors import RingocliError
from ringocli.testing.cases.discovery import CaseFile, is_case_file, template_of
from ringocli.testing.cases.outcome import CaseOutcome, load_template, run_case_file
from ringocli.testing.cases.result_formats import failure_lines

if TYPE_CHECKING:
    from ringocli.template.model import Template
    from ringocli.testing.context import Emulator


@pytest.fixture
def ringotel_emulator() -> Iterator[Callable[..., Emulator]]:
    """A function that starts an emulator; its arguments are those of ``ringocli.testing.emulator``."""
    # Imported here: a suite may have no test that needs an emulator.
    from ringocli.testing.context import emulator

    with ExitStack() as running:

        def start(template: Any, **options: Any) -> Emulator:
            return running.enter_context(emulator(template, **options))

        yield start


@pytest.fixture
def ringotel_template() -> Callable[[str | Path], Template]:
    """A function that reads a template, for ``render_request``, ``read_webhook`` and ``read_reply``."""
    return lambda path: load_template(Path(path))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect TOML files below a folder named ``cases``."""
    if file_path.suffix == ".toml" and is_case_file(file_path):
        collected: CaseCollector = CaseCollector.from_parent(parent, path=file_path)
        return collected
    return None


class CaseCollector(pytest.File):
    """A case file, which is one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """The one test in it."""
        yield CaseItem.from_parent(self, name=self.path.stem)


class CaseFailed(Exception):
    """A case that did not pass; its outcome says why."""

    def __init__(self, outcome: CaseOutcome) -> None:
        super().__init__(outcome.name)
        self.outcome = outcome


class CaseItem(pytest.Item):
    """One case as a test."""

    def runtest(self) -> None:
        """Run the case.

        Raises:
            CaseFailed: it did not pass.
            UsageError: it is not clear which template it belongs to.
        """
        outcome = run_case_file(CaseFile(self.path, template_of(self.path)))
        if not outcome.passed:
            raise CaseFailed(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The failures with their diffs, without a traceback."""
        if isinstance(excinfo.value, CaseFailed):
            outcome = excinfo.value.outcome
            return "\n".join(
                [f"{outcome.path.name}: {outcome.name}", *(f"  {line}" for line in failure_lines(outcome))]
            )
        if isinstance(excinfo.value, RingocliError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test is, for the summary line."""
        return self.path, None, f"case: {self.name}"
