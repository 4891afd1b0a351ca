"""Real traffic: requests that deployed integrations sent and webhooks that they accepted are compared with the presets.

``traffic/`` has one file per integration and provider, captured on the wire; its ``repo`` and ``repo_path`` name the
source of each fact. The presets' own samples are tested in ``test_samples``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ringocli.http.bodies import decode
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.messaging.request import render_request
from ringocli.messaging.webhook import read_reply, read_webhook
from ringocli.template.model import Template
from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.template.reader import read_template
from ringocli.template.values import Layer, Values
from ringocli.text.secret import Secret

CAPTURES = Path(__file__).parent / "traffic"
RECORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CAPTURES.glob("*.json"))}
PRIVATE = {"tag", "source", "custom_string", "subject", "referenceId"}
"""Constants of the captured client, which are not part of the provider's API contract."""


def preset_of(record: dict[str, Any]) -> str:
    """The preset of a record, by the provider's name."""
    return str(record["provider"]).lower().replace(".", "").replace("/", "-")


def expressible(record: dict[str, Any], part: str) -> bool:
    """Whether the record's verdict says that the framework can carry this part."""
    return str(record["verdict"].get(part, "no")).startswith("yes")


def credentials(record: dict[str, Any], template: Template, request: dict[str, Any]) -> dict[str, Secret]:
    """The captured credentials under the template's property names, found where the template uses them."""
    known: dict[str, str] = {}
    auth = template.root.get("auth", {})
    captured = request.get("auth") or {}
    for key in ("token", "username", "password"):
        name = re.fullmatch(r"\$(.+)\$", str(auth.get(key, "")))
        if name and key in captured:
            known[name.group(1)] = captured[key]
    spec = template.requests[0]
    for part, pattern in ((request["url"], spec.url), *_leaf_pairs(request.get("body"), spec.parameters)):
        found = _captured_properties(str(pattern), str(part), template.properties)
        known.update({name: value for name, value in found.items() if name not in known})
    return {name: Secret(value) for name, value in known.items()}


def _leaf_pairs(body: Any, parameters: Any) -> list[tuple[Any, Any]]:
    pairs = dict(body) if isinstance(body, list) else body or {}
    return [(pairs[key], value) for key, value in parameters.items() if key in pairs and isinstance(value, str)]


def _captured_properties(pattern: str, text: str, properties: tuple[str, ...]) -> dict[str, str]:
    regex = re.escape(pattern)
    groups: dict[str, str] = {}
    for index, name in enumerate(properties):
        placeholder = re.escape(f"${name}$")
        if placeholder in regex:
            groups[f"p{index}"] = name
            regex = regex.replace(placeholder, f"(?P<p{index}>.+)", 1)
    match = re.fullmatch(regex, text)
    return {groups[key]: value for key, value in match.groupdict().items()} if match else {}


def spelled(body: Any, number: str) -> str:
    """A canned number as the capture spells it."""
    return f"+{number}" if f"+{number}" in json.dumps(body) else number


def stripped(body: Any) -> Any:
    """A body without the client's private constants, in a form in which order does not matter."""
    if isinstance(body, dict):
        return {key: stripped(value) for key, value in body.items() if key not in PRIVATE}
    if isinstance(body, list):
        return [stripped(item) for item in body]
    return body


def as_tree(body: Any) -> Any:
    """A captured body: pairs of a form become a tree of lists."""
    if isinstance(body, list) and all(isinstance(item, list) and len(item) == 2 for item in body):
        tree: dict[str, list[str]] = {}
        for key, value in body:
            tree.setdefault(key, []).append(value)
        return tree
    return body


def digits(number: str | None) -> str:
    """A number without its plus."""
    return (number or "").removeprefix("+")


OUTGOING = [
    (name, part, kind)
    for name, record in RECORDS.items()
    for part, kind in (("outgoing_sms", "sms"), ("outgoing_mms", "mms_no_text"))
    if record["outgoing"].get(kind, {}).get("request") and expressible(record, part)
]
INBOUND = [
    (name, index)
    for name, record in RECORDS.items()
    for index, inbound in enumerate(record["inbound"])
    if inbound["handled"] or inbound["kind"] != "sms"  # the deployed client takes nothing from the others
]


@pytest.mark.parametrize(("name", "part", "kind"), OUTGOING)
def test_a_rendered_request_equals_the_captured_one(name: str, part: str, kind: str) -> None:
    """Method, address, content type, auth and fields are those that a deployed client sends."""
    record = RECORDS[name]
    assert preset_of(record) in names()
    template = read_template(load(preset_of(record)).template)
    captured = record["outgoing"][kind]["request"]
    canned = record["canned"]
    variables = {
        "from": spelled(captured["body"], canned["from"]),
        "to": spelled(captured["body"], canned["to"]),
        "content": canned["text"] if kind == "sms" else canned["media"],
    }
    layer = Layer(variables=variables, properties=credentials(record, template, captured))
    spec = template.request("SendMessage" if kind == "sms" else "SendFile")
    request = render_request(template, spec, Values(layers=(layer,)), None)
    headers = {header: value.reveal() for header, value in request.headers}
    assert (captured["method"], captured["url"]) == (request.method, request.url.reveal())
    assert captured["content_type"] == headers["Content-Type"]
    assert captured["auth"]["header"] == headers["Authorization"]
    assert request.body is not None
    rendered = decode(request.body.reveal().encode(), headers["Content-Type"])
    assert stripped(as_tree(captured["body"])) == stripped(rendered)
    sample = record["outgoing"][kind].get("response_sample")
    if sample:
        reply = Reply(status=sample["status"], body=json.dumps(sample["body"]).encode())
        found = read_reply(spec, reply)
        wanted = record["outgoing"][kind].get("response_message_id_read")
        assert found.fits
        assert wanted in (None, found.bindings["messageid"])


@pytest.mark.parametrize(("name", "index"), INBOUND)
def test_an_inbound_body_gives_what_the_real_parser_took(name: str, index: int) -> None:
    """Numbers, text, the first file and the id of a receipt are equal; a failed receipt is not read as a delivered one."""
    record = RECORDS[name]
    inbound = record["inbound"][index]
    raw = inbound["request"]
    incoming = IncomingRequest(
        method=raw["method"],
        headers=(("Content-Type", raw["content_type"]),),
        body=raw["raw_body"].encode(),
        query=raw.get("query_string") or "",
    )
    reading = read_webhook(read_template(load(preset_of(record)).template), incoming)
    kind = inbound["kind"]
    if kind == "failed":
        assert reading.event is None
        return
    extracts = inbound["extracts"]
    assert reading.event is not None, reading.near_miss
    if kind == "delivered":
        assert "messageDelivered" == reading.event.type
        wanted = (extracts or {}).get("messageid")
        assert wanted in (None, reading.variables["messageid"])
        return
    assert {"sms": "message", "mms": "mms"}[kind] == reading.event.type
    if extracts is None:
        return
    to = extracts["to"] if isinstance(extracts["to"], str) else extracts["to"][0]
    assert (digits(extracts["from"]), digits(to)) == (
        digits(reading.variables["from"]),
        digits(reading.variables["to"]),
    )
    text = reading.variables.get("content" if kind == "sms" else "text", "")
    assert extracts["text"] == text
    if kind == "mms" and not reading.variables["url"].endswith(".smil"):
        assert extracts["media"][0] == reading.variables["url"]


def test_inexpressible_parts_are_reported() -> None:
    """A preset has a limit where the deployed integration does what a template cannot."""
    for name, record in RECORDS.items():
        limits = [
            value
            for value in record["verdict"].values()
            if isinstance(value, str) and value.startswith(("no", "partial"))
        ]
        if limits:
            assert load(preset_of(record)).not_expressible, name
