"""Relays of providers that Ringotel cannot express: learned from their documentation, run, and talked through."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from urllib.parse import parse_qs
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.relay.signatures import signature_scheme
from ringocli.testing import emulator
from tests.conftest import Command
from tests.loopback import Answer, Seen, serving
from tests.messaging.export.test_export import run_own_test
from tests.servers import LANGUAGES, free_port, server

SECRET = "signing-secret-4711"
KEY = "right-key-12345678"
NUMBER, CONTACT = "+12025550100", "+13105550199"


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    with build_opener(ProxyHandler({})).open(Request(url, data=body, headers=dict(headers)), timeout=10) as reply:
        status: int = reply.status
        return status


def hexadecimal(stamp: str, body: bytes) -> dict[str, str]:
    return {"X-Signature": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def stamped(stamp: str, body: bytes) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"X-Acme-Signature": base64.b64encode(digest).decode(), "X-Acme-Timestamp": stamp}


_event_numbers = itertools.count(1)


def standard(stamp: str, body: bytes) -> dict[str, str]:
    event_id = f"event-{next(_event_numbers)}"
    digest = hmac.new(SECRET.encode(), f"{event_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    value = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": value}


def unsigned(stamp: str, body: bytes) -> dict[str, str]:
    return {}


def json_request(seen: Seen) -> dict[str, str]:
    assert "application/json" == seen.header("Content-Type")
    return dict(seen.document)


def form_request(seen: Seen) -> dict[str, str]:
    assert "application/x-www-form-urlencoded" == seen.header("Content-Type")
    return {key: values[0] for key, values in parse_qs(seen.body.decode()).items()}


def multipart_request(seen: Seen) -> dict[str, str]:
    kind = str(seen.header("Content-Type"))
    assert kind.startswith("multipart/form-data; boundary=")
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + seen.body)
    found = {}
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found[str(part.get_param("name", header="content-disposition"))] = payload.decode()
    return found


@dataclass(frozen=True, kw_only=True)
class ProviderDocs:
    """What a provider's documentation shows, and how a stand-in checks each request as it says."""

    send: str
    send_file: str = ""
    reply: str
    reply_type: str = "application/json"
    plus: str = "+"
    message: str
    receipt: str
    webhook_type: str = "application/json"
    signed: Callable[[str, bytes], dict[str, str]] = unsigned
    read: Callable[[Seen], dict[str, str]] = json_request
    header: tuple[str, str] = ("X-API-Key", KEY)
    fields: tuple[str, str, str] = ("from", "to", "text")
    file_field: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


JSON_MESSAGE = '{"type":"inbound","from":"+13105550199","to":"+12025550100","text":"Hello back","id":"in-77812"}'
JSON_RECEIPT = '{"type":"dlr","id":"msg-00012345","status":"delivered"}'
PROVIDERS = {
    "own header": ProviderDocs(
        send="curl -X POST https://api.one.example/sms/v1/send -H 'X-API-Key: abcd1234efgh5678' "
        "-H 'Content-Type: application/json' "
        """-d '{"from":"+12025550100","to":"+13105550199","text":"Hello world"}'""",
        reply='{"accepted":true,"id":"msg-00012345"}',
        message=JSON_MESSAGE,
        receipt=JSON_RECEIPT,
        settings={"X_API_KEY": KEY},
    ),
    "own scheme, signed": ProviderDocs(
        send="curl https://api.two.example/v2/messages -H 'Authorization: App 003026bbc133714df1834b8638bb496e' "
        """-H 'Content-Type: application/json' -d '{"from":"12025550100","to":"13105550199","text":"Hello world"}'""",
        plus="",
        reply='{"messages":[{"id":"msg-00012345"}]}',
        message=JSON_MESSAGE,
        receipt=JSON_RECEIPT,
        signed=hexadecimal,
        header=("Authorization", f"App {KEY}"),
        settings={"API_KEY": KEY},
    ),
    "multipart with a file": ProviderDocs(
        send="curl https://rest.three.example/v2/messages -H 'X-Auth-Token: 003026bbc133714df1834b86' "
        "-F from=+12025550100 -F to=+13105550199 -F 'message=Hi there'",
        send_file="curl https://rest.three.example/v2/messages -H 'X-Auth-Token: 003026bbc133714df1834b86' "
        "-F from=+12025550100 -F to=+13105550199 -F media=@cat.jpg",
        reply='{"data":{"message_id":"msg-00012345"}}',
        message=JSON_MESSAGE,
        receipt=JSON_RECEIPT,
        signed=stamped,
        read=multipart_request,
        header=("X-Auth-Token", KEY),
        fields=("from", "to", "message"),
        file_field="media",
        settings={"X_AUTH_TOKEN": KEY},
    ),
    "XML reply": ProviderDocs(
        send="curl https://xml.four.example/send -u 'demo-user:demo-pass-123' "
        "-d 'sender=+12025550100' -d 'recipient=+13105550199' -d 'message=Hi there'",
        reply='<?xml version="1.0"?><response><status>0</status><messageId>msg-00012345</messageId></response>',
        reply_type="text/xml",
        message="event=mo&msisdn=%2B13105550199&to=%2B12025550100&text=Hello+back&messageId=in-77812",
        receipt="event=dlr&messageId=msg-00012345&status=DELIVRD",
        webhook_type="application/x-www-form-urlencoded",
        signed=standard,
        read=form_request,
        header=("Authorization", "Basic " + base64.b64encode(f"me:{KEY}".encode()).decode()),
        fields=("sender", "recipient", "message"),
        settings={"USERNAME": "me", "PASSWORD": KEY},
    ),
}  # fmt: skip


@dataclass
class StandIn:
    """The provider as its documentation describes it: it checks each request, answers, and reports delivery."""

    docs: ProviderDocs
    relay: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    with_receipt: bool = True

    def __call__(self, seen: Seen) -> Answer:
        if seen.target.endswith(".jpg"):
            return Answer(body=b"image", headers=(("Content-Type", "image/jpeg"),))
        name, expected = self.docs.header
        if seen.header(name) != expected:
            self.problems.append(f"{name}: {seen.header(name)}")
        try:
            self.sent.append(self.docs.read(seen))
        except (AssertionError, ValueError) as error:
            self.problems.append(repr(error))
        message_id = f"msg-{len(self.sent):08d}"
        if self.with_receipt:
            threading.Thread(target=self.deliver, args=(self.docs.receipt.replace("msg-00012345", message_id),)).start()
        body = self.docs.reply.replace("msg-00012345", message_id).encode()
        return Answer(body=body, headers=(("Content-Type", self.docs.reply_type),))

    def deliver(self, text: str) -> int:
        """Send a webhook to the relay, signed as documented."""
        body = text.encode()
        headers = {"Content-Type": self.docs.webhook_type, **self.docs.signed(str(int(time.time())), body)}
        return post(f"{self.relay}/webhook", body, headers)


def written(ringocli: Command, docs: ProviderDocs, language: str) -> Path:
    """The folder of the relay that is learned from the documentation."""
    options: list[str] = []
    for name, text in (("send", docs.send), ("send_file", docs.send_file), ("reply", docs.reply)):
        Path(f"{name}.txt").write_text(text, "utf-8")
    for name, body in (("message", docs.message), ("delivered", docs.receipt)):
        headers = {"Content-Type": docs.webhook_type, **docs.signed("1700000000", body.encode())}
        lines = "".join(f"{key}: {value}\n" for key, value in headers.items())
        Path(f"{name}.http").write_text(f"POST /hook HTTP/1.1\n{lines}\n{body}", "utf-8")
        options += ["--sample-webhook", f"{name}={name}.http"]
    options += ["--file-from-curl", "send_file.txt"] if docs.send_file else []
    done = ringocli(
        "export", "--to", "relay", "--lang", language, "--output", "relay", "--id", "acme-relay",
        "--from-curl", "send.txt", "--sample-response", "reply.txt", *options,
    )  # fmt: skip
    assert 0 == done.code, done.err
    return Path("relay")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("docs", PROVIDERS.values(), ids=PROVIDERS)
def test_a_relay_holds_a_conversation(ringocli: Command, folder: Path, docs: ProviderDocs, language: str) -> None:
    """A message goes out as documented and its receipt comes back; a message comes in; its own test passes."""
    relay = written(ringocli, docs, language)
    assert 0 == ringocli("validate", relay / "template.json", "--fail-on", "error").code
    run_own_test(relay)
    provider, port = StandIn(docs), free_port()
    with (
        serving(provider) as stand_in,
        emulator(
            relay / "template.json", properties={"Relay token": "t0ken"}, provider_url=f"http://127.0.0.1:{port}"
        ) as ringotel,
    ):
        settings = {
            "PORT": str(port), "PROVIDER_URL": stand_in.url, "RELAY_TOKEN": "t0ken", "WEBHOOK_SECRET": SECRET,
            "RINGOTEL_WEBHOOK_URL": ringotel.webhook_url, **docs.settings,
        }  # fmt: skip
        with server(relay, settings) as url:
            provider.relay = url
            ringotel.send(CONTACT, "Grüße & 100% 👋", from_=NUMBER)
            ringotel.wait(direction="outgoing", content="Grüße & 100% 👋", status="delivered", timeout_s=15)
            assert 200 == provider.deliver(docs.message)
            ringotel.wait(event_key="message", content="Hello back", from_=CONTACT)
            if docs.file_field:
                ringotel.send(CONTACT, from_=NUMBER, media_url=f"{stand_in.url}/cat.jpg")
                ringotel.wait(direction="outgoing", name="SendFile", status="delivered", timeout_s=15)
                assert "image" == provider.sent[-1][docs.file_field]
        log = (relay / "server.log").read_text("utf-8")
    assert [] == provider.problems
    sender, recipient, text = docs.fields
    numbers = {sender: docs.plus + NUMBER[1:], recipient: docs.plus + CONTACT[1:]}
    assert {**numbers, text: "Grüße & 100% 👋"}.items() <= provider.sent[0].items()
    assert not any(secret in log for secret in (KEY, SECRET, "t0ken", "Grüße", "Hello back"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_killed_relay_loses_no_receipt(ringocli: Command, folder: Path, language: str) -> None:
    """Receipts that were acknowledged while Ringotel was away arrive after a kill and a restart."""
    docs = PROVIDERS["own header"]
    relay = written(ringocli, docs, language)
    provider, port = StandIn(docs, with_receipt=False), free_port()
    with (
        serving(provider) as stand_in,
        emulator(
            relay / "template.json", properties={"Relay token": "t0ken"}, provider_url=f"http://127.0.0.1:{port}"
        ) as ringotel,
    ):
        settings = {"PORT": str(port), "PROVIDER_URL": stand_in.url, "RELAY_TOKEN": "t0ken", **docs.settings}
        away = {**settings, "RINGOTEL_WEBHOOK_URL": "http://127.0.0.1:9/hook"}
        with server(relay, away) as url:
            provider.relay = url
            for number in range(5):
                ringotel.send(CONTACT, f"message {number}", from_=NUMBER)
                ringotel.wait(direction="outgoing", content=f"message {number}", messageid=f"msg-{number + 1:08d}")
                assert 200 == provider.deliver(docs.receipt.replace("msg-00012345", f"msg-{number + 1:08d}"))
        with server(relay, {**settings, "RINGOTEL_WEBHOOK_URL": ringotel.webhook_url}):
            for number in range(5):
                ringotel.wait(direction="outgoing", content=f"message {number}", status="delivered", timeout_s=40)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_relay_refuses_what_is_not_signed_or_not_from_ringotel(
    ringocli: Command, folder: Path, language: str
) -> None:
    """401 without the token, and 401 for a webhook with a wrong signature; nothing is sent or delivered."""
    docs = PROVIDERS["own scheme, signed"]
    relay = written(ringocli, docs, language)
    with serving(Answer()) as stand_in:
        settings = {"PROVIDER_URL": stand_in.url, "RELAY_TOKEN": "t0ken", "WEBHOOK_SECRET": SECRET, **docs.settings}
        with server(relay, settings) as url:
            for path, headers in (
                ("/messages", {"Content-Type": "application/json"}),
                ("/messages", {"Content-Type": "application/json", "Authorization": "Bearer wrong"}),
                ("/webhook", {"Content-Type": "application/json", "X-Signature": "sha256=00"}),
                ("/webhook", {"Content-Type": "application/json"}),
            ):
                with pytest.raises(Exception, match="401"):
                    post(url + path, docs.message.encode(), headers)
    assert [] == stand_in.seen


@pytest.mark.parametrize(
    ("headers", "kind", "digest"),
    [
        ({"X-Hub-Signature-256": "sha256=" + "a" * 64}, "hmac", "sha256"),
        ({"X-Signature": "a" * 40}, "hmac", "sha1"),
        ({"Stripe-Signature": f"t=1700000000,v1={'a' * 64}"}, "stripe", "sha256"),
        ({"webhook-signature": "v1," + "A" * 43 + "="}, "standard", "sha256"),
        ({"X-Twilio-Signature": "A" * 27 + "="}, "twilio", "sha1"),
        ({"telnyx-signature-ed25519": "A" * 86 + "==", "telnyx-timestamp": "1700000000"}, "ed25519", "sha256"),
    ],
)
def test_a_signature_scheme_is_recognised(headers: dict[str, str], kind: str, digest: str) -> None:
    """By the header's name and the form of its value."""
    found = signature_scheme([IncomingRequest(headers=tuple(headers.items()))])
    assert found is not None
    assert (kind, digest) == (found["kind"], found["digest"] if kind != "ed25519" else digest)


def test_a_relay_needs_a_request(ringocli: Command, folder: Path) -> None:
    """Without one there is nothing to learn from; a template does not replace it."""
    done = ringocli("export", "--to", "relay")
    assert (2, True) == (done.code, "--from-curl" in done.err)


def test_pasted_credentials_are_in_no_file(ringocli: Command, folder: Path) -> None:
    """They become settings without a value."""
    for docs in PROVIDERS.values():
        relay = written(ringocli, docs, "python")
        text = "".join(path.read_text("utf-8") for path in relay.iterdir() if path.is_file())
        assert not any(secret in text for secret in ("abcd1234efgh5678", "003026bbc133714df", "demo-pass-123"))
        for path in relay.iterdir():
            path.unlink()


def test_the_settings_have_their_defaults(ringocli: Command, folder: Path) -> None:
    """Credentials are empty, everything else has its default."""
    settings = dict(
        line.split("=", 1)
        for line in (written(ringocli, PROVIDERS["own header"], "python") / ".env.example")
        .read_text("utf-8")
        .splitlines()
        if "=" in line
    )
    assert {"X_API_KEY": "", "RELAY_TOKEN": "", "HOST": "127.0.0.1", "PORT": "8080"}.items() <= settings.items()
    assert json.loads(Path("relay/template.json").read_text("utf-8"))["properties"] == ["Relay token"]
