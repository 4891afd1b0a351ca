"""Near misses: which event is nearest, what is paired with what, and which change of the template is proposed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.samples import read_sample
from ringocli.messaging.event_change import patched_tree
from ringocli.messaging.miss import NearMiss
from ringocli.messaging.webhook import read_webhook, taken_by
from ringocli.template.reader import read_template
from tests.conftest import ACME, SAMPLES
from tests.strategies import bodies, trees

TEMPLATES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(SAMPLES.glob("*.json"))}


def webhook(body: Any) -> IncomingRequest:
    return IncomingRequest(headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())


def missed(document: Any, body: Any, pairs: Any = None) -> NearMiss:
    """The near miss of a body that the template does not match."""
    near_miss = read_webhook(read_template(document), webhook(body), pairs=pairs).near_miss
    assert near_miss is not None
    return near_miss


def taken(document: Any, near_miss: NearMiss, body: Any) -> Any:
    """What the template takes from the body once the patch is applied."""
    return taken_by(read_template(patched_tree(document, near_miss.patch)), webhook(body))


VALUES = {"from": "+13105550199", "to": "+12025550100", "content": "Hi there"}
BODIES = {
    "synonyms": {
        "method": "message",
        "params": {"sender": VALUES["from"], "recipient": VALUES["to"], "body": "Hi there"},
    },
    "one synonym": {"method": "message", "params": {"from": VALUES["from"], "to": VALUES["to"], "text": "Hi there"}},
    "the only one left": {
        "method": "message",
        "params": {"from": VALUES["from"], "to": VALUES["to"], "zprava": "Hi there"},
    },
    "by its format": {
        "method": "message",
        "params": {"to": VALUES["to"], "content": "Hi there", "x1": VALUES["from"], "x2": "2026-01-31", "x3": True},
    },
    "another case": {
        "Method": "message",
        "Params": {"From": VALUES["from"], "To": VALUES["to"], "Content": "Hi there"},
    },
    "flat": {"method": "message", "from": VALUES["from"], "to": VALUES["to"], "content": "Hi there"},
    "deeper": {"event": {"method": "message", "params": {**VALUES}}},
    "a list for an object": {"method": "message", "params": [VALUES]},
    "a list for a value": {"method": "message", "params": {**VALUES, "to": [VALUES["to"]]}},
    "an object for a value": {
        "method": "message",
        "params": {**VALUES, "from": {"number": VALUES["from"], "name": "Jo"}},
    },
    "another event key": {"method": "message.received", "params": VALUES},
    "another name of the event key": {"type": "message", "params": VALUES},
    "another name and value of the event key": {"event_type": "inbound", "params": VALUES},
    "no event key": {"params": VALUES},
    "everything else": {
        "notification": "mo",
        "data": [{"src": VALUES["from"], "dst": VALUES["to"], "msg": "Hi there"}],
    },
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_patch_makes_the_webhook_match(body: Any) -> None:
    """The patch makes the message event read this body with the right values, and leaves the other events alone."""
    near_miss = missed(ACME, body)
    assert near_miss.event is not None
    assert "message" == near_miss.event.type
    assert ("message", VALUES) == taken(ACME, near_miss, body)


def test_object_for_a_list() -> None:
    """If the template has a list and the webhook an object, the patch removes the list."""
    document = copy.deepcopy(ACME)
    document["Webhook"][0]["request_parameters"] = {
        "method": "$event_key$",
        "params": [{"f": "$from$", "t": "$to$", "c": "$content$"}],
    }
    body = {"method": "message", "params": {"f": "+13105550199", "t": "+12025550100", "c": "Hi there"}}
    assert ("message", VALUES) == taken(document, missed(document, body), body)


def test_unclaimed_fields_are_listed() -> None:
    """Every received field that no variable uses is listed with its value, for the user to choose from."""
    body = {"method": "message", "params": {"from": "1", "to": "2", "alpha": "hey", "beta": "ho"}}
    near_miss = missed(ACME, body)
    assert [(("params", "alpha"), "hey"), (("params", "beta"), "ho")] == [
        (one.pointer, one.value) for one in near_miss.unclaimed
    ]
    assert ((), "no received field is certain to be $content$") == (near_miss.patch, near_miss.why)


def test_user_pairs_any_two() -> None:
    """A pair that the user chooses is used, whatever the fields are called."""
    body = {"method": "message", "params": {"from": "1", "to": "2", "alpha": "hey", "beta": "ho"}}
    near_miss = missed(ACME, body, {("params", "content"): ("params", "beta")})
    assert ("message", {"from": "1", "to": "2", "content": "ho"}) == taken(ACME, near_miss, body)


def test_nearest_event_has_the_largest_share() -> None:
    """A message with three of four values is nearer to the message event than to a receipt with one of two."""
    body = {
        "method": "sms",
        "params": {"from": "+13105550199", "to": "+12025550100", "content": "Hi", "messageid": "m1"},
    }
    near_miss = missed(ACME, body)
    assert near_miss.event is not None
    assert "message" == near_miss.event.type


@pytest.mark.parametrize("status", ["failed", "undelivered", "sent", "queued"])
def test_no_patch_unpins_success(status: str) -> None:
    """A receipt with another outcome gets no patch that would read it as delivered."""
    document = copy.deepcopy(ACME)
    document["Webhook"][2]["request_parameters"]["params"]["status"] = "delivered"
    body = {"method": "delivered", "params": {"messageid": "m1", "status": status}}
    assert () == missed(document, body).patch
    moved = {"method": "delivered", "params": {"id": "m1", "state": status}}
    assert () == missed(document, moved).patch


def test_second_event_if_the_first_is_needed() -> None:
    """If changing an event would change how another is read, a second event is added instead."""
    shared = {"from": "$from$", "to": "$to$"}
    document = {
        **ACME,
        "Webhook": [
            {
                "event_key": "in",
                "event_type": "message",
                "request_parameters": {"t": "$event_key$", **shared, "b": "$content$"},
            },
            {"event_key": "x", "event_type": "mms", "request_parameters": {"t": "$event_key$", **shared, "u": "$url$"}},
        ],
    }
    body = {"t": "in", "from": "+13105550199", "to": "+12025550100", "u": "https://files.example/a.jpg"}
    near_miss = missed(document, body)
    assert taken(document, near_miss, body) is not None
    plain = {"t": "in", "from": "+13105550199", "to": "+12025550100", "b": "Hi"}
    patched = read_template(patched_tree(document, near_miss.patch))
    assert taken_by(read_template(document), webhook(plain)) == taken_by(patched, webhook(plain))


def foreign() -> Iterator[tuple[str, str, IncomingRequest, Any]]:
    """Webhooks of each sample provider with the template of each other one, and what the provider's own takes."""
    for name, document in TEMPLATES.items():
        for path in sorted((SAMPLES / name).glob("*.http")):
            incoming = read_sample(path.read_bytes()).as_request(method=None, content_type=None, query=None)
            expected = taken_by(read_template(document), incoming)
            if expected is not None:
                yield from ((f"{name}/{path.stem}", other, incoming, expected) for other in TEMPLATES if other != name)


NEEDED = {"message": ("from", "to", "content"), "mms": ("from", "to", "url"), "messageDelivered": ("messageid",)}


def test_most_webhooks_of_other_providers_are_understood() -> None:
    """Nine of ten messages of another provider get a patch that reads them right, and no receipt becomes a message."""
    right = total = 0
    for name, other, incoming, (kind, values) in foreign():
        document = TEMPLATES[other]
        template = read_template(document)
        if taken_by(template, incoming) is not None or all(event.type != kind for event in template.events):
            continue
        near_miss = read_webhook(template, incoming).near_miss
        assert near_miss is not None
        result = taken_by(read_template(patched_tree(document, near_miss.patch)), incoming) if near_miss.patch else None
        if result is not None:
            assert (result[0] == "messageDelivered") == (kind == "messageDelivered"), (name, other)
        if kind == "messageDelivered":
            continue
        total += 1
        right += result is not None and all(result[1].get(key) == values.get(key) for key in NEEDED[kind])
    assert right >= 0.9 * total


@given(st.one_of(st.sampled_from(["$event_key$", {"": "$event_key$"}, ["$from$"]]), trees()), bodies)
@example("$event_key$", {"method": "message"})
@example({"": "$event_key$"}, "message")
@example({"": "$event_key$"}, ["message"])
def test_any_pattern_and_any_body(parameters: Any, body: Any) -> None:
    """Whatever the pattern and the webhook are, there is an answer, and a patch makes the webhook match."""
    document = {
        "id": "acme",
        "Webhook": [{"event_key": "k", "event_type": "message", "request_parameters": parameters}],
    }
    near_miss = read_webhook(read_template(document), webhook(body)).near_miss
    if near_miss is not None and near_miss.patch:
        assert taken(document, near_miss, body) is not None


@pytest.mark.parametrize("source", ["/Webhook/0/a/b", "/Webhook/9/x", "/Webhook/0/event_key/x", "/Webhook/0", "/id/0"])
def test_a_member_that_does_not_exist_is_not_renamed(source: str) -> None:
    """A patch for another version of the template is refused by its documented error."""
    with pytest.raises(LookupError):
        patched_tree(ACME, [{"op": "move", "from": source, "path": f"{source.rpartition('/')[0]}/z"}])
