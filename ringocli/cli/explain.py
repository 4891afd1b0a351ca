"""``explain``: what a rule finds, why it matters, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from ringocli.cli.command import command
from ringocli.cli.options import TextOrJson
from ringocli.cli.output import print_json
from ringocli.cli.parameters import Argument, Option
from ringocli.errors import UsageError
from ringocli.text import console

EXAMPLES = ("ringocli explain RT401", "ringocli explain unknown-variable")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions:
    """The options of ``explain``."""

    code: Annotated[str | None, Argument("[CODE]", "The code or the name of a rule.")] = None
    every: Annotated[bool, Option("List all rules, one a line.", flags=("--all",))] = False
    format: TextOrJson = "text"


@command("explain", "Explain a rule.", examples=EXAMPLES)
def explain(options: ExplainOptions) -> int:
    """Print one rule, or the list of all."""
    from ringocli.lint.explain import rule_document, rule_text
    from ringocli.lint.registry import rules
    from ringocli.text.suggest import did_you_mean

    code, every = options.code, options.every
    if code is None and not every:
        raise UsageError("explain needs the code of a rule", "For instance: ringocli explain RT401")
    found = [rule for rule in rules() if every or code in (rule.code, rule.slug) or code == rule.code.lower()]
    if not found:
        names = [name for rule in rules() for name in (rule.code, rule.slug)]
        raise UsageError(f"unknown rule {code!r}{did_you_mean(code or '', names)}", "List all: ringocli explain --all")
    if options.format == "json":
        print_json({"schema_version": 1, "rules": [rule_document(rule) for rule in found]})
    elif every:
        for rule in found:
            console.out(f"{rule.code}  {rule.severity.value:<8} {rule.slug:<28} {rule.doc.title}")
    else:
        rule = found[0]
        console.out(f"{console.styled(f'{rule.code} {rule.slug}', 'bold')} ({rule.severity.value})\n")
        console.out(rule_text(rule))
    return 0
