"""Pages from tables of facts: rules, assumptions, variables, magic numbers; and the tables inside format.md."""

from __future__ import annotations

import re

from generator.markdown import page, table
from ringocli.lint.explain import rule_markdown, rules_citing
from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule
from ringocli.messaging.chaos import FAULTS, KEYS
from ringocli.messaging.handset import MAGIC_NUMBERS, START_WORDS, STOP_WORDS
from ringocli.template.assumption_evidence import EVIDENCE
from ringocli.template.assumptions import ASSUMPTIONS
from ringocli.template.schema import OBJECTS, SCHEMA
from ringocli.template.variables import VARIABLES

FAMILIES = {
    "RT0": "Syntax: is the file valid JSON?",
    "RT1": "Shape and identity of the template",
    "RT2": "Authentication and the requests under `API`",
    "RT3": "The events under `Webhook`",
    "RT4": "Variables and properties",
    "RT5": "Security",
    "RT6": "Portability and deliverability",
    "RT7": "Advice",
}


def assumptions_page() -> str:
    """What is assumed about undocumented behaviour, why, and what depends on it."""
    parts = [
        "# Assumptions about Ringotel",
        "Ringotel publishes no schema and leaves much undocumented. ringocli fills the gaps with the numbered assumptions "
        "on this page, and every result that depends on one cites its number. None of them is a promise by Ringotel. "
        "`ringocli explain 7` explains one, `ringocli explain assumptions` lists all.",
        "*Documented*: Ringotel's pages say so, at least for a sibling framework. *Observed*: seen in real traffic, or "
        "required by one of Ringotel's built-in integrations. *Inferred*: the most plausible interpretation.",
    ]
    for number, text in ASSUMPTIONS.items():
        evidence = EVIDENCE[number]
        codes = ", ".join(f"[{rule.code}](rules/{rule.code}.md)" for rule in rules_citing(number))
        parts.append(
            f"## {number}\n\n{text}\n\n*{evidence.mark.capitalize()}.* {evidence.why}\n\n"
            f"Affects: {evidence.affects}{f'; rules {codes}' if codes else ''}"
        )
    return page(*parts)


def variables_table() -> str:
    """The variables and where they may be used."""
    return table(
        ("variable", "used in", "meaning", "source"),
        (
            (f"`${variable.name}$`", ", ".join(variable.places), variable.meaning, variable.source)
            for variable in VARIABLES
        ),
    )


def variables_page() -> str:
    """The variables as a page of its own."""
    return page(
        "# Variables",
        "These are the variables that Ringotel defines. The names in `properties` are variables, too, and are written in "
        "the same way. [The format](format.md) shows them in use.",
        variables_table(),
    )


def magic_page() -> str:
    """The page of the magic numbers, with what happens to a message to each, and of the kinds of faults."""
    stop = ", ".join(sorted(word.upper() for word in STOP_WORDS))
    start = ", ".join(sorted(word.upper() for word in START_WORDS))
    return page(
        "# Magic numbers and chaos",
        "The emulator's provider delivers messages to all numbers except these. Only the last digits are compared, so "
        "national formats work as well.",
        table(("number", "what happens to a message"), ((f"`{one.number}`", one.does) for one in MAGIC_NUMBERS)),
        f"A contact that sends one of {stop} receives no more messages until it sends one of {start}.",
        "## Chaos",
        "Fault injection has these settings for each side, `ringotel` and `provider`: "
        + ", ".join(f"`{key}`" for key in KEYS)
        + ".",
        table(("fault", "what it does"), ((f"`{fault}`", words) for fault, words in FAULTS.items())),
    )


def rules_page() -> str:
    """The index of the rules by family."""
    parts = [
        "# Rules",
        "`ringocli explain CODE` shows the page of a rule in the terminal. An *error* breaks the integration, a "
        "*warning* may break it, an *info* is only information. [Linting](linting.md) describes how to select rules, change "
        "severities and suppress findings.",
    ]
    for family, title in FAMILIES.items():
        rows = (
            (f"[{rule.code}](rules/{rule.code}.md)", rule.slug, rule.severity.value, rule.doc.title)
            for rule in rules()
            if rule.code.startswith(family)
        )
        parts += [f"## {family}: {title}", table(("code", "name", "severity", "finds"), rows)]
    return page(*parts)


def rule_page(rule: Rule) -> str:
    """One rule: what, why, bad and good; the examples are run by the tests."""
    linked = re.sub(
        r"(?<=\n\nSource: )(.*)$",
        lambda found: re.sub(
            r"(?<=assumption )\d+|(?<=assumptions )\d[\d, and]*\d",
            lambda numbers: re.sub(r"\d+", r"[\g<0>](../assumptions.md#\g<0>)", numbers.group()),
            found.group(),
        ),
        rule_markdown(rule),
    )
    return page(f"# {rule.code} {rule.slug}", f"*{rule.severity.value}*", linked)


def keys_table(kind: str) -> str:
    """The keys of one object of the template, with their sources."""
    rows = []
    for key, schema in OBJECTS[kind].items():
        target = schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
        described = SCHEMA["$defs"].get(target, schema) if target else schema
        choices = described.get("enum", described.get("examples", []))
        known = ", ".join(f"`{value}`" for value in choices if isinstance(value, str))
        rows.append((f"`{key}`", described.get("description", ""), known, described.get("$comment", "")))
    return table(("key", "meaning", "known values", "source"), rows)


def filled(text: str) -> str:
    """A page with its tables regenerated: the text between ``<!-- table: KIND -->`` and ``<!-- end of table
    -->``.
    """

    def replaced(found: re.Match[str]) -> str:
        kind = found.group(1)
        content = variables_table() if kind == "variables" else keys_table(kind)
        return f"<!-- table: {kind} -->\n\n{content}\n\n<!-- end of table -->"

    return re.sub(r"<!-- table: (\w+) -->.*?<!-- end of table -->", replaced, text, flags=re.DOTALL)
