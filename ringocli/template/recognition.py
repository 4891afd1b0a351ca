"""Tells templates from other JSON files, for folders, the pre-commit hook and editors alike."""

from __future__ import annotations

import re

from ringocli.template.pattern.notation import Json
from ringocli.text.document import Document

_SECTION = r'"(?:API|Webhook)"\s*:\s*[{\[]|"class"\s*:\s*"sms"|"(?:auth|OAuth2|properties)"\s*:\s*[{\[]'


def is_template(document: Document) -> bool:
    """Whether a JSON file is a template; of a text that cannot be parsed at all, its sections decide."""
    if document.value is None and document.broken is not None:
        return has_template_sections(document.text)
    return has_template_keys(document.value)


def has_template_sections(text: str) -> bool:
    """Whether a text that cannot be parsed has at least two different sections of a template."""
    return len({match.group().split('"')[1] for match in re.finditer(_SECTION, text)}) > 1


def has_template_keys(value: Json) -> bool:
    """Whether a JSON value has at least two of the signs of a template.

    They are ``API`` as an object, ``Webhook`` as an array or object, ``class`` with the value ``sms``, and ``auth``,
    ``OAuth2`` or ``properties`` beside an ``id``.
    """
    if not isinstance(value, dict):
        return False
    signs: tuple[bool, ...] = (
        isinstance(value.get("API"), dict),
        isinstance(value.get("Webhook"), (dict, list)),
        value.get("class") == "sms",
        "id" in value and any(key in value for key in ("auth", "OAuth2", "properties")),
    )
    return sum(signs) > 1
