"""Invented providers that Ringotel cannot express: their documentation, and simulated providers that enforce it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, parse_qsl
from urllib.request import ProxyHandler, Request, build_opener
from xml.etree import ElementTree

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.loopback import Answer, Seen

SECRET = "signing-secret-4711"
KEY = "right-key-12345678"
NUMBER, CONTACT = "+12025550100", "+13105550199"
TEXT = "Grüße & 100% <👋>"

Signer = Callable[[str, bytes, str], dict[str, str]]
"""The headers with which a webhook is signed: from the time, the body and the URL."""


def post(url: str, body: bytes | None, headers: Mapping[str, str]) -> int:
    with build_opener(ProxyHandler({})).open(Request(url, data=body, headers=dict(headers)), timeout=10) as reply:
        status: int = reply.status
        return status


def digest_of(text: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(SECRET.encode(), text, algorithm).digest()


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def unsigned(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {}


def hexadecimal(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"X-Signature": "sha256=" + digest_of(body).hex()}


def stamped(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"X-Acme-Signature": base64_of(digest_of(f"{stamp}.".encode() + body)), "X-Acme-Timestamp": stamp}


def iso_stamped(stamp: str, body: bytes, url: str) -> dict[str, str]:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(stamp)))
    return {"X-Hmac-Sha512": digest_of(moment.encode() + body, "sha512").hex(), "X-Request-Timestamp": moment}


_event_numbers = itertools.count(1)


def standard(stamp: str, body: bytes, url: str) -> dict[str, str]:
    event_id = f"event-{next(_event_numbers)}"
    value = "v1," + base64_of(digest_of(f"{event_id}.{stamp}.".encode() + body))
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": value}


def stripe_like(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"Nine-Signature": f"t={stamp},v1={digest_of(f'{stamp}.'.encode() + body).hex()}"}


def twilio_like(stamp: str, body: bytes, url: str) -> dict[str, str]:
    fields = sorted(parse_qsl(body.decode(), keep_blank_values=True))
    text = url + "".join(key + value for key, value in fields)
    return {"X-Twilio-Signature": base64_of(digest_of(text.encode(), "sha1"))}


SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(b"4711" * 8)
PUBLIC_KEY = SIGNING_KEY.public_key().public_bytes_raw()


def ed25519(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {
        "telnyx-signature-ed25519": base64_of(SIGNING_KEY.sign(f"{stamp}|".encode() + body)),
        "telnyx-timestamp": stamp,
    }


def ed25519_in_hexadecimal(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"X-Signature-Ed25519": SIGNING_KEY.sign(stamp.encode() + body).hex(), "X-Signature-Timestamp": stamp}


def token(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"X-Webhook-Token": SECRET}


def basic(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64_of(SECRET.encode())}"}


def nonce(stamp: str, body: bytes, url: str) -> dict[str, str]:
    once = "01FJA8B4A7BM43YGWSG9GBV067"
    return {
        "x-six-webhook-signature": base64_of(digest_of(body + f".{once}.{stamp}".encode())),
        "x-six-webhook-signature-nonce": once,
        "x-six-webhook-signature-timestamp": stamp,
        "x-six-webhook-signature-algorithm": "HmacSHA256",
    }


def url_form_and_nonce(stamp: str, body: bytes, url: str) -> dict[str, str]:
    form = "".join(key + value for key, value in sorted(parse_qsl(body.decode())))
    signature = base64_of(digest_of(f"{url}?{form}.4711".encode()))
    return {"X-Plivo-Signature-V3": signature, "X-Plivo-Signature-V3-Nonce": "4711"}


RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RSA_PUBLIC = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def with_rsa(stamp: str, body: bytes, url: str) -> dict[str, str]:
    return {"X-Signature": base64_of(RSA_KEY.sign(body, PKCS1v15(), SHA256()))}


def web_token(stamp: str, body: bytes, url: str) -> dict[str, str]:
    claims = {"iat": int(stamp), "payload_hash": hashlib.sha256(body).hexdigest()}
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(digest_of(text)).rstrip(b"=")
    return {"Authorization": f"Bearer {(text + b'.' + signature).decode()}"}


def json_request(seen: Seen) -> dict[str, str]:
    assert "application/json" == seen.header("Content-Type")
    return dict(seen.document)


def json_with_list(seen: Seen) -> dict[str, str]:
    assert ["messages"] == list(seen.document)
    (message,) = seen.document["messages"]
    assert [{"number": message["to"][0]["number"]}] == message["to"]
    assert seen.header("Idempotency-Key") not in (None, "", "f3b1c2d4-0000-4000-8000-000000000000")
    return {**message, "to": message["to"][0]["number"]}


def form_request(seen: Seen) -> dict[str, str]:
    assert "application/x-www-form-urlencoded" == seen.header("Content-Type")
    return {key: values[0] for key, values in parse_qs(seen.body.decode()).items()}


def query_request(seen: Seen) -> dict[str, str]:
    assert ("GET", b"") == (seen.method, seen.body)
    return {key: values[0] for key, values in parse_qs(seen.target.partition("?")[2]).items()}


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


def xml_request(seen: Seen) -> dict[str, str]:
    assert "application/xml" == seen.header("Content-Type")
    root = ElementTree.fromstring(seen.body.decode())
    assert ("request", KEY) == (root.tag, root.findtext("auth/password"))
    assert ["auth", "message"] == [child.tag for child in root]
    return {"from": root.find("message").get("from", ""), "to": root.findtext("message/to", ""),  # type: ignore[union-attr]
            "text": root.findtext("message/text", "")}  # fmt: skip


def soap_request(seen: Seen) -> dict[str, str]:
    assert str(seen.header("Content-Type")).startswith("text/xml")
    assert seen.header("SOAPAction") == '"urn:seven/SendSms"'
    root = ElementTree.fromstring(seen.body.decode())
    (send,) = root.iter("{urn:seven}SendSms")
    found = {child.tag.rpartition("}")[2]: child.text or "" for child in send}
    assert KEY == found.pop("accountKey")
    return found


def is_now(stamp: object) -> bool:
    return abs(time.time() - int(str(stamp))) < 60


def signed_json(seen: Seen) -> dict[str, str]:
    stamp = str(seen.header("X-Timestamp"))
    assert is_now(stamp)
    assert seen.header("X-Signature") == "sha256=" + digest_of(f"{stamp}.".encode() + seen.body).hex()
    return json_request(seen)


def signed_by_date(seen: Seen) -> dict[str, str]:
    date = str(seen.header("Date"))
    assert abs(time.time() - parsedate_to_datetime(date).timestamp()) < 60
    text = f"PUT\n/sms/outbox\n{date}\n{hashlib.sha256(seen.body).hexdigest()}"
    assert (seen.method, f"HMAC id-4711:{digest_of(text.encode(), 'sha1').hex()}") == (
        "PUT",
        seen.header("Authorization"),
    )
    return json_request(seen)


def signed_field(seen: Seen) -> dict[str, str]:
    fields = json_request(seen)
    assert isinstance(fields["time"], int)
    assert is_now(fields["time"])
    text = f"secret={SECRET}&time={fields['time']}&tel={fields['tel']}"
    assert fields["sig"] == hashlib.sha256(text.encode()).hexdigest()
    return fields


def signed_query(seen: Seen) -> dict[str, str]:
    fields = query_request(seen)
    assert is_now(fields["ts"])
    assert fields["sig"] == hashlib.md5(f"{KEY}{fields['ts']}{SECRET}".encode()).hexdigest()
    return fields


def json_part(seen: Seen) -> dict[str, str]:
    assert b'Content-Type: application/json\r\n\r\n{"from"' in seen.body
    found = multipart_request(seen)
    return {**json.loads(found.pop("message")), **found}


@dataclass(frozen=True, kw_only=True)
class ProviderDocs:
    """What a provider's documentation shows, and how a simulated provider checks each request accordingly.

    ``message`` and ``receipt`` are bodies, or queries of a GET that begin with ``?``. ``options`` are further options
    of ``ringocli export``.
    """

    send: str
    send_file: str = ""
    reply: str
    reply_type: str = "application/json"
    plus: str = "+"
    message: str
    receipt: str
    webhook_type: str = "application/json"
    signed: Signer = unsigned
    secret: str = SECRET
    read: Callable[[Seen], dict[str, str]] = json_request
    header: tuple[str, str | None] = ("X-API-Key", KEY)
    fields: tuple[str, str, str] = ("from", "to", "text")
    file_field: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


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
    "XML in all directions": ProviderDocs(
        send="""curl -X POST https://api.five.example/xml/send -H 'Content-Type: application/xml' -d '<?xml version="1.0"?>
<request>
  <auth><username>demo-user</username><password>demo-pass-123</password></auth>
  <!-- one message -->
  <message from="12025550100"><to>13105550199</to><text><![CDATA[Hello & welcome]]></text></message>
</request>'""",
        plus="",
        reply='<response code="0"><message id="msg-00012345" parts="1"/></response>',
        reply_type="application/xml",
        message='<mo id="in-77812"><from>13105550199</from><to>12025550100</to><text>Hello back</text></mo>',
        receipt='<dlr><message id="msg-00012345" state="DELIVERED"/></dlr>',
        webhook_type="application/xml",
        signed=token,
        read=xml_request,
        header=("Authorization", None),
        settings={"USERNAME": "me", "PASSWORD": KEY},
    ),
    "JSON, Ed25519": ProviderDocs(
        send="curl -X POST https://api.six.example/v2/messages -H 'Authorization: Bearer KEY0189AAAABBBBCCCCDDDDEEEE' "
        "-H 'X-Account-Id: acc-5512' -H 'Content-Type: application/json' "
        """-d '{"from":"+12025550100","to":"+13105550199","text":"Hello world"}'""",
        reply='{"data":{"record_type":"message","id":"msg-00012345"}}',
        message='{"data":{"event_type":"message.received","payload":{"id":"in-77812","from":{"phone_number":"+13105550199"},'
        '"to":[{"phone_number":"+12025550100"},{"phone_number":"+12025550177"}],"text":"Hello back"}}}',
        receipt='{"data":{"event_type":"message.finalized","payload":{"id":"msg-00012345","to":[{"status":"delivered"}]}}}',
        signed=ed25519,
        secret=base64_of(PUBLIC_KEY),
        header=("Authorization", f"Bearer {KEY}"),
        settings={"API_KEY": KEY, "X_ACCOUNT_ID": "acc-1"},
    ),
    "SOAP": ProviderDocs(
        send="""curl https://soap.seven.example/service -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: "urn:seven/SendSms"' """
        """--data-binary '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
        xmlns:sev="urn:seven">
        """
        "<soapenv:Body><sev:SendSms><sev:accountKey>4f9a8b7c6d5e4f3a</sev:accountKey><sev:originator>+12025550100"
        "</sev:originator><sev:recipient>+13105550199</sev:recipient><sev:message>Hello there</sev:message>"
        "</sev:SendSms></soapenv:Body></soapenv:Envelope>'",
        reply='<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendSmsResponse xmlns="urn:seven">'
        "<messageId>msg-00012345</messageId></SendSmsResponse></s:Body></s:Envelope>",
        reply_type="text/xml",
        message="from=%2B13105550199&to=%2B12025550100&body=Hello+back&kind=mo",
        receipt="kind=dlr&reference=msg-00012345&state=delivered",
        webhook_type="application/x-www-form-urlencoded",
        signed=basic,
        read=soap_request,
        header=("Authorization", None),
        fields=("originator", "recipient", "message"),
        settings={"ACCOUNT_KEY": KEY},
    ),
    "form, URL signed": ProviderDocs(
        send="curl -X POST https://api.eight.example/2010-04-01/Accounts/AC55001122334455667788990011223344/Messages.json "
        "-u AC55001122334455667788990011223344:0f9e8d7c6b5a49382716 -H 'X-Tenant: blue' "
        "--data-urlencode 'From=+12025550100' --data-urlencode 'To=+13105550199' --data-urlencode 'Body=Hello there'",
        reply='{"sid":"msg-00012345","status":"queued"}',
        message="MessageSid=in-77812&From=%2B13105550199&To=%2B12025550100&Body=Hello+back&NumMedia=0",
        receipt="MessageSid=msg-00012345&MessageStatus=delivered&To=%2B13105550199&From=%2B12025550100",
        webhook_type="application/x-www-form-urlencoded",
        signed=twilio_like,
        read=form_request,
        header=("Authorization", "Basic " + base64_of(f"AC1:{KEY}".encode())),
        fields=("From", "To", "Body"),
        settings={"ACCOUNT_SID": "AC1", "PASSWORD": KEY},
    ),
    "batches": ProviderDocs(
        send="curl https://api.nine.example/batch -H 'Api-Token: 77aa88bb99cc00dd' -H 'Content-Type: application/json' "
        "-H 'Idempotency-Key: f3b1c2d4-0000-4000-8000-000000000000' "
        """-d '{"messages":[{"from":"12025550100","to":[{"number":"13105550199"}],"text":"Hello world"}]}'""",
        plus="",
        reply='{"messages":[{"messageId":"msg-00012345","status":"PENDING"}]}',
        message='{"results":[{"kind":"mo","from":"13105550199","to":"12025550100","text":"Hello back"},'
        '{"kind":"mo","from":"13105550177","to":"12025550100","text":"Second"}]}',
        receipt='{"results":[{"kind":"dlr","messageId":"msg-00000000","status":"delivered"},'
        '{"kind":"dlr","messageId":"msg-00012345","status":"delivered"}]}',
        signed=stripe_like,
        read=json_with_list,
        header=("Api-Token", KEY),
        settings={"API_TOKEN": KEY},
    ),
    "GET with a key, web token": ProviderDocs(
        send="curl 'https://api.ten.example/send?api_key=9a8b7c6d5e4f&from=12025550100&to=13105550199&text=Hello' "
        "-H 'X-Region: eu'",
        plus="",
        reply='{"message-id":"msg-00012345"}',
        message=JSON_MESSAGE,
        receipt=JSON_RECEIPT,
        signed=web_token,
        read=query_request,
        header=("X-Region", "eu"),
        settings={"API_KEY": KEY},
    ),
    "signed requests, several statuses": ProviderDocs(
        send="curl https://api.eleven.example/sms -H 'X-Key: 77aa88bb99cc00dd' -H 'X-Timestamp: 1700000000' -H 'X-Signature: sha256="
        + 64 * "5" + """' -H 'Content-Type: application/json' -d '{"from":"+12025550100","to":"+13105550199","text":"Hello world"}'""",
        reply='{"result":{"sms":[{"sid":"msg-00012345"}]}}',
        message=JSON_MESSAGE,
        receipt='{"type":"dlr","reports":[{"sid":"msg-99999999","status":"failed"},{"sid":"msg-00012345","status":"delivered"}]}',
        signed=iso_stamped,
        read=signed_json,
        header=("X-Key", KEY),
        settings={"X_KEY": KEY, "SIGNING_SECRET": SECRET},
        options=("--sign-requests", "hmac-sha256-hex {X-Timestamp}.{body}"),
    ),
    "access token, id in Location, RSA": ProviderDocs(
        send="curl https://auth.twelve.example/oauth/token -d grant_type=client_credentials -d client_id=app-7781 "
        "-d client_secret=s3cr3t-aabbccdd\ncurl https://api.twelve.example/outbound -H 'Authorization: Bearer abcdefghijk12345' "
        """-H 'Content-Type: application/json' -d '{"from":"+12025550100","to":"+13105550199","text":"Hello world"}'""",
        reply="HTTP/1.1 201 Created\nLocation: https://api.twelve.example/outbound/msg-00012345\nContent-Length: 0\n\n",
        message=JSON_MESSAGE,
        receipt=JSON_RECEIPT,
        signed=with_rsa,
        secret=RSA_PUBLIC,
        header=("Authorization", "Bearer token-1"),
        settings={"CLIENT_ID": "me", "CLIENT_SECRET": KEY},
    ),
    "multipart with a JSON part, Ed25519 in hexadecimal": ProviderDocs(
        send="curl https://mms.thirteen.example/v3/messages -H 'apikey: 77f0c8a1b2c3d4e5' "
        """-F 'message={"from":"+12025550100","to":"+13105550199","text":"Hi there"};type=application/json'""",
        send_file="curl https://mms.thirteen.example/v3/messages -H 'apikey: 77f0c8a1b2c3d4e5' "
        """-F 'message={"from":"+12025550100","to":"+13105550199","text":""};type=application/json' -F attachment=@cat.jpg""",
        reply='{"id":"msg-00012345"}',
        message=JSON_MESSAGE,
        receipt=JSON_RECEIPT,
        signed=ed25519_in_hexadecimal,
        secret=PUBLIC_KEY.hex(),
        read=json_part,
        header=("apikey", KEY),
        file_field="attachment",
        settings={"APIKEY": KEY},
    ),
    "signed query, id in a line of text, GET webhooks": ProviderDocs(
        send="curl 'https://fourteen.example/send?user=demo&ts=1700000000&sig=0cc175b9c0f1b6a831c399e269772661&from=12025550100"
        "&to=13105550199&text=Hello+world' -H 'X-Region: eu'",
        plus="",
        reply="OK: msg-00012345",
        reply_type="text/plain",
        message="?event=mo&from=%2B13105550199&to=%2B12025550100&text=Hello+back",
        receipt="?event=dlr&id=msg-00012345&status=DELIVRD",
        read=signed_query,
        header=("X-Region", "eu"),
        settings={"USER": KEY, "SIGNING_SECRET": SECRET},
        options=("--sign-requests", "md5-hex {user}{ts}{secret}"),
    ),
    "signed by date, URL and nonce": ProviderDocs(
        send="curl -X PUT https://fifteen.example/sms/outbox -H 'Authorization: HMAC acme:" + 40 * "0" + "' "
        "-H 'Date: Tue, 15 Nov 2022 08:12:31 GMT' -H 'Content-Type: application/json' "
        """-d '{"from":"+12025550100","to":"+13105550199","text":"Hello world"}'""",
        reply='{"messages":{"message":{"messageId":"msg-00012345"}}}',
        message="From=13105550199&To=12025550100&Text=Hello+back&MessageUUID=in-77",
        receipt="From=12025550100&To=13105550199&Status=delivered&MessageUUID=msg-00012345",
        webhook_type="application/x-www-form-urlencoded",
        signed=url_form_and_nonce,
        read=signed_by_date,
        header=("Authorization", None),
        settings={"ACCESS_KEY": "id-4711", "SIGNING_SECRET": SECRET},
        options=("--sign-requests", r"hmac-sha1-hex {method}\n{path}\n{Date}\n{body-sha256}"),
    ),
    "a signature as a field, a nonce": ProviderDocs(
        send="curl https://sixteen.example/send -H 'X-Region: eu' -H 'Content-Type: application/json' -d '{"
        '"sig":"' + 64 * "e" + """","tel":"+13105550199","from":"+12025550100","time":1700000000,"msg":"Hello world"}'""",
        reply='{"result":0,"sid":"msg-00012345"}',
        message='{"type":"mo","from":"+13105550199","to":"+12025550100","msg":"Hello back"}',
        receipt='{"type":"report","sid":"msg-00012345","report_status":"SUCCESS"}',
        signed=nonce,
        read=signed_field,
        header=("X-Region", "eu"),
        fields=("from", "tel", "msg"),
        settings={"SIGNING_SECRET": SECRET},
        options=("--sign-requests", "sha256-hex secret={secret}&time={time}&tel={tel}"),
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
    tokens: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, seen: Seen) -> Answer:
        if seen.target.endswith(".jpg"):
            return Answer(body=b"image", headers=(("Content-Type", "image/jpeg"),))
        if seen.target == "/oauth/token":
            grant = {"grant_type": "client_credentials", "client_id": "me", "client_secret": KEY}
            self.problems += [] if form_request(seen) == grant else [f"token: {seen.body!r}"]
            return Answer.json({"access_token": f"token-{next(self.tokens)}", "expires_in": 3600})
        name, expected = self.docs.header
        if expected is not None and seen.header(name) != expected:
            self.problems.append(f"{name}: {seen.header(name)}")
        try:
            self.sent.append(self.docs.read(seen))
        except (AssertionError, ValueError, KeyError) as error:
            self.problems.append(repr(error))
        message_id = f"msg-{len(self.sent):08d}"
        if self.with_receipt:
            threading.Thread(target=self.deliver, args=(self.docs.receipt.replace("msg-00012345", message_id),)).start()
        head, found, body = self.docs.reply.replace("msg-00012345", message_id).rpartition("\n\n")
        headers = [("Content-Type", self.docs.reply_type)]
        headers += [("Location", line.partition(": ")[2]) for line in head.splitlines() if line.startswith("Location")]
        return Answer(status=201 if found else 200, body=body.encode(), headers=tuple(headers))

    def deliver(self, text: str, *, forged: bool = False) -> int:
        """Send a webhook to the relay, signed as documented, or with a signature that is not its own."""
        url = f"{self.relay}/webhook"
        if text.startswith("?"):
            return post(url + text, None, {})
        body = text.encode()
        signature = self.docs.signed(str(int(time.time())), b"" if forged else body, url)
        if forged and self.docs.signed in (token, basic):
            signature = {name: f"{value}x" for name, value in signature.items()}
        return post(url, body, {"Content-Type": self.docs.webhook_type, **signature})
