"""Judges the reply to a test send: whether its status is as expected, and which values ``response_map`` finds in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ringocli.http.content_types import media_type
from ringocli.http.error_text import provider_message, tree_of_reply
from ringocli.http.exchange import RenderedRequest, Reply, header
from ringocli.http.status_codes import Statuses
from ringocli.messaging.near_miss_result import Difference, differences_of
from ringocli.messaging.webhook import read_reply
from ringocli.template.model import RequestSpec
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.messaging.message_id_candidates import Candidate


class Verdict(NamedTuple):
    """A judged reply. ``words`` is the error message in it; ``differences`` are what ``response_map`` did not find."""

    ok: bool
    request: RenderedRequest
    reply: Reply
    expected: Statuses
    variables: Mapping[str, str]
    sources: Mapping[str, Pointer]
    differences: tuple[Difference, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    words: str = ""
    notes: tuple[str, ...] = ()


def judge(spec: RequestSpec, request: RenderedRequest, reply: Reply, expected: Statuses) -> Verdict:
    """Apply ``response_map`` and the expected statuses to a reply.

    A 2xx reply must fit ``response_map``; of any other reply, whatever it finds is taken.
    """
    succeeded = 200 <= reply.status < 300
    document = tree_of_reply(reply)
    mapped = spec.reply.variables if spec.response_map is not None else {}
    variables: Mapping[str, str] = {}
    sources: Mapping[str, Pointer] = {}
    differences: tuple[Difference, ...] = ()
    if mapped and document is not None:
        found = read_reply(spec, reply)
        variables, sources = found.bindings, found.sources
        differences = differences_of(found.mismatches if succeeded else ())
    elif mapped and succeeded and "messageid" in mapped:
        differences = (Difference(pointer=mapped["messageid"][0], expected="a value for $messageid$", found="nothing"),)
    fits = not differences
    likely: tuple[Candidate, ...] = ()
    if succeeded and "messageid" in mapped and "messageid" not in variables:
        from ringocli.messaging.message_id_candidates import candidates

        likely = candidates(document, mapped["messageid"][0])
    return Verdict(
        ok=reply.status in expected and fits,
        request=request,
        reply=reply,
        expected=expected,
        variables=variables,
        sources=sources,
        differences=differences,
        candidates=likely,
        words=provider_message(reply, errors_only=succeeded) if not (fits and reply.status in expected) else "",
        notes=(*reply.notes, *_notes(spec, reply, readable=document is not None)),
    )


def _notes(spec: RequestSpec, reply: Reply, *, readable: bool) -> list[str]:
    notes = []
    if not readable:
        kind = f"Content-Type: {media_type(reply.content_type)}" if reply.content_type else "without a Content-Type"
        what = f"is not valid JSON ({kind})" if reply.body.strip() else "has no body"
        if 200 <= reply.status < 300 and spec.response_map is not None:
            notes.append(f"the reply {what}, so response_map finds nothing in it")
        elif reply.body.strip():
            notes.append(f"the reply {what}")
    if spec.response_map is None:
        notes.append(
            "the template has no response_map here, so delivery receipts cannot be matched to messages (assumption 19)"
        )
    if 300 <= reply.status < 400 and header(reply.headers, "location"):
        notes.append("the reply is a redirect, and redirects are not followed. Correct request_url")
    return notes
