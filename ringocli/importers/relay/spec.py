"""Learns what a relay has to do from what a provider's documentation shows: requests, replies, webhooks, signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from ringocli.errors import UsageError
from ringocli.http.bodies import Encoding, encoding_of
from ringocli.http.exchange import Reply
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.model import Pasted
from ringocli.importers.relay.signatures import signature_scheme
from ringocli.messaging.candidates import candidates
from ringocli.template.credential_names import is_secret_name
from ringocli.template.presets import of_host
from ringocli.template.scaffold import Answers, Draft
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
    notes: tuple[str, ...]


def learn_relay(pastes: Pastes, answers: Answers) -> RelaySpec:
    """The relay for a provider.

    Raises:
        UsageError: no request was pasted.
    """
    if pastes.send is None:
        raise UsageError("a relay needs the request that sends a message", "Add --from-curl FILE.")
    tree, xml_reply = _reply_tree(pastes.reply)
    draft = from_pastes(replace(pastes, reply=None) if xml_reply else pastes, answers)
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
        "message_id": _message_id(template, tree, xml_reply),
        "events": template.get("Webhook", []),
        "signature": signature_scheme([sample.incoming for sample in pastes.samples]),
        "webhook_answer": dict(preset.webhook_answer) if preset is not None and preset.webhook_answer else None,
    }
    return RelaySpec(
        id=template["id"],
        name=template["name"],
        properties=tuple(name for name in properties if name not in callbacks),
        provider=provider,
        notes=tuple(_missing(provider)),
    )


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
        UsageError: its body is neither JSON nor a form nor multipart.
    """
    parameters = written.get("request_parameters", {})
    if not parameters and (pasted.body or "").strip():
        kind = (pasted.content_type or "of an unknown type").partition(";")[0]
        raise UsageError(
            f"the body of {name} is {kind}, which a relay cannot write", "Look for a JSON or form variant."
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
        "method": written["request_method"],
        "url": written["request_url"],
        "encoding": encoding,
        "content_type": written.get("request_content_type", "application/json"),
        "headers": [list(pair) for pair in _headers(pasted, properties)],
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
        if key in _SENT_ANYWAY:
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


def _reply_tree(reply: Reply | None) -> tuple[Any, bool]:
    """The reply as a tree if it is XML, and whether it is."""
    if reply is None or reply.body.lstrip()[:1] != b"<":
        return None, False
    text = reply.text
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UsageError("the sample reply has a document type", "Paste the XML element alone.")
    try:
        root = ElementTree.fromstring(text.strip())
    except ElementTree.ParseError as error:
        raise UsageError(f"the sample reply is not well-formed XML: {error}", "Paste the whole reply.") from None
    return {_local(root.tag): _element(root)}, True


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _element(element: ElementTree.Element) -> Any:
    """An element as the generated server reads it: attributes with @ in front, repeated elements as a list."""
    tree: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _local(child.tag), _element(child)
        if name in tree:
            tree[name] = [*(tree[name] if isinstance(tree[name], list) else [tree[name]]), value]
        else:
            tree[name] = value
    text = (element.text or "").strip()
    if not tree:
        return text
    return {**tree, "#text": text} if text else tree


def _message_id(template: Mapping[str, Any], tree: Any, is_xml: bool) -> list[str | int] | None:
    """Where the reply has the message id."""
    if is_xml:
        renamed = dict(_leaves(tree))
        found = candidates(_without_marks(tree), ("id",))
        if found:
            wanted = tuple(found[0].pointer)
            for pointer in renamed:
                if _plain_pointer(pointer) == wanted:
                    return list(pointer)
        return None
    for spec in template["API"].values():
        for pointer, value in _leaves(spec.get("response_map")):
            if value == "$messageid$":
                return list(pointer)
    return None


def _without_marks(tree: Any) -> Any:
    """XML's attributes and texts under the names that the search for ids knows."""
    if isinstance(tree, dict):
        return {key.lstrip("@"): _without_marks(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_without_marks(item) for item in tree]
    return tree


def _plain_pointer(pointer: Pointer) -> Pointer:
    return tuple(step.lstrip("@") if isinstance(step, str) else step for step in pointer)


def _leaves(tree: Any, at: Pointer = ()) -> list[tuple[Pointer, Any]]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in _leaves(value, (*at, key))]
    if isinstance(tree, list):
        return [leaf for index, value in enumerate(tree) for leaf in _leaves(value, (*at, index))]
    return [] if tree is None else [(at, tree)]


def _missing(provider: Mapping[str, Any]) -> list[str]:
    """What no sample showed."""
    notes = []
    if provider["message_id"] is None:
        notes.append("no sample reply: receipts cannot be matched; add --sample-response FILE")
    if not provider["events"]:
        notes.append("no sample webhooks: nothing comes in; add --sample-webhook message=FILE and delivered=FILE")
    if "SendFile" not in provider["requests"]:
        notes.append("no request with a file: a file is sent as a text with its URL; add --file-from-curl FILE")
    if provider["signature"] is not None:
        notes.append(f"webhooks are signed ({provider['signature']['header']}): set WEBHOOK_SECRET")
    return notes
