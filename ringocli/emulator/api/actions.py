"""What the API does: send, answer from the handset, replay, mend the template, change the weather."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ringocli.emulator.api.about import about
from ringocli.emulator.api.request import Answer, Call
from ringocli.emulator.runtime import Runtime
from ringocli.emulator.store.search import Condition
from ringocli.emulator.template_file import Patch, incoming_of
from ringocli.errors import UsageError
from ringocli.messaging.chaos import SIDES, ChaosSettings
from ringocli.template.values import check_property
from ringocli.text.secret import Secret
from ringocli.text.suggest import did_you_mean

MAX_COMPARED = 2_000
"""Stored webhooks on which a patch of the template is tried, the newest."""


async def send(call: Call) -> Response:
    """As the Ringotel user: fire SendMessage or SendFile at the provider."""
    asked = await call.document()
    _check_keys(asked, ("from", "to", "content", "media_url", "extension", "domain", "properties"))
    is_file = bool(_text(asked, "media_url"))
    if not is_file and not _text(asked, "content"):
        raise UsageError("there is nothing to send", "Give content, or media_url for a file.")
    variables = {name: _text(asked, name) for name in ("from", "to", "extension", "domain") if asked.get(name)}
    missing = [name for name in ("from", "to") if name not in variables]
    if missing:
        raise UsageError(f"no value for {' and '.join(missing)}", "Give from (the SMS number) and to (the contact).")
    variables["content"] = _text(asked, "media_url") if is_file else _text(asked, "content")
    template = call.runtime.template_file.template
    properties = asked.get("properties") or {}
    if not isinstance(properties, dict) or not all(isinstance(value, str) for value in properties.values()):
        raise UsageError("properties takes an object of texts", 'For instance {"API key": "..."}.')
    for name in properties:
        check_property(template, name)
    secrets = {name: Secret(value) for name, value in properties.items() if value}
    stored = await call.runtime.user.send(call.inbox, variables, secrets, file=is_file)
    return Answer(stored.document, status_code=202)


async def reply(call: Call) -> Response:
    """As the handset: the contact writes, or sends a file."""
    asked = await call.document()
    _check_keys(asked, ("from", "to", "content", "media_url"))
    contact, number = _text(asked, "from"), _text(asked, "to")
    content, media_url = _text(asked, "content"), _text(asked, "media_url") or None
    if not contact or not number:
        raise UsageError("no value for from and to", "Give from (the contact) and to (the SMS number).")
    if not content and media_url is None:
        raise UsageError("there is nothing to send", "Give content, or media_url for a file.")
    stored = await call.runtime.provider.say(call.inbox, contact, number, content=content, media_url=media_url)
    return Answer(stored.document, status_code=202)


async def replay(call: Call) -> Response:
    """Once more: the same webhook to Ringotel's side, or the same message to the provider."""
    stored = await call.stored()
    if stored.direction == "incoming":
        result = await call.runtime.ringotel.take(call.inbox, incoming_of(stored))
        return Answer(result.stored.document, status_code=202)
    names = ("from", "to", "content", "extension", "domain")
    variables = {name: value for name, value in stored.content["variables"].items() if name in names}
    if not variables.get("content") or not stored.matched:
        raise UsageError("this request was none of the template's, so it cannot be sent again", "Send a new one.")
    again = await call.runtime.user.send(call.inbox, variables, file=stored.content["name"] == "SendFile")
    return Answer(again.document, status_code=202)


async def add_file(call: Call) -> Response:
    """Keep a file and serve it under a name that nobody guesses."""
    content = await call.body()
    if not content:
        raise UsageError("the file is empty", "Send its bytes as the body.")
    name = call.request.query_params.get("name", "file")
    added = call.runtime.files.add(name, call.request.headers.get("content-type"), content)
    return Answer(added, status_code=201)


async def show_patch(call: Call) -> Response:
    """The change of the template that a near miss proposes, tried on everything that is stored."""
    _, patch = await _patch(call)
    return Answer(patch.document)


async def apply_patch(call: Call) -> Response:
    """Write that change to the template's file, if it mends what it is for and breaks nothing."""
    runtime, patch = await _patch(call)
    if not patch.is_safe:
        return Answer({**patch.document, "applied": False}, status_code=409)
    runtime.template_file.apply(patch)
    return Answer({**patch.document, "applied": True})


async def _patch(call: Call) -> tuple[Runtime, Patch]:
    stored = await call.stored()
    near_miss = stored.content["near_miss"]
    if near_miss is None:
        raise UsageError("this exchange is no near miss, so there is nothing to mend", "Take an unmatched webhook.")
    incoming = [Condition("direction = 'incoming'"), Condition("matched")]
    others = await call.runtime.ledger.read(lambda store: store.find(stored.inbox, incoming, limit=MAX_COMPARED))
    return call.runtime, await asyncio.to_thread(call.runtime.template_file.patch, near_miss["patch"], stored, others)


async def get_chaos(call: Call) -> Response:
    """The weather on both sides."""
    return Answer(call.inbox.chaos)


async def set_chaos(call: Call) -> Response:
    """New weather; a side that is not named has none."""
    asked = await call.document()
    _check_keys(asked, (*SIDES, "seed", "schema_version"))
    seed = asked.get("seed", call.inbox.seed)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UsageError("seed takes a whole number", "For instance 42.")
    call.inbox.set_chaos({side: ChaosSettings.read(side, asked.get(side) or {}) for side in SIDES}, seed)
    call.runtime.ledger.tell(call.inbox.name, ("chaos", call.inbox.chaos))
    return Answer(call.inbox.chaos)


async def get_about(call: Call) -> Response:
    """What runs here: the template, the provider, addresses, the readings it rests on."""
    return Answer(about(call.runtime, call.inbox.name))


async def ready(call: Call) -> Response:
    """That it answers at all."""
    return Answer({"schema_version": 1, "ready": True})


def _check_keys(asked: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in asked:
        if key not in known:
            raise UsageError(f"there is no {key[:40]!r}{did_you_mean(key, known)}", f"It takes {', '.join(known)}.")


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{name} takes a text", f'For instance "{name}": "...".')
    return value
