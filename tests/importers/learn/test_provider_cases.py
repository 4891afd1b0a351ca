"""Drafts from documentation samples are right for the next message, or say what is wrong."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import pytest

from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.importers.curl.reader import read_curl
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.draft_formats import as_document
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.samples import read_sample
from ringocli.messaging.request import render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Answers, Draft
from ringocli.template.values import Layer, Values
from ringocli.text.pointer import parse
from tests.importers.learn.provider_cases import CASES, ProviderCase
from tests.wire import as_facts


@dataclass(frozen=True)
class Message:
    """The values of one message, which differ from those of any other."""

    seed: int

    @property
    def values(self) -> dict[str, str]:
        """Each placeholder with its value."""
        s = self.seed
        digits = f"{(s * 7919 + 1234567) % 9_000_000 + 1_000_000}"
        hexed = [f"{(s + part) * 0x9E3779B97F4A7C15 % 2**64:016x}" for part in (1, 11, 21)]
        uuids = [f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[1:4]}-{h[4:16]}" for h in hexed]
        plain = {
            "TO": f"+1555{digits}",
            "FROM": f"+1444{digits}",
            "TEXT": f"Hello there number {['one', 'two', 'three', 'four', 'five', 'six', 'seven'][s % 7]}, see you",
            "ID": f"m-{100 + s}",
            "NUM": f"90071992{digits}",
            "OTHERNUM": f"80071992{digits}",
            "N": f"{1 + s * 3}",
            "WORD": ["HELLO", "JOIN", "START", "INFO", "HELP", "BUY", "GO"][s % 7],
            "TIME": f"2026-0{1 + s % 9}-1{s % 9}T10:1{s % 9}:00Z",
            "EPOCH": f"17{digits}0"[:10],
            "FILE": f"https://media.files.example/{hexed[0]}.jpg",
            "HEX": hexed[0],
            "HEX2": hexed[1],
            "HEX3": hexed[2],
            "UUID": uuids[0],
            "UUID2": uuids[1],
            "UUID3": uuids[2],
        }
        quoted = {f"{name}Q": quote_plus(value) for name, value in plain.items()}
        return plain | quoted | {"to": plain["TO"][1:], "from": plain["FROM"][1:]}

    def fill(self, text: str) -> str:
        """A text with the message's values instead of placeholders."""
        return re.sub(r"~(\w+)~", lambda found: self.values[found[1]], text)


def webhook(kind: str, text: str) -> IncomingRequest:
    """A sample as ``--sample-webhook`` reads it."""
    return read_sample(text.encode()).as_request(method=None, content_type=None, query=None)


def drafted(case: ProviderCase) -> Draft:
    """The draft of ``init`` for a case: request, reply and webhooks are of different messages, as on a real page."""
    request, reply = Message(1), Message(2)
    return from_pastes(
        Pastes(
            send=read_curl("send", request.fill(case.send))[0] if case.send else None,
            reply=read_sample(reply.fill(case.reply).encode()).as_reply() if case.reply else None,
            samples=[
                WebhookSample(kind=kind, name=kind, incoming=webhook(kind, Message(3 + index).fill(text)))
                for index, (kind, text) in enumerate(case.webhooks)
            ],
            hints={name: request.fill(value) for name, value in case.hints.items()},
        ),
        Answers(),
    )


def facts_of_curl(command: str) -> dict[str, Any]:
    """The request that a curl command would send."""
    pasted = read_curl("send", command)[0]
    headers = {"content-type": pasted.content_type or ""}
    return as_facts(pasted.method, pasted.url, headers, (pasted.body or "").encode())


def rendered_facts(draft: Draft, message: Message) -> dict[str, Any]:
    """The request that the template sends for a message."""
    template = read_template(draft.template)
    learned = {d.variable: d.value for d in draft.decisions if d.pointer[:2] == ("API", "SendMessage")}
    variables = {}
    for name, key in (("to", "TO"), ("from", "FROM")):
        value = message.values[key]
        # The portal's number format is set as the provider needs it.
        variables[name] = value if learned.get(name, "+").startswith("+") else value[1:]
        if name == "from" and learned.get("from") == "Acme":
            variables[name] = "Acme"
    variables |= {"content": message.values["TEXT"], "extension": "101", "domain": "acme"}
    layer = Layer(variables=variables, properties=dict(draft.saved))
    request = render_request(template, template.request("SendMessage"), Values(layers=(layer,)), None)
    headers = {name.lower(): value.reveal() for name, value in request.headers if name.lower() == "content-type"}
    body = request.body.reveal().encode() if request.body is not None else b""
    return as_facts(request.method, request.url.reveal(), headers, body)


def as_strings(value: Any) -> Any:
    """A tree with its numbers as text: Ringotel sends text."""
    if isinstance(value, Mapping):
        return {key: as_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_strings(item) for item in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


LEFT_OUT = {"cc", "recipients", "messages"}
"""Fields in which further recipients were left out."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_first_line_says_whether_the_template_works(case: ProviderCase) -> None:
    """A draft is complete if and only if no known limit prevents the template from working."""
    draft = drafted(case)
    if not case.incomplete:
        assert not draft.blocking
    else:
        assert any(case.incomplete in blocker.clause for blocker in draft.blocking), draft.blocking


@pytest.mark.parametrize("case", [case for case in CASES if not case.incomplete], ids=lambda case: case.name)
def test_another_message_is_sent_as_documented(case: ProviderCase) -> None:
    """Given the values of another message, the template sends what the provider documents for that message."""
    draft, message = drafted(case), Message(6)
    if case.send is None:
        return
    expected, sent = facts_of_curl(message.fill(case.send)), rendered_facts(draft, message)
    for part in ("body", "query"):
        one, other = as_strings(expected.get(part)), as_strings(sent.get(part))
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            one = {key: value for key, value in one.items() if key not in LEFT_OUT}
            other = {key: value for key, value in other.items() if key not in LEFT_OUT}
            gone = {key for key in one if key not in other}
            assert not gone, (gone, other)
        assert one == other
    assert expected["url" if "url" in expected else "path"] == sent["url" if "url" in sent else "path"]


@pytest.mark.parametrize("case", [case for case in CASES if not case.incomplete], ids=lambda case: case.name)
def test_other_webhooks_are_read_as_what_they_are(case: ProviderCase) -> None:
    """Another message's webhooks match their event with the right values; failed receipts match nothing."""
    draft = drafted(case)
    template = read_template(draft.template)
    types = {"message": "message", "mms": "mms", "delivered": "messageDelivered", "other": None}
    message = Message(8)
    values = message.values
    reply_id = None
    if case.reply:
        body = message.fill(case.reply).encode()
        reply_id = read_reply(template.requests[0], Reply(status=200, body=body)).bindings.get("messageid")
        assert reply_id
        assert reply_id != _id_of(template, case, Message(9))
    for kind, text in case.webhooks:
        reading = read_webhook(template, webhook(kind, message.fill(text)))
        assert types[kind] == (reading.event.type if reading.event else None), (kind, reading.near_miss)
        if kind in ("message", "mms"):
            assert reading.variables["from"].lstrip("+ ") == values["to"]
            assert reading.variables["to"].lstrip("+ ") in (values["from"], "1204")
            assert reading.variables.get("content", values["TEXT"]) == values["TEXT"]
            assert reading.variables.get("url", values["FILE"]) == values["FILE"]
            assert ("url" in reading.variables) == (kind == "mms")
        elif kind == "delivered" and reply_id is not None:
            assert reading.variables["messageid"] == reply_id


def _id_of(template: Any, case: ProviderCase, message: Message) -> str | None:
    body = message.fill(case.reply or "").encode()
    return read_reply(template.requests[0], Reply(status=200, body=body)).bindings.get("messageid")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_pointer_resolves(case: ProviderCase) -> None:
    """Each pointer of the JSON output is a location in the written template, and a decision's variable is there."""
    document = as_document(drafted(case), None)
    for entry in (*document["decisions"], *document["constants"]):
        node = document["template"]
        for step in parse(entry["pointer"]):
            node = node[int(step)] if isinstance(node, list) else node[step]
        if entry.get("variable"):
            assert f"${entry['variable']}$" in node, entry
        elif "risk" in entry and not isinstance(node, list | dict):
            assert entry["value"].partition("=")[2] in str(node), entry


def test_the_commands_are_complete() -> None:
    """Each command of the table is one that a shell would run."""
    assert all(shlex.split(Message(1).fill(case.send))[0] == "curl" for case in CASES if case.send)
