"""Generate the pages that repeat facts from the code: rules, assumptions, variables, presets. ``--check`` compares only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ringocli.lint.explain import rule_markdown, rules_resting_on
from ringocli.lint.registry import rules
from ringocli.lint.rule import Rule
from ringocli.messaging.chaos import FAULTS, KEYS
from ringocli.messaging.handset import MAGIC_NUMBERS, START_WORDS, STOP_WORDS
from ringocli.template.assumptions import ASSUMPTIONS
from ringocli.template.evidence import EVIDENCE
from ringocli.template.presets import load, names
from ringocli.template.schema import OBJECTS, SCHEMA
from ringocli.template.variables import VARIABLES

HERE = Path(__file__).parent
GENERATED = "<!-- written by docs/generate.py; edit the code instead -->\n\n"


def assumptions_page() -> str:
    """What is assumed about undocumented behaviour, why, and what depends on it."""
    parts = [
        "# Assumptions about Ringotel\n\n"
        "Ringotel publishes no schema and does not document everything. Where it does not, ringocli makes the numbered "
        "assumptions on this page, and every result that depends on one cites its number. None of them is a promise by "
        "Ringotel. `ringocli explain 7` shows one, `ringocli explain assumptions` lists all.\n\n"
        "*Documented*: Ringotel's pages say so, at least for a sibling framework. *Observed*: seen in real traffic, or "
        "required by one of Ringotel's built-in integrations. *Inferred*: the most plausible reading.",
    ]
    for number, text in ASSUMPTIONS.items():
        evidence = EVIDENCE[number]
        codes = ", ".join(f"[{rule.code}](rules/{rule.code}.md)" for rule in rules_resting_on(number))
        parts.append(
            f"## {number}\n\n{text}\n\n*{evidence.mark.capitalize()}.* {evidence.why}\n\n"
            f"Affects: {evidence.affects}{f'; rules {codes}' if codes else ''}"
        )
    return "\n\n".join(parts) + "\n"


def variables_page() -> str:
    """The variables and where they may be used."""
    rows = "\n".join(
        f"| `${variable.name}$` | {', '.join(variable.places)} | {variable.meaning} | {variable.source} |"
        for variable in VARIABLES
    )
    return f"# Variables\n\n| variable | used in | meaning | source |\n|---|---|---|---|\n{rows}\n"


def presets_page() -> str:
    """What is known about each provider."""
    parts = ["# Presets\n"]
    for preset in map(load, names()):
        builtin = (
            f"Ringotel has a built-in integration for it: `{preset.ringotel_builtin}`."
            if preset.ringotel_builtin
            else ""
        )
        limits = "\n".join(f"* {entry['what']}: {entry['why']}" for entry in preset.not_expressible)
        sources = "\n".join(f"* {source['what']}: <{source['url']}>" for source in preset.sources)
        parts.append(
            f"## {preset.name}\n\n{preset.summary} {builtin}\n\n"
            f"Properties: {', '.join(f'`{name}`' for name in preset.template['properties']) or 'none'}\n\n"
            f"Numbers: {preset.numbers['portal_setting']}\n\nWebhook URL: {preset.webhook_console}\n\n"
            f"Not supported by Ringotel:\n\n{limits or '* nothing known'}\n\nSources, read {preset.read}:\n\n{sources}\n"
        )
    return "\n".join(parts)


def magic_page() -> str:
    """The numbers to which messages are not simply delivered, and the kinds of faults."""
    numbers = "\n".join(f"| `{magic.number}` | {magic.does} |" for magic in MAGIC_NUMBERS)
    chaos = "\n".join(f"| `{fault}` | {words} |" for fault, words in FAULTS.items())
    return (
        "# Magic numbers and chaos\n\n"
        "The emulator's provider delivers messages to all numbers except these. Only the last digits are compared, so "
        f"national formats work as well.\n\n| number | what happens to a message |\n|---|---|\n{numbers}\n\n"
        "A contact that sends " + ", ".join(sorted(word.upper() for word in STOP_WORDS)) + " receives no "
        "messages until it sends " + " or ".join(sorted(word.upper() for word in START_WORDS)) + ".\n\n"
        "## Chaos\n\nFault injection has these settings for each side, `ringotel` and `provider`: "
        + ", ".join(f"`{key}`" for key in KEYS)
        + ".\n\n"
        f"| fault | what it does |\n|---|---|\n{chaos}\n"
    )


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


def rules_page() -> str:
    """The index of the rules, by family."""
    parts = [
        "# Rules\n\n`ringocli explain CODE` shows the page of a rule in the terminal. An *error* breaks the integration, a "
        "*warning* may break it, an *info* is worth knowing. [Linting](linting.md) describes how to select rules, change "
        "severities and suppress findings."
    ]
    for family, title in FAMILIES.items():
        rows = "\n".join(
            f"| [{rule.code}](rules/{rule.code}.md) | {rule.slug} | {rule.severity.value} | {rule.doc.title} |"
            for rule in rules()
            if rule.code.startswith(family)
        )
        parts.append(f"## {family}: {title}\n\n| code | name | severity | finds |\n|---|---|---|---|\n{rows}")
    return "\n\n".join(parts) + "\n"


def rule_page(rule: Rule) -> str:
    """One rule: what, why, bad and good; the examples are run by the tests."""
    return f"# {rule.code} {rule.slug}\n\n*{rule.severity.value}*\n\n{rule_markdown(rule)}\n"


def format_page() -> str:
    """Every key and variable of the format, with its source."""
    titles = {
        "template": "The template", "auth": "`auth`", "OAuth2": "`OAuth2`, instead of `auth`", "API": "`API`",
        "request": "`API.SendMessage` and `API.SendFile`", "event": "Each event of `Webhook`",
    }  # fmt: skip
    parts = [
        "# The format, as far as it is known",
        "Ringotel publishes no schema. *Documented* means that Ringotel's own pages say so; *inferred* means that ringocli "
        "assumes it. The assumptions are numbered in [assumptions.md](assumptions.md). This page is generated from the "
        "tables that the code uses.",
    ]
    for kind, keys in OBJECTS.items():
        rows = []
        for key, schema in keys.items():
            target = schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
            described = SCHEMA["$defs"][target]["description"] if target else schema.get("description", "")
            known = ", ".join(f"`{value}`" for value in [*schema.get("enum", ()), *schema.get("examples", ())])
            rows.append(f"| `{key}` | {described} | {known} | {schema.get('$comment', '')} |")
        parts.append(
            f"## {titles[kind]}\n\n| key | meaning | known values | source |\n|---|---|---|---|\n" + "\n".join(rows)
        )
    rows = [
        f"| `${variable.name}$` | {', '.join(variable.places)} | {variable.meaning} | {variable.source} |"
        for variable in VARIABLES
    ]
    parts.append("## Variables\n\n| variable | used in | meaning | source |\n|---|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    """Each generated page with its content."""
    yield HERE / "assumptions.md", GENERATED + assumptions_page()
    yield HERE / "variables.md", GENERATED + variables_page()
    yield HERE / "presets.md", GENERATED + presets_page()
    yield HERE / "magic-numbers.md", GENERATED + magic_page()
    yield HERE / "rules.md", GENERATED + rules_page()
    for rule in rules():
        yield HERE / "rules" / f"{rule.code}.md", GENERATED + rule_page(rule)
    yield HERE / "format.md", GENERATED + format_page()


def main() -> None:
    """Write the pages, or say which are out of date."""
    stale = []
    for path, content in pages():
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != content:
            stale.append(path.name)
    if stale:
        sys.exit(f"out of date: {', '.join(stale)}; run make docs")


if __name__ == "__main__":
    main()
