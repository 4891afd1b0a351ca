"""The API's actions: send, reply from the handset, replay, delete, edit the template, set chaos."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ringocli.emulator.api.about import about
from ringocli.emulator.api.request import ApiRequest, ApiResponse
from ringocli.emulator.store.search import Condition
from ringocli.emulator.template_patch import TemplatePatch, incoming_of, proposals
from ringocli.errors import UsageError
from ringocli.messaging.chaos import SIDES, ChaosSettings
from ringocli.template.values import check_property
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import parse_indexed as parse_pointer
from ringocli.text.secret import Secret
from ringocli.text.suggest import did_you_mean

MAX_COMPARED = 2_000
"""How many stored webhooks a patch of the template is tested on, newest first."""

MAX_COMPARED_CHARACTERS = 10_000_000


async def send(request: ApiRequest) -> Response:
    """Send SendMessage or SendFile to the provider, as the Ringotel user."""
    body = await request.document()
    _check_keys(body, ("from", "to", "content", "media_url", "extension", "domain", "properties"))
    is_file = bool(_text(body, "media_url"))
    if not is_file and not _text(body, "content"):
        raise UsageError("nothing to send", "Set content, or media_url for a file.")
    variables = {name: _text(body, name) for name in ("from", "to", "extension", "domain") if body.get(name)}
    missing = [name for name in ("from", "to") if name not in variables]
    if missing:
        raise UsageError(f"missing {' and '.join(missing)}", "Set from (the SMS number) and to (the contact).")
    variables["content"] = _text(body, "media_url") if is_file else _text(body, "content")
    template = request.runtime.template_file.template
    properties = body.get("properties") or {}
    if not isinstance(properties, dict) or not all(isinstance(value, str) for value in properties.values()):
        raise UsageError("properties must be an object of strings", 'For example {"API key": "..."}.')
    for name in properties:
        check_property(template, name)
    secrets = {name: Secret(value) for name, value in properties.items() if value}
    stored = await request.runtime.user.send(request.inbox, variables, secrets, file=is_file)
    return ApiResponse(stored.document, status_code=202)


async def reply(request: ApiRequest) -> Response:
    """Send a text or a file as the contact, from the handset."""
    body = await request.document()
    _check_keys(body, ("from", "to", "content", "media_url"))
    contact, number = _text(body, "from"), _text(body, "to")
    content, media_url = _text(body, "content"), _text(body, "media_url") or None
    if not contact or not number:
        raise UsageError("missing from or to", "Set from (the contact) and to (the SMS number).")
    if not content and media_url is None:
        raise UsageError("nothing to send", "Set content, or media_url for a file.")
    stored = await request.runtime.provider_webhooks.say(
        request.inbox, contact, number, content=content, media_url=media_url
    )
    return ApiResponse(stored.document, status_code=202)


async def replay(request: ApiRequest) -> Response:
    """Repeat an exchange: the same webhook to Ringotel, or the same message to the provider."""
    stored = await request.stored()
    if stored.direction == "incoming":
        result = await request.runtime.ringotel.take(request.inbox, incoming_of(stored))
        return ApiResponse(result.stored.document, status_code=202)
    names = ("from", "to", "content", "extension", "domain")
    variables = {name: value for name, value in stored.content["variables"].items() if name in names}
    if not variables.get("content") or not stored.matched:
        raise UsageError("cannot replay this request, because the template does not define it", "Send a new message.")
    again = await request.runtime.user.send(request.inbox, variables, file=stored.content["name"] == "SendFile")
    return ApiResponse(again.document, status_code=202)


async def add_file(request: ApiRequest) -> Response:
    """Store a file and serve it under an unguessable name."""
    content = await request.body()
    if not content:
        raise UsageError("the file is empty", "Send its bytes as the body.")
    name = request.http.query_params.get("name", "file")
    added = await request.runtime.files.add(name, request.http.headers.get("content-type"), content)
    return ApiResponse(added, status_code=201)


async def show_patch(request: ApiRequest) -> Response:
    """Show the template changes that would make a webhook match, tried on all stored webhooks."""
    first, *others = await _proposals(request, _json_query(request, "pairs"))
    alternatives = [other.document for other in others]
    return ApiResponse({"schema_version": 1, **first.document, "alternatives": alternatives})


async def apply_patch(request: ApiRequest) -> Response:
    """Write a change to the template's file, if the webhook then matches and, unless ``anyway``, nothing else changes."""
    body = await request.document()
    _check_keys(body, ("as", "anyway", "pairs"))
    kind, anyway = body.get("as"), body.get("anyway") is True
    found = await _proposals(request, body.get("pairs"))
    patch = next((one for one in found if kind in (None, one.kind)), None)
    if patch is None:
        raise UsageError(f"unknown change: {str(kind)[:20]!r}", "Use change or event, as GET shows them.")
    applied = patch.is_safe or (anyway and patch.is_possible)
    if applied:
        request.runtime.template_file.write(patch.text)
    document = {"schema_version": 1, **patch.document, "applied": applied}
    return ApiResponse(document, status_code=200 if applied else 409)


async def clear(request: ApiRequest) -> Response:
    """Delete all exchanges of this inbox."""
    await request.runtime.ledger.write(lambda store: store.clear(request.inbox.name))
    request.runtime.ledger.tell(request.inbox.name, ("cleared", {}))
    return ApiResponse({"schema_version": 1, "cleared": True})


async def delete(request: ApiRequest) -> Response:
    """Delete one exchange."""
    stored = await request.stored()
    await request.runtime.ledger.write(lambda store: store.delete(stored.inbox, stored.id))
    request.runtime.ledger.tell(stored.inbox, ("deleted", {"id": str(stored.id)}))
    return ApiResponse({"schema_version": 1, "deleted": str(stored.id)})


def _json_query(request: ApiRequest, name: str) -> Any:
    """A JSON value from the query; None if there is none."""
    text = request.http.query_params.get(name)
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        raise UsageError(
            f"{name} is not valid JSON", f'For example {name}={{"/params/from": "/params/sender"}}'
        ) from None


def _pairs(given: Any) -> dict[Pointer, Pointer]:
    """Pairs of a missing value and a received field, as pointers of the webhook."""
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise UsageError("pairs must be an object of pointers", 'For example {"/params/from": "/params/sender"}.')
    try:
        return {parse_pointer(missing): parse_pointer(received) for missing, received in given.items()}
    except LookupError as error:
        raise UsageError(str(error.args[0]), 'For example {"/params/from": "/params/sender"}.') from None


async def _proposals(request: ApiRequest, given: Any) -> tuple[TemplatePatch, ...]:
    stored = await request.stored()
    pairs = _pairs(given)
    if stored.direction != "incoming":
        raise UsageError("this exchange is not a webhook", "Use an unmatched webhook.")
    conditions = [Condition("direction = 'incoming'"), Condition("matched"), Condition("length(content) < 200000")]
    others = await request.runtime.ledger.read(
        lambda store: store.find(stored.inbox, conditions, limit=MAX_COMPARED, max_characters=MAX_COMPARED_CHARACTERS)
    )
    return await asyncio.to_thread(proposals, request.runtime.template_file, stored, others, pairs)


async def get_chaos(request: ApiRequest) -> Response:
    """Show the chaos settings of both sides."""
    return ApiResponse(request.inbox.chaos)


async def set_chaos(request: ApiRequest) -> Response:
    """Set chaos; a side that is not named has none."""
    body = await request.document()
    _check_keys(body, (*SIDES, "seed", "schema_version"))
    seed = body.get("seed", request.inbox.seed)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UsageError("seed must be a whole number", "For example 42.")
    request.inbox.set_chaos({side: ChaosSettings.read(side, body.get(side) or {}) for side in SIDES}, seed)
    request.runtime.ledger.tell(request.inbox.name, ("chaos", request.inbox.chaos))
    return ApiResponse(request.inbox.chaos)


async def get_about(request: ApiRequest) -> Response:
    """Describe this emulator: template, provider, URLs, and the assumptions it is based on."""
    return ApiResponse(about(request.runtime, request.inbox.name))


async def ready(request: ApiRequest) -> Response:
    """Report that the emulator accepts requests."""
    return ApiResponse({"schema_version": 1, "ready": True})


def _check_keys(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in body:
        if key not in known:
            raise UsageError(f"unknown key {key[:40]!r}{did_you_mean(key, known)}", f"Available: {', '.join(known)}.")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{name} must be a string", f'For example "{name}": "...".')
    return value
