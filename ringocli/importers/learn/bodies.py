"""Decodes the body of a pasted request, and repairs what documentation pages break."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ringocli.http.bodies import decode_pairs
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, Encoding, charset_of, encoding_of, is_utf8, media_type
from ringocli.importers.learn.placeholders import CLOSE, OPEN, shown
from ringocli.importers.pasted_request import Pasted
from ringocli.template.limit import Blocker, Limit
from ringocli.template.pattern.pattern import Several
from ringocli.text.document import Document

NO_BODY = ("GET", "DELETE", "HEAD")
"""The methods whose parameters go into the URL (assumption 13)."""


@dataclass(slots=True)
class Body:
    """The parameters, the content type that they are written in (None: nothing is sent), and notes for the user.

    ``files`` are the names of parts that would upload a file.
    """

    tree: Any = None
    content_type: str | None = None
    limits: list[Limit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read_body(pasted: Pasted, method: str) -> Body:
    """What a request with this method sends besides its URL."""
    body = Body()
    if pasted.parts:
        _multipart(pasted, body)
    elif method in NO_BODY and pasted.body:
        _in_url(pasted, method, body)
    elif pasted.body is not None:
        _text(pasted.body, (pasted.content_type or "").strip("<> "), body)
    if pasted.content_type and not pasted.body and not pasted.parts and body.content_type is None:
        why = "the request has no body, so the Content-Type is omitted; APIs respond without it"
        body.limits.append(Limit("a Content-Type without a body", why))
    return body


def _in_url(pasted: Pasted, method: str, body: Body) -> None:
    """The fields of a body that was pasted with a method that sends none."""
    why = "the parameters of such a request are sent in the URL"
    read = Body()
    _text(pasted.body or "", pasted.content_type or "", read)
    if isinstance(read.tree, dict) and not any(
        isinstance(value, dict) or (isinstance(value, list) and not isinstance(value, Several))
        for value in read.tree.values()
    ):
        body.tree, body.notes = read.tree, read.notes
        why += ", so its fields are written there: check that the provider accepts that"
    clause = f"the provider may not accept its request: it is a {method} with a body, and Ringotel sends those fields in the URL"
    body.limits.append(Limit(f"a body with {method}", why, Blocker(clause)))


def _text(text: str, kind: str, body: Body) -> None:
    if not is_utf8(kind):
        what, kind = f"charset={charset_of(kind)}", media_type(kind)
        body.limits.append(Limit(what, "requests are encoded as UTF-8: check that the provider accepts that"))
    encoding = encoding_of(kind or FORM_TYPE)
    looks_json = text.lstrip()[:1] in ("{", "[") and isinstance(Document.read("body", text).value, dict | list)
    if looks_json:
        if encoding is not Encoding.JSON:
            named = (
                f"its Content-Type is {kind.partition(';')[0]}"
                if kind not in ("", FORM_TYPE)
                else "it has no JSON Content-Type"
            )
            body.notes.append(f"the body is JSON, but {named}: application/json is used")
            kind = JSON_TYPE
        _json(text, body)
        body.content_type = kind
    elif encoding is Encoding.FORM or (encoding is Encoding.JSON and re.match(r"[\w.\[\]-]+=", text.strip())):
        if encoding is Encoding.JSON:
            body.notes.append(f"the body is a form, but its Content-Type is {kind}: the one for forms is used")
            kind = FORM_TYPE
        _form(text, body)
        body.content_type = kind or FORM_TYPE
        if not kind and text:
            body.limits.append(
                Limit("a body without a Content-Type", "a template always has one, so that of a form is used")
            )
    elif text.strip():
        named = (
            "that is not a JSON object" if encoding is Encoding.JSON else f"of type {kind.partition(';')[0] or 'this'}"
        )
        why = "Ringotel sends only JSON and forms"
        clause = f"the provider will not understand it: the sample has a body {named}, and {why}"
        body.limits.append(Limit(f"a body {named}", why, Blocker(clause, is_solved_by_relay=True)))


def _json(text: str, body: Body) -> None:
    document = Document.read("body", text)
    if document.problems:
        # The text that a problem quotes may be a credential, which must not be repeated.
        wrong = dict.fromkeys(re.sub(r"'[^']{3,}'", "'...'", problem.message) for problem in document.problems[:3])
        body.notes.append(f"the JSON of the body was repaired: {shown('; '.join(wrong))}")
    body.tree = _without_ellipses(document.value)


def _without_ellipses(node: Any) -> Any:
    """The JSON without the ``...`` of a page that leaves out further values."""
    if isinstance(node, dict):
        return {key: _without_ellipses(value) for key, value in node.items() if key not in ("...", "…")}
    return [_without_ellipses(item) for item in node] if isinstance(node, list) else node


def _form(text: str, body: Body) -> None:
    if re.search(r"=\+\d{7,}", text):
        body.notes.append(
            "a + that is not percent-encoded in a form is read as a space; Ringotel encodes what it sends"
        )
    try:
        body.tree = decode_pairs(_guarded(text.strip()))
    except ValueError:
        body.limits.append(Limit("a form of over 10,000 fields", "no message has so many"))


def _guarded(form: str) -> str:
    """A form in which shell substitutions such as ``$(date +%s)`` are not changed by decoding."""
    return re.sub(f"{OPEN}([^{CLOSE}]*){CLOSE}", lambda mark: OPEN + quote(mark.group(1)) + CLOSE, form)


def _multipart(pasted: Pasted, body: Body) -> None:
    tree: dict[str, Any] = {}
    for part in pasted.parts:
        tree.setdefault(part.name, Several()).append(part.value)
        if part.is_file:
            why = "Ringotel sends the URL of a file, not its content: look for a parameter that accepts a URL"
            body.limits.append(Limit(f"an uploaded file ({part.name})", why))
            body.files.append(part.name)
    why = "Ringotel sends JSON or forms. The fields are written as a form; check that the provider accepts that."
    clause = "the sample is multipart/form-data, which Ringotel cannot send: the fields are written as a form instead"
    body.limits.append(Limit("multipart/form-data", why, Blocker(clause, is_solved_by_relay=True)))
    body.tree, body.content_type = tree, FORM_TYPE
