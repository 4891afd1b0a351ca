"""Compares what Ringotel would send: both versions are rendered with the same values, and the results are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import unquote

from ringocli.errors import RingocliError
from ringocli.http.bodies import decode, decode_pairs
from ringocli.http.content_types import encoding_of, media_type
from ringocli.http.exchange import RenderedRequest
from ringocli.http.request_formats import as_http
from ringocli.messaging.comparison.change import TemplateChange, Witness, change_of
from ringocli.messaging.comparison.properties import PropertyChanges, carried_values
from ringocli.messaging.corpus import CORPORA
from ringocli.messaging.request import render_request
from ringocli.template.model import OAuth2, RequestSpec, Template
from ringocli.template.pattern.pattern import Json
from ringocli.template.pattern.rendering import plain
from ringocli.template.values import Layer, Missing, Values
from ringocli.template.variables import KNOWN_AT, OPTIONAL_OUTGOING, Place, sample
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text
from ringocli.text.secret import Text
from ringocli.text.url import split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedRequest:
    """A rendered request, decoded as its receiver would; ``problem`` says why it cannot be rendered."""

    shown: str
    method: str = ""
    host: str = ""
    path: tuple[str, ...] = ()
    content_type: str = ""
    authorization: str = ""
    leaves: Mapping[Pointer, Json]
    problem: str = ""


class _Pair(NamedTuple):
    """The same values, rendered by both versions."""

    values: Mapping[str, str]
    before: DecodedRequest
    after: DecodedRequest


def compare_requests(old: Template, new: Template, properties: PropertyChanges) -> Iterator[TemplateChange]:
    """What changes in SendMessage and SendFile, given that every property has the value that it needs."""
    before = {spec.name: spec for spec in old.requests}
    after = {spec.name: spec for spec in new.requests}
    reported: set[str] = set()
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            shown = decoded_request(old, before[name], sample_values(name), carried_values(old, old, properties)).shown
            witness = Witness(before=shown, after=None, input=sample_values(name))
            what = f"{name} is removed: users can no longer send {_sends(name)}"
            yield change_of("request-removed", before[name].pointer, what, witness)
        elif name not in before:
            shown = decoded_request(new, after[name], sample_values(name), carried_values(old, new, properties)).shown
            witness = Witness(before=None, after=shown, input=sample_values(name))
            yield change_of("request-added", after[name].pointer, f"{name} is added", witness)
        elif not _is_unchanged(old, new, before[name], after[name]):
            for change in _compare(old, new, before[name], after[name], properties):
                if change.kind != "auth" or "auth" not in reported:
                    reported.add(change.kind)
                    yield change


def _is_unchanged(old: Template, new: Template, before: RequestSpec, after: RequestSpec) -> bool:
    """Whether two requests are written alike, with the same properties and credential, so that nothing is rendered."""
    return is_same_json(before.written, after.written) and (old.properties, old.auth) == (new.properties, new.auth)


def _sends(name: Place) -> str:
    return "files" if name is Place.SEND_FILE else "messages"


def sample_values(name: Place) -> dict[str, str]:
    """A sample value for every variable of a request."""
    return {variable: sample(variable, name) for variable in sorted(KNOWN_AT[name])}


def _assignments(name: Place) -> Iterator[dict[str, str]]:
    """Values to render with: samples, without the optional ones, and every text of the corpora."""
    values = sample_values(name)
    yield values
    yield {key: value for key, value in values.items() if key not in OPTIONAL_OUTGOING}
    if name is Place.SEND_MESSAGE:
        for text in (text for texts in CORPORA.values() for text in texts):
            yield {**values, "content": text}
    else:
        yield {**values, "content": "https://files.example/ä b.jpg?a=1&b=%20#c"}


def decoded_request(
    template: Template, spec: RequestSpec, values: Mapping[str, str], properties: Mapping[str, Text]
) -> DecodedRequest:
    """Render a request and decode it; variables without a value are dropped."""
    layered = Values(layers=(Layer(variables=values, properties=properties),))
    try:
        rendered = render_request(template, spec, layered, Missing.DROP)
        return DecodedRequest(
            shown=as_http(rendered),
            method=rendered.method,
            host=_host(rendered),
            path=_path(rendered),
            content_type=rendered.content_type,
            authorization=str(next((value for name, value in rendered.headers if name == "Authorization"), "")),
            leaves=dict(_leaves(_parameters(spec, rendered))),
        )
    except RingocliError as error:
        return DecodedRequest(shown=error.message, leaves={}, problem=error.message)


def _host(rendered: RenderedRequest) -> str:
    parts = split_url(str(rendered.url))
    return f"{parts.scheme}://{parts.hostname}:{parts.wire_port}"


def _path(rendered: RenderedRequest) -> tuple[str, ...]:
    return tuple(unquote(segment) for segment in (split_url(str(rendered.url)).path or "/").split("/"))


def _parameters(spec: RequestSpec, rendered: RenderedRequest) -> Json:
    """The values that a receiver decodes: the body and, separately, the query."""
    query = decode_pairs(split_url(str(rendered.url)).query)
    if rendered.body is None:
        return query
    body = decode(str(rendered.body).encode("utf-8", "surrogatepass"), rendered.content_type)
    return {key: tree for key, tree in (("body", body), ("query", query)) if tree != {}}


def _leaves(tree: Json, at: Pointer = ()) -> Iterator[tuple[Pointer, Json]]:
    """Every scalar and every empty container with its pointer."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from _leaves(value, (*at, key))
    elif isinstance(tree, list) and tree:
        if type(tree) is not list and len(tree) == 1:  # the value of a form field
            yield at, tree[0]
        else:
            for index, value in enumerate(tree):
                yield from _leaves(value, (*at, index))
    else:
        yield at, tree


def _compare(
    old: Template, new: Template, before: RequestSpec, after: RequestSpec, properties: PropertyChanges
) -> Iterator[TemplateChange]:
    stored, filled_in = carried_values(old, old, properties), carried_values(old, new, properties)
    pairs = [
        _Pair(values, decoded_request(old, before, values, stored), decoded_request(new, after, values, filled_in))
        for values in _assignments(before.name)
    ]
    broken = next((pair for pair in pairs if pair.after.problem and not pair.before.problem), None)
    if broken is not None:
        what = f"{before.name} can no longer be rendered: {broken.after.problem}"
        yield change_of("request-unusable", after.pointer, what, _witness(broken))
        return
    pairs = [pair for pair in pairs if not pair.before.problem and not pair.after.problem]
    yield from _compare_envelope(old, new, before, after, pairs)
    if _same_encoding(pairs):
        yield from _compare_parameters(after, pairs)
    else:
        yield from _compare_parameters(after, [_as_trees(pair, before, after, stored, filled_in) for pair in pairs])


def _same_encoding(pairs: list[_Pair]) -> bool:
    return all(
        (pair.before.content_type == "") == (pair.after.content_type == "")
        and encoding_of(pair.before.content_type) is encoding_of(pair.after.content_type)
        for pair in pairs
    )


def _as_trees(
    pair: _Pair, before: RequestSpec, after: RequestSpec, stored: Mapping[str, Text], filled_in: Mapping[str, Text]
) -> _Pair:
    """The pair with the parameters as they are before encoding, for versions that encode them differently."""
    trees = [
        plain(spec.body.render({**properties, **pair.values}))
        for spec, properties in ((before, stored), (after, filled_in))
    ]
    return _Pair(
        pair.values,
        replace(pair.before, leaves=dict(_leaves({"body": trees[0]}))),
        replace(pair.after, leaves=dict(_leaves({"body": trees[1]}))),
    )


def _compare_envelope(
    old: Template, new: Template, before: RequestSpec, after: RequestSpec, pairs: list[_Pair]
) -> Iterator[TemplateChange]:
    name, at = after.name, after.pointer
    if pair := next((pair for pair in pairs if pair.before.method != pair.after.method), None):
        what = f"{name}: method {pair.before.method} becomes {pair.after.method}"
        yield change_of("method", (*at, "request_method"), what, _witness(pair))
    if pair := next((pair for pair in pairs if pair.before.host != pair.after.host), None):
        what = f"{name}: {pair.before.host} becomes {pair.after.host}"
        witness = _witness(pair)
        if witness.before == witness.after:  # the scheme is not part of a request's text
            witness = Witness(before=pair.before.host, after=pair.after.host)
        yield change_of("host", (*at, "request_url"), what, witness)
    if pair := next((pair for pair in pairs if pair.before.path != pair.after.path), None):
        what = f"{name}: path {'/'.join(pair.before.path)} becomes {'/'.join(pair.after.path)}"
        yield change_of("path", (*at, "request_url"), what, _witness(pair))
    if pair := next((pair for pair in pairs if pair.before.content_type != pair.after.content_type), None):
        one, two = pair.before.content_type, pair.after.content_type
        if media_type(one) != media_type(two) or not one or not two:
            what = f"{name}: content type {one or '(none)'} becomes {two or '(none)'}"
            yield change_of("content-type", (*at, "request_content_type"), what, _witness(pair))
        elif one.lower().replace(" ", "") != two.lower().replace(" ", ""):
            what = f"{name}: content type {one} becomes {two}"
            yield change_of("content-type-parameter", (*at, "request_content_type"), what, _witness(pair))
    if pair := next((pair for pair in pairs if pair.before.authorization != pair.after.authorization), None):
        if not (isinstance(old.auth, OAuth2) and isinstance(new.auth, OAuth2)):
            where: Pointer = ("OAuth2",) if isinstance(new.auth, OAuth2) else ("auth",)
            what = f"credential: {_scheme(pair.before)} becomes {_scheme(pair.after)}"
            yield change_of("auth", where, what, _witness(pair))


def _scheme(wire: DecodedRequest) -> str:
    return f"Authorization: {wire.authorization}" if wire.authorization else "no Authorization header"


def _witness(pair: _Pair) -> Witness:
    return Witness(before=pair.before.shown, after=pair.after.shown, input=dict(pair.values))


def _compare_parameters(spec: RequestSpec, pairs: list[_Pair]) -> Iterator[TemplateChange]:
    """Compare leaf by leaf over all pairs, and recognise renamed, swapped and reshaped parameters."""
    removed: dict[Pointer, _Pair] = {}
    added: dict[Pointer, _Pair] = {}
    changed: dict[Pointer, _Pair] = {}
    for pair in pairs:
        one, two = pair.before.leaves, pair.after.leaves
        for pointer in one.keys() | two.keys():
            if pointer not in two:
                removed.setdefault(pointer, pair)
            elif pointer not in one:
                added.setdefault(pointer, pair)
            elif not is_same_json(one[pointer], two[pointer]):
                changed.setdefault(pointer, pair)
    order = {
        pointer: index for pair in pairs for index, pointer in enumerate((*pair.before.leaves, *pair.after.leaves))
    }
    yield from _reshaped(spec, removed, added)
    yield from _swapped(spec, changed)
    for pointer in sorted(changed, key=order.__getitem__):
        pair = changed[pointer]
        one, two = pair.before.leaves[pointer], pair.after.leaves[pointer]
        what = f"{spec.name}: {_named(pointer)} {one!r} becomes {two!r}"
        yield change_of("parameter-value", _place(spec, pointer), what, _witness(pair))
    yield from _renamed(spec, pairs, removed, added, order)
    for pointer in sorted(removed, key=order.__getitem__):
        what = f"{spec.name}: parameter {_named(pointer)} is removed"
        yield change_of("parameter-removed", _place(spec, pointer), what, _witness(removed[pointer]))
    for pointer in sorted(added, key=order.__getitem__):
        what = f"{spec.name}: parameter {_named(pointer)} is added"
        yield change_of("parameter-added", _place(spec, pointer), what, _witness(added[pointer]))


def _reshaped(
    spec: RequestSpec, removed: dict[Pointer, _Pair], added: dict[Pointer, _Pair]
) -> Iterator[TemplateChange]:
    """A scalar that became a list or an object, or vice versa; a list that became longer or shorter."""
    for gone, new in [(gone, new) for gone in removed for new in added]:
        shorter, longer = sorted((gone, new), key=len)
        if longer[: len(shorter)] == shorter and gone in removed and new in added:
            pair = removed.pop(gone)
            for pointer in [pointer for pointer in added if pointer[: len(shorter)] == shorter]:
                del added[pointer]
            for pointer in [pointer for pointer in removed if pointer[: len(shorter)] == shorter]:
                del removed[pointer]
            what = f"{spec.name}: the value of {_named(shorter)} changes its shape"
            yield change_of("parameter-shape", _place(spec, shorter), what, _witness(pair))
    for pointers in (removed, added):
        for pointer in [pointer for pointer in pointers if pointer and isinstance(pointer[-1], int)]:
            pair = pointers[pointer]
            siblings = (*pair.before.leaves, *pair.after.leaves)
            if sum(other[: len(pointer) - 1] == pointer[:-1] for other in siblings) > 1:
                pair = pointers.pop(pointer)
                what = f"{spec.name}: the list {_named(pointer[:-1])} changes its length"
                yield change_of("parameter-shape", _place(spec, pointer[:-1]), what, _witness(pair))


def _swapped(spec: RequestSpec, changed: dict[Pointer, _Pair]) -> Iterator[TemplateChange]:
    for one in list(changed):
        for two in list(changed):
            if one == two or one not in changed or two not in changed:
                continue
            before, after = changed[one].before.leaves, changed[one].after.leaves
            if is_same_json(before[one], after.get(two)) and is_same_json(before.get(two), after[one]):
                pair = changed.pop(one)
                del changed[two]
                what = f"{spec.name}: {_named(one)} and {_named(two)} are swapped"
                yield change_of("parameters-swapped", _place(spec, one), what, _witness(pair))


def _renamed(
    spec: RequestSpec,
    pairs: list[_Pair],
    removed: dict[Pointer, _Pair],
    added: dict[Pointer, _Pair],
    order: Mapping[Pointer, int],
) -> Iterator[TemplateChange]:
    for gone in sorted(removed, key=order.__getitem__):
        for new in sorted(added, key=order.__getitem__):
            if all(is_same_json(pair.before.leaves.get(gone), pair.after.leaves.get(new)) for pair in pairs):
                pair = removed.pop(gone)
                del added[new]
                what = f"{spec.name}: parameter {_named(gone)} becomes {_named(new)}"
                yield change_of("parameter-renamed", _place(spec, new), what, _witness(pair))
                break


def is_same_json(one: Json, two: Json) -> bool:
    """Whether two values are the same JSON, whatever the order of keys; unlike ``==``, which takes 0 for false."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def _named(pointer: Pointer) -> str:
    """A leaf by its path in the body; in the query, by its key."""
    if pointer[:1] == ("body",):
        return pointer_text(pointer[1:]) or "the body"
    return pointer_text(pointer)


def _place(spec: RequestSpec, pointer: Pointer) -> Pointer:
    if pointer[:1] == ("body",):
        return (*spec.pointer, "request_parameters", *pointer[1:])
    if spec.sends_body:
        return (*spec.pointer, "request_url")
    return (*spec.pointer, "request_parameters", *pointer)
