"""Content types: media types and the encodings they stand for.

This is not part of ``bodies`` because the linter needs only this: importing ``bodies`` would add 20 ms to every
``validate``.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
MULTIPART_TYPE = "multipart/form-data"


class Encoding(Enum):
    """The encoding of a body."""

    JSON = "json"
    FORM = "form"
    OTHER = "other"


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case: ``application/json; charset=utf-8`` → ``application/json``."""
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=64)
def encoding_of(content_type: str | None) -> Encoding:
    """The encoding for a content type; a missing content type means JSON (assumption 14)."""
    kind = media_type(content_type) if content_type else JSON_TYPE
    if kind.endswith(("/json", "+json")):
        return Encoding.JSON
    return Encoding.FORM if kind.endswith("/x-www-form-urlencoded") else Encoding.OTHER


@lru_cache(maxsize=64)
def charset_of(content_type: str | None) -> str:
    """The charset parameter of a content type; UTF-8 if there is none or it is empty."""
    charset = "utf-8"
    for parameter in (content_type or "").split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip("'\"") or charset
    return charset


def is_utf8(content_type: str | None) -> bool:
    """Whether the charset of a content type is UTF-8, in which requests are encoded."""
    return charset_of(content_type).lower().replace("_", "-") in ("utf-8", "utf8")
