"""``validate``, ``explain`` and ``schema``: what is wrong with a template, why, and what shape it has."""

from __future__ import annotations

from typing import Annotated

import typer

from ringocli.cli.options import chosen, help_text
from ringocli.errors import UsageError
from ringocli.text import console

VALIDATE_EXAMPLES = (
    "ringocli validate samples/telnyx.json",
    "ringocli validate samples --format concise",
    "ringocli validate samples --format sarif",
    "ringocli validate samples/telnyx.json --fix --diff",
    "ringocli validate samples --statistics",
)
EXPLAIN_EXAMPLES = ("ringocli explain RT401", "ringocli explain unknown-variable")
SCHEMA_EXAMPLES = ("ringocli schema",)


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    more = "Exit codes: 0 no finding at or above --fail-on, 1 some, 3 a file could not be read."
    app.command("validate", help=help_text("Find what would break.", VALIDATE_EXAMPLES, more))(validate)
    app.command("explain", help=help_text("Explain a rule: what, why, bad and good.", EXPLAIN_EXAMPLES))(explain)
    app.command("schema", help=help_text("Print the JSON Schema of a template, for editors.", SCHEMA_EXAMPLES))(schema)


def validate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for stdin.")],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="text|concise|json|jsonl|sarif|github|junit|markdown",
            help="Default: text; github in GitHub Actions.",
        ),
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="CODE,...", help="Only these rules.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CODE,...", help="Not these rules.")] = None,
    fail_on: Annotated[
        str | None, typer.Option(metavar="error|warning|info", help="What makes the exit code 1. Default: error.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail; undocumented keys are errors.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Apply what is safe, byte for byte elsewhere.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would do; write nothing.")] = False,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="write|FILE", help="Write today's findings to a file, or report only others."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="FILE|FOLDER|REVISION", help="The version before: a changed id moves the Webhook URL."),
    ] = None,
    stdin_filename: Annotated[str, typer.Option(metavar="NAME", help="What to call stdin.")] = "stdin",
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: also what may change the meaning.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="How often each rule was broken, only.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Lint again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Lint templates."""
    from ringocli.cli.validate.run import Asked
    from ringocli.cli.validate.run import validate as validated

    code = validated(
        Asked(
            paths=paths,
            format=format_,
            select=tuple(select or ()),
            ignore=tuple(ignore or ()),
            fail_on=fail_on,
            strict=strict,
            fix=fix,
            diff=diff,
            baseline=baseline,
            against=against,
            stdin_filename=stdin_filename,
            unsafe_fixes=unsafe_fixes,
            statistics=statistics,
            watch=watch,
        )
    )
    if code:
        raise typer.Exit(code)


def explain(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="A code or a slug.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All rules, a line each.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="text|json")] = "text",
) -> None:
    """Print one rule, or the list of all."""
    from ringocli.lint.explain import rule_document, rule_text
    from ringocli.lint.registry import rules
    from ringocli.text.suggest import did_you_mean

    chosen("--format", format_, ("text", "json"))
    if code is None and not every:
        raise UsageError("explain needs a code", "For instance ringocli explain RT401, or --all.")
    wanted = [one for one in rules() if every or code in (one.code, one.slug) or code == one.code.lower()]
    if not wanted:
        names = [name for one in rules() for name in (one.code, one.slug)]
        raise UsageError(f"there is no rule {code!r}{did_you_mean(code or '', names)}", "See ringocli explain --all.")
    if format_ == "json":
        console.out_json({"schema_version": 1, "rules": [rule_document(one) for one in wanted]})
    elif every:
        for one in wanted:
            console.out(f"{one.code}  {one.severity.value:<8} {one.slug:<28} {one.doc.title}")
    else:
        one = wanted[0]
        console.out(f"{console.styled(f'{one.code} {one.slug}', 'bold')} ({one.severity.value})\n")
        console.out(rule_text(one))


def schema() -> None:
    """Print the schema."""
    from ringocli.template.schema import SCHEMA

    console.out_json(SCHEMA)
