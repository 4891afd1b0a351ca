"""The ASGI application: checks access, then dispatches to the webhook, the provider or the API.

``/webhook`` and ``/provider`` are served here; everything else belongs to the page and the API, which Starlette routes.
"""

from __future__ import annotations

from urllib.parse import unquote

from ringocli.emulator.access import Refusal
from ringocli.emulator.api.routes import Api
from ringocli.emulator.asgi import (
    ERRORS_HEADER,
    ClientGone,
    Overloaded,
    Receive,
    RequestHeaders,
    Scope,
    Send,
    TooLarge,
    drain,
    errors_as_success,
    hang,
    incoming_request,
    inject_fault,
    raw_path,
    read_body,
    refuse,
    respond,
)
from ringocli.emulator.inboxes import NAME, Inbox
from ringocli.emulator.ringotel import not_stored
from ringocli.emulator.runtime import Runtime
from ringocli.errors import LocalError
from ringocli.messaging.provider import goes_to

WEBHOOK_METHODS = ("POST", "GET", "PUT", "PATCH")


class Application:
    """The emulator as an ASGI application."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._api = Api(runtime)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; its work ends when the client disconnects."""
        if scope["type"] != "http":
            return
        headers = RequestHeaders.decode(scope["headers"])
        inbox_name, path = inbox_and_path(raw_path(scope))
        section = path.partition("/")[2].partition("/")[0]
        query = scope["query_string"].decode("latin-1")
        if (section == "api" and headers.first.get(ERRORS_HEADER) == "200") or (
            section == "files" and query == "errors=200"
        ):
            send = errors_as_success(send)
        refusal = self._unsupported(scope, headers) or self.refusal(scope["method"], section, query, headers)
        try:
            if refusal is not None:
                await self._refuse(headers, receive, send, refusal)
            elif inbox_name is None:
                await refuse(send, 404, "invalid inbox name", "Use letters, digits, dot, underscore and hyphen.")
            else:
                inbox = self.runtime.inboxes.named(inbox_name)
                await self._dispatch(inbox, section, path, scope, headers, receive, send)
        except TooLarge as error:
            refusal = Refusal(413, f"the body is larger than {error.limit // 1_000_000} MB")
            await self._refuse(headers, receive, send, refusal)
        except Overloaded:
            refusal = Refusal(503, "too many large requests at the same time", "Try again in a moment.")
            await self._refuse(headers, receive, send, refusal)
        except LocalError as error:
            await respond(send, not_stored(error))
        except ClientGone:
            return

    def _unsupported(self, scope: Scope, headers: RequestHeaders) -> Refusal | None:
        """Why a request cannot be served as HTTP; None if it can."""
        expectation = headers.first.get("expect", "100-continue").lower()
        if expectation != "100-continue":
            return Refusal(417, f"unknown expectation {expectation[:40]!r}", "Only 100-continue is supported.")
        if scope["http_version"] == "1.1" and "host" not in headers.first:
            return Refusal(400, "the Host header is missing")
        return None

    def refusal(self, method: str, section: str, query: str, headers: RequestHeaders) -> Refusal | None:
        """Why a request is not served; None if it is."""
        if headers.hosts > 1:  # RFC 9112, 3.2: recipients would disagree
            return Refusal(400, "more than one Host header")
        return self.runtime.access.refusal(method, section, query, headers.first)

    async def _refuse(self, headers: RequestHeaders, receive: Receive, send: Send, refusal: Refusal) -> None:
        """Refuse, but read the rest of the request first: a client that is disconnected earlier never sees the reason."""
        await refuse(send, refusal.status, refusal.message, refusal.hint, more=True)
        if headers.first.get("expect", "").lower() != "100-continue":
            await drain(receive)
        await send({"type": "http.response.body", "body": b""})

    async def _dispatch(
        self,
        inbox: Inbox,
        section: str,
        path: str,
        scope: Scope,
        headers: RequestHeaders,
        receive: Receive,
        send: Send,
    ) -> None:
        if section == "webhook":
            await self._webhook(inbox, path, scope, headers, receive, send)
        elif section == "provider":
            await self._provider(inbox, path.removeprefix("/provider") or "/", scope, headers, receive, send)
        elif section not in self._api.sections and goes_to(self.runtime.template_file.template, scope["method"], path):
            # What send-test --url sends: the path of request_url at this host.
            await self._provider(inbox, path, scope, headers, receive, send)
        else:
            await self._api({**scope, "path": unquote(path), "ringocli.inbox": inbox}, receive, send)

    async def _webhook(
        self, inbox: Inbox, path: str, scope: Scope, headers: RequestHeaders, receive: Receive, send: Send
    ) -> None:
        """Ringotel's side."""
        if scope["method"] not in WEBHOOK_METHODS:
            await self._refuse(headers, receive, send, Refusal(405, f"a webhook uses {' or '.join(WEBHOOK_METHODS)}"))
            return
        served = self.runtime.template_file.webhook_path
        if unquote(path).rstrip("/") != unquote(served):
            refusal = Refusal(404, f"unknown integration id; this emulator serves {served}")
            await self._refuse(headers, receive, send, refusal)
            return
        request = incoming_request(scope, headers, path, await read_body(headers.first, receive))
        result = await self.runtime.ringotel.take(inbox, request)
        fault = result.effect.fault
        if fault is None or not await inject_fault(fault, result.reply, scope, receive, send):
            await respond(send, result.reply)

    async def _provider(
        self, inbox: Inbox, path: str, scope: Scope, headers: RequestHeaders, receive: Receive, send: Send
    ) -> None:
        """The provider's side."""
        request = incoming_request(scope, headers, path, await read_body(headers.first, receive))
        _, answer = await self.runtime.provider.take(inbox, request)
        fault = answer.effect.fault if answer.message_id is not None else None
        if fault is not None and await inject_fault(fault, answer.reply, scope, receive, send):
            return
        if answer.reply is None:
            await hang(scope, receive)
            return
        await respond(send, answer.reply)


def inbox_and_path(path: str) -> tuple[str | None, str]:
    """Split ``/i/{inbox}/rest``. Without a prefix it is the default inbox, ""; None for an invalid name."""
    if not path.startswith("/i/"):
        return "", path
    name, _, rest = path[3:].partition("/")
    return (name if NAME.fullmatch(name) else None), f"/{rest}"
