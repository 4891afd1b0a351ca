"""Webhooks to compare two versions with: one for each event, near variants of it, and mixtures of two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from ringocli.http.bodies import encode_pairs
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import default_content_type
from ringocli.messaging.trees import laid_over, lists_in, removed, replaced, value_at
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.pattern import Constant, Json, Leaf
from ringocli.template.pattern.rendering import plain
from ringocli.template.variables import BY_NAME, REQUIRED, Place, sample
from ringocli.text.json_numbers import dumps
from ringocli.text.pointer import Pointer

METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
"""The methods that a provider can use; an event with any other one is never reached."""

UNKNOWN = "something-else"
"""A literal that no template expects."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A webhook to read with both versions; ``mixed`` if it has the fields of two events at once."""

    request: IncomingRequest
    mixed: bool = False


def specimens(old: Template, new: Template) -> tuple[Specimen, ...]:
    """Webhooks for all events of both versions without repetition, the simplest first."""
    found: dict[tuple[str, str, bytes], Specimen] = {}
    for mixed, method, kind, tree in _trees(old, new):
        request = request_for(method, kind, tree)
        if request is not None:
            found.setdefault((method, request.query, request.body), Specimen(request, mixed))
    return tuple(found.values())


def _trees(old: Template, new: Template) -> Iterator[tuple[bool, str, str, Json]]:
    """For each webhook: whether it is a mixture, its method, its content type and its document."""
    owners = [*((old, event) for event in old.events), *((new, event) for event in new.events)]
    methods = sorted({event.method or "POST" for _, event in owners} & METHODS)
    if any(event.method is None for _, event in owners) and "PUT" not in methods:
        methods.append("PUT")  # a method that only an event without a method accepts
    keys = sorted({event.key for _, event in owners if event.key is not None})
    kinds = {id(event): default_content_type(template, event) for template, event in owners}
    stages: tuple[tuple[Callable[[WebhookEvent], Iterator[Json]], Iterable[WebhookEvent]], ...] = (
        (plain_forms, old.events),
        (failed_forms, (event for _, event in owners)),
        (plain_forms, new.events),
        (lambda event: near_forms(event, keys), (event for _, event in owners)),
    )
    for forms, events in stages:
        for event in events:
            for tree in forms(event):
                yield from ((False, method, kinds[id(event)], tree) for method in methods)
    for one, two in ((one, two) for _, one in owners for _, two in owners if one is not two):
        for upper, lower in zip(plain_forms(one), plain_forms(two, contact="+13105550188"), strict=False):
            yield from ((True, method, kinds[id(one)], laid_over(lower, upper)) for method in methods)


def request_for(method: str, kind: str, tree: Json) -> IncomingRequest | None:
    """The webhook on the wire; None where the document cannot be sent that way."""
    is_flat = isinstance(tree, dict) and not any(isinstance(value, (dict, list)) for value in tree.values())
    if method in ("GET", "DELETE", "HEAD"):
        query = str(encode_pairs(_without_nulls(tree), "percent")) if is_flat else ""
        return IncomingRequest(method=method, query=query) if is_flat else None
    if kind == FORM_TYPE and is_flat:
        body = str(encode_pairs(_without_nulls(tree))).encode()
    else:
        kind, body = JSON_TYPE, dumps(tree).encode("utf-8", "surrogatepass")
    return IncomingRequest(method=method, headers=(("Content-Type", kind),), body=body)


def _without_nulls(tree: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in tree.items() if value is not None}


def plain_forms(event: WebhookEvent, contact: str = "") -> Iterator[Json]:
    """The webhook that an event describes, with and without its optional variables."""
    place = event.place or Place.MESSAGE
    names = [name for name in event.pattern.variables if name != "event_key"]
    required = REQUIRED[event.place] if event.place else frozenset(names)
    optional = [name for name in names if name in BY_NAME and name not in required]
    for count in range(len(optional), -1, -1):
        for kept in combinations(optional, count):
            values = {name: sample(name, place) for name in names if name not in optional or name in kept}
            values |= {"from": contact} if contact and "from" in values else {}
            yield plain(event.pattern.render({**values, "event_key": event.key or UNKNOWN}))


def failed_forms(event: WebhookEvent) -> Iterator[Json]:
    """The webhook that reports a failure instead, where the event pins success: by a literal, then by its key."""
    failed = failed_form(event._replace(key=None))
    if failed is not None:
        yield from plain_forms(failed._replace(key=event.key))
    failed = failed_form(event)
    if failed is not None:
        yield from plain_forms(failed)


def near_forms(event: WebhookEvent, keys: Iterable[str]) -> Iterator[Json]:
    """The same webhook with one difference: another literal, a field absent or empty, lists, an array."""
    whole = next(plain_forms(event))
    for pointer, leaf in event.pattern.leaves:
        if not _has(whole, pointer):
            continue
        if isinstance(leaf, Constant):
            yield replaced(whole, pointer, UNKNOWN)
        elif "event_key" in leaf.names:
            for key in (*keys, UNKNOWN):
                yield replaced(whole, pointer, _in_place(leaf, key))
        else:
            yield replaced(whole, pointer, None)
            yield replaced(whole, pointer, "")
        yield removed(whole, pointer)
    yield from _with_longer_lists(whole)
    yield [whole]
    if isinstance(whole, list) and whole:
        yield whole[0]


def _in_place(leaf: Leaf, key: str) -> str:
    return "".join(part if isinstance(part, str) else key for part in leaf.parts)


def _with_longer_lists(whole: Json) -> Iterator[Json]:
    for pointer in lists_in(whole):
        items = value_at(whole, pointer)
        yield replaced(whole, pointer, [UNKNOWN, *items])
        yield replaced(whole, pointer, [*items, UNKNOWN])


def _has(tree: Json, pointer: Pointer) -> bool:
    try:
        value_at(tree, pointer)
    except (KeyError, IndexError, TypeError):
        return False
    return True
