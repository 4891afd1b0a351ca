"""doctor against real servers: each fault stops at its own step with its own advice, and nothing is sent unasked."""

from __future__ import annotations

import json
import shlex
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import trustme

from ringocli.template.preset import load
from ringocli.template.presets import names
from ringocli.testing import emulator
from ringocli.testing.doctor.reply_errors import error_in
from ringocli.testing.doctor.steps import RUNGS
from tests.conftest import ACME, SAMPLES, Command, Result
from tests.loopback import Answer, Seen, raw, serving, unused_port

KEY = ("--property", "API key=s3cret-key-4711")
VALUES = ("--set", "number=+12025550100", "--set", "contact=+13105550199", "--set", "content=Hi")
ACCEPTED = Answer.json({"data": {"id": "m-1"}})


def results(done: Result) -> dict[str, str]:
    return {rung["name"]: rung["result"] for rung in done.document["rungs"]}


def failed(done: Result) -> dict[str, str]:
    (rung,) = [rung for rung in done.document["rungs"] if rung["result"] == "failed"]
    assert done.document["stopped_at"] == rung["name"]
    found: dict[str, str] = rung
    return found


REPLIES: dict[str, tuple[Answer, str, str]] = {
    "not found": (Answer.json({"error": "no route"}, 404), "http", "path of request_url"),
    "wrong method": (Answer(status=405, headers=(("Allow", "PUT"),)), "http", "Set request_method to PUT"),
    "redirect": (Answer(status=301, headers=(("Location", "https://new.example/x"),)), "http", "Correct request_url"),
    "rate limit": (Answer(status=429), "http", "Too many requests"),
    "server error": (Answer(status=500, body=b"oops"), "http", "try again later"),
    "unavailable": (Answer(status=503), "http", "status page"),
    "unauthorized": (Answer.json({"message": "bad token"}, 401), "auth", "whether API key is wrong"),
    "forbidden": (Answer.json({"message": "not your number"}, 403), "auth", "permissions"),
    "bad request": (Answer.json({"errors": [{"detail": "to is invalid"}]}, 400), "body", "ringocli render acme.json"),
    "unprocessable": (Answer.json({"message": "from is not yours"}, 422), "body", "ringocli render"),
    "media type": (Answer(status=415), "body", "request_content_type"),
    "number format": (
        Answer.json({"errors": [{"title": "Invalid 'to' address", "detail": "must be in +E.164 format"}]}, 400), "body",
        "how numbers are written (from +12025550100, to +13105550199)"),
    "number format in a 200": (
        Answer.json({"status": "error", "message": "The recipient number is not valid"}), "body", "outboundFormat"),
    "XML with an error": (
        Answer(body=b"<reply><error code='7'>number barred</error></reply>", headers=(("Content-Type", "text/xml"),)),
        "body", "ringocli render"),
    "gone": (Answer(status=410), "http", "path of request_url"),
    "proxy authentication": (Answer(status=407), "auth", "HTTPS_PROXY"),
    "no money": (Answer.json({"message": "top up"}, 402), "body", "balance"),
    "200 with an error": (Answer.json({"error": {"code": 21211, "message": "Invalid To"}}), "body", "ringocli render"),
    "200 with success false": (Answer.json({"success": False, "reason": "blocked"}), "body", "ringocli render"),
    "200 with a failed status": (
        Answer.json({"messages": [{"status": "4", "error-text": "Invalid credentials"}]}), "body", "whether API key is wrong"),
    "200 with a code and a complaint": (
        Answer.json({"code": 1001, "message": "Unknown sender", "data": None}), "body", "ringocli render"),
    "200 with an empty account": (Answer.json({"result": "ERR", "desc": "no credit left"}), "body", "balance"),
    "200 with a SOAP fault": (
        Answer(body=b"<s:Fault><faultstring>bad</faultstring></s:Fault>", headers=(("Content-Type", "text/xml"),)),
        "body", "ringocli render"),
    "another scheme": (
        Answer(status=401, headers=(("WWW-Authenticate", "Basic realm=x"),)), "auth", "asks for Basic; the template sends"),
    "rate limit with a time": (Answer(status=429, headers=(("Retry-After", "30"),)), "http", "wait 30 s"),
    "too large": (Answer(status=413), "body", "too large"),
    "id in a header": (
        Answer(status=201, headers=(("Location", "/messages/m-1"),)), "response_map", "ringocli export --to relay"),
    "200 with an error in text": (
        Answer(body=b"ERROR: number invalid", headers=(("Content-Type", "text/plain"),)), "body", "ringocli render"),
    "200 with an id and an error": (
        Answer.json({"data": {"id": "m-1"}, "errors": [{"title": "rejected"}]}), "body", "ringocli render"),
    "id elsewhere": (Answer.json({"result": {"message_id": "9612c4e2-27f8"}}), "response_map", "/result/message_id"),
    "empty reply": (Answer(), "response_map", "JSON reply"),
    "a web page": (
        Answer(body=b"<html><title>Log in</title></html>", headers=(("Content-Type", "text/html"),)),
        "response_map", "JSON reply"),
    "XML": (
        Answer(body=b"<sms><id>5</id></sms>", headers=(("Content-Type", "text/xml"),)), "response_map", "JSON reply"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "step", "advice"), REPLIES.values(), ids=REPLIES)
def test_a_reply_stops_at_its_step(ringocli: Command, acme: Path, answer: Answer, step: str, advice: str) -> None:
    """With --live one real message is sent; the reply decides at which step doctor stops, and the advice names the
    fix.
    """
    with serving(answer) as server:
        done = ringocli("doctor", "acme.json", "--url", server.url, "--live", *KEY, *VALUES, "--format", "json")
    assert 1 == len(server.seen)
    assert (1, step) == (done.code, failed(done)["name"]), done.out
    assert advice in failed(done)["fix"]
    assert f"--from-rung {step}" in failed(done)["resume"]
    assert "s3cret" not in done.out + done.err


def test_nothing_is_sent_without_live(ringocli: Command, acme: Path) -> None:
    """The provider sees a connection but no request."""
    with serving(ACCEPTED) as server:
        done = ringocli("doctor", "acme.json", "--url", server.url, *KEY, "--format", "json")
    assert (0, []) == (done.code, server.seen)
    assert {"http": "skipped", "auth": "skipped", "webhook_url": "asked", "event": "skipped"}.items() <= results(
        done
    ).items()
    assert list(RUNGS) == [rung["name"] for rung in done.document["rungs"]]


@pytest.mark.parametrize(
    ("status", "stopped_at", "auth"),
    [
        (200, None, "ok"),
        (401, "auth", "failed"),
        (403, "auth", "failed"),
        (500, "http", "skipped"),
        (404, None, "skipped"),
    ],
)
def test_a_preset_checks_the_credential_with_a_read_only_url(
    ringocli: Command, status: int, stopped_at: str | None, auth: str
) -> None:
    """The check is a GET that changes nothing, with the template's own credential; without such a URL it is skipped."""
    template = SAMPLES / "telnyx.json"
    with serving(Answer.json({}, status)) as server:
        done = ringocli("doctor", template, "--url", server.url, *KEY, "--format", "json")
    assert [("GET", "/v2/messaging_profiles", "Bearer s3cret-key-4711")] == [
        (seen.method, seen.target, seen.header("Authorization")) for seen in server.seen
    ]
    assert (stopped_at, auth) == (done.document["stopped_at"], results(done)["auth"])


CHECKED = [name for name in names() if load(name).credential_check is not None]


@pytest.mark.parametrize("name", CHECKED)
def test_each_read_only_url_is_asked_once_with_the_credential(ringocli: Command, folder: Path, name: str) -> None:
    """For every preset with such a URL, one GET without a body is sent, with the template's own credential."""
    preset = load(name)
    Path("template.json").write_text(json.dumps(preset.template), "utf-8")
    values = {name: "AC0123456789" if name.endswith("SID") else "s3cret4711" for name in preset.template["properties"]}
    values |= {"Base URL": "https://acme.api.infobip.com"} if "Base URL" in values else {}
    options = [word for name, value in values.items() for word in ("--property", f"{name}={value}")]
    with serving(Answer.json({}, 401)) as server:
        done = ringocli("doctor", "template.json", "--url", server.url, *options, "--format", "json")
    assert (1, "auth") == (done.code, failed(done)["name"])
    (seen,) = server.seen
    assert ("GET", b"") == (seen.method, seen.body)
    assert str(seen.header("Authorization")).startswith(("Basic ", "Bearer "))
    assert "$" not in seen.target


@pytest.mark.parametrize(
    ("text", "step", "advice"),
    [
        ('{"id": ', "parses", "ringocli validate"),
        ("[]", "parses", "ringocli init"),
        (json.dumps(ACME)[:-1] + ",}", "parses", "--fix"),
        (json.dumps(ACME).replace("$messageid$", "$mesageid$"), "lints", "RT4"),
        (
            json.dumps(ACME).replace('"from": "$from$", "to": "$to$", "text"', '"x": "$from$$to$", "text"'),
            "proves",
            "prove",
        ),
    ],
    ids=["broken", "list", "trailing comma", "unknown variable", "ambiguous"],
)
def test_a_broken_template_stops_before_the_network(
    ringocli: Command, folder: Path, text: str, step: str, advice: str
) -> None:
    """An error in the file is reported before anything is connected."""
    (folder / "acme.json").write_text(text, "utf-8")
    done = ringocli(
        "doctor",
        "acme.json",
        "--url",
        "http://127.0.0.1:9",
        "--format",
        "json",
        *(KEY if text[0] == "{" and step not in ("parses",) else ()),
    )
    assert (1, step) == (done.code, failed(done)["name"]), done.out
    assert advice in failed(done)["fix"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("key-4711 ", "space or a line break"),
        ("key\x01key", "control character"),
        ("<your key>", "placeholder"),
        ("changeme", "placeholder"),
        ("Bearer abcdef", "adds itself"),
        ('"key-4711"', "in quotes"),
        ("schlüssel", "header cannot carry"),
    ],
)
def test_an_implausible_property_is_found(ringocli: Command, acme: Path, value: str, problem: str) -> None:
    """The value is described, never repeated."""
    done = ringocli("doctor", "acme.json", "--property", f"API key={value}", "--format", "json")
    assert (1, "properties", True) == (done.code, failed(done)["name"], problem in failed(done)["detail"])


@pytest.mark.parametrize(
    ("value", "problem"),
    [("api.acme.example", "it does not start with http:// or https://"), ("https://acme:99999", "its port is not")],
)
def test_an_implausible_base_url_is_found(ringocli: Command, folder: Path, value: str, problem: str) -> None:
    """A property at the start of the URL must be a URL itself."""
    template = json.loads(json.dumps({**ACME, "properties": ["API key", "Base URL"]}))
    template["API"]["SendMessage"]["request_url"] = "$Base URL$/v1/messages"
    (folder / "acme.json").write_text(json.dumps(template))
    given = ("--property", f"Base URL={value}", "--property", "API key=key-4711")
    done = ringocli("doctor", "acme.json", *given, "--format", "json")
    assert (1, "properties", True) == (done.code, failed(done)["name"], problem in failed(done)["detail"])


def test_an_access_token_may_not_have_its_scheme_in_it(ringocli: Command, folder: Path) -> None:
    """The template adds "Bearer" to the access token of OAuth2 as well."""
    oauth2 = {name: f"https://acme.example/{name}" for name in ("authorization_endpoint", "token_endpoint")}
    template = {name: value for name, value in ACME.items() if name != "auth"}
    (folder / "acme.json").write_text(json.dumps({**template, "OAuth2": {**oauth2, "client_id": "$API key$"}}))
    given = ("--property", "API key=key-4711", "--property", "access token=Bearer abcdef")
    done = ringocli("doctor", "acme.json", *given, "--format", "json")
    assert ("properties", True) == (failed(done)["name"], "adds itself" in failed(done)["detail"])


def test_missing_values_are_listed_at_once(ringocli: Command, acme: Path) -> None:
    """With --live, everything that the message needs is listed."""
    done = ringocli("doctor", "acme.json", "--live", "--format", "json")
    assert (1, "properties") == (done.code, failed(done)["name"])
    assert all(name in failed(done)["detail"] for name in ("API key", "from", "to", "content"))


def test_an_unknown_host_and_a_closed_port(ringocli: Command, acme: Path) -> None:
    """A failed connection is exit code 4."""
    for url, step in (("https://no-such-host.invalid", "dns"), (f"http://127.0.0.1:{unused_port()}", "tcp")):
        done = ringocli("doctor", "acme.json", "--url", url, *KEY, "--format", "json")
        assert (4, step) == (done.code, failed(done)["name"])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_side(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("name", "trusted", "advice"),
    [("127.0.0.1", False, "--ca-file"), ("other.example", True, "host name in the certificate")],
    ids=["untrusted", "other host"],
)
def test_a_certificate_that_is_not_trusted(
    ringocli: Command, acme: Path, authority: trustme.CA, name: str, trusted: bool, advice: str
) -> None:
    """A failed handshake has its own step."""
    authority.cert_pem.write_to_path("ca.pem")
    options = ("--ca-file", "ca.pem") if trusted else ()
    with serving(ACCEPTED, tls=server_side(authority, name)) as server:
        done = ringocli("doctor", "acme.json", "--url", server.url, *KEY, *options, "--format", "json")
    assert (4, "tls", True) == (done.code, failed(done)["name"], advice in failed(done)["fix"]), done.out


def test_a_trusted_certificate_passes(ringocli: Command, acme: Path, authority: trustme.CA) -> None:
    """If the CA is trusted, the message is sent."""
    authority.cert_pem.write_to_path("ca.pem")
    with serving(ACCEPTED, tls=server_side(authority, "127.0.0.1")) as server:
        done = ringocli(
            "doctor",
            "acme.json",
            "--url",
            server.url,
            *KEY,
            *VALUES,
            "--live",
            "--ca-file",
            "ca.pem",
            "--format",
            "json",
        )
    assert (0, "ok", "ok") == (done.code, results(done)["tls"], results(done)["response_map"]), done.out


def test_plain_http_on_a_tls_port(ringocli: Command, acme: Path) -> None:
    """If the server does not speak TLS, doctor stops at tls."""
    with serving(ACCEPTED) as server:
        done = ringocli("doctor", "acme.json", "--url", f"https://127.0.0.1:{server.port}", *KEY, "--format", "json")
    assert (4, "tls") == (done.code, failed(done)["name"])


def test_a_server_that_hangs_up(ringocli: Command, acme: Path) -> None:
    """A connection without a reply is not a usable reply."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        done = ringocli(
            "doctor", "acme.json", "--url", url, *KEY, *VALUES, "--live", "--timeout-s", "0.3", "--format", "json"
        )
    assert (1, "http") == (done.code, failed(done)["name"])


def live(ringocli: Command, provider: str, webhook: str, *more: str) -> Result:
    return ringocli(
        "doctor", "acme.json", "--url", provider, "--webhook-url", webhook, "--live", *KEY, *VALUES, "--format", "json", *more
    )  # fmt: skip


def test_a_complete_integration_passes_with_its_receipt(ringocli: Command, acme: Path) -> None:
    """Message, id, event and receipt pass with an emulator as Ringotel and as provider."""
    with emulator(acme) as ringotel:
        done = live(ringocli, ringotel.url, ringotel.webhook_url)
    assert 0 == done.code, done.out
    assert {"ok"} == {result for name, result in results(done).items() if name != "tls"}


Fault = Callable[[Any], tuple[str, str]]
WEBHOOK_FAULTS: dict[str, tuple[Fault, str, str]] = {
    "another path": (lambda ringotel: (ringotel.url, f"{ringotel.url}/webhook/other"), "webhook_url", "/webhook/acme"),
    "nobody there": (lambda ringotel: (ringotel.url, "http://127.0.0.1:9/hook"), "webhook_url", "port 9"),
}


@pytest.mark.parametrize(("urls", "step", "advice"), WEBHOOK_FAULTS.values(), ids=WEBHOOK_FAULTS)
def test_a_fault_on_the_way_back(ringocli: Command, acme: Path, urls: Fault, step: str, advice: str) -> None:
    """A wrong webhook URL and an unmatched event fail at separate steps."""
    with emulator(acme) as ringotel:
        done = live(ringocli, *urls(ringotel))
    assert (1, step) == (done.code, failed(done)["name"]), done.out
    assert advice in failed(done)["fix"] + failed(done)["detail"]


def test_an_event_that_the_running_version_does_not_match(ringocli: Command, acme: Path) -> None:
    """The emulator uses an earlier version of the edited template."""
    with emulator(json.loads(acme.read_text("utf-8"))) as ringotel:
        acme.write_text(acme.read_text("utf-8").replace('"method": "$event_key$"', '"kind": "$event_key$"'), "utf-8")
        done = live(ringocli, ringotel.url, ringotel.webhook_url)
    assert (1, "event", True) == (done.code, failed(done)["name"], "load the current one" in failed(done)["fix"])


def test_a_receipt_that_does_not_arrive(ringocli: Command, acme: Path) -> None:
    """The provider accepts the message, but its receipt does not arrive."""
    with emulator(acme) as ringotel, serving(ACCEPTED) as provider:
        done = live(ringocli, provider.url, ringotel.webhook_url, "--receipt-timeout-s", "0.2")
    assert (1, "receipt", True) == (done.code, failed(done)["name"], "receipts enabled" in failed(done)["fix"])


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ({"method": "delivered", "params": {"messageid": "m-2"}}, "point response_map at the id in the receipts"),
        ({"method": "failed", "params": {"messageid": "m-1"}}, "ask the provider why"),
    ],
    ids=["another id", "a failure"],
)
def test_another_receipt_than_the_awaited_one(ringocli: Command, acme: Path, body: dict[str, Any], advice: str) -> None:
    """The receipt that arrived instead is described, even if it arrived before the reply."""
    with emulator(acme) as ringotel:

        def early(seen: Seen) -> Answer:
            message = Request(
                ringotel.webhook_url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
            )
            with suppress(HTTPError):
                build_opener(ProxyHandler({})).open(message, timeout=10).close()
            return ACCEPTED

        with serving(early) as provider:
            done = live(ringocli, provider.url, ringotel.webhook_url, "--receipt-timeout-s", "0.2")
    assert (1, "receipt", True) == (done.code, failed(done)["name"], advice in failed(done)["fix"]), done.out


def test_a_receipt_before_the_reply_counts(ringocli: Command, acme: Path) -> None:
    """The step listens from before the send, as send-test --await does."""
    receipt = json.dumps({"method": "delivered", "params": {"messageid": "m-1"}}).encode()
    with emulator(acme) as ringotel:

        def early(seen: Seen) -> Answer:
            message = Request(ringotel.webhook_url, data=receipt, headers={"Content-Type": "application/json"})
            build_opener(ProxyHandler({})).open(message, timeout=10).close()
            return ACCEPTED

        with serving(early) as provider:
            done = live(ringocli, provider.url, ringotel.webhook_url)
    assert (0, "ok") == (done.code, results(done)["receipt"]), done.out


def test_a_webhook_url_of_another_integration(ringocli: Command, acme: Path) -> None:
    """The advice says that the emulator at the URL serves another id."""
    with emulator({**ACME, "id": "other"}) as ringotel:
        done = live(ringocli, ringotel.url, ringotel.webhook_url)
    assert (1, "webhook_url") == (done.code, failed(done)["name"])
    assert "webhook URL depends on the template" in failed(done)["fix"]


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (Answer(status=500), "log of the server"),
        (Answer(status=405, headers=(("Allow", "GET"),)), "accepts GET: check request_method"),
        (
            Answer(status=301, headers=(("Location", "https://a.example/hook"),)),
            "enter the final URL, https://a.example",
        ),
        (Answer(status=401), "not part of the webhook URL"),
        (Answer(status=410), "copy it from the integration's settings"),
    ],
    ids=["failure", "method", "redirect", "credential", "gone"],
)
def test_an_event_that_is_refused(ringocli: Command, acme: Path, answer: Answer, advice: str) -> None:
    """The advice is about the receiver."""
    with serving(ACCEPTED) as provider, serving(Answer(status=404), answer) as hook:
        done = live(ringocli, provider.url, f"{hook.url}/hook")
    assert (1, "event", True) == (done.code, failed(done)["name"], advice in failed(done)["fix"])


def test_the_next_command_repeats_the_options_without_secrets(ringocli: Command, acme: Path) -> None:
    """The command works once the masked values are filled in."""
    with serving(ACCEPTED) as provider, serving(Answer(status=404), Answer(status=500)) as hook:
        done = live(ringocli, provider.url, f"{hook.url}/hook/s3cret-hook-url")
    assert shlex.split(failed(done)["resume"]) == [
        "ringocli", "doctor", "acme.json", "--from-rung", "event", "--url", provider.url, "--webhook-url",
        f"{hook.url}/***", "--property", "API key=***", *VALUES, "--live",
    ]  # fmt: skip


def test_an_answer_of_a_proxy_is_distinguished(ringocli: Command, acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 403 may have been sent by a proxy."""
    with serving(Answer(status=403)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        done = ringocli(
            "doctor", "acme.json", "--url", "http://sms.acme.example", *KEY, *VALUES, "--live", "--format", "json"
        )
    assert (1, "auth", True) == (done.code, failed(done)["name"], "HTTPS_PROXY" in failed(done)["fix"])


def test_a_server_that_never_answers(ringocli: Command, acme: Path) -> None:
    """The advice says that the message may have been accepted."""
    with raw(b"", hold=True) as wire:
        done = ringocli(
            "doctor", "acme.json", "--url", wire.url, *KEY, *VALUES, "--live", "--timeout-s", "0.3", "--format", "json"
        )
    assert (1, "http") == (done.code, failed(done)["name"])
    assert "may have been sent" in failed(done)["fix"]


def test_an_expired_certificate(ringocli: Command, acme: Path, authority: trustme.CA) -> None:
    """The handshake fails, and the advice is about the date."""
    authority.cert_pem.write_to_path("ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(context)
    with serving(ACCEPTED, tls=context) as server:
        done = ringocli("doctor", "acme.json", "--url", server.url, *KEY, "--ca-file", "ca.pem", "--format", "json")
    assert (4, "tls", True) == (done.code, failed(done)["name"], "expired" in failed(done)["detail"]), done.out


def test_a_server_other_than_an_emulator_is_a_question(ringocli: Command, acme: Path) -> None:
    """A 200 shows that the event arrived, not that it was matched."""
    with serving(ACCEPTED) as provider, serving(Answer(status=404), Answer()) as hook:
        done = live(ringocli, provider.url, f"{hook.url}/hook/s3cret-hook-url")
    assert (0, "asked", "asked") == (done.code, results(done)["event"], results(done)["receipt"])
    assert "s3cret-hook-url" not in done.out + done.err


def test_doctor_continues_where_it_stopped(ringocli: Command, acme: Path) -> None:
    """--from-rung skips the steps that passed before."""
    with emulator(acme) as ringotel:
        done = ringocli(
            "doctor", "acme.json", "--from-rung", "webhook_url", "--webhook-url", ringotel.webhook_url,
            "--url", ringotel.url, *KEY, "--format", "json",
        )  # fmt: skip
    assert ("skipped", "skipped", "ok") == tuple(results(done)[name] for name in ("proves", "http", "event"))


@pytest.mark.parametrize(
    "reply",
    [
        {"error": None, "errors": [], "data": {"id": "1"}},
        {"error_code": None, "error_message": None, "sid": "SM1", "status": "queued"},
        {"http_code": 200, "response_code": "SUCCESS", "response_msg": "Messages queued"},
        {"messages": [{"status": "0", "message-id": "1", "remaining-balance": "1"}]},
        {"error": 0, "code": 0, "success": True, "ok": 1, "message": "no error"},
        {"text": "your error report failed", "id": "1"},
    ],
)
def test_an_ordinary_reply_reports_no_error(reply: dict[str, Any]) -> None:
    """Fields that every reply of a provider has, and the text of the message itself, are not errors."""
    assert "" == error_in(reply)


def test_the_text_has_one_line_per_step(ringocli: Command, acme: Path) -> None:
    """The step that failed has its fix and the command to continue."""
    out = ringocli("doctor", "acme.json").out
    assert "ok       proves" in out
    assert "fix: Add --property-env" in out
    assert out.endswith("Stopped at properties.\n")
