"""Postman, HAR and .http files as their clients read them: variables, folders, scripts, recorded replies."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.errors import LocalError, UsageError
from ringocli.http.exchange import Reply
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.sources import request_in
from ringocli.template.scaffold import Answers, Draft

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def pairs(**values: Any) -> list[dict[str, Any]]:
    """Postman's way to write an object."""
    return [{"key": key, "value": value} for key, value in values.items()]


def drafted(text: str, choice: str | None = None) -> Draft:
    """The JSON output of init for a file."""
    pasted = request_in("file", text, choice, None)
    reply = Reply(status=200, body=pasted.reply) if pasted.reply else None
    return from_pastes(Pastes(send=pasted, reply=reply), Answers())


def collection(request: dict[str, Any], **more: Any) -> str:
    """A collection with one request in a folder."""
    item = {"name": "Send", "request": {"method": "POST", **request}, **more.pop("item", {})}
    return json.dumps(
        {"info": {"schema": SCHEMA}, "item": [{"name": "F", "item": [item], **more.pop("folder", {})}], **more}
    )


URL = {
    "raw": "{{base}}/v1/accounts/:accountId/sms?fmt=json",
    "variable": pairs(accountId="1234"),
    "query": pairs(fmt="json"),
}
RAW = {"mode": "raw", "raw": '{"to": "{{to}}", "from": {{from}}, "text": "Hello you"}'}


def test_variables_are_filled_in_except_account_values() -> None:
    """URLs are filled in, secrets and account names stay placeholders; a value without quotes is read as well."""
    text = collection(
        {"url": URL, "body": RAW},
        variable=pairs(base="https://api.x.example", to="+15550002222", token="s3cr3t-t0ken", accountId="1"),
        folder={"auth": {"type": "basic", "basic": pairs(username="{{sid}}", password="{{token}}")}},
        item={"response": [{"code": 400, "body": "{}"}, {"code": 201, "body": '{"data": {"messageId": "m-1"}}'}]},
        auth={"type": "bearer", "bearer": pairs(token="of the collection")},
    )
    draft = drafted(text)
    sends = draft.template["API"]["SendMessage"]
    assert "https://api.x.example/v1/accounts/$Account ID$/sms?fmt=json" == sends["request_url"]
    assert {"to": "$to$", "from": "$from$", "text": "$content$"} == sends["request_parameters"]
    assert {"data": {"messageId": "$messageid$"}} == sends["response_map"]
    assert "Basic" == draft.template["auth"]["type"]
    assert "s3cr3t" not in json.dumps(draft.template)


def test_a_host_with_a_scheme_and_fields_of_a_schema() -> None:
    """A variable for the host may contain the scheme; a placeholder that is a type is named after its field."""
    body = '{"to": "<string>", "text": "<string>", "send_at": "<dateTime>", "x": "{}"}'
    url = {"host": ["{{base}}"], "path": ["sms"]}
    text = collection(
        {"url": url, "body": {"mode": "raw", "raw": body}}, variable=pairs(base="https://api.x.example/v1")
    )
    template = drafted(text).template
    assert "https://api.x.example/v1/sms" == template["API"]["SendMessage"]["request_url"]
    assert ["Send at", "X"] == template["properties"]


def test_a_schema_instead_of_an_example_is_blocking() -> None:
    """A collection that was generated with a type for every field describes all kinds of messages at once."""
    body = json.dumps({"to": "<string>", "text": "<string>", **{f"kind_{letter}": "<string>" for letter in "abcdefgh"}})
    draft = drafted(collection({"url": "https://api.x.example/sms", "body": {"mode": "raw", "raw": body}}))
    assert "paste an example with real values" in draft.blocking[0].clause


@pytest.mark.parametrize(
    ("request_", "url", "limit"),
    [
        ({"url": {"host": ["api", "x", "example"], "path": ["a", "b"]}}, "https://api.x.example/a/b", None),
        (
            {"url": "https://x.example/g", "body": {"mode": "graphql", "graphql": {"query": "q($to: S)"}}},
            None,
            "GraphQL",
        ),
        ({"url": "https://x.example/f", "body": {"mode": "file", "file": {"src": "/a"}}}, None, "from a file"),
        (
            {"url": "https://x.example/h", "auth": {"type": "apikey", "apikey": pairs(key="X-Key", value="k")}},
            None,
            "header X-Key",
        ),
    ],
)
def test_unsupported_parts_of_a_request_are_named(request_: dict[str, Any], url: str | None, limit: str | None) -> None:
    """URLs in parts are joined; parts that a template cannot express are reported."""
    draft = drafted(collection(request_))
    assert url in (None, draft.template["API"]["SendMessage"]["request_url"])
    assert limit is None or any(limit in entry.what for entry in draft.not_expressible)


def test_a_key_in_the_authorization_header_is_recognised() -> None:
    """Postman's API key may be a Bearer token under another name."""
    auth = {"type": "apikey", "apikey": pairs(key="Authorization", value="Bearer {{api_token}}")}
    assert {"type": "Bearer", "token": "$API token$"} == drafted(
        collection({"url": "https://x.example", "auth": auth})
    ).template["auth"]


PARTS = (
    '------X\r\nContent-Disposition: form-data; name="to"\r\n\r\n+15550002222\r\n'
    '------X\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello you\r\n------X--\r\n'
)


def test_recordings_are_read_with_their_replies() -> None:
    """The request that sends a message is chosen, multipart bodies are split into fields, and base64 is decoded."""
    reply = base64.b64encode(b'{"message_id": "m-123456"}').decode()
    sent = {
        "request": {
            "method": "POST",
            "url": "https://api.x.example/sms",
            "headers": [{"name": ":authority", "value": "x"}, {"name": "Cookie", "value": "id=s3cr3t-c00kie"}],
            "postData": {"mimeType": "multipart/form-data; boundary=----X", "text": PARTS},
        },
        "response": {"status": 201, "content": {"text": reply, "encoding": "base64"}},
    }
    page = {"request": {"method": "GET", "url": "https://x.example/app.js"}, "response": {"status": 200}}
    draft = drafted(json.dumps({"log": {"entries": [page, sent, page]}}))
    assert {"to": "$to$", "text": "$content$"} == draft.template["API"]["SendMessage"]["request_parameters"]
    assert {"message_id": "$messageid$"} == draft.template["API"]["SendMessage"]["response_map"]
    assert "header Cookie" in [entry.what for entry in draft.not_expressible]
    assert "c00kie" not in json.dumps([draft.template, list(draft.not_expressible)])


HTTP = """
@host = https://api.x.example
@account = 12
### Send
# @name send
< {%
  request.variables.set("x", "1")
%}
POST {{host}}/v1/{{account}}/sms?fmt=json
    &debug=1 HTTP/1.1
Content-Type: application/json
// the credentials of the portal
Authorization: Basic admin hunter2-hunter2

// a comment
{
  "to": "{{to}}", "from": "+15550001111", "text": "Hello you"
}

> {%
  client.global.set("id", response.body.id);
%}
### a file
POST {{host}}/file
Authorization: Bearer {{$dotenv API_TOKEN}}
Content-Type: application/x-www-form-urlencoded

to={{to}}
&media_url=https://x.example/a.jpg

<> 2026-01-01.200.json
### included
POST {{host}}/up

< ./secret.json
"""


def test_http_files_are_read_as_their_clients_do() -> None:
    """Scripts and handlers are left out, URLs may continue on the next line, Basic may be plain, no file is
    included.
    """
    draft = drafted(HTTP, "send")
    sends = draft.template["API"]["SendMessage"]
    assert "https://api.x.example/v1/$Account$/sms?fmt=json&debug=1" == sends["request_url"]
    assert {"to": "$to$", "from": "$from$", "text": "$content$"} == sends["request_parameters"]
    assert "Basic" == draft.template["auth"]["type"]
    assert "hunter2" not in json.dumps(draft.template)
    file = drafted(HTTP, "a file").template
    assert {"to": "$to$", "media_url": "$content$"} == file["API"]["SendFile"]["request_parameters"]
    assert ["API token"] == file["properties"]
    assert "a body from a file" in [entry.what for entry in drafted(HTTP, "included").not_expressible]


KEYS = [
    "name",
    "item",
    "request",
    "url",
    "raw",
    "host",
    "path",
    "query",
    "header",
    "body",
    "mode",
    "auth",
    "type",
    "basic",
    "key",
    "value",
    "variable",
    "response",
    "code",
    "log",
    "entries",
    "postData",
    "params",
    "content",
]
ODD = st.recursive(
    st.sampled_from([None, True, 5, 1.5, "", "x", "{{a}}", "POST", "raw", "basic"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(document=ODD, kind=st.sampled_from(["postman", "har"]))
@settings(max_examples=150)
def test_no_document_crashes_the_reader(document: Any, kind: str) -> None:
    """A document with any types is read, or refused with one sentence."""
    whole = {"item": [document], "auth": document} if kind == "postman" else {"log": {"entries": [document]}}
    try:
        pasted = request_in("file", json.dumps(whole), None, kind)
    except (UsageError, LocalError):
        return
    assert from_pastes(Pastes(send=pasted), Answers()).template


@given(text=st.lists(st.sampled_from([*HTTP.splitlines(), "", "###", "{{a}}", "@a={{b}}{{b}}", "@b={{a}}{{a}}"])))
@settings(max_examples=100)
def test_no_http_file_crashes_the_reader(text: list[str]) -> None:
    """Lines may be in any order, and variables may refer to each other."""
    try:
        pasted = request_in("file", "\n".join(text), None, "http")
    except (UsageError, LocalError):
        return
    assert from_pastes(Pastes(send=pasted), Answers()).template
