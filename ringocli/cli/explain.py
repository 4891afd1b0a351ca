"""``explain``: what a rule finds, why it matters and how to fix it; what is assumed about Ringotel, and why."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ringocli.cli.command import command
from ringocli.cli.completion_values import complete_topics
from ringocli.cli.options import TextOrJson
from ringocli.cli.output import print_json, print_table
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import UsageError
from ringocli.text import console
from ringocli.text.digits import is_count

if TYPE_CHECKING:
    from ringocli.lint.rule import Rule

EXAMPLES = (
    "ringocli explain RT401",
    "ringocli explain unknown-variable",
    "ringocli explain 7",
    "ringocli explain assumptions",
)


class ExplainOptions(NamedTuple):
    """The options of ``explain``."""

    topic: Annotated[
        str | None,
        Argument(
            "[TOPIC]", "Code or name of a rule, number of an assumption, or assumptions.", complete=complete_topics
        ),
    ] = None
    every: Annotated[bool, Option("List all rules, one per line.", flags=("--all",))] = False
    format: TextOrJson = "text"


@command("explain", "Explain a rule or an assumption.", examples=EXAMPLES)
def explain(options: ExplainOptions) -> int:
    """Print one rule or assumption, or the list of all.

    Raises:
        UsageError: there is no such rule or assumption.
    """
    from ringocli.lint.registry import rules
    from ringocli.template.assumptions import ASSUMPTIONS

    topic = (options.topic or "").strip()
    if options.every:
        _explain_rules(rules(), options)
    elif topic.lower() == "assumptions":
        _explain_assumptions(tuple(ASSUMPTIONS), options)
    elif topic.isdigit():
        if not is_count(topic) or int(topic) not in ASSUMPTIONS:
            raise UsageError(f"unknown assumption {topic}", f"Assumptions are numbered 1 to {max(ASSUMPTIONS)}.")
        _explain_assumptions((int(topic),), options)
    else:
        _explain_rules((_rule_named(topic),), options)
    return 0


def _rule_named(topic: str) -> Rule:
    from ringocli.lint.project import known_rule
    from ringocli.text.suggest import is_misspelled_in

    if is_misspelled_in([topic], "assumptions"):
        raise UsageError(
            f"unknown topic {topic!r}; did you mean assumptions?", "Or name one, as in: ringocli explain 7"
        )
    if not topic:
        raise UsageError("explain needs a topic", "For example: ringocli explain RT401, or ringocli explain --all")
    return known_rule(topic)


def _explain_rules(found: tuple[Rule, ...], options: ExplainOptions) -> None:
    from ringocli.lint.explain import rule_document, rule_text

    if options.format == "json":
        print_json({"schema_version": 1, "rules": [rule_document(rule) for rule in found]})
    elif options.every:
        rows = [(rule.code, rule.severity.value, rule.slug, rule.doc.title) for rule in found]
        if print_table(("code", "severity", "name", "finds"), rows):
            return
        for rule in found:
            console.out(f"{rule.code}  {rule.severity.value:<8} {rule.slug:<28} {rule.doc.title}")
    else:
        for rule in found:
            console.out(f"{console.styled(f'{rule.code} {rule.slug}', 'bold')} ({rule.severity.value})\n")
            for line in rule_text(rule).split("\n"):
                console.out(console.styled(line, "red") if line.startswith("    >") else line)


def _explain_assumptions(numbers: tuple[int, ...], options: ExplainOptions) -> None:
    from ringocli.lint.explain import assumption_document, assumption_text
    from ringocli.template.assumptions import ASSUMPTIONS

    if options.format == "json":
        print_json({"schema_version": 1, "assumptions": [assumption_document(number) for number in numbers]})
    elif len(numbers) == 1:
        console.out(f"{console.styled(f'Assumption {numbers[0]}', 'bold')}\n")
        console.out(assumption_text(numbers[0]))
    else:
        for number in numbers:
            indent = " " * 4
            console.out(fill(f"{number:>2}  {ASSUMPTIONS[number]}", 79, subsequent_indent=indent))
