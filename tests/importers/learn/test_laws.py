"""Laws of learned templates, over all samples of this project: values of one message are never part of a pattern."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.curl.reader import read_curl
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.draft_formats import as_document
from ringocli.importers.learn.discriminators import is_kind_word
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.messaging.webhook import document_of, read_webhook
from ringocli.template.pattern.pattern import Several
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Answers
from ringocli.text.pointer import parse
from tests.importers.learn.provider_cases import CASES
from tests.importers.learn.test_provider_cases import Message, webhook
from tests.importers.test_draft import CONFUSED, SAMPLES, TEXTUAL

KINDS = {"message": "message", "mms": "mms", "delivered": "delivered", "failed": "other"}
ANSWERS = Answers(id="acme", name="Acme", send_url="https://sms.acme.example/send")
CODE = re.compile(r"status|state|stat$|type|code|err|result|dlr|reason|level|group", re.I)


def sample_sets() -> dict[str, list[WebhookSample]]:
    """Every set of sample webhooks in the tests."""
    sets: dict[str, list[WebhookSample]] = {}
    for name, shown in SAMPLES.items():
        sets[name] = [
            WebhookSample(
                kind=kind,
                name=key,
                incoming=webhook(kind, shown[key] if isinstance(shown[key], str) else json.dumps(shown[key])),
            )
            for key, kind in KINDS.items()
            if key in shown and (name, key) not in CONFUSED
        ]
    for case in CASES:
        if case.webhooks and not case.incomplete:
            sets[case.name] = [
                WebhookSample(kind=kind, name=kind, incoming=webhook(kind, Message(1 + at).fill(text)))
                for at, (kind, text) in enumerate(case.webhooks)
            ]
    return sets


SETS = {name: samples for name, samples in sample_sets().items() if name not in TEXTUAL and samples}


def changed(value: Any, name: str, shift: int) -> Any:
    """A value of another message: ids, times and numbers differ, words and codes of a status stay."""
    if isinstance(value, dict):
        return {key: changed(inner, key, shift) for key, inner in value.items()}
    if isinstance(value, Several):
        return Several([changed(inner, name, shift) for inner in value])
    if isinstance(value, list):
        return [changed(inner, name, shift) for inner in value]
    if isinstance(value, bool) or value is None or (CODE.search(name) and len(str(value)) < 5):
        return value
    if isinstance(value, int | float):
        return value + shift
    if " " in value or not re.search(r"\d", value) or re.match(r"[a-z]+:", value) or is_kind_word(value):
        return value
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + shift) % 9 + 1), value)


def with_document(incoming: IncomingRequest, document: Any) -> IncomingRequest:
    """The webhook with another document, encoded as before."""
    encoded = urlencode(document, doseq=True) if isinstance(document, dict) else ""
    if incoming.method == "GET":
        return IncomingRequest(method="GET", path="/", query=encoded)
    if incoming.body.lstrip()[:1] in (b"{", b"["):
        return IncomingRequest(method="POST", path="/", headers=incoming.headers, body=json.dumps(document).encode())
    return IncomingRequest(method="POST", path="/", headers=incoming.headers, body=encoded.encode())


@pytest.mark.parametrize("name", SETS)
def test_other_ids_times_and_numbers_match_the_same_event(name: str) -> None:
    """A sample whose ids, times and numbers were all changed still matches its own event, and no other."""
    template = read_template(from_pastes(Pastes(samples=SETS[name]), ANSWERS).template)
    first = [read_webhook(template, sample.incoming) for sample in SETS[name]]

    @given(shift=st.integers(1, 7))
    @settings(max_examples=3, deadline=None)
    def match_alike(shift: int) -> None:
        for sample, expected in zip(SETS[name], first, strict=True):
            document = changed(document_of(sample.incoming), "", shift)
            found = read_webhook(template, with_document(sample.incoming, document))
            assert (expected.event and expected.event.pointer) == (found.event and found.event.pointer), sample.kind
            assert expected.sources == found.sources

    match_alike()


@pytest.mark.parametrize("name", SETS)
def test_every_pointer_of_the_output_resolves(name: str) -> None:
    """Pointers of decisions are locations in the written template, and a variable is where its decision says."""
    document = as_document(from_pastes(Pastes(samples=SETS[name]), ANSWERS), None)
    for entry in document["decisions"]:
        node = document["template"]
        for step in parse(entry["pointer"]):
            node = node[int(step)] if isinstance(node, list) else node[step]
        if entry["variable"]:
            assert f"${entry['variable']}$" in str(node), entry


FIELDS = st.sampled_from(
    ["to", "from", "text", "message", "cmd", "data", "recipients", "cc", "ref", "id", "m[0][to]", "phone"]
)
VALUES = st.sampled_from(
    [
        "+15550002222",
        "15550001111",
        "Hello you",
        "SEND +15550002222 Hello you",
        '{"to":"15550002222","text":"Hello you"}',
        "<a><to>15550002222</to><b>Hello you</b></a>",
        "sip:+15550002222@x.example",
        "15550002222,15550003333",
        15550002222,
        "a $b$ c",
        "<your key>",
        "",
        True,
    ]
)
BODIES = st.dictionaries(
    FIELDS,
    st.recursive(
        VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4), max_leaves=8
    ),
    min_size=1,
    max_size=5,
)


@given(
    body=BODIES,
    path=st.sampled_from(["s", "15550002222/s", "a/15550002222-15550001111"]),
    hinted=st.sets(st.sampled_from(["to", "content"])),
)
@settings(max_examples=150, deadline=None)
def test_no_hinted_value_is_sent_as_a_constant(body: dict[str, Any], path: str, hinted: set[str]) -> None:
    """A hinted value is not in the requests, or the draft reports that it is; every pointer resolves."""
    values = {"to": "15550002222", "content": "Hello you"}
    pasted = read_curl("send", shlex.join(["curl", f"https://x.example/{path}", "--json", json.dumps(body)]))[0]
    hints = {name: values[name] for name in hinted}
    document = as_document(from_pastes(Pastes(send=pasted, hints=hints), ANSWERS), None)
    requests = json.dumps(document["template"]["API"])
    assert document["blocking"] or not any(value in requests for value in hints.values())
    for entry in (*document["decisions"], *document["constants"]):
        node = document["template"]
        for step in parse(entry["pointer"]):
            node = node[int(step)] if isinstance(node, list) else node[step]
        assert not entry.get("variable") or f"${entry['variable']}$" in str(node)
