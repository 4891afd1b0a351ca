"""Shared by the readers of request collections: named requests, variables, multipart bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.importers.learn.credential_places import belongs_to_account
from ringocli.importers.learn.headers import authorization, uncarried
from ringocli.importers.learn.url_credentials import without_userinfo
from ringocli.importers.pasted_request import BasicAuth, BearerAuth, Part, Pasted
from ringocli.template.credential_names import is_secret_name
from ringocli.template.limit import Limit
from ringocli.text.digits import is_count
from ringocli.text.suggest import did_you_mean

_REFERENCE = re.compile(r"\{\{\s*([^{}\s][^{}]{0,100}?)\s*\}\}")
_UNQUOTED = re.compile(r"([:\[,]\s*)(\{\{[^{}\"]{1,100}\}\})(?=\s*[,}\]])")
"""A variable that is a whole JSON value and has no quotes around it."""
Named = list[tuple[str, Pasted]]


def chosen(path: str, requests: Named, choice: str) -> Pasted:
    """The request with that name, or with that number, counted from 1.

    Raises:
        UsageError: there is none; the existing ones are listed.
    """
    if is_count(choice) and 0 < int(choice) <= len(requests):
        return requests[int(choice) - 1][1]
    for name, pasted in requests:
        if name.lower() == choice.lower():
            return pasted
    names = [name for name, _ in requests]
    numbered = "; ".join(f"{index}: {name}" for index, name in enumerate(names[:20], 1))
    raise UsageError(f"{path}: no request {choice!r}{did_you_mean(choice, names)}", f"Requests: {numbered}.")


def request(
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    *,
    body: str | None = None,
    kind: str | None = None,
    parts: Sequence[Part] = (),
    auth: BasicAuth | BearerAuth | None = None,
    limits: Sequence[Limit] = (),
    declared: Mapping[str, str] | None = None,
    credential_fields: Iterable[str] = (),
) -> Pasted:
    """A request with ``Authorization`` and ``Content-Type`` separated from its headers, and multipart bodies split."""
    found: list[Limit] = list(limits)
    for name, value in headers:
        if name.lower() == "authorization":
            credentials = authorization(value)
            if isinstance(credentials, BasicAuth | BearerAuth):
                auth = credentials
            elif credentials is not None:
                found.append(credentials)
        elif name.lower() == "content-type":
            kind = value
    if body is not None and not parts and (kind or "").lower().startswith("multipart/"):
        parts, body = parts_of(str(kind), body), None
    kept = tuple((name, value) for name, value in headers if name.lower() not in ("authorization", "content-type"))
    if body is not None and body.lstrip()[:1] in ("{", "["):
        body = _UNQUOTED.sub(r'\1"\2"', body)
    url = re.sub(r"^\w+://(?=https?://)", "", url)  # a variable of the host may contain the scheme as well
    if "://" not in url:
        url = f"https://{url}"
    url, userinfo = without_userinfo(url)
    if userinfo is not None and auth is None:
        username, _, password = userinfo.partition(":")
        auth = BasicAuth(username=username, password=password, where="the URL")
    return Pasted(
        method=method.upper(),
        url=url.partition("#")[0],
        headers=kept,
        content_type=kind if body is not None or parts else None,
        body=body,
        parts=tuple(parts),
        auth=auth,
        limits=(*found, *uncarried(kept)),
        declared=declared or {},
        credential_fields=frozenset(credential_fields),
    )


def document_in(path: str, text: str, kind: str) -> Mapping[str, Any]:
    """The JSON object in a text.

    Raises:
        LocalError: the text is not a JSON object.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise LocalError(f"{path}: not valid JSON, so not a {kind}", "Export it again.") from None
    if not isinstance(document, Mapping):
        raise LocalError(f"{path}: not a {kind}", "Export it again.")
    return document


def non_empty(path: str, requests: Named) -> Named:
    """The requests of a file.

    Raises:
        UsageError: there is none.
    """
    if not requests:
        raise UsageError(f"{path}: contains no request", "Export the requests that send messages.")
    return requests


def fill_in(text: str, variables: Mapping[str, str]) -> str:
    """The text with each ``{{name}}`` replaced by its value; account values and empty ones stay placeholders."""
    values = {
        name: value
        for name, value in variables.items()
        if value and not is_secret_name(name) and belongs_to_account(name, value) is None
    }
    for _ in range(3):
        text = _REFERENCE.sub(lambda found: values.get(found.group(1), found.group())[:2_000], text)
    return text


def parts_of(kind: str, body: str) -> tuple[Part, ...]:
    """The parts of a multipart body; a part with a file name, or read from a file, counts as a file."""
    from email import message_from_string

    written = message_from_string(f"Content-Type: {kind}\n\n{body.lstrip()}")
    found = []
    for part in written.walk():
        name = part.get_param("name", header="content-disposition")
        if not part.is_multipart() and isinstance(name, str):
            value = str(part.get_payload()).strip()
            is_file = part.get_filename() is not None or value.startswith("< ")
            found.append(Part(name=name, value="" if is_file else value, is_file=is_file))
    return tuple(found)
