"""A request as parsed from any pasted source: the common input of the importers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ringocli.http.exchange import IncomingRequest
from ringocli.template.limit import Blocker, Limit


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
    """One part of a multipart body; ``is_file`` where its value names a file that would be uploaded.

    ``content_type`` is "" where the paste gives the part none.
    """

    name: str
    value: str
    is_file: bool = False
    content_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """One request: the URL with its query as written, the headers other than auth and content type, and the body.

    ``body`` is the text as it would be sent; a multipart body is in ``parts`` instead. ``content_type`` is None if
    nothing would be sent. ``samples`` are the webhooks that the source itself describes, by kind; ``with_file`` is the
    same request with a file instead of the text, if the source describes both.
    ``declared`` are the values of variables that the paste sets and that name an account or a secret; in the request
    such a variable stays a placeholder. ``credential_fields`` are the fields that the paste itself calls credentials.
    ``is_incoming`` if the source says that it is a webhook. ``token_request`` is the request of the same paste that
    fetches the access token of this one (OAuth2, client credentials).
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
    declared: Mapping[str, str] = field(default_factory=dict, repr=False)
    credential_fields: frozenset[str] = frozenset()
    reply: bytes | None = None
    is_incoming: bool = False
    samples: Mapping[str, tuple[IncomingRequest, ...]] = field(default_factory=dict)
    with_file: Pasted | None = None
    token_request: Pasted | None = None


def cannot_authenticate(what: str, why: str) -> Limit:
    """The limit that reports a credential that Ringotel cannot send."""
    clause = f"it cannot authenticate: Ringotel cannot send the credential as {what.removesuffix(' ...')}"
    return Limit(what, why, Blocker(clause, is_solved_by_relay=True))
