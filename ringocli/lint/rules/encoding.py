"""RT2, third part: content types, and values that their encoding cannot express."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, Encoding, charset_of, encoding_of, is_utf8, media_type
from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.model import RequestSpec
from ringocli.template.pattern.pattern import Leaf
from ringocli.template.schema import CONTENT_TYPES
from ringocli.text.suggest import MAX_COMPARED, edit_distance, nearest


@rule("RT211", Severity.WARNING)
def missing_content_type(subject: Subject) -> Iterator[Problem]:
    """A request with a body has no content type.

    ringocli assumes JSON; what Ringotel does is not documented.

    Bad:
    >   "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 14
    """
    from ringocli.lint.rules.shape import meant

    for spec in subject.template.requests:
        holder: dict[str, Any] = subject.root["API"][spec.name]
        if spec.sends_body and "request_content_type" not in holder:
            if "request_content_type" not in meant(holder, "request").values():
                message = f"{spec.name} has no request_content_type; {JSON_TYPE} is assumed"
                yield Problem(spec.pointer, message, JSON_TYPE, part="object")
        elif spec.sends_body and holder["request_content_type"] == "":
            pointer = (*spec.pointer, "request_content_type")
            yield Problem(pointer, f"request_content_type is empty; {JSON_TYPE} is assumed", JSON_TYPE)


@rule("RT212", Severity.WARNING)
def unsupported_content_type(subject: Subject) -> Iterator[Problem]:
    """The content type is misspelled, is neither JSON nor a form, or names a charset other than UTF-8.

    Ringotel documents JSON for requests and forms for OAuth2, where it writes `charset=utf-8`. There is no documented
    notation for multipart, XML or another charset.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
    >     "request_content_type": "aplication/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: help.ringotel.co/en/articles/11193931; assumption 14
    """
    for spec in subject.template.requests:
        if spec.content_type is None or not spec.sends_body:
            continue
        kind = media_type(spec.content_type)
        choice = _meant_type(kind)
        pointer = (*spec.pointer, "request_content_type")
        if choice is None and encoding_of(kind) is not Encoding.OTHER:
            if not is_utf8(spec.content_type):
                named = charset_of(spec.content_type)
                yield Problem(pointer, f"requests are encoded as UTF-8; read as {named}, é and emojis would be wrong")
            continue
        if choice is not None:
            fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(pointer, choice),))
            yield Problem(pointer, f"{spec.content_type!r} is not a content type (did you mean {choice}?)", choice, fix)
        else:
            yield Problem(pointer, f"{spec.content_type!r} is not documented; use JSON or a form")


_TYPE = r"(application|text|multipart|image|audio|video)/[\w.+-]+"
_FORM_WORDS = r"form|url-?encoded"


def _meant_type(kind: str) -> str | None:
    """The documented content type that was meant; None if the given one is correct, or a completely different type."""
    if kind in CONTENT_TYPES:
        return None
    near = next((known for known in CONTENT_TYPES if edit_distance(kind[:MAX_COMPARED], known) <= 2), None)
    if near is not None or (re.fullmatch(_TYPE, kind) and encoding_of(kind) is not Encoding.OTHER):
        return near
    if "multipart" in kind:
        return None
    if re.search(_FORM_WORDS, kind):
        return FORM_TYPE
    return nearest(kind, CONTENT_TYPES, least=0.8) or (JSON_TYPE if "json" in kind else None)


@rule("RT213", Severity.ERROR)
def nested_form(subject: Subject) -> Iterator[Problem]:
    """The parameters of a form are nested.

    A form is a flat list of keys and values. How Ringotel would flatten an object is not documented.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/x-www-form-urlencoded",
          "request_parameters": {
            "from": "$from$",
    >       "message": {"to": "$to$", "text": "$content$"}
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/x-www-form-urlencoded",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 15
    """
    for spec in subject.template.requests:
        if spec.sends_body and encoding_of(spec.content_type) is Encoding.FORM:
            yield from _nested(spec, "a form body")


@rule("RT214", Severity.ERROR)
def nested_query(subject: Subject) -> Iterator[Problem]:
    """The parameters of a GET or DELETE request are nested.

    They are sent in the query string, which is a flat list of keys and values.

    Bad:
        "SendMessage": {
          "request_method": "GET",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
    >       "to": {"number": "$to$"},
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "GET",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: assumption 13
    """
    for spec in subject.template.requests:
        if not spec.sends_body:
            yield from _nested(spec, "a query string")


def _nested(spec: RequestSpec, what: str) -> Iterator[Problem]:
    at = (*spec.pointer, "request_parameters")
    if isinstance(spec.parameters, list):
        yield Problem(at, f"{what} needs an object of keys and values, not an array")
        return
    for key, value in spec.parameters.items():
        items = value if isinstance(value, list) else [value]
        if isinstance(value, dict) or any(isinstance(item, (dict, list)) for item in items):
            yield Problem((*at, key), f"{what} is flat, but {key!r} is nested", part="value")


@rule("RT221", Severity.WARNING)
def json_in_a_string(subject: Subject) -> Iterator[Problem]:
    """A variable is inside JSON that is packed in a string.

    The value is inserted unchanged, so a quote or a line break in a message breaks the inner JSON. Ask the provider for
    a way to send an object.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "to": "$to$",
    >       "data": "{\\"text\\": \\"$content$\\"}"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "to": "$to$",
            "data": {"text": "$content$"}
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: RFC 8259; the framework has no notation for nested escaping
    """
    for spec in subject.template.requests:
        for pointer, leaf in spec.body.leaves:
            if isinstance(leaf, Leaf) and leaf.alone is None:
                text = "".join(part if isinstance(part, str) else "x" for part in leaf.parts)
                if text.lstrip()[:1] in ("{", "[") and _is_json(text):
                    at = (*spec.pointer, "request_parameters", *pointer)
                    yield Problem(at, "a quote in a message would break the JSON inside this string")


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


@rule("RT222", Severity.WARNING)
def markup_in_a_string(subject: Subject) -> Iterator[Problem]:
    """A variable is inside XML or a query that is packed in a string.

    The value is inserted unchanged, so an ampersand or an angle bracket in a message breaks the inner syntax. Ask the
    provider for a way to send plain parameters.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
    >       "data": "<sms><to>$to$</to><body>$content$</body></sms>"
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: XML 1.0 section 2.4, RFC 3986; the framework has no notation for nested escaping
    """
    for spec in subject.template.requests:
        for pointer, leaf in spec.body.leaves:
            if isinstance(leaf, Leaf) and leaf.alone is None:
                text = "".join(part if isinstance(part, str) else "x" for part in leaf.parts).strip()
                if _is_markup(text) or re.fullmatch(_QUERY, text):
                    at = (*spec.pointer, "request_parameters", *pointer)
                    yield Problem(at, "an & or < in a message would break the syntax inside this string")


_QUERY = r"[\w.\[\]-]+=[^&\s]*(&[\w.\[\]-]+=[^&\s]*)+"


def _is_markup(text: str) -> bool:
    return text.startswith("<") and text.endswith(">") and "</" in text


@rule("RT223", Severity.WARNING)
def null_in_a_form(subject: Subject) -> Iterator[Problem]:
    """A form or a query string contains null.

    Neither can express it: the key would be sent with the word "null", or be omitted.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/x-www-form-urlencoded",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$",
    >       "media": [null]
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/x-www-form-urlencoded",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: WHATWG URL Standard, section 5
    """
    for spec in subject.template.requests:
        if spec.sends_body and encoding_of(spec.content_type) is not Encoding.FORM:
            continue
        for key, value in spec.parameters.items() if isinstance(spec.parameters, dict) else ():
            if value is None or (isinstance(value, list) and None in value):
                pointer = (*spec.pointer, "request_parameters", key)
                yield Problem(pointer, f"{key!r} is null, which a form cannot express; remove it", part="value")
