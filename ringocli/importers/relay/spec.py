"""Learns what a relay has to do from what a provider's documentation shows: requests, replies, webhooks, signatures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ringocli.errors import UsageError
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import Reply, json_reply
from ringocli.importers.curl.option_effects import CERTIFICATE_OPTIONS, UNSUPPORTED_SCHEMES
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.learn.constants import CALLBACK, FRESH_ID, POINT_IN_TIME, REFERENCE, SAMPLE_TIME
from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.pasted_request import BearerAuth, Pasted
from ringocli.importers.relay import signatures
from ringocli.importers.relay.recipes import SigningRecipe, read_recipe
from ringocli.importers.relay.replies import message_id_of
from ringocli.importers.relay.requests import OPTION, RequestReader
from ringocli.importers.relay.signatures import signature_scheme, signed_field
from ringocli.importers.relay.xml_text import XmlText, is_xml
from ringocli.template.preset import of_host
from ringocli.template.scaffold import Answers, Draft
from ringocli.template.variables import EVENT_TYPES
from ringocli.text.json_numbers import dumps
from ringocli.text.url import split_url


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySpec:
    """What a relay does; ``provider`` is the data that the generated server contains.

    ``timestamp`` is the form of points in time in requests ("" if there are none), ``webhook_answer`` the answer to
    webhooks that the provider expects, ``reply_text`` its sample reply, ``recipe`` how requests are signed. ``todo``
    lists what is left to write before the relay works, ``notes`` what no sample showed.
    """

    id: str
    name: str
    properties: tuple[str, ...]
    provider: Mapping[str, Any]
    timestamp: str
    webhook_answer: str
    reply_text: str
    recipe: SigningRecipe | None
    xml: frozenset[str]
    is_multipart_webhook: bool
    todo: tuple[str, ...]
    notes: tuple[str, ...]


def learn_relay(
    pastes: Pastes, answers: Answers, sign_requests: str | None = None, sign_webhooks: str | None = None
) -> RelaySpec:
    """The relay for a provider; how requests and webhooks are signed may be stated as a recipe.

    Raises:
        UsageError: no request was pasted, or a recipe cannot be read.
    """
    if pastes.send is None:
        raise UsageError("a relay needs the request that sends a message", "Add --from-curl FILE.")
    recipe = read_recipe(OPTION, sign_requests) if sign_requests else None
    webhook_recipe = read_recipe(signatures.OPTION, sign_webhooks) if sign_webhooks else None
    draft = from_pastes(_as_json(pastes), answers)
    template = draft.template
    reader = RequestReader(list(template["properties"]), draft.constants, recipe)
    requests = _requests(pastes, template, reader)
    provider: dict[str, Any] = {"requests": requests, "properties": reader.properties}
    auth = template.get("auth") or {}
    token = pastes.send.token_request
    if token is not None and isinstance(pastes.send.auth, BearerAuth):
        _with_token(provider, auth, reader, token)
    elif auth.get("type") == "Bearer":
        _authorize(requests.values(), f"Bearer {auth['token']}")
    elif auth:
        provider["basic"] = {"username": auth["username"], "password": auth["password"]}
        _authorize(requests.values(), "Basic $basic$")
    for name in _in_callbacks(draft):
        if f"${name}$" not in str(provider):
            reader.properties.remove(name)
    provider |= _number_forms(draft)
    callbacks = [name for name in reader.properties if is_callback(name) or "callback" in name.lower()]
    webhooks = [sample.incoming for sample in pastes.samples]
    events = [{**event, "event_key": str(event["event_key"])} for event in template.get("Webhook", [])]
    provider |= {"callbacks": callbacks} if callbacks else {}
    message_id = message_id_of(template, pastes.reply, pastes.samples)
    provider |= {"message_id": message_id} if message_id is not None else {}
    provider["events"] = [{**event, "request_method": event["request_method"].upper()} for event in events]
    scheme = signature_scheme(webhooks, webhook_recipe)
    provider |= {"signature": scheme} if scheme is not None else {}
    preset = of_host(split_url(pastes.send.url).hostname or "")
    xml = {"reply"} if pastes.reply is not None and is_xml(pastes.reply.body) else set()
    xml |= {"webhooks"} if any(is_xml(webhook.body) for webhook in webhooks) else set()
    return RelaySpec(
        id=template["id"],
        name=template["name"],
        properties=tuple(name for name in reader.properties if name not in callbacks),
        provider=provider,
        timestamp=reader.timestamp,
        webhook_answer=preset.webhook_answer["body"] if preset is not None and preset.webhook_answer else "",
        reply_text=pastes.reply.text if pastes.reply is not None else "",
        recipe=recipe,
        xml=frozenset(xml),
        is_multipart_webhook=any((webhook.content_type or "").startswith("multipart/") for webhook in webhooks),
        todo=tuple(dict.fromkeys([*reader.todo, *_left_to_do(draft, pastes, provider, reader)])),
        notes=tuple(_notes(draft, pastes, provider)),
    )


def _in_callbacks(draft: Draft) -> list[str]:
    """The properties in callback URLs of the samples, which the relay replaces by its own."""
    urls = [constant.value for constant in draft.constants if constant.risk == CALLBACK]
    return [name for name in draft.template["properties"] if any(f"${name}$" in url for url in urls)]


def _requests(pastes: Pastes, template: Mapping[str, Any], reader: RequestReader) -> dict[str, Any]:
    """SendMessage and, if a sample sends a file, SendFile."""
    assert pastes.send is not None
    found: dict[str, Any] = {}
    for name, pasted in (("SendMessage", pastes.send), ("SendFile", pastes.file or _with_upload(pastes.send))):
        written = template["API"].get(name) or template["API"]["SendMessage"]
        if pasted is not None:
            found[name] = reader.read(name, written, pasted)
    return found


def _with_upload(pasted: Pasted) -> Pasted | None:
    """The request for a message, if it also shows how a file is sent."""
    return pasted if any(part.is_file for part in pasted.parts) or pasted.with_file is not None else None


def _with_token(provider: dict[str, Any], auth: Mapping[str, str], reader: RequestReader, token: Pasted) -> None:
    """Replace the sample's access token, which expires, by one that the relay fetches."""
    _authorize(provider["requests"].values(), "Bearer $access token$")
    name = auth.get("token", "").strip("$")
    if name in reader.properties and f"${name}$" not in json.dumps(provider["requests"], ensure_ascii=False):
        reader.properties.remove(name)
    provider["requests"]["token"] = reader.read_token_request(token)
    if any("Basic" in text for _, text in provider["requests"]["token"]["headers"]):
        provider["basic"] = {"username": "$Client ID$", "password": "$Client secret$"}


def _authorize(requests: Iterable[dict[str, Any]], value: str) -> None:
    for request in requests:
        request["headers"].append(["Authorization", value])


def _number_forms(draft: Draft) -> dict[str, list[str]]:
    """The numbers that the samples write without a plus (``digits``), or without the country code (``national``)."""
    found: dict[str, list[str]] = {}
    for decision in draft.decisions:
        if decision.pointer[:2] == ("API", "SendMessage") and decision.variable in ("from", "to"):
            value = str(decision.value)
            if re.fullmatch(r"[1-9]\d{10,14}", value):
                found.setdefault("digits", []).append(decision.variable)
            elif re.fullmatch(r"[2-9]\d{9}", value):
                found.setdefault("national", []).append(decision.variable)
    return found


def _as_json(pastes: Pastes) -> Pastes:
    """The same samples with every XML body as a tree."""
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


_OTHER_AUTH = {*UNSUPPORTED_SCHEMES.values(), *CERTIFICATE_OPTIONS.values()}


def _left_to_do(draft: Draft, pastes: Pastes, provider: Mapping[str, Any], reader: RequestReader) -> Iterator[str]:
    """What the user has to write before the relay works."""
    assert pastes.send is not None
    for entry in pastes.send.limits:
        if entry.what in _OTHER_AUTH:
            yield f"the provider requires {entry.what}, which is not generated: add it in provider_request"
    replaced = {constant.name for constant in draft.constants if _is_replaced(constant.risk)}
    for one in draft.blocking:
        if not one.is_solved_by_relay and one.constant not in replaced:
            yield one.clause
    if provider.get("message_id") is None:
        yield (
            "the sample reply has no message id, so receipts cannot be matched"
            if pastes.reply is not None
            else "no sample reply, so receipts cannot be matched: add --sample-response FILE"
        )


def _is_replaced(risk: str | None) -> bool:
    return risk in (FRESH_ID, POINT_IN_TIME, REFERENCE, SAMPLE_TIME)


def _notes(draft: Draft, pastes: Pastes, provider: Mapping[str, Any]) -> Iterator[str]:
    """Notes on what no sample showed, and what to check."""
    event_types = {event["event_type"] for event in provider["events"]}
    for kind, what in (("message", "incoming messages"), ("delivered", "delivery receipts")):
        if EVENT_TYPES[kind] not in event_types:
            yield f"{what} are not received: add --sample-webhook {kind}=FILE"
    if "SendFile" not in provider["requests"]:
        yield "no request with a file: a file is sent as a text with its URL; add --file-from-curl FILE"
    for constant in draft.constants:
        if constant.risk == CALLBACK and constant.pointer[2:3] == ("request_parameters",):
            yield f"{constant.name} is the relay's own URL: set PUBLIC_URL; without it, the field is left out"
        elif constant.risk is not None and not _is_replaced(constant.risk):
            yield f"sent unchanged in every message: {constant.name} = {constant.value} ({constant.risk})"
    webhooks = [sample.incoming for sample in pastes.samples]
    if "signature" in provider:
        yield f"webhooks are signed ({provider['signature']['name']}): set WEBHOOK_SECRET"
    elif field := signed_field(webhooks):
        yield (
            f'webhooks are signed ("{field}"), which is not checked: specify how with {signatures.OPTION}, as in '
            f"{signatures.OPTION} 'hmac-sha256-hex {{timestamp}}.{{body}}'"
        )
