"""render, match and prove as a user types them."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ACME, Command

VALUES = ("--set", "number=+12025550100", "--set", "contact=+13105550199", "--set", "content=Hi")


def test_render_prints_the_wire(ringocli: Command, acme: Path) -> None:
    """Start line, headers and body are printed as they would be sent; notes go to stderr."""
    done = ringocli("render", acme, "SendMessage", *VALUES, "--property", "API key=s3cret-key")
    assert (0, "POST /v1/messages HTTP/1.1\nHost: sms.acme.example\nContent-Type: application/json\n"
               'Authorization: Bearer ***\n\n{"from":"+12025550100","to":"+13105550199","text":"Hi"}\n') == (
        done.code, done.out)  # fmt: skip
    assert "1 SMS segment, GSM-7" in done.err


def test_render_json_has_its_final_form(ringocli: Command, acme: Path) -> None:
    """Every field of the contract, with provenance in bytes of the body and segments of the text."""
    done = ringocli("render", acme, "SendMessage", *VALUES, "--set", "content=é👋", "--format", "json")
    (request,) = done.document["requests"]
    assert {"name", "direction", "method", "url", "headers", "body", "variables", "provenance", "segments"} <= set(
        request
    )
    body = request["body"].encode()
    spans = {span["variable"]: body[span["start"] : span["end"]].decode() for span in request["provenance"]}
    assert {"from": "+12025550100", "to": "+13105550199", "content": "é👋"} == spans
    assert ("UCS-2", "👋") == (request["segments"]["encoding"], request["segments"]["forced_by"]["character"])
    assert ["Content-Type", "application/json"] in request["headers"]


def test_render_shows_secrets_only_on_request(ringocli: Command, acme: Path) -> None:
    """``--show-secrets`` works in pipes and warns on stderr."""
    done = ringocli("render", acme, "SendMessage", "--property", "API key=s3cret-key", "--show-secrets")
    assert "Bearer s3cret-key" in done.out
    assert "warning" in done.err


def test_rendered_curl_runs(ringocli: Command, acme: Path) -> None:
    """The curl form is one shell command with the same method, URL, headers and body."""
    done = ringocli("render", acme, "SendMessage", "--set", 'content=it\'s "quoted" $HOME', "--format", "curl")
    words = shlex.split(done.out.replace("\\\n", ""))
    assert ["curl", "-X", "POST", "https://sms.acme.example/v1/messages"] == words[:4]
    assert 'it\'s "quoted" $HOME' == json.loads(words[-1])["text"]


def test_rendered_python_is_a_program(ringocli: Command, acme: Path) -> None:
    """The Python form compiles."""
    done = ringocli("render", acme, "SendFile", "--format", "python")
    compile(done.out, "rendered", "exec")


def test_rendered_httpie_contains_the_request(ringocli: Command, acme: Path) -> None:
    """The HTTPie form contains the method, the URL, the headers and the raw body."""
    words = shlex.split(ringocli("render", acme, "SendMessage", *VALUES, "--format", "httpie").out)
    assert {"POST", "https://sms.acme.example/v1/messages", "Content-Type:application/json", "--raw"} <= set(words)


def test_rendered_har_is_a_log(ringocli: Command, acme: Path) -> None:
    """The HAR document has one entry per request."""
    log = ringocli("render", acme, "--format", "har").document["log"]
    assert ("1.2", 2) == (log["version"], len(log["entries"]))
    assert "POST" == log["entries"][0]["request"]["method"]


def test_render_events(ringocli: Command, acme: Path) -> None:
    """``--event`` accepts a key, a type, type:key or a pointer; ``all`` selects every event."""
    for name in ("file", "mms", "mms:file", "/Webhook/1"):
        (event,) = ringocli("render", acme, "--event", name, "--format", "json").document["requests"]
        assert ("incoming", "mms:file") == (event["direction"], event["name"])
    assert 3 == len(ringocli("render", acme, "--event", "all", "--format", "json").document["requests"])
    assert 5 == len(
        ringocli("render", acme, "SendMessage", "SendFile", "--event", "all", "--format", "json").document["requests"]
    )


def test_template_view_leaves_the_variables(ringocli: Command, acme: Path) -> None:
    """The template view shows each variable at its location, auth included."""
    done = ringocli("render", acme, "SendMessage", "--template-view")
    assert '{"from":"$from$","to":"$to$","text":"$content$"}' in done.out
    assert "Bearer $API key$" in done.out
    basic = {**ACME, "auth": {"type": "Basic", "username": "u", "password": "$API key$"}}
    done = ringocli("render", "-", "SendMessage", "--template-view", stdin=json.dumps(basic))
    assert "Basic base64(u:$API key$)" in done.out


@pytest.mark.parametrize("corpus", ["basic", "unicode", "long", "hostile"])
def test_corpora_render_and_read_back(ringocli: Command, acme: Path, corpus: str) -> None:
    """Each sample text of a corpus gives valid JSON that contains exactly that text."""
    requests = ringocli("render", acme, "SendMessage", "--corpus", corpus, "--format", "json").document["requests"]
    assert len(requests) > 1
    for request in requests:
        assert request["variables"]["content"] == json.loads(request["body"])["text"]


@pytest.mark.parametrize(
    ("wanted", "number"), [("e164", "+12025550100"), ("international", "12025550100"), ("national", "2025550100")]
)
def test_number_formats_follow_the_portal(ringocli: Command, acme: Path, wanted: str, number: str) -> None:
    """Numbers have the format that is set in the portal; short codes are not changed."""
    done = ringocli("render", acme, "SendMessage", "--number-format", wanted, "--set", "from=12025550100",
                    "--set", "to=72345", "--format", "json")  # fmt: skip
    (request,) = done.document["requests"]
    assert {"from": number, "to": "72345"} == {key: request["variables"][key] for key in ("from", "to")}


def test_missing_policies(ringocli: Command, acme: Path) -> None:
    """``--missing error`` lists all missing values at once, and the exit code is 2."""
    done = ringocli("render", acme, "SendMessage", "--missing", "error")
    assert 2 == done.code
    assert "no value for API key, from, to, content" in done.err
    assert "POST" in ringocli("render", acme, "SendMessage", "--missing", "drop").out


def test_colour_is_used_only_if_requested(ringocli: Command, acme: Path) -> None:
    """No escape code reaches a pipe unless it is forced."""
    assert "\033" not in ringocli("render", acme).out
    coloured = ringocli("--color", "always", "render", acme, *VALUES).out
    assert "\033[1;35m+12025550100\033[0m" in coloured
    assert "\033" not in ringocli("--color", "always", "render", acme, "--format", "json").out


def test_match_says_what_ringotel_would_take(ringocli: Command, acme: Path) -> None:
    """The output has the event, and each variable with its location."""
    body = '{"method": "message", "params": {"from": "1", "to": "2", "content": "two\\nlines"}}'
    done = ringocli("match", acme, "-", "--format", "json", stdin=body)
    assert (0, True, "message", "message", "/Webhook/0") == (
        done.code, *(done.document[key] for key in ("matched", "event_key", "event_type", "pointer")))  # fmt: skip
    assert {"from": "1", "to": "2", "content": "two\nlines"} == done.document["variables"]
    assert "/params/from" == done.document["sources"]["from"]
    text = ringocli("match", acme, "-", stdin=body).out
    assert "matches message:message" in text
    assert "two\\nlines" in text


def test_match_shows_the_near_miss(ringocli: Command, acme: Path) -> None:
    """If nothing matches, the exit code is 1 and each difference is listed, with the change of the template that
    fixes it.
    """
    done = ringocli(
        "match", acme, "-", "--format", "json", stdin='{"method": "sms", "params": {"From": 1, "to": 2, "content": 3}}'
    )
    near = done.document["near_miss"]
    assert (1, False, "message") == (done.code, done.document["matched"], near["event_key"])
    assert {"/method", "/params/from"} == {one["pointer"] for one in near["differences"]}
    assert ["move", "replace"] == [one["op"] for one in near["patch"]]
    text = ringocli("match", acme, "-", stdin='{"method": "sms"}').out
    assert "nearest is" in text


def test_match_shows_a_change_in_full(ringocli: Command, acme: Path) -> None:
    """A change is not clipped, so that it can be copied into the template."""
    body = {"event": {"kind": "inbound", "sender": "+13105550199", "recipient": "+12025550100", "message": "Hi there"}}
    text = ringocli("match", acme, "-", stdin=json.dumps(body)).out
    change = text.partition("/Webhook/0/request_parameters: ")[2].partition("\n    set ")[0]
    assert {"$event_key$", "$from$", "$to$", "$content$"} == set(json.loads(change)["event"].values())


def test_match_reads_http_messages_and_queries(ringocli: Command, acme: Path, folder: Path) -> None:
    """A sample may be a whole HTTP message with CRLF or LF; for a bare body, options give the rest."""
    body = '{"method":"delivered","params":{"messageid":"m1"}}'
    for newline in ("\n", "\r\n"):
        lines = ["POST /hook?x=1 HTTP/1.1", "Content-Type: application/json", "", body]
        (folder / "w.http").write_bytes(newline.join(lines).encode())
        assert {"messageid": "m1"} == ringocli("match", acme, "w.http", "--format", "json").document["variables"]
    flat = {**ACME, "Webhook": [{"event_key": "m", "event_type": "message", "request_method": "GET",
            "request_parameters": {"from": "$from$", "to": "$to$", "message": "$content$"}}]}  # fmt: skip
    (folder / "flat.json").write_text(json.dumps(flat))
    for arguments, stdin in (
        (("--method", "GET", "--query", "from=1&to=2&message=a+b"), ""),
        (("--method", "GET"), "from=1&to=2&message=a%20b"),
        ((), "GET /w?from=1&to=2&message=a%20b HTTP/1.1\n\n"),
    ):
        done = ringocli("match", "flat.json", "-", *arguments, "--format", "json", stdin=stdin)
        assert "a b" == done.document["variables"]["content"]


def test_match_reads_replies(ringocli: Command, acme: Path) -> None:
    """A provider's reply goes through response_map; without the id the check fails."""
    reply = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"data": {"id": 7}}'
    done = ringocli("match", acme, "-", "--response", "SendMessage", "--format", "json", stdin=reply)
    assert (0, {"messageid": "7"}) == (done.code, done.document["variables"])
    done = ringocli("match", acme, "-", "--response", "SendMessage", stdin='{"id": 7}')
    assert 1 == done.code
    assert "/data" in done.out


def test_match_suggests_a_response_map(ringocli: Command, acme: Path) -> None:
    """If response_map misses the id, match shows the change that reads it; --pair is for webhooks only."""
    arguments = ("match", acme, "-", "--response", "SendMessage")
    done = ringocli(*arguments, "--format", "json", stdin='{"message": {"id": "m-7"}}')
    change = {"op": "replace", "path": "/API/SendMessage/response_map", "value": {"message": {"id": "$messageid$"}}}
    assert (1, [change]) == (done.code, done.document["near_miss"]["patch"])
    assert '"id": "$messageid$"' in ringocli(*arguments, stdin='{"message": {"id": "m-7"}}').out
    assert [] == ringocli(*arguments, "--format", "json", stdin='{"ok": true}').document["near_miss"]["patch"]
    rejected = "HTTP/1.1 401 Unauthorized\nContent-Type: application/json\n\n" + '{"request": {"id": "r-7a81"}}'
    assert [] == ringocli(*arguments, "--format", "json", stdin=rejected).document["near_miss"]["patch"]
    refused = ringocli(*arguments, "--pair", "/data/id=/message/id", stdin='{"message": {"id": "m-7"}}')
    assert (2, True) == (refused.code, "--pair" in refused.err)


def test_an_event_that_matches_equally_well_is_not_called_less_specific(ringocli: Command, folder: Path) -> None:
    """The order of the file decides between events that match equally well."""
    pattern = {"event": "$event_key$", "from": "$from$", "to": "$to$"}
    text = {"event_key": "in", "event_type": "message", "request_method": "POST",
            "request_parameters": {**pattern, "text": "$content$"}}  # fmt: skip
    file = {**text, "event_type": "mms", "request_parameters": {**pattern, "text": "$url$"}}
    (folder / "both.json").write_text(json.dumps({**ACME, "Webhook": [text, file]}), "utf-8")
    done = ringocli("match", "both.json", "-", stdin='{"event": "in", "from": "1", "to": "2", "text": "Hi"}')
    assert "less specifically" not in done.out
    assert "also matches, equally well: mms:in" in done.out


def test_prove_gives_a_certificate(ringocli: Command, acme: Path) -> None:
    """The certificate has the hash, seed, cases and assumptions; the same run gives the same document."""
    first = ringocli("prove", acme, "--seed", "3", "--cases", "30", "--format", "json")
    document = first.document
    assert (0, True, 3, None) == (first.code, document["proved"], document["seed"], document["counter_example"])
    assert re.fullmatch("[0-9a-f]{64}", document["template_sha256"])
    assert {2, 4, 7} <= {entry["row"] for entry in document["assumptions"]}
    assert first.out == ringocli("prove", acme, "--seed", "3", "--cases", "30", "--format", "json").out
    assert "Passed" in ringocli("prove", acme, "--cases", "20").out


def planted(**changes: Any) -> str:
    """The template with a fault in it."""
    document = json.loads(json.dumps(ACME))
    for path, value in changes.items():
        *steps, last = path.split("__")
        target = document
        for step in steps:
            target = target[int(step) if step.isdigit() else step]
        target[int(last) if last.isdigit() else last] = value
    return json.dumps(document)


PLANTED = {
    "two numbers side by side": (
        planted(API__SendMessage__request_parameters={"x": "$from$$to$", "text": "$content$"}), "API.SendMessage"),
    "an ambiguous webhook": (
        planted(Webhook__0__request_parameters={"method": "$event_key$", "from": "$from$", "x": "$to$$content$"}),
        "Webhook message:message"),
    "an event that another takes": (
        planted(Webhook__1={"event_key": "message", "event_type": "mms", "request_method": "POST", "request_parameters":
                {"method": "$event_key$", "params": {"from": "$from$", "to": "$to$", "content": "$url$"}}}),
        "Webhook mms:message"),
    "an id in a text": (
        planted(API__SendMessage__response_map={"x": "$messageid$-$messageid$"}), "API.SendMessage.response_map"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "where"), PLANTED.values(), ids=PLANTED)
def test_prove_finds_planted_ambiguities(ringocli: Command, text: str, where: str) -> None:
    """An ambiguity or a duplicated event is shown by the smallest values that reveal it."""
    done = ringocli("prove", "-", "--format", "json", stdin=text)
    found = done.document["counter_example"]
    assert (1, where) == (done.code, found["where"])
    assert all(len(value) < 40 for value in found["first"].values())
    assert "Failed" in ringocli("prove", "-", stdin=text).out


def test_prove_accepts_a_receipt_that_looks_like_a_message(ringocli: Command) -> None:
    """Two events with the same key are not ambiguous if one is more specific."""
    receipt = {"event_key": "message", "event_type": "messageDelivered", "request_method": "POST",
               "request_parameters": {"method": "$event_key$", "params": {"from": "$messageid$"}}}  # fmt: skip
    done = ringocli("prove", "-", "--format", "json", stdin=planted(Webhook__2=receipt))
    assert (0, None) == (done.code, done.document["counter_example"])


@pytest.mark.parametrize("command", ["render", "prove", "match"])
@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"\xff\xfe\x00", 3, "not valid UTF-8"),
        (b"x" * 5_000_001, 3, "larger than 5 MB"),
        (b"", 3, "the file is empty"),
        (b"{", 3, "unclosed bracket"),
        (b"[" * 100_000, 3, "nested more than"),
        (b"[]", 3, "not a template"),
        (b"5", 3, "not a template"),
    ],
    ids=["binary", "huge", "empty", "broken", "deep", "list", "number"],
)
def test_a_bad_template_is_one_sentence(
    ringocli: Command, folder: Path, command: str, content: bytes, code: int, words: str
) -> None:
    """Every unusable file gives one sentence on stderr, the documented exit code, and a document if JSON was requested."""
    (folder / "bad.json").write_bytes(content)
    done = ringocli(command, "bad.json", "--format", "json", stdin="{}")
    assert (code, code) == (done.code, done.document["error"]["code"])
    assert words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "template",
    ['{"API": 5}', '{"API": {"SendMessage": []}}', '{"Webhook": "x"}', '{"id": {}, "properties": 5}', "{}"],
)
def test_wrong_types_do_not_crash_a_command(ringocli: Command, template: str) -> None:
    """A template with parts of the wrong shape is used as far as possible, or refused with one sentence."""
    for arguments in (("render", "-"), ("prove", "-")):
        done = ringocli(*arguments, stdin=template)
        assert 2 == done.code
        assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("rendr",), 2, "did you mean render?"),
        (("render",), 2, "missing argument"),
        (("render", "acme.json", "--fromat", "json"), 2, "--format"),
        (("render", "acme.json", "SendMesage"), 2, "did you mean SendMessage"),
        (("render", "acme.json", "--event", "delivred"), 2, "did you mean delivered"),
        (("render", "acme.json", "--set", "form=1"), 2, "did you mean from"),
        (("render", "acme.json", "--set", "nothing"), 2, "NAME=VALUE"),
        (("render", "acme.json", "--property", "API Key=1"), 2, "did you mean API key"),
        (("render", "acme.json", "--public-property", "x"), 2, "has no property"),
        (("render", "acme.json", "--missing", "dorp"), 2, "did you mean drop"),
        (("render", "acme.json", "--corpus", "basics"), 2, "did you mean basic"),
        (("render", "acme.json", "--number-format", "e146"), 2, "did you mean e164"),
        (("render", "missing.json"), 3, "no such file"),
        (("render", "."), 3, "folder"),
        (("match", "-", "-"), 2, "stdin"),
        (("match", "acme.json", "missing"), 3, "no such file"),
        (("match", "acme.json", "acme.json", "--response", "SendFle"), 2, "did you mean SendFile"),
        (("prove", "acme.json", "--cases", "0"), 2, "cases"),
        (("--color", "sometimes", "render", "acme.json"), 2, "--color"),
    ],
)
def test_a_usage_error_is_one_sentence(
    ringocli: Command, acme: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """For an unknown name the nearest valid one is suggested; every error is one sentence with its exit code."""
    done = ringocli(*arguments)
    assert code == done.code
    assert words in done.err
    assert "" == done.out


def test_tolerated_mistakes_are_noted(ringocli: Command) -> None:
    """Comments, trailing commas, unusual containers and unknown keys are accepted, with a note on the assumptions."""
    events = ",".join(f'"e{index}": {json.dumps(event)}' for index, event in enumerate(ACME["Webhook"]))
    text = json.dumps(ACME)[:-1].replace('"Webhook"', '"old"') + ', "Webhook": {' + events + ',}, "x": 1 // note\n}'
    done = ringocli("render", "-", "--event", "delivered", stdin=text)
    assert 0 == done.code
    assert "validate --fix" in done.err
    assert "assumption 1" in done.err


def test_a_closed_pipe_is_silent(acme: Path) -> None:
    """``ringocli … | head -1`` ends without an error."""
    script = f"{shlex.quote(sys.executable)} -m ringocli render {shlex.quote(str(acme))} --corpus long --format json | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {script}"], capture_output=True, text=True, check=False)
    assert ("{\n", 0) == (done.stdout, done.returncode)
    assert "Error" not in done.stderr


def test_an_old_code_page_does_not_crash_a_command(acme: Path) -> None:
    """On a console without emoji or UTF-8, escapes are printed, and JSON stays valid."""
    environment = {"PYTHONIOENCODING": "cp1252", "PATH": "", "SYSTEMROOT": "C:\\Windows"}
    for form in ("http", "json"):
        done = subprocess.run(
            [sys.executable, "-m", "ringocli", "render", str(acme), "SendMessage", "--set", "content=日本 👋", "--format", form],
            capture_output=True, env=environment, check=True,
        )  # fmt: skip
        if form == "json":
            assert "日本 👋" == json.loads(done.stdout.decode("cp1252"))["requests"][0]["variables"]["content"]
        else:
            assert b"\\u65e5" in done.stdout


def test_basic_credentials_are_masked_as_a_whole(ringocli: Command) -> None:
    """A part of a base64 pair would reveal the rest."""
    basic = {**ACME, "auth": {"type": "Basic", "username": "user", "password": "$API key$"}}
    done = ringocli("render", "-", "SendMessage", "--property", "API key=s3cret-key", stdin=json.dumps(basic))
    assert "Basic ***" in done.out
    assert base64.b64encode(b"user:s3cret-key").decode() not in done.out


def test_any_two_fields_of_a_near_miss_are_paired(ringocli: Command, acme: Path) -> None:
    """The change that is proposed reads the missing value from the field that the user named."""
    body = {"method": "message", "params": {"from": "+13105550199", "to": "+12025550100", "a": "one", "b": "two"}}
    pair = ("--pair", "/params/content=/params/b")
    found = ringocli("match", acme, "-", "--format", "json", *pair, stdin=json.dumps(body)).document["near_miss"]
    assert [("/params/b", "chosen by you")] == [(one["pointer"], one["why"]) for one in found["pairs"]]
    assert "/params/b" in json.dumps(found["patch"])
    assert 2 == ringocli("match", acme, "-", "--pair", "content=b", stdin="{}").code


def test_an_empty_sample_is_refused(ringocli: Command, acme: Path) -> None:
    """An empty sample is an error, not a webhook that matches nothing."""
    refused = ringocli("match", acme, "-", stdin="\n")
    assert (3, "error: stdin: empty\n  Provide a webhook or a reply.\n") == (refused.code, refused.err)


@pytest.mark.skipif(os.name == "nt", reason="cmd and PowerShell quote otherwise")
def test_a_suggested_command_can_be_pasted(ringocli: Command, folder: Path) -> None:
    """A file name with a space is quoted, and the command does what the output says."""
    Path("my file.json").write_text('{"id": "acme", "class": "sms",}', "utf-8")
    suggested = ringocli("prove", "my file.json").err.partition("run: ")[2].splitlines()[0]
    assert ["ringocli", "validate", "--fix", "my file.json"] == shlex.split(suggested)
    assert "my file.json: fixed" in ringocli(*shlex.split(suggested)[1:]).err
