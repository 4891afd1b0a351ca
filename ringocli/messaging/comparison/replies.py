"""Compares what is read from a provider's reply: both versions of ``response_map`` read the same replies."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ringocli.errors import RingocliError
from ringocli.http.exchange import Reply, json_reply
from ringocli.messaging.comparison.change import TemplateChange, Witness, change_of
from ringocli.messaging.trees import lists_in, replaced
from ringocli.messaging.webhook import read_reply
from ringocli.template.model import RequestSpec, Template
from ringocli.template.pattern.pattern import Constant, Json
from ringocli.template.pattern.rendering import plain
from ringocli.template.variables import Place, sample
from ringocli.text.pointer import Pointer


def compare_replies(old: Template, new: Template) -> Iterator[TemplateChange]:
    """What changes in the reading of replies to the requests that both versions have."""
    after = {spec.name: spec for spec in new.requests}
    for spec in old.requests:
        if spec.name in after:
            yield from _compare(spec, after[spec.name])


def _compare(before: RequestSpec, after: RequestSpec) -> Iterator[TemplateChange]:
    at = (*after.pointer, "response_map")
    if before.response_map is None and after.response_map is None:
        return
    reads_before, reads_after = "messageid" in before.reply.variables, "messageid" in after.reply.variables
    readings = [(reply, _read(before, reply), _read(after, reply)) for reply in _replies(before, after)]
    lost = next((reading for reading in readings if reading[1] is not None and reading[1] != reading[2]), None)
    gained = next((reading for reading in readings if reading[1] is None and reading[2] is not None), None)
    if lost is not None:
        kind = "response-map" if reads_after else "response-map-removed"
        what = f"{after.name}: response_map no longer finds the message id in a reply where it did before"
        yield change_of(kind, at, what, _witness(*lost))
    elif gained is not None and not reads_before:
        what = f"{after.name}: response_map now finds the message id"
        yield change_of("response-map-added", at, what, _witness(*gained))
    elif gained is not None:
        what = f"{after.name}: response_map finds the message id in more replies than before"
        yield change_of("response-map-loosened", at, what, _witness(*gained))


def _witness(reply: Reply, before: str | None, after: str | None) -> Witness:
    return Witness(before={"messageid": before}, after={"messageid": after}, input=reply.text)


def _read(spec: RequestSpec, reply: Reply) -> str | None:
    """The message id that a reply gives; None if it does not fit."""
    if spec.response_map is None:
        return None
    try:
        match = read_reply(spec, reply)
    except RingocliError:
        return None
    return match.bindings.get("messageid") if match.fits else None


def _replies(before: RequestSpec, after: RequestSpec) -> Iterator[Reply]:
    """Replies that one of the versions matches, then each with one literal changed or one element added."""
    for spec in (before, after):
        if spec.response_map is not None:
            whole = plain(spec.reply.render({"messageid": sample("messageid", Place.RESPONSE_MAP)}))
            yield json_reply(200, whole)
            for pointer, leaf in spec.reply.leaves:
                if isinstance(leaf, Constant):
                    yield json_reply(200, replaced(whole, pointer, "something else"))
            for pointer in lists_in(whole):
                yield json_reply(200, _doubled(whole, pointer))


def _doubled(tree: Json, pointer: Pointer) -> Json:
    """A copy in which one list starts with an additional element: its first one, with another message id."""
    copy = json.loads(json.dumps(tree))
    target = copy
    for step in pointer:
        target = target[step]
    if target:
        other = json.dumps(target[0]).replace(sample("messageid", Place.RESPONSE_MAP), "another-id")
        target.insert(0, json.loads(other))
    return copy
