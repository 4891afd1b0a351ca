"""Judges a provider's reply: whether it is usable, accepts the credential and the message, and has an id."""

from __future__ import annotations

import re

from ringocli.http.content_types import media_type
from ringocli.http.error_text import provider_message, reason_phrase, tree_of_reply
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.http.status_codes import SUCCESS
from ringocli.messaging.verdict import judge
from ringocli.template.model import RequestSpec
from ringocli.template.pattern.pattern import Json
from ringocli.testing.doctor.steps import StepFailed
from ringocli.text.delivery_statuses import FAILURE
from ringocli.text.field_names import name_key
from ringocli.text.pointer import as_text as pointer_text

_ABOUT_NUMBERS = re.compile(
    r"e\.?164|phone ?number|msisdn|country code|\b(?:number|recipient|sender|destination|to|from)\b['\"]?(?: \S+){0,3} "
    r"(?:is not|isn't|must|invalid|not a?\b)|invalid ['\"]?(?:to|from|sender|recipient|destination|source|phone|number)\b",
    re.IGNORECASE,
)
_REFUSED_CREDENTIAL = (401, 403, 407)
_UNUSABLE = (404, 405, 408, 410, 421, 425, 426, 429)
"""Statuses about the URL, the method or the server; other 4xx are about the content."""


def check_http(reply: Reply) -> str:
    """Whether there is a usable reply at all.

    Raises:
        StepFailed: a redirect, a wrong URL or method, or an error of the server.
    """
    status, message = reply.status, _message_suffix(reply)
    if 300 <= status < 400:
        target = header(reply.headers, "location") or "another URL"
        fix = "Correct request_url: redirects are not followed."
        raise StepFailed("http", f"{_named(status)}: redirect to {target.partition('?')[0]}", fix)
    if status in (404, 410):
        raise StepFailed(
            "http", f"{_named(status)}{message}", "Check the path of request_url, and the account ids in it."
        )
    if status == 405:
        allowed = header(reply.headers, "allow")
        fix = f"Set request_method to {allowed}." if allowed else "Check request_method against the provider's page."
        raise StepFailed("http", f"{_named(status)}{message}", fix)
    if status == 429:
        raise StepFailed("http", f"{_named(status)}{message}", "Too many requests: wait, or ask for a higher limit.")
    if status >= 500 or status in _UNUSABLE or status < 200:
        fix = "The provider's server failed: try again later, and check its status page."
        raise StepFailed("http", f"{_named(status)}{message}", fix)
    return _named(status)


def check_auth(reply: Reply, properties: tuple[str, ...]) -> str:
    """Whether the credential was accepted.

    Raises:
        StepFailed: 401, 403 or 407.
    """
    names = ", ".join(properties) or "the credential"
    if reply.status == 403:
        fix = "The credential is valid but not permitted: check its permissions, the IP allow list and the number."
        raise StepFailed("auth", f"{_named(403)}{_message_suffix(reply)}", fix)
    if reply.status in _REFUSED_CREDENTIAL:
        fix = f"Check whether {names} is wrong, expired or from another account, and whether auth has the right type."
        raise StepFailed("auth", f"{_named(reply.status)}{_message_suffix(reply)}", fix)
    return "the credential was accepted"


def check_body(request: RenderedRequest, reply: Reply, file: str, numbers: str) -> str:
    """Whether the provider accepted the message; ``numbers`` says how its numbers must look, where that is known.

    Raises:
        StepFailed: a 4xx about the content, or a 2xx that reports an error.
    """
    render = f"Compare the request with the provider's page: ringocli render {file} {request.name}"
    words = provider_message(reply, errors_only=True) or provider_message(reply)
    if _ABOUT_NUMBERS.search(words):
        written = ", ".join(f"{name} {request.variables[name]}" for name in ("from", "to") if name in request.variables)
        numbers = numbers or "set the outboundFormat of each number to what the provider expects, in Ringotel's portal"
        render = f"Check how numbers are written ({written}): {numbers}. {render}"
    if reply.status == 415:
        raise StepFailed("body", f"{_named(415)}{_message_suffix(reply)}", "Correct request_content_type.")
    if reply.status == 402:
        raise StepFailed("body", f"{_named(402)}{_message_suffix(reply)}", "Check the balance of the account.")
    if reply.status not in SUCCESS:
        raise StepFailed("body", f"{_named(reply.status)}{_message_suffix(reply)}", render)
    document = tree_of_reply(reply)
    if document is not None:
        found = error_in(document)
        if found:
            problem = f"{_named(reply.status)}, but the reply reports an error: {words or found}"
            raise StepFailed("body", problem, render)
    elif not _is_html(reply) and FAILURE.search(reply.text[:2000]):
        raise StepFailed(
            "body", f"{_named(reply.status)}, but the reply reports an error: {provider_message(reply)}", render
        )
    return "the message was accepted"


def check_response_map(spec: RequestSpec, request: RenderedRequest, reply: Reply) -> tuple[str, str | None]:
    """Check that ``response_map`` finds the message id; returns a description and the id.

    Raises:
        StepFailed: the reply cannot be parsed, or has no id where it is looked for.
    """
    verdict = judge(spec, request, reply, SUCCESS)
    if spec.response_map is None:
        return "the template has no response_map, so delivery receipts cannot be assigned", None
    if tree_of_reply(reply) is None:
        kind = media_type(reply.content_type) if reply.content_type else "no type"
        problem = f"the reply is {kind} and cannot be parsed" if reply.body.strip() else "the reply has no body"
        raise StepFailed(
            "response_map", problem, "Ask the provider for a JSON reply (an Accept setting or another URL)."
        )
    message_id = verdict.variables.get("messageid")
    if "messageid" not in spec.reply.variables:
        return "response_map has no $messageid$, so delivery receipts cannot be assigned", None
    if message_id and not verdict.differences:
        return f"message id {message_id}", message_id
    places = ", ".join(pointer_text(candidate.pointer) for candidate in verdict.candidates[:3])
    missed = "; ".join(f"{pointer_text(one.pointer)}: expected {one.expected}" for one in verdict.differences[:3])
    fix = f"Point response_map at {places}." if places else "Compare response_map with the reply of ringocli send-test."
    raise StepFailed("response_map", f"no message id in the reply ({missed or 'nothing there'})", fix)


def _is_html(reply: Reply) -> bool:
    return b"<html" in reply.body[:2000].lower() or b"<!doctype html" in reply.body[:200].lower()


def _named(status: int) -> str:
    return f"{status} {reason_phrase(status)}".strip()


def _message_suffix(reply: Reply) -> str:
    words = provider_message(reply)
    return f": {words}" if words else ""


_NO_ERROR = frozenset(
    {"", "0", "00", "none", "null", "false", "ok", "success", "no error", "noerror", "no errors", "200"}
)
_ERROR_KEYS = ("error", "errors", "fault", "exception")
_FLAGS = frozenset({"success", "ok", "succeeded", "issuccess", "successful", "accepted"})
_STATES = frozenset(
    {"status", "result", "state", "outcome", "messagestatus", "statustext", "responsecode", "groupname"}
)
_CODES = frozenset({"code", "statuscode", "httpcode", "errorcode", "errcode", "errorid"})


def error_in(document: Json, depth: int = 0) -> str:
    """The error that the upper levels of a reply report; empty if there is none."""
    if depth > 4:
        return ""
    if isinstance(document, list):
        return next((found for item in document[:20] if (found := error_in(item, depth + 1))), "")
    if not isinstance(document, dict):
        return ""
    for key, value in document.items():
        if found := _member_error(name_key(key), value):
            return f"{key}: {found}"
    members = (error_in(value, depth + 1) for value in document.values() if isinstance(value, (dict, list)))
    return next((found for found in members if found), "")


def _member_error(key: str, value: Json) -> str:
    scalar = value[0] if isinstance(value, list) and value and type(value) is not list else value
    if isinstance(scalar, (dict, list)):
        is_error = any(key == word or key.endswith(word) for word in _ERROR_KEYS) and bool(scalar)
        return "reported" if is_error else ""
    text = "" if scalar is None else str(scalar).strip().lower()
    if key in _FLAGS:
        return text if text in ("false", "0", "no") else ""
    if key in _CODES:
        is_http_error = text.isdigit() and 400 <= int(text) <= 599
        return text if is_http_error or ("err" in key and text not in _NO_ERROR) else ""
    if key in _STATES:
        return text if FAILURE.search(text) and "no" not in text.split() else ""
    if key.startswith("error") or key.endswith("error") or key in _ERROR_KEYS or "fault" in key:
        return text if text not in _NO_ERROR else ""
    return ""
