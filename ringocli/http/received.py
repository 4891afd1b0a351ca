"""Decodes received bodies as tolerantly as servers do, and reports in notes what a strict reader would reject.

Every reader of webhooks and replies uses ``decode_received``, so that ``init``, ``match``, ``test`` and the emulator
agree.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ringocli.errors import LocalError
from ringocli.http.bodies import JSON_DECODER, InfiniteValue, decode, decode_json, decode_pairs, text_of
from ringocli.http.content_types import Encoding, charset_of, encoding_of, media_type
from ringocli.template.pattern.pattern import Json

_FORM = re.compile(r"[^\s=&<>{}\"]{1,200}=")
_XML = re.compile(r"<[?!A-Za-z]")
_MULTIPART = re.compile(r"--\S+\s+content-disposition:", re.I)
_STRUCTURAL = frozenset({"unclosed-bracket", "missing-colon", "extra-text", "extra-bracket", "empty", "too-deep"})
"""Syntax errors of JSON whose meaning is unclear, so that a received body is rejected."""

MAX_BEFORE_JSON = 10_000
"""Characters of comments before the JSON."""

MAX_CORRECTED = 1_000_000
"""A longer body that is not valid JSON is rejected; finding its mistakes would take seconds."""

MAX_SEARCHED = 200_000
"""How much of a form is searched for distorted values."""

_BETWEEN_DOCUMENTS = re.compile(r"[ \t\r\n,]*")
_START_OF_JSON = re.compile(r"(?>\s|//[^\n]*\n|#[^\n]*\n|/\*.*?\*/)*[{\[]", re.S)


def starts_json(text: str) -> bool:
    """Whether a text starts like a JSON object or list, comments aside."""
    return text[:1] in ("{", "[") or _START_OF_JSON.match(text[:MAX_BEFORE_JSON]) is not None


class Decoded(NamedTuple):
    """A decoded body, and what a strict reader would have rejected; only the first of several ``documents`` is read."""

    tree: Json
    notes: tuple[str, ...] = ()
    documents: int = 1


def decode_received(body: bytes, content_type: str | None) -> Decoded:
    """The tree in a received body.

    Raises:
        LocalError: the body is neither JSON nor a form.
    """
    kind = encoding_of(content_type) if content_type else Encoding.OTHER
    text = text_of(body, content_type).removeprefix("\ufeff").strip()
    is_like_json = starts_json(text)
    if not (is_like_json and kind is Encoding.JSON) and (what := unreadable(text, content_type)):
        raise LocalError(
            f"the body is {what}; a template can only describe JSON and forms", "Check the provider's settings."
        )
    if kind is Encoding.JSON and not is_like_json and _FORM.match(text):
        tree = decode_pairs(text, charset_of(content_type))
        return Decoded(tree, ("the body is a form, although its Content-Type says JSON", *_distortions(text)))
    if is_like_json:
        decoded = _json(text, is_surely=kind is Encoding.JSON)
        if decoded is not None:
            if kind is Encoding.FORM:
                note = f"the body is JSON, although its Content-Type is {media_type(content_type or '')}"
                return Decoded(decoded.tree, (note, *decoded.notes))
            return decoded
    if kind is Encoding.JSON:
        return Decoded(decode(body, content_type))
    return Decoded(decode(body, content_type), tuple(_distortions(text)))


def decode_query(query: str) -> Decoded:
    """The pairs in the query of a URL, which is encoded like a form."""
    return Decoded(decode_pairs(query), tuple(_distortions(query)))


def unreadable(text: str, content_type: str | None) -> str:
    """The format of a body that is neither JSON nor a form, such as ``XML``; "" if it may be one of them."""
    if _XML.match(text):
        return "XML"
    if (content_type and media_type(content_type).startswith("multipart/")) or _MULTIPART.match(text):
        return "multipart"
    kind = encoding_of(content_type) if content_type else Encoding.OTHER
    if not text or kind is Encoding.JSON or starts_json(text):
        return ""
    return "" if "=" in text and (kind is Encoding.FORM or _FORM.match(text)) else "plain text"


def _json(text: str, *, is_surely: bool) -> Decoded | None:
    """The JSON in a text, with small mistakes corrected; None if it may be something else.

    Raises:
        LocalError: it is certainly meant as JSON, and cannot be corrected.
    """
    try:
        return Decoded(decode_json(text))
    except InfiniteValue:
        raise
    except LocalError as error:
        if several := _lines(text):
            note = f"the body contains {len(several)} JSON documents; the first one was read"
            return Decoded(several[0], (note,), len(several))
        if len(text) <= MAX_CORRECTED and (corrected := _corrected(text)) is not None:
            return corrected
        if is_surely:
            raise error
        return None


def _corrected(text: str) -> Decoded | None:
    """The JSON in a text with mistakes that leave no doubt about what was meant; None if there are others."""
    from ringocli.text.document import Document

    document = Document.read("body", text)
    kinds = {problem.kind for problem in document.problems}
    if not isinstance(document.value, dict | list) or not kinds or kinds & _STRUCTURAL:
        return None
    note = f"the body is not valid JSON ({document.problems[0].message}); read as if it were corrected"
    return Decoded(document.value, (note,))


def _lines(text: str) -> list[Json]:
    """The documents of a text with several JSON objects one after the other (NDJSON); empty if it is anything else."""
    found, at = [], 0
    while at < len(text):
        if text[at] != "{":
            return []
        try:
            tree, at = JSON_DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        found.append(tree)
        at = _BETWEEN_DOCUMENTS.match(text, at).end()  # type: ignore[union-attr]  # it matches anywhere
    return found if len(found) > 1 else []


def _distortions(text: str) -> list[str]:
    """Notes on values of a form that are not read as the sender meant them."""
    notes = []
    text = text[:MAX_SEARCHED]
    if re.search(r"(?:^|&)[^&=]*=(?:\w+:)?\+\d{6,}", text):
        notes.append("a + that is not percent-encoded in a form is read as a space; the sender should write %2B")
    if re.search(r"%25[0-9A-Fa-f]{2}", text):
        notes.append("a value is percent-encoded twice, so it still contains % escapes after decoding")
    return notes
