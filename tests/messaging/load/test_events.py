"""Distinct, realistic events: a function of the seed and the index, the same on every machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringocli.errors import UsageError
from ringocli.http.content_types import FORM_TYPE
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.load.events import Event, EventFactory, Recipe
from ringocli.messaging.load.identifiers import identifier
from ringocli.messaging.load.provider_data import base_for, provider_data, provider_names, recognised
from ringocli.messaging.webhook import read_webhook
from ringocli.template.model import Template
from ringocli.template.preset import load
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Missing, Values
from ringocli.text.secret import Secret
from tests.conftest import ACME, SAMPLES

WRITE_GOLDEN = os.environ.get("RINGOCLI_GOLDEN") == "write"
KINDS = {"message": "message", "mms": "mms", "delivered": "messageDelivered"}


def preset(name: str) -> Template:
    return read_template(load(name).template)


def factory(template: Template, *, seed: int = 1, columns: tuple[str, ...] = (), **options: Any) -> EventFactory:
    recipe = Recipe(
        template=template,
        subjects=options.pop("subjects", template.events),
        values=Values(layers=(Layer(variables=options.pop("variables", {})),)),
        missing=Missing.SAMPLE,
        url=Secret("http://127.0.0.1:9/hook"),
        seed=seed,
        columns=columns,
        provider=options.pop("provider", recognised(template)),
    )
    return EventFactory(recipe)


def received(event: Event) -> IncomingRequest:
    """The event as a server reads it."""
    head, _, body = event.payload.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = tuple((line.partition(": ")[0], line.partition(": ")[2]) for line in lines)
    return IncomingRequest(method=method, path=path, query=query, headers=headers, body=body)


def document(event: Event) -> Any:
    incoming = received(event)
    if incoming.content_type == FORM_TYPE:
        return dict(parse_qsl(incoming.body.decode(), keep_blank_values=True))
    return json.loads(incoming.body)


def test_the_samples_are_the_repository_s() -> None:
    """The data of each provider contains the bodies of samples/, and nothing is left out."""
    for folder in SAMPLES.iterdir():
        for name, kind in KINDS.items():
            path = folder / f"{name}.http"
            if path.is_file() and folder.name in provider_names():
                head, _, body = path.read_text("utf-8").partition("\n\n")
                sample = provider_data(folder.name).webhooks[kind]
                is_form = FORM_TYPE in head
                expected = dict(parse_qsl(body.strip(), keep_blank_values=True)) if is_form else json.loads(body)
                assert (expected, is_form) == (sample.body, sample.content_type == FORM_TYPE), path


@pytest.mark.parametrize("name", [name for name in provider_names() if not name.startswith("generic")])
def test_each_preset_reads_its_own_events(name: str) -> None:
    """A preset's events have the provider's whole body, fresh ids and the given values, and are read correctly."""
    template = preset(name)
    data = recognised(template)
    assert data is not None
    assert name == data.name
    made = factory(template, variables={"number": "+12025550111", "contact": "+13105550122", "content": 'a "b" & 👋'})
    for turn, spec in enumerate(template.events):
        events = [made.event(turn + len(template.events) * round_) for round_ in range(3)]
        for event in events:
            reading = read_webhook(template, received(event))
            assert spec is reading.event, reading
            if "from" in reading.variables:
                assert ("+13105550122", "+12025550111") == (reading.variables["from"], reading.variables["to"])
            if "content" in reading.variables:
                assert 'a "b" & 👋' == reading.variables["content"]
        base = base_for(template, spec, data)
        if base is not None and (base.sample.ids or "messageid" in spec.pattern.variables):
            assert 3 == len({received(event).body for event in events}), spec.label


def test_a_copy_of_a_value_follows_it() -> None:
    """Twilio repeats the message id in three fields: all have the same fresh one."""
    made = factory(preset("twilio"))
    first, second = (document(made.event(index)) for index in (0, 3))
    assert first["SmsSid"] == first["MessageSid"] == first["SmsMessageSid"] != second["SmsSid"]
    assert first["MessageSid"].startswith("SM")
    assert "received" == first["SmsStatus"]


def test_without_a_preset_the_pattern_is_the_body() -> None:
    """If the provider is unknown, the webhook is the event's pattern, and invented texts are numbered."""
    made = factory(read_template(ACME))
    assert None is recognised(read_template(ACME))
    first, other = document(made.event(0)), document(made.event(3))
    assert {"from", "to", "content"} == set(first["params"])
    assert ("Hello from Ringotel!", "Hello from Ringotel! 4") == (
        first["params"]["content"],
        other["params"]["content"],
    )


def test_a_thousand_events_have_a_thousand_ids() -> None:
    """Neither a webhook-id nor a provider's id occurs twice; the same index gives the same bytes."""
    made = factory(preset("telnyx"))
    events = [made.event(index) for index in range(1000)]
    assert 1000 == len({event.id for event in events}) == len({document(event)["data"]["id"] for event in events})
    assert events[17] == made.event(17) == factory(preset("telnyx")).event(17)
    assert events[17] != factory(preset("telnyx"), seed=2).event(17)


_SCRIPT = """
import json, sys
from tests.messaging.load.test_events import factory, preset
made = factory(preset("bandwidth"), seed=7)
sys.stdout.buffer.write(b"".join(made.event(index).payload for index in range(50)))
"""


def test_the_hash_seed_does_not_matter() -> None:
    """Two processes with different PYTHONHASHSEED generate the same bytes."""
    outputs = [
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            capture_output=True,
            check=True,
            cwd=SAMPLES.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith(b"POST /hook HTTP/1.1\r\n")


def test_the_bytes_of_a_seed_are_fixed() -> None:
    """A golden file keeps the bytes the same from one version and one machine to the next."""
    made = factory(preset("telnyx"), seed=7)
    golden = Path(__file__).parent / "telnyx-seed-7.txt"
    text = b"\n".join(made.event(index).payload.partition(b"webhook-id")[2] for index in range(6)).decode()
    if WRITE_GOLDEN:
        golden.write_text(text, "utf-8", newline="")
    with golden.open(encoding="utf-8", newline="") as file:
        assert file.read() == text


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(content=TEXT, number=st.from_regex(r"\+1[0-9]{10}", fullmatch=True), name=st.sampled_from(provider_names()))
def test_compiled_is_rendered(content: str, number: str, name: str) -> None:
    """A compiled event is read back as the values of its data row."""
    template = preset(name)
    subjects = tuple(event for event in template.events if event.type == "message")
    made = factory(template, subjects=subjects, columns=("content", "contact"))
    reading = read_webhook(template, received(made.event(5, {"content": content, "contact": number})))
    assert (content, number) == (reading.variables.get("content"), reading.variables.get("from"))


def test_an_empty_cell_drops_its_key() -> None:
    """The optional text of a file is not sent as the sample's text."""
    template = preset("telnyx")
    made = factory(template, subjects=(template.event("mms"),), columns=("text", "url"))
    with_text = document(made.event(0, {"text": "look", "url": "https://x.example/a"}))
    without_text = made.event(1, {"text": "", "url": "https://x.example/b"})
    assert "look" == with_text["data"]["payload"]["text"]
    assert "text" not in document(without_text)["data"]["payload"]
    assert {"from", "to", "url"} == set(read_webhook(template, received(without_text)).variables)


def test_a_variable_set_twice_is_refused() -> None:
    """A column and an option for the same variable contradict each other."""
    with pytest.raises(UsageError, match="content is set by an option"):
        factory(preset("telnyx"), columns=("content",), variables={"content": "x"})


def test_requests_are_compiled_too() -> None:
    """Requests to the provider, with credentials, are compiled like webhooks."""
    template = read_template(ACME)
    recipe = Recipe(
        template=template,
        subjects=(template.request("SendMessage"),),
        values=Values(layers=(Layer(properties={"API key": Secret("k3y-of-acme")}),)),
        missing=Missing.SAMPLE,
        url=Secret("http://127.0.0.1:9"),
        seed=1,
        columns=("contact",),
    )
    incoming = received(EventFactory(recipe).event(1, {"contact": "+13105550123"}))
    assert ("/v1/messages", "+13105550123") == (incoming.path, json.loads(incoming.body)["to"])
    assert ("Authorization", "Bearer k3y-of-acme") in incoming.headers
    assert "k3y-of-acme" not in repr(EventFactory(recipe).rendered(1, {"contact": "1"}))


def test_what_is_shown_is_what_is_sent() -> None:
    """The rendered form of an event has the same body as its bytes."""
    made = factory(preset("telnyx"))
    rendered = made.rendered(3)
    assert rendered.body is not None
    assert json.loads(str(rendered.body)) == document(made.event(3))
    assert {"from", "to", "content"} == set(made.variables(3))


@given(key=st.binary(min_size=32, max_size=32), indexes=st.sets(st.integers(0, 2**40), min_size=2, max_size=50))
def test_identifiers_keep_their_form_and_never_repeat(key: bytes, indexes: set[int]) -> None:
    """Each pattern gives identifiers of its length and alphabet, and no two events have the same one."""
    forms = {
        "SM{hex:32}": r"SM[0-9a-f]{32}",
        "{digits:14}": r"[0-9]{14}",
        "01{HEX:24}": r"01[0-9A-F]{24}",
        "{UUID}": r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-A[0-9A-F]{3}-[0-9A-F]{12}",
    }
    for pattern, form in forms.items():
        parts = identifier(pattern, key)
        made = ["".join(part if isinstance(part, str) else part.form % part.at(at) for part in parts) for at in indexes]
        assert all(re.fullmatch(form, one) for one in made)
        assert len(made) == len(set(made))
    with pytest.raises(UsageError):
        identifier("{nothing}", key)


@pytest.mark.parametrize("name", ["telnyx", "twilio", "bandwidth", "voipms"])
@pytest.mark.parametrize("event", ["message", "all"])
@pytest.mark.parametrize("content", [None, "100 % Grüße 👋 %d"])
def test_many_events_at_once_are_the_same_events(name: str, event: str, content: str | None) -> None:
    """A batch of compiled events has the bytes of the single events, for any body, text and start index."""
    template = read_template(json.loads((SAMPLES / f"{name}.json").read_text("utf-8")))
    made = EventFactory(
        Recipe(
            template=template,
            subjects=template.events if event == "all" else template.events[:1],
            values=Values(layers=(Layer(variables={"content": content} if content else {}),)),
            missing=Missing.SAMPLE,
            url=Secret("http://127.0.0.1/hook?a=%20b"),
            seed=3,
            provider=recognised(template),
        )
    )
    for indexes in (range(12), range(1, 600, 7), [10**9, 10**9 + 1]):
        events = [made.event(index) for index in indexes]
        assert [one.payload for one in events] == made.payloads(indexes)
        assert events == [made.event_of(one.number, one.payload) for one in events]
