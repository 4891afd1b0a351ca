"""Shows a draft beside its samples: each value that became a variable, in that variable's colour."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from urllib.parse import quote_plus

from ringocli.http.bodies import json_escaped, percent_encoded
from ringocli.http.request_formats import as_http
from ringocli.importers.draft import Pastes
from ringocli.importers.draft_formats import part_and_location
from ringocli.importers.learn.credential_places import embedded_values
from ringocli.importers.learn.placeholders import shown, whole_placeholder
from ringocli.importers.learn.property_labels import is_stand_in
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.url_credentials import without_secrets
from ringocli.importers.pasted_request import Pasted
from ringocli.messaging.request import render_request
from ringocli.template.credential_names import is_account_name, is_secret_name
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Draft
from ringocli.template.values import Missing, Values
from ringocli.template.variables import EVENT_TYPES
from ringocli.text import console
from ringocli.text.pointer import Pointer
from ringocli.text.secret import MASK, Secret, redact

COLOURS = {
    "from": "cyan", "to": "green", "content": "magenta", "text": "magenta", "url": "magenta",
    "messageid": "bold", "event_key": "bold", "extension": "bold",
}  # fmt: skip
_MOST = 2_000


def as_marked(draft: Draft, pastes: Pastes) -> Iterator[tuple[str, str]]:
    """Each sample as a title and its text, with the values of variables coloured and named, and secrets hidden."""
    for place, pasted in (("SendMessage", pastes.send), ("SendFile", pastes.file)):
        if pasted is not None:
            text = f"{pasted.method} {shown(pasted.url)}\n{shown(pasted.body or _parts(pasted))}"
            yield place, _marked(draft, ("API", place), text)
    if pastes.reply is not None:
        place = next(iter(draft.template["API"]))
        yield "The reply", _marked(draft, ("API", place, "response_map"), pastes.reply.body.decode("utf-8", "replace"))
    types = [event.get("event_type") for event in draft.template.get("Webhook", ())]
    for sample in pastes.samples:
        if (kind := EVENT_TYPES.get(sample.kind)) in types:
            text = sample.incoming.query or sample.incoming.body.decode("utf-8", "replace")
            yield f"The webhook {sample.kind}", _marked(draft, ("Webhook", types.index(kind)), text)


def _marked(draft: Draft, prefix: Pointer, text: str) -> str:
    text = console.printable(_masked(redact(text[:_MOST].strip()), draft))
    found = {
        (decision.value, decision.variable)
        for decision in draft.decisions
        if decision.variable in COLOURS and decision.pointer[: len(prefix)] == prefix and decision.value
    }
    if prefix[0] == "API" and len(prefix) == 2:
        found = {pair for pair in found if pair[1] != "messageid"}
    for value, variable in sorted(found, key=lambda pair: (-len(pair[0]), str(pair[1]))):
        for spelled in dict.fromkeys((value, *_encoded(value))):
            if spelled in text:
                coloured = console.styled(spelled, COLOURS[str(variable)], "bold", stream=sys.stderr)
                text = text.replace(spelled, f"{coloured} <= ${variable}$", 1)
                break
    return text


def _masked(text: str, draft: Draft) -> str:
    """The text without the values of properties, however short, and without values whose names mean a credential or an
    account; placeholders stay.
    """
    shown_anyway = Target.parse(str(next(iter(draft.template["API"].values()))["request_url"])).host.lower().split(".")
    for secret in (value for value in draft.saved.values() if isinstance(value, Secret)):
        value = secret.reveal()
        if (
            len(value) > 2
            and value.lower() not in shown_anyway
            and not is_stand_in(value)
            and whole_placeholder(value) is None
        ):
            text = re.sub(rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-F]{{2}})){re.escape(value)}(?![A-Za-z0-9])", MASK, text)
    text = re.sub(r"https?://[^\s\"'<>\\]+", lambda url: without_secrets(url.group()), text)
    for named in reversed(
        [one for one in embedded_values(text) if is_secret_name(one.name) or is_account_name(one.name)]
    ):
        value = text[named.start : named.end]
        if MASK not in value and whole_placeholder(value) is None:
            text = f"{text[: named.start]}{MASK}{text[named.end :]}"
    return text


def _parts(pasted: Pasted) -> str:
    return "&".join(f"{part.name}={part.value}" for part in pasted.parts)


def _encoded(value: str) -> Iterator[str]:
    yield json_escaped(value)
    yield json.dumps(value)[1:-1]
    yield quote_plus(value)
    yield percent_encoded(value)
    yield value.replace(" ", "+")


def as_legend(draft: Draft) -> Iterator[str]:
    """Each variable of each part, in its colour, with its sample value and the reason."""
    parts: dict[str, list[str]] = {}
    for decision in draft.decisions:
        if decision.variable in COLOURS:
            part, place = part_and_location(draft, decision)
            name = console.styled(f"${decision.variable}$", COLOURS[decision.variable], "bold", stream=sys.stderr)
            shown_value = console.printable(repr(decision.value)[:40])
            parts.setdefault(part, []).append(f"  {name} is {console.printable(place)}, here {shown_value}")
            parts[part] += textwrap.wrap(
                console.printable(decision.why), 72, initial_indent="      ", subsequent_indent="      "
            )
    for part, lines in parts.items():
        yield console.styled(part, "bold", stream=sys.stderr)
        yield from lines


def preview(draft: Draft) -> str:
    """The requests as they would be sent, with sample values and hidden secrets."""
    template = read_template(draft.template)
    requests = [render_request(template, spec, Values(layers=()), Missing.SAMPLE) for spec in template.requests]
    return console.printable("\n\n".join(as_http(request) for request in requests))
