"""Edits of presets, single and combined, with the verdict and the order in the documented table."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

Tree = dict[str, Any]
Edit = Callable[[Tree], object]

REVIEW = "R"
FILL_IN = "R -> A at once, in every organisation"
BOTH_FORMS = "P accepts both -> R -> P drops the old"
BOTH_EVENTS = "R with both -> P/C switch -> R without the old"
BOTH_ANSWERS = "P answers with both -> R"
PROVIDER_FIRST = "P -> R"
NEVER = "do not deploy"
TELL = "tell the users -> R"
NEW_URL = "R -> portal shows the new URL -> A switch on -> C; keep the old one until it receives no more webhooks"
AUTHORISE = "R -> A authorise again"
NEW_EVENT = "R -> P starts sending"


class KnownEdit(NamedTuple):
    """Edits of a preset; ``order`` belongs to the change with the highest verdict. ``kinds`` are those of all
    changes.
    """

    preset: str
    edits: tuple[Edit, ...]
    verdict: str
    kinds: str
    order: str = ""


def holder(tree: Any, path: str) -> tuple[Any, Any]:
    """The container of the value at a path such as ``API/SendMessage``, and the value's key."""
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        tree = tree[step]
    return tree, last


def put(path: str, value: Any) -> Edit:
    def edit(tree: Tree) -> None:
        container, key = holder(tree, path)
        container[key] = copy.deepcopy(value)

    return edit


def drop(path: str) -> Edit:
    def edit(tree: Tree) -> None:
        container, key = holder(tree, path)
        del container[key]

    return edit


def rename(path: str, name: str) -> Edit:
    def edit(tree: Tree) -> None:
        container, key = holder(tree, path)
        items = [(name if old == key else old, value) for old, value in container.items()]
        container.clear()
        container.update(items)

    return edit


def swap(path: str, one: Any, two: Any) -> Edit:
    def edit(tree: Tree) -> None:
        container, _ = holder(tree, f"{path}/x")
        container[one], container[two] = container[two], container[one]

    return edit


def add_event(event: Tree, at: int = 99) -> Edit:
    return lambda tree: tree["Webhook"].insert(at, copy.deepcopy(event))


def text(old: str, new: str) -> Edit:
    """Replace a piece of the file."""

    def edit(tree: Tree) -> None:
        changed = json.loads(json.dumps(tree).replace(old, new))
        tree.clear()
        tree.update(changed)

    return edit


def reorder_keys(tree: Tree) -> None:
    """Every object with its keys in reverse order."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    changed = turned(tree)
    tree.clear()
    tree.update(changed)


SEND = "API/SendMessage"
BODY = f"{SEND}/request_parameters"
PAYLOAD = "Webhook/0/request_parameters/data/payload"


def telnyx_event(key: str, kind: str, **payload: Any) -> Tree:
    parameters = {"data": {"event_type": "$event_key$", "payload": payload}}
    return {"event_key": key, "event_type": kind, "request_method": "POST", "request_parameters": parameters}


def flat_event(key: str, event_type: str, **fields: Any) -> Tree:
    return {"event_key": key, "event_type": event_type, "request_method": "POST", "request_parameters": fields}


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
FAILED_TOO = (drop("Webhook/2/request_parameters/data/payload/to"),)

EDITS: dict[str, KnownEdit] = {
    # -- nothing changes
    "all keys in reverse order": KnownEdit("telnyx", (reorder_keys,), "none", ""),
    "an escaped letter": KnownEdit("twilio", (text('"Body"', '"\\u0042ody"'),), "none", ""),
    "a number in a form as text": KnownEdit(
        "generic-form", (put(f"{BODY}/v", 1), put("API/SendFile/request_parameters/v", "x")), "compatible",
        "parameter-added", PROVIDER_FIRST),
    "spelled-out port of https": KnownEdit(
        "telnyx", (text("https://api.telnyx.com/v2", "https://api.telnyx.com:443/v2"),), "none", ""),
    "host in capitals": KnownEdit("telnyx", (text("https://api.telnyx.com", "https://API.Telnyx.com"),), "none", ""),
    "method in lower case": KnownEdit("telnyx", (put(f"{SEND}/request_method", "post"),), "none", ""),
    "content type in capitals": KnownEdit(
        "telnyx", (put(f"{SEND}/request_content_type", "Application/JSON"),), "none", ""),
    "events as a map": KnownEdit(
        "telnyx", (lambda t: t.update(Webhook={f"e{n}": e for n, e in enumerate(t["Webhook"])}),), "none", "container"),
    "properties reordered": KnownEdit(
        "bandwidth", (lambda t: t["properties"].reverse(),), "none", "properties-reordered"),
    "events without ties reordered": KnownEdit(
        "vonage", (lambda t: t["Webhook"].reverse(),), "none", "events-reordered"),
    "a receipt moved to the front": KnownEdit(
        "telnyx", (lambda t: t["Webhook"].insert(0, t["Webhook"].pop()),), "none", "events-reordered"),
    # -- header and properties
    "name": KnownEdit("sinch", (put("name", "Sinch EU"),), "compatible", "name", REVIEW),
    "logo": KnownEdit("sinch", (put("logo", "https://a.example/l.png"),), "compatible", "logo", REVIEW),
    "id": KnownEdit("sinch", (put("id", "sinch-eu"),), "breaking", "id", NEW_URL),
    "id by case": KnownEdit("sinch", (put("id", "Sinch-Custom"),), "breaking", "id", NEW_URL),
    "unknown key": KnownEdit(
        "vonage", (put(f"{SEND}/request_headers", {"X-A": "b"}),), "compatible", "undocumented-key", REVIEW),
    "property renamed by case": KnownEdit(
        "telnyx", (text("API key", "API Key"),), "breaking", "property-renamed", FILL_IN),
    "property renamed in two places": KnownEdit(
        "twilio", (text("Account SID", "SID"),), "breaking", "property-renamed", FILL_IN),
    "property with a space more": KnownEdit(
        "telnyx", (text("API key", "API  key"),), "breaking", "property-renamed", FILL_IN),
    "property added and used": KnownEdit(
        "telnyx", (put("properties", ["API key", "Profile"]), put(f"{BODY}/messaging_profile_id", "$Profile$")),
        "breaking", "property-added parameter-added", FILL_IN),
    "property removed with its use": KnownEdit(
        "bandwidth", (lambda t: t["properties"].pop(), drop(f"{BODY}/applicationId"),
                      drop("API/SendFile/request_parameters/applicationId")),
        "breaking", "property-removed parameter-removed", FILL_IN),
    "property added and unused": KnownEdit(
        "telnyx", (put("properties", ["API key", "Note"]),), "compatible", "unused-property", REVIEW),
    # -- requests
    "host": KnownEdit("telnyx", (text("api.telnyx.com", "api.eu.telnyx.com"),), "breaking", "host", BOTH_FORMS),
    "http for https": KnownEdit(
        "telnyx", (put(f"{SEND}/request_url", "http://api.telnyx.com/v2/messages"),), "breaking", "host", BOTH_FORMS),
    "version in the path": KnownEdit("vonage", (text("/v1/", "/v2/"),), "breaking", "path", BOTH_FORMS),
    "slash at the end": KnownEdit("vonage", (text("/v1/messages", "/v1/messages/"),), "breaking", "path", BOTH_FORMS),
    "query added to the URL": KnownEdit(
        "vonage", (put(f"{SEND}/request_url", "https://api.nexmo.com/v1/messages?dry=1"),), "compatible",
        "parameter-added", PROVIDER_FIRST),
    "PUT": KnownEdit("telnyx", (put(f"{SEND}/request_method", "PUT"),), "breaking", "method", BOTH_FORMS),
    "GET to POST": KnownEdit(
        "voipms", (put(f"{SEND}/request_method", "POST"), put(f"{SEND}/request_content_type", "application/json")),
        "breaking", "method content-type", BOTH_FORMS),
    "form to JSON": KnownEdit(
        "twilio", (put(f"{SEND}/request_content_type", "application/json"),), "breaking", "content-type", BOTH_FORMS),
    "vendor JSON to JSON": KnownEdit(
        "flowroute", (put(f"{SEND}/request_content_type", "application/json"),), "breaking", "content-type", BOTH_FORMS),
    "Basic to Bearer": KnownEdit(
        "vonage", (put("auth", {"type": "Bearer", "token": "$API key$"}),), "breaking", "auth",
        BOTH_FORMS),
    "user and password swapped": KnownEdit(
        "vonage", (text('"username": "$API key$", "password": "$API secret$"',
                        '"username": "$API secret$", "password": "$API key$"'),), "breaking", "auth", BOTH_FORMS),
    "parameter added": KnownEdit(
        "telnyx", (put(f"{BODY}/subject", "x"),), "compatible", "parameter-added", PROVIDER_FIRST),
    "parameter removed": KnownEdit(
        "vonage", (drop(f"{BODY}/channel"),), "breaking", "parameter-removed", BOTH_FORMS),
    "parameter renamed": KnownEdit(
        "twilio", (rename(f"{BODY}/Body", "Text"),), "breaking", "parameter-renamed", BOTH_FORMS),
    "parameter renamed by case": KnownEdit(
        "twilio", (rename(f"{BODY}/To", "to"),), "breaking", "parameter-renamed", BOTH_FORMS),
    "parameter moved deeper": KnownEdit(
        "telnyx", (lambda t: t["API"]["SendMessage"]["request_parameters"].update(
            d={"to": t["API"]["SendMessage"]["request_parameters"].pop("to")}),), "breaking", "parameter-renamed",
        BOTH_FORMS),
    "list to text": KnownEdit("sinch", (put(f"{BODY}/to", "$to$"),), "breaking", "parameter-shape", BOTH_FORMS),
    "text to list": KnownEdit("telnyx", (put(f"{BODY}/to", ["$to$"]),), "breaking", "parameter-shape", BOTH_FORMS),
    "text to object": KnownEdit(
        "telnyx", (put(f"{BODY}/to", {"number": "$to$"}),), "breaking", "parameter-shape", BOTH_FORMS),
    "second element": KnownEdit(
        "sinch", (put(f"{BODY}/to", ["$to$", "+12025550111"]),), "breaking", "parameter-shape", BOTH_FORMS),
    "plus added": KnownEdit("telnyx", (put(f"{BODY}/to", "+$to$"),), "breaking", "parameter-value", BOTH_FORMS),
    "literal value": KnownEdit("vonage", (put(f"{BODY}/channel", "whatsapp"),), "breaking", "parameter-value",
        BOTH_FORMS),
    "true as text": KnownEdit(
        "flowroute", (put("API/SendFile/request_parameters/data/attributes/is_mms", True),), "breaking",
        "parameter-value", BOTH_FORMS),
    "sender and recipient swapped": KnownEdit(
        "telnyx", (swap(BODY, "from", "to"),), "breaking", "parameters-swapped", BOTH_FORMS),
    "text with a prefix": KnownEdit(
        "telnyx", (put(f"{BODY}/text", "$content$ (Acme)"),), "breaking", "parameter-value", BOTH_FORMS),
    "SendFile dropped": KnownEdit("telnyx", (drop("API/SendFile"),), "breaking", "request-removed", TELL),
    # -- replies
    "id read elsewhere": KnownEdit(
        "twilio", (put(f"{SEND}/response_map", {"message_sid": "$messageid$"}),), "breaking", "response-map",
        BOTH_ANSWERS),
    "id no longer read": KnownEdit(
        "twilio", (drop(f"{SEND}/response_map"),), "breaking", "response-map-removed", BOTH_ANSWERS),
    "reply pinned": KnownEdit(
        "twilio", (put(f"{SEND}/response_map", {"sid": "$messageid$", "status": "queued"}),), "breaking",
        "response-map", BOTH_ANSWERS),
    # -- events
    "second receipt": KnownEdit(
        "telnyx", (add_event(telnyx_event("message.delivered", "messageDelivered", id="$messageid$")),), "compatible",
        "event-added", NEW_EVENT),
    "event that takes messages": KnownEdit(
        "telnyx", (add_event(telnyx_event(
            "message.received", "mms", **{"from": {"phone_number": "$from$"}}, to=[{"phone_number": "$to$"}],
            text="$url$", direction="$text$")),), "breaking", "event-takes-over", NEVER),
    "event with one more literal": KnownEdit(
        "twilio", (add_event(flat_event("received", "mms", SmsStatus="$event_key$", From="$from$", To="$to$",
                                        Body="$url$", NumMedia="1")),), "breaking", "event-takes-over", NEVER),
    "double at the end": KnownEdit(
        "vonage", (lambda t: t["Webhook"].append(copy.deepcopy(t["Webhook"][0])),), "compatible", "event-unreachable"),
    "event dropped": KnownEdit("vonage", (drop("Webhook/1"),), "breaking", "event-removed", BOTH_EVENTS),
    "receipts dropped": KnownEdit("telnyx", (drop("Webhook/2"),), "breaking", "event-removed", BOTH_EVENTS),
    "event_key": KnownEdit("vonage", (put("Webhook/1/event_key", "file"),), "breaking", "event-key", BOTH_EVENTS),
    "event_key by case": KnownEdit("sinch", (put("Webhook/0/event_key", "MO_text"),), "breaking", "event-key",
        BOTH_EVENTS),
    "event_type": KnownEdit("vonage", (put("Webhook/1/event_type", "message"),), "breaking",
        "event-type", BOTH_EVENTS),
    "event method": KnownEdit("vonage", (put("Webhook/0/request_method", "GET"),), "breaking", "event-method",
        BOTH_EVENTS),
    "key read elsewhere": KnownEdit(
        "vonage", (rename("Webhook/0/request_parameters/message_type", "kind"),), "breaking", "pattern-moved",
        BOTH_EVENTS),
    "text read elsewhere": KnownEdit(
        "telnyx", (rename(f"{PAYLOAD}/text", "body"),), "breaking", "pattern-moved", BOTH_EVENTS),
    "numbers of an event swapped": KnownEdit(
        "sinch", (swap("Webhook/0/request_parameters", "from", "to"),), "breaking", "pattern-moved", BOTH_EVENTS),
    "status pinned": KnownEdit(
        "infobip", (put("Webhook/1/request_parameters/results/0/status/name", "DELIVERED_TO_HANDSET"),), "breaking",
        "literal-added", PROVIDER_FIRST),
    "status loosened": KnownEdit("telnyx", FAILED_TOO, "breaking", "literal-removed", NEVER),
    "status as a key loosened": KnownEdit(
        "twilio", (drop("Webhook/2/request_parameters/MessageStatus"),), "breaking", "literal-removed", NEVER),
    "another status": KnownEdit(
        "telnyx", (put("Webhook/2/request_parameters/data/payload/to/0/status", "sent"),), "breaking",
        "literal-changed", BOTH_EVENTS),
    "caption added": KnownEdit(
        "flowroute", (put("Webhook/1/request_parameters/data/attributes/subject", "$text$"),), "compatible",
        "variable-added", REVIEW),
    "caption dropped": KnownEdit(
        "sinch", (drop("Webhook/1/request_parameters/body/message"),), "breaking", "variable-removed", TELL),
    "event_key as a number": KnownEdit("clicksend", (put("Webhook/2/event_key", 201),), "none", ""),
    "status key written as a literal": KnownEdit(
        "vonage", (put("Webhook/2/request_parameters/status", "delivered"),), "none", "pattern-moved"),
    "method of an event left out": KnownEdit(
        "vonage", (drop("Webhook/0/request_method"),), "compatible", "event-method-loosened", REVIEW),
    "number of a message no longer read": KnownEdit(
        "sinch", (drop("Webhook/0/request_parameters/from"),), "breaking", "variable-removed"),
    "undocumented key of an event": KnownEdit(
        "vonage", (put("Webhook/0/note", "x"),), "compatible", "undocumented-key", REVIEW),
    "content type left out": KnownEdit("telnyx", (drop(f"{SEND}/request_content_type"),), "none", ""),
    "charset added": KnownEdit(
        "telnyx", (put(f"{SEND}/request_content_type", "application/json; charset=utf-8"),), "compatible",
        "content-type-parameter", PROVIDER_FIRST),
    "reply of SendFile read elsewhere": KnownEdit(
        "sinch", (put("API/SendFile/response_map", {"batch": {"id": "$messageid$"}}),), "breaking", "response-map",
        BOTH_ANSWERS),
    "file sent as text": KnownEdit(
        "telnyx", (put("API/SendFile/request_parameters/media_urls", "$content$"),), "breaking", "parameter-shape",
        BOTH_FORMS),
    "extension added": KnownEdit(
        "telnyx", (put(f"{BODY}/user", "$extension$"),), "compatible", "parameter-added", PROVIDER_FIRST),
    "query key renamed": KnownEdit(
        "voipms", (rename(f"{BODY}/dst", "dest"),), "breaking", "parameter-renamed", BOTH_FORMS),
    "account in the path": KnownEdit(
        "sinch", (put(f"{SEND}/request_url", "https://sms.api.sinch.com/xms/v1/batches"),), "breaking", "path",
        BOTH_FORMS),
    # -- several at once
    "rename with reorder": KnownEdit(
        "twilio", (rename(f"{BODY}/Body", "Text"), reorder_keys), "breaking", "parameter-renamed", BOTH_FORMS),
    "property renamed, parameter added": KnownEdit(
        "telnyx", (text("API key", "Token"), put(f"{BODY}/tag", "x")), "breaking", "property-renamed parameter-added",
        FILL_IN),
    "two properties renamed": KnownEdit(
        "bandwidth", (text("Account ID", "Account"), text("Application ID", "Application")), "breaking",
        "property-renamed", FILL_IN),
    "parameters renamed crosswise": KnownEdit(
        "telnyx", (rename(f"{BODY}/from", "x"), rename(f"{BODY}/to", "from"), rename(f"{BODY}/x", "to")), "breaking",
        "parameters-swapped", BOTH_FORMS),
    "host and path": KnownEdit(
        "vonage", (text("api.nexmo.com/v1", "api.vonage.example/v2"),), "breaking", "host path", BOTH_FORMS),
    "key and text of an event": KnownEdit(
        "sinch", (put("Webhook/0/event_key", "mo"), rename("Webhook/0/request_parameters/body", "text")), "breaking",
        "event-key pattern-moved", BOTH_EVENTS),
    "status pinned and caption dropped": KnownEdit(
        "sinch", (put("Webhook/2/request_parameters/statuses/0/code", "0"),
                  drop("Webhook/1/request_parameters/body/message")), "breaking", "literal-added variable-removed"),
    "event added and another dropped": KnownEdit(
        "vonage", (drop("Webhook/1"), add_event(flat_event(
            "file", "mms", message_type="$event_key$", **{"from": "$from$", "to": "$to$"}, file={"url": "$url$"}))),
        "breaking", "", BOTH_EVENTS),
    "name, logo and parameter": KnownEdit(
        "sinch", (put("name", "x"), put("logo", "https://a.example/l.png"), put(f"{BODY}/type", "mt_text")),
        "compatible", "name logo parameter-added"),
    "formatting and one literal": KnownEdit(
        "vonage", (reorder_keys, put(f"{BODY}/message_type", "unicode")), "breaking", "parameter-value", BOTH_FORMS),
    "OAuth2 scope and name": KnownEdit(
        "telnyx", (lambda t: (t.pop("auth"), t.update(OAuth2=copy.deepcopy(OAUTH2))),), "breaking", "auth", BOTH_FORMS),
    "loosened together": KnownEdit(
        "vonage", (put("Webhook/2/request_parameters/status", "delivered"),
                   put("Webhook/2/event_key", "other")), "none", ""),
}  # fmt: skip
