"""The result of matching as text and as JSON: the event and its variables, or the near miss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringocli.http.error_text import tree_of_reply
from ringocli.http.exchange import Reply
from ringocli.messaging.near_miss_result import NearMiss, differences_of
from ringocli.messaging.webhook import WebhookReading, array_notes, read_reply, reply_notes
from ringocli.template.model import RequestSpec, WebhookEvent
from ringocli.template.pattern.matching import Match
from ringocli.text.console import printable
from ringocli.text.json_numbers import dumps, plain_numbers
from ringocli.text.note import Note
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReading:
    """A reply read by ``response_map``, with the same fields as a ``WebhookReading``; it has no event."""

    matched: bool
    variables: Mapping[str, str]
    sources: Mapping[str, Pointer]
    near_miss: NearMiss | None
    event: WebhookEvent | None = None
    also: tuple[WebhookEvent, ...] = ()
    notes: tuple[str, ...] = ()
    equal_count: int = 0


def of_reply(spec: RequestSpec, reply: Reply) -> ReplyReading:
    """Apply a ``response_map``.

    Raises:
        LocalError: the reply cannot be decoded.
    """
    found = read_reply(spec, reply)
    return ReplyReading(
        matched=found.fits,
        variables=found.bindings if found.fits else {},
        sources=found.sources,
        near_miss=None if found.fits else _missed_reply(spec, reply, found),
        notes=(*reply_notes(reply), *array_notes(found)),
    )


def _missed_reply(spec: RequestSpec, reply: Reply, found: Match) -> NearMiss:
    """What ``response_map`` does not find, and the one that reads the most likely message id, if it reads nothing else.

    The id in the reply of a rejected request is that of the request.
    """
    from ringocli.messaging.message_id_candidates import candidates, pattern_at

    miss = NearMiss(event=None, differences=differences_of(found.mismatches))
    expected = spec.reply.variables.get("messageid")
    likely = candidates(tree_of_reply(reply), expected[0]) if expected and "messageid" not in found.bindings else ()
    if not likely or len(spec.reply.leaves) > 1 or reply.status >= 400:
        return miss
    best = likely[0]
    path = pointer_text((*spec.pointer, "response_map"))
    patch = {"op": "replace", "path": path, "value": pattern_at(best.pointer, "$messageid$")}
    return miss._replace(patch=(patch,), why=f"{pointer_text(best.pointer)} is read as $messageid$ ({best.why})")


def near_miss_document(near_miss: NearMiss | None) -> dict[str, Any] | None:
    """A near miss as JSON outputs contain it."""
    if near_miss is None:
        return None
    event = near_miss.event
    return {
        "event_key": event.key if event else None,
        "event_type": event.type if event else None,
        "pointer": pointer_text(event.pointer) if event else None,
        "differences": [
            {"pointer": pointer_text(one.pointer), "expected": one.expected, "found": one.found}
            for one in near_miss.differences
        ],
        "unclaimed": [{"pointer": pointer_text(one.pointer), "value": one.text} for one in near_miss.unclaimed],
        "pairs": [
            {
                "variable": pair.leaf.names[0] if pair.leaf.names else None,
                "pointer": pointer_text(pair.received.pointer),
                "why": pair.why,
            }
            for pair in near_miss.pairs
        ],
        "patch": plain_numbers([dict(operation) for operation in near_miss.patch]),
        "why": near_miss.why,
    }


def as_document(reading: WebhookReading | ReplyReading) -> dict[str, Any]:
    """The JSON document of ``match``."""
    event = reading.event
    return {
        "schema_version": 1,
        "matched": reading.matched,
        "event_key": event.key if event else None,
        "event_type": event.type if event else None,
        "pointer": pointer_text(event.pointer) if event else None,
        "variables": dict(reading.variables),
        "sources": {name: pointer_text(reading.sources[name]) for name in reading.variables if name in reading.sources},
        "also_matched": [
            {"event_key": other.key, "event_type": other.type, "pointer": pointer_text(other.pointer)}
            for other in reading.also
        ],
        "near_miss": near_miss_document(reading.near_miss),
        "notes": [Note(text).as_document() for text in reading.notes],
    }


def as_text(reading: WebhookReading | ReplyReading) -> str:
    """The event and its variables, or the differences from the nearest event, for people."""
    lines = [headline(reading)]
    width = max((len(name) for name in reading.variables), default=0)
    for name, value in reading.variables.items():
        where = pointer_text(reading.sources[name]) if name in reading.sources else ""
        lines.append(f"  {name:<{width}}  {_line(value)}   from {where}")
    lines += also_lines(reading)
    if reading.near_miss is not None:
        for one in reading.near_miss.differences:
            lines.append(f"  {pointer_text(one.pointer) or '(root)'}")
            lines.append(f"    expected {printable(one.expected)}")
            lines.append(f"    found    {printable(one.found)}")
        lines += patch_lines(reading.near_miss)
    return "\n".join(lines)


def also_lines(reading: WebhookReading | ReplyReading) -> list[str]:
    """The other events that match, and whether they match as well as the one that is used."""
    manners = (
        "equally well" if number < reading.equal_count else "less specifically" for number in range(len(reading.also))
    )
    return [f"  also matches, {manner}: {event.label}" for manner, event in zip(manners, reading.also, strict=True)]


def headline(reading: WebhookReading | ReplyReading) -> str:
    """Whether the webhook matches, and which event."""
    if reading.matched:
        event = reading.event
        return f"matches {event.label} ({pointer_text(event.pointer)})" if event else "matches"
    nearest = reading.near_miss.event if reading.near_miss is not None else None
    return f"no match; the nearest is {nearest.label}" if nearest else "no match"


def patch_lines(near_miss: NearMiss) -> list[str]:
    """The received fields that no variable reads, and the change of the template that would make the webhook match."""
    lines = [f"  also received: {pointer_text(one.pointer)} = {_line(one.text)}" for one in near_miss.unclaimed]
    if near_miss.patch:
        lines.append("  This change to the template would make it match:")
    for operation in near_miss.patch:
        if operation["op"] == "move":
            lines.append(f"    rename {operation['from']} to {operation['path']}")
        else:
            verb, value = "add" if operation["op"] == "add" else "set", operation["value"]
            is_tree = isinstance(value, dict | list)
            # In full, so that it can be copied into the file.
            text = dumps(value, indent=2 if is_tree else None)
            first, *others = map(printable, text.split("\n"))
            lines += [f"    {verb} {operation['path']}: {first}", *(f"    {line}" for line in others)]
    if near_miss.why:
        lines.append(f"  {'Why' if near_miss.patch else 'No change is proposed'}: {printable(near_miss.why)}")
    return lines


def _line(value: str) -> str:
    text = printable(value).replace("\n", "\\n")
    return text if len(text) <= 60 else text[:57] + "..."
