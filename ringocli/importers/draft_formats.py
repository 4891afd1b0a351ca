"""Drafts as ``init`` prints them: a JSON document, or a summary of what was recognised and the next steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ringocli.lint.finding import Finding
from ringocli.lint.rule import Severity
from ringocli.template.assumptions import assumptions, number_list
from ringocli.template.scaffold import HOST, PATH, Decision, Draft
from ringocli.text.command_line import command_line
from ringocli.text.pointer import Pointer, as_text

RELAY_ADVICE = (
    "If the provider offers no other way, a small server between Ringotel and the provider can do it. To write one from "
    "the same samples, run: ringocli export --to relay with the options of this command."
)
"""The advice for a provider that the framework cannot express."""


def as_document(draft: Draft, path: str | None, cases: Sequence[str] = ()) -> dict[str, Any]:
    """The draft as ``--format json`` prints it; ``path`` is None where nothing was written.

    ``cases`` are the files of the test that was written from the samples, if any.
    """
    document: dict[str, Any] = {
        "schema_version": 1,
        "path": path,
        "template": draft.template,
        "complete": draft.is_complete,
        "blocking": [one.clause for one in draft.blocking],
        "decisions": [
            {
                "pointer": as_text(decision.pointer),
                "variable": decision.variable,
                "value": decision.value,
                "why": decision.why,
            }
            for decision in draft.decisions
        ],
        "not_expressible": [{"what": entry.what, "why": entry.why} for entry in draft.not_expressible],
        "credentials": [{"where": where, "property": name} for where, name in draft.credentials],
        "constants": [
            {
                "pointer": as_text(constant.pointer),
                "name": constant.name,
                "value": constant.value,
                "risk": constant.risk,
            }
            for constant in draft.constants
        ],
        "assumptions": assumptions(draft.rows),
        "notes": [
            *(note.as_document() for note in draft.notes),
            *({"text": f"still missing: {text}", "pointer": None} for text in draft.missing),
        ],
    }
    return {**document, "cases": list(cases)} if cases else document


def headline(draft: Draft, path: str, findings: Iterable[Finding], *, verb: str = "Wrote") -> str:
    """The first line: that the file was written, and whether the template can work."""
    if draft.blocking:
        more = len(draft.blocking) - 1
        others = f" And {more} more {'problem' if more == 1 else 'problems'}, listed below." if more else ""
        return f"{verb} {path}, but {draft.blocking[0].clause.rstrip('.')}.{others}"
    counts = {severity: sum(1 for one in findings if one.severity is severity) for severity in Severity}
    warnings = counts[Severity.WARNING]
    counted = f"0 errors{f', {warnings} warning' + ('' if warnings == 1 else 's') if warnings else ''}"
    return f"{verb} {path}. validate: {counted}. prove: passed."


def as_lines(draft: Draft, findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """The summary as pairs of an indent and a sentence; a heading has no indent."""
    preset = draft.preset
    if preset is not None:
        if preset.ringotel_builtin:
            yield (
                "",
                f"Ringotel already has a built-in {preset.ringotel_builtin} integration. Use it unless you need "
                "something it lacks.",
            )
        yield "", f"Numbers: {preset.numbers['portal_setting']}"
        yield "", f"Webhook URL: {preset.webhook_console}"
    if len(draft.blocking) > 1:
        yield from _section("Not working yet:", (one.clause for one in draft.blocking))
    learned = [d for d in draft.decisions if d.variable is not None and not d.is_assumed and preset is None]
    if learned:
        yield from (("", ""), ("", "Recognised:"))
        yield from _recognised(draft, learned)
    if draft.credentials:
        yield from _section("Fields the admin fills in at Ringotel (properties):", _credentials(draft))
    yield from _section("Sent unchanged in every message:", _constants(draft))
    assumed = (f"{as_text(d.pointer)}: {d.value}" for d in draft.decisions if d.is_assumed)
    yield from _section("Assumed - check against your provider's documentation:", assumed)
    yield from _section("Please check:", (f"{f.severity.value}: {f.code} {f.message}" for f in findings))
    limits = [f"{entry.what}: {entry.why}" for entry in draft.not_expressible]
    if any(entry.blocker is not None and entry.blocker.is_solved_by_relay for entry in draft.not_expressible):
        limits.append(RELAY_ADVICE)
    yield from _section("Ringotel cannot do this for this provider:", limits)
    yield from _section("Notes:", (note.text for note in draft.notes))
    yield from _section("Still missing:", draft.missing)
    yield "", ""
    yield (
        "",
        f"Based on assumptions {number_list(draft.rows)} about undocumented Ringotel behaviour "
        "(ringocli explain assumptions).",
    )


def _recognised(draft: Draft, learned: Iterable[Decision]) -> Iterator[tuple[str, str]]:
    """What was recognised in each part of the template, without repeating a line."""
    parts: dict[str, list[str]] = {}
    for decision in learned:
        part, location = part_and_location(draft, decision)
        parts.setdefault(part, []).append(f"${decision.variable}$ is {location}: {decision.why}")
    printed: set[str] = set()
    for part, lines in parts.items():
        yield "  ", f"{part}:"
        yield from (("    ", line) for line in lines if line not in printed)
        if printed.intersection(lines):
            yield "    ", "other fields: as above"
        printed.update(lines)


def part_and_location(draft: Draft, decision: Decision) -> tuple[str, str]:
    """The part of the template that a decision is about, and the name of its location in that part."""
    part, place = part_of(draft, decision.pointer)
    return part, decision.label or place


def part_of(draft: Draft, pointer: Pointer) -> tuple[str, str]:
    """The part of the template that contains a location, and the location's name in that part."""
    section, name, *rest = [*pointer, "", ""][: max(len(pointer), 2)]
    part = str(name)
    if section == "Webhook" and isinstance(name, int) and name < len(draft.template.get("Webhook", ())):
        part = f"Webhook {draft.template['Webhook'][name]['event_type']}"
    place = "/".join(str(step) for step in rest[1:])
    if rest[:1] == ["request_url"]:
        return part, "in the URL"
    return part, f"{place} of the reply" if rest[:1] == ["response_map"] else place


def _constants(draft: Draft) -> Iterator[str]:
    """Constants with a risk first, each with its reason; the others by name and value."""
    risky = [constant for constant in draft.constants if constant.risk is not None]
    for constant in risky:
        way = "" if constant.name in (PATH, HOST) else f"; --drop {constant.name} leaves it out"
        yield f"{constant.name} = {constant.value}: {constant.risk}{way}"
    others = [f"{constant.name} = {constant.value}" for constant in draft.constants if constant.risk is None]
    if others:
        yield ", ".join(dict.fromkeys(others))


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


def about_credentials(draft: Draft, saved: str | None) -> str:
    """Where the values of pasted credentials are now; "" if there were none. ``saved`` is the file with them.

    A shell variable is the name of a value that the paste does not contain.
    """
    if not draft.saved:
        return ""
    names = [f"${value['env']}" for value in draft.saved.values() if isinstance(value, Mapping)]
    if len(names) == len(draft.saved):
        variables = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        if saved:
            return f"{saved} was written for --values; it takes the credentials from {variables}."
        return f"--save-credentials FILE writes a file for --values that takes the credentials from {variables}."
    if saved:
        return f"The credentials in your paste were saved in {saved} (mode 0600), for --values."
    return "The credentials in your paste were not saved. Re-run with --save-credentials FILE to keep them."


def next_steps(draft: Draft, path: str, saved: str | None) -> list[str]:
    """The next steps, one per line: what the template still needs to work, or else the commands to try and submit it."""
    if draft.blocking:
        return [
            "resolve what is listed above: --hint NAME=VALUE, --drop FIELD or further samples, then run init again",
            command_line("render", path),
        ]
    values = ("--values", saved) if saved else ()
    steps = [
        command_line("render", path, *values),
        command_line("prove", path),
        command_line("emulate", path, "--port", "8025"),
        "# in a second terminal",
        command_line("send-test", path, *values, "--missing", "sample", "--url", ":8025"),
    ]
    if draft.template.get("Webhook"):
        hook = f":8025/webhook/{draft.template['id']}"
        steps.append(command_line("simulate-webhook", path, "--url", hook))
    return [
        *steps,
        command_line("bundle", path),
        "# then send the mail in the bundle to support@ringotel.co",
    ]
