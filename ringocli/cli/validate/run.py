"""Runs ``validate``: chooses the rules, lints the files, prints the findings and decides the exit code.

The command-line library is not imported here, because ``fast_args`` does without it.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ringocli.cli.parameters import chosen
from ringocli.cli.validate.files import Found, Linting, compared, lint_named, targets
from ringocli.cli.validate.options import FORMATS, SEVERITIES, ValidateOptions
from ringocli.errors import LocalError, RingocliError, UsageError
from ringocli.lint.engine import EVERYTHING, Selection
from ringocli.lint.report import Linted, Report
from ringocli.lint.rule import Severity
from ringocli.template.project_file import project_path
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.cli.validate.baseline import Baseline
    from ringocli.lint.project import ValidateSettings
    from ringocli.lint.suppressions import UnusedSuppression

DEFAULT_PATHS = (".",)
"""The path that is linted if none is given."""

PROGRESS_FROM = 100
"""From this many files on, a progress display may be worth its import."""


class _Linter(NamedTuple):
    """How findings are chosen, shown and judged; ``shows_infos`` is whether text output has findings of severity info."""

    selection: Selection
    format: str
    fail_on: str
    shows_infos: bool
    options: ValidateOptions


def validate(options: ValidateOptions) -> int:
    """Lint the files and print the findings; returns the exit code.

    Raises:
        UsageError: an option has an invalid value, or two exclude each other.
        LocalError: no file could be read.
    """
    in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    project = _project_settings()
    fail_on = chosen("--fail-on", options.fail_on or (project and project.fail_on) or "error", SEVERITIES)
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise UsageError("--unsafe-fixes needs --fix or --diff", "Start with --unsafe-fixes --diff.")
    linter = _Linter(
        selection=_selection(options, project),
        format=chosen("--format", options.format or ("github" if in_actions else "text"), FORMATS),
        fail_on=fail_on,
        shows_infos=console.is_verbose() or fail_on == "info" or bool(options.select),
        options=options,
    )
    if options.watch:
        from ringocli.cli.validate.watch import watch

        watch(options.paths or DEFAULT_PATHS, lambda: _checked(linter))
    return _checked(linter)


def _project_settings() -> "ValidateSettings | None":
    """The project's settings for ``validate``; None if it has no settings file."""
    if project_path() is None:
        return None
    from ringocli.lint.project import read_validate_settings

    return read_validate_settings()


def _selection(options: ValidateOptions, project: "ValidateSettings | None") -> Selection:
    select, ignore = _codes("--select", options.select), _codes("--ignore", options.ignore)
    if project is not None:
        base = project.selection
        return base._replace(
            select=select or base.select, ignore=ignore or base.ignore, strict=options.strict or base.strict
        )
    selection = Selection(select=select, ignore=ignore, strict=options.strict)
    return EVERYTHING if selection == EVERYTHING else selection


def _codes(option: str, given: Sequence[str]) -> tuple[str, ...]:
    """The rules named by an option: codes, prefixes of codes, or slugs, separated by commas.

    Raises:
        UsageError: an unknown rule.
    """
    words = [word.strip() for entry in given for word in entry.split(",") if word.strip()]
    if not words:
        return ()
    from ringocli.lint.project import known_name

    return tuple(known_name(option, word) for word in words)


def _checked(linter: _Linter) -> int:
    """Lint all paths once; returns the exit code.

    Raises:
        LocalError: no file could be read.
    """
    options = linter.options
    known = _baseline(options.baseline)
    linting = Linting(
        selection=linter.selection,
        fix=options.fix,
        diff=options.diff,
        unsafe=options.unsafe_fixes,
        stdin_name=options.stdin_filename,
        against=options.against,
        ids=known.ids if known else None,
    )
    found = _lint_all(options.paths or DEFAULT_PATHS, linting)
    if found.failures and not found.linted:
        first = found.failures[0]
        raise first if len(found.failures) == 1 else LocalError(_joined(found.failures), first.hint)
    if options.baseline == "write":
        from ringocli.cli.validate.baseline import write_baseline

        write_baseline(found.linted)
        return 0
    linted = [known.without(one) for one in found.linted] if known else found.linted
    if not options.diff and not (console.is_quiet() and _has_only_a_summary(linter, linted)):
        report = Report(
            files=linted,
            skipped=found.skipped,
            show_infos=linter.shows_infos or linter.format != "text" or options.statistics,
            style=console.styled,
            unused=found.unused,
            failing=_failing(linter),
        )
        _print(report, "statistics" if options.statistics and linter.format == "text" else linter.format)
    _complain(found.unused, found.failures)
    if found.failures:
        return LocalError.code
    failing = _failing(linter)
    fails = any(finding.severity in failing for one in linted for finding in one.findings)
    return 1 if fails or (found.unused and linter.selection.strict) else 0


def _lint_all(paths: Sequence[str], linting: Linting) -> Found:
    """Lint every file that the paths name."""
    failures: list[LocalError] = []
    named = list(targets(paths, failures))
    if len(named) < PROGRESS_FROM:
        found = lint_named(named, linting)
    else:
        from ringocli.cli.validate.parallel import lint_many

        found = lint_many(named, linting)
    found = compared(found, linting)
    return found._replace(failures=failures + found.failures)


def _has_only_a_summary(linter: _Linter, linted: Sequence[Linted]) -> bool:
    """Whether the text output would be only its last line, which ``--quiet`` omits."""
    severities = {finding.severity for one in linted for finding in one.findings}
    is_text = linter.format == "text" and not linter.options.statistics
    return is_text and (not severities or (severities == {Severity.INFO} and not linter.shows_infos))


def _baseline(given: str | None) -> "Baseline | None":
    if given is None or given == "write":
        return None
    from ringocli.cli.validate.baseline import read_baseline

    return read_baseline(given)


def _complain(unused: Sequence["UnusedSuppression"], failures: Sequence[RingocliError]) -> None:
    for one in unused:
        suppression = one.suppression
        console.complain(
            f"warning: {one.file}:{suppression.line}: unused suppression: {suppression.code} ({one.why})", "magenta"
        )
    for failure in failures:
        console.error(failure.message)


def _joined(failures: Sequence[RingocliError]) -> str:
    return "; ".join(failure.message for failure in failures)


def _failing(linter: _Linter) -> frozenset[Severity]:
    """The severities that make the exit code 1."""
    fail_on = "warning" if linter.selection.strict and linter.fail_on == "error" else linter.fail_on
    return frozenset(Severity(word) for word in SEVERITIES[: SEVERITIES.index(fail_on) + 1])


def _print(report: Report, format_: str) -> None:
    from ringocli.lint.formats import write

    text = write(report, format_)
    if format_ in ("json", "jsonl", "sarif") and not console.speaks_unicode():
        text = "".join(char if char.isascii() else _json_escape(char) for char in text)
    if text:
        console.out(text, hang=2 if format_ == "text" else None)


def _json_escape(char: str) -> str:
    import json

    return json.dumps(char)[1:-1]
