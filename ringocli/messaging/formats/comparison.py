"""A comparison of two versions as text, JSON, Markdown (a pull-request comment), and GitHub workflow commands."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from ringocli.messaging.comparison.change import LEGEND, Impact, TemplateChange, TemplateComparison
from ringocli.template.pattern.pattern import Json
from ringocli.text.console import printable, styled
from ringocli.text.document import Document
from ringocli.text.markdown import table_cell
from ringocli.text.pointer import as_text as pointer_text

_HEADLINES = {
    Impact.NONE: "No change in behaviour.",
    Impact.COMPATIBLE: "Compatible: integrations that use the old version keep working.",
    Impact.BREAKING: "Breaking: integrations that use the old version stop working, at least in part.",
}

_STYLES = {Impact.NONE: ("green",), Impact.COMPATIBLE: ("green",), Impact.BREAKING: ("red", "bold")}


def as_document(comparison: TemplateComparison) -> dict[str, Any]:
    """The JSON document of ``diff``."""
    return {
        "schema_version": 1,
        "verdict": comparison.impact.name.lower(),
        "changes": [_change_document(change) for change in comparison.changes],
        "warnings": list(comparison.warnings),
        "legend": dict(LEGEND),
    }


def _change_document(change: TemplateChange) -> dict[str, Any]:
    witness = {"before": change.witness.before, "after": change.witness.after}
    if change.witness.input is not None:
        witness["input"] = change.witness.input
    return {
        "pointer": pointer_text(change.pointer),
        "kind": change.kind,
        "what": change.what,
        "verdict": change.impact.name.lower(),
        "order": list(change.order),
        "witness": witness,
        "rests_on": list(change.rests_on),
    }


def as_text(comparison: TemplateComparison) -> str:
    """The verdict, then each change with its order of deployment and its witness."""
    verdict, colon, meaning = _HEADLINES[comparison.impact].partition(":")
    lines = [styled(verdict, *_STYLES[comparison.impact]) + colon + meaning]
    for change in sorted(comparison.changes, key=lambda change: -change.impact):
        lines += [
            "",
            f"{styled(f'{change.impact.name.lower():<11}', *_STYLES[change.impact])} {styled(printable(change.what), 'bold')}",
            f"  at {pointer_text(change.pointer)}",
        ]
        if change.order:
            lines.append(f"  order: {' -> '.join(change.order)}")
        if change.rests_on:
            lines.append(f"  based on assumption {', '.join(map(str, change.rests_on))}")
        lines += [f"  {line}" for line in _witness_lines(change)]
    letters = _letters(comparison)
    if letters:
        lines += ["", *(f"{letter} = {LEGEND[letter]}" for letter in letters)]
    return "\n".join(lines)


def _letters(comparison: TemplateComparison) -> list[str]:
    """The letters in the orders of deployment, in the order of the legend."""
    used = " ".join(step.replace("/", " ") for change in comparison.changes for step in change.order)
    return [letter for letter in LEGEND if re.search(rf"\b{letter}\b", used)]


def _witness_lines(change: TemplateChange) -> Iterator[str]:
    witness = change.witness
    if isinstance(witness.before, dict) and "matched" in witness.before:
        yield "this webhook"
        yield from _block(witness.input)
        yield f"before: {_reading(witness.before)}"
        yield f"after:  {_reading(witness.after)}"
        return
    if isinstance(witness.before, dict) and "messageid" in witness.before:
        yield "this reply"
        yield from _block(witness.input)
        yield f"before: {_id(witness.before)}"
        yield f"after:  {_id(witness.after)}"
        return
    yield "before"
    yield from _block(witness.before)
    yield "after"
    yield from _block(witness.after)


def _reading(reading: Json) -> str:
    if not reading["matched"]:
        return "no match"
    values = ", ".join(f"{name}={value!r}" for name, value in reading["variables"].items())
    key = f":{reading['event_key']}" if reading["event_key"] is not None else ""
    return printable(f"{reading['event_type']}{key} with {values}")


def _id(read: Json) -> str:
    return "no message id" if read["messageid"] is None else f"the message id {read['messageid']}"


def _block(value: Json) -> list[str]:
    text = value if isinstance(value, str) else "(nothing)" if value is None else json.dumps(value, ensure_ascii=False)
    return [f"  {line}".rstrip() for line in printable(text.rstrip("\n")).splitlines()] or ["  (nothing)"]


def as_markdown(comparison: TemplateComparison, title: str) -> str:
    """A comment for a pull request: a table of changes, and a collapsed witness for each."""
    verdict = comparison.impact.name.lower() if comparison.changes else "no change"
    lines = [f"### `{title}`: {verdict}", "", _HEADLINES[comparison.impact]]
    changes = sorted(comparison.changes, key=lambda change: -change.impact)
    if changes:
        lines += ["", "| verdict | change | order of deployment | assumptions |", "|---|---|---|---|"]
    for change in changes:
        order = " → ".join(change.order) or "–"
        rests_on = ", ".join(map(str, change.rests_on)) or "–"
        lines.append(f"| {change.impact.name.lower()} | {table_cell(change.what)} | {table_cell(order)} | {rests_on} |")
    letters = _letters(comparison)
    if letters:
        lines += ["", " · ".join(f"**{letter}** {LEGEND[letter]}" for letter in letters)]
    lines += [line for warning in comparison.warnings for line in ("", f"> Warning: {table_cell(warning)}")]
    for change in changes:
        block = "\n".join(_witness_lines(change))
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", block)), default=0))
        summary = html.escape(printable(" ".join(change.what.split())), quote=False)  # HTML, so nothing else is escaped
        lines += ["", f"<details><summary>{summary}</summary>", "", fence, block, fence, "", "</details>"]
    return "\n".join(lines)


def line_numbers(comparison: TemplateComparison, document: Document) -> dict[str, int]:
    """The line of each change in the new version; of a removed part, that of the nearest part above it."""
    pointers = [change.pointer for change in comparison.changes]
    return {pointer_text(pointer): document.locate(pointer, "key").start.line for pointer in pointers}


def as_github(comparison: TemplateComparison, file: str, lines: dict[str, int]) -> str:
    """Workflow commands that annotate the new file; ``lines`` are the line numbers by pointer."""
    levels = {Impact.NONE: "notice", Impact.COMPATIBLE: "notice", Impact.BREAKING: "error"}
    found = []
    for change in comparison.changes:
        line = lines.get(pointer_text(change.pointer), 1)
        order = f" Order: {' -> '.join(change.order)}." if change.order else ""
        title = f"diff {change.impact.name.lower()}: {change.kind}"
        place = f"file={_property(file)},line={line},title={_property(title)}"
        found.append(f"::{levels[change.impact]} {place}::{_data(change.what + '.' + order)}")
    found += [f"::warning file={_property(file)}::{_data(warning)}" for warning in comparison.warnings]
    return "\n".join(found)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
