"""Samples in every form that people have them in: one reader, the same reading everywhere."""

from __future__ import annotations

import contextlib
import gzip
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest
from ringocli.importers.samples import Sample, read_sample
from ringocli.messaging.webhook import decoded_webhook, document_of

FIELDS = {"from": "+15550001111", "to": "+15550002222", "text": "Hello there"}
FORM = urlencode(FIELDS)
QUERY = urlencode(FIELDS, quote_via=quote)
JSON = json.dumps(FIELDS)
JSON_HEAD = "POST /sms HTTP/1.1\nHost: x.example\nContent-Type: application/json\n"
VERBOSE = """* Connected to x.example
> POST /sms?tenant=1 HTTP/1.1
> Host: x.example
> Content-Type: application/json
> Content-Length: 66
>
* upload completely sent off
< HTTP/1.1 200 OK
< Content-Type: application/json
<
{ [21 bytes data]
{"id": "m-1"}
* Connection #0 left intact
"""
CHUNKED = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (10, JSON[:10].encode(), len(JSON) - 10, JSON[10:].encode())

FORMS: dict[str, str | bytes] = {
    "bare-json": JSON,
    "bare-form": FORM,
    "bom": "\ufeff" + JSON,
    "utf-16": JSON.encode("utf-16"),
    "raw-request": f"{JSON_HEAD}\n{JSON}",
    "raw-request-crlf": f"{JSON_HEAD}\n{JSON}".replace("\n", "\r\n"),
    "no-version": f"POST /sms\nContent-Type: application/json\n\n{JSON}",
    "no-empty-line": f"{JSON_HEAD}{JSON}",
    "pseudo-headers": f":method: POST\n:path: /sms\ncontent-type: application/json\n\n{JSON}",
    "url": f"https://x.example/sms?{QUERY}",
    "path": f"/sms?{QUERY}",
    "bare-query": f"?{QUERY}",
    "get-line": f"GET /sms?{QUERY}",
    "get-request": f"GET /sms?{QUERY} HTTP/1.1\nHost: x.example\n\n",
    "absolute-target": f"GET https://x.example/sms?{QUERY} HTTP/1.1\n\n",
    "access-log": f'10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET /sms?{QUERY} HTTP/1.1" 200 12 "-" "agent/1.0"',
    "router-log": f'at=info method=GET path="/sms?{QUERY}" host=x.example status=200',
    "curl": f"curl -X POST https://x.example/sms -H 'Content-Type: application/json' -d '{JSON}'",
    "curl-form": f"$ curl https://x.example/sms -d '{FORM}'",
    "curl-get": f"curl 'https://x.example/sms?{QUERY}'",
    "transcript": f"$ curl -v https://x.example/sms -H 'Content-Type: application/json' -d '{JSON}'\n{VERBOSE}",
    "json-as-form": f"POST /sms HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\n{JSON}",
    "form-as-json": f"{JSON_HEAD}\n{FORM}",
    "trailing-comma": JSON[:-1] + ",}",
    "comment": JSON[:-1] + " // the end\n}",
    "block-comment": "/* sample */ " + JSON,
    "single-quotes": JSON.replace('"', "'"),
    "ellipsis": JSON[:-1] + ", ...}",
    "cut-off": JSON[:-1],
    "ndjson": f"{JSON}\n{JSON}\n",
    "chunked": JSON_HEAD.encode() + b"Transfer-Encoding: chunked\n\n" + CHUNKED,
    "chunked-decoded-already": f"{JSON_HEAD}Transfer-Encoding: chunked\n\n{JSON}",
    "gzip-body": JSON_HEAD.encode() + b"Content-Encoding: gzip\n\n" + gzip.compress(JSON.encode()),
    "gzip-file": gzip.compress(JSON.encode()),
    "latin-1-form": b"POST /sms HTTP/1.1\nContent-Type: application/x-www-form-urlencoded; charset=iso-8859-1\n\n"
    + FORM.encode(),
    "har": json.dumps(
        {
            "log": {
                "entries": [
                    {
                        "request": {
                            "method": "POST",
                            "url": "https://x.example/sms",
                            "postData": {"mimeType": "application/json", "text": JSON},
                        }
                    }
                ]
            }
        }
    ),
    "render-json": json.dumps(
        {
            "schema_version": 1,
            "requests": [
                {
                    "direction": "incoming",
                    "method": "POST",
                    "url": "https://x.example/sms",
                    "headers": [["Content-Type", "application/json"]],
                    "body": JSON,
                }
            ],
        }
    ),
}
QUIET = {
    "bare-json", "bare-form", "bom", "raw-request", "raw-request-crlf", "no-version", "no-empty-line", "pseudo-headers",
    "url", "path", "bare-query", "get-line", "get-request", "absolute-target", "access-log", "router-log", "curl-get", "curl",
    "chunked", "chunked-decoded-already", "gzip-body", "latin-1-form", "har", "render-json",
}  # fmt: skip
"""Forms that need no note."""


def sample_of(content: str | bytes) -> Sample:
    """The sample in a text or in bytes."""
    return read_sample(content.encode() if isinstance(content, str) else content)


def flat(tree: Any) -> Any:
    """A decoded form as plain values."""
    return {key: value[0] if isinstance(value, list) else value for key, value in tree.items()}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_fields(form: str) -> None:
    """All forms of a sample give the same fields; anything unusual is reported in a note."""
    decoded = decoded_webhook(sample_of(FORMS[form]).as_request())
    assert FIELDS == flat(decoded.tree)
    if form in QUIET:
        assert () == decoded.notes
    elif form not in ("curl-form", "transcript"):
        assert decoded.notes


def test_charsets_of_forms_are_obeyed() -> None:
    """A percent-encoded byte is a character of the charset that the content type names."""
    kind = (("Content-Type", "application/x-www-form-urlencoded; charset=iso-8859-1"),)
    decoded = decoded_webhook(IncomingRequest(headers=kind, body=b"text=caf%E9"))
    assert {"text": "café"} == flat(decoded.tree)


def test_a_query_beside_a_body_is_reported() -> None:
    """Only the body is read, and a note says so."""
    decoded = decoded_webhook(sample_of(f"POST /sms?token=1 HTTP/1.1\n\n{JSON}").as_request())
    assert any("query" in note for note in decoded.notes)
    assert FIELDS == decoded.tree


@pytest.mark.parametrize(
    ("content", "status", "body"),
    [
        ('HTTP/1.1 202 Accepted\nContent-Type: application/json\n\n{"id":"m"}', 202, '{"id":"m"}'),
        ("HTTP/2 204\nlocation: /messages/7\n\n", 204, ""),
        ("HTTP/1.1 201 Created\nLocation: /messages/7", 201, ""),
        ("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n\n{}", 200, "{}"),
        (VERBOSE, 200, '{"id": "m-1"}'),
        ('{"id":"m"}', 200, '{"id":"m"}'),
    ],
    ids=["message", "empty", "only-headers", "continue", "transcript", "bare"],
)
def test_replies_are_read(content: str, status: int, body: str) -> None:
    """The reply of a transcript is the one after the request; a reply may be without a body."""
    reply = sample_of(content).as_reply()
    assert (status, body) == (reply.status, reply.text)


@pytest.mark.parametrize(
    "text", ["", "{", "<xml/>", "hello", "GET", "curl", "\x00\xff", "HTTP/1.1 2", "> POST", "0\r\n"]
)
def test_odd_texts_do_not_crash_the_reader(text: str) -> None:
    """A text in no known form is a bare body."""
    with contextlib.suppress(LocalError):
        sample_of(text).as_request()


@pytest.mark.parametrize(
    "content", ["from=%2B1555&amp;text=Hi&amp;to=2", "GET /in?from=%2B1555&amp;text=Hi&amp;to=2 HTTP/1.1"]
)
def test_an_escaped_ampersand_separates_fields(content: str) -> None:
    """A form or query copied from the source of a page has the same fields, and a note says so."""
    sample = read_sample(content.encode())
    assert {"from": ["+1555"], "text": ["Hi"], "to": ["2"]} == document_of(sample.as_request())
    assert any("&amp;" in note for note in sample.notes)


@pytest.mark.parametrize("content", ["text=a%3D1&to=2&amp;x=3", '{"url": "https://x.example/?a=1&amp;b=2"}'])
def test_an_ampersand_inside_a_value_stays(content: str) -> None:
    """If other fields are separated by a plain ampersand, or the body is JSON, the text is as it was received."""
    assert b"&amp;" in read_sample(content.encode()).body
