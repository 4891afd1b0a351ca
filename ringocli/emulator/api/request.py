"""One call of the API: the runtime, the inbox and the request; what of it is read with care, and how it is result."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ringocli.emulator.asgi import MAX_BODY_BYTES, TooLarge, error_reply
from ringocli.emulator.inboxes import Inbox
from ringocli.emulator.runtime import Runtime
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.errors import UsageError

MAX_JSON_BYTES = 1_000_000


def as_utf8(text: str) -> bytes:
    """Text as it leaves: half a character (a lone surrogate), which a webhook may hold, has no UTF-8."""
    return text.encode("utf-8", "replace")


class Answer(JSONResponse):
    """A JSON document that may hold texts of strangers."""

    def render(self, content: Any) -> bytes:
        """The document as UTF-8, whatever stands in its texts."""
        return as_utf8(json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def refused(status: int, message: str, hint: str = "", code: int = 2) -> Response:
    """An error as a response."""
    reply = error_reply(status, message, hint, code=code)
    return Response(reply.body, status_code=status, media_type="application/json")


class NotFound(UsageError):
    """There is no such exchange, file or event."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: the runtime it is made to, the inbox it is about, and the request."""

    runtime: Runtime
    inbox: Inbox
    request: Request

    async def document(self) -> dict[str, Any]:
        """The JSON object in the body.

        Raises:
            UsageError: it is none.
            TooLarge: it is over a megabyte.
        """
        content = await self.body(MAX_JSON_BYTES)
        try:
            document = json.loads(content or b"{}")
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise UsageError("the body is no JSON object", "Send one, as /openapi.json describes it.")
        return document

    async def body(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The body, within a limit.

        Raises:
            TooLarge: it is longer.
        """
        content = bytearray()
        async for chunk in self.request.stream():
            content += chunk
            if len(content) > limit:
                raise TooLarge(limit)
        return bytes(content)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number from the query, held within its limits.

        Raises:
            UsageError: it is no number.
        """
        given = self.request.query_params.get(name)
        if given is None:
            return default
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise UsageError(f"{name} takes a number", f"For instance {name}={default:g}")
        return min(max(value, least), most)

    def exchange_id(self, name: str) -> int:
        """An exchange's id from the query; 0 where there is none.

        Raises:
            UsageError: it is no id.
        """
        given = self.request.query_params.get(name, "0")
        if not (given.isascii() and given.isdigit() and len(given) < 19):
            raise UsageError(f"{name} takes the id of an exchange", f"For instance {name}=17")
        return int(given)

    async def stored(self) -> StoredExchange:
        """The exchange that the path names.

        Raises:
            NotFound: there is none of that id in this inbox.
        """
        given = self.request.path_params["id"]
        usable = given.isascii() and given.isdigit() and len(given) < 19
        found = await self.runtime.ledger.read(lambda store: store.get(self.inbox.name, int(given))) if usable else None
        if found is None:
            raise NotFound(f"there is no exchange {given[:40]!r} here", "It may have been cleared.")
        return found
