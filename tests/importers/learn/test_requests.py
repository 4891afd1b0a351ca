"""Requests learned from a paste: logins in a path, lists of numbers, ids of one message, callbacks, constants."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from ringocli.http.exchange import IncomingRequest, Reply
from ringocli.importers.curl.reader import read_curl
from ringocli.importers.draft import Pastes, from_pastes
from ringocli.importers.draft_formats import as_document
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.lint.engine import lint
from ringocli.lint.rule import Severity
from ringocli.messaging.webhook import read_webhook
from ringocli.template.reader import read_template
from ringocli.template.scaffold import Answers
from ringocli.text.document import Document

OWN, CONTACT, OTHER = "+14155550100", "+16475550123", "+12125550177"
MESSAGE = {"to": CONTACT, "from": OWN, "text": "See you at noon"}


def drafted(body: Any = None, *, url: str = "https://api.nimbus.example/v2/sms", **pastes: Any) -> dict[str, Any]:
    """The JSON output for a request with this URL and JSON body."""
    words = ["curl", url, *(["--json", json.dumps(body)] if body is not None else [])]
    pasted = read_curl("send", shlex.join(words))[0]
    return as_document(from_pastes(Pastes(send=pasted, **pastes), Answers()), None)


def sent(document: dict[str, Any]) -> dict[str, Any]:
    """The SendMessage of an output."""
    request: dict[str, Any] = document["template"]["API"]["SendMessage"]
    return request


def webhook(kind: str, body: Any) -> WebhookSample:
    """A sample webhook."""
    incoming = IncomingRequest(method="POST", path="/", body=json.dumps(body).encode())
    return WebhookSample(kind=kind, name=kind, incoming=incoming)


@pytest.mark.parametrize(
    ("path", "expected", "properties"),
    [
        ("/gw/u/mara/p/0penSesame/mt", "/gw/u/$Username$/p/$Password$/mt", ["Username", "Password"]),
        ("/usr/mara/p/letmein/send", "/usr/$Username$/p/$Password$/send", ["Username", "Password"]),
        ("/l/test/p/sms/out", "/l/$Username$/p/$Password$/out", ["Username", "Password"]),
        ("/login/mara/pwd/letmein/sms", "/login/$Login$/pwd/$Password$/sms", ["Login", "Password"]),
        ("/v1/HXIN17xxxxxx/messages", "/v1/$Account ID$/messages", ["Account ID"]),
        ("/accounts/nim77/keys/aB3dE5fG/sms", "/accounts/$Account$/keys/$API key$/sms", ["Account", "API key"]),
    ],
)
def test_a_login_in_the_path_becomes_properties(path: str, expected: str, properties: list[str]) -> None:
    """A user name and a password beside each other in a path are two properties with their own names."""
    document = drafted(MESSAGE, url=f"https://api.nimbus.example{path}")
    assert f"https://api.nimbus.example{expected}" == sent(document)["request_url"]
    assert set(properties) == set(document["template"]["properties"])


@pytest.mark.parametrize(
    "text",
    ["See%20you%20at%20noon", "See+you+at+noon"],
)
def test_a_text_in_the_path_is_the_content(text: str) -> None:
    """A text for people in a path is the message, even with a plus for each space."""
    document = drafted(url=f"https://api.nimbus.example/send/to/16475550123/from/14155550100/text/{text}")
    assert sent(document)["request_url"].endswith("/to/$to$/from/$from$/text/$content$")
    assert document["complete"]


REFERENCES = {
    "local_id": "0d4f8a1c-61b2-4b8e-9a3e-5f0f1c2d3e4f",
    "clientRef": "0d4f8a1c61b24b8e9a3e5f0f1c2d3e4f",
    "request_uuid": "a81bc81b-dead-4e5d-abff-90865d1e13b1",
    "nonce": "9a1b7c3d5e7f9a1b7c3d",
    "externalId": "ext-9a1b7c3d5e7f",
    "uuid": "f81d4fae-7dec-11d0-a765-00a0c91e6bf7",
    "x-idempotency-key": "8f3a9c1d2e4b5f60718293a4b5c6d7e8",
    "trxid": "TRX20260711093055",
    "cliMsgId": "01J2ZK7M4Q8W3E5R6T7Y8U9I0P",
    "dedupeKey": "f81d4fae-7dec-11d0-a765-00a0c91e6bf9",
    "sms_id": "7f3c1b2a9d8e",
    "my_ref_no": "my_ref_7",
    "reference": "my-reference-4711",
}
"""Ids and references that a sender chooses for one message."""


@pytest.mark.parametrize("name", REFERENCES)
def test_an_id_of_one_message_is_a_constant_with_a_risk(name: str) -> None:
    """A value that identifies the sample's message is not a property, and is listed with a reason to leave it out."""
    document = drafted({**MESSAGE, name: REFERENCES[name]})
    (constant,) = [entry for entry in document["constants"] if entry["name"] == name]
    assert constant["value"] == REFERENCES[name]
    assert constant["risk"]
    assert not document["template"]["properties"]
    findings = lint(Document.read("draft", json.dumps(document["template"])))
    assert not [finding for finding in findings if finding.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "name", ["client_id", "customerId", "account_ref", "accountReference", "client_key", "workspace_id", "user_token"]
)
def test_a_value_of_the_account_is_a_property(name: str) -> None:
    """Names with similar words that mean the account are properties."""
    assert drafted({**MESSAGE, name: "7f3c1b2a9d8e"})["template"]["properties"]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("callback", "https://me.nimbus.example/dlr"),
        ("cb", "https://me.nimbus.example/status?x=1"),
        ("dlrUrl", "https://me.nimbus.example/in"),
        ("notify_url", "http://203.0.113.5:8080/hook"),
    ],
)
def test_a_callback_url_is_a_marked_constant(name: str, url: str) -> None:
    """A callback URL is not a secret property, but a constant that should probably not be kept."""
    document = drafted({**MESSAGE, name: url})
    (constant,) = [entry for entry in document["constants"] if entry["name"] == name]
    assert "callback" in constant["risk"]
    assert not document["template"]["properties"]


@pytest.mark.parametrize(
    ("name", "url", "written", "properties"),
    [
        ("dlr_callback", "http://www.nimbus.example/mycallback", "http://www.nimbus.example/mycallback", []),
        ("whendelivered", "https://myserver.com/dlr", "https://myserver.com/dlr", []),
        ("callback_url", "https://your-app.com/hook", "https://your-app.com/hook", []),
        ("webhook", "https://<yourdomain>.com/in", "https://$Yourdomain$.com/in", ["Yourdomain"]),
        ("dlrUrl", "https://{{host}}/in", "https://$Host$/in", ["Host"]),
        ("url", "https://<yourdomain>.com/sms_status/", "https://$Yourdomain$.com/sms_status/", ["Yourdomain"]),
    ],
)
def test_a_callback_url_with_a_placeholder_keeps_its_risk(
    name: str, url: str, written: str, properties: list[str]
) -> None:
    """A host such as "myserver" is part of the sample; only a marked placeholder becomes a property."""
    document = drafted({**MESSAGE, name: url})
    (constant,) = [entry for entry in document["constants"] if entry["name"] == name]
    assert (written, written) == (constant["value"], sent(document)["request_parameters"][name])
    assert "callback" in constant["risk"]
    assert properties == document["template"]["properties"]


@pytest.mark.parametrize("url", ["https://acme.example/orders/7/status", "https://acme.example/status/page"])
def test_a_link_to_a_status_is_no_callback_url(url: str) -> None:
    """Customers open it, and the provider does not report to it."""
    (constant,) = [one for one in drafted({**MESSAGE, "home": url})["constants"] if one["name"] == "home"]
    assert "a URL from the sample" == constant["risk"]


@pytest.mark.parametrize(
    "url",
    [
        "https://me.nimbus.example/hooks/9f86d081884c7d65/in",
        "https://joe:0penSesame@me.nimbus.example/in",
        "https://me.nimbus.example/u/joe/p/0penSesame",
        "https://9f86d081884c7d65.me.nimbus.example/in",
    ],
)
def test_a_credential_in_a_callback_url_is_not_kept(url: str) -> None:
    """A credential in a callback URL becomes a property, wherever in the URL it is."""
    document = drafted({**MESSAGE, "callback": url})
    written = json.dumps(document["template"]) + json.dumps(document["constants"])
    assert "9f86d081884c7d65" not in written
    assert "0penSesame" not in written


IN = {"event": "sms.in", "sender": CONTACT, "destination": OWN, "text": "Hi back"}


@pytest.mark.parametrize(
    ("body", "pastes", "expected"),
    [
        (
            {"numbers": [OWN, CONTACT, OTHER], "text": "Hi you"},
            {"hints": {"to": CONTACT, "from": OWN}},
            {"numbers": ["$from$", "$to$"]},
        ),
        ({"members": [CONTACT, OWN], "text": "Hi you"}, {"hints": {"from": OWN}}, {"members": ["$to$", "$from$"]}),
        (
            {"participants": [OWN, CONTACT, OTHER], "text": "Hi you"},
            {"samples": [webhook("message", IN)]},
            {"participants": ["$from$", "$to$"]},
        ),
        (
            {"numbers": [OWN, CONTACT], "from": OWN, "text": "Hi you"},
            {},
            {"numbers": ["$from$", "$to$"], "from": "$from$"},
        ),
        (
            {"recipients": [OWN, CONTACT], "sender": OWN, "text": "Hi you"},
            {},
            {"recipients": ["$to$"], "sender": "$from$"},
        ),
        ({"to": [CONTACT, OTHER], "text": "Hi you"}, {}, {"to": ["$to$"]}),
        (
            {"parties": [{"role": "sender", "tn": OWN}, {"role": "recipient", "tn": CONTACT}], "text": "Hi you"},
            {},
            {"parties": [{"role": "sender", "tn": "$from$"}, {"role": "recipient", "tn": "$to$"}]},
        ),
        (
            {"ends": [{"type": "customer", "phone": CONTACT}, {"type": "business", "phone": OWN}], "text": "Hi you"},
            {},
            {"ends": [{"type": "customer", "phone": "$to$"}, {"type": "business", "phone": "$from$"}]},
        ),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else None,
)
def test_a_list_of_numbers_is_decided_by_what_is_known(
    body: dict[str, Any], pastes: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Hints, webhooks, another field or the value beside a number say whose it is; a further recipient is left out."""
    document = drafted(body, **pastes)
    parameters = sent(document)["request_parameters"]
    assert {**expected, "text": "$content$"} == parameters
    assert document["complete"]


@pytest.mark.parametrize("name", ["numbers", "participants", "phones", "addresses"])
def test_an_undecided_list_of_numbers_is_blocking(name: str) -> None:
    """If nothing says which number belongs to whom, the first line reports it."""
    document = drafted({name: [OWN, CONTACT, OTHER], "text": "Hi you"})
    assert not document["complete"]
    assert any(name in clause and "--hint" in clause for clause in document["blocking"])


@pytest.mark.parametrize("order", [1, -1])
def test_a_webhook_with_both_numbers_in_a_list_is_read_by_position(order: int) -> None:
    """The constants beside each number are part of the pattern, so another message is read correctly."""

    def body(contact: str, own: str) -> dict[str, Any]:
        parties = [{"side": "contact", "number": contact}, {"side": "business", "number": own}]
        return {"event": "sms.in", "parties": parties[::order], "text": "Hi back"}

    document = drafted(MESSAGE, samples=[webhook("message", body(CONTACT, OWN))])
    assert document["complete"]
    template = read_template(document["template"])
    reading = read_webhook(template, webhook("message", body(OTHER, "+14155550199")).incoming)
    assert (OTHER, "+14155550199") == (reading.variables["from"], reading.variables["to"])
    turned = body(OTHER, "+14155550199")
    turned["parties"].reverse()
    assert not read_webhook(template, webhook("message", turned).incoming).matched


def test_a_webhook_with_an_undecided_list_is_not_guessed() -> None:
    """A list of all who take part in a conversation says nothing about who wrote."""
    document = drafted(
        MESSAGE, samples=[webhook("message", {"event": "in", "members": [OWN, CONTACT, OTHER], "text": "Hi"})]
    )
    assert any("incoming messages will not be received" in clause for clause in document["blocking"])


def test_a_double_zero_stays_before_the_number() -> None:
    """The portal's number formats never begin with 00, so the template contains it, and the note names the digits'
    format.
    """
    document = drafted({"to": "004915901234567", "from": "14155550100", "text": "Hi you"})
    assert sent(document)["request_parameters"]["to"] == "00$to$"
    assert any("international" in note["text"] and "004915" in note["text"] for note in document["notes"])


def test_constants_of_a_query_and_a_path_have_a_name_and_a_value() -> None:
    """Values that are sent unchanged in a URL are listed with their names; a word that may name an account is
    marked.
    """
    document = drafted(MESSAGE, url="https://api.nimbus.example/cirrus/sms/send?route=7&copies=1")
    found = {entry["name"]: (entry["value"], bool(entry["risk"])) for entry in document["constants"]}
    assert {"route": ("7", False), "copies": ("1", False), "part of the URL's path": ("cirrus", True)} == found


def test_a_segment_before_a_property_names_it() -> None:
    """The word "account" in /account/13900 is not itself somebody's account."""
    document = drafted(MESSAGE, url="https://api.nimbus.example/account/13900/product/sms/send")
    found = {entry["value"]: bool(entry["risk"]) for entry in document["constants"]}
    assert {"account": False, "product": True} == found


def test_a_boolean_is_not_called_a_number() -> None:
    """A boolean is a constant without a note."""
    document = drafted({**MESSAGE, "private": True, "secret": False})
    assert not any("number" in note["text"] for note in document["notes"] if "private" in note["text"])


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("message", "incoming messages will not be received"),
        ("mms", "incoming files will not be received"),
        ("delivered", "delivery receipts will not be matched"),
    ],
)
@pytest.mark.parametrize(
    "body", [b"<in><from>1</from></in>", b"just words", b"--x\r\nContent-Disposition: form-data\r\n"]
)
def test_an_unreadable_webhook_does_not_stop_the_draft(kind: str, clause: str, body: bytes) -> None:
    """The rest is drafted, and the first line says what will not arrive."""
    lost = WebhookSample(kind=kind, name="lost", incoming=IncomingRequest(method="POST", path="/", body=body))
    document = drafted(MESSAGE, samples=[lost], reply=Reply(status=200, body=b'{"id":"a1b2c3d4e5f6a7b8"}'))
    assert any(clause in one for one in document["blocking"])
    assert sent(document)["response_map"] == {"id": "$messageid$"}


@pytest.mark.parametrize(
    "receipt", [{"id": "m-1", "delivered": True}, {"id": "m-1", "state": "ENTREGADO"}, {"id": "m-1", "stat": "DELIVRD"}]
)
def test_a_pinned_success_is_not_reported_as_missing(receipt: dict[str, Any]) -> None:
    """A receipt whose pattern requires the word for delivered needs no failed sample."""
    document = drafted(
        MESSAGE,
        reply=Reply(status=200, body=b'{"id":"m-2"}'),
        samples=[webhook("delivered", {**receipt, "copies": 1})],
    )
    assert document["complete"], document["blocking"]


IN_NAMES = [
    ({"party": {"external": CONTACT, "own": OWN}, "text": "Hi"}, True),
    ({"ani": CONTACT, "dnis": OWN, "ud": "Hi back"}, True),
    ({"afzender": CONTACT, "ontvanger": OWN, "bericht": "Hi"}, True),
    ({"phonecode": OWN, "phoneno": CONTACT, "content": "Hi"}, True),
    ({"alpha": CONTACT, "beta": OWN, "text": "Hi"}, False),
    ({"from": CONTACT, "sender": OTHER, "to": OWN, "text": "Hi"}, False),
    ({"from": CONTACT, "to": OWN, "text": "Hi", "original": {"from": OWN, "to": OTHER, "text": "No"}}, True),
    ({"sms": {"7000123": {"from": CONTACT, "to": OWN, "text": "Hi"}}}, False),
]


@pytest.mark.parametrize(("body", "is_clear"), IN_NAMES, ids=lambda value: str(value)[:60])
def test_a_webhook_is_read_right_or_reported(body: dict[str, Any], is_clear: bool) -> None:
    """Names decide whose number it is; if two fit, none fits or a key changes, the draft is blocked."""
    document = drafted(MESSAGE, samples=[webhook("message", {"type": "sms.in", **body})])
    assert is_clear == document["complete"], document["blocking"]
    if is_clear:
        template = read_template(document["template"])
        text = json.dumps(body).replace(CONTACT, "+16475550999").replace(OWN, "+14155550888")
        reading = read_webhook(template, webhook("message", {"type": "sms.in", **json.loads(text)}).incoming)
        assert ("+16475550999", "+14155550888") == (reading.variables["from"], reading.variables["to"])


def test_ids_of_the_same_name_belong_together() -> None:
    """The reply has only a request id: the receipt's field of that name is used, not its other id."""
    document = drafted(
        MESSAGE,
        reply=Reply(status=200, body=b'{"request_id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301"}'),
        samples=[
            webhook(
                "delivered",
                {"request_id": "7d444840-9dc0-41d1-b245-5ffdce74fad2", "msg_id": "a1b2c3d4e5f6", "status": "delivered"},
            )
        ],
    )
    assert document["complete"]
    assert {"request_id": "$messageid$", "status": "$event_key$"} == document["template"]["Webhook"][0][
        "request_parameters"
    ]


@pytest.mark.parametrize(
    ("fields", "is_signature"),
    [
        ({"hash": "e3b0c44298fc1c149afbf4c8996fb924"}, False),
        ({"sign": "Acme Shop"}, False),
        ({"hash": "e3b0c44298fc1c149afbf4c8996fb924", "timestamp": "1767322445"}, True),
        ({"signature": "e3b0c44298fc1c149afbf4c8996fb924"}, True),
    ],
)
def test_a_fixed_hash_is_not_a_signature(fields: dict[str, str], is_signature: bool) -> None:
    """A hash without a time or a nonce is the same in each message, so a property can contain it."""
    document = drafted({**MESSAGE, **fields})
    assert is_signature == any("signature" in clause for clause in document["blocking"])
    assert document["template"]["properties"]


@pytest.mark.parametrize(
    ("url", "written", "is_complete"),
    [
        ("http://{host}/send", "https://$Host$/send", True),
        ("http://{{gateway}}:8443/send", "https://$Gateway$:8443/send", False),
        ("http://198.51.100.7/send", "http://198.51.100.7/send", False),
        ("http://modem/send", "http://modem/send", False),
        ("http://sms.nimbus.example:8080/send", "http://sms.nimbus.example:8080/send", False),
        ("http://sms.nimbus.example/send", "https://sms.nimbus.example/send", True),
    ],
)
def test_http_becomes_https_only_for_a_public_host(url: str, written: str, is_complete: bool) -> None:
    """A URL with a port, an IP address or a bare host name keeps http and makes the template incomplete; no rule
    fails.
    """
    document = drafted({"to": CONTACT, "text": "Hi you"}, url=url)
    assert written == sent(document)["request_url"]
    assert is_complete == document["complete"]
    assert is_complete or "send-test --url" in document["blocking"][0]
    findings = lint(Document.read("draft", json.dumps(document["template"])))
    assert not [finding for finding in findings if finding.severity is Severity.ERROR]


def test_a_hinted_number_is_found_after_a_double_zero() -> None:
    """A hint in digits is found in a number that begins with 00, which stays."""
    document = drafted({"dest": "0016475550123", "text": "Hi you"}, hints={"to": "16475550123"})
    assert {"dest": "00$to$", "text": "$content$"} == sent(document)["request_parameters"]


@pytest.mark.parametrize(
    ("fields", "is_complete"),
    [
        ({"sender": "Acme", "label": "Acme", "text": "test", "mode": "test"}, True),
        ({"from": OWN, "text": "Hello", "preview": "Hello"}, False),
        ({"from": OWN, "text": "test", "sms": {"text": "test"}}, False),
        ({"from": OWN, "text": "Hello", "billing": {"number": OWN}}, False),
        ({"from": OWN, "text": "Hello", "contact": {"phone": CONTACT[1:]}}, False),
    ],
    ids=str,
)
def test_second_copies_are_blocking_unless_they_are_words_of_their_own(fields: Any, is_complete: bool) -> None:
    """A brand equal to the sender's name, or "test" as a mode, is not a copy of the sample's sender or text."""
    assert is_complete == drafted({"to": CONTACT, **fields})["complete"]


def test_an_ipv6_host_and_port_80_stay_as_pasted() -> None:
    """Neither is a public host, so http is kept and the template is incomplete."""
    for url in ("http://[::1]:80/send", "http://sms.nimbus.example:80/send"):
        document = drafted(MESSAGE, url=url)
        assert (url, False) == (sent(document)["request_url"], document["complete"])


def test_numbers_written_in_two_ways_are_noted() -> None:
    """The portal uses one format for both numbers, so one of them cannot be as in the sample."""
    document = drafted({**MESSAGE, "to": CONTACT[1:]})
    assert any("writes both in one format" in note["text"] for note in document["notes"])


def test_what_is_around_variables_is_listed() -> None:
    """A login in a packed text cannot be recognised, so the text is a constant with a risk."""
    body = {"d": f"joe,letmein99,{CONTACT},See you", "first_name": "Bob"}
    document = drafted(body, hints={"to": CONTACT, "content": "See you"})
    listed = {entry["name"]: (entry["value"], entry["risk"]) for entry in document["constants"]}
    assert ("joe,letmein99,$to$,$content$", "it may contain a login") == listed["d"]
    assert "the sample's recipient" in str(listed["first_name"][1])


@pytest.mark.parametrize("numbers", [f"{CONTACT},{OTHER}", "+254711XXXYYY,+254733YYYZZZ"])
def test_further_numbers_in_one_text_are_reported(numbers: str) -> None:
    """Only one of the numbers in a text is kept, and a limit says so; the page may hide a part of each."""
    document = drafted({"recipients": numbers, "from": OWN, "text": "See you"})
    assert "$to$" == sent(document)["request_parameters"]["recipients"]
    assert ["several numbers in recipients"] == [entry["what"] for entry in document["not_expressible"]]


def test_the_first_line_names_an_auth_scheme_without_an_ellipsis() -> None:
    """The clause becomes the end of a sentence, where the dots of "Authorization: App ..." would be cut."""
    pasted = read_curl("send", "curl https://api.nimbus.example/sms -H 'Authorization: App k1' --json '{\"to\": \"\"}'")
    document = as_document(from_pastes(Pastes(send=pasted[0]), Answers()), None)
    assert "it cannot authenticate: Ringotel cannot send the credential as Authorization: App" in document["blocking"]


@pytest.mark.parametrize(
    ("host", "to", "noted"),
    [
        ("api.flowroute.com", "12066418000", ["the preset of this provider names e164"]),
        ("api.nimbus.example", "12066418000", ["set the portal's number format to international"]),
        ("rest.nexmo.com", "447700900000", ["set the portal's number format to international"]),
        ("api.flowroute.com", "+12066418000", []),
    ],
)
def test_the_sample_and_the_preset_give_no_opposite_advice(host: str, to: str, noted: list[str]) -> None:
    """If they differ about the format of numbers, one note says so; RT604 still quotes the preset."""
    document = drafted({"to": to, "text": "See you"}, url=f"https://{host}/sms")
    texts = [note["text"] for note in document["notes"] if "numbers in the sample" in note["text"]]
    assert len(noted) == len(texts)
    assert all(part in text for part, text in zip(noted, texts, strict=True))


def test_a_plus_that_a_form_turned_into_a_space_is_a_plus() -> None:
    """In the documentation of 46elks, ``-d to=+46700000000`` shows a number with a plus."""
    pasted = read_curl("send", "curl https://api.nimbus.example/sms -d to=+46700000000 -d message=Hej")[0]
    notes = from_pastes(Pastes(send=pasted), Answers()).notes
    assert not [note for note in notes if "number format" in str(note)]


def test_an_id_with_and_without_braces_is_one_property() -> None:
    """Plivo's documentation writes ``--user auth_id:auth_token`` and ``/Account/{auth_id}/``."""
    command = "curl --user auth_id:auth_token -d to= https://api.nimbus.example/v1/Account/{auth_id}/Message/"
    template = from_pastes(Pastes(send=read_curl("send", command)[0]), Answers()).template
    assert ["Auth ID", "Auth token"] == sorted(template["properties"])
    assert "$Auth ID$" == template["auth"]["username"]


@pytest.mark.parametrize("kind", ["application/json; charset=ISO-8859-1", "application/json;charset=windows-1252"])
def test_another_charset_is_not_promised(kind: str) -> None:
    """A template sends UTF-8, so the charset of the sample is left out, and a limit names it."""
    command = ["curl", "https://api.nimbus.example/sms", "-H", f"Content-Type: {kind}", "-d", json.dumps(MESSAGE)]
    document = as_document(from_pastes(Pastes(send=read_curl("send", shlex.join(command))[0]), Answers()), None)
    assert "application/json" == sent(document)["request_content_type"]
    assert [kind.partition(";")[2].strip()] == [entry["what"] for entry in document["not_expressible"]]


@pytest.mark.parametrize(
    ("failed", "is_clear"),
    [
        ({"error": "30003"}, True),
        ({"error": {"code": 30003}}, True),
        ({"error": ""}, False),
        ({"error": {}}, False),
        ({"error": None}, False),
        ({}, False),
    ],
)
def test_the_null_of_an_error_says_that_a_message_arrived(failed: dict[str, Any], is_clear: bool) -> None:
    """A receipt without a status, whose only sign of a failure is an error: the pattern requires null there."""
    receipt = {"messageId": "9612c4e2-27f8-4463", "event": "dlr", "error": None}
    other = {name: value for name, value in receipt.items() if name != "error"} | failed
    samples = [webhook("delivered", receipt), webhook("other", other)]
    document = drafted(MESSAGE, reply=Reply(status=200, body=b'{"id": "9612c4e2-27f8-4463"}'), samples=samples)
    (event,) = document["template"]["Webhook"]
    assert is_clear == ("error" in event["request_parameters"])
    assert is_clear == document["complete"]


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://api.sandbox.nimbus.example/v1/sms", {"the URL's host": "api.sandbox.nimbus.example"}),
        ("https://api.nimbus.example/sandbox/v1/sms", {"part of the URL's path": "sandbox"}),
        ("https://sandbox.example/v1/sms", {}),
    ],
)
def test_a_sandbox_in_the_url_is_a_risk(url: str, listed: dict[str, str]) -> None:
    """Messages to a test system are not delivered, whatever else is right."""
    constants = [entry for entry in drafted(MESSAGE, url=url)["constants"] if "sandbox" in str(entry["risk"])]
    assert listed == {entry["name"]: entry["value"] for entry in constants}


@pytest.mark.parametrize("header", ["authority: api.nimbus.example", "sec-fetch-user: ?1", "Priority: u=1, i"])
def test_a_header_of_the_browser_is_no_credential(header: str) -> None:
    """What browsers add to a copied command needs no auth, and does not hide the host in the template."""
    url = "https://api.nimbus.example/v2/sms"
    pasted = read_curl("send", shlex.join(["curl", url, "-H", header, "--json", json.dumps(MESSAGE)]))[0]
    document = as_document(from_pastes(Pastes(send=pasted), Answers()), None)
    assert url == sent(document)["request_url"]
    assert document["complete"]


def test_a_placeholder_in_a_path_does_not_name_what_follows() -> None:
    """After ``{authKey}``, the next segment is part of the API, not a second key."""
    pasted = read_curl(
        "send", "curl -d to=1 -u '{authKey}:{authToken}' 'https://api.nimbus.example/Accounts/{authKey}/Outgo/'"
    )
    document = as_document(from_pastes(Pastes(send=pasted[0]), Answers()), None)
    assert sent(document)["request_url"].endswith("/Accounts/$Auth key$/Outgo/")
    assert ["Auth key", "Auth token"] == document["template"]["properties"]


@pytest.mark.parametrize("host", ["api-app2.nimbus.example", "a2p-sms-https.nimbus.example", "rest1.nimbus.example"])
def test_a_subdomain_that_names_a_service_is_fixed(host: str) -> None:
    """It is the same for all accounts, although it has letters and digits."""
    document = drafted(MESSAGE, url=f"https://{host}/v2/sms")
    assert f"https://{host}/v2/sms" == sent(document)["request_url"]


@pytest.mark.parametrize("name", ["url", "address", "u"])
def test_a_file_is_recognised_by_its_url(name: str) -> None:
    """A text and a file in one request become two requests, whatever the field of the file is called."""
    document = drafted(
        {"to": CONTACT, "from": OWN, "body": {name: "https://m.nimbus.example/x.jpg?a=1", "message": "See you"}}
    )
    assert {"message": "$content$"} == sent(document)["request_parameters"]["body"]
    assert "$content$" == document["template"]["API"]["SendFile"]["request_parameters"]["body"][name]


def test_a_logo_is_not_the_file_of_a_message() -> None:
    """A picture of the sender stays in the request."""
    document = drafted({**MESSAGE, "logo": "https://m.nimbus.example/logo.png"})
    assert ["SendMessage"] == list(document["template"]["API"])


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"jsonrpc": "2.0", "id": 7, "result": {"reference": "889900"}}, {"result": {"reference": "$messageid$"}}),
        ({"jsonrpc": "2.0", "id": 7, "result": True}, None),
        ({"batches": [{"id": "b-1", "items": [{"id": "i-7"}]}]}, {"batches": [{"items": [{"id": "$messageid$"}]}]}),
    ],
)
def test_the_id_of_a_call_or_a_batch_is_not_the_message_id(reply: Any, expected: Any) -> None:
    """JSON-RPC repeats the id of the request; a batch has an id of its own."""
    document = drafted(MESSAGE, reply=Reply(status=200, headers=(), body=json.dumps(reply).encode()))
    assert expected == sent(document).get("response_map")
