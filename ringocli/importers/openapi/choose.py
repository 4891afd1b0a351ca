"""Chooses the operation of an OpenAPI document that sends: by name, else lists the likeliest."""

from __future__ import annotations

import re

from ringocli.errors import UsageError
from ringocli.importers.learn.likeness import likeness
from ringocli.importers.openapi.document import Operation, Spec, load
from ringocli.importers.openapi.operations import described, request_of
from ringocli.importers.pasted_request import Pasted
from ringocli.text.suggest import nearest

_MOST_LISTED = 12


def read_openapi(name: str, text: str, choice: str | None, *, for_file: bool) -> Pasted:
    """The request of one operation.

    Raises:
        UsageError: no operation was named, or none has that name; the likeliest are listed.
        LocalError: the text is not an OpenAPI document.
    """
    spec = load(name, text)
    operations = list(spec.operations())
    if choice is None:
        raise UsageError(f"{name}: no operation given", _listed(spec, operations, for_file))
    wanted = " ".join(choice.split()).lower()
    for operation in operations:
        if wanted in (operation.id.lower(), operation.method_and_path.lower()):
            return described(spec, operation, for_file)
    loose = [operation for operation in operations if operation.method_and_path.lower().endswith(wanted.split(" ")[-1])]
    same = [one for one in loose if wanted.split(" ")[0] == one.method] if " " in wanted else []
    if len(same) == 1:
        return described(spec, same[0], for_file)
    names = [text for operation in operations for text in (operation.id, operation.method_and_path)]
    near = nearest(choice, names)
    hint = f" (did you mean {near}?)" if near else ""
    raise UsageError(f"{name}: no operation {choice!r}{hint}", _listed(spec, operations, for_file))


_SENDS = re.compile(r"send|submit|create|outbound|dispatch", re.I)
_MESSAGES = re.compile(r"sms|message|mms|text", re.I)
_OTHER_ACTIONS = re.compile(
    r"price|pricing|count|cost|analy|quote|list\b|search|histor|report|status|cancel|delete|update|template|draft|"
    r"schedul|flash|broadcast|campaign|batch|bulk|multi|verif|\botp|lookup|e-?mail|voice|call|fax|post-?letter|group|"
    r"short_?code|number_?pool|webhook|automation|inbound|receipt|preview|whatsapp|viber",
    re.I,
)
"""Words in the names of operations that do something else with messages, or use another channel."""


def _listed(spec: Spec, operations: list[Operation], for_file: bool) -> str:
    ranked = sorted(operations, key=lambda operation: -_points(spec, operation, for_file))
    lines = [
        f"  {spec.name}#{one.id}  ({one.method_and_path}) {one.body.get('summary') or ''}".rstrip() for one in ranked
    ]
    missing = spec.missing()
    if not lines:
        return missing.capitalize() if missing else "It describes no operation."
    more = f"\n  and {len(lines) - _MOST_LISTED} more" if len(lines) > _MOST_LISTED else ""
    return "Append one of these to the file name (most likely first):\n" + "\n".join(lines[:_MOST_LISTED]) + more


def _points(spec: Spec, operation: Operation, for_file: bool) -> int:
    """How much an operation resembles sending one message, by its request and by its words."""
    points = likeness(request_of(spec, operation, for_file), for_file=for_file)
    path = re.sub(r"\{[^}]*\}", "", operation.path)
    words = f"{operation.body.get('operationId', '')} {path} {operation.body.get('summary', '')}"
    points += 40 * bool(_SENDS.search(words))
    points += 30 * bool(_MESSAGES.search(f"{words} {operation.body.get('tags', '')}"))
    points -= 60 * len({found.lower() for found in _OTHER_ACTIONS.findall(words)})
    mms = bool(re.search(r"mms", words, re.I)) and not re.search(r"sms", words, re.I)
    points += (60 if for_file else -60) * mms
    reads = operation.method in ("get", "patch", "delete") and not re.search(r"send|submit", words, re.I)
    return points - 120 * reads
