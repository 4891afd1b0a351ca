"""Scores how much a pasted request resembles one that sends a message, to choose among several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ringocli.importers.learn.bodies import read_body
from ringocli.importers.learn.placeholders import shown
from ringocli.importers.learn.role_score import MIN_SCORE, score
from ringocli.importers.learn.roles import RoleChoice, assign
from ringocli.importers.learn.sample_leaves import leaves_of
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.url_credentials import without_secrets
from ringocli.importers.pasted_request import BearerAuth, Pasted
from ringocli.template.field_vocabulary import Role
from ringocli.template.limit import Blocker, Limit


def likeness(pasted: Pasted, *, for_file: bool = False) -> int:
    """How much a request resembles one that sends a message (or a file); higher is more."""
    found = _roles(pasted)
    main = Role.URL if for_file else Role.CONTENT
    points = sum(max(score(choice.role, choice.leaf), MIN_SCORE) for role, choice in found.items() if role is not main)
    points += 3 * score(main, found[main].leaf) if main in found else 0
    return points + (60 if pasted.method == "POST" else 0)


def _roles(pasted: Pasted) -> dict[Role, RoleChoice]:
    target = Target.parse(pasted.url)
    leaves = [*leaves_of(read_body(pasted, pasted.method.upper()).tree), *target.query_leaves, *target.path_leaves()]
    return assign(leaves, (Role.URL, Role.TO, Role.FROM, Role.CONTENT))[0]


def most_like_index(requests: Sequence[Pasted], *, for_file: bool) -> int:
    """The index of the request that most resembles one that sends; the first one wins a tie."""
    points = [likeness(pasted, for_file=for_file) - 1000 * _fetches_token(pasted) for pasted in requests]
    return points.index(max(points))


_GRANT = re.compile(r"grant_?type\W{1,7}client_credentials", re.I)


def _fetches_token(pasted: Pasted) -> bool:
    """Whether a request fetches an access token: OAuth2 with client credentials, in a form, a query or JSON."""
    fields = [f"{part.name}={part.value}" for part in pasted.parts]
    return any(_GRANT.search(text) for text in (pasted.url, pasted.body or "", *fields))


_UPLOAD = "a file that is uploaded in a request of its own"


def with_upload_reported(pasted: Pasted, others: Sequence[Pasted]) -> Pasted:
    """The request that sends a file, with the limit that another of the paste has to upload the file first.

    If it has the file or its URL, the other one is an alternative.
    """
    upload = next((other for other in others if any(part.is_file for part in other.parts)), None)
    if upload is None or any(part.is_file for part in pasted.parts) or Role.URL in _roles(pasted):
        return pasted
    url = without_secrets(upload.url.partition("?")[0])
    clause = (
        f"it cannot send files: a file has to be uploaded first ({upload.method} {shown(url)}), in a request of its own"
    )
    entry = Limit(_UPLOAD, "Ringotel makes one request for a file, with the file's URL", Blocker(clause))
    return replace(pasted, limits=(*pasted.limits, entry))


def uploads_first(pasted: Pasted) -> bool:
    """Whether it is already reported that the file has to be uploaded in another request."""
    return any(entry.what == _UPLOAD for entry in pasted.limits)


def with_token_request(pasted: Pasted, others: Sequence[Pasted]) -> Pasted:
    """The request, together with the other request that fetches its access token, if there is one."""
    tokens = [other for other in others if _fetches_token(other)]
    if not tokens or not isinstance(pasted.auth, BearerAuth) or _fetches_token(pasted):
        return pasted
    entry = Limit(
        "fetching an access token (client credentials)",
        "OAuth2 in a template needs an interactive sign-in, and a token from elsewhere expires",
        Blocker(
            "it cannot authenticate for long: the access token expires, and Ringotel cannot fetch another one with "
            "client credentials",
            is_solved_by_relay=True,
        ),
    )
    return replace(pasted, token_request=tokens[0], limits=(*pasted.limits, entry))
