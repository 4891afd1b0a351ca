"""Pastes: for captured traffic, init gives the same results as the presets, and each sample is read as its own kind."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringocli.errors import UsageError
from ringocli.http.exchange import Reply
from ringocli.importers.curl.reader import read_curl
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.learn.value_shapes import is_url
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.samples import read_sample
from ringocli.lint.engine import lint
from ringocli.lint.rule import Severity
from ringocli.messaging.request import render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import Template
from ringocli.template.preset import load
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Answers, Draft
from ringocli.template.values import Layer, Values
from ringocli.text.document import Document
from ringocli.text.secret import Secret
from tests.messaging.test_traffic import INBOUND, RECORDS, expressible, preset_of
from tests.wire import as_facts

SAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "inbound").glob("*.json"))
}
KINDS = {"message": "message", "mms": "mms", "delivered": "messageDelivered", "failed": None}
CONFUSED = {
    # The receipt has every key of a message and no way to say that a key must be absent.
    ("bulkvs", "delivered"),
}
"""Samples that init itself cannot tell apart, or gets wrong without a hint; everything else it gets right."""
TEXTUAL = {"telesign-user-response"}
"""Receipts that say only in a sentence that the message arrived."""


def webhook(kind: str, body: Any) -> WebhookSample:
    """A sample as ``--sample-webhook`` gives it."""
    sample = read_sample(body.encode() if isinstance(body, str) else json.dumps(body).encode())
    incoming = sample.as_request(method=None, content_type=None, query=None)
    return WebhookSample(kind="other" if kind == "failed" else kind, name=kind, incoming=incoming)


@pytest.mark.parametrize("provider", SAMPLES)
def test_samples_are_read_as_what_they_are(provider: str) -> None:
    """Each sample matches its own event with the right values, a failed receipt none."""
    shown = SAMPLES[provider]
    samples = {kind: webhook(kind, shown[kind]) for kind in KINDS if kind in shown}
    answers = Answers(id="acme", name="Acme", send_url="https://sms.acme.example/send")
    draft = from_pastes(Pastes(samples=tuple(samples.values())), answers)
    template = read_template(draft.template)
    for kind, sample in samples.items():
        if (provider, kind) in CONFUSED:
            continue
        reading = read_webhook(template, sample.incoming)
        assert KINDS[kind] == (reading.event.type if reading.event else None), kind
        for name, value in shown["truth"].get(kind, {}).items():
            assert value == reading.variables.get(name), (kind, name)


def another(value: Any) -> Any:
    """The same webhook for another message: other numbers, ids, times, texts and URLs, and one more key."""
    if isinstance(value, dict):
        return {**{key: another(inner) for key, inner in value.items()}, "x_added_later": "yes"}
    if isinstance(value, list):
        return [another(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | str):
        return value
    text = str(value)
    if isinstance(value, str) and is_url(value):
        return value + "?other"
    if sum(char.isdigit() for char in text) > 4:
        turned = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 9 + 1), text)
        return turned if isinstance(value, str) else int(turned)
    return f"Quite another text: {value}" if isinstance(value, str) and value.count(" ") > 2 else value


@pytest.mark.parametrize("provider", [name for name in SAMPLES if name not in TEXTUAL])
def test_other_messages_are_read_as_the_samples_are(provider: str) -> None:
    """Values of a single message are not constants of a pattern, so the next message matches the same event."""
    shown = SAMPLES[provider]
    samples = {kind: webhook(kind, shown[kind]) for kind in KINDS if kind in shown}
    answers = Answers(id="acme", name="Acme", send_url="https://sms.acme.example/send")
    template = read_template(from_pastes(Pastes(samples=tuple(samples.values())), answers).template)
    for kind, sample in samples.items():
        if (provider, kind) in CONFUSED or isinstance(shown[kind], str):
            continue
        first = read_webhook(template, sample.incoming)
        second = read_webhook(template, webhook(kind, another(shown[kind])).incoming)
        assert first.event == second.event, kind
        assert set(first.variables) == set(second.variables), kind
        for name in ("from", "to", "messageid"):
            if sum(char.isdigit() for char in first.variables.get(name, "")) > 4:
                assert first.variables[name] != second.variables[name], (kind, name)


def test_indistinguishable_samples_are_reported() -> None:
    """A receipt that a message's event matches as well is reported by name."""
    samples = tuple(webhook(kind, SAMPLES["bulkvs"][kind]) for kind in ("message", "delivered"))
    answers = Answers(id="acme", name="Acme", send_url="https://sms.acme.example/send")
    draft = from_pastes(Pastes(samples=samples), answers)
    assert any("delivered from delivered" == entry.what for entry in draft.not_expressible)


def curl_of(request: dict[str, Any]) -> str:
    """A captured request as the command that a page would show."""
    words = ["curl", "-X", request["method"], request["url"], "-H", f"Content-Type: {request['content_type']}"]
    auth = request["auth"]
    if auth["type"] == "basic":
        words += ["-u", f"{auth['username']}:{auth['password']}"]
    else:
        words += ["-H", f"Authorization: Bearer {auth['token']}"]
    return shlex.join([*words, "--data-raw", request["raw_body"]])


def drafted(name: str) -> Draft:
    """The draft that init makes from a record: its requests, its reply and its webhooks."""
    record = RECORDS[name]
    outgoing = record["outgoing"]
    send = read_curl(name, curl_of(outgoing["sms"]["request"]))[0]
    with_file = outgoing.get("mms_no_text", {}).get("request") if expressible(record, "outgoing_mms") else None
    file = read_curl(name, curl_of(with_file))[0] if with_file else None
    sample = outgoing["sms"].get("response_sample")
    reply = Reply(status=sample["status"], body=json.dumps(sample["body"]).encode()) if sample else None
    kinds = {"sms": "message", "mms": "mms", "delivered": "delivered", "failed": "other"}
    samples = []
    for index, inbound in enumerate(record["inbound"]):
        if inbound["handled"] or inbound["kind"] != "sms":
            raw = inbound["request"]
            head = f"{raw['method']} / HTTP/1.1\r\nContent-Type: {raw['content_type']}\r\n\r\n"
            incoming = read_sample((head + raw["raw_body"]).encode()).as_request(
                method=None, content_type=None, query=None
            )
            samples.append(WebhookSample(kind=kinds[inbound["kind"]], name=str(index), incoming=incoming))
    return from_pastes(Pastes(send=send, file=file, reply=reply, samples=samples), Answers())


def sent(template: Template, place: str, variables: dict[str, str], properties: dict[str, Secret]) -> dict[str, Any]:
    """The request that a template sends with these values, in comparable form."""
    layer = Layer(variables=variables, properties=properties)
    request = render_request(template, template.request(place), Values(layers=(layer,)), None)
    headers = {name.lower(): value.reveal() for name, value in request.headers}
    body = request.body.reveal().encode() if request.body is not None else b""
    return as_facts(request.method, request.url.reveal(), headers, body)


@pytest.mark.parametrize("name", RECORDS)
def test_a_captured_request_through_a_paste_is_the_request(name: str) -> None:
    """Filled with the pasted values, the template sends the pasted request; with a preset's values, what the preset
    sends.
    """
    record, draft = RECORDS[name], drafted(name)
    template = read_template(draft.template)
    for kind, place in (("sms", "SendMessage"), ("mms_no_text", "SendFile")):
        if place not in draft.template["API"]:
            continue
        captured = record["outgoing"][kind]["request"]
        variables = {
            decision.variable: decision.value
            for decision in draft.decisions
            if decision.variable in ("from", "to", "content") and decision.pointer[:2] == ("API", place)
        }
        assert {"from", "to", "content"} == set(variables)
        wire = as_facts(
            captured["method"],
            captured["url"],
            {"content-type": captured["content_type"], "authorization": captured["auth"]["header"]},
            captured["raw_body"].encode(),
        )
        assert wire == sent(template, place, variables, dict(draft.saved))
    preset = load(preset_of(record)).template
    assert set(preset["properties"]) == set(draft.template["properties"])
    assert preset["auth"] == draft.template["auth"]
    for place, spec in draft.template["API"].items():
        assert preset["API"][place]["request_url"] == spec["request_url"]
        if "response_map" in spec:
            assert preset["API"][place]["response_map"] == spec["response_map"]


@pytest.mark.parametrize(("name", "index"), INBOUND)
def test_a_captured_webhook_is_read_as_by_the_preset(name: str, index: int) -> None:
    """Event and values are those that the preset's own patterns take."""
    record = RECORDS[name]
    inbound = record["inbound"][index]
    raw = inbound["request"]
    head = f"{raw['method']} / HTTP/1.1\r\nContent-Type: {raw['content_type']}\r\n\r\n"
    incoming = read_sample((head + raw["raw_body"]).encode()).as_request(method=None, content_type=None, query=None)
    ours = read_webhook(read_template(drafted(name).template), incoming)
    theirs = read_webhook(read_template(load(preset_of(record)).template), incoming)
    assert (theirs.event and theirs.event.type) == (ours.event and ours.event.type)
    assert dict(theirs.variables) == dict(ours.variables)


@pytest.mark.parametrize(
    "name", [name for name, one in RECORDS.items() if one["outgoing"]["sms"].get("response_sample")]
)
def test_the_reply_s_id_is_found(name: str) -> None:
    """The learned response_map reads the same id as the deployed client."""
    template = read_template(drafted(name).template)
    sample = RECORDS[name]["outgoing"]["sms"]["response_sample"]
    found = read_reply(template.requests[0], Reply(status=sample["status"], body=json.dumps(sample["body"]).encode()))
    wanted = RECORDS[name]["outgoing"]["sms"].get("response_message_id_read")
    assert wanted in (None, found.bindings["messageid"])


KEYS = st.sampled_from(
    [
        "to",
        "from",
        "text",
        "body",
        "message",
        "content",
        "sender",
        "recipient",
        "msisdn",
        "phone",
        "number",
        "type",
        "status",
        "api_key",
        "token",
        "user",
        "id",
        "media_url",
        "callback_url",
        "reference",
        "tag",
        "data",
        "messages",
        "options",
        "channel",
        "extension",
        "source",
        "auth",
        "name",
    ]
) | st.text("abcXYZ_- 0", min_size=1, max_size=8)
SCALARS = (
    st.sampled_from(
        ["+15550001111", "15550002222", "Hello you", "sms", "", "https://x.example/a.png", "<YOUR_ID>", "12345"]
    )
    | st.text(max_size=12)
    | st.booleans()
    | st.none()
    | st.integers(-5, 99)
)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=6,
)


@given(body=TREES | st.lists(SCALARS | TREES, max_size=2))
@example(body=[1_000_000_000])  # a number without a name
@settings(max_examples=200)
def test_the_template_sends_the_pasted_request(body: Any) -> None:
    """For any pasted JSON, the draft has no error, and filled with the pasted values it sends the pasted body."""
    text = shlex.join(["curl", "https://x.example/send", "-u", "me:s3cr3t99", "--json", json.dumps(body)])
    draft = from_pastes(Pastes(send=read_curl("paste", text)[0]), Answers())
    document = Document.read("draft", json.dumps(draft.template))
    assert [] == [finding.message for finding in lint(document) if finding.severity is Severity.ERROR]
    if draft.not_expressible:
        return
    variables = {
        decision.variable: decision.value
        for decision in draft.decisions
        if decision.variable in ("from", "to", "content", "extension")
        and decision.pointer[:2] == ("API", "SendMessage")
    }
    if "" in variables.values():
        return  # Ringotel drops a parameter without a value
    if "***" in variables.values():
        return  # the same text is also a credential of the paste, so the output does not show it
    facts = sent(read_template(draft.template), "SendMessage", variables, dict(draft.saved))
    assert body == facts["body"]


@given(
    text=st.text()
    | st.lists(st.sampled_from([*"curl -dHuXF'\"\\ \n$(){}<>|&;^`%@=+:/", "curl ", "https://x.y "])).map("".join)
)
@example(text="\x85'")  # whitespace of two bytes in UTF-8, before an unclosed quote
@example(text="{\U000ce387\x14")
@example(text="\\\U000e79d8{\U000da093\n")  # made the grammar's scanner read beyond the end of a table
@example(text='{👋"$é\u2003${B}👋"')
@settings(max_examples=300)
def test_no_text_crashes_the_reader_of_commands(text: str) -> None:
    """Any text is read, or refused with one sentence."""
    for paste in (f"curl https://x.example {text}", text):
        with contextlib.suppress(UsageError):
            assert read_curl("paste", paste)


@given(body=TREES, kind=st.sampled_from(["message", "mms", "delivered"]), failed=TREES)
@settings(max_examples=150)
def test_no_sample_crashes_the_learning_of_events(body: dict[str, Any], kind: str, failed: dict[str, Any]) -> None:
    """A learned event matches its own sample, or the sample is reported as confused."""
    samples = (webhook(kind, body), webhook("failed", failed))
    draft = from_pastes(Pastes(samples=samples), Answers(id="acme", name="Acme", send_url="https://x.example"))
    reading = read_webhook(read_template(draft.template), samples[0].incoming)
    own = reading.event is not None and KINDS[kind] == reading.event.type
    assert own or any(entry.what == f"{kind} from {kind}" for entry in draft.not_expressible)
