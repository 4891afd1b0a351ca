"""The API's ways to play the provider: send a pasted webhook, or one of the template's events with given values."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from starlette.responses import Response

from ringocli.emulator.api.request import MAX_JSON_BYTES, ApiRequest, ApiResponse
from ringocli.errors import UsageError
from ringocli.importers.samples import read_sample
from ringocli.template.model import WebhookEvent
from ringocli.text.suggest import did_you_mean


async def paste(request: ApiRequest) -> Response:
    """Send a webhook that is pasted as text: JSON, a form, a whole HTTP request, or a curl command."""
    sample = await asyncio.to_thread(read_sample, await request.body(MAX_JSON_BYTES), "the pasted text")
    if sample.status is not None:
        raise UsageError("this is a reply, not a request", "Paste the request of a webhook.")
    if sample.is_empty:
        raise UsageError("nothing to send", "Paste JSON, a form, a whole HTTP request, or a curl command.")
    incoming = sample.as_request()._replace(path=request.runtime.template_file.webhook_path)
    result = await request.runtime.ringotel.take(request.inbox, incoming)
    return ApiResponse(result.stored.document, status_code=202)


async def play(request: ApiRequest) -> Response:
    """Send one of the template's events, with these values of its variables."""
    body = await request.document()
    event = request.runtime.template_file.template.event(str(body.get("event", "")))
    values = body.get("variables") or {}
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise UsageError("variables must be an object of strings", 'For example {"from": "+13105550199"}.')
    known = variables_of(event)
    for name in values:
        if name not in known:
            raise UsageError(f"unknown variable {name[:40]!r}{did_you_mean(name, known)}", f"Use {', '.join(known)}.")
    if "messageid" in known and not values.get("messageid"):
        values["messageid"] = str(uuid4())
    stored = await request.runtime.provider_webhooks.deliver(request.inbox, event, values)
    return ApiResponse(stored.document, status_code=202)


def variables_of(event: WebhookEvent) -> tuple[str, ...]:
    """The variables of an event that can be set, in the order of the template."""
    return tuple(name for name in event.pattern.variables if name != "event_key")
