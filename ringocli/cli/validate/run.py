"""What ``validate`` does once its options are read; ``check`` and ``plain`` read them.

Nothing here imports the command-line library: on plain arguments it is not loaded at all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ringocli.cli.choosing import chosen
from ringocli.cli.validate.files import Linting, lint_all
from ringocli.errors import LocalError, RingocliError, UsageError
from ringocli.lint.engine import EVERYTHING, Selection
from ringocli.lint.report import Linted, Report
from ringocli.template.project import project_path
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.cli.validate.baseline import Baseline
    from ringocli.lint.project import UnusedSuppression, ValidateSettings

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown")
SEVERITIES = ("error", "warning", "info")


class Asked(NamedTuple):
    """The options of ``validate``; each field is one, and its default is what holds without it."""

    paths: Sequence[str]
    format: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    strict: bool = False
    fix: bool = False
    diff: bool = False
    baseline: str | None = None
    against: str | None = None
    stdin_filename: str = "stdin"
    unsafe_fixes: bool = False
    statistics: bool = False
    watch: bool = False


def validate(asked: Asked) -> int:
    """Lint as asked, and print; the exit code.

    Raises:
        UsageError: an option has no such value, or two do not go together.
        LocalError: no file at all could be read.
    """
    in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    form = chosen("--format", asked.format or ("github" if in_actions else "text"), FORMATS)
    house = _house_rules()
    fail_on = chosen("--fail-on", asked.fail_on or (house and house.fail_on) or "error", SEVERITIES)
    if asked.unsafe_fixes and not (asked.fix or asked.diff):
        raise UsageError("--unsafe-fixes needs --fix or --diff", "Start with --unsafe-fixes --diff.")
    run = _Run(
        choice=_choice(asked, house),
        form=form,
        fail_on=fail_on,
        remarks=console.is_verbose() or fail_on == "info" or bool(asked.select),
        asked=asked,
    )
    if asked.watch:
        from ringocli.cli.validate.watch import watch

        watch(asked.paths, lambda: _checked(run))
    return _checked(run)


class _Run(NamedTuple):
    choice: Selection
    form: str
    fail_on: str
    remarks: bool
    asked: Asked


def _house_rules() -> ValidateSettings | None:
    """What the project says of findings; read only where there is such a file."""
    if project_path() is None:
        return None
    from ringocli.lint.project import read_validate_settings

    return read_validate_settings()


def _choice(asked: Asked, house: ValidateSettings | None) -> Selection:
    select, ignore = _codes("--select", asked.select), _codes("--ignore", asked.ignore)
    if house is not None:
        theirs = house.selection
        return theirs._replace(
            select=select or theirs.select, ignore=ignore or theirs.ignore, strict=asked.strict or theirs.strict
        )
    choice = Selection(select=select, ignore=ignore, strict=asked.strict)
    return EVERYTHING if choice == EVERYTHING else choice


def _codes(option: str, given: Sequence[str]) -> tuple[str, ...]:
    """Codes, prefixes of codes or slugs, from options with one or several each.

    Raises:
        UsageError: one names no rule.
    """
    words = [word.strip() for entry in given for word in entry.split(",") if word.strip()]
    if not words:
        return ()
    from ringocli.lint.project import known_name

    return tuple(known_name(option, word) for word in words)


def _checked(run: _Run) -> int:
    """One run over the paths; its exit code.

    Raises:
        LocalError: no file at all could be read.
    """
    asked = run.asked
    known = _baseline(asked.baseline)
    linting = Linting(
        choice=run.choice,
        fix=asked.fix,
        diff=asked.diff,
        unsafe=asked.unsafe_fixes,
        stdin_name=asked.stdin_filename,
        against=asked.against,
        ids=known.ids if known else None,
    )
    found = lint_all(asked.paths, linting)
    if found.failures and not found.linted:
        first = found.failures[0]
        raise first if len(found.failures) == 1 else LocalError(_all(found.failures), first.hint)
    if asked.baseline == "write":
        from ringocli.cli.validate.baseline import write_baseline

        write_baseline(found.linted)
        return 0
    linted = [known.without(one) for one in found.linted] if known else found.linted
    if not asked.diff:
        report = Report(
            files=linted,
            skipped=found.skipped,
            show_infos=run.remarks,
            style=console.styled,
            unused=found.stale,
        )
        _print(report, "statistics" if asked.statistics and run.form == "text" else run.form)
    _complain(found.stale, found.failures)
    if found.failures:
        return LocalError.code
    fail_on = "warning" if run.choice.strict and run.fail_on == "error" else run.fail_on
    return 1 if _fails(linted, fail_on) or (found.stale and run.choice.strict) else 0


def _baseline(given: str | None) -> Baseline | None:
    if given is None or given == "write":
        return None
    from ringocli.cli.validate.baseline import read_baseline

    return read_baseline(given)


def _complain(stale: Sequence[UnusedSuppression], failures: Sequence[RingocliError]) -> None:
    for one in stale:
        said = one.suppression
        console.complain(f"warning: {one.file}:{said.line}: unused suppression: {said.code} ({one.why})", "yellow")
    for failure in failures:
        console.complain(f"error: {failure.message}", "red")


def _all(failures: Sequence[RingocliError]) -> str:
    return "; ".join(failure.message for failure in failures)


def _fails(linted: Sequence[Linted], fail_on: str) -> bool:
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity.value in failing for one in linted for finding in one.findings)


def _print(report: Report, form: str) -> None:
    from ringocli.lint.formats import write

    text = write(report, form)
    if form in ("json", "jsonl", "sarif") and not console.speaks_unicode():
        text = "".join(char if char.isascii() else _json_escape(char) for char in text)
    if text:
        console.out(text)


def _json_escape(char: str) -> str:
    import json

    return json.dumps(char)[1:-1]
