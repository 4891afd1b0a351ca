"""Collections of requests: what Postman, HAR and .http files share, each as named requests in the common form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ringocli.errors import LocalError, UsageError
from ringocli.importers.learn.headers import authorization, uncarried
from ringocli.importers.learn.properties import belongs_to_account, is_secret_name
from ringocli.importers.model import BasicAuth, BearerAuth, Limit, Part, Pasted
from ringocli.text.suggest import did_you_mean

_REFERENCE = re.compile(r"\{\{\s*([^{}\s][^{}]{0,100}?)\s*\}\}")
_UNQUOTED = re.compile(r"([:\[,]\s*)(\{\{[^{}\"]{1,100}\}\})(?=\s*[,}\]])")
"""A variable that stands for a whole value of JSON, where no quotes are around it."""
Named = list[tuple[str, Pasted]]


def chosen(path: str, requests: Named, choice: str) -> Pasted:
    """The request of that name, or of that number, counted from 1.

    Raises:
        UsageError: there is none; what there is is listed.
    """
    if choice.isdigit() and 0 < int(choice) <= len(requests):
        return requests[int(choice) - 1][1]
    for name, pasted in requests:
        if name.lower() == choice.lower():
            return pasted
    names = [name for name, _ in requests]
    listed = "; ".join(f"{index}: {name}" for index, name in enumerate(names[:20], 1))
    raise UsageError(f"{path}: there is no request {choice!r}{did_you_mean(choice, names)}", f"It has: {listed}.")


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
) -> Pasted:
    """A request whose ``Authorization`` and ``Content-Type`` are taken out of its headers, multipart taken apart."""
    found: list[Limit] = list(limits)
    for name, value in headers:
        if name.lower() == "authorization":
            said = authorization(value)
            if isinstance(said, BasicAuth | BearerAuth):
                auth = said
            elif said is not None:
                found.append(said)
        elif name.lower() == "content-type":
            kind = value
    if body is not None and not parts and (kind or "").lower().startswith("multipart/"):
        parts, body = parts_of(str(kind), body), None
    kept = tuple((name, value) for name, value in headers if name.lower() not in ("authorization", "content-type"))
    if body is not None and body.lstrip()[:1] in ("{", "["):
        body = _UNQUOTED.sub(r'\1"\2"', body)
    if "://" not in url:
        url = f"https://{url}"
    return Pasted(
        method=method.upper(),
        url=url.partition("#")[0],
        headers=kept,
        content_type=kind if body is not None or parts else None,
        body=body,
        parts=tuple(parts),
        auth=auth,
        limits=(*found, *uncarried(kept)),
    )


def document_in(path: str, text: str, what: str) -> Mapping[str, Any]:
    """The JSON object in a text.

    Raises:
        LocalError: there is none.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise LocalError(f"{path}: is no JSON, so no {what}", "Export it again.") from None
    if not isinstance(document, Mapping):
        raise LocalError(f"{path}: is no {what}", "Export it again.")
    return document


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none where there is no list."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """A value that has to be an object; empty if it is none."""
    return value if isinstance(value, Mapping) else {}


def listed(path: str, requests: Named) -> Named:
    """The requests of a file.

    Raises:
        UsageError: there is none.
    """
    if not requests:
        raise UsageError(f"{path}: there is no request in it", "Export the requests that send messages.")
    return requests


def put_in(text: str, variables: Mapping[str, str]) -> str:
    """A text with ``{{name}}`` filled, but for what is the account's own or has no value: its name says more."""
    values = {
        name: value
        for name, value in variables.items()
        if value and not is_secret_name(name) and belongs_to_account(name, value) is None
    }
    for _ in range(3):
        text = _REFERENCE.sub(lambda found: values.get(found.group(1), found.group())[:2_000], text)
    return text


def parts_of(kind: str, body: str) -> tuple[Part, ...]:
    """The parts of a multipart body as it is written out; a file is one with a file name, or read from a file."""
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
