"""One request to the API with its context, and the responses of the API."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ringocli.emulator.asgi import TooLarge, error_reply
from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.limits import MAX_BODY_BYTES
from ringocli.emulator.runtime import Runtime
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.sqlite import Store
from ringocli.errors import UsageError
from ringocli.text.digits import is_count

MAX_JSON_BYTES = 1_000_000


def as_utf8(text: str) -> bytes:
    """Encode text as UTF-8; lone surrogates, which a webhook may contain, become "?"."""
    return text.encode("utf-8", "replace")


class ApiResponse(JSONResponse):
    """A JSON document that may contain text from outside."""

    def render(self, content: Any) -> bytes:
        """The document as UTF-8, whatever its strings contain."""
        return as_utf8(json.dumps(content, ensure_ascii=False, separators=(",", ":")))


async def answer_from(request: ApiRequest, build: Callable[[Store], Any]) -> Response:
    """A JSON document that is built and encoded in a thread that reads the store, however large it is."""
    return await request.runtime.ledger.read(lambda store: ApiResponse(build(store)))


def error_response(status: int, message: str, hint: str = "", code: int = 2) -> Response:
    """An error in the format of the API."""
    reply = error_reply(status, message, hint, code=code)
    return Response(reply.body, status_code=status, media_type="application/json")


class NotFound(UsageError):
    """The exchange, file or event does not exist."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request to the API: the emulator, the inbox and the HTTP request."""

    runtime: Runtime
    inbox: Inbox
    http: Request

    async def document(self) -> dict[str, Any]:
        """The JSON object in the body.

        Raises:
            UsageError: the body is not a JSON object.
            TooLarge: it is larger than a megabyte.
        """
        content = await self.body(MAX_JSON_BYTES)
        try:
            document = json.loads(content or b"{}")
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise UsageError("the body is not a JSON object", "Send one as described in /openapi.json.")
        return document

    async def body(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The body.

        Raises:
            TooLarge: it is longer than ``limit`` bytes.
        """
        content = bytearray()
        async for chunk in self.http.stream():
            content += chunk
            if len(content) > limit:
                raise TooLarge(limit)
        return bytes(content)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number from the query, clamped to ``least`` and ``most``.

        Raises:
            UsageError: it is not a number.
        """
        given = self.http.query_params.get(name)
        if given is None:
            return default
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise UsageError(f"{name} must be a number", f"For example {name}={default:g}")
        return min(max(value, least), most)

    def exchange_id(self, name: str) -> int:
        """The id of an exchange from the query; 0 if there is none.

        Raises:
            UsageError: it is not an id.
        """
        given = self.http.query_params.get(name, "0")
        if not is_count(given):
            raise UsageError(f"{name} must be the id of an exchange", f"For example {name}=17")
        return int(given)

    async def stored(self) -> StoredExchange:
        """The exchange that the path names.

        Raises:
            NotFound: the inbox has no exchange with that id.
        """
        given = self.http.path_params["id"]
        usable = is_count(given)
        found = await self.runtime.ledger.read(lambda store: store.get(self.inbox.name, int(given))) if usable else None
        if found is None:
            raise NotFound(f"no exchange with id {given[:40]!r}", "It may have been deleted.")
        return found
