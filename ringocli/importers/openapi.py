"""OpenAPI 3.0 and 3.1 and Swagger 2: the operation that sends, by its name or among the likeliest."""

from __future__ import annotations

import re

from ringocli.errors import AskedWrongly
from ringocli.importers.operations import described, request_of
from ringocli.importers.pasted import Pasted
from ringocli.importers.spec import Operation, Spec, load
from ringocli.suggest import nearest

_MOST_LISTED = 12


def read_openapi(name: str, text: str, choice: str | None, *, for_file: bool) -> Pasted:
    """The request of one operation.

    Raises:
        AskedWrongly: no operation was named, or there is none of that name; the likeliest are listed.
        CouldNotRun: the text is no OpenAPI document.
    """
    spec = load(name, text)
    operations = list(spec.operations())
    if choice is None:
        raise AskedWrongly(f"{name}: which operation sends?", _listed(spec, operations, for_file))
    wanted = " ".join(choice.split()).lower()
    for operation in operations:
        if wanted in (operation.id.lower(), operation.spelled.lower()):
            return described(spec, operation, for_file)
    loose = [operation for operation in operations if operation.spelled.lower().endswith(wanted.split(" ")[-1])]
    same = [one for one in loose if wanted.split(" ")[0] == one.method] if " " in wanted else []
    if len(same) == 1:
        return described(spec, same[0], for_file)
    names = [text for operation in operations for text in (operation.id, operation.spelled)]
    near = nearest(choice, names)
    hint = f"; did you mean {near}?" if near else ""
    raise AskedWrongly(f"{name}: there is no operation {choice!r}{hint}", _listed(spec, operations, for_file))


def _listed(spec: Spec, operations: list[Operation], for_file: bool) -> str:
    from ringocli.importers.sources import likeness

    scored = []
    for operation in operations:
        points = likeness(request_of(spec, operation, for_file), for_file=for_file)
        words = f"{operation.id} {operation.path} {operation.body.get('summary', '')} {operation.body.get('tags', '')}"
        points += 40 * bool(re.search(r"send|submit|create|outbound|dispatch", words, re.I))
        points += 30 * bool(re.search(r"sms|message|mms", words, re.I))
        scored.append((points, operation))
    scored.sort(key=lambda pair: -pair[0])
    lines = [f"  {spec.name}#{one.id}  ({one.spelled}) {one.body.get('summary') or ''}".rstrip() for _, one in scored]
    more = f"\n  and {len(lines) - _MOST_LISTED} more" if len(lines) > _MOST_LISTED else ""
    return "Name one, the likeliest first:\n" + "\n".join(lines[:_MOST_LISTED]) + more
