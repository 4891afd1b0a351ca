"""The table of edits: verdict, order of deployment, and a witness that is true when it is executed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.importers.samples import read_sample
from ringocli.messaging.comparison.change import KINDS, TemplateComparison
from ringocli.messaging.comparison.compare import compare
from ringocli.messaging.webhook import read_webhook
from ringocli.template.assumptions import ASSUMPTIONS
from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.template.reader import read_template
from ringocli.text.document import Document

Tree = dict[str, Any]
Edit = Callable[[Tree], object]

BOTH_FORMS = ["P accepts both", "R", "P drops the old"]
BOTH_EVENTS = ["R with both", "P/C switch", "R without the old"]
FILL_IN = ["R", "A at once, in every organisation"]


def preset(name: str) -> Tree:
    return copy.deepcopy(dict(load(name).template))


def edited(template: Tree, *edits: Edit) -> Tree:
    changed = copy.deepcopy(template)
    for edit in edits:
        edit(changed)
    return changed


def compared(old: Tree, new: Tree) -> TemplateComparison:
    return compare(read_template(old), read_template(new))


def event(template: Tree, event_type: str) -> Tree:
    found: Tree = next(event for event in template["Webhook"] if event["event_type"] == event_type)
    return found


def sending(template: Tree, request: str = "SendMessage") -> Tree:
    found: Tree = template["API"][request]
    return found


def parameters(template: Tree, request: str = "SendMessage") -> Tree:
    found: Tree = sending(template, request)["request_parameters"]
    return found


def rename_property(template: Tree, old: str, new: str) -> None:
    text = json.dumps(template).replace(f"${old}$", f"${new}$")
    template.clear()
    template.update(json.loads(text))
    template["properties"][template["properties"].index(old)] = new


def rename_key(tree: Tree, old: str, new: str) -> None:
    items = [(new if key == old else key, value) for key, value in tree.items()]
    tree.clear()
    tree.update(items)


def swap_numbers(template: Tree) -> None:
    body = parameters(template)
    body["from"], body["to"] = body["to"], body["from"]


def pin(template: Tree) -> None:
    event(template, "messageDelivered")["request_parameters"]["params"]["status"] = "delivered"


OAUTH2 = {
    "client_id": "$API key$",
    "client_secret": "x",
    "flow_type": {"default": "0"},
    "authorization_endpoint": "https://login.example/authorize",
    "authorization_parameters": {"default": "scope=sms"},
    "token_endpoint": "https://login.example/token",
    "token_parameters": {"content_type": "application/x-www-form-urlencoded"},
    "request_auth": "Bearer",
}


def to_oauth2(template: Tree) -> None:
    del template["auth"]
    template["OAuth2"] = copy.deepcopy(OAUTH2)


SINGLE: dict[str, tuple[Edit, str, list[str]]] = {
    "key order": (lambda t: t.update(dict(sorted(t.items()))), "none", []),
    "parameter order": (
        lambda t: sending(t).update(request_parameters=dict(reversed(parameters(t).items()))),
        "none",
        [],
    ),
    "map of events": (lambda t: t.update(Webhook={str(n): e for n, e in enumerate(t["Webhook"])}), "none", []),
    "name": (lambda t: t.update(name="Other"), "compatible", ["R"]),
    "logo": (lambda t: t.update(logo="https://acme.example/logo.png"), "compatible", ["R"]),
    "properties reordered": (lambda t: t.update(properties=list(reversed(t["properties"]))), "none", []),
    "id": (
        lambda t: t.update(id="other"),
        "breaking",
        ["R", "portal shows the new URL", "A switch on", "C; keep the old one until it receives no more webhooks"],
    ),
    "property renamed by case": (lambda t: rename_property(t, "API key", "API Key"), "breaking", FILL_IN),
    "property renamed": (lambda t: rename_property(t, "API key", "Token"), "breaking", FILL_IN),
    "property no longer declared": (lambda t: t.update(properties=[]), "breaking", FILL_IN),
    "host": (
        lambda t: sending(t).update(request_url="https://eu.provider.example/v1/messages"),
        "breaking",
        BOTH_FORMS,
    ),
    "path": (
        lambda t: sending(t).update(request_url="https://sms.provider.example/v2/messages"),
        "breaking",
        BOTH_FORMS,
    ),
    "method": (lambda t: sending(t).update(request_method="PUT"), "breaking", BOTH_FORMS),
    "content type": (
        lambda t: sending(t).update(request_content_type="application/x-www-form-urlencoded"),
        "breaking",
        BOTH_FORMS,
    ),
    "basic instead of bearer": (
        lambda t: t.update(auth={"type": "Basic", "username": "$API key$", "password": "$API key$"}),
        "breaking",
        BOTH_FORMS,
    ),
    "parameter added": (lambda t: parameters(t).update(channel="sms"), "compatible", ["P", "R"]),
    "nested parameter added": (lambda t: parameters(t).update(meta={"a": {"b": "$domain$"}}), "compatible", ["P", "R"]),
    "parameter removed": (lambda t: parameters(t).pop("extension"), "breaking", BOTH_FORMS),
    "parameter renamed": (lambda t: rename_key(parameters(t), "content", "text"), "breaking", BOTH_FORMS),
    "parameter moved": (lambda t: parameters(t).update(b={"to": parameters(t).pop("to")}), "breaking", BOTH_FORMS),
    "scalar to list": (lambda t: parameters(t).update(to=["$to$"]), "breaking", BOTH_FORMS),
    "plus in front": (lambda t: parameters(t).update(to="+$to$"), "breaking", BOTH_FORMS),
    "from and to swapped": (swap_numbers, "breaking", BOTH_FORMS),
    "response_map path": (
        lambda t: sending(t).update(response_map={"id": "$messageid$"}),
        "breaking",
        ["P answers with both", "R"],
    ),
    "response_map dropped": (lambda t: sending(t).pop("response_map"), "breaking", ["P answers with both", "R"]),
    "SendFile dropped": (lambda t: t["API"].pop("SendFile"), "breaking", ["tell the users", "R"]),
    "event added": (
        lambda t: t["Webhook"].append(
            {
                "event_key": "read",
                "event_type": "messageDelivered",
                "request_method": "POST",
                "request_parameters": {"method": "$event_key$", "params": {"messageid": "$messageid$"}},
            }
        ),
        "compatible",
        ["R", "P starts sending"],
    ),
    "event added that takes over": (
        lambda t: t["Webhook"].append(
            {
                "event_key": "message",
                "event_type": "mms",
                "request_method": "POST",
                "request_parameters": {
                    "method": "$event_key$",
                    "params": {"from": "$from$", "to": "$to$", "content": "$url$", "x": "$text$"},
                },
            }
        ),
        "breaking",
        ["do not deploy"],
    ),
    "event dropped": (lambda t: t["Webhook"].pop(), "breaking", BOTH_EVENTS),
    "event_key": (lambda t: event(t, "mms").update(event_key="picture"), "breaking", BOTH_EVENTS),
    "pattern path moved": (
        lambda t: rename_key(event(t, "message")["request_parameters"]["params"], "content", "text"),
        "breaking",
        BOTH_EVENTS,
    ),
    "literal added": (pin, "breaking", ["P", "R"]),
    "optional text dropped": (
        lambda t: event(t, "mms")["request_parameters"]["params"].pop("text"),
        "breaking",
        ["tell the users", "R"],
    ),
    "events reordered": (lambda t: t["Webhook"].reverse(), "none", []),
    "undocumented key": (lambda t: sending(t).update(request_headers={"X": "y"}), "compatible", ["R"]),
}


@pytest.mark.parametrize(("edit", "verdict", "order"), SINGLE.values(), ids=SINGLE)
def test_an_edit_has_the_verdict_and_order_of_the_table(edit: Edit, verdict: str, order: list[str]) -> None:
    """One edit of the documented form gives one change, with the verdict and the order of the table."""
    old = preset("generic-json")
    found = compared(old, edited(old, edit))
    assert verdict == found.impact.name.lower(), found.changes
    orders = [list(change.order) for change in found.changes if change.impact is found.impact]
    assert not orders or order in orders


REVERSED: dict[str, tuple[Edit, str, list[str]]] = {
    "literal dropped": (pin, "breaking", ["do not deploy"]),
    "optional text added": (
        lambda t: event(t, "mms")["request_parameters"]["params"].pop("text"),
        "compatible",
        ["R"],
    ),
    "SendFile added": (lambda t: t["API"].pop("SendFile"), "compatible", ["P", "R"]),
    "response_map added": (lambda t: sending(t).pop("response_map"), "compatible", ["R"]),
    "list to scalar": (lambda t: parameters(t).update(to=["$to$"]), "breaking", BOTH_FORMS),
    "plus dropped": (lambda t: parameters(t).update(to="+$to$"), "breaking", BOTH_FORMS),
    "text to number": (lambda t: parameters(t).update(v=1), "breaking", BOTH_FORMS),
    "property added and used": (
        lambda t: (t.update(properties=[]), t.update(auth={"type": "Bearer", "token": "x"})),
        "breaking",
        FILL_IN,
    ),
    "container": (lambda t: t.update(Webhook={str(n): e for n, e in enumerate(t["Webhook"])}), "none", []),
}


@pytest.mark.parametrize(("edit", "verdict", "order"), REVERSED.values(), ids=REVERSED)
def test_an_edit_taken_back_has_its_own_verdict(edit: Edit, verdict: str, order: list[str]) -> None:
    """Here the documented form is the new version, and the edited form is the old one."""
    new = preset("generic-json")
    found = compared(edited(new, edit), new)
    assert verdict == found.impact.name.lower(), found.changes
    orders = [list(change.order) for change in found.changes if change.impact is found.impact]
    assert not orders or order in orders


def test_a_number_that_becomes_text_changes_its_shape() -> None:
    """``1`` and ``"1"`` are different bytes in JSON."""
    old = edited(preset("generic-json"), lambda t: parameters(t).update(v=1))
    new = edited(preset("generic-json"), lambda t: parameters(t).update(v="1"))
    assert ["parameter-value"] == [change.kind for change in compared(old, new).changes]


def test_a_number_that_becomes_text_in_a_form_changes_nothing() -> None:
    """A form has no numbers."""
    old = edited(preset("generic-form"), lambda t: parameters(t).update(v=1))
    new = edited(preset("generic-form"), lambda t: parameters(t).update(v="1"))
    assert () == compared(old, new).changes


def test_oauth2_scope() -> None:
    """A new scope needs every organisation to authorise again."""
    old = edited(preset("generic-json"), to_oauth2)
    new = edited(old, lambda t: t["OAuth2"].update(authorization_parameters={"default": "scope=sms%20mms"}))
    (change,) = compared(old, new).changes
    assert ("BREAKING", ("R", "A authorise again")) == (change.impact.name, change.order)


def test_a_dropped_status_lets_failed_receipts_count_as_delivered() -> None:
    """The witness is the failed receipt."""
    old = edited(preset("generic-json"), pin)
    (change,) = compared(old, preset("generic-json")).changes
    assert '"status": "failed"' in change.witness.input
    assert (False, True) == (change.witness.before["matched"], change.witness.after["matched"])


def test_a_literal_loosened_in_an_unreachable_event_changes_nothing() -> None:
    """If another event takes every webhook first, an edit has no effect, and a warning says so."""
    plain = event(preset("generic-json"), "message")
    pinned = copy.deepcopy(plain)
    pinned["request_parameters"]["channel"] = "sms"
    hidden = copy.deepcopy(pinned)
    hidden["event_type"] = "mms"
    hidden["request_parameters"]["params"] = {"from": "$from$", "to": "$to$", "content": "$url$"}
    old = {**preset("generic-json"), "Webhook": [pinned, plain, hidden]}
    new = edited(old, lambda t: t["Webhook"][-1]["request_parameters"].pop("channel"))
    found = compared(old, new)
    assert ["literal-removed"] == [change.kind for change in found.changes]
    assert ("none", 1) == (found.impact.name.lower(), len(found.warnings))


def test_an_event_after_its_duplicate_is_unreachable() -> None:
    """A warning says that no webhook can reach the second event; the first one still takes the witness."""
    old = preset("generic-json")
    new = edited(old, lambda t: t["Webhook"].append({**copy.deepcopy(t["Webhook"][0]), "event_type": "message"}))
    found = compared(old, new)
    (change,) = found.changes
    assert ("event-unreachable", "COMPATIBLE") == (change.kind, change.impact.name)
    assert found.warnings
    assert change.witness.before == change.witness.after
    assert change.witness.before["matched"]


def more_specific_mms(template: Tree) -> None:
    template["Webhook"].append(
        {
            "event_key": "message",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
                "method": "$event_key$",
                "params": {"from": "$from$", "to": "$to$", "content": "$text$", "media": "$url$"},
            },
        }
    )


def test_an_added_event_that_takes_webhooks_of_another_is_breaking() -> None:
    """The witness was a message and becomes an mms."""
    old = preset("generic-json")
    (change,) = compared(old, edited(old, more_specific_mms)).changes
    assert ("event-takes-over", ("do not deploy",)) == (change.kind, change.order)
    assert ("message", "mms") == (change.witness.before["event_type"], change.witness.after["event_type"])


@pytest.mark.parametrize("name", ["telnyx", "twilio", "generic-json"])
def test_an_optional_text_that_ends_a_tie_is_compatible(name: str) -> None:
    """An mms with a text also matched the message event; a warning says that it no longer does."""
    new = preset(name)
    old = edited(new, lambda t: event(t, "mms").update(request_parameters=without_text(event(t, "mms"))))
    found = compared(old, new)
    (change,) = found.changes
    assert ("variable-added", "COMPATIBLE", ("R",)) == (change.kind, change.impact.name, change.order)
    assert (name != "generic-json") == bool(found.warnings)


def without_text(mms: Tree) -> Any:
    def dropped(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {key: dropped(value) for key, value in tree.items() if value != "$text$"}
        return [dropped(item) for item in tree] if isinstance(tree, list) else tree

    return dropped(mms["request_parameters"])


def test_the_order_of_two_events_that_tie_is_breaking() -> None:
    """If two events match equally well, the first in the file is taken (assumption 2)."""
    old = edited(preset("generic-json"), more_specific_mms)
    old["Webhook"][-1]["request_parameters"]["params"] = {"from": "$from$", "to": "$to$", "media": "$url$"}
    new = edited(old, lambda t: t["Webhook"].reverse())
    (change,) = compared(old, new).changes
    assert ("events-reordered", "BREAKING", ("R",)) == (change.kind, change.impact.name, change.order)
    assert 2 in change.rests_on


def test_two_edits_that_are_harmless_alone_may_break_together() -> None:
    """An event after a duplicate of itself is unreachable, and reordering events without ties changes nothing; both
    edits together lose a message.
    """
    double = {**copy.deepcopy(event(preset("generic-json"), "message")), "event_type": "mms"}
    double["request_parameters"]["params"] = {"from": "$from$", "to": "$to$", "content": "$url$"}
    old = preset("generic-json")
    behind = edited(old, lambda t: t["Webhook"].append(double))
    reordered = edited(old, lambda t: t["Webhook"].reverse())
    both = edited(behind, lambda t: t["Webhook"].reverse())
    assert ["compatible", "none"] == [compared(old, new).impact.name.lower() for new in (behind, reordered)]
    found = compared(old, both)
    assert ("breaking", ["do not deploy"]) == (
        found.impact.name.lower(),
        [step for change in found.changes if change.impact is found.impact for step in change.order],
    )


COMBINED: dict[str, tuple[tuple[Edit, ...], set[str], str]] = {
    "rename with reorder": (
        (
            lambda t: rename_key(parameters(t), "content", "text"),
            lambda t: sending(t).update(request_parameters=dict(reversed(parameters(t).items()))),
            lambda t: t["Webhook"].reverse(),
        ),
        {"parameter-renamed", "events-reordered"},
        "breaking",
    ),
    "property rename with new host": (
        (
            lambda t: rename_property(t, "API key", "Token"),
            lambda t: sending(t).update(request_url="https://eu.provider.example/v1/messages"),
        ),
        {"property-renamed", "host"},
        "breaking",
    ),
    "name and parameter": (
        (lambda t: t.update(name="Other"), lambda t: parameters(t).update(channel="sms")),
        {"name", "parameter-added"},
        "compatible",
    ),
    "key and pattern of one event": (
        (
            lambda t: event(t, "mms").update(event_key="picture"),
            lambda t: rename_key(event(t, "mms")["request_parameters"]["params"], "url", "media"),
        ),
        {"event-key", "pattern-moved"},
        "breaking",
    ),
    "swap and rename": ((swap_numbers, lambda t: rename_key(parameters(t), "content", "text")),
        {"parameters-swapped", "parameter-renamed"}, "breaking"),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "kinds", "verdict"), COMBINED.values(), ids=COMBINED)
def test_combined_edits_are_distinguished(edits: tuple[Edit, ...], kinds: set[str], verdict: str) -> None:
    """Each edit is a change of its own."""
    old = preset("generic-json")
    found = compared(old, edited(old, *edits))
    assert (kinds, verdict) == ({change.kind for change in found.changes}, found.impact.name.lower())


@pytest.mark.parametrize("name", names())
def test_formatting_changes_nothing(name: str) -> None:
    """Key order, escapes and white space do not change the behaviour."""
    old = preset(name)
    text = json.dumps(old, indent=7, sort_keys=True).replace("a", "\\u0061")
    new = Document.read("new", text).value
    assert (old, ()) == (new, compared(old, new).changes)


def leaves_of(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(tree, dict):
        return [pointer for key, value in tree.items() for pointer in leaves_of(value, (*at, key))]
    if isinstance(tree, list):
        return [pointer for index, value in enumerate(tree) for pointer in leaves_of(value, (*at, index))]
    return [at]


@st.composite
def mutants(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """A preset with up to three leaves removed, replaced or renamed."""
    old = preset(draw(st.sampled_from(names())))
    new = copy.deepcopy(old)
    for _ in range(draw(st.integers(1, 3))):
        pointer = draw(st.sampled_from(leaves_of(new)))
        holder = new
        for step in pointer[:-1]:
            holder = holder[step]
        match draw(st.sampled_from(("remove", "replace", "rename"))):
            case "remove":
                del holder[pointer[-1]]
            case "replace":
                holder[pointer[-1]] = draw(st.sampled_from(("x", 1, None, "$to$", "$from$", "$text$", "$event_key$")))
            case _ if isinstance(holder, dict):
                rename_key(holder, pointer[-1], "renamed")
    return old, new


@given(mutants())
def test_every_witness_of_a_webhook_is_true_when_executed(pair: tuple[Tree, Tree]) -> None:
    """Both versions read the witness as the change says, and a breaking change has two different readings."""
    old, new = (read_template(tree) for tree in pair)
    found = compare(old, new)
    for change in found.changes:
        witness = change.witness
        if isinstance(witness.before, dict) and "matched" in witness.before:
            request = read_sample(witness.input.encode()).as_request(method=None, content_type=None, query=None)
            for template, said in ((old, witness.before), (new, witness.after)):
                reading = read_webhook(template, request)
                assert said["matched"] == (reading.event is not None)
                assert said["event_type"] == (reading.event.type if reading.event else None)
        if change.impact.name == "BREAKING":
            assert witness.before != witness.after, change


def test_every_number_that_a_change_rests_on_can_be_explained() -> None:
    """Assumptions are cited by numbers that ``explain`` accepts."""
    assert {row for kind in KINDS.values() for row in kind.rests_on} <= set(ASSUMPTIONS)
