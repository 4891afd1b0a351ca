"""Encodes and decodes bodies and query strings by content type: JSON (any ``…/json`` or ``…+json``) and forms.

Encoding records the position of each variable; decoding returns the tree that ``Pattern.match`` reads. Which
content types Ringotel supports besides ``application/json`` is not documented (assumption 14).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache
from typing import NoReturn
from urllib.parse import parse_qsl, quote, quote_plus

from ringocli.errors import LocalError
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, Encoding, charset_of, encoding_of, media_type
from ringocli.template.pattern.pattern import Json, Several, as_text
from ringocli.text.json_numbers import UnusableNumber, number_text, read_float, read_integer
from ringocli.text.traced import Traced, joined

MAX_CHARSET_LENGTH = 40
"""The longest name that IANA registers has 45 characters; the longest that is used has half as many."""

MAX_FIELDS = 10_000
"""Fields of a form or query."""


def json_escaped(text: str) -> str:
    """The text as it is written inside a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_parts(tree: Json) -> Iterator[Traced | str]:
    if isinstance(tree, Traced):
        yield '"'
        yield tree.map(json_escaped)
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
        yield number_text(tree) if isinstance(tree, float) else json.dumps(tree, ensure_ascii=False)


def flat_pairs(tree: Json) -> Iterator[tuple[str, Json]]:
    """The key-value pairs of a flat object; a list of scalars repeats its key.

    Raises:
        LocalError: the tree is nested (assumption 15).
    """
    if not isinstance(tree, dict):
        raise LocalError("a form or query needs an object, not an array", "Make request_parameters an object.")
    for key, value in tree.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, (dict, list)):
                raise LocalError(
                    f"{key!r} is nested, but a form or query must be flat",
                    "Flatten it, or send application/json.",
                )
            yield key, item


def encode_pairs(tree: Json, quoting: str = "plus") -> Traced:
    """``key=value&…``; ``quoting`` is ``plus`` for forms (a space is ``+``) and ``percent`` for URLs."""
    escape = quote_plus if quoting == "plus" else percent_encoded
    parts: list[Traced | str] = []
    for key, value in flat_pairs(tree):
        parts.append(("&" if parts else "") + escape(key) + "=")
        parts.append(value.map(escape) if isinstance(value, Traced) else escape(as_text(value)))
    return joined(parts)


def percent_encoded(text: str) -> str:
    """The text as it is written in a URL: a space is ``%20``."""
    return quote(text, safe="")


def encode(tree: Json, content_type: str | None) -> Traced:
    """A rendered tree as a body. If the content type is neither JSON nor a form, it is JSON; a lint rule warns about it.

    Raises:
        LocalError: a form body is nested.
    """
    if encoding_of(content_type) is Encoding.FORM:
        return encode_pairs(tree)
    return joined(_json_parts(tree))


def decode_pairs(text: str, charset: str = "utf-8") -> dict[str, Json]:
    """Decode a form body or query string; every value is a ``Several``, because keys may be repeated.

    ``charset`` is that of its percent-encoded bytes.

    Raises:
        LocalError: it has too many fields.
    """
    tree: dict[str, Json] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding=charset)
    except ValueError:
        raise LocalError(f"the form or query has more than {MAX_FIELDS:,} fields") from None
    for key, value in pairs:
        tree.setdefault(key, Several()).append(value)
    return tree


def _no_constant(word: str) -> NoReturn:
    raise UnusableNumber(f"{word} is not a number in JSON")


JSON_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=read_float)
_EXACT_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=read_float, parse_int=read_integer)
"""Shared, because ``json.loads`` with an option creates a decoder for every text."""

MAX_UNINTERRUPTED = 100_000
"""A longer JSON text is decoded with ``_EXACT_DECODER``: between two integers other threads may run. Python needs 0.1 ms
for an integer of 4,000 digits."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class InfiniteValue(LocalError):
    """A body contains a number that is not finite, so its value is unknown."""


def decode_json(text: str) -> Json:
    """Parse standard JSON.

    Raises:
        LocalError: not valid JSON, or nested too deeply.
    """
    try:
        tree = _decoded(text)
        return _without_surrogates(tree) if _may_have_surrogates(text) else tree
    except RecursionError:
        raise LocalError("the JSON is nested too deeply") from None
    except UnusableNumber as error:
        raise InfiniteValue(f"the body is not valid JSON: {error}", "Send it as a string, in quotes.") from None
    except ValueError as error:
        raise LocalError(f"the body is not valid JSON: {error}", "Send JSON, or the right Content-Type.") from None


def _decoded(text: str) -> Json:
    try:
        return (JSON_DECODER if len(text) <= MAX_UNINTERRUPTED else _EXACT_DECODER).decode(text)
    except (UnusableNumber, json.JSONDecodeError):
        raise
    except ValueError:  # an integer of over 4,300 digits
        return _EXACT_DECODER.decode(text)


def _may_have_surrogates(text: str) -> bool:
    """Whether a JSON text may have lone surrogates: as escapes, or as characters, which only UTF-7 can contain."""
    if "\\u" in text and _SURROGATE.search(text):
        return True
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _without_surrogates(tree: Json) -> Json:
    """The tree with "?" for each lone surrogate, which UTF-8 cannot encode."""
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace").decode()
    if isinstance(tree, dict):
        return {_without_surrogates(key): _without_surrogates(value) for key, value in tree.items()}
    return [_without_surrogates(item) for item in tree] if isinstance(tree, list) else tree


_NOT_CHARSETS = frozenset(
    {"base64_codec", "bz2_codec", "hex_codec", "idna", "mbcs", "punycode", "quopri_codec", "raw_unicode_escape",
     "rot_13", "unicode_escape", "uu_codec", "zlib_codec"}
)  # fmt: skip
"""Python's codecs that are not character sets; some of them take quadratic time."""

_CHARSETS = frozenset({*aliases, *aliases.values(), "cp720", "cp737", "cp874", "koi8_t", "koi8_u", "utf_8_sig"})
"""Only known names are looked up, because Python never forgets an unknown one."""


def _is_charset(name: str) -> bool:
    return len(name) <= MAX_CHARSET_LENGTH and name.isascii() and _is_known_charset(name)


@lru_cache(maxsize=64)
def _is_known_charset(name: str) -> bool:
    known = normalize_encoding(name).lower()
    return known in _CHARSETS and aliases.get(known, known) not in _NOT_CHARSETS


def text_of(body: bytes, content_type: str | None) -> str:
    """Decode the characters of a body by its charset, UTF-8 by default.

    Raises:
        LocalError: invalid bytes, or an unknown charset.
    """
    charset = charset_of(content_type)
    try:
        if _is_charset(charset):
            return body.decode(charset)
    except ValueError:  # undecodable bytes, or a NUL in the name of the charset
        pass
    raise LocalError(
        f"the body is not valid {charset[:MAX_CHARSET_LENGTH]} text",
        "Check the body and the charset of its content type.",
    ) from None


def decode(body: bytes, content_type: str | None) -> Json:
    """The tree in a body; without a JSON or form content type, JSON if the body starts like it, else a form.

    Raises:
        LocalError: the body does not match its content type.
    """
    text = text_of(body, content_type).removeprefix("\ufeff")
    kind = encoding_of(content_type) if content_type else Encoding.OTHER
    if kind is Encoding.FORM:
        return decode_pairs(text.strip(), charset_of(content_type))
    if kind is Encoding.JSON or text.lstrip()[:1] in tuple("{["):
        return decode_json(text)
    return decode_pairs(text.strip(), charset_of(content_type))


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
