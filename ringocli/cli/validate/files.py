"""Finds the files that ``validate`` was given, lints each, and fixes it if requested."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ringocli.errors import LocalError, UsageError
from ringocli.lint.engine import Selection, lint
from ringocli.lint.report import Linted
from ringocli.lint.subject import UNKNOWN, Earlier
from ringocli.text import console
from ringocli.text.document import Document
from ringocli.text.files import MAX_BYTES, STDIN, opened, read_text, write_text

if TYPE_CHECKING:
    from ringocli.lint.suppressions import UnusedSuppression

SUPPRESSIONS_SUFFIX = ".suppressions.toml"
"""The suffix of the file next to a template that suppresses findings; ``lint.suppressions`` reads it."""


class Linting(NamedTuple):
    """How files are linted; ``ids`` are the ids of a baseline, by file name."""

    selection: Selection
    fix: bool
    diff: bool
    unsafe: bool
    stdin_name: str
    against: str | None
    ids: Mapping[str, str] | None


class Found(NamedTuple):
    """The results: files linted, the number skipped, unused suppressions, files that could not be read."""

    linted: list[Linted]
    skipped: int
    unused: list["UnusedSuppression"]
    failures: list[LocalError]


Named: TypeAlias = tuple[str, bool]
"""A file, and whether it was named on the command line instead of found in a folder."""


def lint_named(named: Sequence[Named], linting: Linting, advance: Callable[[int], None] = lambda done: None) -> Found:
    """Lint files one after the other; ``advance`` is called after each."""
    linted: list[Linted] = []
    failures: list[LocalError] = []
    skipped = 0
    for name, is_named in named:
        advance(1)
        try:
            one = _lint(name, linting, named=is_named)
        except LocalError as error:
            failures.append(error)
            continue
        if one is None:
            skipped += 1
            continue
        linted.append(one)
    return Found(linted, skipped, [], failures)


def targets(paths: Sequence[str], failures: list[LocalError]) -> Iterator[Named]:
    """Every file to lint; for a folder, its JSON files in alphabetical order."""
    for path in paths:
        if path != STDIN and os.path.isdir(path):
            found = sorted(_json_files(path))
            if not found:
                failures.append(LocalError(f"{path}: no *.json files in this folder"))
            yield from ((name, False) for name in found)
        else:
            yield path, True


def _json_files(folder: str) -> Iterator[str]:
    """The JSON files below a folder, without hidden ones; links to folders are not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.endswith(".json") and not name.startswith("."):
                yield os.path.normpath(os.path.join(parent, name))


def _lint(name: str, linting: Linting, *, named: bool) -> Linted | None:
    """Lint one file, after fixing it if requested; None if it was found in a folder and is not a template."""
    shown = linting.stdin_name if name == STDIN else name
    console.announce_stdin(name, "a template")
    try:
        text = read_text(name)
    except LocalError:
        if named or _may_be_template(name):
            raise
        return None
    document = Document.read(shown, text)
    if not named:
        from ringocli.template.recognition import is_template

        if not is_template(document):
            return None
    if linting.fix or linting.diff:
        document = _fix(document, name, linting)
    findings = lint(document, linting.selection, _earlier(document, linting))
    if (
        linting.fix
        and not linting.diff
        and any(one.fix and one.edits and (one.fix.safe or linting.unsafe) for one in findings)
    ):
        console.note(
            f"{shown}: some fixes were not applied, because they would uncover more findings than they resolve"
        )
    return Linted(document, findings)


def _may_be_template(name: str) -> bool:
    """Whether a file that is too large or not UTF-8 looks like a template; also true if it cannot be opened at all."""
    from ringocli.template.recognition import has_template_sections

    try:
        with open(name, "rb", opener=opened) as file:
            start = file.read(MAX_BYTES)
    except OSError:
        return True
    return has_template_sections(start.replace(b"\0", b"").decode("latin-1"))  # ASCII in any encoding, UTF-16 included


def _earlier(document: Document, linting: Linting) -> Earlier:
    if linting.against is not None:
        from ringocli.cli.validate.against import earlier_version

        return earlier_version(document, linting.against)
    return Earlier(linting.ids.get(document.name.replace(os.sep, "/"))) if linting.ids else UNKNOWN


def compared(found: Found, linting: Linting) -> Found:
    """Add the findings from comparing the files, and then remove those that a suppression file hides."""
    linted: list[Linted] = []
    unused: list[UnusedSuppression] = []
    failures = [*found.failures]
    files = found.linted
    if len(files) > 1:
        from ringocli.lint.duplicate_ids import with_duplicate_ids

        files = with_duplicate_ids(files, linting.selection)
    for one in files:
        beside = one.document.name.removesuffix(".json") + SUPPRESSIONS_SUFFIX
        if os.path.isfile(beside):
            try:
                one, without_effect = _without_suppressed(one, beside)
            except LocalError as error:
                failures.append(error)
                continue
            unused += without_effect
        linted.append(one)
    return Found(linted, found.skipped, unused, failures)


def _without_suppressed(one: Linted, beside: str) -> tuple[Linted, list["UnusedSuppression"]]:
    """A file without the findings that the file next to it suppresses, and the unused suppressions."""
    import datetime
    from pathlib import Path

    from ringocli.lint.suppressions import read_suppressions, suppressed

    kept, unused = suppressed(beside, one.findings, read_suppressions(Path(beside)), datetime.date.today())
    return one._replace(findings=kept), unused


def _fix(document: Document, name: str, linting: Linting) -> Document:
    from pathlib import Path

    from ringocli.lint.fixing import fixed_text
    from ringocli.lint.report import masked

    text, made = fixed_text(document, linting.selection, unsafe=linting.unsafe)
    if linting.diff:
        after = Document.read(document.name, text)
        _print_diff(document.name, masked(document), masked(after))
        return document
    if text != document.text:
        if name == STDIN:
            raise UsageError("--fix cannot write to stdin", "Use --fix --diff, or name a file.")
        write_text(Path(name), text, force=True, expected=document.text)
        console.note(f"{name}: fixed {made}", "green")
    return Document.read(document.name, text)


def _print_diff(name: str, before: str, after: str) -> None:
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"{name} (now)", f"{name} (fixed)"
    )
    for line in lines:
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        shown = console.printable(line.rstrip("\r\n"))
        console.out(console.styled(shown, colour) if colour else shown)
