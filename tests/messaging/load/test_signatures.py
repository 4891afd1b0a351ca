"""Signatures: made as the providers document them, verified against independent implementations."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from ringocli.cli.signing import SCHEMES
from ringocli.errors import UsageError
from ringocli.messaging.load.signatures import Scheme, Signer, signer
from ringocli.text.secret import Secret
from tests.conftest import SAMPLES, Command
from tests.hostile import receiver

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PRIVATE_KEY = base64.b64encode(bytes(range(32))).decode()
PUBLIC_KEY = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
STANDARD_KEY = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
KEYS = {
    Scheme.STANDARD_WEBHOOKS: STANDARD_KEY,
    Scheme.TELNYX: PRIVATE_KEY,
    Scheme.BASIC: "user:pass",
    **dict.fromkeys(
        [
            Scheme.HMAC_HEX, Scheme.HMAC_BASE64, Scheme.HMAC_TIMESTAMP_HEX, Scheme.HMAC_TIMESTAMP_BASE64,
            Scheme.TWILIO, Scheme.TOKEN,
        ],
        "shared-secret",
    ),
}  # fmt: skip
URL = "https://hooks.example/sms?x=1"
TYPE, JSON = "Content-Type", "application/json"


def verifier(scheme: Scheme) -> Signer:
    return (
        signer(scheme, Secret(KEYS[scheme]))
        if scheme is not Scheme.TELNYX
        else Signer(scheme=scheme, key=Secret(PUBLIC_KEY))
    )


@pytest.mark.parametrize("scheme", list(Scheme))
@given(body=st.binary(max_size=200))
def test_what_is_signed_verifies_and_nothing_else(scheme: Scheme, body: bytes) -> None:
    """A changed body or another time is refused by each scheme that signs it."""
    made = signer(scheme, Secret(KEYS[scheme]))
    url = made.target(URL, body, "application/json")
    headers = {**made.headers("evt_1", url, body, "application/json", 1_000_000), "webhook-id": "evt_1", TYPE: JSON}
    check = verifier(scheme)
    assert None is check.problem(url, headers, body, 1_000_010)
    covers_body = scheme not in (Scheme.BASIC, Scheme.TOKEN)
    assert covers_body == (check.problem(url, headers, body + b"x", 1_000_010) is not None)
    has_time = any("timestamp" in name.lower() for name in headers)
    assert has_time == (check.problem(url, headers, body, 1_000_900) is not None)


@given(body=st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_standardwebhooks_agrees(body: str) -> None:
    """The reference library accepts what we sign, and we accept what it signs."""
    now = datetime.now(UTC)
    text = json.dumps({"text": body})
    made = signer(Scheme.STANDARD_WEBHOOKS, Secret(STANDARD_KEY))
    headers = {
        "webhook-id": "evt_7",
        **made.headers("evt_7", URL, text.encode(), "application/json", int(now.timestamp())),
    }
    assert {"text": body} == Webhook(STANDARD_KEY).verify(text, headers)
    theirs = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,AAAA " + Webhook(STANDARD_KEY).sign("msg_1", now, text),
    }
    assert None is made.problem(URL, theirs, text.encode(), now.timestamp())


def test_twilio_s_documented_example() -> None:
    """The request that Twilio's own helper libraries are tested with, and its signature."""
    body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    headers = signer("twilio", Secret("12345")).headers("", url, body.encode(), "application/x-www-form-urlencoded", 0)
    assert {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="} == headers


def test_the_options_know_every_scheme() -> None:
    """The choices of --sign are the schemes."""
    assert list(SCHEMES) == [str(scheme) for scheme in Scheme]


def test_telnyx_signs_timestamp_and_body() -> None:
    """Telnyx's signature is Ed25519 over timestamp, bar and body, and the portal's public key verifies it."""
    made = signer(Scheme.TELNYX, Secret(PRIVATE_KEY))
    headers = made.headers("", URL, b"{}", "application/json", 1_700_000_000)
    PRIVATE.public_key().verify(base64.b64decode(headers["telnyx-signature-ed25519"]), b"1700000000|{}")


@pytest.mark.parametrize(
    ("scheme", "key"),
    [("standard-webhooks", "whsec_%%%"), ("telnyx", "c2hvcnQ="), ("basic", "no-colon"), ("hmac-sha256-hex", "")],
)
def test_a_key_of_another_form_is_refused(scheme: str, key: str) -> None:
    """The key is refused before anything is sent, and is not repeated."""
    with pytest.raises(UsageError) as caught:
        signer(scheme, Secret(key))
    assert not key or key not in caught.value.message + caught.value.hint


def test_simulated_webhooks_are_signed(folder: Path, ringocli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event has a signature that verifies; the key is in no output."""
    monkeypatch.setenv("SIGNING_KEY", STANDARD_KEY)
    with receiver() as receiving:
        result = ringocli(
            "simulate-webhook", SAMPLES / "telnyx.json", "--url", receiving.url, "--count", "20",
            "--sign", "standard-webhooks", "--sign-key-env", "SIGNING_KEY", "--format", "json",
        )  # fmt: skip
    assert 0 == result.code, result.err
    assert STANDARD_KEY not in result.out + result.err
    for one in receiving.log:
        head, _, body = one.payload.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        Webhook(STANDARD_KEY).verify(body, {name.lower(): value for name, value in headers.items()})


@pytest.mark.parametrize("scheme", [Scheme.STANDARD_WEBHOOKS, Scheme.TELNYX, Scheme.TWILIO, Scheme.HMAC_HEX])
def test_match_verifies_a_recorded_webhook(
    folder: Path, ringocli: Command, monkeypatch: pytest.MonkeyPatch, scheme: Scheme
) -> None:
    """A valid signature of any age is exit code 0; a changed body is exit code 1, with the reason in the JSON."""
    head, _, body = (SAMPLES / "telnyx" / "message.http").read_text("utf-8").partition("\n\n")
    made = signer(scheme, Secret(KEYS[scheme]))
    url = made.target(URL, body.encode(), JSON)
    headers = made.headers("evt_1", url, body.encode(), JSON, 1_600_000_000)
    lines = [head, "webhook-id: evt_1", *(f"{name}: {value}" for name, value in headers.items())]
    Path("good.http").write_bytes(("\n".join(lines) + "\n\n" + body).encode())
    Path("bad.http").write_bytes(("\n".join(lines) + "\n\n" + body.replace("Hello", "Hallo")).encode())
    monkeypatch.setenv("KEY", PUBLIC_KEY if scheme is Scheme.TELNYX else KEYS[scheme])
    options = ["--verify", str(scheme), "--verify-key-env", "KEY", "--format", "json", "--verify-url", url]
    good = ringocli("match", SAMPLES / "telnyx.json", "good.http", *options)
    bad = ringocli("match", SAMPLES / "telnyx.json", "bad.http", *options)
    assert (0, {"scheme": str(scheme), "ok": True, "problem": None}) == (good.code, good.document["signature"]), (
        good.err
    )
    assert 1 == bad.code
    assert ("bodySHA256" if scheme is Scheme.TWILIO else "does not match") in bad.document["signature"]["problem"]


def by_hand(scheme: Scheme, url: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a request is signed as the scheme's documentation says, computed with the standard library only."""
    key = KEYS[scheme].encode()
    stamp = headers.get("x-timestamp", "").encode()
    match scheme:
        case Scheme.HMAC_HEX:
            return headers["x-signature"] == hmac.new(key, body, "sha256").hexdigest()
        case Scheme.HMAC_BASE64:
            return base64.b64decode(headers["x-signature"]) == hmac.new(key, body, "sha256").digest()
        case Scheme.HMAC_TIMESTAMP_HEX:
            return headers["x-signature"] == hmac.new(key, stamp + b"." + body, "sha256").hexdigest()
        case Scheme.HMAC_TIMESTAMP_BASE64:
            return base64.b64decode(headers["x-signature"]) == hmac.new(key, stamp + b"." + body, "sha256").digest()
        case Scheme.BASIC:
            return headers["authorization"] == "Basic dXNlcjpwYXNz"
        case Scheme.TOKEN:
            return url.endswith("/hook?token=shared-secret")
        case Scheme.TWILIO:
            fields = sorted(pair.split("=", 1) for pair in body.decode().split("&") if pair) if b"{" not in body else []
            text = url + "".join(unquote_plus(name) + unquote_plus(value) for name, value in fields)
            hashed = not body.startswith(b"{") or url.endswith(f"?bodySHA256={hashlib.sha256(body).hexdigest()}")
            return (
                hashed
                and base64.b64decode(headers["x-twilio-signature"]) == hmac.new(key, text.encode(), "sha1").digest()
            )
        case Scheme.TELNYX:
            signed = headers["telnyx-timestamp"].encode() + b"|" + body
            PRIVATE.public_key().verify(base64.b64decode(headers["telnyx-signature-ed25519"]), signed)
            return True
        case Scheme.STANDARD_WEBHOOKS:
            at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            return headers["webhook-signature"] == Webhook(STANDARD_KEY).sign(headers["webhook-id"], at, body.decode())


@pytest.mark.parametrize("name", ["telnyx", "twilio"])
@pytest.mark.parametrize("scheme", list(Scheme))
def test_each_scheme_is_what_its_documentation_says(
    name: str, scheme: Scheme, ringocli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signatures of JSON and forms, sent over a real connection, are checked by independent code."""
    monkeypatch.setenv("KEY", KEYS[scheme])
    with receiver() as receiving:
        signing = ["--sign", str(scheme), "--sign-key-env", "KEY", "--set", "content=Grüße & Co"]
        result = ringocli(
            "simulate-webhook", SAMPLES / f"{name}.json", "--url", receiving.url, "--count", "2", *signing
        )
    assert 0 == result.code, result.err
    for one in receiving.log:
        head, _, body = one.payload.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {key.lower(): value for key, value in (line.split(": ", 1) for line in lines)}
        assert by_hand(scheme, f"http://{headers['host']}{first.split(' ')[1]}", headers, body)


def test_signatures_that_a_deployed_integration_verified() -> None:
    """Captured Telnyx webhooks verify with the public key that the deployed receiver used."""
    record = json.loads((Path(__file__).parent.parent / "traffic" / "fspbx-telnyx.json").read_text("utf-8"))
    check = Signer(scheme=Scheme.TELNYX, key=Secret(record["credentials"]["TELNYX_PUBLIC_KEY"]))
    requests = [one["request"] for one in record["inbound"] if one["signature_valid"]]
    assert 4 == len(requests)
    for one in requests:
        at = int(one["headers"]["telnyx-timestamp"])
        assert None is check.problem(URL, one["headers"], one["raw_body"].encode(), at)
        assert check.problem(URL, one["headers"], one["raw_body"].encode() + b" ", at)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("telnyx", b"telnyx-signature-ed25519"),
        ("twilio", b"X-Twilio-Signature"),
        ("bandwidth", b"Authorization: Basic"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--sign", "preset"]], ids=["only a key", "preset"])
def test_presets_name_their_scheme(
    name: str, header: bytes, option: list[str], folder: Path, ringocli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no scheme is named, signing and verifying use the scheme of the template's provider."""
    scheme = {"telnyx": Scheme.TELNYX, "twilio": Scheme.TWILIO, "bandwidth": Scheme.BASIC}[name]
    monkeypatch.setenv("KEY", KEYS[scheme])
    monkeypatch.setenv("PUBLIC", PUBLIC_KEY if name == "telnyx" else KEYS[scheme])
    template = SAMPLES / f"{name}.json"
    with receiver() as receiving:
        result = ringocli("simulate-webhook", template, "--url", receiving.url, *option, "--sign-key-env", "KEY")
    assert 0 == result.code, result.err
    assert header in receiving.log[0].payload
    Path("seen.http").write_bytes(receiving.log[0].payload)
    verified = ringocli(
        "match", template, "seen.http", "--verify", "preset", "--verify-key-env", "PUBLIC",
        "--verify-url", receiving.url,
    )  # fmt: skip
    assert (0, True) == (verified.code, "signature: valid" in verified.out), verified.err


def test_a_provider_without_a_known_scheme(ringocli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 2, and the error names the provider and the known schemes."""
    monkeypatch.setenv("KEY", "k")
    arguments = ["simulate-webhook", SAMPLES / "flowroute.json", "--url", "http://127.0.0.1:9", "--sign-key-env", "KEY"]
    known = ringocli(*arguments)
    unknown = ringocli(*arguments, "--preset", "none")
    assert (2, 2) == (known.code, unknown.code)
    assert "it is not known how flowroute signs webhooks" in known.err
    assert "not recognised" in unknown.err


def test_verifying_needs_a_key(ringocli: Command) -> None:
    """The exit code is 2, and the error names the missing option."""
    sample = ["match", SAMPLES / "telnyx.json", SAMPLES / "telnyx" / "message.http"]
    assert "--verify-key-env VAR" in ringocli(*sample, "--verify", "telnyx").err
    assert 2 == ringocli(*sample, "--verify-key-env", "KEY").code
    assert 2 == ringocli(*sample, "--verify", "twilio").code
