"""The options of ``validate``."""

from typing import Annotated, NamedTuple

from ringocli.cli.completion_values import complete_rules
from ringocli.cli.parameters import Argument, Option

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "junit", "markdown")
SEVERITIES = ("error", "warning", "info")


class ValidateOptions(NamedTuple):
    """The options of ``validate``, with their defaults."""

    paths: Annotated[
        tuple[str, ...],
        Argument("[PATH]...", "Files, folders, or - for stdin. Default: the working folder.", endings=(".json",)),
    ] = ()
    format: Annotated[
        str | None, Option("Output format. Default: text; github in GitHub Actions.", choices=FORMATS)
    ] = None
    select: Annotated[
        tuple[str, ...], Option("Only these rules. Repeatable.", metavar="CODE,...", complete=complete_rules)
    ] = ()
    ignore: Annotated[
        tuple[str, ...], Option("All but these rules. Repeatable.", metavar="CODE,...", complete=complete_rules)
    ] = ()
    fail_on: Annotated[
        str | None, Option("The lowest severity that makes the exit code 1. Default: error.", choices=SEVERITIES)
    ] = None
    strict: Annotated[bool, Option("Warnings fail; undocumented keys are errors.")] = False
    fix: Annotated[bool, Option("Apply safe fixes; the rest of the file is left byte-for-byte unchanged.")] = False
    diff: Annotated[bool, Option("Show what --fix would change, and write nothing.")] = False
    baseline: Annotated[
        str | None,
        Option('"write" records the current findings; FILE hides those recorded.', metavar="write|FILE"),
    ] = None
    against: Annotated[
        str | None,
        Option(
            "Compare with an earlier version; reports breaking changes, and a changed id, because it changes the "
            "Webhook URL.",
            metavar="FILE|FOLDER|REVISION",
        ),
    ] = None
    stdin_filename: Annotated[str, Option("The name of stdin in the output.", metavar="NAME")] = "stdin"
    unsafe_fixes: Annotated[bool, Option("With --fix or --diff: also apply fixes that may change the meaning.")] = False
    statistics: Annotated[bool, Option("Only show a count per rule.")] = False
    watch: Annotated[bool, Option("Validate again whenever a file changes, until Ctrl-C.")] = False
