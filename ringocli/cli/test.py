"""``test``: runs case files against their template, without a network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.inputs import file_of, open_template
from ringocli.cli.options import TextOrJson
from ringocli.cli.output import progress
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import CheckFailed, LocalError, UsageError
from ringocli.text import console

if TYPE_CHECKING:
    from ringocli.testing.cases.discovery import CaseFile
    from ringocli.testing.cases.outcome import CaseOutcome

EXAMPLES = (
    "ringocli test samples/telnyx.json",
    "ringocli test samples -k delivered --format json",
    "ringocli test samples/cases/telnyx-conversation.toml --junit report.xml",
)
MORE = (
    "Cases are TOML files in a folder named cases next to the template. A step is a message of the Ringotel user "
    "(its request is rendered and compared, and a recorded reply is read) or a webhook (it is matched, and its "
    "values are compared). Nothing is sent over the network.\n\n"
    "To make a case from recorded traffic (an emulator export, a HAR file, or one request or reply in any form):\n\n"
    "\b\n"
    "  ringocli test acme.json --record export.jsonl --name conversation\n\n"
    "Exit codes: 0 all passed, 1 a case failed, 2 usage error, 3 no cases found or a file cannot be read."
)


class TestOptions(NamedTuple):
    """The options of ``test``."""

    paths: Annotated[
        tuple[str, ...],
        Argument(
            "[PATH]...", "Case files, templates or folders. Default: the working folder.", endings=(".toml", ".json")
        ),
    ] = ()
    template: Annotated[str | None, Option("Use this template for all cases.", metavar="FILE", endings=(".json",))] = (
        None
    )
    keyword: Annotated[
        str | None,
        Option(
            "Only cases whose path or name contains these words, combined with and, or, not.",
            flags=("-k",),
            metavar="WORDS",
        ),
    ] = None
    update: Annotated[bool, Option("Update the cases to expect the current results.")] = False
    junit: Annotated[str | None, Option("Also write JUnit XML to this file.", metavar="FILE")] = None
    watch: Annotated[bool, Option("Run again whenever a file changes, until Ctrl-C.")] = False
    record: Annotated[str | None, Option("Make a case from this recording (- is stdin).", metavar="FILE|-")] = None
    name: Annotated[str | None, Option("With --record: the name of the case.", metavar="NAME")] = None
    force: Annotated[bool, Option("With --record: overwrite an existing case.")] = False
    format: TextOrJson = "text"


@command("test", "Run test cases against the template.", examples=EXAMPLES, more=MORE)
def test(options: TestOptions) -> int:
    """Run the cases, update them, or record a new one."""
    if options.record is not None:
        return _record(options)
    if options.watch:
        _watch(options)
    return _run_once(options)


def _record(options: TestOptions) -> int:
    from ringocli.testing.cases.discovery import FOLDER
    from ringocli.testing.cases.recorded import read_recording, write_case
    from ringocli.text.files import STDIN, new_folder, read_bytes

    names = [*options.paths, *([options.template] if options.template else [])]
    if len(names) != 1 or not names[0].endswith(".json"):
        raise UsageError("--record needs one template", "For example: ringocli test acme.json --record export.jsonl")
    assert options.record is not None
    template = open_template(names[0]).template
    stem = Path(names[0]).stem
    case = options.name or ("recorded" if options.record == STDIN else Path(options.record).name.partition(".")[0])
    if case != os.path.basename(case) or case in (".", ".."):
        raise UsageError("--name is a name without folders", "The case is written into the folder cases.")
    if not case.isprintable():
        raise UsageError(
            "the name of the case has a character that cannot be printed", "Choose another one with --name."
        )
    path = Path(names[0]).parent / FOLDER / (case if case.startswith(stem) else f"{stem}-{case}")
    path = path.with_name(f"{path.name.removesuffix('.toml')}.toml")
    recording = read_recording(read_bytes(options.record))
    with new_folder(path.parent):
        written = write_case(template, recording, path, force=options.force)
    if options.format == "json":
        console.out_json({"schema_version": 1, "written": [file.as_posix() for file in written]})
    else:
        beside = len(written) - 1
        files = f"{beside} file{'s' * (beside != 1)}"
        console.out(f"Wrote {path.as_posix()} and {files} next to it. Check what the case expects.", hang=2)
    return 0


def _cases(options: TestOptions) -> list[CaseFile]:
    from ringocli.testing.cases.discovery import find_cases, selects

    found = find_cases(options.paths, options.template)
    if not found:
        raise LocalError("no cases found", "Put them in a folder named cases next to the template, or use --record.")
    if options.keyword is not None:
        chosen = [case for case in found if selects(options.keyword, (case.path.as_posix(), _name_of(case.path)))]
        if not chosen:
            raise UsageError(f"-k {options.keyword!r} selects none of {len(found)} cases")
        return chosen
    return found


def _name_of(path: Path) -> str:
    from ringocli.errors import RingocliError
    from ringocli.messaging.case_reader import read_case

    try:
        return read_case(path, None).name
    except RingocliError:
        return ""


def _run_once(options: TestOptions) -> int:
    from ringocli.testing.cases.outcome import run_case_file
    from ringocli.testing.cases.result_formats import as_document, as_junit, as_text
    from ringocli.text.files import write_text

    junit = file_of("--junit", options.junit) if options.junit is not None else None
    files = _cases(options)
    outcomes = []
    with progress("testing", len(files)) as advance:
        for file in files:
            outcomes.append(run_case_file(file))
            advance(1)
    if options.update:
        outcomes = _updated(files, outcomes)
    if junit is not None:
        write_text(junit, as_junit(outcomes), force=True)
    if options.format == "json":
        console.out_json(as_document(outcomes))
    else:
        console.out(as_text(outcomes), hang=4)
    if all(outcome.passed for outcome in outcomes):
        return 0
    only_errors = all(outcome.passed or outcome.error is not None for outcome in outcomes)
    return LocalError.code if only_errors and len(outcomes) == 1 else CheckFailed.code


def _updated(files: list[CaseFile], outcomes: list[CaseOutcome]) -> list[CaseOutcome]:
    """Update every case that could be run, and run the updated ones again."""
    from ringocli.testing.cases.outcome import run_case_file
    from ringocli.testing.cases.update import update_case

    found = []
    for file, outcome in zip(files, outcomes, strict=True):
        written = update_case(outcome.result) if outcome.result is not None else []
        for path in written:
            console.note(f"updated {path.as_posix()}")
        found.append(run_case_file(file) if written else outcome)
    return found


def _watch(options: TestOptions) -> None:
    from ringocli.cli.watch import watch_files

    def files() -> list[str]:
        found: set[str] = set()
        for case in _cases(options):
            found |= {str(path) for path in case.path.parent.glob(f"{case.path.stem}*")}
            found |= {str(case.path), str(case.template)}
        return sorted(found)

    watch_files(files, lambda: _run_once(options))
