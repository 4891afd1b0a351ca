"""Round-trip proof: generated values are rendered, encoded, decoded and matched for every part of a template.

A template passes if each request, reply and event gives back exactly the values that went in, each event is recognised
as itself, and no webhook of one event is taken for another. Values that fail are shrunk to the smallest ones that still
fail. The result is valid under the assumptions about Ringotel that the certificate lists.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from ringocli.errors import LocalError, RingocliError
from ringocli.http.bodies import decode, decode_pairs, encode
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import RenderedRequest, Reply, as_incoming
from ringocli.messaging.confusion import confusions
from ringocli.messaging.generated_values import generated_value, smaller_values
from ringocli.messaging.request import names_of, render_event, render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.assumptions import assumed_by
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.pattern.pattern import Json, Leaf, Pattern, VariablePart
from ringocli.template.values import ACCESS_TOKEN, Layer, Missing, Values
from ringocli.template.variables import BY_NAME, OPTIONAL_OUTGOING, REQUIRED, Kind, Place, kind_at
from ringocli.text.secret import Text
from ringocli.text.url import split_url

DEFAULT_CASES = 200
"""Assignments tried for each request, reply and event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterExample:
    """Values that were not read back: ``first`` was rendered, ``second`` was read from the same ``sent`` bytes."""

    where: str
    why: str
    first: Mapping[str, str]
    second: Mapping[str, str]
    sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was tried; ``rows`` are the numbers of the assumptions that it rests on."""

    template_sha256: str
    seed: int
    cases: int
    parts: tuple[str, ...]
    rows: frozenset[int]
    counter_example: CounterExample | None

    @property
    def proved(self) -> bool:
        """Whether no counter-example was found, and there was something to try."""
        return self.counter_example is None and bool(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part to prove: its variables, and how to try an assignment."""

    where: str
    kinds: Mapping[str, Kind]
    optional: frozenset[str]
    attempt: Callable[[Mapping[str, str]], CounterExample | None]


def prove(template: Template, text: str, *, seed: int = 0, cases: int = DEFAULT_CASES) -> Certificate:
    """Round-trip every request, reply and event of a template.

    Raises:
        LocalError: a part cannot be encoded at all, such as a nested form; ``validate`` reports it.
    """
    parts = tuple(_parts(template))
    found = None
    for part in parts:
        found = _try(part, random.Random(f"{seed}:{part.where}"), cases)
        if found is not None:
            break
    return Certificate(
        template_sha256=hashlib.sha256(text.encode()).hexdigest(),
        seed=seed,
        cases=cases * len(parts),
        parts=tuple(part.where for part in parts),
        rows=assumed_by(template.root),
        counter_example=found,
    )


def _parts(template: Template) -> Iterator[_Part]:
    for spec in template.requests:
        names = [name for name in names_of(template, spec) if name in BY_NAME]
        if spec.url_pattern.variables or spec.body.variables:
            yield _Part(
                where=f"API.{spec.name}",
                kinds={name: kind_at(name, spec.name) for name in names},
                optional=OPTIONAL_OUTGOING,
                attempt=_request_attempt(template, spec),
            )
        if spec.response_map is not None and spec.reply.variables:
            yield _Part(
                where=f"API.{spec.name}.response_map",
                kinds={name: kind_at(name, Place.RESPONSE_MAP) for name in spec.reply.variables},
                optional=frozenset(),
                attempt=_reply_attempt(spec),
            )
    for event in template.events:
        names = [name for name in event.pattern.variables if name in BY_NAME and name != "event_key"]
        yield _Part(
            where=f"Webhook {event.label}",
            kinds={name: kind_at(name, event.place or Place.MESSAGE) for name in names},
            optional=frozenset(names) - (REQUIRED[event.place] if event.place else frozenset()),
            attempt=_event_attempt(template, event),
        )


def _try(part: _Part, source: random.Random, cases: int) -> CounterExample | None:
    for case in range(cases):
        values = {
            name: value
            for name, kind in part.kinds.items()
            if (value := generated_value(kind, source, case)) and not (name in part.optional and source.random() < 0.2)
        }
        found = part.attempt(values)
        if found is not None:
            return _shrunk(part, values, found)
    return None


def _shrunk(part: _Part, values: Mapping[str, str], found: CounterExample) -> CounterExample:
    """Smaller values that still fail, found by shortening each value as long as the failure remains."""
    current = dict(values)
    progress = True
    while progress:
        progress = False
        for name in list(current):
            for smaller in smaller_values(current[name], part.kinds[name], name in part.optional):
                trial = {**current, name: smaller} if smaller else {k: v for k, v in current.items() if k != name}
                failure = part.attempt(trial)
                if failure is not None:
                    current, found, progress = trial, failure, True
                    break
            if progress:
                break
    return found


def _request_attempt(template: Template, spec: RequestSpec) -> Callable[[Mapping[str, str]], CounterExample | None]:
    split_pattern = _split_url_pattern(spec)
    fixed = _property_samples(template, spec)

    def attempt(values: Mapping[str, str]) -> CounterExample | None:
        layers = (Layer(variables=values, properties=fixed),)
        rendered = render_request(template, spec, Values(layers=layers), Missing.DROP)
        bindings: dict[str, str] = {}
        fits = True
        for pattern, document in _decoded(spec, split_pattern, rendered):
            result = pattern.match(document, {**fixed, **bindings}, ())
            bindings.update(result.bindings)
            fits = fits and result.fits
        return _compared(f"API.{spec.name}", values, bindings, fits, lambda: _shown(rendered))

    return attempt


def _property_samples(template: Template, spec: RequestSpec) -> dict[str, Text]:
    from ringocli.template.values import fill

    needed = [name for name in names_of(template, spec) if name in template.properties or name == ACCESS_TOKEN]
    return dict(fill(template, needed, spec.name, Values(), Missing.SAMPLE).values)


def _decoded(spec: RequestSpec, split_pattern: Pattern, rendered: RenderedRequest) -> Iterator[tuple[Pattern, Json]]:
    """The patterns of a request with what its receiver decodes: body (or query) first, then the URL."""
    if spec.sends_body:
        assert rendered.body is not None
        yield spec.body, decode(rendered.body.reveal().encode(), rendered.content_type)
    else:
        yield spec.body, decode_pairs(split_url(rendered.url.reveal()).query)
    if split_pattern.variables:
        yield split_pattern, _url_document(rendered.url.reveal())


def _split_url_pattern(spec: RequestSpec) -> Pattern:
    """``request_url`` split as its receiver would split it: host, path segments, query."""
    if not spec.url_pattern.variables or _starts_open(spec):
        return Pattern.parse({})
    known = set(spec.url_pattern.variables)
    return Pattern.parse(_url_document(spec.url), known)


def _starts_open(spec: RequestSpec) -> bool:
    """Whether ``request_url`` starts with a variable, which may be scheme, host and more."""
    leaf = spec.url_pattern.leaves[0][1]
    return isinstance(leaf, Leaf) and isinstance(leaf.parts[0], VariablePart)


def _url_document(url: str) -> Json:
    parts = split_url(url)
    segments = {str(index): unquote(segment) for index, segment in enumerate(parts.path.split("/"))}
    query = {key: list(values) for key, values in decode_pairs(parts.query.replace("+", "%2B")).items()}
    return {"host": parts.netloc, "path": segments, "query": query}


def _reply_attempt(spec: RequestSpec) -> Callable[[Mapping[str, str]], CounterExample | None]:
    def attempt(values: Mapping[str, str]) -> CounterExample | None:
        body = encode(spec.reply.render(dict(values)), None).reveal()
        headers = (("Content-Type", JSON_TYPE),)
        result = read_reply(spec, Reply(status=200, headers=headers, body=body.encode()))
        return _compared(f"API.{spec.name}.response_map", values, result.bindings, result.fits, lambda: body)

    return attempt


def _event_attempt(template: Template, event: WebhookEvent) -> Callable[[Mapping[str, str]], CounterExample | None]:
    def attempt(values: Mapping[str, str]) -> CounterExample | None:
        where = f"Webhook {event.label}"
        rendered = render_event(template, event, Values(layers=(Layer(variables=values),)), Missing.DROP)
        incoming = as_incoming(rendered)
        reading = read_webhook(template, incoming)
        if reading.event is None:
            return CounterExample(
                where=where, why="its own webhook matches no event", first=values, second={}, sent=_shown(rendered)
            )
        if reading.event.pointer != event.pointer:
            why = f"its webhook is read as {reading.event.label}"
            return CounterExample(where=where, why=why, first=values, second=reading.variables, sent=_shown(rendered))
        return _compared(where, values, reading.variables, True, lambda: _shown(rendered)) or _taken_for_another(
            template, event, values
        )

    return attempt


def _taken_for_another(template: Template, event: WebhookEvent, values: Mapping[str, str]) -> CounterExample | None:
    for confusion in confusions(template, event, values):
        return CounterExample(
            where=f"Webhook {event.label}",
            why=confusion.why,
            first=confusion.values,
            second=confusion.read,
            sent=confusion.request.body.decode() or confusion.request.query,
        )
    return None


def _compared(
    where: str, values: Mapping[str, str], bindings: Mapping[str, str], fits: bool, sent: Callable[[], str]
) -> CounterExample | None:
    if fits and bindings == values:
        return None
    why = "the values read back differ from the ones rendered" if fits else "the bytes do not match their own pattern"
    return CounterExample(where=where, why=why, first=dict(values), second=dict(bindings), sent=sent())


def _shown(rendered: RenderedRequest) -> str:
    return str(rendered.body) if rendered.body is not None else str(rendered.url)


__all__ = ["Certificate", "CounterExample", "LocalError", "RingocliError", "prove"]
