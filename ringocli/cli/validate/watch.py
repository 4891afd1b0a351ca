"""``validate --watch``: lints again whenever a file changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from ringocli.cli.validate.files import SUPPRESSIONS_SUFFIX, targets
from ringocli.cli.watch import watch_files
from ringocli.errors import UsageError
from ringocli.template.project_file import PROJECT_FILE
from ringocli.text.files import STDIN


def watch(paths: Sequence[str], check: Callable[[], object]) -> NoReturn:
    """Run ``check`` now and whenever a file, its suppressions or the project's settings change; ends with Ctrl-C.

    Raises:
        UsageError: stdin is among the files.
    """
    if STDIN in paths:
        raise UsageError("--watch cannot watch stdin", "Name the files.")
    watch_files(lambda: _watched(paths), check)


def _watched(paths: Sequence[str]) -> list[str]:
    names = [name for name, _ in targets(paths, [])]
    return [*names, *(name.removesuffix(".json") + SUPPRESSIONS_SUFFIX for name in names), PROJECT_FILE]
