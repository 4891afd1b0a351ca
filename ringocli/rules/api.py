"""RT2, second half: the requests that Ringotel fires."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ringocli.codec import FORM_TYPE, JSON_TYPE, Encoding, encoding_of, media_type
from ringocli.lint import Fix, Problem, RenameKey, ReplaceValue, Severity, rule
from ringocli.pattern import Leaf, split
from ringocli.rules.variables import unfinished
from ringocli.schema import CONTENT_TYPES, KEYS, METHODS
from ringocli.subject import Subject
from ringocli.suggest import is_misspelled_in, nearest
from ringocli.template import OAuth2, RequestSpec
from ringocli.variables import Place


@rule("RT210", Severity.ERROR)
def unknown_method(subject: Subject) -> Iterator[Problem]:
    """The request method is no HTTP method.

    Ringotel's page shows POST.

    Bad: {"API": {"SendMessage": {"request_method": "PSOT"}}}
    Good: {"API": {"SendMessage": {"request_method": "POST"}}}
    Source: help.ringotel.co/en/articles/11193931, RFC 9110
    """
    callers = [(spec.pointer, spec.method) for spec in subject.template.requests]
    callers += [(event.pointer, event.method or "POST") for event in subject.template.events]
    for at, method in callers:
        if method not in METHODS:
            pointer = (*at, "request_method")
            choice = nearest(method, METHODS)
            fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(pointer, choice),)) if choice else None
            hint = f"did you mean {choice}?" if choice else f"use one of {', '.join(METHODS)}"
            yield Problem(pointer, f"{method!r} is no HTTP method; {hint}", choice, fix)


@rule("RT211", Severity.WARNING)
def missing_content_type(subject: Subject) -> Iterator[Problem]:
    """A request with a body does not say its content type.

    JSON is assumed.

    Bad: {"API": {"SendMessage": {"request_content_type": null}}}
    Good: {"API": {"SendMessage": {"request_content_type": "application/json"}}}
    Source: a reading (format row 14)
    """
    from ringocli.rules.shape import meant

    for spec in subject.template.requests:
        holder: dict[str, Any] = subject.root["API"][spec.name]
        if spec.sends_body and "request_content_type" not in holder:
            if "request_content_type" not in meant(holder, "request").values():
                message = f"{spec.name} has no request_content_type; {JSON_TYPE} is assumed"
                yield Problem(spec.pointer, message, JSON_TYPE, part="object")


@rule("RT212", Severity.WARNING)
def odd_content_type(subject: Subject) -> Iterator[Problem]:
    """The content type is misspelled, or is neither JSON nor form.

    Only JSON has been seen in requests, and forms in OAuth2. Multipart and XML have no documented notation.

    Bad: {"API": {"SendMessage": {"request_content_type": "aplication/json"}}}
    Good: {"API": {"SendMessage": {"request_content_type": "application/vnd.api+json"}}}
    Source: help.ringotel.co/en/articles/11193931; a reading (format row 14)
    """
    for spec in subject.template.requests:
        if spec.content_type is None or not spec.sends_body:
            continue
        kind = media_type(spec.content_type)
        well_formed = re.fullmatch(r"[a-z0-9][\w.+-]*/[\w.+-]+", kind) and kind.partition("/")[0] in (
            "application", "text", "multipart", "image", "audio", "video",
        )  # fmt: skip
        if encoding_of(kind) is not Encoding.OTHER and well_formed:
            continue
        pointer = (*spec.pointer, "request_content_type")
        choice = nearest(kind, CONTENT_TYPES, least=0.8) or {"json": JSON_TYPE, "form": FORM_TYPE}.get(kind)
        if choice is not None:
            fix = Fix(title=f"Write {choice}", changes=(ReplaceValue(pointer, choice),))
            yield Problem(pointer, f"{spec.content_type!r} is no content type; did you mean {choice}?", choice, fix)
        else:
            yield Problem(pointer, f"{spec.content_type!r} has not been seen here; only JSON and forms have")


@rule("RT213", Severity.ERROR)
def nested_form(subject: Subject) -> Iterator[Problem]:
    """A form has nested parameters.

    A form is a flat list of keys; how Ringotel would flatten an object is not documented.

    Bad: {"API": {"SendMessage": {"request_content_type": "application/x-www-form-urlencoded", "request_parameters":
        {"from": "$from$", "message": {"to": "$to$", "text": "$content$"}}}}}
    Good: {"API": {"SendMessage": {"request_content_type": "application/x-www-form-urlencoded"}}}
    Source: a reading (format row 15)
    """
    for spec in subject.template.requests:
        if spec.sends_body and encoding_of(spec.content_type) is Encoding.FORM:
            yield from _nested(spec, "a form")


@rule("RT214", Severity.ERROR)
def nested_query(subject: Subject) -> Iterator[Problem]:
    """A GET or DELETE request has nested parameters.

    They go into the query, which is flat.

    Bad: {"API": {"SendMessage": {"request_method": "GET", "request_parameters":
        {"to": {"number": "$to$"}, "from": "$from$", "text": "$content$"}}}}
    Good: {"API": {"SendMessage": {"request_method": "GET"}}}
    Source: a reading (format row 13)
    """
    for spec in subject.template.requests:
        if not spec.sends_body:
            yield from _nested(spec, "a query")


def _nested(spec: RequestSpec, what: str) -> Iterator[Problem]:
    at = (*spec.pointer, "request_parameters")
    if isinstance(spec.parameters, list):
        yield Problem(at, f"{what} needs an object of keys and values, not a list")
        return
    for key, value in spec.parameters.items():
        items = value if isinstance(value, list) else [value]
        if isinstance(value, dict) or any(isinstance(item, (dict, list)) for item in items):
            yield Problem((*at, key), f"{what} is flat, and {key!r} is nested", part="value")


@rule("RT215", Severity.WARNING)
def no_message_id(subject: Subject) -> Iterator[Problem]:
    """The reply's message id is not taken.

    Delivery receipts find their message by the id that `response_map` took from the reply. Without `$messageid$` there,
    no receipt can ever match.

    Bad: {"API": {"SendMessage": {"response_map": null}}}
    Good: {"API": {"SendMessage": {"response_map": {"data": {"id": "$messageid$"}}}}}
    Source: inferred from Ringotel's examples (format section 3, row 19)
    """
    from ringocli.rules.shape import meant

    receipts = any(event.place is Place.DELIVERED for event in subject.template.events)
    why = "so the declared delivery receipts can never match" if receipts else "so no delivery receipt could match"
    for spec in subject.template.requests:
        holder: dict[str, Any] = subject.root["API"][spec.name]
        if spec.response_map is None:
            if "response_map" not in holder and "response_map" not in meant(holder, "request").values():
                yield Problem(spec.pointer, f"{spec.name} has no response_map, {why}", "response_map", part="object")
        elif "messageid" not in spec.reply.variables and not _almost(spec):
            pointer = (*spec.pointer, "response_map")
            yield Problem(pointer, f"response_map takes no $messageid$, {why}", "$messageid$", part="key")


def _almost(spec: RequestSpec) -> bool:
    """Whether a variable is there, though a wrong one: then that one has its own finding."""
    return bool(spec.reply.variables) or "$" in str(spec.response_map) or "messageid" in str(spec.response_map).lower()


@rule("RT216", Severity.WARNING)
def no_send_file(subject: Subject) -> Iterator[Problem]:
    """There is no SendFile, so users cannot send files.

    That is right for a provider that only takes text.

    Bad: {"API": {"SendFile": null}}
    Good: {}
    Source: a reading (format row 18)
    """
    api = subject.root.get("API")
    if isinstance(api, dict) and not subject.truncated and "SendFile" not in api and "SendMessage" in api:
        if not is_misspelled_in((key for key in api if key not in KEYS["API"]), "SendFile"):
            yield Problem(("API",), "there is no SendFile, so users cannot send files", "SendFile", part="object")


@rule("RT217", Severity.ERROR)
def no_send_message(subject: Subject) -> Iterator[Problem]:
    """There is no SendMessage, so users cannot send anything.

    Bad: {"API": {"SendMessage": null}}
    Good: {}
    Source: help.ringotel.co/en/articles/11193931
    """
    api = subject.root.get("API")
    if isinstance(api, dict) and not subject.truncated and "SendMessage" not in api:
        if not is_misspelled_in((key for key in api if key not in KEYS["API"]), "SendMessage"):
            yield Problem(
                ("API",), "there is no SendMessage, so users cannot send messages", "SendMessage", part="object"
            )


@rule("RT218", Severity.ERROR)
def unknown_api_method(subject: Subject) -> Iterator[Problem]:
    """API has a method that Ringotel does not call.

    Only SendMessage and SendFile are documented.

    Bad: {"API": {"SendFiles": {"request_method": "POST", "request_url": "https://a.example/"}, "SendFile": null}}
    Good: {}
    Source: help.ringotel.co/en/articles/11193931
    """
    api = subject.root.get("API")
    for key in api if isinstance(api, dict) and not subject.truncated else ():
        if key not in KEYS["API"]:
            choice = nearest(key, [name for name in KEYS["API"] if name not in api], least=0.75)
            fix = Fix(title=f"Rename to {choice}", changes=(RenameKey(("API", key), choice),)) if choice else None
            hint = f"did you mean {choice}?" if choice else "only SendMessage and SendFile are documented"
            yield Problem(("API", key), f"{key!r} is no method of messaging integrations; {hint}", choice, fix, "key")


@rule("RT219", Severity.ERROR)
def unusable_address(subject: Subject) -> Iterator[Problem]:
    """A request_url is no absolute address.

    CRM integrations have relative paths; messaging integrations have whole addresses.

    Bad: {"API": {"SendMessage": {"request_url": "/v1/messages"}}}
    Good: {"API": {"SendMessage": {"request_url": "https://sms.acme.example/v1/messages"}}}
    Source: help.ringotel.co/en/articles/11193931
    """
    for spec in subject.template.requests:
        pointer = (*spec.pointer, "request_url")
        url = spec.url
        if url.startswith("$") or pointer in subject.template.misfits:
            continue
        try:
            parts = urlsplit(url)
            host, scheme = parts.netloc, parts.scheme
        except ValueError:
            host = scheme = ""
        if url != url.strip():
            fix = Fix(title="Remove the blanks", changes=(ReplaceValue(pointer, url.strip()),))
            yield Problem(pointer, "the address starts or ends with a blank; remove it", url.strip(), fix)
        elif re.search(r"\s", "".join(part for part in split(url, spec.properties) if isinstance(part, str))):
            tidy = re.sub(r"(?<=[^$\s])\s+(?=/)|(?<=/)\s+", "", url)
            message = "the address has a blank in it; write %20, or remove it"
            yield Problem(pointer, message, tidy if tidy != url else None)
        elif scheme not in ("http", "https") or not host:
            better = f"https://{url.lstrip('/:')}" if re.match(r"(//)?[\w-]+(\.[\w-]+)+(/|$)", url) else None
            better = (
                re.sub(r"^h?t{0,3}p?s?:?/{0,2}(?=[\w.])", "https://", url) if "//" in url and host == "" else better
            )
            if better is None and host and nearest(scheme, ("https", "http"), least=0.7):
                better = f"https://{url.partition('://')[2]}"
            yield Problem(pointer, f"{url!r} is no absolute https address", better)


@rule("RT220", Severity.WARNING)
def content_not_sent(subject: Subject) -> Iterator[Problem]:
    """A request does not carry what it is for.

    SendMessage has to send `$content$` and `$to$`; in SendFile `$content$` is the file's address.

    Bad: {"API": {"SendMessage": {"request_parameters": {"from": "$from$", "to": "$to$", "text": "Hello"}}}}
    Good: {}
    Source: Ringotel's wiki page 2288910338
    """
    for spec in subject.template.requests:
        holder = subject.root["API"][spec.name]
        if "request_parameters" not in holder and not isinstance(subject.template.auth, OAuth2) and "$" not in spec.url:
            yield Problem(spec.pointer, f"{spec.name} has no request_parameters, so it sends nothing",
                          "request_parameters", part="object")  # fmt: skip
            continue
        names = {*spec.body.variables, *spec.address.variables}
        if not names <= {"from", "to", "content", "extension", "domain", *spec.properties}:
            continue  # an unknown name may be the one that is missing here, and has its own finding
        if unfinished(spec.body):
            continue
        missing = [name for name in ("to", "content") if name not in names]
        if missing:
            listed = " and ".join(f"${name}$" for name in missing)
            yield Problem((*spec.pointer, "request_parameters"), f"{spec.name} never sends {listed}",
                          f"${missing[0]}$", part="key")  # fmt: skip


@rule("RT221", Severity.WARNING)
def json_in_a_string(subject: Subject) -> Iterator[Problem]:
    """A text of JSON holds a variable.

    The value is put into the text as it is: a quote or a line break in a message breaks the inner JSON. Ask the
    provider for a way to send an object.

    Bad: {"API": {"SendMessage": {"request_parameters": {"to": "$to$", "data": "{\\"text\\": \\"$content$\\"}"}}}}
    Good: {}
    Source: RFC 8259; the framework has no notation for escaping twice
    """
    for spec in subject.template.requests:
        for pointer, leaf in spec.body.leaves:
            if isinstance(leaf, Leaf) and leaf.alone is None:
                text = "".join(part if isinstance(part, str) else "x" for part in leaf.parts)
                if text.lstrip()[:1] in ("{", "[") and _is_json(text):
                    at = (*spec.pointer, "request_parameters", *pointer)
                    yield Problem(at, "a quote in a message would break the JSON inside this text")


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
