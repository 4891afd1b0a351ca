"""Drafts as ``init`` tells them: a JSON document, or sentences on what was decided and what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from ringocli.lint.finding import Finding
from ringocli.template.assumptions import assumptions
from ringocli.template.scaffold import Decision, Draft
from ringocli.text.pointer import Pointer, as_text

_NEXT = "next: "
"""What a note starts with that says what is still to be pasted."""


def as_document(draft: Draft, path: str | None) -> dict[str, Any]:
    """The draft as ``--format json`` prints it; ``path`` is None where nothing was written."""
    return {
        "schema_version": 1,
        "path": path,
        "template": draft.template,
        "decisions": [
            {
                "pointer": as_text(decision.pointer),
                "variable": decision.variable,
                "value": decision.value,
                "why": decision.why,
            }
            for decision in draft.decisions
        ],
        "not_expressible": [dict(entry) for entry in draft.not_expressible],
        "credentials": [{"where": where, "property": name} for where, name in draft.credentials],
        "assumptions": assumptions(draft.rows),
        **({"notes": list(draft.notes)} if draft.notes else {}),
    }


def as_lines(draft: Draft, findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """What a reader of the terminal needs, as pairs of an indent and a sentence; a heading has no indent."""
    preset = draft.preset
    if preset is not None:
        if preset.ringotel_builtin:
            yield "", f"Ringotel ships {preset.title} itself ({preset.ringotel_builtin}): ask whether that will do."
        yield "", f"Numbers: {preset.numbers['portal_setting']}"
        yield "", f"Webhook URL: {preset.webhook_console}"
    learned = [d for d in draft.decisions if d.variable is not None and not _is_assumed(d.why) and preset is None]
    if learned and draft.credentials is not None:
        yield from (("", ""), ("", "Found, and why:"))
        yield from _found(draft, learned)
    if draft.credentials:
        yield from _section("Credentials became properties of the portal's form:", _credentials(draft))
    assumed = [d for d in draft.decisions if _is_assumed(d.why)]
    heading = "Assumed, so compare with your provider's documentation:"
    yield from _section(heading, (f"{as_text(d.pointer)}: {d.value}" for d in assumed))
    yield from _section("To look at:", (f"{f.severity.value}: {f.code} {f.message}" for f in findings))
    limits = (f"{entry['what']}: {entry['why']}" for entry in draft.not_expressible)
    yield from _section("What the framework cannot express here:", limits)
    yield from _section("Noted:", (note for note in draft.notes if not note.startswith(_NEXT)))
    missing = (note.removeprefix(_NEXT) for note in draft.notes if note.startswith(_NEXT))
    yield from _section("No paste shows these yet:", missing)
    yield "", ""
    rows = ", ".join(str(row) for row in sorted(draft.rows))
    yield "", f"It rests on our readings of what Ringotel does not publish: {rows} (docs/assumptions.md)."


def _found(draft: Draft, learned: Iterable[Decision]) -> Iterator[tuple[str, str]]:
    """What was found in each part, without what was said of a part before."""
    parts: dict[str, list[str]] = {}
    for decision in learned:
        part, place = placed(draft, decision.pointer)
        parts.setdefault(part, []).append(f"${decision.variable}$ is {place}: {decision.why}")
    said: set[str] = set()
    for part, lines in parts.items():
        yield "  ", f"{part}:"
        yield from (("    ", line) for line in lines if line not in said)
        if said.intersection(lines):
            yield "    ", "the rest as above"
        said.update(lines)


def placed(draft: Draft, pointer: Pointer) -> tuple[str, str]:
    """The part of a template that a place belongs to, and what the place is called in it."""
    section, name, *rest = [*pointer, "", ""][: max(len(pointer), 2)]
    part = str(name)
    if section == "Webhook" and isinstance(name, int) and name < len(draft.template.get("Webhook", ())):
        part = f"Webhook {draft.template['Webhook'][name]['event_type']}"
    place = "/".join(str(step) for step in rest[1:])
    if rest[:1] == ["request_url"]:
        return part, "in the address"
    return part, f"{place} of the reply" if rest[:1] == ["response_map"] else place


def _is_assumed(why: str) -> bool:
    return why.startswith("assumed")


def _credentials(draft: Draft) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for where, name in draft.credentials:
        places.setdefault(name, []).append(where)
    for name, found in places.items():
        yield f"{name}: {'; '.join(dict.fromkeys(found))}"


def _section(heading: str, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    written = list(dict.fromkeys(lines))
    if written:
        yield "", ""
        yield "", heading
        yield from (("  ", line) for line in written)


def fate_of_credentials(saved: str | None) -> str:
    """What became of the values of pasted credentials; ``saved`` is the file that they are in."""
    if saved:
        return f"The pasted credentials are in {saved} (mode 0600), for --values."
    return (
        "The pasted credentials were forgotten; --save-credentials FILE would have kept them. "
        "Supply them by --property-env NAME=VARIABLE, --property-file, --values or a profile."
    )


def next_commands(path: str, saved: str | None) -> list[str]:
    """What to type next."""
    name = shlex.quote(path)
    values = f" --values {shlex.quote(saved)}" if saved else ""
    return [f"ringocli render {name}{values}", f"ringocli emulate {name}", f"ringocli prove {name}"]
