"""The provider's side: requests of a template are recognised and answered, others are explained."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.emulator.template_file import preset_of
from ringocli.http.exchange import IncomingRequest, as_incoming
from ringocli.messaging.handset import MAGIC_NUMBERS, State, plan_for
from ringocli.messaging.phone_numbers import number_key
from ringocli.messaging.provider import accepted_reply, goes_to, receive, refused_reply
from ringocli.messaging.receipts import failed_form
from ringocli.messaging.request import render_event, render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import RequestSpec, Template
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Values
from ringocli.template.variables import Place
from tests.conftest import ACME, SAMPLES

TEMPLATES = {path.stem: read_template(json.loads(path.read_text("utf-8"))) for path in sorted(SAMPLES.glob("*.json"))}
REQUESTS = [(name, str(spec.name)) for name, template in TEMPLATES.items() for spec in template.requests]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def values(**variables: str) -> Values:
    return Values(layers=(Layer(variables=variables),))


def rendered(template: Template, spec: RequestSpec, **variables: str) -> IncomingRequest:
    """A request as the provider receives it."""
    return as_incoming(render_request(template, spec, values(**variables)))


@pytest.mark.parametrize(("name", "request_name"), REQUESTS)
def test_rendered_requests_are_recognised(name: str, request_name: str) -> None:
    """Every request of every sample is recognised, with the values it was rendered with."""
    template = TEMPLATES[name]
    spec = template.request(request_name)
    received = receive(template, rendered(template, spec))
    assert ((), 200) == (received.problems, received.status)
    # If a provider accepts files only as links, both requests are the same, and the first one is found.
    assert received.spec is not None
    assert (spec.url, spec.parameters) == (received.spec.url, received.spec.parameters)
    assert {"+12025550100", "+13105550199"} <= set(received.variables.values())


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in ("voipms",)])
@given(content=TEXTS)
def test_any_text_is_received(name: str, content: str) -> None:
    """Line breaks, quotes, emoji and control characters survive encoding and decoding."""
    template = TEMPLATES[name]
    spec = template.request("SendMessage")
    received = receive(template, rendered(template, spec, content=content))
    assert ((), content) == (received.problems, received.variables["content"])


@pytest.mark.parametrize(("name", "request_name"), REQUESTS)
def test_reply_is_what_response_map_reads(name: str, request_name: str) -> None:
    """response_map reads the given id from the reply, with and without a preset."""
    template = TEMPLATES[name]
    spec = template.request(request_name)
    if spec.response_map is None:
        assert 200 <= accepted_reply(spec, "id-1", preset_of(template)).status < 300
        return
    for preset in (preset_of(template), None):
        match = read_reply(spec, accepted_reply(spec, "id-1", preset))
        assert (True, {"messageid": "id-1"}) == (match.fits, dict(match.bindings))


ACME_TEMPLATE = read_template(ACME)
SEND = ACME_TEMPLATE.request("SendMessage")
GOOD = rendered(ACME_TEMPLATE, SEND, content="hi")


def without(key: str) -> bytes:
    body = json.loads(GOOD.body)
    del body[key]
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("wrong", "status", "where"),
    [
        ({"path": "/v2/messages"}, 404, "path"),
        ({"path": "/v1/messages/extra"}, 404, "path"),
        ({"method": "GET"}, 405, "method"),
        ({"headers": (("Content-Type", "application/json"),)}, 401, "Authorization"),
        ({"headers": (("Content-Type", "application/json"), ("Authorization", "Basic eDp5"))}, 401, "Authorization"),
        ({"headers": (("Content-Type", "application/x-www-form-urlencoded"), GOOD.headers[1])}, 415, "Content-Type"),
        ({"body": without("to")}, 422, "/to"),
        ({"body": b"{"}, 422, "body"),
        ({"body": b"[]"}, 422, ""),
    ],
)
def test_problems_are_explained(wrong: dict[str, Any], status: int, where: str) -> None:
    """A request that the template does not make is rejected with the location and the reason."""
    received = receive(ACME_TEMPLATE, GOOD._replace(**wrong))
    assert status == received.status
    assert where in [problem.where for problem in received.problems]
    reply = refused_reply("; ".join(map(str, received.problems)), None, status=status, problems=received.problems)
    document = json.loads(reply.body)
    assert where in [one["where"] for one in document["ringocli"]]
    assert document["error"]["message"]


def test_path_may_have_a_prefix() -> None:
    """A prefix of the path belongs to the base URL; an empty path is accepted."""
    assert receive(ACME_TEMPLATE, GOOD._replace(path="/some/proxy/v1/messages")).fits
    assert receive(ACME_TEMPLATE, GOOD._replace(path="/")).fits
    assert goes_to(ACME_TEMPLATE, "POST", "/v1/messages")
    assert not goes_to(ACME_TEMPLATE, "POST", "/x/v1/messages")
    assert not goes_to(ACME_TEMPLATE, "GET", "/v1/messages")


def test_rejection_has_the_providers_format() -> None:
    """If there is a preset, the error has the provider's own format, with the reason in its message field."""
    reply = refused_reply("the number is not valid", preset_of(TEMPLATES["telnyx"]))
    assert 422 == reply.status
    assert "the number is not valid" == json.loads(reply.body)["errors"][0]["title"]


def test_credentials_are_found_everywhere() -> None:
    """Values of properties are found in the header, the URL and the body."""
    received = receive(TEMPLATES["twilio"], rendered(TEMPLATES["twilio"], TEMPLATES["twilio"].request("SendMessage")))
    assert {"sample-account-sid", "sample-auth-token"} <= set(received.credentials)
    voipms = receive(TEMPLATES["voipms"], rendered(TEMPLATES["voipms"], TEMPLATES["voipms"].request("SendMessage")))
    assert "sample-api-password" in voipms.credentials


@given(header=st.text(max_size=60), body=st.binary(max_size=200), path=st.text(max_size=60))
def test_no_request_crashes_the_provider(header: str, body: bytes, path: str) -> None:
    """Any request is either accepted or rejected."""
    request = GOOD._replace(path=f"/{path}", headers=(("Authorization", header), ("Content-Type", header)), body=body)
    assert receive(ACME_TEMPLATE, request).status in (200, 401, 404, 415, 422)


def test_invalid_basic_auth_is_rejected() -> None:
    """Basic auth needs a user name and a password in base64."""
    template = TEMPLATES["twilio"]
    request = rendered(template, template.request("SendMessage"))
    for value in ("Basic", "Basic ***", f"Basic {base64.b64encode(b'no colon').decode()}"):
        headers = tuple(pair for pair in request.headers if pair[0] != "Authorization")
        received = receive(template, request._replace(headers=(*headers, ("Authorization", value))))
        assert 401 == received.status


DELIVERED = [
    name for name, template in TEMPLATES.items() if any(event.place is Place.DELIVERED for event in template.events)
]


@pytest.mark.parametrize("name", DELIVERED)
def test_failed_receipt_matches_no_event(name: str) -> None:
    """The template does not match the failed form of its receipt."""
    template = TEMPLATES[name]
    event = next(event for event in template.events if event.place is Place.DELIVERED)
    failed = failed_form(event)
    if failed is None:  # success is a code there, and a code has no opposite
        assert name in ("clickatell", "clicksend")
        return
    reading = read_webhook(template, as_incoming(render_event(template, failed, values(messageid="id-1"))))
    assert reading.event is None
    assert (
        read_webhook(template, as_incoming(render_event(template, event, values(messageid="id-1")))).event is not None
    )


def test_success_that_is_not_pinned_has_no_opposite() -> None:
    """If nothing pins success, there is no failed form."""
    event = ACME_TEMPLATE.events[2]._replace(key="status", parameters={"kind": "$event_key$", "id": "$messageid$"})
    assert failed_form(event) is None
    assert "failed" == failed_form(ACME_TEMPLATE.events[2]).key  # type: ignore[union-attr]


@pytest.mark.parametrize("magic", MAGIC_NUMBERS, ids=lambda magic: magic.number)
def test_magic_numbers_have_their_plan(magic: Any) -> None:
    """Every spelling of a magic number has the same plan, which ends within 3 s except for the slow number."""
    from random import Random

    national = magic.number[-10:]
    for spelling in (magic.number, magic.number[1:], national, f"({national[:3]}) {national[3:6]}-{national[6:]}"):
        plan = plan_for(spelling, Random(1))
        assert (magic.plan.refusal, magic.plan.silent) == (plan.refusal, plan.silent)
        assert len(plan.steps) == len(magic.plan.steps)
        assert all(step.after_s <= 3 for step in plan.steps) or "10 s" in magic.does


@given(number=st.text(min_size=1), seed=st.integers())
def test_ordinary_numbers_receive_within_three_seconds(number: str, seed: int) -> None:
    """A message to any other number is delivered within 3 s."""
    from random import Random

    if number_key(number) in {magic.number[-10:] for magic in MAGIC_NUMBERS}:
        return
    steps = plan_for(number, Random(seed)).steps
    assert [State.SENT, State.DELIVERED] == [step.state for step in steps]
    assert max(step.after_s for step in steps) <= 3


def test_path_of_samples_is_found() -> None:
    """The path of every sample's request is recognised."""
    for template in TEMPLATES.values():
        for spec in template.requests:
            incoming = as_incoming(render_request(template, spec, Values()))
            assert incoming.path == "/" or goes_to(template, spec.method, incoming.path)
