"""Files are recognised by parsing them; those that cannot be imported are named."""

from __future__ import annotations

import json

import pytest

from ringocli.errors import UsageError
from ringocli.importers.detect import detect
from ringocli.importers.pasted_request import BasicAuth, BearerAuth
from ringocli.importers.sources import request_in

MESSAGE = {"to": "+15550002222", "from": "+15550001111", "text": "Hello there"}
JSON = json.dumps(MESSAGE)
URL = "https://api.acme.example/v1/messages"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
HEADERS = [{"name": "Content-Type", "value": "application/json"}]

READABLE = {
    "curl": f"curl {URL} -H 'Content-Type: application/json' -d '{JSON}'",
    "curl-in-prose": f"Send a message with curl like this:\n\n$ curl {URL} -H 'Content-Type: application/json' -d '{JSON}'",
    "raw-request": f"POST /v1/messages HTTP/1.1\nHost: api.acme.example\nContent-Type: application/json\n\n{JSON}",
    "http2-headers": (
        ":method: POST\n:authority: api.acme.example\n:path: /v1/messages\n:scheme: https\n"
        f"content-type: application/json\n\n{JSON}"
    ),
    "http-file": f"### Send\nPOST {URL}\nContent-Type: application/json\n\n{JSON}\n\n### List\nGET {URL}",
    "postman-info-last": json.dumps(
        {
            "item": [
                {
                    "name": "send",
                    "request": {
                        "method": "POST",
                        "url": {"protocol": "https", "host": ["api", "acme", "example"], "path": ["v1", "messages"]},
                        "body": {"mode": "raw", "raw": JSON},
                    },
                }
            ],
            "info": {"name": "c", "schema": SCHEMA},
        }
    ),
    "postman-v1": json.dumps(
        {
            "id": "1",
            "name": "c",
            "order": ["2"],
            "requests": [
                {"id": "2", "name": "send", "method": "POST", "url": URL, "dataMode": "raw", "rawModeData": JSON,
                 "headers": "Content-Type: application/json\n"}
            ],
        }
    ),
    "insomnia": json.dumps(
        {
            "_type": "export",
            "__export_format": 4,
            "resources": [
                {"_type": "environment", "data": {"base": "https://api.acme.example"}},
                {"_type": "request", "name": "send", "method": "POST", "url": "{{ _.base }}/v1/messages",
                 "headers": HEADERS, "body": {"mimeType": "application/json", "text": JSON}},
            ],
        }
    ),
    "hoppscotch": json.dumps(
        [{"v": 2, "name": "c", "folders": [], "requests": [
            {"v": "1", "name": "send", "method": "POST", "endpoint": URL, "params": [], "headers": [],
             "auth": {"authType": "none"}, "body": {"contentType": "application/json", "body": JSON}}]}]
    ),
    "bruno": json.dumps(
        {"name": "c", "version": "1", "items": [{"type": "http", "name": "send", "request": {
            "method": "POST", "url": URL, "headers": [], "body": {"mode": "json", "json": JSON}}}]}
    ),
    "insomnia-5": (
        'type: collection.insomnia.rest/5.0\nname: c\ncollection:\n  - name: folder\n    children:\n      - name: send\n'
        '        url: "{{ _.base }}/v1/messages"\n        method: POST\n        body:\n          mimeType: application/json\n'
        f"          text: |-\n            {JSON}\nenvironments:\n  data:\n    base: https://api.acme.example\n"
    ),
    "opencollection": (
        "opencollection: 1.0.0\ninfo:\n  name: curl -d a https://x.example\nconfig:\n  environments:\n    - name: e\n"
        '      variables:\n        - name: host\n          value: api.acme.example\nitems:\n  - info:\n      name: send\n'
        '      type: http\n    http:\n      method: POST\n      url: "https://{{host}}/v1/messages"\n      body:\n'
        f"        type: json\n        data: |-\n          {JSON}\n"
    ),
    "opencollection-request": (
        f"info:\n  name: send\n  type: http\n\nhttp:\n  method: POST\n  url: {URL}\n  body:\n    type: json\n"
        f"    data: |-\n      {JSON}\n"
    ),
    "bru": f"meta {{\n  name: send\n  type: http\n}}\n\npost {{\n  url: {URL}\n  body: json\n}}\n\nbody:json {{\n  {JSON}\n}}\n",
    "har": json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "curl"}, "entries": [{"request": {
            "method": "POST", "url": URL, "headers": [], "postData": {"mimeType": "application/json", "text": JSON}}}]}}
    ),
    "wget": f"wget -q --method=POST --header='Content-Type: application/json' --body-data='{JSON}' {URL}",
    "wget-post": f"wget --header 'Content-Type: application/json' --post-data '{JSON}' -O - {URL}",
    "python-requests": f"import requests\n\nresponse = requests.post('{URL}', json={MESSAGE!r})\nprint(response.json())",
    "python-names": (
        f"import json\nimport httpx\n\nBASE = 'https://api.acme.example'\npayload = {MESSAGE!r}\n"
        "headers = {'Content-Type': 'application/json'}\nwith httpx.Client() as client:\n"
        "    client.post(f'{BASE}/v1/messages', content=json.dumps(payload), headers=headers)\n"
    ),
    "python-method": (
        f"import requests\nurl = '{URL}'\npayload = {JSON!r}\n"
        "response = requests.request('POST', url, headers={'Content-Type': 'application/json'}, data=payload)"
    ),
    "python-of-render": (
        "from urllib.request import Request, urlopen\n\nrequest = Request(\n"
        f"    {URL!r},\n    data={JSON!r}.encode(),\n    headers={{'Content-Type': 'application/json'}},\n    method='POST',\n)\n"
        "with urlopen(request) as reply:\n    print(reply.status)"
    ),
    "fetch": (
        f'fetch("{URL}", {{\n  "headers": {{"content-type": "application/json"}},\n  "body": {json.dumps(JSON)},\n'
        '  "method": "POST"\n});'
    ),
    "fetch-object": (
        f"const r = await fetch('{URL}', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }},\n"
        f"  body: JSON.stringify({JSON}) }});"
    ),
    "httpie": f"http POST {URL} to=+15550002222 from=+15550001111 text='Hello there'",
    "httpie-no-method": f"https {URL.removeprefix('https://')} to=+15550002222 from=+15550001111 text='Hello there'",
}  # fmt: skip

NAMED = {
    "AsyncAPI": "asyncapi: 2.6.0\ninfo:\n  title: Send with curl -X POST https://x.example\nchannels: {}\n",
    "AsyncAPI document": json.dumps({"asyncapi": "3.0.0", "info": {"description": "curl -d a=b https://x.example"}}),
    "WSDL": '<?xml version="1.0"?><definitions xmlns="http://schemas.xmlsoap.org/wsdl/"></definitions>',
    "SOAP": '<soap:Envelope xmlns:soap="x"></soap:Envelope>',
    "PowerShell": "Invoke-RestMethod -Method Post -Uri https://x.example -Body $body",
    "JavaScript": "const r = await axios.post('https://x.example', {to: number});",
    "Go": 'package main\nhttp.NewRequest("POST", "https://x.example", nil)',
    "C#": 'var client = new HttpClient(); client.PostAsync("https://x.example", null);',
    "Ruby": "require 'net/http'\nNet::HTTP.post_form(URI('https://x.example'), {})",
    "Java": "HttpClient client = HttpClient.newHttpClient(); // curl https://x.example",
    "PHP": "<?php $ch = curl_init('https://x.example'); curl_setopt($ch, CURLOPT_POST, 1);",
    "Swift": 'let r = URLRequest(url: URL(string: "https://x.example")!)',
    "Rust": 'reqwest::Client::new().post("https://x.example")',
    "C program": 'curl_easy_setopt(curl, CURLOPT_URL, "https://x.example");',
    "Perl": "use LWP::UserAgent;",
    "Google Apps Script": "UrlFetchApp.fetch('https://x.example', {payload: {to: '+1'}});",
    "Go snippet": 'resp, err := http.Post("https://x.example", "application/json", body)',
    "without a request": JSON,
    "environment": json.dumps({"name": "e", "values": [], "_postman_variable_scope": "environment"}),
    "RAML": "#%RAML 1.0\ntitle: x",
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_every_source_gives_the_same_request(text: str) -> None:
    """The request of every client and command is the same: method, URL, type and body."""
    pasted = request_in("paste", text, None, None)
    assert ("POST", URL, MESSAGE) == (pasted.method, pasted.url, json.loads(pasted.body or "null"))
    assert "application/json" == pasted.content_type


@pytest.mark.parametrize(("what", "text"), NAMED.items(), ids=list(NAMED))
def test_what_cannot_be_imported_is_named(what: str, text: str) -> None:
    """A text that is not a request is never read as a command, whatever words it contains."""
    with pytest.raises(UsageError, match=what):
        detect("paste", text)


COMPUTED = {
    "Python": "import requests\nrequests.post(build_url('sms'), json=payload())",
    "Python snippet": "import requests\nrequests.post('https://x.example/a', json={'to': numbers[0]})",
    "JavaScript": "fetch('https://x.example/a', { method: 'POST', body: JSON.stringify({ to: number }) })",
    "JavaScript snippet": "fetch(`https://x.example/${path}`, { method: 'POST' })",
}


@pytest.mark.parametrize(("what", "text"), COMPUTED.items(), ids=list(COMPUTED))
def test_a_snippet_that_computes_what_it_sends_is_refused(what: str, text: str) -> None:
    """The error names the value and an alternative."""
    with pytest.raises(UsageError, match=what) as refused:
        request_in("paste", text, None, None)
    assert "cURL" in str(refused.value.hint)


def test_credentials_and_placeholders_of_snippets_are_read() -> None:
    """An environment variable is a placeholder; ``auth`` is Basic; ``params`` are the query."""
    text = (
        "import os, requests\nfrom requests.auth import HTTPBasicAuth\n"
        "requests.post('https://x.example/a', params={'to': '+1 5'}, data={'text': 'a b', 'key': os.environ['KEY']},\n"
        "              auth=HTTPBasicAuth('joe', os.getenv('PASSWORD')))"
    )
    pasted = request_in("paste", text, None, None)
    assert "https://x.example/a?to=%2B1+5" == pasted.url
    assert "text=a+b&key=\ue000KEY\ue001" == pasted.body
    assert BasicAuth(username="joe", password="\ue000PASSWORD\ue001", where="auth") == pasted.auth


def test_a_choice_among_many_is_reported() -> None:
    """If a file contains several requests, a note says which one was used."""
    pasted = request_in("paste", READABLE["http-file"], None, None)
    assert any("2 requests" in note and "Send" in note for note in pasted.notes)


def test_credentials_of_other_clients_are_read() -> None:
    """Basic and bearer auth of HTTPie and wget."""
    basic = request_in("paste", f"http -a joe:secret POST {URL} to=1", None, None)
    assert BasicAuth(username="joe", password="secret", where="--auth") == basic.auth
    bearer = request_in("paste", f"http -A bearer -a t0ken POST {URL} to=1", None, None)
    assert isinstance(bearer.auth, BearerAuth)
    wget = request_in("paste", f"wget --user=joe --password=secret --post-data=a=b {URL}", None, None)
    assert isinstance(wget.auth, BasicAuth)
