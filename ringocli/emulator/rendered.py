"""Between what is rendered and what comes in: a request of one side is what the other side gets."""

from __future__ import annotations

from urllib.parse import urlsplit

from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest, RenderedRequest, Reply
from ringocli.messaging.webhook import read_reply
from ringocli.template.model import RequestSpec


def as_incoming(rendered: RenderedRequest, path: str | None = None) -> IncomingRequest:
    """A rendered request as the other side gets it; its bytes leave here, so secrets are revealed.

    ``path`` replaces the one of the address, where that is a place-holder.
    """
    parts = urlsplit(rendered.url.reveal())
    body = rendered.body.reveal() if rendered.body is not None else ""
    return IncomingRequest(
        method=rendered.method,
        path=path if path is not None else parts.path or "/",
        query=parts.query,
        headers=tuple((name, value.reveal()) for name, value in rendered.headers),
        body=body.encode("utf-8", "replace"),
    )


def ids_in(spec: RequestSpec, reply: Reply) -> dict[str, str]:
    """What ``response_map`` takes from a reply; nothing where it cannot be read or does not fit."""
    if spec.response_map is None:
        return {}
    try:
        match = read_reply(spec, reply)
    except LocalError:
        return {}
    return dict(match.bindings) if match.fits else {}
