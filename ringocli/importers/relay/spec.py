"""Learns what a relay has to do from what a provider's documentation shows: requests, replies, webhooks, signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ringocli.errors import UsageError
from ringocli.http.bodies import Encoding, encoding_of
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import Reply, json_reply
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.pasted_request import Pasted
from ringocli.importers.relay.signatures import is_signature_header, signature_scheme
from ringocli.importers.relay.xml_text import XmlText, is_xml, without_marks
from ringocli.messaging.message_id_candidates import candidates
from ringocli.template.credential_names import is_secret_name
from ringocli.template.idempotency_keys import is_idempotency_header
from ringocli.template.presets import of_host
from ringocli.template.scaffold import Answers, Draft
from ringocli.text.json_numbers import dumps
from ringocli.text.pointer import Pointer
from ringocli.text.url import split_url

_SENT_ANYWAY = frozenset(
    {"content-type", "content-length", "host", "connection", "expect", "accept-encoding", "user-agent"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySpec:
    """What a relay does; ``provider`` is the data that the generated server contains."""

    id: str
    name: str
    properties: tuple[str, ...]
    provider: Mapping[str, Any]
    reads_xml: bool
    notes: tuple[str, ...]


def learn_relay(pastes: Pastes, answers: Answers) -> RelaySpec:
    """The relay for a provider.

    Raises:
        UsageError: no request was pasted.
    """
    if pastes.send is None:
        raise UsageError("a relay needs the request that sends a message", "Add --from-curl FILE.")
    draft = from_pastes(_as_json(pastes), answers)
    template = draft.template
    properties = list(template["properties"])
    requests: dict[str, Any] = {}
    for name, pasted in (("SendMessage", pastes.send), ("SendFile", pastes.file or _with_upload(pastes.send))):
        written = template["API"].get(name) or (template["API"]["SendMessage"] if pasted is not None else None)
        if pasted is not None and written is not None:
            requests[name] = _request(name, written, pasted, properties)
    auth = template.get("auth")
    callbacks = [name for name in properties if is_callback(name) or "callback" in name.lower()]
    preset = of_host(split_url(pastes.send.url).hostname or "")
    provider = {
        "name": template["name"],
        "requests": requests,
        "auth": auth,
        "properties": properties,
        "callbacks": callbacks,
        "numbers": _number_forms(draft),
        "message_id": _message_id(template, pastes.reply),
        "events": template.get("Webhook", []),
        "signature": signature_scheme([sample.incoming for sample in pastes.samples]),
        "webhook_answer": dict(preset.webhook_answer) if preset is not None and preset.webhook_answer else None,
    }
    unsigned = [name for name, _ in pastes.send.headers if is_signature_header(name)]
    has_xml = any(is_xml(body) for body in _received(pastes))
    return RelaySpec(
        id=template["id"],
        name=template["name"],
        properties=tuple(name for name in properties if name not in callbacks),
        provider=provider,
        reads_xml=has_xml,
        notes=tuple(_missing(provider, unsigned)),
    )


def _received(pastes: Pastes) -> list[bytes]:
    """The bodies that the provider sends."""
    return [*([pastes.reply.body] if pastes.reply is not None else []), *(one.incoming.body for one in pastes.samples)]


def _as_json(pastes: Pastes) -> Pastes:
    """The same samples with every XML body as the JSON tree that the generated server makes of it."""
    return replace(
        pastes,
        send=_pasted_as_json(pastes.send),
        file=_pasted_as_json(pastes.file),
        reply=_reply_as_json(pastes.reply),
        samples=[_sample_as_json(sample) for sample in pastes.samples],
    )


def _pasted_as_json(pasted: Pasted | None) -> Pasted | None:
    if pasted is None or not is_xml((pasted.body or "").encode()):
        return pasted
    tree = XmlText(pasted.body or "", "the body of the request").tree
    return replace(pasted, body=dumps(tree), content_type=JSON_TYPE)


def _reply_as_json(reply: Reply | None) -> Reply | None:
    if reply is None or not is_xml(reply.body):
        return reply
    return json_reply(reply.status, XmlText(reply.text, "the sample reply").tree)


def _sample_as_json(sample: WebhookSample) -> WebhookSample:
    incoming = sample.incoming
    if not is_xml(incoming.body):
        return sample
    tree = XmlText(incoming.body.decode("utf-8", "replace"), sample.name).tree
    headers = [(name, value) for name, value in incoming.headers if name.lower() != "content-type"]
    body = dumps(tree).encode()
    return replace(sample, incoming=incoming._replace(headers=(*headers, ("Content-Type", JSON_TYPE)), body=body))


def _number_forms(draft: Draft) -> dict[str, str]:
    """How the samples write numbers: ``digits`` without a plus, or ``e164`` with one."""
    found = {}
    for decision in draft.decisions:
        if decision.pointer[:2] == ("API", "SendMessage") and decision.variable in ("from", "to"):
            is_bare = re.fullmatch(r"[1-9]\d{10,14}", str(decision.value)) is not None
            found[decision.variable] = "digits" if is_bare else "e164"
    return found


def _with_upload(pasted: Pasted) -> Pasted | None:
    """The request for a message, if it also shows how a file is sent."""
    return pasted if any(part.is_file for part in pasted.parts) or pasted.with_file is not None else None


def _request(name: str, written: Mapping[str, Any], pasted: Pasted, properties: list[str]) -> dict[str, Any]:
    """One request as data: the learned parameters, and what a template cannot say of it.

    Raises:
        UsageError: its body is neither JSON nor XML nor a form nor multipart.
    """
    parameters = written.get("request_parameters", {})
    common = {
        "method": written["request_method"],
        "url": written["request_url"],
        "headers": [list(pair) for pair in _headers(pasted, properties)],
    }
    if is_xml((pasted.body or "").encode()):
        body = XmlText(pasted.body or "", f"the body of {name}").rewritten(parameters)
        return {**common, "encoding": "xml", "content_type": pasted.content_type or "text/xml", "body": body}
    if not parameters and (pasted.body or "").strip():
        kind = (pasted.content_type or "of an unknown type").partition(";")[0]
        raise UsageError(
            f"the body of {name} is {kind}, which a relay cannot write", "Look for a JSON, XML or form variant."
        )
    files = [part.name for part in pasted.parts if part.is_file]
    if pasted.parts:
        encoding = "multipart"
        uploads = name == "SendFile" and bool(files)
        parameters = {
            key: value
            for key, value in parameters.items()
            if key not in files and not (uploads and "$content$" in as_list(value))
        }
    elif written["request_method"] in ("GET", "DELETE", "HEAD"):
        encoding = "query"
    else:
        is_form = encoding_of(written.get("request_content_type")) is Encoding.FORM
        encoding = "form" if is_form else "json"
    return {
        **common,
        "encoding": encoding,
        "content_type": written.get("request_content_type", "application/json"),
        "parameters": parameters,
        "files": files,
    }


def as_list(value: Any) -> list[Any]:
    """The values of a field that may be repeated."""
    return value if isinstance(value, list) else [value]


def _headers(pasted: Pasted, properties: list[str]) -> list[tuple[str, str]]:
    """The headers of the documentation; a credential becomes a property that is named after its header."""
    found = []
    for name, value in pasted.headers:
        key = name.lower()
        if key in _SENT_ANYWAY or is_signature_header(name):
            continue
        if is_idempotency_header(name):
            found.append((name, "$request id$"))
            continue
        if key == "authorization":
            scheme, space, _ = value.strip().partition(" ")
            found.append((name, f"{scheme} $API key$" if space else "$API key$"))
            _declare(properties, "API key")
        elif is_secret_name(name) or re.search(r"key|token|secret|auth|account|user|sid|password", key):
            _declare(properties, name)
            found.append((name, f"${name}$"))
        else:
            found.append((name, value))
    return found


def _declare(properties: list[str], name: str) -> None:
    if name not in properties:
        properties.append(name)


# -- the reply -------------------------------------------------------------------------------------


def _message_id(template: Mapping[str, Any], reply: Reply | None) -> list[str | int] | None:
    """Where the reply has the message id; in XML also where only its name says so."""
    for spec in template["API"].values():
        for pointer, value in _leaves(spec.get("response_map")):
            if value == "$messageid$":
                return list(pointer)
    if reply is None or not is_xml(reply.body):
        return None
    tree = XmlText(reply.text, "the sample reply").tree
    named = candidates(without_marks(tree), ("id",))
    wanted = tuple(named[0].pointer) if named else None
    return next((list(pointer) for pointer, _ in _leaves(tree) if _plain_pointer(pointer) == wanted), None)


def _plain_pointer(pointer: Pointer) -> Pointer:
    return tuple(step.lstrip("@") if isinstance(step, str) else step for step in pointer)


def _leaves(tree: Any, at: Pointer = ()) -> list[tuple[Pointer, Any]]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in _leaves(value, (*at, key))]
    if isinstance(tree, list):
        return [leaf for index, value in enumerate(tree) for leaf in _leaves(value, (*at, index))]
    return [] if tree is None else [(at, tree)]


def _missing(provider: Mapping[str, Any], unsigned: list[str]) -> list[str]:
    """What no sample showed, and what is left to write."""
    notes = []
    if provider["message_id"] is None:
        notes.append("no sample reply: receipts cannot be matched; add --sample-response FILE")
    if not provider["events"]:
        notes.append("no sample webhooks: nothing comes in; add --sample-webhook message=FILE and delivered=FILE")
    if "SendFile" not in provider["requests"]:
        notes.append("no request with a file: a file is sent as a text with its URL; add --file-from-curl FILE")
    for header in unsigned:
        notes.append(f"requests are signed ({header}), which no sample explains: add the header in provider_request")
    if provider["signature"] is not None:
        notes.append(f"webhooks are signed ({provider['signature']['header']}): set WEBHOOK_SECRET")
    return notes
