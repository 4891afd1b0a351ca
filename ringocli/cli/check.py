"""``validate``, ``explain`` and ``schema``: what is wrong with a template, why, and what shape it has."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ringocli import console
from ringocli.cli.options import chosen, help_text
from ringocli.errors import AskedWrongly, CouldNotRun, RingocliError

VALIDATE_EXAMPLES = (
    "ringocli validate samples/telnyx.json",
    "ringocli validate samples --format concise",
    "ringocli validate samples --format sarif",
    "ringocli validate samples/telnyx.json --fix --diff",
    "ringocli validate samples --statistics",
)
EXPLAIN_EXAMPLES = ("ringocli explain RT401", "ringocli explain unknown-variable")
SCHEMA_EXAMPLES = ("ringocli schema",)
FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown")
SEVERITIES = ("error", "warning", "info")
BASELINE = ".ringocli-baseline.json"


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    more = "Exit codes: 0 no finding at or above --fail-on, 1 some, 3 a file could not be read."
    app.command("validate", help=help_text("Find what would break.", VALIDATE_EXAMPLES, more))(validate)
    app.command("explain", help=help_text("Explain a rule: what, why, bad and good.", EXPLAIN_EXAMPLES))(explain)
    app.command("schema", help=help_text("Print the JSON Schema of a template, for editors.", SCHEMA_EXAMPLES))(schema)


def validate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for stdin.")],
    format_: Annotated[
        str | None, typer.Option("--format", metavar="|".join(FORMATS), help="Default: text; github in GitHub Actions.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="CODE,...", help="Only these rules.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CODE,...", help="Not these rules.")] = None,
    fail_on: Annotated[
        str | None, typer.Option(metavar="|".join(SEVERITIES), help="What makes the exit code 1. Default: error.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail; undocumented keys are errors.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Apply what is safe, byte for byte elsewhere.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would do; write nothing.")] = False,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="write|FILE", help=f"Write today's findings to {BASELINE}, or report only others."),
    ] = None,
    stdin_filename: Annotated[str, typer.Option(metavar="NAME", help="What to call stdin.")] = "stdin",
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: also what may change the meaning.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="How often each rule was broken, only.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Lint again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Lint templates."""
    from ringocli.house_rules import read_house_rules
    from ringocli.lint import EVERYTHING, Choice

    form = chosen("--format", format_ or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"), FORMATS)
    house = read_house_rules()
    fail_on = chosen("--fail-on", fail_on or house.fail_on or "error", SEVERITIES)
    strict = strict or house.strict
    choice = Choice(
        select=_codes("--select", select) or house.select,
        ignore=_codes("--ignore", ignore) or house.ignore,
        strict=strict,
        severities=house.severities,
    )
    run = _Run(
        choice=EVERYTHING if choice == EVERYTHING else choice,
        form=form,
        fail_on="warning" if strict and fail_on == "error" else fail_on,
        remarks=console.is_verbose() or fail_on == "info" or bool(select),
        strict=strict,
        fix=fix,
        diff=diff,
        unsafe=unsafe_fixes,
        statistics=statistics,
        stdin_name=stdin_filename,
    )
    if unsafe_fixes and not (fix or diff):
        raise AskedWrongly("--unsafe-fixes needs --fix or --diff", "Start with --unsafe-fixes --diff.")
    if watch:
        _watch(paths, run, baseline)
    code = _checked(paths, run, baseline)
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """How one run lints, mends and prints."""

    choice: Any
    form: str
    fail_on: str
    remarks: bool
    strict: bool
    fix: bool
    diff: bool
    unsafe: bool
    statistics: bool
    stdin_name: str


def _checked(paths: Sequence[str], run: _Run, baseline: str | None) -> int:
    """One run over the paths; its exit code.

    Raises:
        CouldNotRun: no file at all could be read.
    """
    from ringocli.report.findings import Report

    known = _baseline(baseline)
    failures: list[RingocliError] = []
    linted, skipped, stale = [], 0, []
    known_texts: dict[str, Any] = {}
    for name, named in _targets(paths, failures):
        try:
            one = _lint(name, run, known_texts, named=named)
        except CouldNotRun as error:
            failures.append(error)
            continue
        if one is None:
            skipped += 1
        else:
            one, past = _without_suppressed(name, one)
            stale += past
            linted.append(_without(one, known))
    if failures and not linted:
        raise failures[0] if len(failures) == 1 else CouldNotRun(_all(failures), failures[0].hint)
    if baseline == "write":
        _write_baseline(linted)
        return 0
    if not run.diff:
        report = Report(
            files=linted, skipped=skipped, remarks=run.remarks, style=console.styled, stale=stale, unsafe=run.unsafe
        )
        _print(report, "statistics" if run.statistics and run.form == "text" else run.form)
    for one in stale:
        said = one.suppression
        console.complain(
            f"warning: {one.file}:{said.line}: the exception for {said.code} is stale: {one.why}", "yellow"
        )
    for failure in failures:
        console.complain(f"error: {failure.message}", "red")
    if failures:
        return CouldNotRun.code
    return 1 if _fails(linted, run.fail_on) or (stale and run.strict) else 0


def _without_suppressed(name: str, one: Any) -> tuple[Any, list[Any]]:
    """A file without the findings that its side-car excuses, and the excuses that are stale."""
    import datetime
    from dataclasses import replace

    from ringocli.files import STDIN
    from ringocli.house_rules import read_suppressions, side_car, suppressed

    beside = side_car(Path(name))
    suppressions = read_suppressions(beside) if name != STDIN else ()
    if not suppressions:
        return one, []
    kept, stale = suppressed(str(beside), one.findings, suppressions, datetime.date.today())
    return replace(one, findings=kept), stale


def _watch(paths: Sequence[str], run: _Run, baseline: str | None) -> NoReturn:
    """Lint whenever the files, their side-cars or the project's settings change; ends with Ctrl-C."""
    import time

    from ringocli.house_rules import side_car
    from ringocli.settings import PROJECT_FILE

    if "-" in paths:
        raise AskedWrongly("--watch needs files, stdin does not change", "Name them.")
    seen: object = None
    while True:
        names = [name for name, _ in _targets(paths, [])]
        watched = [*names, *(str(side_car(Path(name))) for name in names), PROJECT_FILE]
        now = [(name, os.stat(name).st_mtime_ns, os.stat(name).st_size) for name in watched if os.path.exists(name)]
        if now != seen:
            seen = now
            if console.coloured(sys.stdout):
                console.out("\033[2J\033[H", end="")
            try:
                _checked(paths, run, baseline)
            except RingocliError as error:
                console.complain(f"error: {error.message}", "red")
            console.note("watching; Ctrl-C ends it", "dim")
            sys.stdout.flush()
        time.sleep(0.3)


def _all(failures: Sequence[RingocliError]) -> str:
    return "; ".join(failure.message for failure in failures)


def _codes(option: str, given: list[str] | None) -> tuple[str, ...]:
    """Codes, prefixes of codes or slugs.

    Raises:
        AskedWrongly: one names no rule.
    """
    from ringocli.lint import rules
    from ringocli.suggest import did_you_mean

    words = [word.strip() for entry in given or () for word in entry.split(",") if word.strip()]
    if not words:
        return ()
    names = [name for one in rules() for name in (one.code, one.slug)]
    for word in words:
        if word not in names and not any(name.startswith(word) and word.startswith("RT") for name in names):
            raise AskedWrongly(f"{option}: there is no rule {word!r}{did_you_mean(word, names)}", "See explain --all.")
    return tuple(words)


def _targets(paths: Sequence[str], failures: list[RingocliError]) -> Iterator[tuple[str, bool]]:
    """Every file to lint, and whether it was named itself; a folder gives its JSON files in a stable order."""
    for path in paths:
        if path != "-" and Path(path).is_dir():
            found = sorted(_json_files(Path(path)))
            if not found:
                failures.append(CouldNotRun(f"{path}: holds no *.json file", "Check the path."))
            yield from ((name, False) for name in found)
        else:
            yield path, True


def _json_files(folder: Path) -> Iterator[str]:
    """The JSON files below a folder, hidden ones aside; links to folders are not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.endswith(".json") and not name.startswith("."):
                yield os.path.join(parent, name)


def _lint(name: str, run: _Run, known_texts: dict[str, Any], *, named: bool) -> Any:
    """One file, mended if asked for; None if it is no template and was not named.

    The same text has the same findings, so copies of a template, as resellers keep one a customer, are linted once.
    """
    from ringocli.document import Document
    from ringocli.files import STDIN, read_text
    from ringocli.lint import lint
    from ringocli.report.findings import Linted

    shown = run.stdin_name if name == STDIN else name
    text = read_text(name)
    if text in known_texts:
        return known_texts[text].renamed(shown)
    document = Document.read(shown, text)
    if not named and not _is_template(document):
        return None
    if run.fix or run.diff:
        document = _mend(document, name, run)
    one = Linted(document=document, findings=lint(document, run.choice))
    if not run.fix and not run.diff:
        known_texts[text] = one
    return one


def _is_template(document: Any) -> bool:
    if isinstance(document.value, dict):
        return any(key in document.value for key in ("API", "Webhook", "class"))
    return document.value is None and not document.is_json and '"class"' in document.text


def _mend(document: Any, name: str, run: _Run) -> Any:
    from ringocli.document import Document
    from ringocli.files import STDIN, write_text
    from ringocli.lint import mended
    from ringocli.report.findings import masked

    text, made = mended(document, run.choice, unsafe=run.unsafe)
    if run.diff:
        after = Document.read(document.name, text)
        _print_diff(document.name, *(masked(one) for one in (document, after)))
        return document
    if text != document.text:
        if name == STDIN:
            raise AskedWrongly("--fix cannot write to stdin", "Use --fix --diff, or name a file.")
        write_text(Path(name), text, force=True)
        console.note(f"{name}: {made} mended", "green")
    return Document.read(document.name, text)


def _print_diff(name: str, before: str, after: str) -> None:
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"{name} (now)", f"{name} (mended)"
    )
    for line in lines:
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        shown = console.printable(line.rstrip("\r\n"))
        console.out(console.styled(shown, colour) if colour else shown)


def _print(report: Any, form: str) -> None:
    from ringocli.report.findings import FORMATS as WRITERS

    text = WRITERS[form](report)
    if form in ("json", "jsonl", "sarif") and not console.speaks_unicode():
        text = "".join(char if char.isascii() else _json_escape(char) for char in text)
    if text:
        console.out(text)


def _json_escape(char: str) -> str:
    import json

    return json.dumps(char)[1:-1]


def _fails(linted: Sequence[Any], fail_on: str) -> bool:
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return any(finding.severity.value in failing for one in linted for finding in one.findings)


def _key(one: Any, finding: Any) -> list[str]:
    from ringocli.pointer import as_text

    name = Path(one.document.name).as_posix()
    return [name, finding.code, as_text(finding.pointer), "" if finding.pointer else finding.message]


def _baseline(given: str | None) -> set[tuple[str, ...]]:
    """The findings that are known already."""
    import json

    from ringocli.files import read_text

    if given is None or given == "write":
        return set()
    try:
        known = json.loads(read_text(given))
        return {tuple(map(str, entry)) for entry in known["findings"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CouldNotRun(f"{given}: is no baseline", "Write one: ringocli validate PATH --baseline write") from None


def _without(one: Any, known: set[tuple[str, ...]]) -> Any:
    from dataclasses import replace

    if not known:
        return one
    return replace(one, findings=tuple(found for found in one.findings if tuple(_key(one, found)) not in known))


def _write_baseline(linted: Sequence[Any]) -> None:
    import json

    from ringocli.files import write_text

    entries = [_key(one, finding) for one in linted for finding in one.findings]
    text = json.dumps({"schema_version": 1, "findings": entries}, ensure_ascii=False, indent=1) + "\n"
    write_text(Path(BASELINE), text, force=True)
    console.note(f"wrote {BASELINE}: {len(entries)} findings; use it with --baseline {BASELINE}", "green")


def explain(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="A code or a slug.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All rules, a line each.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="text|json")] = "text",
) -> None:
    """Print one rule, or the list of all."""
    from ringocli.lint import rules
    from ringocli.suggest import did_you_mean

    chosen("--format", format_, ("text", "json"))
    if code is None and not every:
        raise AskedWrongly("explain needs a code", "For instance ringocli explain RT401, or --all.")
    wanted = [one for one in rules() if every or code in (one.code, one.slug) or code == one.code.lower()]
    if not wanted:
        names = [name for one in rules() for name in (one.code, one.slug)]
        raise AskedWrongly(f"there is no rule {code!r}{did_you_mean(code or '', names)}", "See ringocli explain --all.")
    if format_ == "json":
        documents = [
            {"code": one.code, "slug": one.slug, "severity": one.severity.value, "title": one.doc.title,
             "markdown": one.markdown} for one in wanted
        ]  # fmt: skip
        console.out_json({"schema_version": 1, "rules": documents})
    elif every:
        for one in wanted:
            console.out(f"{one.code}  {one.severity.value:<8} {one.slug:<28} {one.doc.title}")
    else:
        one = wanted[0]
        console.out(f"{console.styled(f'{one.code} {one.slug}', 'bold')} ({one.severity.value})\n")
        console.out(_readable(one.markdown))


def _readable(markdown: str) -> str:
    """A rule's page for the terminal: fences become indentation."""
    lines, inside = [], False
    for line in markdown.splitlines():
        if line.startswith("```"):
            inside = not inside
        else:
            lines.append(f"    {console.printable(line)}" if inside else line)
    return "\n".join(lines)


def schema() -> None:
    """Print the schema."""
    from ringocli.schema import SCHEMA

    console.out_json(SCHEMA)
