"""A request as a paste shows it, whatever the paste was: the common form that roles are looked for in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ringocli.http.exchange import IncomingRequest

Limit = Mapping[str, str]
"""Something that the framework cannot express: ``{"what": ..., "why": ...}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAuth:
    """A user name and a password; "" where the paste hides them."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerAuth:
    """A bearer token; "" where the paste hides it."""

    token: str = field(repr=False)
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a multipart body; ``is_file`` where its value names a file that would be uploaded."""

    name: str
    value: str
    is_file: bool = False


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """One request: the address with its query as written, the headers that are no auth and no type, and the body.

    ``body`` is text as it would be sent; ``parts`` stands in its place for multipart. ``content_type`` is None where
    nothing would be sent. ``samples`` holds what the paste itself shows of webhooks, by kind; ``with_file`` is the same
    request with a file in the place of the text, where the paste describes both.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    content_type: str | None = None
    body: str | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = field(default=(), repr=False)
    auth: BasicAuth | BearerAuth | None = None
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()
    reply: bytes | None = None
    samples: Mapping[str, tuple[IncomingRequest, ...]] = field(default_factory=dict)
    with_file: Pasted | None = None


def limit(what: str, why: str) -> Limit:
    """One entry of ``not_expressible``."""
    return {"what": what, "why": why}
