"""The emulator over real sockets: a two-way conversation, what is refused and why, waiting, weather, safety."""

from __future__ import annotations

import base64
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringocli.emulator.access import AccessPolicy
from ringocli.errors import CheckFailed, LocalError, UsageError
from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME, SAMPLES
from tests.emulating import JSON, MESSAGE, call, connected, until_closed

NUMBER, CONTACT = "+12025550100", "+13105550199"
_inboxes = count()


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    """One emulator for all; each test has an inbox of its own."""
    with emulator(ACME) as started:
        yield started


@pytest.fixture
def ringotel(running: Emulator) -> Emulator:
    return running.inbox(f"test-{next(_inboxes)}")


# -- the conversation ---------------------------------------------------------------------------------


def test_message_goes_out_and_its_receipt_comes(ringotel: Emulator) -> None:
    """What the user types is the template's request; the receipt finds the message by the provider's id."""
    sent = ringotel.send(CONTACT, "Hello", from_=NUMBER)
    assert ("outgoing", "SendMessage", True, []) == (sent["direction"], sent["name"], sent["matched"], sent["problems"])
    assert {"from": NUMBER, "to": CONTACT, "text": "Hello"} == json.loads(sent["request"]["body"])
    receipt = ringotel.wait(event_type="messageDelivered")
    assert (sent["id"], "incoming") == (receipt["correlates"], receipt["direction"])
    assert "delivered" == ringotel.exchanges()[1]["status"]


def test_handset_answers(ringotel: Emulator) -> None:
    """The contact's message is the template's event, read by Ringotel's side."""
    taken = ringotel.reply(NUMBER, "See you", from_=CONTACT)
    assert ("message", True, 200) == (taken["event_type"], taken["matched"], taken["reply"]["status"])
    assert {"from": CONTACT, "to": NUMBER, "content": "See you"} == taken["variables"]


def test_pictures_go_both_ways(ringotel: Emulator) -> None:
    """A dropped file is served under a name nobody guesses, sent by SendFile, and comes in as an mms."""
    added = call(ringotel, "POST", "/api/files?name=dog.png", b"\x89PNG...", {"Content-Type": "image/png"})
    assert 201 == added.status
    url = added.document["url"]
    sent = ringotel.send(CONTACT, media_url=url, from_=NUMBER)
    assert ("SendFile", url) == (sent["name"], json.loads(sent["request"]["body"])["media"])
    taken = ringotel.reply(NUMBER, "Look", from_=CONTACT, media_url=url)
    assert ("mms", url, "Look") == (taken["event_type"], taken["variables"]["url"], taken["variables"]["text"])
    file = call(ringotel.inbox(""), "GET", url.partition("//")[2].partition("/")[2].join(("/", "")))
    assert (200, b"\x89PNG...", "image/png") == (file.status, file.body, file.headers["content-type"])
    assert "sandbox" in file.headers["content-security-policy"]


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_every_sample_converses(name: str) -> None:
    """No template is special: all of the samples send, get their receipt, and take an answer."""
    template = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    with emulator(template) as ringotel:
        sent = ringotel.send(CONTACT, "50 % & more\n😀", from_=NUMBER)
        assert (True, "50 % & more\n😀") == (sent["matched"], sent["variables"]["content"])
        assert "ok\n€" == ringotel.reply(NUMBER, "ok\n€", from_=CONTACT)["variables"]["content"]
        kinds = {event["event_type"] for event in template["Webhook"]}
        if "messageDelivered" in kinds:
            assert sent["id"] == ringotel.wait(event_type="messageDelivered")["correlates"]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("Webhook", ACME["Webhook"][0]),
        ("Webhook", {"first": ACME["Webhook"][0], "last": ACME["Webhook"][2]}),
        ("Webhook", {"events": ACME["Webhook"]}),
        ("Webhook", []),
        ("API", {"SendMessage": ACME["API"]["SendMessage"]}),
        ("API", {}),
    ],
    ids=["one event", "named events", "events in an object", "no event", "no SendFile", "only events"],
)
def test_template_of_any_shape_has_its_page(part: str, value: Any) -> None:
    """Whatever container the events stand in, and whatever is missing: the page learns what there is."""
    template = {**ACME, part: value}
    with emulator(template) as ringotel:
        about = call(ringotel, "GET", "/api/about")
        assert 200 == about.status
        assert len(template["API"]) == len(about.document["template"]["requests"])
        assert about.document["assumptions"]


def test_failed_message_gets_no_second_tick(ringotel: Emulator) -> None:
    """The failed receipt matches nothing, and the message is failed."""
    sent = ringotel.send("+15005550002", "Hello", from_=NUMBER)
    assert sent["id"] == ringotel.wait(status="failed", direction="outgoing")["id"]
    receipt = ringotel.exchanges("direction:incoming")[0]
    assert (False, 422, []) == (receipt["matched"], receipt["reply"]["status"], receipt["near_miss"]["patch"])


@pytest.mark.parametrize(
    ("number", "status"), [("+15005550001", 422), ("+15005550004", 422), ("+15005550029", 429), ("+15005550050", 500)]
)
def test_magic_numbers_refuse(ringotel: Emulator, number: str, status: int) -> None:
    """What the provider does not take is refused at once, with its reason."""
    sent = ringotel.send(number, "Hello", from_=NUMBER)
    assert ("refused", status) == (sent["status"], sent["reply"]["status"])
    assert any("the provider's error" in note for note in sent["notes"])


def test_number_that_gets_no_answer(ringotel: Emulator) -> None:
    """A provider that never answers is a failed send, and said so."""
    sent = ringotel.send("+15005550054", "Hello", from_=NUMBER)
    assert ("failed", None, "the provider does not answer") == (sent["status"], sent["reply"], sent["error"])


def test_receipt_comes_twice(ringotel: Emulator) -> None:
    """A duplicate receipt is taken twice, and both belong to the message."""
    sent = ringotel.send("+15005550011", "Hello", from_=NUMBER)
    first = ringotel.wait(event_type="messageDelivered")
    second = ringotel.wait(event_type="messageDelivered", after=first["id"])
    assert sent["id"] == first["correlates"] == second["correlates"]


def test_stop_opts_out(ringotel: Emulator) -> None:
    """After STOP the provider takes nothing more for that contact, until START."""
    ringotel.reply(NUMBER, "Stop", from_=CONTACT)
    assert "refused" == ringotel.send(CONTACT, "Hello?", from_=NUMBER)["status"]
    ringotel.reply(NUMBER, "START", from_=CONTACT)
    assert "queued" == ringotel.send(CONTACT, "Hello!", from_=NUMBER)["status"]


def test_early_receipt_finds_its_message(ringotel: Emulator, tmp_path: Path) -> None:
    """A receipt that comes before the reply that tells the id belongs to the message all the same."""
    from ringocli.emulator.store.exchange import Exchange, now
    from ringocli.emulator.store.sqlite import Store

    store = Store(tmp_path / "s.db")
    shown = {"method": "POST", "url": "/", "headers": [], "body": ""}
    receipt = Exchange(inbox="", at=now(), direction="incoming", request=shown, event_type="messageDelivered",
                       matched=True, status="taken", message_id="m1")  # fmt: skip
    message = Exchange(inbox="", at=now(), direction="outgoing", request=shown, status="sent", message_id="m1")
    store.commit([receipt])
    [stored], changes = store.commit([message])
    assert stored is not None
    assert ("delivered", [1]) == (stored.status, [change.id for change in changes])
    found = store.get("", 1)
    assert found is not None
    assert stored.id == found.correlates
    store.close()


def test_receipt_of_nobody_is_told(ringotel: Emulator) -> None:
    """A receipt for an id that was never sent is taken, and shown as such."""
    assert 200 == call(ringotel, "POST", "/webhook/acme", {"method": "delivered", "params": {"messageid": "x"}}).status
    [exchange] = ringotel.exchanges()
    assert (True, None) == (exchange["matched"], exchange["correlates"])
    assert any("unknown id" in note for note in exchange["notes"])


# -- Ringotel's side ----------------------------------------------------------------------------------


def test_webhook_is_answered_with_an_empty_200(ringotel: Emulator) -> None:
    """What matches is stored, then result; that 200 is right is an assumption, and said to be one."""
    got = call(ringotel, "POST", "/webhook/acme", MESSAGE)
    assert (200, b"") == (got.status, got.body)
    [exchange] = ringotel.exchanges()
    assert any("assumption 31" in note for note in exchange["notes"])


def test_near_miss_proposes_a_patch(ringotel: Emulator) -> None:
    """What matches nothing is stored, and result with the nearest event and the edit that would mend it."""
    body = {"method": "message", "params": {"form": CONTACT, "to": NUMBER, "content": "Hi"}}
    got = call(ringotel, "POST", "/webhook/acme", body)
    assert (422, 1, False) == (got.status, got.document["schema_version"], got.document["matched"])
    near_miss = got.document["near_miss"]
    assert [{"op": "move", "from": "/Webhook/0/request_parameters/params/from",
             "path": "/Webhook/0/request_parameters/params/form"}] == near_miss["patch"]  # fmt: skip
    [exchange] = ringotel.exchanges("is:unmatched")
    assert near_miss == exchange["near_miss"]


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/webhook/acne", MESSAGE, 404),
        ("POST", "/webhook", MESSAGE, 404),
        ("DELETE", "/webhook/acme", None, 405),
        ("POST", "/webhook/acme", b'{"method": ', 400),
        ("POST", "/webhook/acme", b"\xff\xfe{", 400),
        ("POST", "/webhook/acme", b"x" * 10_000_001, 413),
        ("GET", "/webhook/acme?method=message", None, 422),
        ("POST", "/nowhere", MESSAGE, 404),
        ("GET", "/api/exchanges/999999", None, 404),
        ("GET", "/api/exchanges/..%2f", None, 404),
        ("GET", "/files/sample/missing.jpg", None, 404),
        ("GET", "/page/..%2fstore.py", None, 404),
        ("POST", "/api/send", b"nonsense", 400),
        ("POST", "/api/send", {"to": CONTACT, "content": "x"}, 400),
        ("POST", "/api/send", {"from": NUMBER, "to": CONTACT}, 400),
        ("POST", "/api/send", {"from": 1, "to": CONTACT, "content": "x"}, 400),
        ("POST", "/api/send", {"from": NUMBER, "to": CONTACT, "contnet": "x"}, 400),
        ("POST", "/api/send", {"from": NUMBER, "to": CONTACT, "content": "x", "properties": {"no": "x"}}, 400),
        ("POST", "/api/chaos", {"ringotel": {"status": 1}}, 400),
        ("GET", "/api/exchanges?limit=x", None, 400),
        ("GET", "/api/exchanges?before=x", None, 400),
        ("GET", "/api/exchanges?q=is:nothing", None, 400),
        ("GET", "/api/wait?colour=red", None, 400),
        ("GET", "/api/wait?matched=maybe", None, 400),
        ("GET", "/api/export?format=xml", None, 400),
    ],
)
def test_what_cannot_be_served_gets_a_sentence(
    ringotel: Emulator, method: str, path: str, content: Any, status: int
) -> None:
    """Every refusal is JSON with a message; the emulator goes on."""
    headers = JSON if isinstance(content, bytes) else {}
    got = call(ringotel, method, path, content, headers)
    assert status == got.status
    assert got.document.get("near_miss", {}) is None or "message" in got.document.get("error", {"message": ""})
    assert 200 == call(ringotel, "GET", "/readyz").status


@pytest.mark.parametrize(
    ("path", "size", "says"),
    [("/api/send", 1_000_001, "larger than 1 MB"), ("/api/files", 10_000_001, "larger than 10 MB")],
)
def test_limit_that_was_passed_is_told(ringotel: Emulator, path: str, size: int, says: str) -> None:
    """Documents and files have limits of their own, and the refusal names the right one."""
    got = call(ringotel, "POST", path, b" " * size)
    assert 413 == got.status
    assert says in got.document["error"]["message"]


def test_any_id_has_an_address() -> None:
    """An id that an address has to quote is still where webhooks go."""
    with emulator({**ACME, "id": "my id/é?"}) as ringotel:
        assert ringotel.webhook_url.endswith("/webhook/my%20id%2F%C3%A9%3F")
        assert 200 == call(ringotel, "POST", ringotel.webhook_url.removeprefix(ringotel.url), MESSAGE).status
        assert ringotel.reply(NUMBER, "Hi", from_=CONTACT)["matched"]


def test_provider_says_what_is_wrong(ringotel: Emulator) -> None:
    """A request that the template does not make is told so in the body and in a header."""
    body = {"from": NUMBER, "to": CONTACT}
    got = call(ringotel, "POST", "/provider/v1/messages", body, {"Authorization": "Bearer abc"})
    assert 422 == got.status
    assert [{"where": "/text", "message": "expected $content$, found nothing"}] == got.document["ringocli"]
    assert "/text" in got.headers["ringocli-problems"]
    [exchange] = ringotel.exchanges()
    assert (False, "/text") == (exchange["matched"], exchange["problems"][0]["pointer"])


def test_provider_takes_what_the_template_sends(ringotel: Emulator) -> None:
    """Over the wire as from the page, below /provider and at the template's own path; the credential is not stored."""
    body = {"from": NUMBER, "to": CONTACT, "text": "Hi"}
    for path in ("/provider/v1/messages", "/v1/messages"):
        got = call(ringotel, "POST", path, body, {"Authorization": "Bearer a-real-credential"})
        assert (200, True) == (got.status, bool(got.document["data"]["id"]))
        receipt = ringotel.wait(event_type="messageDelivered", messageid=got.document["data"]["id"])
        assert receipt["correlates"] is not None
    assert "a-real-credential" not in call(ringotel, "GET", "/api/export").body.decode()


def test_provider_that_wants_xml_gets_xml() -> None:
    """Twilio reads TwiML; Ringotel's side answers in it where the preset says so."""
    with emulator(json.loads((SAMPLES / "twilio.json").read_text("utf-8"))) as ringotel:
        form = b"From=%2B13105550199&To=%2B12025550100&Body=Hi&NumMedia=0&SmsMessageSid=SM1&SmsStatus=received"
        got = call(
            ringotel, "POST", "/webhook/twilio-custom", form, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert (200, b"<Response/>", "text/xml") == (got.status, got.body, got.headers["content-type"])


# -- the API ------------------------------------------------------------------------------------------


def test_description_is_openapi_and_true(running: Emulator) -> None:
    """The document is valid OpenAPI 3.1, and what the endpoints give is what it says."""
    from openapi_spec_validator import validate

    document = call(running, "GET", "/openapi.json").document
    validate(document)
    ringotel = running.inbox("described")
    ringotel.send(CONTACT, "Hello", from_=NUMBER)
    call(ringotel, "POST", "/webhook/acme", {"method": "nothing"})
    ringotel.wait(event_type="messageDelivered")
    schema = {**document["components"]["schemas"]["Exchange"], "components": document["components"]}
    for exchange in ringotel.exchanges():
        jsonschema.validate(exchange, schema)
    chaos = {**document["components"]["schemas"]["Chaos"], "components": document["components"]}
    jsonschema.validate(call(ringotel, "GET", "/api/chaos").document, chaos)
    send = document["components"]["schemas"]["Send"]
    for content in ({"from": NUMBER, "to": CONTACT}, {"from": "", "to": CONTACT, "content": "x"}):
        assert 400 == call(ringotel, "POST", "/api/send", content).status
        assert not jsonschema.Draft202012Validator(send).is_valid(content)
    assert "GET" in call(ringotel, "PATCH", "/api/about").headers["allow"]


def test_waiting_finds_what_is_there_and_what_comes(ringotel: Emulator) -> None:
    """By identity: at once if it is there, else as soon as it comes; a + in the address may be a blank."""
    ringotel.reply(NUMBER, "first", from_=CONTACT)
    assert "first" == ringotel.wait(event_key="message", from_=CONTACT)["variables"]["content"]
    got = call(ringotel, "GET", f"/api/wait?event_key=message&from={CONTACT}&timeout_s=1")
    assert 200 == got.status
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ringotel.wait, content="second")
        ringotel.reply(NUMBER, "second", from_=CONTACT)
        assert "second" == waiting.result()["variables"]["content"]
    with pytest.raises(CheckFailed):
        ringotel.wait(content="third", timeout_s=0.05)
    with pytest.raises(UsageError):
        ringotel.wait(contact="third", timeout_s=0.05)


def test_no_waiter_is_forgotten(ringotel: Emulator) -> None:
    """Hundreds of waiters and their messages at the same time: each gets its own."""
    ready = threading.Barrier(20)

    def one(number: int) -> bool:
        ready.wait()
        call(
            ringotel, "POST", "/webhook/acme", {**MESSAGE, "params": {**MESSAGE["params"], "content": f"text {number}"}}
        )
        return True

    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(ringotel.wait, content=f"text {number}", timeout_s=20) for number in range(20)]
        senders = [pool.submit(one, number) for number in range(20)]
        assert all(sender.result() for sender in senders)
        assert [f"text {number}" for number in range(20)] == [one.result()["variables"]["content"] for one in waiting]


def test_inboxes_are_isolated(running: Emulator) -> None:
    """Nothing of one inbox is seen in another, neither exchanges nor weather nor who opted out."""
    one, other = running.inbox("one"), running.inbox("other")
    one.reply(NUMBER, "STOP", from_=CONTACT)
    one.set_chaos(ringotel={"status": 503})
    assert [] == other.exchanges()
    assert "queued" == other.send(CONTACT, "Hello", from_=NUMBER)["status"]
    assert 200 == call(other, "POST", "/webhook/acme", MESSAGE).status
    assert 503 == call(one, "POST", "/webhook/acme", MESSAGE).status
    assert 404 == call(running, "GET", "/i/not%20allowed/readyz").status


def test_export_has_everything(ringotel: Emulator) -> None:
    """JSON lines with bodies as text, oldest first; HAR for other tools; both of all that was seen."""
    for number in range(3):
        ringotel.reply(NUMBER, f"text {number}", from_=CONTACT)
    lines = [json.loads(line) for line in call(ringotel, "GET", "/api/export").body.splitlines()]
    assert ["text 0", "text 1", "text 2"] == [line["variables"]["content"] for line in lines]
    assert all("text" in line["request"]["body"] for line in lines)
    har = call(ringotel, "GET", "/api/export?format=har").document
    assert 3 == len(har["log"]["entries"])
    ringotel.clear()
    assert [] == ringotel.exchanges()


def test_search_finds_by_its_words(ringotel: Emulator) -> None:
    """The language of the page: keys, negation, phrases; what is no key is text."""
    ringotel.reply(NUMBER, 'the "quoted" 50% text', from_="+14155550111")
    ringotel.reply(NUMBER, "another one", from_="+14155550112")
    call(ringotel, "POST", "/webhook/acme", {"method": "unknown"})
    found = {
        query: len(ringotel.exchanges(query))
        for query in ('"quoted"', "50%", "from:0111", "-from:0111", "is:unmatched", "-is:unmatched another", "status:4xx",
                      "event:message", "http://x", "direction:incoming", "after:2020-01-01", "before:2020-01-01")
    }  # fmt: skip
    assert {
        '"quoted"': 1, "50%": 1, "from:0111": 1, "-from:0111": 2, "is:unmatched": 1, "-is:unmatched another": 1,
        "status:4xx": 1, "event:message": 2, "http://x": 0, "direction:incoming": 3, "after:2020-01-01": 3,
        "before:2020-01-01": 0,
    } == found  # fmt: skip


@given(
    query=st.text(max_size=80)
    | st.lists(st.sampled_from(['"', "-", "is:", "from:", "%", "_", "\\", "a", " ", ":", "'"])).map("".join)
)
@settings(max_examples=60)
def test_no_search_breaks_the_store(running: Emulator, query: str) -> None:
    """Whatever is typed is a search or a sentence."""
    with contextlib.suppress(UsageError):
        assert [] == running.inbox("searched").exchanges(query)


def test_bytes_are_told_by_variable(ringotel: Emulator) -> None:
    """The page colours what came from a variable: in requests, in webhooks, in replies."""
    sent = ringotel.send(CONTACT, "schöner Text", from_=NUMBER)
    taken = ringotel.reply(NUMBER, "grüße", from_=CONTACT)
    for exchange, wanted in ((sent, {"from", "to", "content"}), (taken, {"from", "to", "content", "event_key"})):
        detail = call(ringotel, "GET", f"/api/exchanges/{exchange['id']}").document
        body = detail["request"]["body"].encode()
        spans = detail["provenance"]["request_body"]
        assert wanted == {span["variable"] for span in spans}
        told = {span["variable"]: body[span["start"] : span["end"]].decode() for span in spans}
        assert all(told[name] == value for name, value in exchange["variables"].items() if name in told)
    reply = call(ringotel, "GET", f"/api/exchanges/{sent['id']}").document
    [span] = reply["provenance"]["reply_body"]
    assert sent["variables"]["messageid"] == reply["reply"]["body"][span["start"] : span["end"]]


def test_replay_does_it_again(ringotel: Emulator) -> None:
    """A webhook comes in once more, a message goes out once more."""
    taken = ringotel.reply(NUMBER, "again", from_=CONTACT)
    sent = ringotel.send(CONTACT, "again", from_=NUMBER)
    for exchange in (taken, sent):
        got = call(ringotel, "POST", f"/api/exchanges/{exchange['id']}/replay")
        assert (202, True) == (got.status, got.document["matched"])
        assert exchange["variables"]["content"] == got.document["variables"]["content"]
    assert "curl -X POST" in call(ringotel, "GET", f"/api/exchanges/{sent['id']}/curl").body.decode()


def test_replay_keeps_bytes_that_are_no_text(ringotel: Emulator) -> None:
    """A form in another charset is replayed as the bytes that came, not as what could be shown of them."""
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=iso-8859-1"}
    call(ringotel, "POST", "/webhook/acme", b"text=caf\xe9", kind)
    [first] = ringotel.exchanges()
    again = call(ringotel, "POST", f"/api/exchanges/{first['id']}/replay").document
    assert base64.b64encode(b"text=caf\xe9").decode() == first["request"]["body_base64"]
    assert first["request"]["body_base64"] == again["request"]["body_base64"]


def test_stream_tells_what_happens(ringotel: Emulator) -> None:
    """Server-sent events: a hello with the newest id, then exchanges as they come."""
    with connected(ringotel) as client:
        client.sendall(f"GET /i/{ringotel.inbox_name}/api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = b""
        while b"event: hello" not in received:
            received += client.recv(65536)
        ringotel.reply(NUMBER, "streamed", from_=CONTACT)
        while b"streamed" not in received:
            received += client.recv(65536)
        assert b"event: exchanges" in received


# -- weather ------------------------------------------------------------------------------------------


def test_status_strikes_before_anything_is_taken(ringotel: Emulator) -> None:
    """A 500 of Ringotel's is on record, and the webhook was not taken."""
    ringotel.set_chaos(ringotel={"status": 500})
    assert 500 == call(ringotel, "POST", "/webhook/acme", MESSAGE).status
    [exchange] = ringotel.exchanges()
    assert (False, "status 500") == (exchange["matched"], exchange["chaos"])


@pytest.mark.parametrize("status", [204, 205, 304])
def test_status_without_a_body_has_none(ringotel: Emulator, status: int) -> None:
    """Bytes after such a status would be read as the start of the next reply."""
    ringotel.set_chaos(ringotel={"status": status})
    path = ringotel.url.partition("//")[2].partition("/")[2]
    head = f"POST /{path}/webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n"
    with connected(ringotel) as client:
        client.sendall(f"{head}\r\n{{}}{head}Connection: close\r\n\r\n{{}}".encode())
        replies = until_closed(client).split(b"\r\n\r\n")
    assert 3 == len(replies)
    assert b"" == replies[-1]
    assert all(reply.startswith(b"HTTP/1.1 %d " % status) for reply in replies[:-1])


def test_rate_limit_says_when_to_come_back(ringotel: Emulator) -> None:
    """A bucket of two: the third is refused with Retry-After."""
    ringotel.set_chaos(ringotel={"rate_per_s": 0.01, "burst": 2})
    got = [call(ringotel, "POST", "/webhook/acme", MESSAGE) for _ in range(3)]
    assert [200, 200, 429] == [one.status for one in got]
    assert 0 < int(got[2].headers["retry-after"]) <= 100


def test_replies_are_spoiled(ringotel: Emulator) -> None:
    """HTML with 200, a redirect, another charset, unasked compression: seen by the client, and by Ringotel's user."""
    import gzip

    body = {"from": NUMBER, "to": CONTACT, "text": "Hi"}
    seen = {}
    for fault in ("html", "redirect", "charset", "gzip"):
        ringotel.set_chaos(provider={"fault": fault})
        seen[fault] = call(ringotel, "POST", "/provider/v1/messages", body, {"Authorization": "Bearer abc"})
    assert (200, "text/html") == (seen["html"].status, seen["html"].headers["content-type"])
    assert (302, True) == (seen["redirect"].status, "location" in seen["redirect"].headers)
    assert json.loads(seen["charset"].body.decode("utf-16"))["data"]["id"]
    assert json.loads(gzip.decompress(seen["gzip"].body))["data"]["id"]


def post(fault: str, ringotel: Emulator) -> bytes:
    """What a client gets of a webhook in bad weather, byte for byte."""
    ringotel.set_chaos(ringotel={"fault": fault})
    body = json.dumps(MESSAGE).encode()
    with connected(ringotel) as client:
        head = f"POST /i/{ringotel.inbox_name}/webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        if fault == "hang":
            ringotel.wait(event_type="message")
            client.settimeout(0.05)
            try:
                return client.recv(100)
            except TimeoutError:
                return b"(nothing)"
        return until_closed(client)


def test_connections_break(ringotel: Emulator) -> None:
    """Half-closed, cut off, or silent: the event was taken all the same, which is how duplicates come about."""
    assert b"" == post("half-close", ringotel)
    head, _, body = post("truncate", ringotel).partition(b"\r\n\r\n")
    assert b"content-length: 64" in head
    assert len(body) < 64
    assert b"(nothing)" == post("hang", ringotel)
    assert 3 == len(ringotel.exchanges("event:message"))


def test_builtin_provider_tries_again(ringotel: Emulator) -> None:
    """ChaosSettings at Ringotel's side makes the duplicate that it makes in life."""
    ringotel.set_chaos(ringotel={"fault": "hang"})
    first = ringotel.reply(NUMBER, "once", from_=CONTACT)
    ringotel.set_chaos()
    again = ringotel.wait(content="once", after=first["id"])
    assert "hang" in first["chaos"]
    assert again["chaos"] is None


# -- safety -------------------------------------------------------------------------------------------


def token_of(page: bytes) -> str:
    text = page.decode()
    return text[text.index('ringocli-token" content="') + 25 :].partition('"')[0]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:99"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "Cross-Site"}, 403),
        ({"Sec-Fetch-Site": "elsewhere"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"X-Forwarded-For": "203.0.113.7"}, 421),
        ({"CF-Connecting-IP": "203.0.113.7"}, 421),
    ],
)
def test_only_this_machine_reads(ringotel: Emulator, headers: dict[str, str], status: int) -> None:
    """Other names, other origins and tunnels do not read the page or the API."""
    for path in ("/api/exchanges", "/readyz"):
        assert status == call(ringotel, "GET", path, headers=headers).status


def test_browser_needs_the_pages_token(ringotel: Emulator) -> None:
    """A state-changing call from a browser brings the token that stands in the page; another program needs none."""
    page = call(ringotel, "GET", "/")
    assert 200 == page.status
    assert "default-src 'none'" in page.headers["content-security-policy"]
    from_browser = {"Sec-Fetch-Site": "same-origin"}
    wanted = {"from": NUMBER, "to": CONTACT, "content": "Hi"}
    assert 403 == call(ringotel, "POST", "/api/send", wanted, from_browser).status
    assert 403 == call(ringotel, "DELETE", "/api/exchanges", None, from_browser).status
    token = {"X-Ringocli-Token": token_of(page.body)}
    assert 202 == call(ringotel, "POST", "/api/send", wanted, {**from_browser, **token}).status
    assert 202 == call(ringotel, "POST", "/api/send", wanted).status


def test_foreign_pages_cannot_fire_webhooks(ringotel: Emulator) -> None:
    """The webhook's address is open to programs, not to other sites in the user's browser."""
    assert 403 == call(ringotel, "POST", "/webhook/acme", MESSAGE, {"Origin": "https://evil.example"}).status
    assert 403 == call(ringotel, "POST", "/webhook/acme", MESSAGE, {"Origin": "http://["}).status
    link = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}
    for path in ("/webhook/acme?method=message", "/provider/v1/messages", "/v1/messages"):
        assert 403 == call(ringotel, "GET", path, headers=link).status
    assert [] == ringotel.exchanges()


def test_two_hosts_are_none(running: Emulator) -> None:
    """A request with two Host headers is refused, whichever of them would be right."""
    for first, second in (("127.0.0.1", "evil.example"), ("evil.example", "127.0.0.1")):
        for path in ("/api/about", "/webhook/acme"):
            with connected(running) as client:
                client.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: {first}\r\nHost: {second}\r\nConnection: close\r\n\r\n".encode()
                )
                assert until_closed(client).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(("name", "served"), [("192.0.2.7", True), ("[2001:db8::1]:80", True), ("dead.beef", False),
                                              ("abc", False), ("1.2.3.4.5", False)])  # fmt: skip
def test_open_to_the_network_by_number_only(name: str, served: bool) -> None:
    """Bound to every address, the emulator answers to addresses; a name could be made to point here."""
    access = AccessPolicy(host="0.0.0.0", page_token="page", access_token="a secret & more")
    refusal = access.refusal("GET", "api", "token=a+secret+%26+more", {"host": name})
    assert served == (refusal is None)
    assert (401 if served else 421) == getattr(access.refusal("GET", "api", "token=x", {"host": name}), "status", None)


def test_huge_bodies_and_broken_requests_do_no_harm(ringotel: Emulator) -> None:
    """Too large, never ending, cut off, no HTTP at all: each gets its answer or nothing, and the next one is served."""
    with connected(ringotel) as client:
        client.sendall(b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n")
        block = b"x" * 1_000_000
        for _ in range(100):
            client.sendall(block)
        assert b" 413 " in client.recv(65536)
    with connected(ringotel) as client:
        client.sendall(b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(11):
            client.sendall(b"f4240\r\n" + block + b"\r\n")
        client.sendall(b"0\r\n\r\n")
        assert b" 413 " in client.recv(65536)
    for nonsense in (b"\x16\x03\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        with connected(ringotel) as client:
            client.sendall(nonsense)
            client.shutdown(1)
            until_closed(client)
    with connected(ringotel) as client:
        client.sendall(b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nhalf of it")
    assert 200 == call(ringotel, "GET", "/readyz").status


@pytest.mark.parametrize("weather", [{}, {"ringotel": {"delay_ms": 20}}], ids=["clear", "held-up"])
def test_half_closed_client_is_answered(ringotel: Emulator, weather: dict[str, Any]) -> None:
    """Whoever has said everything and only listens gets the answer, on the short way and on the long one."""
    ringotel.set_chaos(**weather)
    body = json.dumps(MESSAGE).encode()
    for line, content in (("GET {}/api/exchanges", b""), ("GET {}/api/wait?timeout_s=0.05&content=x", b""),
                          ("POST {}/webhook/acme", body)):  # fmt: skip
        head = f"{line.format(f'/i/{ringotel.inbox_name}')} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        with connected(ringotel) as client:
            client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode())
            client.sendall(content)
            client.shutdown(1)
            assert until_closed(client).startswith(b"HTTP/1.1 ")


def test_endless_heads_are_refused(ringotel: Emulator) -> None:
    """A head without end, in one line or in many, is cut off long before it fills the memory."""
    for start, more in ((b"GET /", b"a" * 65_536), (b"GET / HTTP/1.1\r\nX: ", b"a" * 65_536),
                        (b"GET / HTTP/1.1\r\n", b"X-A: a\r\n" * 8_000)):  # fmt: skip
        sent = 0
        with connected(ringotel) as client, contextlib.suppress(ConnectionError):
            client.sendall(start)
            while sent < 100_000_000:
                client.sendall(more)
                sent += len(more)
        assert sent < 20_000_000


def test_hostile_texts_are_kept_as_they_are(ringotel: Emulator) -> None:
    """Markup, direction marks, NUL, 64 KB: all of it comes back as it went in."""
    for text in ("<script>alert(1)</script>", "\u202eabc", "a\x00b", "x" * 65_536, "$content$", "\U0001f600\u200d"):
        taken = ringotel.reply(NUMBER, text, from_=CONTACT)
        assert text == taken["variables"]["content"]
        if len(text) < 1000:  # an address has no section for more
            assert text == ringotel.wait(content=text, timeout_s=1)["variables"]["content"]


def test_half_a_character_breaks_nothing(ringotel: Emulator) -> None:
    """A lone surrogate has no UTF-8: sent, received, waited for and streamed, it costs its place and nothing else."""
    half = b'{"method":"message","params":{"from":"1","to":"2","content":"a\\ud800b"}}'
    with connected(ringotel) as client, ThreadPoolExecutor(1) as pool:
        path = ringotel.url.removeprefix(f"http://{client.getpeername()[0]}:{client.getpeername()[1]}")
        client.sendall(f"GET {path}/api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = client.recv(65536)
        while b"event: hello" not in received:
            received += client.recv(65536)
        waiting = pool.submit(ringotel.wait, content="Whole", timeout_s=20)
        assert 200 == call(ringotel, "POST", "/webhook/acme", half, JSON).status
        whole = {"method": "message", "params": {"from": CONTACT, "to": NUMBER, "content": "Whole"}}
        assert 200 == call(ringotel, "POST", "/webhook/acme", whole).status
        while b"Whole" not in received:
            chunk = client.recv(65536)
            assert chunk
            received += chunk
        assert "Whole" == waiting.result()["variables"]["content"]
    assert "a?b" == ringotel.wait(from_="1", timeout_s=1)["variables"]["content"]
    for path in ("/api/send", "/api/reply"):
        got = call(ringotel, "POST", path, b'{"from":"1","to":"2","content":"a\\ud800b"}', JSON)
        assert (202, "a?b") == (got.status, got.document["variables"]["content"])


def test_waiter_gets_half_a_character(ringotel: Emulator) -> None:
    """Whoever is waiting when it comes gets the same as whoever asks later."""
    half = b'{"method":"message","params":{"from":"7","to":"2","content":"a\\ud800b"}}'
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ringotel.wait, from_="7", timeout_s=20)
        assert 200 == call(ringotel, "POST", "/webhook/acme", half, JSON).status
        assert "a?b" == waiting.result()["variables"]["content"]


def test_damaged_store_is_told(tmp_path: Path) -> None:
    """A store with broken pages stops the start with a sentence; nothing of it is thrown away."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db) as ringotel:
        for number in range(20):
            ringotel.reply(NUMBER, f"{number} " + "x" * 3_000, from_=CONTACT)
    whole = db.read_bytes()
    broken = whole[:8192] + bytes(byte ^ 0xA5 for byte in whole[8192:])
    db.write_bytes(broken)
    with pytest.raises(LocalError, match=r"emulator\.db: the store is damaged"), emulator(ACME, db=db):
        pass
    assert broken == db.read_bytes()


def test_store_that_fails_is_a_sentence(tmp_path: Path) -> None:
    """What the disk refuses is told as such by every endpoint, and the emulator goes on."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db) as ringotel:
        ringotel.reply(NUMBER, "Hi", from_=CONTACT)
        other = sqlite3.connect(db)
        other.execute("ALTER TABLE exchanges RENAME TO elsewhere")
        other.close()
        for method, path in (("DELETE", "/api/exchanges"), ("GET", "/api/exchanges"), ("GET", "/api/wait?to=1")):
            got = call(ringotel, method, path)
            assert (503, 3) == (got.status, got.document["error"]["code"])
        assert 200 == call(ringotel, "GET", "/readyz").status


def test_no_secret_is_kept(tmp_path: Path) -> None:
    """Properties are secrets: not in the API, the export, the page or the file, in no encoding."""
    secret = "kanarienvogel-0815"
    db = tmp_path / "emulator.db"
    with emulator(ACME, properties={"API key": secret}, db=db) as ringotel:
        ringotel.send(CONTACT, f"my key is {secret}", from_=NUMBER)
        call(ringotel, "POST", "/webhook/acme", {**MESSAGE, "leak": base64.b64encode(secret.encode()).decode()})
        call(ringotel, "POST", "/provider/v1/messages", {"from": "1", "to": "2", "text": "x"},
             {"Authorization": f"Bearer {secret}"})  # fmt: skip
        call(ringotel, "POST", "/webhook/acme", b"\xff" + secret.encode(), JSON)
        ringotel.wait(event_type="messageDelivered")
        told = b"".join(call(ringotel, "GET", path).body for path in ("/api/exchanges", "/api/export", "/api/about",
                                                                      "/api/export?format=har", "/"))  # fmt: skip
        told += b"".join(call(ringotel, "GET", f"/api/exchanges/{n}/curl").body for n in (1, 2, 3))
        told += b"".join(base64.b64decode(one["request"].get("body_base64", "")) for one in ringotel.exchanges())
    told += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for face in (secret.encode(), base64.b64encode(secret.encode()), base64.b64encode(secret.encode()).rstrip(b"=")):
        assert face not in told


def test_template_without_requests_is_still_told_of() -> None:
    """A template that only takes webhooks has a page like any other."""
    only_events = {key: value for key, value in ACME.items() if key != "API"}
    with emulator(only_events) as ringotel:
        assert 200 == call(ringotel, "GET", "/api/about").status
        assert 200 == call(ringotel, "POST", "/webhook/acme", MESSAGE).status
        assert 400 == call(ringotel, "POST", "/api/send", {"from": NUMBER, "to": CONTACT, "content": "Hi"}).status
