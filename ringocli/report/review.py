"""A draft beside its paste: each literal that became a variable, in that variable's colour."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator

from ringocli import console
from ringocli.importers.pasted import Pasted
from ringocli.importers.placeholders import shown
from ringocli.request import render_request
from ringocli.scaffold import Draft
from ringocli.secret import Secret, blank
from ringocli.template import Template
from ringocli.values import Missing, Values

COLOURS = {"from": "cyan", "to": "green", "content": "magenta", "url": "magenta", "messageid": "yellow"}
_MOST = 2_000


def as_marked(draft: Draft, place: str, pasted: Pasted) -> str:
    """The paste's address and body with the values of variables coloured and named; credentials are hidden."""
    text = f"{pasted.method} {shown(pasted.url)}\n{shown(pasted.body or _parts(pasted))}"[:_MOST]
    text = console.printable(blank(text, [value for value in draft.saved.values() if isinstance(value, Secret)]))
    found = [
        (decision.value, decision.variable)
        for decision in draft.decisions
        if decision.variable in COLOURS and decision.pointer[:2] == ("API", place) and decision.value
    ]
    for value, variable in sorted(found, key=lambda pair: -len(pair[0])):
        for spelled in dict.fromkeys((value, *_encoded(value))):
            if spelled in text:
                marked = console.styled(spelled, COLOURS[str(variable)], "bold", stream=sys.stderr)
                text = text.replace(spelled, f"{marked} <= ${variable}$", 1)
                break
    return text


def _parts(pasted: Pasted) -> str:
    return "&".join(f"{part.name}={part.value}" for part in pasted.parts)


def _encoded(value: str) -> Iterator[str]:
    import json
    from urllib.parse import quote, quote_plus

    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield json.dumps(value)[1:-1]
    yield quote_plus(value)
    yield quote(value, safe="")
    yield value.replace(" ", "+")


def as_legend(draft: Draft) -> Iterator[str]:
    """Each variable, in its colour, with its literal and the reason."""
    for decision in draft.decisions:
        if decision.variable in COLOURS:
            name = console.styled(f"${decision.variable}$", COLOURS[decision.variable], "bold", stream=sys.stderr)
            part = "/".join(str(step) for step in decision.pointer[:2])
            yield f"  {name} in {part}: " + console.printable(repr(decision.value)[:50])
            yield from textwrap.wrap(
                console.printable(decision.why), 72, initial_indent=" " * 6, subsequent_indent=" " * 6
            )


def preview(draft: Draft) -> str:
    """The requests as they would be sent, with sample values and hidden secrets."""
    from ringocli.report.requests import as_http

    template = Template.read(draft.template)
    requests = [render_request(template, spec, Values(layers=()), Missing.SAMPLE) for spec in template.requests]
    return console.printable("\n\n".join(as_http(request) for request in requests))
