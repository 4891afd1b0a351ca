"""Bodies and queries by content type: JSON (any ``…/json`` or ``…+json``), form, query string.

Encoding takes a rendered tree and keeps track of where each variable went; decoding gives the tree that
``Pattern.match`` reads. Which encodings Ringotel itself supports beyond ``application/json`` is not published;
form bodies are read from what providers need (``assumptions``, row 14).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NoReturn
from urllib.parse import parse_qsl, quote, quote_plus

from ringocli.errors import LocalError
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, Encoding, encoding_of, media_type
from ringocli.template.pattern.pattern import Json, Several, as_text
from ringocli.text.traced import Traced, joined


def _json_escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_parts(tree: Json) -> Iterator[Traced | str]:
    if isinstance(tree, Traced):
        yield '"'
        yield tree.map(_json_escaped)
        yield '"'
    elif isinstance(tree, dict):
        for index, (key, value) in enumerate(tree.items()):
            yield ("," if index else "{") + json.dumps(key, ensure_ascii=False) + ":"
            yield from _json_parts(value)
        yield "}" if tree else "{}"
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            yield "," if index else "["
            yield from _json_parts(item)
        yield "]" if tree else "[]"
    else:
        yield json.dumps(tree, ensure_ascii=False)


def flat_pairs(tree: Json) -> Iterator[tuple[str, Json]]:
    """The key-value pairs of a flat object; a list of scalars repeats its key.

    Raises:
        LocalError: the tree is nested, for which no form encoding is documented.
    """
    if not isinstance(tree, dict):
        raise LocalError("a form or query needs an object at its top", "Write request_parameters as an object.")
    for key, value in tree.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, (dict, list)):
                raise LocalError(
                    f"{key!r} is nested, and a form or query is flat",
                    "Flatten it, or send application/json.",
                )
            yield key, item


def encode_pairs(tree: Json, quoting: str = "plus") -> Traced:
    """``key=value&…``; ``quoting`` is ``plus`` for forms (a blank is ``+``) and ``percent`` for addresses."""
    escape = quote_plus if quoting == "plus" else _percent
    parts: list[Traced | str] = []
    for key, value in flat_pairs(tree):
        parts.append(("&" if parts else "") + escape(key) + "=")
        parts.append(value.map(escape) if isinstance(value, Traced) else escape(as_text(value)))
    return joined(parts)


def _percent(text: str) -> str:
    return quote(text, safe="")


def encode(tree: Json, content_type: str | None) -> Traced:
    """A rendered tree as a body. A type that is neither JSON nor form is written as JSON; a rule warns of it.

    Raises:
        LocalError: a form body is nested.
    """
    if encoding_of(content_type) is Encoding.FORM:
        return encode_pairs(tree)
    return joined(_json_parts(tree))


def decode_pairs(text: str) -> dict[str, Json]:
    """A form body or query string; every value is a ``Several``, since keys may repeat."""
    tree: dict[str, Json] = {}
    for key, value in parse_qsl(text, keep_blank_values=True, max_num_fields=10_000):
        tree.setdefault(key, Several()).append(value)
    return tree


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
"""Made once: ``json.loads`` with an option would make one for each text."""


def decode_json(text: str) -> Json:
    """JSON as the standard has it.

    Raises:
        LocalError: it is no JSON, or nested too deeply to be read.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise LocalError("the JSON is nested too deeply", "No real webhook is: look at what sent it.") from None
    except ValueError as error:
        raise LocalError(f"the body is no JSON: {error}", "Send JSON, or say its --content-type.") from None


@lru_cache(maxsize=64)
def charset_of(content_type: str | None) -> str:
    """The charset that a content type names, UTF-8 unless it does."""
    charset = "utf-8"
    for parameter in (content_type or "").split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip("'\"")
    return charset


def text_of(body: bytes, content_type: str | None) -> str:
    """The characters of a body by its charset, UTF-8 unless it says otherwise.

    Raises:
        LocalError: the bytes are not in that charset, or the charset is unknown.
    """
    charset = charset_of(content_type)
    try:
        return body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        raise LocalError(f"the body is not {charset} text", "Check the sample, or its charset.") from None


def decode(body: bytes, content_type: str | None) -> Json:
    """The tree in a body. Without a JSON or form content type: JSON if it reads as JSON, else a form.

    Raises:
        LocalError: the body is not what its content type says.
    """
    text = text_of(body, content_type).removeprefix("\ufeff")
    kind = encoding_of(content_type) if content_type else Encoding.OTHER
    if kind is Encoding.FORM:
        return _decode_form(text)
    if kind is Encoding.JSON or text.lstrip()[:1] in tuple("{["):
        return decode_json(text)
    return _decode_form(text)


def _decode_form(text: str) -> Json:
    try:
        return decode_pairs(text.strip())
    except ValueError:
        raise LocalError("the form has over 10,000 fields", "No real webhook has: look at what sent it.") from None


__all__ = [
    "FORM_TYPE",
    "JSON_TYPE",
    "Encoding",
    "decode",
    "decode_pairs",
    "encode",
    "encode_pairs",
    "encoding_of",
    "media_type",
    "text_of",
]
