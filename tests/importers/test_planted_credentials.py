"""Planted credentials: wherever a paste contains one, neither the template nor anything printed contains it."""

from __future__ import annotations

import json
import random
import re
import shlex
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.errors import RingocliError
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.draft_formats import as_document, as_lines
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.leftover_credentials import without_credentials
from ringocli.importers.review import as_marked
from ringocli.importers.samples import read_sample
from ringocli.importers.sources import request_in
from ringocli.lint.engine import lint
from ringocli.lint.rule import Severity
from ringocli.template.scaffold import Answers, Draft, from_answers
from ringocli.text.document import Document
from ringocli.text.secret import forget
from tests.conftest import Command

MESSAGE = {"to": "+15550002222", "from": "+15550001111", "text": "Hello there"}
PAIRS = list(MESSAGE.items())
NAMES = [
    "password",
    "psw",
    "pswd",
    "passcode",
    "sifre",
    "senha",
    "clave",
    "mdp",
    "kennwort",
    "hash",
    "hmac",
    "mac",
    "digest",
    "api_key",
    "apikey",
    "apiKey",
    "key1",
    "token2",
    "access_token",
    "authToken",
    "auth",
    "api_secret",
    "smspassword",
    "userPass",
    "contraseña",
    "пароль",
    "mot_de_passe",
    "signature",
    "sig",
    "sign",
    "pin",
    "licence_key",
    "sessionId",
    "secretKey",
    "client_secret",
    "jwt",
    "X-Api-Key",
    "parola",
    "heslo",
    "wachtwoord",
    "chave",
    "access_code",
    "kata_laluan",
    "palavra-passe",
    "κωδικός",
    "密钥",
    "รหัสผ่าน",
    "upw",
    "username",
    "login",
    "user",
    "account_sid",
    "client_id",
    "app_id",
]
"""Field names of secrets and of account values."""
VALUES = {
    "hex": "9f86d081884c7d659a2feaa0c55ad015",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "word": "hunterzwei",
    "short": "s3cr3t",
    "digits": "48213977",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "base64": "dGhpc2lzYXNlY3JldA==",
    "base64-without-digits": "QWxsIHlvdXIgYmFzZQ==",
    "punctuation": "p@ss/w0rd+x",
    "live-key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "prefixed": "KEY-abc123",
    "camel": "AbcDefGhi7Jk",
}
TELLING = ("hex", "uuid", "jwt", "live-key", "prefixed")
"""Values that are recognisable as keys without any name."""
POSTMAN = {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
URL = "https://api.acme.example/v1/messages"
Plant = Callable[[str, str], str]


def curl_json(body: Any, *options: str, url: str = URL) -> str:
    """A curl command that sends JSON."""
    return shlex.join(["curl", url, *options, "-H", "Content-Type: application/json", "-d", json.dumps(body)])


def pairs_of(pairs: list[tuple[str, str]]) -> str:
    """Pairs as a form."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)


def curl_form(pairs: list[tuple[str, str]], *options: str, url: str = URL) -> str:
    """A curl command that sends a form."""
    return shlex.join(["curl", url, *options, "-d", pairs_of(pairs)])


def curl_get(pairs: list[tuple[str, str]], path: str = "/sms/send", host: str = "api.acme.example") -> str:
    """A curl command with everything in the URL."""
    return shlex.join(["curl", f"https://{host}{path}?{pairs_of(pairs)}"])


def shell_name(name: str) -> str:
    """A name as a shell variable."""
    return "SMS_" + (re.sub(r"\W", "_", name.upper()) if name.isascii() else "API_KEY")


def postman(method: str, url: Any, body: Any, **more: Any) -> str:
    """A Postman collection with one request, its ``info`` at the end."""
    request = {"method": method, "url": url, "body": {"mode": "raw", "raw": json.dumps(body)}}
    return json.dumps({"item": [{"name": "send", "request": request}], **more, "info": POSTMAN})


def openapi(**more: Any) -> str:
    """An OpenAPI document with one operation."""
    properties = {name: {"type": "string", "example": value} for name, value in MESSAGE.items()}
    schema = {"type": "object", "required": list(MESSAGE), "properties": properties}
    operation = {"operationId": "send", "requestBody": {"content": {"application/json": {"schema": schema}}}}
    return json.dumps({"openapi": "3.0.3", "paths": {"/send": {"post": operation}}, **more})


BY_NAME: dict[str, Plant] = {
    "json": lambda name, value: curl_json({name: value, **MESSAGE}),
    "json-nested": lambda name, value: curl_json({"auth": {name: value}, **MESSAGE}),
    "json-in-list": lambda name, value: curl_json({"messages": [{name: value, **MESSAGE}]}),
    "json-holder": lambda name, value: curl_json({name: {"value": value}, **MESSAGE}),
    "json-holder-other": lambda name, value: curl_json({name: {"a": value, "type": "x"}, **MESSAGE}),
    "name-and-value": lambda name, value: curl_json({"params": [{"name": name, "value": value}], **MESSAGE}),
    "key-and-val": lambda name, value: curl_json({"headers": [{"key": name, "val": value}], **MESSAGE}),
    "form": lambda name, value: curl_form([(name, value), *PAIRS]),
    "query": lambda name, value: curl_get([(name, value), *PAIRS]),
    "query-of-post": lambda name, value: curl_form(PAIRS, url=f"{URL}?{pairs_of([(name, value)])}"),
    "path": lambda name, value: curl_get(PAIRS, f"/user/joe/{quote(name, safe='')}/{quote(value, safe='')}/send"),
    "matrix": lambda name, value: curl_get(PAIRS, f"/send;{quote(name, safe='')}={quote(value, safe='')}"),
    "multipart": lambda name, value: shlex.join(
        ["curl", URL, "-F", f"{name}={value}", *(word for one, text in PAIRS for word in ("-F", f"{one}={text}"))]
    ),
    "header": lambda name, value: curl_json(MESSAGE, "-H", f"X-{name}: {value}"),
    "cookie": lambda name, value: curl_json(MESSAGE, "-b", f"{name}={value}"),
    "basic": lambda name, value: curl_json(MESSAGE, "-u", f"joe:{value}"),
    "userinfo": lambda name, value: curl_json(MESSAGE, url=f"https://joe:{quote(value, safe='')}@api.acme.example/v1"),
    "bearer": lambda name, value: curl_json(MESSAGE, "-H", f"Authorization: Bearer {value}"),
    "scheme": lambda name, value: curl_json(MESSAGE, "-H", f"Authorization: App {value}"),
    "xml-as-json": lambda name, value: curl_json({"param": [{"@name": name, "#text": value}], **MESSAGE}),
    "named-in-a-text": lambda name, value: curl_json({"note": f"{name}: {value}", **MESSAGE}),
    "media-path": lambda name, value: curl_json(
        {**MESSAGE, "media_url": f"https://cdn.example/private/{quote(name, safe='')}/{quote(value, safe='')}/x.jpg"}
    ),
    "list-of-fields": lambda name, value: curl_json(
        {"fields": [*({"name": key, "value": text} for key, text in PAIRS), {"name": name, "value": value}]}
    ),
    "graphql": lambda name, value: curl_json(
        {"query": f'mutation {{ send({name}: "{value}", to: "+15550002222", text: "Hello there") {{ id }} }}'}
    ),
    "exported": lambda name, value: (
        f"export {shell_name(name)}={shlex.quote(value)}\n"
        f'curl {URL} -d "x=${shell_name(name)}" -d to=%2B15550002222 -d from=%2B15550001111 -d "text=Hello there"'
    ),
    "powershell": lambda name, value: (
        f"$env:X = 1\n${shell_name(name)} = '{value}'\n"
        f"curl.exe {URL} -d \"x=${shell_name(name)}\" -d 'to=%2B15550002222' -d 'text=Hello there'"
    ),
    "xml-in-field": lambda name, value: curl_form(
        [("xml", f"<sms><{name}>{value}</{name}><to>+15550002222</to><text>Hello there</text></sms>")]
    ),
    "json-in-field": lambda name, value: curl_form([("data", json.dumps({name: value, **MESSAGE}))]),
    "callback": lambda name, value: curl_json(
        {**MESSAGE, "callback": f"https://me.example/cb?{name}={quote(value, safe='')}"}
    ),
    "media": lambda name, value: curl_json(
        {**MESSAGE, "media_url": f"https://cdn.example/x.jpg?Expires=1&{name}={quote(value, safe='')}"}
    ),
    "json-rpc": lambda name, value: curl_json({"jsonrpc": "2.0", "method": "send", "params": {**MESSAGE, name: value}}),
    "pair-in-list": lambda name, value: curl_json({"options": [[name, value]], **MESSAGE}),
    "assignment-in-field": lambda name, value: curl_json({"auth": f"{name}={value}", **MESSAGE}),
    "xml-attribute": lambda name, value: curl_form(
        [("xml", f'<sms {name}="{value}"><to>+15550002222</to><text>Hello there</text></sms>')]
    ),
    "xml-param": lambda name, value: curl_form(
        [("xml", f'<sms><p name="{name}">{value}</p><to>+15550002222</to><text>Hello there</text></sms>')]
    ),
    "xml-param-value": lambda name, value: curl_form(
        [("xml", f'<sms><p name="{name}" value="{value}"/><to>+15550002222</to><text>Hello there</text></sms>')]
    ),
    "xml-body": lambda name, value: shlex.join(["curl", URL, "-H", "Content-Type: text/xml", "-d", f"<{name}>{value}</{name}>"]),
    "bracketed": lambda name, value: curl_form([(f"auth[{name}]", value), *PAIRS]),
    "json-in-query": lambda name, value: curl_get([("payload", json.dumps({name: value, **MESSAGE}))]),
    "path-pair": lambda _, value: curl_get(PAIRS, f"/sms/u/joe/p/{quote(value, safe='')}/send"),
    "callback-path": lambda name, value: curl_json(
        {**MESSAGE, "callback": f"https://me.example/hooks/{quote(name, safe='')}/{quote(value, safe='')}"}
    ),
    "callback-userinfo": lambda _, value: curl_json(
        {**MESSAGE, "notify_url": f"https://joe:{quote(value, safe='')}@me.example/x"}
    ),
    "fragment": lambda name, value: curl_json(
        {**MESSAGE, "media_url": f"https://cdn.example/x.jpg#{name}={quote(value, safe='')}"}
    ),
    "proxy": lambda _, value: curl_json(MESSAGE, "-x", f"http://joe:{quote(value, safe='')}@proxy.example:8080"),
    "referer": lambda name, value: curl_json(MESSAGE, "-e", f"https://x.example/?{name}={quote(value, safe='')}"),
    "raw-request": lambda name, value: (
        f"POST /send?{pairs_of([(name, value)])} HTTP/1.1\nHost: api.acme.example\nContent-Type: application/json\n\n"
        + json.dumps({name: value, **MESSAGE})
    ),
    "pair": lambda name, value: curl_get([("u", "joe"), ("p", value), *PAIRS]),
    "postman-query-auth": lambda name, value: postman(
        "POST", URL, MESSAGE,
        auth={"type": "apikey", "apikey": [
            {"key": "key", "value": "zulu"}, {"key": "value", "value": value}, {"key": "in", "value": "query"},
        ]},
    ),
    "postman-basic": lambda name, value: postman(
        "POST", URL, MESSAGE, auth={"type": "basic", "basic": [
            {"key": "username", "value": "joe"}, {"key": "password", "value": value},
        ]},
    ),
    "postman-digest": lambda name, value: postman(
        "POST", URL, MESSAGE, auth={"type": "digest", "digest": [{"key": "password", "value": value}]},
    ),
    "postman-variable": lambda name, value: postman(
        "POST", URL, {"x": f"{{{{{name}}}}}", **MESSAGE}, variable=[{"key": name, "value": value}]
    ),
    "postman-secret-variable": lambda name, value: postman(
        "POST", URL, {"x": "{{zulu}}", **MESSAGE}, variable=[{"key": "zulu", "value": value, "type": "secret"}]
    ),
    "har": lambda name, value: json.dumps(
        {"log": {"entries": [{"request": {
            "method": "POST",
            "url": f"{URL}?{pairs_of([(name, value)])}",
            "headers": [{"name": "Cookie", "value": f"{name}={value}"}],
            "postData": {"mimeType": "application/json", "text": json.dumps({name: value, **MESSAGE})},
        }}]}}
    ),
    "http-file": lambda name, value: (
        f"@secret = {value}\n\nPOST {URL}?{pairs_of([(name, value)])}\nContent-Type: application/json\n"
        f"X-{name}: {{{{secret}}}}\n\n" + json.dumps({name: value, **MESSAGE})
    ),
    "http-userinfo": lambda name, value: (
        f"POST https://joe:{quote(value, safe='')}@api.acme.example/v1\nContent-Type: application/json\n\n"
        + json.dumps(MESSAGE)
    ),
    "openapi-server": lambda name, value: openapi(
        servers=[{"url": "https://{tenant}.acme.example/v1", "variables": {"tenant": {"default": value}}}]
    ),
    "openapi-choice": lambda name, value: openapi(
        servers=[{"url": "https://{domain}.acme.example", "variables": {"domain": {"default": value, "enum": [value]}}}]
    ),
    "openapi-example": lambda name, value: openapi(
        servers=[{"url": "https://api.acme.example"}],
        components={"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "zulu", "example": value}}},
        security=[{"k": []}],
    ),
}  # fmt: skip
"""Positions whose name or neighbours show that the value belongs to an account."""

BY_FORM: dict[str, Plant] = {
    "first-segment": lambda _, value: curl_get(PAIRS, f"/{quote(value, safe='')}/sms/send"),
    "file-segment": lambda _, value: curl_get(PAIRS, f"/{quote(value, safe='')}.json"),
    "hook": lambda _, value: curl_get(PAIRS, f"/hooks/{quote(value, safe='')}"),
    "bare-query": lambda _, value: shlex.join(["curl", f"{URL}?{quote_plus(value)}&{pairs_of(PAIRS)}"]),
    "name-of-field": lambda _, value: curl_json({value: True, **MESSAGE}),
    "name-in-query": lambda _, value: curl_get([(value, "1"), *PAIRS]),
    "subdomain": lambda _, value: curl_get(PAIRS, host=f"{value.replace('.', '').lower()}.api.acme.example"),
    "odd-name": lambda _, value: curl_json({"zulu": value, **MESSAGE}),
    "inside-a-text": lambda _, value: curl_json({"note": f"login {value} ok", **MESSAGE}),
}
"""Positions where only the value itself says that it is a key."""


def cases() -> list[tuple[str, Plant, str, str]]:
    """About 1,250 combinations of a position, a name and a value, the same in every run."""
    named = list(product(BY_NAME.items(), NAMES, VALUES))
    random.Random(10).shuffle(named)
    chosen = [(place, plant, name, value) for (place, plant), name, value in named[:1_200]]
    return chosen + [(place, plant, "", value) for (place, plant), value in product(BY_FORM.items(), TELLING)]


def drafted(text: str) -> Draft:
    """The draft of a paste."""
    return from_pastes(Pastes(send=request_in("paste", text, None, None)), Answers())


def shown(draft: Draft, pastes: Pastes | None = None) -> str:
    """Everything that ``init`` writes and prints about a draft; if its samples are given, also the wizard's output."""
    findings = list(lint(Document.read("draft", json.dumps(draft.template))))
    assert not [finding for finding in findings if finding.severity is Severity.ERROR]
    lines = "\n".join(line for _, line in as_lines(draft, findings))
    lines += "\n".join(text for _, text in as_marked(draft, pastes)) if pastes is not None else ""
    return json.dumps(as_document(draft, "x"), ensure_ascii=False) + lines


def leaks(text: str, value: str) -> bool:
    """Whether a text contains a value in any of the usual spellings."""
    return any(spelled in text for spelled in (value, quote(value, safe=""), quote_plus(value), value.lower()))


def test_no_planted_credential_is_left() -> None:
    """1,245 planted credentials: none in the template, in the JSON or on the terminal."""
    left = []
    for place, plant, name, value in cases():
        planted = VALUES[value].replace(".", "") if place == "subdomain" else VALUES[value]
        text = plant(name, VALUES[value])
        forget()
        pastes = Pastes(send=request_in("paste", text, "send" if text.startswith('{"openapi') else None, None))
        if leaks(shown(from_pastes(pastes, Answers()), pastes), planted):
            left.append((place, name, value))
    assert [] == left


@pytest.mark.parametrize("kind", ["message", "delivered", "reply"])
@pytest.mark.parametrize("name", ["password", "token", "signature", "api_key"])
def test_no_credential_of_a_sample_is_left(kind: str, name: str) -> None:
    """A credential in a webhook or a reply is not a constant of the template and is not printed."""
    value = VALUES["hex"]
    body = {**MESSAGE, "id": "m-1", "status": "delivered", name: value}
    sample = read_sample(json.dumps(body).encode())
    samples = () if kind == "reply" else (WebhookSample(kind=kind, name="sample", incoming=sample.as_request()),)
    pastes = Pastes(
        send=request_in("paste", curl_json(MESSAGE), None, None),
        samples=samples,
        reply=sample.as_reply() if kind == "reply" else None,
    )
    assert not leaks(shown(from_pastes(pastes, Answers()), pastes), value)


@pytest.mark.parametrize(
    ("fields", "properties"),
    [
        ({"api_key": "xxx", "api_secret": "xxx"}, 2),
        ({"username": "demo", "password": "demo"}, 2),
        ({"key": "xxxxxxxx", "token": "xxxxxxxx"}, 2),
        ({"login": "YOUR_VALUE", "secret": "YOUR_VALUE"}, 2),
        ({"user": "acme2026x", "password": "acme2026x"}, 2),
        ({"api_key": VALUES["hex"], "apiKey": VALUES["hex"]}, 1),
        ({"password": "{{pw}}", "confirm_password": "{{pw}}"}, 1),
        ({"key": "$KEY", "token": "$KEY"}, 1),
    ],
    ids=str,
)
def test_different_fields_are_different_properties(fields: dict[str, str], properties: int) -> None:
    """Equal placeholders in fields of different meanings are different credentials; one shell variable is one credential."""
    draft = drafted(
        "curl " + URL + ' -H "Content-Type: application/json" -d ' + json.dumps(json.dumps({**fields, **MESSAGE}))
    )
    assert properties == len(draft.template["properties"])


def test_answers_with_credentials_become_properties() -> None:
    """A URL that is typed with a key in it gives a template without findings of the credential rules."""
    url = f"https://joe:{VALUES['short']}@api.acme.example/{VALUES['prefixed']}/send?apikey={VALUES['camel']}"
    draft = without_credentials(from_answers(Answers(id="acme", name="Acme", send_url=url)))
    text = shown(draft)
    assert not any(leaks(text, VALUES[value]) for value in ("short", "prefixed", "camel"))


def test_declared_values_are_saved() -> None:
    """The value of a variable that the paste sets is saved under its property."""
    draft = drafted(
        f'export API_KEY={VALUES["hex"]}\ncurl {URL} -H "Authorization: Bearer $API_KEY" -d to=1 -d text=Hi'
    )
    assert [VALUES["hex"]] == [value.reveal() for value in draft.saved.values()]


WORDS = st.sampled_from(
    ["curl", URL, "-d", "-u", "-H", "'", '"', "\\", "\n", "to=+15550002222", "text=Hello", "{", "}", "$KEY", "<key>", ":",
     "$(date)", "@file", "|", ";", "&", "--data-urlencode", "--unknown", "POST", "GET /x?a=b", "###", "{{a}}", "\x00"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_no_text_crashes_an_importer(text: str) -> None:
    """Any text gives a draft or one of the documented errors."""
    try:
        draft = drafted(text)
    except RingocliError:
        return
    json.dumps(as_document(draft, None))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["to", "msg", "ref", "x", "sender", "a b", "q"]), st.sampled_from(
        ["+15550002222", "15550002222", "Hello there", "Hello there!", "SEND 15550002222 Hello there", "a", "", "1"]
    ), min_size=1, max_size=5),
    st.booleans(),
)  # fmt: skip
def test_hinted_values_are_never_constants(fields: dict[str, str], is_form: bool) -> None:
    """A hinted value is replaced, or the draft says that the template cannot work."""
    text = curl_form(list(fields.items())) if is_form else curl_json(fields)
    hints = {"to": "15550002222", "content": "Hello there"}
    draft = from_pastes(Pastes(send=request_in("paste", text, None, None), hints=hints), Answers())
    written = json.dumps(draft.template["API"])
    if draft.is_complete:
        assert "15550002222" not in written
        assert "Hello there" not in written


def test_a_password_with_a_placeholder_in_it_stays_out_of_the_template(ringocli: Command, folder: Path) -> None:
    """The whole password becomes the property, not only the part in angle brackets."""
    Path("a.sh").write_text(
        "curl https://sms.acme.example/send -u 'user:k3y/with+odd=chars&<m>' -d to=2 -d from=1 -d text=x\n"
    )
    done = ringocli("init", "new.json", "--no-input", "--from-curl", "a.sh")
    assert 0 == done.code, done.err
    assert "k3y/with" not in Path("new.json").read_text() + done.out + done.err
    assert json.loads(Path("new.json").read_text())["auth"]["password"].count("$") == 2
