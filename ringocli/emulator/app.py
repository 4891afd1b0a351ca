"""The door: one ASGI application that lets in what the access allows and hands it to the side it is for.

The two paths that see much traffic, ``/webhook`` and ``/provider``, are served right here; everything else is the
page's and the API's, which Starlette routes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from ringocli.emulator.access import Refusal
from ringocli.emulator.api.routes import Rest
from ringocli.emulator.asgi import (
    Gone,
    Receive,
    Scope,
    Send,
    TooLarge,
    drain,
    hang,
    incoming,
    misbehave,
    raw_path,
    read_body,
    refuse,
    respond,
)
from ringocli.emulator.heads import Head, Heads
from ringocli.emulator.inboxes import NAME, Inbox
from ringocli.emulator.provider import Provider
from ringocli.emulator.ringotel import not_stored
from ringocli.emulator.runtime import Runtime
from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.messaging.provider import goes_to


class ShortWay(NamedTuple):
    """A webhook by its head: which inbox it is for, and all of it but its body. It stays right as long as we run."""

    inbox_name: str
    method: str
    path: str
    query: str
    head: Head


class Application:
    """The emulator as an ASGI application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._rest = Rest(runtime)
        self.heads = Heads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing of it outlives its client."""
        if scope["type"] != "http":
            return
        head = self.heads.of(scope["headers"])
        inbox_name, path = _inbox_and_path(raw_path(scope))
        section = path.partition("/")[2].partition("/")[0]
        query = scope["query_string"].decode("latin-1")
        refusal = self._refusal(scope["method"], section, query, head)
        try:
            if refusal is not None:
                await self._turn_away(head, receive, send, refusal.status, refusal.message, refusal.hint)
            elif inbox_name is None:
                await refuse(send, 404, "an inbox has letters, digits, . _ and - in its name")
            else:
                inbox = self._runtime.inboxes.named(inbox_name)
                await self._serve(inbox, section, path, scope, head, receive, send)
        except TooLarge as error:
            limit = f"the body is over {error.limit // 1_000_000} MB"
            await self._turn_away(head, receive, send, 413, limit, "No message or file is that long.")
        except LocalError as error:
            await respond(send, not_stored(error))
        except Gone:
            return

    def short_way(self, method: str, target: bytes, head: Head) -> ShortWay | None:
        """Where a request goes that nothing speaks against and that is a webhook; None where that is not so plain."""
        inbox_name, path = _inbox_and_path(target.decode("latin-1"))
        path, _, query = path.partition("?")
        if inbox_name is None or path != self._runtime.template_file.webhook_path or "#" in query:
            return None
        if self._refusal(method, "webhook", query, head) is not None:
            return None
        return ShortWay(inbox_name, method, path, query, head)

    def answer_at_once(self, way: ShortWay, body: bytes, then: Callable[[Reply], None]) -> bool:
        """Take a whole webhook, and call ``then`` with the answer once it may leave; False where there is more to it."""
        request = IncomingRequest(
            method=way.method, path=way.path, query=way.query, headers=way.head.headers, body=body
        )
        return self._runtime.ringotel.take_at_once(self._runtime.inboxes.named(way.inbox_name), request, then)

    def _refusal(self, method: str, section: str, query: str, head: Head) -> Refusal | None:
        def decide() -> Refusal | None:
            if sum(name == "host" for name, _ in head.headers) > 1:  # RFC 9112, 3.2: who reads which is anybody's guess
                return Refusal(400, "a request has one Host header")
            return self._runtime.access.refusal(method, section, query, head.first)

        return head.refusal(method, section, decide)

    async def _turn_away(self, head: Head, receive: Receive, send: Send, status: int, message: str, hint: str) -> None:
        """Refuse, and let the client finish talking: one that is cut off never reads why."""
        await refuse(send, status, message, hint, more=True)
        if head.first.get("expect", "").lower() != "100-continue":
            await drain(receive)
        await send({"type": "http.response.body", "body": b""})

    async def _serve(
        self, inbox: Inbox, section: str, path: str, scope: Scope, head: Head, receive: Receive, send: Send
    ) -> None:
        runtime = self._runtime
        if section == "webhook":
            await self._webhook(inbox, path, scope, head, receive, send)
        elif section == "provider":
            await self._provide(inbox, path.removeprefix("/provider") or "/", scope, head, receive, send)
        elif section not in self._rest.sections and goes_to(runtime.template_file.template, scope["method"], path):
            # What --url makes of a template's address: its own path at this host.
            await self._provide(inbox, path, scope, head, receive, send)
        else:
            await self._rest({**scope, "path": unquote(path), "ringocli.inbox": inbox}, receive, send)

    async def _webhook(self, inbox: Inbox, path: str, scope: Scope, head: Head, receive: Receive, send: Send) -> None:
        """Ringotel's side."""
        if scope["method"] not in ("POST", "GET", "PUT", "PATCH"):
            await self._turn_away(head, receive, send, 405, "a webhook is a POST or a GET", "")
            return
        here = self._runtime.template_file.webhook_path
        if unquote(path).rstrip("/") != unquote(here):
            hint = f"Here: {here}"
            await self._turn_away(head, receive, send, 404, "the webhook URL is that of another id", hint)
            return
        request = incoming(scope, head, path, await read_body(head.first, receive))
        result = await self._runtime.ringotel.take(inbox, request)
        fault = result.effect.fault
        if fault is None or not await misbehave(fault, result.reply, scope, receive, send):
            await respond(send, result.reply)

    async def _provide(self, inbox: Inbox, path: str, scope: Scope, head: Head, receive: Receive, send: Send) -> None:
        """The provider's side."""
        request = incoming(scope, head, path, await read_body(head.first, receive))
        provider: Provider = self._runtime.provider
        _, answer = await provider.take(inbox, request)
        fault = answer.effect.fault if answer.message_id is not None else None
        if fault is not None and await misbehave(fault, answer.reply, scope, receive, send):
            return
        if answer.reply is None:
            await hang(scope, receive)
            return
        await respond(send, answer.reply)


def _inbox_and_path(path: str) -> tuple[str | None, str]:
    """``/i/{inbox}/rest`` taken apart; the default inbox where there is none, None where its name is not allowed."""
    if not path.startswith("/i/"):
        return "", path
    name, _, rest = path[3:].partition("/")
    return (name if NAME.fullmatch(name) else None), f"/{rest}"
