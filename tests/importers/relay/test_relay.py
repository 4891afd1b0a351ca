"""Relays of providers that Ringotel cannot express: learned from their documentation, run, and talked through."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError

import pytest

from ringocli.http.exchange import IncomingRequest
from ringocli.importers.relay.signatures import signature_scheme
from ringocli.testing import emulator
from tests.conftest import Command
from tests.importers.relay.providers import (
    CONTACT,
    KEY,
    NUMBER,
    PROVIDERS,
    SECRET,
    TEXT,
    ProviderDocs,
    StandIn,
    post,
    unsigned,
)
from tests.loopback import Answer, serving, unused_port
from tests.servers import LANGUAGES, quick_server, run_own_test, server


def as_sample(docs: ProviderDocs, body: str) -> str:
    """A webhook as the documentation shows it."""
    if body.startswith("?"):
        return f"GET /hook{body} HTTP/1.1\nHost: yours.example\n\n"
    url = "https://yours.example/hook"
    headers = {"Content-Type": docs.webhook_type, **docs.signed("1700000000", body.encode(), url)}
    lines = "".join(f"{key}: {value}\n" for key, value in headers.items())
    return f"POST /hook HTTP/1.1\n{lines}\n{body}"


def written(ringocli: Command, docs: ProviderDocs, language: str) -> Path:
    """The folder of the relay that is learned from the documentation."""
    options: list[str] = []
    for name, text in (("send", docs.send), ("send_file", docs.send_file), ("reply", docs.reply)):
        Path(f"{name}.txt").write_text(text, "utf-8")
    for name, body in (("message", docs.message), ("delivered", docs.receipt)):
        Path(f"{name}.http").write_text(as_sample(docs, body), "utf-8")
        options += ["--sample-webhook", f"{name}={name}.http"]
    options += ["--file-from-curl", "send_file.txt"] if docs.send_file else []
    done = ringocli(
        "export", "--to", "relay", "--lang", language, "--output", "relay", "--id", "acme-relay",
        "--from-curl", "send.txt", "--sample-response", "reply.txt", *options, *docs.options,
    )  # fmt: skip
    assert 0 == done.code, done.err
    return Path("relay")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("docs", PROVIDERS.values(), ids=PROVIDERS)
def test_a_relay_carries_a_conversation(ringocli: Command, folder: Path, docs: ProviderDocs, language: str) -> None:
    """A message is sent as documented and its receipt returns; a message is received; the relay's own test passes. A
    webhook with another webhook's signature is refused.
    """
    relay = written(ringocli, docs, language)
    assert 0 == ringocli("validate", relay / "template.json", "--fail-on", "error").code
    run_own_test(relay)
    provider, port = StandIn(docs), unused_port()
    with (
        serving(provider) as stand_in,
        emulator(
            relay / "template.json", properties={"Relay token": "t0ken"}, provider_url=f"http://127.0.0.1:{port}"
        ) as ringotel,
    ):
        settings = {
            "PORT": str(port), "PROVIDER_URL": stand_in.url, "RELAY_TOKEN": "t0ken", "WEBHOOK_SECRET": docs.secret,
            "RINGOTEL_WEBHOOK_URL": ringotel.webhook_url, **docs.settings,
        }  # fmt: skip
        with quick_server(relay, settings) as url:
            provider.relay = url
            ringotel.send(CONTACT, TEXT, from_=NUMBER)
            ringotel.wait(direction="outgoing", content=TEXT, status="delivered", timeout_s=15)
            assert 200 == provider.deliver(docs.message)
            ringotel.wait(event_key="message", content="Hello back", from_=CONTACT)
            if docs.signed is not unsigned:
                with pytest.raises(HTTPError, match="401"):
                    provider.deliver(docs.message, forged=True)
            if docs.file_field:
                ringotel.send(CONTACT, from_=NUMBER, media_url=f"{stand_in.url}/cat.jpg")
                ringotel.wait(direction="outgoing", name="SendFile", status="delivered", timeout_s=15)
                assert "image" == provider.sent[-1][docs.file_field]
        log = (relay / "server.log").read_text("utf-8")
    assert [] == provider.problems
    sender, recipient, text = docs.fields
    numbers = {sender: docs.plus + NUMBER[1:], recipient: docs.plus + CONTACT[1:]}
    assert {**numbers, text: TEXT}.items() <= provider.sent[0].items()
    assert not any(secret in log for secret in (KEY, SECRET, "t0ken", "Grüße", "Hello back"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_killed_relay_loses_no_receipt(ringocli: Command, folder: Path, language: str) -> None:
    """Receipts that were acknowledged while Ringotel was away arrive after a kill and a restart."""
    docs = PROVIDERS["own header"]
    relay = written(ringocli, docs, language)
    provider, port = StandIn(docs, with_receipt=False), unused_port()
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
    ("headers", "kind", "digest", "text"),
    [
        ({"X-Hub-Signature-256": "sha256=" + "a" * 64}, "hmac", "sha256", "$body$"),
        ({"X-Signature": "a" * 40}, "hmac", "sha1", "$body$"),
        ({"Stripe-Signature": f"t=1700000000,v1={'a' * 64}"}, "hmac", "sha256", "$timestamp$.$body$"),
        (
            {"webhook-signature": "v1," + "A" * 43 + "="}, "hmac", "sha256",
            "$header webhook-id$.$header webhook-timestamp$.$body$",
        ),
        ({"X-Twilio-Signature": "A" * 27 + "="}, "hmac", "sha1", "$url$$form$"),
        (
            {"telnyx-signature-ed25519": "A" * 86 + "==", "telnyx-timestamp": "1700000000"}, "ed25519", "sha512",
            "$header telnyx-timestamp$|$body$",
        ),
        (
            {"X-Slack-Signature": "v0=" + "a" * 64, "X-Slack-Request-Timestamp": "1700000000"}, "hmac", "sha256",
            "v0:$header x-slack-request-timestamp$:$body$",
        ),
        ({"X-Signature": "A" * 342 + "=="}, "rsa", "sha256", "$body$"),
        ({"X-Signature": "MEUCIQ" + "A" * 90}, "rsa", "sha256", "$body$"),
    ],
)  # fmt: skip
def test_a_signature_scheme_is_recognised(headers: dict[str, str], kind: str, digest: str, text: str) -> None:
    """A signature scheme is recognised by the header's name and the form of its value."""
    found = signature_scheme([IncomingRequest(headers=tuple(headers.items()))])
    assert found is not None
    assert (kind, digest, True) == (found["kind"], found["digest"], text in found["texts"])


def test_a_relay_needs_a_request(ringocli: Command, folder: Path) -> None:
    """Without a request there is nothing to learn from; a template cannot replace it."""
    done = ringocli("export", "--to", "relay")
    assert (2, True) == (done.code, "--from-curl" in done.err)


UNSIGNED = "requests are signed (X-Signature), and no sample shows how"


def test_what_is_left_to_do_comes_first(ringocli: Command, folder: Path) -> None:
    """The list is at the start of the output, of the server and of the README."""
    docs = replace(PROVIDERS["signed requests, several statuses"], options=())
    Path("send.txt").write_text(docs.send, "utf-8")
    done = ringocli("export", "--to", "relay", "--from-curl", "send.txt", "--output", "relay")
    assert done.out.startswith(f"Wrote relay, but it is not finished. {UNSIGNED[:1].upper()}{UNSIGNED[1:]}")
    for name in ("app.py", "README.md"):
        text = Path(f"relay/{name}").read_text("utf-8")
        assert 0 < text.replace("\n ", "").find(UNSIGNED) < 300
    done = ringocli(
        "export", "--to", "relay", "--from-curl", "send.txt", "--force", "--output", "relay", "--format", "json"
    )
    assert (False, 2) == (done.document["complete"], len(done.document["todo"]))


def test_a_relay_has_no_problem_with_several_messages_in_one_webhook(ringocli: Command, folder: Path) -> None:
    """A template reads only the first, which init reports; a relay delivers each, so nothing is left to do."""
    one = {"from": "+15550002222", "to": "+15550001111", "text": "Thanks!", "id": "in-1"}
    Path("webhook.json").write_text(json.dumps({"messages": [one, {**one, "text": "Bye!", "id": "in-2"}]}), "utf-8")
    Path("reply.json").write_text('{"message_id": "out-8f3a"}', "utf-8")
    Path("send.sh").write_text(
        "curl https://api.acme.example/sms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' "
        """-d '{"from": "+15550001111", "to": "+15550002222", "text": "Hello there"}'""",
        "utf-8",
    )
    samples = ("--from-curl", "send.sh", "--sample-response", "reply.json", "--sample-webhook", "message=webhook.json")
    template = ringocli("init", *samples, "--dry-run", "--format", "json").document
    relay = ringocli("export", "--to", "relay", *samples, "--format", "json").document
    assert ["some incoming messages will be lost"] == [clause.partition(":")[0] for clause in template["blocking"]]
    assert (True, []) == (relay["complete"], relay["todo"])


def test_a_reference_that_the_relay_replaces_is_not_left_to_do(ringocli: Command, folder: Path) -> None:
    """The reference repeats the sample's recipient, which a template would send with every message; it may be in any
    object.
    """
    Path("reply.json").write_text('{"message_id": "out-8f3a"}', "utf-8")
    Path("send.sh").write_text(
        "curl https://api.acme.example/sms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' "
        """-d '{"from": "+15550001111", "to": "+15550002222", "text": "Hi there", """
        """"options": {"client_ref": "ref-15550002222"}}'""",
        "utf-8",
    )
    samples = ("--from-curl", "send.sh", "--sample-response", "reply.json")
    template = ringocli("init", *samples, "--dry-run", "--format", "json").document
    relay = ringocli("export", "--to", "relay", *samples, "--format", "json").document
    assert ["options.client_ref" in clause for clause in template["blocking"]] == [True]
    assert (True, []) == (relay["complete"], relay["todo"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_callback_url_of_the_sample_is_replaced_by_the_relay_s(
    ringocli: Command, folder: Path, language: str
) -> None:
    """The provider reports to the relay; without a public URL it uses the one that is set in its console."""
    Path("reply.json").write_text('{"message_id": "out-8f3a"}', "utf-8")
    Path("send.sh").write_text(
        "curl https://api.acme.example/sms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' "
        """-d '{"from": "+15550001111", "to": "+15550002222", "text": "Hello", "callback_url": "https://me.example/dlr"}'""",
        "utf-8",
    )
    done = ringocli(
        "export", "--to", "relay", "--lang", language, "--output", "relay", "--from-curl", "send.sh",
        "--sample-response", "reply.json", "--format", "json",
    )  # fmt: skip
    assert (True, True) == (done.document["complete"], any("set PUBLIC_URL" in note for note in done.document["notes"]))
    body = json.dumps({"from": NUMBER, "to": CONTACT, "content": TEXT}).encode()
    sent = []
    for settings in ({"PUBLIC_URL": "https://relay.example/"}, {}):
        with serving(Answer.json({"message_id": "1"})) as provider:
            keys = {"API_KEY": KEY, "RELAY_TOKEN": SECRET, "PROVIDER_URL": provider.url, **settings}
            with quick_server(Path("relay"), keys) as url:
                post(f"{url}/messages", body, {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"})
            sent.append(provider.seen[0].document.get("callback_url"))
    assert ["https://relay.example/webhook", None] == sent


def test_a_placeholder_in_a_replaced_callback_url_is_no_setting(ringocli: Command, folder: Path) -> None:
    """Nothing that the relay sends contains it, so nobody has to fill it in."""
    Path("send.sh").write_text(
        "curl https://api.acme.example/sms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' "
        """-d '{"from": "+15550001111", "to": "+15550002222", "text": "Hi", "dlr_url": "https://<yourdomain>.com/dlr"}'""",
        "utf-8",
    )
    assert 0 == ringocli("export", "--to", "relay", "--output", "relay", "--from-curl", "send.sh").code
    assert "YOURDOMAIN" not in Path("relay/.env.example").read_text("utf-8")


UPLOAD_FIRST = """\
curl https://api.acme.example/media -H 'Authorization: Bearer k3y-4b8c' -F 'file=@parcel.jpg'
curl https://api.acme.example/mms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' \\
  -d '{"from": "+15550001111", "to": "+15550002222", "media_id": "med-5512"}'
"""


def test_a_file_that_is_uploaded_before_it_is_sent_is_left_to_do(ringocli: Command, folder: Path) -> None:
    """Neither a template nor a relay makes two requests for a file, so both say so, and nobody is asked for a URL."""
    Path("reply.json").write_text('{"message_id": "out-8f3a"}', "utf-8")
    Path("send.sh").write_text(
        "curl https://api.acme.example/sms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' "
        """-d '{"from": "+15550001111", "to": "+15550002222", "text": "Hello there"}'""",
        "utf-8",
    )
    Path("file.sh").write_text(UPLOAD_FIRST, "utf-8")
    samples = ("--from-curl", "send.sh", "--file-from-curl", "file.sh", "--sample-response", "reply.json")
    template = ringocli("init", *samples, "--dry-run", "--format", "json").document
    relay = ringocli("export", "--to", "relay", *samples, "--format", "json").document
    clause = (
        "it cannot send files: a file has to be uploaded first (POST https://api.acme.example/media), in a request of "
        "its own"
    )
    assert [clause] == template["blocking"]
    assert (False, [clause]) == (relay["complete"], relay["todo"])


def test_an_id_in_the_place_of_a_file_is_left_to_do(ringocli: Command, folder: Path) -> None:
    """The relay would send the sample's file with every message."""
    Path("reply.json").write_text('{"message_id": "out-8f3a"}', "utf-8")
    Path("send.sh").write_text(
        "curl https://api.acme.example/sms -H 'Authorization: Bearer k3y-4b8c' -H 'Content-Type: application/json' "
        """-d '{"from": "+15550001111", "to": "+15550002222", "text": "Hello there"}'""",
        "utf-8",
    )
    Path("file.sh").write_text("curl" + UPLOAD_FIRST.rpartition("curl")[2], "utf-8")
    samples = ("--from-curl", "send.sh", "--file-from-curl", "file.sh", "--sample-response", "reply.json")
    relay = ringocli("export", "--to", "relay", *samples, "--format", "json").document
    clause = (
        'SendFile sends the same file every time: "media_id" names a file that was uploaded before, and Ringotel sends '
        "a URL ($content$)"
    )
    assert (False, [clause]) == (relay["complete"], [text[: len(clause)] for text in relay["todo"]])


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("hmac-sha256-hex", "not [NAME: ]ALGORITHM TEXT"),
        ("hmac-sha256-hax {body}", "unknown algorithm hmac-sha256-hax"),
        ("md5-hex {body}", "a hash without {secret} in its text can be forged by anyone"),
        ("hmac-sha256-hex {X-Timestmp}{body}", "{X-Timestmp} is not known (did you mean X-Timestamp?)"),
    ],
)
def test_a_recipe_that_cannot_be_read(ringocli: Command, folder: Path, recipe: str, message: str) -> None:
    """An unreadable recipe is a usage error that says what is wrong with it."""
    Path("send.txt").write_text(PROVIDERS["signed requests, several statuses"].send, "utf-8")
    done = ringocli("export", "--to", "relay", "--from-curl", "send.txt", "--sign-requests", recipe)
    assert 2 == done.code
    assert message in done.err


@pytest.mark.parametrize("rest", [",}", ',"a":' + '{"a":' * 9_000], ids=["comma", "deep"])
def test_a_token_request_that_is_not_json_is_refused(ringocli: Command, folder: Path, rest: str) -> None:
    """The message names the request; nothing is written."""
    body = f'{{"grant_type":"client_credentials","client_id":"abc123abc","client_secret":"s3cretvalue99"{rest}'
    token = f"curl https://auth.acme.example/oauth/token -H 'Content-Type: application/json' -d '{body}'"
    send = (
        f"curl https://api.acme.example/sms -H 'Authorization: Bearer eyJh.eyJz.c2ln' -d 'from=1&to={CONTACT}&text=Hi'"
    )
    Path("send.txt").write_text(f"{token}\n{send}\n")
    done = ringocli("export", "--to", "relay", "--from-curl", "send.txt", "--output", "relay")
    assert 2 == done.code
    assert "the body of the request for the access token is not valid JSON" in done.err
    assert not Path("relay").exists()


def test_a_relay_from_openapi_sends_the_key_that_its_security_scheme_names(ringocli: Command, folder: Path) -> None:
    """The key is sent in a custom header; for OAuth2 with client credentials, a token is fetched."""
    flow = {"clientCredentials": {"tokenUrl": "https://auth.acme.example/token", "scopes": {}}}
    for scheme, settings in (
        ({"type": "apiKey", "in": "header", "name": "X-Api-Key"}, {"X_API_KEY"}),
        ({"type": "oauth2", "flows": flow}, {"CLIENT_ID", "CLIENT_SECRET"}),
    ):
        example = {"from": NUMBER, "to": CONTACT, "text": "Hello"}
        operation = {"operationId": "send", "requestBody": {"content": {"application/json": {"example": example}}}}
        document = {
            "openapi": "3.1.0",
            "info": {"title": "Acme", "version": "1"},
            "servers": [{"url": "https://api.acme.example"}],
            "components": {"securitySchemes": {"key": scheme}},
            "security": [{"key": []}],
            "paths": {"/sms": {"post": operation}},
        }
        Path("api.json").write_text(json.dumps(document), "utf-8")
        done = ringocli("export", "--to", "relay", "--from-openapi", "api.json#send", "--output", "relay", "--force")
        assert 0 == done.code, done.err
        assert settings <= set(Path("relay/.env.example").read_text("utf-8").replace("=", "").split())
        run_own_test(Path("relay"))


def test_pasted_credentials_are_in_no_file(ringocli: Command, folder: Path) -> None:
    """Credentials become settings without a value."""
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
