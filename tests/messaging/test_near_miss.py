"""Near misses: the nearest event, the pairs of fields, and the proposed change of the template."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.samples import read_sample
from ringocli.messaging.event_change import patched_tree
from ringocli.messaging.near_miss_result import NearMiss
from ringocli.messaging.webhook import read_webhook, taken_by
from ringocli.template.reader import read_template
from ringocli.text.pointer import lookup
from tests.conftest import ACME, SAMPLES
from tests.strategies import bodies, trees

TEMPLATES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(SAMPLES.glob("*.json"))}
PARSED = {name: read_template(document) for name, document in TEMPLATES.items()}


def webhook(body: Any) -> IncomingRequest:
    return IncomingRequest(headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())


def missed(document: Any, body: Any, pairs: Any = None) -> NearMiss:
    """The near miss of a body that the template does not match."""
    near_miss = read_webhook(read_template(document), webhook(body), pairs=pairs).near_miss
    assert near_miss is not None
    return near_miss


def taken(document: Any, near_miss: NearMiss, body: Any) -> Any:
    """The values that the template takes from the body once the patch is applied."""
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
    """A pair that the user chooses is used, with any names of the fields."""
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


RECEIPTS = {
    "the id is in the message's own object": (
        {"id": "evt-000001", "data": {"id": "msg-000001", "to": "+13105550199"}, "status": "delivered"},
        "msg-000001",
    ),
    "a status with a group": ({"messageId": "m1", "status": {"id": 5, "name": "DELIVERED_TO_HANDSET"}}, "m1"),
    "a batch": ({"batch_id": "b1", "message_id": "m1", "status": "delivered"}, None),
    "another status beside a success": ({"message_id": "m1", "status": "sent", "error": {"name": "OK"}}, None),
    "a status of several words": ({"message_id": "m1", "status": {"group": "UNDELIVERABLE", "result": "OK"}}, None),
}


@pytest.mark.parametrize(("body", "messageid"), RECEIPTS.values(), ids=RECEIPTS.keys())
@pytest.mark.parametrize("key", ["delivered", "201"])
def test_patch_of_a_receipt_is_certain(body: Any, messageid: str | None, key: str) -> None:
    """A receipt gets a patch only if it says "delivered" and only one field can be the id, whatever the event key is."""
    document = copy.deepcopy(ACME)
    document["Webhook"][2]["event_key"] = key
    near_miss = missed(document, body)
    if messageid is None:
        assert () == near_miss.patch
    else:
        assert ("messageDelivered", {"messageid": messageid}) == taken(document, near_miss, body)


def test_direction_is_pinned_in_a_pattern_of_another_provider() -> None:
    """If only the webhook shows the direction of a message, the patch adds it, so that reports do not match."""
    document = {
        **ACME,
        "Webhook": [{**ACME["Webhook"][0], "request_parameters": {"f": "$from$", "t": "$to$", "c": "$content$"}}],
    }
    body = {"event": "message.received", "payload": {"source": "+13105550199", "dest": "+12025550100", "text": "Hi"}}
    near_miss = missed(document, body)
    assert taken(document, near_miss, body) is not None
    assert taken(document, near_miss, {**body, "event": "message.finalized"}) is None


def test_variable_that_is_read_twice_is_paired_once() -> None:
    """If the template reads a value at two locations and the webhook has only one, one pair is enough."""
    document = copy.deepcopy(ACME)
    document["Webhook"][1]["request_parameters"]["params"]["body"] = "$url$"
    url = "https://files.example/a.jpg"
    body = {"method": "file", "params": {"from": "+13105550199", "to": "+12025550100", "media": url, "body": "Look"}}
    near_miss = missed(document, body)
    assert ("mms", url) == (near_miss.event and near_miss.event.type, taken(document, near_miss, body)[1]["url"])


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
    for name in TEMPLATES:
        for path in sorted((SAMPLES / name).glob("*.http")):
            incoming = read_sample(path.read_bytes()).as_request(method=None, content_type=None, query=None)
            expected = taken_by(PARSED[name], incoming)
            if expected is not None:
                yield from ((f"{name}/{path.stem}", other, incoming, expected) for other in TEMPLATES if other != name)


NEEDED = {"message": ("from", "to", "content"), "mms": ("from", "to", "url"), "messageDelivered": ("messageid",)}


def test_webhooks_of_other_providers_are_understood() -> None:
    """Nine of ten webhooks of another provider get a patch that reads them correctly, and none gets a wrong one.

    No patch for a message reads a receipt of the same provider, and no patch for a receipt reads a message.
    """
    right = total = 0
    for name, other, incoming, (kind, values) in foreign():
        document, template = TEMPLATES[other], PARSED[other]
        if taken_by(template, incoming) is not None or all(event.type != kind for event in template.events):
            continue
        total += 1
        near_miss = read_webhook(template, incoming).near_miss
        assert near_miss is not None
        if not near_miss.patch:
            continue
        patched = read_template(patched_tree(document, near_miss.patch))
        result = taken_by(patched, incoming)
        assert result is not None
        assert (kind, [values.get(key) for key in NEEDED[kind]]) == (
            result[0],
            [result[1].get(key) for key in NEEDED[kind]],
        ), (name, other, near_miss.why)
        right += 1
        provider = name.split("/")[0]
        for another, expected in WEBHOOKS[provider]:
            got = taken_by(patched, another)
            if got is not None and got != taken_by(template, another):
                assert (got[0] == "messageDelivered") == (expected == "messageDelivered"), (name, other, near_miss.why)
    assert right >= 0.95 * total


PROVIDERS = json.loads(Path(__file__).with_name("provider_webhooks.json").read_text("utf-8"))
"""Webhooks in the shapes that providers document, with the values that they contain."""


@pytest.mark.parametrize("document", [ACME, TEMPLATES["telnyx"], TEMPLATES["twilio"]], ids=["acme", "telnyx", "twilio"])
def test_webhooks_of_many_providers_are_understood(document: Any) -> None:
    """Nearly all webhooks of eighty other providers get a patch that reads them correctly, and none a wrong one."""
    template = read_template(document)
    right = total = 0
    for one in PROVIDERS:
        body = urlencode(one["body"]).encode() if "form" in one else json.dumps(one["body"]).encode()
        kind = "application/x-www-form-urlencoded" if "form" in one else "application/json"
        incoming = IncomingRequest(headers=(("Content-Type", kind),), body=body)
        if taken_by(template, incoming) is not None:
            continue
        total += 1
        near_miss = read_webhook(template, incoming).near_miss
        assert near_miss is not None
        if near_miss.patch:
            taken = taken_by(read_template(patched_tree(document, near_miss.patch)), incoming)
            assert taken is not None
            found = {name: taken[1].get(name) for name in one["values"]}
            assert (one["type"], one["values"]) == (taken[0], found), (one["name"], near_miss.why)
            right += 1
    assert right >= 0.95 * total


NO_MESSAGES = {
    "a call": {
        "event": "call.completed",
        "data": {"id": "c1", "from": VALUES["from"], "to": VALUES["to"], "duration": 35},
    },
    "a copy of a sent message": {
        "type": "message.phone.sent",
        "data": {"id": "m1", "owner": VALUES["to"], "contact": VALUES["from"], "content": "Hi there"},
    },
    "a failed receipt": {"sSender": "Acme", "sMobileNo": "13105550199", "sStatus": "UNDELIV", "sMessageId": "c2f0"},
}


@pytest.mark.parametrize("body", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
def test_no_patch_reads_anything_else_as_a_message_or_as_delivered(body: Any) -> None:
    """A webhook about a call, a sent message or a failure gets no patch, whichever template it meets."""
    for template in (read_template(ACME), *PARSED.values()):
        near_miss = read_webhook(template, webhook(body)).near_miss
        assert near_miss is None or not near_miss.patch, near_miss.why


NAMES = {"from": "src", "to": "receiver", "content": "smsText", "text": "caption", "url": "link", "messageid": "sms_id"}


def renamed(tree: Any) -> Any:
    """Every member with a variable has another name."""
    if isinstance(tree, dict):
        return {NAMES.get(str(value)[1:-1], key): renamed(value) for key, value in tree.items()}
    return [renamed(item) for item in tree] if isinstance(tree, list) else tree


def flat(tree: Any) -> Any:
    """All members in one object."""
    if not isinstance(tree, dict | list):
        return tree
    members = tree.items() if isinstance(tree, dict) else ((str(index), item) for index, item in enumerate(tree))
    found: dict[str, Any] = {}
    for key, value in members:
        inner = flat(value)
        for name, leaf in inner.items() if isinstance(inner, dict) else [(key, inner)]:
            found[name if name not in found else f"{key}_{name}"] = leaf
    return found


OTHERWISE: dict[str, Callable[[Any], Any]] = {
    "renamed": renamed,
    "wrapped": lambda tree: {"envelope": tree},
    "in a list": lambda tree: [tree] if isinstance(tree, dict) else tree[0],
    "flat": flat,
    "in capitals": lambda tree: json.loads(re.sub(r'"\w+":', lambda key: key[0].upper(), json.dumps(tree))),
}


@pytest.mark.parametrize("change", OTHERWISE.values(), ids=OTHERWISE.keys())
def test_pattern_that_is_written_otherwise_is_repaired(change: Callable[[Any], Any]) -> None:
    """If a provider's own pattern is changed in names or shape, the patch reads its webhooks as before.

    No other webhook of the provider is read differently from what it is; a failed receipt is read as nothing.
    """
    right = total = 0
    for name, webhooks in WEBHOOKS.items():
        for incoming, kind in webhooks:
            document = copy.deepcopy(TEMPLATES[name])
            for event in PARSED[name].events:
                if event.type == (kind or "messageDelivered"):
                    holder = lookup(document, event.pointer)
                    holder["request_parameters"] = change(holder["request_parameters"])
            template = read_template(document)
            if taken_by(template, incoming) is not None:
                continue
            near_miss = read_webhook(template, incoming).near_miss
            total += kind is not None
            if near_miss is None or not near_miss.patch:
                continue
            patched = read_template(patched_tree(document, near_miss.patch))
            assert kind is not None, (name, near_miss.why)
            assert taken_by(PARSED[name], incoming) == taken_by(patched, incoming), (name, near_miss.why)
            right += 1
            for other, expected in webhooks:
                taken = taken_by(patched, other)
                assert taken is None or taken == taken_by(template, other) or taken[0] == expected, (
                    name,
                    near_miss.why,
                )
    assert right >= 0.9 * total


def webhooks_of(name: str) -> list[tuple[IncomingRequest, str | None]]:
    """A provider's webhooks, and the type of the event that each is for its own template."""
    template = PARSED[name]
    samples = [read_sample(path.read_bytes()) for path in sorted((SAMPLES / name).glob("*.http"))]
    webhooks = [one.as_request(method=None, content_type=None, query=None) for one in samples if one.status is None]
    found = [(one, taken_by(template, one)) for one in webhooks]
    return [(one, taken[0] if taken is not None else None) for one, taken in found]


WEBHOOKS = {name: webhooks_of(name) for name in TEMPLATES}
_DELIVERED = re.compile(
    rb"(?i)(message-)?delivered\b(?!_)|DELIVERED_TO_HANDSET|received_by_recipient|Success%3A[^&]*|(?<=status_code=)201"
)


def outcomes() -> Iterator[tuple[str, IncomingRequest]]:
    """Receipts of each provider that do not say "delivered"."""
    for name, webhooks in WEBHOOKS.items():
        template = PARSED[name]
        for webhook, kind in webhooks:
            if kind is None:
                yield name, webhook
            for status in (b"sent", b"undelivered") if kind == "messageDelivered" else ():
                changed = webhook._replace(body=_DELIVERED.sub(status, webhook.body))
                if taken_by(template, changed) is None:
                    yield name, changed


def test_no_patch_reads_another_outcome_as_delivered() -> None:
    """Receipts of sent and failed messages get no patch, whichever provider's template they meet."""
    tried = 0
    for name, webhook in outcomes():
        for other, template in PARSED.items():
            is_foreign = other != name and any(event.type == "messageDelivered" for event in template.events)
            if is_foreign and taken_by(template, webhook) is None:
                tried += 1
                near_miss = read_webhook(template, webhook).near_miss
                assert near_miss is None or not near_miss.patch, (name, other, near_miss.why)
    assert tried > 300


@given(st.one_of(st.sampled_from(["$event_key$", {"": "$event_key$"}, ["$from$"]]), trees()), bodies)
@example("$event_key$", {"method": "message"})
@example({"": "$event_key$"}, "message")
@example({"": "$event_key$"}, ["message"])
@example({"a": ["$from$", "$url$"]}, {"a": {"a": "in"}})
@example({"a": ["$from$", "$to$"]}, {"a": {"from": "+13105550199"}})
def test_any_pattern_and_any_body(parameters: Any, body: Any) -> None:
    """For any pattern and any webhook there is a result, and a proposed patch makes the webhook match."""
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


@pytest.mark.parametrize("count", [1, "1"])
def test_a_number_that_is_left_over_is_not_the_text(count: Any) -> None:
    """A webhook without its text is not read as the text "1" because a counter is the only field left."""
    body = {"method": "message", "params": {"from": VALUES["from"], "to": VALUES["to"]}, "meta": {"attempt": count}}
    near_miss = missed(ACME, body)
    assert ((), "no received field is certain to be $content$") == (near_miss.patch, near_miss.why)


def test_a_refused_change_is_explained_in_one_clause() -> None:
    """The text output writes it after "No change is proposed:", and the page as a sentence of its own."""
    numbers = {"event": "$event_key$", "from": "$from$", "to": "$to$"}
    events = [
        {"event_key": "mo", "event_type": "mms", "request_method": "POST", "request_parameters": one}
        for one in ({**numbers, "text": "$text$", "media": [{"url": "$url$"}]}, {**numbers, "text": "$content$"})
    ]
    events[1]["event_type"] = "message"
    body = {"event": "mo", "from": VALUES["from"], "to": VALUES["to"], "text": "", "media": ["https://x.example/a.png"]}
    near_miss = missed({**ACME, "Webhook": events}, body)
    assert ((), "the best candidate would change how message:mo is read") == (near_miss.patch, near_miss.why)
