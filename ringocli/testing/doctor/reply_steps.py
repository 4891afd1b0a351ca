"""Judges a provider's reply: whether it is usable, accepts the credential and the message, and has an id."""

from __future__ import annotations

from ringocli.http.content_types import media_type
from ringocli.http.error_text import provider_message, reason_phrase, tree_of_reply
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.http.failure import PROXY_HINT
from ringocli.http.status_codes import SUCCESS
from ringocli.messaging.verdict import judge
from ringocli.template.model import RequestSpec
from ringocli.testing.doctor.reply_errors import (
    complaint_in,
    error_in,
    is_about_credential,
    is_about_money,
    is_about_numbers,
)
from ringocli.testing.doctor.steps import StepFailed
from ringocli.text.command_line import command_line
from ringocli.text.pointer import as_text as pointer_text

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
        asked = header(reply.headers, "retry-after") or ""
        pause = f"wait {asked} s" if asked.isdigit() else "wait"
        raise StepFailed(
            "http", f"{_named(status)}{message}", f"Too many requests: {pause}, or ask for a higher limit."
        )
    if status >= 500 or status in _UNUSABLE or status < 200:
        fix = "The provider's server failed: try again later, and check its status page."
        raise StepFailed("http", f"{_named(status)}{message}", fix)
    return _named(status)


def check_auth(request: RenderedRequest, reply: Reply, properties: tuple[str, ...]) -> str:
    """Whether the credential was accepted.

    Raises:
        StepFailed: 401, 403 or 407.
    """
    if reply.status == 403:
        fix = "The credential is valid but not permitted: check its permissions, the IP allow list and the number."
        raise StepFailed("auth", f"{_named(403)}{_message_suffix(reply)}", fix)
    if reply.status == 407:
        raise StepFailed(
            "auth",
            f"{_named(407)}{_message_suffix(reply)}",
            f"The proxy requires a user name and a password. {PROXY_HINT}",
        )
    if reply.status == 401:
        raise StepFailed(
            "auth", f"{_named(401)}{_message_suffix(reply)}", f"{check_values(properties)}{_wanted(request, reply)}"
        )
    return "the credential was accepted"


def _wanted(request: RenderedRequest, reply: Reply) -> str:
    """A sentence on the scheme that the provider asks for, if it differs from the template's."""
    asked = (header(reply.headers, "www-authenticate") or "").partition(" ")[0].strip(",")
    sent = next((str(value) for name, value in request.headers if name == "Authorization"), "").partition(" ")[0]
    if not asked or asked.lower() == sent.lower():
        return ""
    return f" The provider asks for {asked}; the template sends {sent or 'no Authorization header'}."


def check_body(
    spec: RequestSpec, request: RenderedRequest, reply: Reply, file: str, properties: tuple[str, ...], numbers: str
) -> str:
    """Whether the provider accepted the message; ``numbers`` says how its numbers must look, where that is known.

    Raises:
        StepFailed: a 4xx about the content, or a 2xx that reports an error.
    """
    words = provider_message(reply, errors_only=True) or provider_message(reply)
    fix = f"Compare the request with the provider's page: {command_line('render', file, request.name)}"
    if is_about_numbers(words):
        written = ", ".join(f"{name} {request.variables[name]}" for name in ("from", "to") if name in request.variables)
        numbers = numbers or "set the outboundFormat of each number to what the provider expects, in Ringotel's portal"
        fix = f"Check how numbers are written ({written}): {numbers}. {fix}"
    elif is_about_money(words):
        fix = _BALANCE
    elif is_about_credential(words):
        fix = f"{check_values(properties)} {fix}"
    if reply.status not in SUCCESS:
        raise StepFailed("body", f"{_named(reply.status)}{_message_suffix(reply)}", _FIXES.get(reply.status, fix))
    found = _error_in(spec, request, reply)
    if found:
        raise StepFailed("body", f"{_named(reply.status)}, but the reply reports an error: {words or found}", fix)
    return "the message was accepted"


_BALANCE = "Check the balance of the account."
_FIXES = {
    402: _BALANCE,
    413: "The message or its file is too large for the provider.",
    415: "Correct request_content_type.",
}


def _error_in(spec: RequestSpec, request: RenderedRequest, reply: Reply) -> str:
    """The error that a 2xx reports. Without a message id, a complaint in words is enough."""
    document = tree_of_reply(reply)
    if document is None:
        return "" if _is_html(reply) else complaint_in(reply.text[:2000])
    if found := error_in(document):
        return found
    verdict = judge(spec, request, reply, SUCCESS)
    has_id = bool(verdict.variables.get("messageid")) or bool(verdict.candidates)
    return "" if has_id or spec.response_map is None else complaint_in(document)


def check_values(properties: tuple[str, ...]) -> str:
    """What to do about a credential that is not accepted."""
    names = ", ".join(properties) or "the credential"
    return f"Check whether {names} is wrong, expired or from another account, and whether auth has the right type."


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
        what = f"the reply is {kind} and cannot be parsed" if reply.body.strip() else "the reply has no body"
        raise StepFailed("response_map", what, _OTHER_REPLY)
    message_id = verdict.variables.get("messageid")
    if "messageid" not in spec.reply.variables:
        return "response_map has no $messageid$, so delivery receipts cannot be assigned", None
    if message_id and not verdict.differences:
        return f"message id {message_id}", message_id
    places = ", ".join(pointer_text(candidate.pointer) for candidate in verdict.candidates[:3])
    missed = "; ".join(f"{pointer_text(one.pointer)}: expected {one.expected}" for one in verdict.differences[:3])
    fix = f"Point response_map at {places}." if places else "Compare response_map with the reply of ringocli send-test."
    raise StepFailed("response_map", f"no message id in the reply ({missed or 'nothing there'})", fix)


_OTHER_REPLY = (
    "Ask the provider for a JSON reply (an Accept setting or another URL). A relay can read XML, text and headers: "
    "ringocli export --to relay."
)


def _is_html(reply: Reply) -> bool:
    return b"<html" in reply.body[:2000].lower() or b"<!doctype html" in reply.body[:200].lower()


def _named(status: int) -> str:
    return f"{status} {reason_phrase(status)}".strip()


def _message_suffix(reply: Reply) -> str:
    words = provider_message(reply)
    return f": {words}" if words else ""
