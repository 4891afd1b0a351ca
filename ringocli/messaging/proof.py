"""The proof: generated values are rendered, encoded, decoded and matched back, for every part of a template.

A template is proved if each request, reply and event gives back exactly the values that went in, and each event is
recognised as itself. What does not come back is shrunk to the smallest values that still fail. Everything here is
proved under our readings of the framework, which the certificate lists.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ringocli.errors import LocalError, RingocliError
from ringocli.http.bodies import decode, decode_pairs, encode
from ringocli.http.exchange import IncomingRequest, RenderedRequest, Reply
from ringocli.messaging.request import names_of, render_event, render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.template.pattern.pattern import Hole, Json, Leaf, Pattern
from ringocli.template.values import ACCESS_TOKEN, Layer, Missing, Values
from ringocli.template.variables import BY_NAME, REQUIRED, Kind, Place, kind_at
from ringocli.text.secret import Text

DEFAULT_CASES = 200
"""Assignments tried for each request, reply and event."""

_TEXTS = (
    "Hello", "two\nlines", "tab\there", 'say "hi"', "it's", "costs $5 or $6", "$from$", "a&b=c d+e%20", "\\n \\u0041",
    "ünïcode – ñ", "👋🏽 👨‍👩‍👧", "שלום عالم", "<b>&amp;</b>", "\x00\x01\x7f", "{}[],:", " leading and trailing ", "null", "true",
    "0", "  ", "\u2028\u2029\ufeff", "x" * 65_536,
)  # fmt: skip
_WORDS = ("101", "alice", "a-b_c.d", "example-org", "7")
_IDS = ("9612c4e2-27f8-4463-a517-c6306ffdabff", "SM1", "0", "1710100373597-8b06", "id/with+odd=chars&more", "true")


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterExample:
    """Values that do not survive: ``first`` went in, ``second`` came out of the same ``sent`` bytes."""

    where: str
    why: str
    first: Mapping[str, str]
    second: Mapping[str, str]
    sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was tried; ``rows`` are the readings of the framework that it rests on."""

    template_sha256: str
    seed: int
    cases: int
    parts: tuple[str, ...]
    rows: frozenset[int]
    counter_example: CounterExample | None

    @property
    def proved(self) -> bool:
        """Whether nothing was found, and there was something to try."""
        return self.counter_example is None and bool(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part under proof: the names it takes, how to try an assignment, and the readings it rests on."""

    where: str
    kinds: Mapping[str, Kind]
    optional: frozenset[str]
    attempt: Callable[[Mapping[str, str]], CounterExample | None]
    rows: frozenset[int]


def prove(template: Template, text: str, *, seed: int = 0, cases: int = DEFAULT_CASES) -> Certificate:
    """Put every request, reply and event of a template under the laws.

    Raises:
        LocalError: a part cannot be encoded at all (a nested form, say), which is a finding of ``validate``.
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
        rows=frozenset({2, 3, 5}).union(*(part.rows for part in parts)),
        counter_example=found,
    )


def _parts(template: Template) -> Iterator[_Part]:
    for spec in template.requests:
        names = [name for name in names_of(template, spec) if name in BY_NAME]
        if spec.address.variables or spec.body.variables:
            yield _Part(
                where=f"API.{spec.name}",
                kinds={name: kind_at(name, spec.name) for name in names},
                optional=frozenset({"extension", "domain"}),
                attempt=_request_attempt(template, spec),
                rows=frozenset({7, 8, 14, 16}),
            )
        if spec.response_map is not None and spec.reply.variables:
            yield _Part(
                where=f"API.{spec.name}.response_map",
                kinds={name: kind_at(name, Place.RESPONSE_MAP) for name in spec.reply.variables},
                optional=frozenset(),
                attempt=_reply_attempt(spec),
                rows=frozenset({10}),
            )
    for event in template.events:
        names = [name for name in event.pattern.variables if name in BY_NAME and name != "event_key"]
        yield _Part(
            where=f"Webhook {event.label}",
            kinds={name: kind_at(name, event.place or Place.MESSAGE) for name in names},
            optional=frozenset(names) - (REQUIRED[event.place] if event.place else frozenset()),
            attempt=_event_attempt(template, event),
            rows=frozenset({1, 2, 3, 4, 10, 36}),
        )


def _try(part: _Part, source: random.Random, cases: int) -> CounterExample | None:
    for case in range(cases):
        values = {
            name: value
            for name, kind in part.kinds.items()
            if (value := _value(kind, source, case)) and not (name in part.optional and source.random() < 0.2)
        }
        found = part.attempt(values)
        if found is not None:
            return _shrunk(part, values, found)
    return None


def _value(kind: Kind, source: random.Random, case: int) -> str:
    """A value of its kind; the first cases go through the hard ones in turn, later ones are random."""
    match kind:
        case Kind.NUMBER:
            digits = "".join(source.choice("0123456789") for _ in range(source.choice((1, 5, 10, 11, 15))))
            return source.choice(("+", "", "+1")) + digits
        case Kind.URL:
            return f"https://files.example/{source.randrange(10**6)}.jpg?a=1&b={source.choice('xyz')}%20#f"
        case Kind.WORD:
            return source.choice(_WORDS) + str(source.randrange(100))
        case Kind.ID:
            return source.choice(_IDS) + str(source.randrange(100))
    if case < len(_TEXTS):
        return _TEXTS[(case + source.randrange(2) * case) % len(_TEXTS)]
    length = source.choice((1, 2, 5, 20, 160))
    return "".join(source.choice(_ALPHABET) for _ in range(length))


_ALPHABET = "ab 019$&=+%/\\\"'<>{}[]:;,.\n\r\t-_üß€漢👋\u200d\u202e"


def _shrunk(part: _Part, values: Mapping[str, str], found: CounterExample) -> CounterExample:
    """Smaller values that still fail, by cutting each value down as long as the failure stays."""
    current = dict(values)
    progress = True
    while progress:
        progress = False
        for name in list(current):
            for smaller in _smaller(current[name], part.kinds[name], name in part.optional):
                trial = {**current, name: smaller} if smaller else {k: v for k, v in current.items() if k != name}
                failure = part.attempt(trial)
                if failure is not None:
                    current, found, progress = trial, failure, True
                    break
            if progress:
                break
    return found


def _smaller(value: str, kind: Kind, optional: bool) -> Iterator[str]:
    if optional:
        yield ""
    floor = "https://a.example/b" if kind is Kind.URL else "1" if kind is Kind.NUMBER else "a"
    if len(floor) < len(value):
        yield floor
    if kind is Kind.URL:
        return
    for size in (len(value) // 2, len(value) // 4, 1):
        if 0 < size < len(value):
            yield value[:-size]
            yield value[size:]


def _layered(template: Template, values: Mapping[str, str]) -> Values:
    """Values for rendering; properties get fixed samples, since a template's own values do not vary per message."""
    return Values(layers=(Layer(variables=values),))


def _request_attempt(template: Template, spec: RequestSpec) -> Callable[[Mapping[str, str]], CounterExample | None]:
    address = _address_pattern(spec)
    fixed = _property_samples(template, spec)

    def attempt(values: Mapping[str, str]) -> CounterExample | None:
        layers = (Layer(variables=values, properties=fixed),)
        rendered = render_request(template, spec, Values(layers=layers), Missing.DROP)
        bindings: dict[str, str] = {}
        fits = True
        for pattern, document in _taken_apart(spec, address, rendered):
            result = pattern.match(document, {**fixed, **bindings}, ())
            bindings.update(result.bindings)
            fits = fits and result.fits
        return _compared(f"API.{spec.name}", values, bindings, fits, _shown(rendered))

    return attempt


def _property_samples(template: Template, spec: RequestSpec) -> dict[str, Text]:
    from ringocli.template.values import fill

    needed = [name for name in names_of(template, spec) if name in template.properties or name == ACCESS_TOKEN]
    return dict(fill(template, needed, spec.name, Values(), Missing.SAMPLE).values)


def _taken_apart(spec: RequestSpec, address: Pattern, rendered: RenderedRequest) -> Iterator[tuple[Pattern, Json]]:
    """The patterns of a request with what its receiver sees there: body (or query) first, then the address."""
    if spec.sends_body:
        assert rendered.body is not None
        yield spec.body, decode(rendered.body.reveal().encode(), rendered.content_type)
    else:
        yield spec.body, decode_pairs(urlsplit(rendered.url.reveal()).query)
    if address.variables:
        yield address, _address_document(rendered.url.reveal())


def _address_pattern(spec: RequestSpec) -> Pattern:
    """``request_url`` taken apart as its receiver would: host, path segments, query."""
    if not spec.address.variables or (isinstance(spec.address.leaves[0][1], Leaf) and _starts_open(spec)):
        return Pattern.parse({})
    known = set(spec.address.variables)
    return Pattern.parse(_address_document(spec.url), known)


def _starts_open(spec: RequestSpec) -> bool:
    leaf = spec.address.leaves[0][1]
    return isinstance(leaf, Leaf) and isinstance(leaf.parts[0], Hole)


def _address_document(url: str) -> Json:
    parts = urlsplit(url)
    segments = {str(index): unquote(segment) for index, segment in enumerate(parts.path.split("/"))}
    query = {key: list(values) for key, values in decode_pairs(parts.query.replace("+", "%2B")).items()}
    return {"host": parts.netloc, "path": segments, "query": query}


def _reply_attempt(spec: RequestSpec) -> Callable[[Mapping[str, str]], CounterExample | None]:
    def attempt(values: Mapping[str, str]) -> CounterExample | None:
        body = encode(spec.reply.render(dict(values)), None).reveal()
        headers = (("Content-Type", "application/json"),)
        result = read_reply(spec, Reply(status=200, headers=headers, body=body.encode()))
        return _compared(f"API.{spec.name}.response_map", values, result.bindings, result.fits, body)

    return attempt


def _event_attempt(template: Template, event: WebhookEvent) -> Callable[[Mapping[str, str]], CounterExample | None]:
    def attempt(values: Mapping[str, str]) -> CounterExample | None:
        where = f"Webhook {event.label}"
        rendered = render_event(template, event, _layered(template, values), Missing.DROP)
        incoming = as_incoming(rendered)
        reading = read_webhook(template, incoming)
        sent = _shown(rendered)
        if reading.event is None:
            return CounterExample(
                where=where, why="no event matches its own webhook", first=values, second={}, sent=sent
            )
        if reading.event.pointer != event.pointer:
            why = f"its webhook is taken for {reading.event.label}"
            return CounterExample(where=where, why=why, first=values, second=reading.variables, sent=sent)
        return _compared(where, values, reading.variables, True, sent)

    return attempt


def as_incoming(rendered: RenderedRequest) -> IncomingRequest:
    """A rendered request as its receiver sees it."""
    parts = urlsplit(rendered.url.reveal())
    body = rendered.body.reveal().encode("utf-8") if rendered.body is not None else b""
    return IncomingRequest(
        method=rendered.method,
        path=parts.path or "/",
        query=parts.query,
        headers=tuple((name, value.reveal()) for name, value in rendered.headers),
        body=body,
    )


def _compared(
    where: str, values: Mapping[str, str], bindings: Mapping[str, str], fits: bool, sent: str
) -> CounterExample | None:
    if fits and bindings == values:
        return None
    why = "other values come out than went in" if fits else "the bytes do not match the pattern that made them"
    return CounterExample(where=where, why=why, first=dict(values), second=dict(bindings), sent=sent)


def _shown(rendered: RenderedRequest) -> str:
    return str(rendered.body) if rendered.body is not None else str(rendered.url)


__all__ = ["Certificate", "CounterExample", "LocalError", "RingocliError", "as_incoming", "prove"]
