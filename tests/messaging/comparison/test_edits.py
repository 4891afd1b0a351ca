"""Invented edits of presets, single and combined: verdict, kind, order, and witnesses that are executed."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import pytest

from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.http.request_formats import as_http
from ringocli.importers.samples import read_sample
from ringocli.messaging.comparison.change import TemplateChange, TemplateComparison
from ringocli.messaging.comparison.compare import compare
from ringocli.messaging.comparison.properties import carried_values, property_changes, stored_values
from ringocli.messaging.request import render_request
from ringocli.messaging.webhook import ids_in, read_webhook
from ringocli.template.model import Template
from ringocli.template.preset import load
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values
from tests.messaging.comparison.edits import EDITS, Edit, KnownEdit, Tree, add_event, drop, flat_event, put


def versions(tree: Tree, edits: Iterable[Edit]) -> tuple[Template, Template]:
    """A template before and after edits."""
    changed = copy.deepcopy(tree)
    for edit in edits:
        edit(changed)
    return read_template(copy.deepcopy(tree)), read_template(changed)


@pytest.mark.parametrize("known", EDITS.values(), ids=EDITS)
def test_an_edit_has_its_verdict_order_and_true_witnesses(known: KnownEdit) -> None:
    """Exactly the changes that were made are reported."""
    old, new = versions(dict(load(known.preset).template), known.edits)
    found = compare(old, new)
    assert known.verdict == found.impact.name.lower(), found.changes
    if known.kinds:
        assert set(known.kinds.split()) == {change.kind for change in found.changes}
    if known.order:
        assert known.order in {" -> ".join(change.order) for change in found.changes if change.impact is found.impact}
    for change in found.changes:
        check_witness(old, new, change)


def check_witness(old: Template, new: Template, change: TemplateChange) -> None:
    """Execute a witness with both versions, and compare with what it says."""
    witness = change.witness
    if isinstance(witness.before, dict) and "matched" in witness.before:
        request = read_sample(witness.input.encode()).as_request()
        assert [outcome(template, request) for template in (old, new)] == [witness.before, witness.after]
    elif isinstance(witness.before, dict) and "messageid" in witness.before:
        reply = Reply(status=200, body=witness.input.encode())
        name = change.pointer[1]
        for template, said in ((old, witness.before), (new, witness.after)):
            (spec,) = (spec for spec in template.requests if spec.name == name)
            assert said["messageid"] == ids_in(spec, reply).get("messageid")
    elif isinstance(witness.input, dict):
        assert witness.before is None or witness.before in set(requests(old, new, old, witness.input))
        assert witness.after is None or witness.after in set(requests(old, new, new, witness.input))
    if change.impact.name != "NONE" and change.kind != "event-unreachable":
        assert witness.before != witness.after, change


def outcome(template: Template, request: IncomingRequest) -> dict[str, Any]:
    """How a template reads a webhook, in the form of a witness."""
    reading = read_webhook(template, request)
    event = reading.event
    return {
        "matched": event is not None,
        "event_key": event.key if event is not None else None,
        "event_type": event.type if event is not None else None,
        "variables": {name: value for name, value in reading.variables.items() if name != "event_key"},
    }


def requests(old: Template, new: Template, template: Template, variables: dict[str, str]) -> Iterable[str]:
    """The requests of a version: with what the portal has stored, and after the form was filled in again."""
    changes = property_changes(old, new)
    for properties in (stored_values(old), carried_values(old, template, changes)):
        values = Values(layers=(Layer(variables=variables, properties=properties),))
        for spec in template.requests:
            yield as_http(render_request(template, spec, values, Missing.DROP))


MESSAGE = {"from": "$from$", "to": "$to$", "text": "$content$"}
AS_FILE = {"from": "$from$", "to": "$to$", "text": "$url$"}


def with_events(*events: Tree) -> Tree:
    return {**copy.deepcopy(dict(load("vonage").template)), "Webhook": list(copy.deepcopy(events))}


def verdicts(tree: Tree, *edits: Edit) -> tuple[list[str], TemplateComparison]:
    """The verdict of each edit alone, then that of all together."""
    single = [compare(*versions(tree, [edit])).impact.name.lower() for edit in edits]
    together = compare(*versions(tree, edits))
    for change in together.changes:
        check_witness(*versions(tree, edits), change)
    return [*single, together.impact.name.lower()], together


def to_front(tree: Tree) -> None:
    tree["Webhook"].insert(0, tree["Webhook"].pop())


def test_an_unreachable_event_that_is_loosened_and_moved_takes_messages() -> None:
    """Neither edit changes anything alone."""
    message = flat_event("sms", "message", kind="$event_key$", **MESSAGE)
    hidden = flat_event("sms", "mms", kind="$event_key$", channel="app", **AS_FILE)
    pinned = flat_event("sms", "message", kind="$event_key$", channel="app", **MESSAGE)
    found, together = verdicts(
        with_events(pinned, message, hidden), drop("Webhook/2/request_parameters/channel"), to_front
    )
    assert ["none", "breaking", "breaking"] == found
    assert ("message", "mms") == next(
        (change.witness.before["event_type"], change.witness.after["event_type"])
        for change in together.changes
        if change.impact is together.impact
    )


def test_two_compatible_edits_that_together_take_messages() -> None:
    """An unreachable event is added, and the events change places: bodies of the message become files."""
    message = flat_event("sms", "message", kind="$event_key$", **MESSAGE)
    receipt = flat_event("dlr", "messageDelivered", kind="$event_key$", id="$messageid$")
    added = flat_event("sms", "mms", kind="$event_key$", **AS_FILE)
    found, together = verdicts(with_events(message, receipt), add_event(added), lambda t: t["Webhook"].reverse())
    assert ["compatible", "none", "breaking"] == found
    assert {("do not deploy",)} == {change.order for change in together.changes if change.impact is together.impact}


def test_an_event_that_only_becomes_unreachable_is_a_loss() -> None:
    """The witness shows how the webhook was read before, although no event was removed."""
    message = flat_event("sms", "message", kind="$event_key$", **MESSAGE)
    files = flat_event("sms", "mms", kind="$event_key$", media="$url$", **{"from": "$from$", "to": "$to$"})
    found, _ = verdicts(with_events(message, files), drop("Webhook/1/request_parameters/media"))
    assert ["breaking", "breaking"] == found


def test_false_and_zero_differ() -> None:
    """A change from false to 0 is found: Python's == does not distinguish them, but a provider does."""
    tree = with_events()
    put("API/SendMessage/request_parameters/flash", False)(tree)
    found, together = verdicts(tree, put("API/SendMessage/request_parameters/flash", 0))
    assert (["breaking", "breaking"], "parameter-value") == (found, together.changes[0].kind)


def test_an_event_that_takes_failed_receipts_is_not_deployed() -> None:
    """If an event is added, or two edits together loosen the existing one, failed receipts count as delivered."""
    pinned = flat_event("dlr", "messageDelivered", kind="$event_key$", id="$messageid$", status="delivered")
    failed = flat_event("dlr", "messageDelivered", kind="$event_key$", id="$messageid$", status="undelivered")
    by_shape = flat_event("any", "messageDelivered", id="$messageid$")
    for edit in (add_event(failed), add_event(by_shape), put("Webhook/0", by_shape)):
        found, together = verdicts(with_events(pinned), edit)
        assert ["breaking", "breaking"] == found
        worst = [change for change in together.changes if change.impact is together.impact]
        assert ("do not deploy",) in {change.order for change in worst}
