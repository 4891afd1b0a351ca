"""The table of endpoints: path, method, function and documentation in one row; routes and ``/openapi.json`` follow."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router

from ringocli.emulator.access import READ_ONLY_SECTIONS, TOKEN_COOKIE
from ringocli.emulator.api import actions, play, queries, stream, waiting
from ringocli.emulator.api.openapi import EndpointDoc, document, ref
from ringocli.emulator.api.request import ApiRequest, NotFound, error_response
from ringocli.emulator.asgi import Receive, Scope, Send, raw_path
from ringocli.emulator.limits import DEFAULT_WAIT_S, MAX_WAIT_S
from ringocli.emulator.page_files import page_file, version
from ringocli.emulator.runtime import Runtime
from ringocli.emulator.store.sqlite import StoreError
from ringocli.errors import RingocliError, UsageError

EndpointFunction = Callable[[ApiRequest], Awaitable[Response]]

_PAGED = {
    "limit": "How many exchanges, at most 1000. Default 50.",
    "before": "Only exchanges older than this id.",
    "after": "Only exchanges newer than this id.",
}
_SEARCH = {
    "q": 'Words, and from: to: with: event: direction: is: status: before: after:; - negates, "..." groups.',
    "direction": "incoming or outgoing.",
    "event": "An event_key, an event_type, or type:key.",
    "brief": "1: without bodies.",
}
_WAIT = {
    **{name: f"The value of ${name}$." for name in ("from", "to", "content", "text", "url", "messageid")},
    "event_key": "The event's key.",
    "event_type": "message, mms or messageDelivered.",
    "event": "An event_key, an event_type, or type:key.",
    "direction": "incoming or outgoing.",
    "status": "The status of a message, e.g. delivered.",
    "contains": "A part of the text.",
    "matches": "A regular expression that is found in the text.",
    "q": "A search, as in /api/exchanges.",
    "count": "Wait for this many; the response is then an object with exchanges.",
    "none": "true: succeed if none matches within timeout_s, else 409.",
    "after": "Only exchanges newer than this id: pass the id of the last one you have seen.",
    "timeout_s": f"How long to wait in seconds, at most {MAX_WAIT_S:g}. Default {DEFAULT_WAIT_S:g}.",
}
_EXCHANGE = ref("Exchange")
_ANY: dict[str, Any] = {"type": "object"}
_LIST = {
    "type": "object",
    "required": ["schema_version", "exchanges", "more"],
    "properties": {
        "schema_version": {"const": 1},
        "exchanges": {"type": "array", "items": _EXCHANGE},
        "more": {"type": "boolean"},
    },
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path with its method, its function, and its documentation beyond the function's docstring."""

    path: str
    method: str
    function: EndpointFunction
    doc: EndpointDoc

    @property
    def summary(self) -> str:
        """What it does: the first line of the function's docstring."""
        return (getdoc(self.function) or "").partition("\n")[0]


ENDPOINTS = (
    Endpoint("/readyz", "GET", actions.ready, EndpointDoc(gives=_ANY)),
    Endpoint("/api/about", "GET", actions.get_about, EndpointDoc(gives=_ANY)),
    Endpoint(
        "/api/exchanges", "GET", queries.list_exchanges, EndpointDoc(query=_PAGED | _SEARCH, gives=_LIST, errors=(400,))
    ),
    Endpoint("/api/exchanges", "DELETE", actions.clear, EndpointDoc(gives=_ANY)),
    Endpoint("/api/exchanges/{id}", "GET", queries.get_exchange, EndpointDoc(gives=_EXCHANGE, errors=(404,))),
    Endpoint("/api/exchanges/{id}", "DELETE", actions.delete, EndpointDoc(gives=_ANY, errors=(404,))),
    Endpoint("/api/exchanges/{id}/curl", "GET", queries.get_curl, EndpointDoc(media_type="text/plain", errors=(404,))),
    Endpoint(
        "/api/exchanges/{id}/replay",
        "POST",
        actions.replay,
        EndpointDoc(gives=_EXCHANGE, status=202, errors=(400, 404, 422)),
    ),
    Endpoint(
        "/api/exchanges/{id}/patch",
        "GET",
        actions.show_patch,
        EndpointDoc(query={"pairs": "A JSON object, as in POST."}, gives=_ANY, errors=(400, 404)),
    ),
    Endpoint(
        "/api/exchanges/{id}/patch",
        "POST",
        actions.apply_patch,
        EndpointDoc(takes="Patch", gives=_ANY, errors=(400, 404, 409, 422)),
    ),
    Endpoint(
        "/api/export",
        "GET",
        queries.export,
        EndpointDoc(query={"format": "jsonl or har", **_SEARCH}, media_type="application/x-ndjson", errors=(400,)),
    ),
    Endpoint("/api/account", "GET", queries.account, EndpointDoc(gives=_ANY)),
    Endpoint("/api/wait", "GET", waiting.wait, EndpointDoc(query=_WAIT, gives=_ANY, errors=(400, 408, 409))),
    Endpoint("/api/stream", "GET", stream.stream, EndpointDoc(media_type="text/event-stream")),
    Endpoint(
        "/api/send",
        "POST",
        actions.send,
        EndpointDoc(takes="Send", gives=_EXCHANGE, status=202, errors=(400, 413, 422)),
    ),
    Endpoint(
        "/api/reply",
        "POST",
        actions.reply,
        EndpointDoc(takes="Answer", gives=_EXCHANGE, status=202, errors=(400, 413, 422)),
    ),
    Endpoint(
        "/api/paste",
        "POST",
        play.paste,
        EndpointDoc(takes="File", gives=_EXCHANGE, status=202, errors=(400, 413, 422)),
    ),
    Endpoint(
        "/api/play",
        "POST",
        play.play,
        EndpointDoc(takes="Play", gives=_EXCHANGE, status=202, errors=(400, 413, 422)),
    ),
    Endpoint("/api/template", "GET", queries.get_template, EndpointDoc(gives=_ANY)),
    Endpoint(
        "/api/files",
        "POST",
        actions.add_file,
        EndpointDoc(query={"name": "The file's name."}, takes="File", gives=_ANY, status=201, errors=(400, 413)),
    ),
    Endpoint("/api/chaos", "GET", actions.get_chaos, EndpointDoc(gives=ref("Chaos"))),
    Endpoint(
        "/api/chaos", "POST", actions.set_chaos, EndpointDoc(takes="Chaos", gives=ref("Chaos"), errors=(400, 413))
    ),
)
"""Every endpoint of the API."""

PAGE_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""Nothing is loaded from other origins, nothing inline is executed, and no other page may embed this one."""

FOREVER = "max-age=31536000, immutable"
"""The Cache-Control of files whose URL contains their version."""


class Api:
    """The page, its files, and the API."""

    sections = READ_ONLY_SECTIONS
    """The first segments of the paths that are served here."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        routes = [Route(one.path, self._endpoint(one.function), methods=[one.method]) for one in ENDPOINTS]
        routes += [
            Route("/", self._page, methods=["GET"]),
            Route("/page/{name:path}", self._page_file, methods=["GET"]),
            Route("/files/{token}/{name}", self._file, methods=["GET"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
        ]
        self._router = Router(routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one request."""
        try:
            await self._router({**scope, "app": self}, receive, send)
        except HTTPException as error:
            reply = error_response(error.status_code, *_UNROUTED.get(error.status_code, (error.detail, "")))
            reply.headers.update(error.headers or {})  # Allow
            await reply(scope, receive, send)

    def _endpoint(self, function: EndpointFunction) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(http: Request) -> Response:
            request = ApiRequest(runtime=self._runtime, inbox=http.scope["ringocli.inbox"], http=http)
            try:
                response = await function(request)
            except NotFound as error:
                response = error_response(404, error.message, error.hint)
            except RingocliError as error:
                status = 400 if isinstance(error, UsageError) else 503 if isinstance(error, StoreError) else 422
                response = error_response(status, error.message, error.hint, error.code)
            except sqlite3.Error as error:
                response = error_response(
                    503, f"the store cannot be used: {error}", "Free disk space, or use another --db.", 3
                )
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        return endpoint

    async def _page(self, request: Request) -> Response:
        """The page, with the token that proves that a request comes from it."""
        access = self._runtime.access
        if not raw_path(request.scope).endswith("/"):  # /i/name: the URLs in the page are relative
            return RedirectResponse(f"{request.scope['ringocli.inbox'].name}/?{request.url.query}".rstrip("?"))
        if access.access_token is not None and request.query_params.get("token"):
            redirect = RedirectResponse("./", status_code=303)
            redirect.set_cookie(TOKEN_COOKIE, access.access_token, httponly=True, samesite="strict")
            return redirect
        text = page_file("index.html")
        if text is None:
            return error_response(404, "the page is not installed", "Reinstall ringocli.")
        runtime = self._runtime
        for name, value in (("token", access.page_token), ("instance", runtime.instance), ("version", version())):
            text = text.replace(f"{{{{{name}}}}}".encode(), value.encode())
        return Response(text, media_type="text/html", headers=PAGE_HEADERS)

    async def _page_file(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = page_file(name)
        media_type = PAGE_TYPES.get(name.rpartition(".")[2])
        if content is None or media_type is None or name == "index.html":
            return error_response(404, "no such file")
        is_current = request.query_params.get("v") == version()
        headers = PAGE_HEADERS | ({"Cache-Control": FOREVER} if is_current else {})
        return Response(content, media_type=media_type, headers=headers)

    async def _file(self, request: Request) -> Response:
        """An uploaded file, or a sample."""
        reply = await self._runtime.files.serve(request.path_params["token"], request.path_params["name"])
        if reply is None:
            return error_response(404, "no such file")
        return Response(reply.body, headers=dict(reply.headers))

    async def _openapi(self, request: Request) -> Response:
        rows = [(one.path, one.method, one.summary, one.doc) for one in ENDPOINTS]
        return JSONResponse(document(rows, self._runtime.template_file.template.id))


_UNROUTED: Mapping[int, tuple[str, str]] = {
    404: ("unknown path", "See /openapi.json. Requests of the template go to /provider/..."),
    405: ("method not allowed", "See /openapi.json."),
}
