"""Reads samples of webhooks and replies, in whatever form people have them.

A sample is a bare body (JSON, else a form), a raw request or reply in one of the forms of ``raw_requests``, headers
above a body, or a command or file that ``init --from`` reads as well (curl, wget, HTTPie, HAR, Postman and others, the
output of ``ringocli render``). ``init``, ``match``, ``test`` and the emulator read samples with this module only; what
is unusual about one is a note.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ringocli.errors import LocalError, UsageError
from ringocli.http.bodies import InfiniteValue
from ringocli.http.exchange import Reply, header
from ringocli.http.received import decode_received, starts_json
from ringocli.importers.captures import text_of_capture, transcript
from ringocli.importers.learn.placeholders import shown
from ringocli.importers.raw_requests import (
    Sample,
    bare_url,
    exported,
    headers_and_body,
    http_message,
    log_line,
    of_transcript,
    request_of,
    with_decoded_body,
)
from ringocli.importers.sources import requests_in
from ringocli.text.json_numbers import dumps

__all__ = ["Sample", "read_sample"]


def read_sample(content: bytes, name: str = "the sample") -> Sample:
    """The sample in a file; line ends are CRLF or LF. ``name`` is that of the file, for messages.

    Raises:
        LocalError: it contains a curl command without a URL, or JSON that cannot be read at all.
    """
    content, notes = text_of_capture(content)
    if content.lstrip().startswith(b"```"):
        content = re.sub(rb"(?m)^```.*\n?", b"", content)
    if _ESCAPED_FORM.search(content) and not _NOT_A_FORM.search(content):
        content = content.replace(b"&amp;", b"&")
        notes = (*notes, "&amp; between the fields was read as &, as web pages escape it")
    sample = with_decoded_body(_message(content, name))
    return _repaired(replace(sample, notes=(*notes, *sample.notes)), name)


_ESCAPED_FORM = re.compile(rb"=[^\s&=]*&amp;[\w.%\[\]-]+=")
_NOT_A_FORM = re.compile(rb"[{<]|&(?!amp;)[\w.%\[\]-]+=")
"""JSON or markup, or a field after a plain ``&``: an ``&amp;`` is part of a value then."""


def _message(content: bytes, name: str) -> Sample:
    """The sample before its body is decoded; the forms are tried from the most to the least specific."""
    found = (
        http_message(content)
        or _transcript(content, name)
        or exported(content)
        or bare_url(content)
        or headers_and_body(content)
        or _imported(content, name)
        or log_line(content)
    )
    return found or Sample(body=content)


def _transcript(content: bytes, name: str) -> Sample | None:
    """A ``curl -v`` transcript; a request body that it does not show is taken from the command above it."""
    found = transcript(content.decode("utf-8", "replace"))
    if found is None:
        return None
    sample = of_transcript(found)
    if sample.method is None or sample.body or header(sample.headers, "content-length") in (None, "0"):
        return sample
    command = _imported(found.before.encode(), name) if "curl" in found.before else None
    if command is not None and command.body:
        return replace(sample, body=command.body)
    return replace(sample, notes=("the transcript does not show the body of the request",))


def _imported(content: bytes, name: str) -> Sample | None:
    """The first request of a command or a file that ``init --from`` reads.

    Raises:
        LocalError: it is a command or a snippet that cannot be read.
    """
    text = content.decode("utf-8", "replace")
    try:
        requests = requests_in(name, text)
    except UsageError as error:
        raise LocalError(error.message, error.hint) from None
    if not requests:
        return None
    first = next((pasted for pasted in requests if pasted.is_incoming), requests[0])
    body, kind = shown(first.body or ""), first.content_type
    if first.parts:  # as it would be sent, so that it is reported like any other multipart body
        body = "".join(
            f'--part\r\nContent-Disposition: form-data; name="{part.name}"\r\n\r\n{shown(part.value)}\r\n'
            for part in first.parts
        )
        body, kind = f"{body}--part--\r\n", "multipart/form-data; boundary=part"
    notes = tuple(dict.fromkeys(first.notes))
    if len(requests) > 1:
        which = "first one" if first is requests[0] else "first incoming one"
        notes = (*notes, f"the sample contains {len(requests)} requests; the {which} was read")
    reply = Reply(status=200, body=first.reply) if first.reply is not None else None
    headers = (*((("Content-Type", kind),) if kind else ()), *first.headers)
    return request_of(
        first.method, shown(first.url), headers, body.encode("utf-8", "replace"), notes=notes, reply=reply
    )


def _repaired(sample: Sample, name: str) -> Sample:
    """The sample with truncated JSON completed; other mistakes are left to the function that decodes it.

    Raises:
        LocalError: the JSON cannot be read at all.
    """
    text = sample.body.decode("utf-8", "replace")
    if not starts_json(text):
        return replace(sample, body=sample.body.strip(b"\r\n \t")) if sample.body.strip() else sample
    try:
        decode_received(sample.body, header(sample.headers, "content-type"))
        return sample
    except InfiniteValue as error:
        raise LocalError(f"{name}: {error.message}", error.hint) from None
    except LocalError:
        pass
    from ringocli.text.document import Document

    document = Document.read(name, text)
    if not isinstance(document.value, dict | list):
        raise LocalError(f"{name}: {document.problems[0].message}", "Fix the sample.")
    first = document.problems[0].message if document.problems else ""
    note = f"the body is not valid JSON ({first}); read as if it were corrected"
    return replace(sample, body=dumps(document.value).encode(), notes=(*sample.notes, note))
