"""Extracts a human-readable error message from a provider's reply, in whatever format it is sent.

Secrets are redacted before a text is cut, so that no part of one remains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from ringocli.errors import LocalError
from ringocli.http.bodies import decode
from ringocli.http.content_types import Encoding, encoding_of
from ringocli.http.exchange import Reply
from ringocli.template.pattern.pattern import Json
from ringocli.text.name_key import name_key
from ringocli.text.secret import redact

_HEADLINES = ("title", "type", "error", "errors", "fault", "exception")
_WORDS = (
    "message", "errortext", "errormessage", "errordescription", "faultstring", "responsemsg", "detail", "details",
    "description", "desc", "text", "reason", "msg",
)  # fmt: skip
_CODES = ("code", "errorcode", "responsecode", "statuscode", "messageid")
_FIELDS = ("field", "fieldname", "param", "parameter", "property", "pointer")
_MAX_SCANNED = 8_000
_MAX_SHOWN = 300


def provider_message(reply: Reply, *, errors_only: bool = False) -> str:
    """The message in a reply, on one line of at most 300 characters; empty if there is none.

    With ``errors_only``, only below keys about errors: a successful reply may repeat the SMS as ``text``.
    """
    document = tree_of_reply(reply)
    if document is not None:
        found = list(dict.fromkeys(_messages_in(document, errors_only)))
        return _cut(redact("; ".join(found[:3])))
    if errors_only:
        return ""
    return _cut(redact(_readable(redact(reply.text))))


def reason_phrase(status: int) -> str:
    """The standard reason phrase of a status, such as ``Not Found``, or an empty string."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def tree_of_reply(reply: Reply) -> Json:
    """The tree of a reply that is JSON or a form, judging by its content type or its first character; else None."""
    kind = encoding_of(reply.content_type) if reply.content_type else Encoding.OTHER
    looks_like_json = reply.body.lstrip()[:1] in (b"{", b"[")
    if not reply.body.strip() or (kind is Encoding.OTHER and not looks_like_json):
        return None
    try:
        return decode(reply.body, reply.content_type)
    except LocalError:
        return None


def _messages_in(node: Json, errors_only: bool, depth: int = 0) -> Iterator[str]:
    """The message of each object, outer objects first."""
    if depth > 8:
        return
    if isinstance(node, list):
        for item in node[:20]:
            if isinstance(item, str) and not errors_only and depth:
                yield _one_line(item)
            else:
                yield from _messages_in(item, errors_only, depth + 1)
        return
    if not isinstance(node, dict):
        return
    may_have_message = not errors_only or any("error" in name_key(key) or "fault" in name_key(key) for key in node)
    if may_have_message:
        sentence = _sentence(node)
        if sentence:
            yield sentence
    for key, value in node.items():
        about_errors = any(word in name_key(key) for word in ("error", "fault", "exception", "nearmiss"))
        if isinstance(value, (dict, list)) and not (errors_only and not (about_errors or isinstance(value, list))):
            yield from _messages_in(value, errors_only and not about_errors, depth + 1)


def _sentence(node: dict[str, Json]) -> str:
    """The message in the members of one object, with its field and its code; "" if they contain none."""
    texts = {name_key(key): _one_line(_first(value)) for key, value in node.items() if _first(value)}
    if "expected" in texts and "found" in texts:
        return f"{texts.get('pointer', '')} expected {texts['expected']}, found {texts['found']}".strip()
    words = [texts[key] for key in (*_HEADLINES, *_WORDS) if key in texts and not texts[key].isdigit()]
    descriptions = [texts[key] for key in _WORDS if key in texts]
    if not descriptions and not any(key in texts for key in ("title", "error", "errors")):
        return ""
    codes = [texts[key] for key in _CODES if key in texts and " " not in texts[key]]
    field = next((texts[key] for key in _FIELDS if key in texts), "")
    message = ": ".join(dict.fromkeys(words))
    message = f"{field}: {message}" if field else message
    return f"{message} (code {codes[0]})" if codes and message and codes[0] not in words else message


def _first(value: Json) -> str:
    if isinstance(value, list) and value and type(value) is not list:  # the values of a form field
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


def _readable(text: str) -> str:
    """The text of a plain, XML or HTML body; the title if an HTML page has one."""
    text = text[:_MAX_SCANNED]
    if "<" not in text:
        return _one_line(text)
    title = re.search(r"<title[^<>]*>([^<>]+)</title", text, re.IGNORECASE)
    if title is not None:
        return _one_line(_unescaped(title[1]))
    return _one_line(_unescaped(re.sub(r"<[^<>]*>", " ", text)))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)
