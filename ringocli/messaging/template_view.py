"""Requests with ``$variables$`` instead of values, as ``render --template-view`` shows them."""

from __future__ import annotations

from ringocli.http.exchange import RenderedRequest
from ringocli.template.model import Basic, Template
from ringocli.template.values import Layer, Values
from ringocli.template.variables import SETTABLE
from ringocli.text.traced import Piece, Traced


def variables_as_values(template: Template) -> Values:
    """Values that give each variable and property its own spelling: ``from`` is ``$from$``."""
    names = {name: f"${name}$" for name in SETTABLE}
    properties = {name: f"${name}$" for name in template.properties}
    return Values(layers=(Layer(variables=names, properties=properties),))


def with_readable_variables(template: Template, request: RenderedRequest) -> RenderedRequest:
    """A request rendered with ``variables_as_values``, without the quoting of dollar signs in URLs and forms."""
    return request._replace(
        url=_readable(request.url),
        headers=_readable_headers(template, request),
        body=_readable(request.body) if request.body is not None else None,
    )


def _readable(traced: Traced) -> Traced:
    return Traced(
        tuple(Piece(f"${piece.variable}$" if piece.variable else piece.text, piece.variable) for piece in traced.pieces)
    )


def _readable_headers(template: Template, request: RenderedRequest) -> tuple[tuple[str, Traced], ...]:
    """The headers, with Basic credentials as plain text instead of base64."""
    if not isinstance(template.auth, Basic):
        return request.headers
    credentials = f"Basic base64({template.auth.username}:{template.auth.password})"
    return tuple(
        (name, Traced.plain(credentials) if name == "Authorization" else value) for name, value in request.headers
    )
