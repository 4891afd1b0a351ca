"""``send-test``: one request over a real socket, and the verdict on its reply; nothing is sent by accident."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from ringocli.cli import run
from ringocli.http.error_text import provider_message
from ringocli.http.exchange import Reply
from ringocli.messaging.message_id_candidates import candidates, pattern_at
from tests.ctrl_c import end_with_ctrl_c
from tests.loopback import Answer, Seen, raw, serving, unused_port

CANARY = 'c4nary/"+%<&\u00e9>secret'
URL_CANARY = "url-c4nary-token"
MESSAGE_ID = "40317a4a-1111-2222-3333-444455556666"
TEMPLATE: dict[str, Any] = {
    "id": "acme",
    "name": "Acme",
    "class": "sms",
    "properties": ["API key", "Account"],
    "auth": {"type": "Basic", "username": "$Account$", "password": "$API key$"},
    "API": {
        "SendMessage": {
            "request_method": "POST",
            "request_url": "https://api.acme.example/v1/$Account$/messages?key=$API key$",
            "request_content_type": "application/json",
            "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$", "token": "$API key$"},
            "response_map": {"data": {"id": "$messageid$"}},
        }
    },
    "Webhook": [
        {
            "event_key": "message.received",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {
                "type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$", "token": "$API key$"
            },
        },
        {
            "event_key": "delivered",
            "event_type": "messageDelivered",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "id": "$messageid$"},
        },
    ],
}  # fmt: skip
VALUES = ["--set", "number=+12025550100", "--set", "contact=+13105550199", "--set", "content=hi"]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine, and a canary for every property."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("RINGOCLI_WEBHOOK_URL", raising=False)
    monkeypatch.setenv("RINGOCLI_PROPERTY_API_KEY", CANARY)
    monkeypatch.setenv("RINGOCLI_PROPERTY_ACCOUNT", "acc0unt-c4nary")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def template(tmp_path: Path) -> str:
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(TEMPLATE))
    return str(path)


def test_a_send_shows_each_variable_and_where_it_came_from(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status, messageid and its pointer are shown in text and JSON; secrets are sent but not shown."""
    with serving(Answer.json({"data": {"id": MESSAGE_ID}}, 201)) as server:
        assert 0 == run(["send-test", template, "--url", server.url, *VALUES])
        text = capsys.readouterr().out
        assert 0 == run(["send-test", template, "--url", server.url, *VALUES, "--format", "json"])
        document = json.loads(capsys.readouterr().out)
    assert f"  messageid  {MESSAGE_ID}   from /data/id" in text.splitlines()
    assert "201 Created" in text
    assert {"messageid": MESSAGE_ID} == document["variables"]
    assert {"messageid": "/data/id"} == document["sources"]
    assert (1, True, 201) == (document["schema_version"], document["ok"], document["reply"]["status"])
    assert f"{server.url}/v1/***/messages?key=***" == document["request"]["url"]
    seen = server.seen[0]
    assert f"/v1/acc0unt-c4nary/messages?key={quote(CANARY, safe='')}" == seen.target
    assert {"from": "+12025550100", "to": "+13105550199", "text": "hi", "token": CANARY} == seen.document


@pytest.mark.parametrize(
    ("reply", "pointer"),
    [
        ({"data": {"message_id": MESSAGE_ID}, "to": "+13105550199"}, "/data/message_id"),
        ({"id": "SM1234567890"}, "/id"),
        ({"messages": [{"message-id": "0A0000001"}], "account_id": "acc-123456"}, "/messages/0/message-id"),
        ({"accountId": "x-1234567", "result": {"sid": 12345}}, "/result/sid"),
    ],
)
def test_a_missing_messageid_shows_candidates(
    template: str, capsys: pytest.CaptureFixture[str], reply: Any, pointer: str
) -> None:
    """A 2xx reply without the id is a failure, and the most likely location is named with the response_map for it."""
    with serving(Answer.json(reply)) as server:
        assert 1 == run(["send-test", template, "--url", server.url, *VALUES, "--format", "json"])
        near_miss = json.loads(capsys.readouterr().out)["near_miss"]
        assert 1 == run(["send-test", template, "--url", server.url, *VALUES])
        text = capsys.readouterr().out
    assert ["/data/id"] == [one["pointer"] for one in near_miss["differences"]]
    assert pointer == near_miss["candidates"][0]["pointer"]
    assert pointer in text
    assert "$messageid$" in json.dumps(near_miss["response_map"])
    assert all(len(line) <= 100 and line.isascii() for line in text.splitlines())


def test_candidates_are_ids() -> None:
    """Phone numbers, times and sentences are not offered; at most three are."""
    document = {"to": "+13105550199", "at": "2026-01-02T03:04:05Z", "text": "hi there 123", "n": 17}
    assert () == candidates(document, ("data", "id"))
    assert 3 == len(candidates([{"id": f"a{number}"} for number in range(9)], ("id",)))
    assert [{"a": ["$x$"]}] == pattern_at((0, "a", 3), "$x$")


JSON_TYPE = "application/json"


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ('{"code":21211,"message":"Invalid To","more_info":"https://x","status":400}', JSON_TYPE, "Invalid To (code 21211)"),
        ('{"errors":[{"code":"10009","title":"Failed","detail":"No key"}]}', JSON_TYPE, "Failed: No key (code 10009)"),
        (
            '{"type":"request-validation","description":"Not accepted","fieldErrors":[{"fieldName":"from","description":"bad"}]}',
            JSON_TYPE,
            "request-validation: Not accepted; from: bad",
        ),
        (
            '{"http_code":401,"response_code":"UNAUTHORIZED","response_msg":"Denied","data":null}',
            JSON_TYPE,
            "Denied (code UNAUTHORIZED)",
        ),
        ('{"errors":[{"detail":"To is wrong","status":400}]}', "application/vnd.api+json", "To is wrong"),
        ('{"code":"syntax","text":"Bad JSON"}', JSON_TYPE, "Bad JSON (code syntax)"),
        ('{"requestError":{"serviceException":{"messageId":"NO","text":"Bad login"}}}', JSON_TYPE, "Bad login (code NO)"),
        ('{"error":"invalid_token"}', JSON_TYPE, "invalid_token"),
        ('{"errors":["one","two"]}', JSON_TYPE, "one; two"),
        ('{"data":{}}', JSON_TYPE, ""),
        ("<html><head><title>403 &amp; out</title></head></html>", "text/html", "403 & out"),
        ("<?xml version='1.0'?><R><Message>Not\n found</Message></R>", "application/xml", "Not found"),
        ("plain\ntext", "text/plain", "plain text"),
        ("[" * 100_000, JSON_TYPE, "[" * 297 + "..."),
        ("<" * 100_000, "text/html", "<" * 297 + "..."),
    ],
)  # fmt: skip
def test_an_error_is_shown_in_the_providers_words(body: str, content_type: str, words: str) -> None:
    """Whatever the shape of the error, its message is printed in one line."""
    reply = Reply(status=400, headers=(("Content-Type", content_type),), body=body.encode())
    assert words == provider_message(reply)


def test_a_2xx_reply_may_contain_an_error(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Vonage replies 200 with the error in the body; the repeated text of the SMS is not an error."""
    reply = {"messages": [{"status": "4", "error-text": "Bad Credentials"}], "text": "hi"}
    with serving(Answer.json(reply)) as server:
        assert 1 == run(["send-test", template, "--url", server.url, *VALUES, "--format", "json"])
    assert "Bad Credentials" == json.loads(capsys.readouterr().out)["message"]


def test_an_error_reply_is_shown(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The output has the status, the expected one and the provider's message; the exit code is 1."""
    with serving(Answer.json({"code": 20003, "message": "Authenticate"}, 401)) as server:
        assert 1 == run(["send-test", template, "--url", server.url, *VALUES])
        assert "  Authenticate (code 20003)" in capsys.readouterr().out.splitlines()
        assert 0 == run(["send-test", template, "--url", server.url, *VALUES, "--expect-status", "400-403"])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(body=b"<p>hi</p>", headers=(("Content-Type", "text/html"),)),
            "is not valid JSON (Content-Type: text/html)",
        ),
        (Answer(), "has no body"),
        (
            Answer(body=b"{bad", headers=(("Content-Type", "application/json"),)),
            "is not valid JSON (Content-Type: application/json)",
        ),
    ],
)
def test_a_reply_without_json_is_reported(
    template: str, capsys: pytest.CaptureFixture[str], answer: Answer, said: str
) -> None:
    """One sentence says why response_map found nothing."""
    with serving(answer) as server:
        assert 1 == run(["send-test", template, "--url", server.url, *VALUES])
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_real_host_needs_live(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal and without --live, nothing is sent, and the exit code is 2."""
    for more in ([], ["--no-input"]):
        assert 2 == run(["send-test", template, *VALUES, *more])
    assert "--live" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 2), (b"\x03", 130)])
def test_a_terminal_gets_a_prompt(template: str, answer: bytes, code: int) -> None:
    """The prompt names method, host, receiver and segments; after "no" or Ctrl-C nothing is sent."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:  # the child process, in which no code of pytest may run
        words = [sys.executable, "-m", "ringocli", "send-test", template, *VALUES, "--har", "x.har"]
        os.execv(sys.executable, words)
    shown = b""
    answered = False
    while True:
        try:
            shown += os.read(terminal, 1024)
        except OSError:  # the child has closed its end
            break
        if b"[y/N]" in shown and not answered:
            answered = True
            if answer == b"\x03":
                shown += end_with_ctrl_c(terminal)
                break
            os.write(terminal, answer)
    os.close(terminal)
    assert code == os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown
    asked = b"POST to api.acme.example, a message to +13105550199, 1 SMS segment, GSM-7"
    assert asked in shown
    assert not Path("x.har").exists()


def test_missing_values_are_listed_at_once(
    template: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real send never uses sample values; all missing values are listed in one error."""
    monkeypatch.delenv("RINGOCLI_PROPERTY_API_KEY")
    with serving() as server:
        assert 2 == run(["send-test", template, "--url", server.url])
    assert "no value for API key, from, to, content" in capsys.readouterr().err
    assert [] == server.seen


def test_a_dry_run_sends_nothing(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither --live nor a server is needed to see what would be sent."""
    assert 0 == run(["send-test", template, *VALUES, "--dry-run"])
    assert "POST /v1/***/messages?key=*** HTTP/1.1" == capsys.readouterr().out.splitlines()[0]
    assert 0 == run(["send-test", template, *VALUES, "--dry-run", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert (True, None, "POST") == (document["dry_run"], document["reply"], document["request"]["method"])


def test_a_refused_port_is_exit_4(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The failure is also reported as JSON, and the HAR file has an entry without a reply."""
    url = f"http://127.0.0.1:{unused_port()}"
    assert 4 == run(["send-test", template, "--url", url, *VALUES, "--format", "json", "--har", "x.har"])
    assert 4 == json.loads(capsys.readouterr().out)["error"]["code"]
    entry = json.loads(Path("x.har").read_text())["log"]["entries"][0]
    assert 0 == entry["response"]["status"]
    assert "refused" in entry["comment"]


def test_an_existing_har_is_kept(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An existing HAR file is refused before anything is sent, and replaced only with --force."""
    Path("x.har").write_text("mine")
    with serving(Answer.json({"data": {"id": "1"}})) as server:
        command = ["send-test", template, "--url", server.url, *VALUES, "--har", "x.har"]
        assert 2 == run(command)
        assert ("mine", []) == (Path("x.har").read_text(), server.seen)
        assert 0 == run([*command, "--force"])
        assert 3 == run(["send-test", template, "--url", server.url, *VALUES, "--har", "none/x.har"])
    entry = json.loads(Path("x.har").read_text())["log"]["entries"][0]
    assert ("POST", 200) == (entry["request"]["method"], entry["response"]["status"])
    assert '{"data": {"id": "1"}}' == entry["response"]["content"]["text"]
    assert 1 == len(server.seen)


def test_a_har_on_stdout_is_the_only_output(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--har -``, the report is printed on stderr."""
    with serving(Answer.json({"data": {"id": "1"}})) as server:
        assert 0 == run(["send-test", template, "--url", server.url, *VALUES, "--har", "-"])
        captured = capsys.readouterr()
        assert "1.2" == json.loads(captured.out)["log"]["version"]
        assert "from /data/id" in captured.err
        assert 2 == run(["send-test", template, "--url", server.url, "--har", "-", "--format", "json"])


def test_a_profile_names_its_host_first(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The host is printed before a secret of the profile is sent."""
    Path("ringocli.toml").write_text('[profiles.here.variables]\nnumber="+1"\ncontact="+2"\ncontent="x"\n')
    with serving(Answer.json({"data": {"id": "1"}})) as server:
        assert 0 == run(["--quiet", "send-test", template, "--url", server.url, "--profile", "here"])
    assert "profile here: sending to 127.0.0.1\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--expect-status", "6xx"], ["--expect-status", "2xx,,"], ["--timeout-s", "0"], ["--timeout-s", "nan"],
        ["--format", "xml"], ["--url", "ftp://127.0.0.1"], ["--url", "http://user:pass@127.0.0.1"],
        ["--missing", "guess"],
    ],
)  # fmt: skip
def test_invalid_options_are_exit_2(template: str, options: list[str]) -> None:
    """Nothing is sent, and no traceback is shown."""
    assert 2 == run(["send-test", template, "--url", "http://127.0.0.1:1", *VALUES, *options])


def encodings_of(secret: str) -> list[str]:
    """A secret as it might be written: raw, JSON both ways, URL-quoted both ways, base64."""
    return [
        secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe=""),
        quote_plus(secret), quote(secret), base64.b64encode(secret.encode()).decode(),
    ]  # fmt: skip


def leaks(text: str, *secrets: str) -> list[str]:
    return [spelled for secret in secrets for spelled in encodings_of(secret) if spelled in text]


def parrot(seen: Seen) -> Answer:
    """A server that repeats everything it received, in body and headers, in every encoding."""
    authorization = seen.header("authorization") or ""
    everything = {
        "said": seen.body.decode(), "target": seen.target, "auth": authorization,
        "encodings": encodings_of(CANARY), "message": f"{CANARY} {seen.target} {authorization} is wrong",
        "data": {"id": f"{CANARY}-1"},
    }  # fmt: skip
    return Answer.json(everything, 400 if "bad" in seen.body.decode() else 200, headers=(("X-Target", seen.target),))


@pytest.mark.parametrize("content", ["hi", "bad"])
@pytest.mark.parametrize("options", [[], ["--format", "json"], ["--dry-run"], ["--verbose-too"]])
def test_no_secret_is_shown(
    template: str, capsys: pytest.CaptureFixture[str], content: str, options: list[str]
) -> None:
    """Secrets are not on stdout, on stderr or in the HAR, in any encoding, even if the other side repeats them."""
    leading = ["--verbose"] if "--verbose-too" in options else []
    options = [option for option in options if option != "--verbose-too"]
    account = "acc0unt-c4nary"
    basic = base64.b64encode(f"{account}:{CANARY}".encode()).decode()
    with serving(parrot) as server:
        run([
            *leading, "send-test", template, "--url", server.url, *VALUES, "--set", f"content={content}",
            *options, "--har", "x.har",
        ])  # fmt: skip
    captured = capsys.readouterr()
    kept = Path("x.har").read_text() if Path("x.har").exists() else ""
    assert [] == leaks(captured.out + captured.err + kept, CANARY, account, basic)
    assert ("--dry-run" in options) == (kept == "")


def test_failures_do_not_show_secrets(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A connection that breaks does not reveal a secret, either."""
    with raw(b"HTTP/1.1 20") as wire:
        assert 4 == run(["send-test", template, "--url", wire.url, *VALUES, "--format", "json"])
    captured = capsys.readouterr()
    assert [] == leaks(captured.out + captured.err, CANARY, "acc0unt-c4nary")
