"""``init`` with pastes as a user types it: files, credentials, hints, extending templates, collections."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLES, Command
from tests.test_leaks import CANARY, leaks

DOCS = SAMPLES / "docs"
SEND = "curl https://sms.acme.example/v1/send -u acme:s3cret-value -d to=+15550002222 -d from=+15550001111 -d 'text=Hello you'"


@pytest.fixture
def docs(folder: Path) -> Path:
    """The fictional provider's documentation, in the working folder."""
    for path in DOCS.iterdir():
        shutil.copy(path, folder)
    return folder


WHOLE = (
    "--from-curl", "send.sh", "--file-from-curl", "send-file.sh", "--sample-response", "reply.json",
    "--sample-webhook", "message=message.json", "--sample-webhook", "mms=mms.json",
    "--sample-webhook", "delivered=delivered.json", "--sample-webhook", "other=failed.json",
)  # fmt: skip


def test_complete_documentation_gives_a_complete_template(ringocli: Command, docs: Path) -> None:
    """If all samples are given, no question is asked, nothing is left to do, and every sample is read."""
    done = ringocli("init", *WHOLE, "--no-input", "--format", "json")
    assert 0 == done.code, done.err
    document = done.document
    template = document["template"]
    assert ("acme", "acme.json") == (template["id"], document["path"])
    assert ["Account ID", "Token", "Campaign ID"] == template["properties"]
    assert {"messages": [{"id": "$messageid$"}]} == template["API"]["SendMessage"]["response_map"]
    assert {"event": "$event_key$", "data": {"message_id": "$messageid$", "status": "delivered"}} == template[
        "Webhook"
    ][2]["request_parameters"]
    assert all(decision["why"] for decision in document["decisions"])
    assert not any(note.startswith("next:") for note in document.get("notes", ()))
    assert 0 == ringocli("validate", "acme.json", "--fail-on", "warning").code
    assert 0 == ringocli("prove", "acme.json").code
    for name, kind in (("message", "message"), ("mms", "mms"), ("delivered", "messageDelivered"), ("failed", None)):
        matched = ringocli("match", "acme.json", f"{name}.json", "--format", "json").document
        assert (kind is not None) == matched["matched"]
        if kind:
            assert kind == matched["event_type"]


def test_text_output_leads_to_the_next_step(ringocli: Command, docs: Path) -> None:
    """The output gives the reasons, what is left to do, and the next command."""
    done = ringocli("init", "--from-curl", "send.sh", "--no-input")
    assert (0, "") == (done.code, done.out)
    for words in ("Wrote acme.json", "$to$", 'named "recipients"', "--sample-webhook", "ringocli render acme.json"):
        assert words in done.err
    assert all(len(line) <= 80 for line in done.err.splitlines())


def test_credentials_are_saved_in_the_named_file(ringocli: Command, docs: Path) -> None:
    """TOML or JSON, for the owner alone; a shell's variable stays a reference to the environment."""
    for name in ("kept.toml", "kept.json"):
        done = ringocli("init", "--from-curl", "send.sh", "--no-input", "--force", "--save-credentials", name)
        assert 0 == done.code, done.err
        text = (docs / name).read_text("utf-8")
        saved = tomllib.loads(text) if name.endswith("toml") else json.loads(text)
        assert {"env": "ACME_TOKEN"} == saved["properties"]["Token"]
        assert "<YOUR_CAMPAIGN_ID>" == saved["properties"]["Campaign ID"]
        if os.name == "posix":
            assert 0o600 == (docs / name).stat().st_mode & 0o777


def test_variables_in_a_paste_are_not_called_credentials(ringocli: Command, folder: Path) -> None:
    """A shell variable has no value in the paste that could be saved."""
    (folder / "send.sh").write_text(
        'curl https://api.acme.example/sms -H "Authorization: Bearer $ACME_KEY" -d from=+15550001111 '
        "-d to=+15550002222 -d text=Hello",
        "utf-8",
    )
    done = ringocli("init", "--from-curl", "send.sh")
    assert (0, False) == (done.code, "not saved" in done.err)
    advice = "--save-credentials FILE writes a file for --values that takes the credentials from $ACME_KEY."
    assert advice in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("reply", "clause"),
    [
        ("<r><messageId>BS-1</messageId></r>", "the sample reply is XML; Ringotel reads only JSON and forms"),
        ('{"ok": true}', "no message id was found in the sample reply"),
    ],
    ids=["XML", "no id"],
)
def test_a_reply_without_a_readable_id_is_not_asked_for_again(
    ringocli: Command, docs: Path, reply: str, clause: str
) -> None:
    """The first line says why the sample reply is of no use, and it does not count as missing."""
    Path("reply.txt").write_text(reply, "utf-8")
    done = ringocli("init", "--from-curl", "send.sh", "--sample-response", "reply.txt", "--no-input")
    assert f"delivery receipts cannot be matched: {clause}" in done.err.splitlines()[0]
    assert ("--sample-webhook" in done.err, "--sample-response" in done.err) == (True, False)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_credentials_are_kept_out_of_git(ringocli: Command, docs: Path) -> None:
    """In a work tree, a credentials file that git does not ignore is refused before anything is written."""
    subprocess.run(["git", "init", "-q", "."], cwd=docs, check=True)
    refused = ringocli("init", "--from-curl", "send.sh", "--no-input", "--save-credentials", "kept.toml")
    assert 2 == refused.code
    assert not (docs / "kept.toml").exists()
    assert not (docs / "acme.json").exists()
    (docs / ".gitignore").write_text("kept.toml\n")
    assert 0 == ringocli("init", "--from-curl", "send.sh", "--no-input", "--save-credentials", "kept.toml").code


PLACES = {
    "basic": f"curl https://x.example/s -u 'me:{CANARY.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}' -d to=1 -d text=x",
    "header": "curl https://x.example/s -H 'X-Api-Key: SECRETSECRET1' -d to=15550002222 -d text=x",
    "authorization": "curl https://x.example/s -H 'Authorization: App SECRETSECRET1' -d to=15550002222 -d text=x",
    "bearer": "curl https://x.example/s -H 'Authorization: Bearer SECRETSECRET1' -d to=15550002222 -d text=x",
    "query": "curl 'https://x.example/s?api_key=SECRETSECRET1&to=15550002222&text=x'",
    "path": "curl 'https://x.example/accounts/SECRETSECRET1/s' -d to=15550002222 -d text=x",
    "form": "curl https://x.example/s -d password=SECRETSECRET1 -d to=15550002222 -d text=x",
    "json": 'curl https://x.example/s --json \'{"auth":{"token":"SECRETSECRET1"},"to":"15550002222","text":"x"}\'',
    "userinfo": "curl https://me:SECRETSECRET1@x.example/s -d to=15550002222 -d text=x",
    "cookie": "curl https://x.example/s -b session=SECRETSECRET1 -d to=15550002222 -d text=x",
    "twice": "curl 'https://x.example/s?cb=https://y.example/SECRETSECRET1' -u me:SECRETSECRET1 -d to=15550002222 -d text=x",
    "multipart": "curl https://x.example/s -F key=SECRETSECRET1 -F to=15550002222 -F text=x",
    "digest": "curl --digest -u me:SECRETSECRET1 https://x.example/s -d to=15550002222 -d text=x",
    "numeric": "curl 'https://x.example/s?auth=834729104857' -H 'Authorization: SECRETSECRET1 x' -d to=15550002222 -d text=x",
    "broken JSON": 'curl https://x.example/s --json \'{"token": SECRETSECRET1, "to": "15550002222", "text": "x"}\'',
    "no method": "curl -X SECRETSECRET1 https://x.example/s -d to=15550002222 -d text=x",
    "no option": "curl --SECRETSECRET1 https://x.example/s -d to=15550002222 -d text=x",
    "in the text": "curl https://x.example/s -d key=SECRETSECRET1 -d to=15550002222 -d 'text=Use SECRETSECRET1'",
    "random": "curl 'https://x.example/s?t=k3yA9f0c2Zq8' -d c=SECRETSECRET1 -u SECRETSECRET1: -d to=15550002222 -d text=x",
    "unknown option": "curl --tokn=SECRETSECRET1 https://x.example/s -d to=15550002222 -d text=x",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_of_a_paste_is_shown_or_written(ringocli: Command, folder: Path, place: str, form: str) -> None:
    """A secret anywhere in a paste is in the credentials file and in no other output, whatever its encoding."""
    done = ringocli(
        "-v", "init", "--from-curl", "-", "--no-input", "--format", form, "--save-credentials", "kept.toml", "t.json",
        stdin=PLACES[place],
    )  # fmt: skip
    assert 0 == done.code, done.err
    shown = done.out + done.err + (folder / "t.json").read_text("utf-8")
    assert [] == leaks(shown)
    assert not re.search("SECRETSECRET1|834729104857|k3yA9f0c2Zq8", shown)
    assert "U0VDUkVUU0VDUkVUM" not in shown


@pytest.mark.parametrize(
    ("hints", "parameters"),
    [
        ({"to": "15550002222"}, {"to": "+$to$", "from": "$from$", "note": "code 15550002222x, 15550002222"}),
        ({"to": "+15550002222"}, {"to": "$to$", "from": "$from$", "note": "code 15550002222x, 15550002222"}),
        ({"content": "code"}, {"to": "$to$", "from": "$from$", "note": "$content$ 15550002222x, 15550002222"}),
        ({"from": "nowhere"}, {"to": "$to$", "from": "$from$", "note": "code 15550002222x, 15550002222"}),
    ],
)
def test_a_hint_is_the_sample_value_of_a_variable(
    ringocli: Command, folder: Path, hints: dict[str, str], parameters: dict[str, str]
) -> None:
    """A hint also applies inside a longer text, never inside a longer run of digits; the field with the best name is
    used.
    """
    body = json.dumps({"to": "+15550002222", "from": "+15550001111", "note": "code 15550002222x, 15550002222"})
    options = [word for name, value in hints.items() for word in ("--hint", f"{name}={value}")]
    done = ringocli(
        "init", "--from-curl", "-", "--no-input", "--format", "json", "--dry-run", *options,
        stdin=f"curl https://x.example/s --json '{body}'",
    )  # fmt: skip
    assert 0 == done.code, done.err
    assert parameters == done.document["template"]["API"]["SendMessage"]["request_parameters"]


def test_invalid_options_are_reported(ringocli: Command, docs: Path) -> None:
    """Each mistake has a sentence, its exit code, and leaves no file behind."""
    before = sorted(docs.iterdir())
    for words, code, said in (
        (("--from-curl", "none.sh"), 3, "no such file"),
        (("--from-curl", "send.sh", "--from", "send.sh"), 2, "cannot be combined"),
        (("--from-curl", "send.sh", "--preset", "telnyx"), 2, "--preset"),
        (("--from-curl", "send.sh", "--auth", "basic"), 2, "--auth"),
        (("--from-curl", "send.sh", "--hint", "form=1"), 2, "did you mean from"),
        (("--from-curl", "send.sh", "--hint", "to"), 2, "has no value"),
        (("--from-curl", "send.sh", "--sample-webhook", "mesage=message.json"), 2, "did you mean message"),
        (("--from-curl", "send.sh", "--sample-webhook", "message.json"), 2, "the kind is missing"),
        (("--from-curl", "send.sh", "--allow-files", "none"), 3, "no such folder"),
        (("--from-curl", "-", "--file-from-curl", "-"), 2, "stdin"),
        (("--from-openapi", "openapi.yaml"), 2, "openapi.yaml#sendMessage"),
        (("--from-openapi", "openapi.yaml#sendMesage"), 2, "did you mean sendMessage"),
        (("--from-openapi", "send.sh#x"), 3, "neither YAML nor JSON"),
        (("--sample-webhook", "message=message.json"), 2, "--send-url"),
    ):
        done = ringocli("init", *words, "--no-input")
        assert (code, True) == (done.code, said in done.err), (words, done.err)
        assert sorted(docs.iterdir()) == before


def test_an_openapi_operation_gives_requests_reply_and_events(ringocli: Command, docs: Path) -> None:
    """One document contains everything: the text, the file, the id, and the webhooks."""
    done = ringocli("init", "--from-openapi", "openapi.yaml#post /messages", "--no-input", "--format", "json")
    assert 0 == done.code, done.err
    template = done.document["template"]
    send = template["API"]["SendMessage"]
    assert "https://api.acme.example/v2/messages" == send["request_url"]
    assert {
        "sender": "$from$", "recipients": ["$to$"], "body": "$content$", "campaign_id": "$Campaign ID$"
    } == send["request_parameters"]  # fmt: skip
    assert ["$content$"] == template["API"]["SendFile"]["request_parameters"]["media_urls"]
    assert {"messages": [{"id": "$messageid$"}]} == send["response_map"]
    assert ["message", "messageDelivered"] == [event["event_type"] for event in template["Webhook"]]


COLLECTIONS: dict[str, Any] = {
    "collection.json": {
        "info": {"name": "Acme", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "auth": {
            "type": "basic",
            "basic": [{"key": "username", "value": "{{user}}"}, {"key": "password", "value": "x"}],
        },
        "item": [
            {"name": "Balance", "request": {"method": "GET", "url": "https://x.example/balance"}},
            {
                "name": "Send",
                "request": {
                    "method": "POST",
                    "header": [{"key": "Content-Type", "value": "application/json"}],
                    "body": {"mode": "raw", "raw": '{"to": "+15550002222", "text": "Hello you"}'},
                    "url": {"raw": "https://x.example/:account/send"},
                },
                "response": [{"code": 200, "body": '{"message_id": "m-12345678"}'}],
            },
        ],
    },
    "traffic.har": {
        "log": {
            "version": "1.2",
            "entries": [
                {
                    "request": {
                        "method": "POST",
                        "url": "https://x.example/{account}/send",
                        "headers": [{"name": "Authorization", "value": "Basic bWU6c2VjcmV0"}],
                        "postData": {
                            "mimeType": "application/json",
                            "text": '{"to": "+15550002222", "text": "Hello you"}',
                        },
                    },
                    "response": {"status": 200, "content": {"text": '{"message_id": "m-12345678"}'}},
                }
            ],
        }
    },
    "requests.http": "@host = x.example\n\n### Balance\nGET https://{{host}}/balance\n\n### Send\n# @name send\n"
    "POST https://{{host}}/{account}/send\nContent-Type: application/json\nAuthorization: Basic bWU6c2VjcmV0\n\n"
    '{"to": "+15550002222", "text": "Hello you"}\n',
}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_collections_go_through_the_same_draft(ringocli: Command, folder: Path, name: str) -> None:
    """Postman, HAR and .http files give the request that looks most like sending, or the one that is named."""
    content = COLLECTIONS[name]
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    for named in (name, f"{name}#2" if "har" not in name else f"{name}#1"):
        done = ringocli("init", "--from", named, "--no-input", "--format", "json", "--dry-run")
        assert 0 == done.code, done.err
        template = done.document["template"]
        send = template["API"]["SendMessage"]
        assert "https://x.example/$Account$/send" == send["request_url"]
        assert {"to": "$to$", "text": "$content$"} == send["request_parameters"]
        assert "Basic" == template["auth"]["type"]
        if "http" not in name:
            assert {"message_id": "$messageid$"} == send["response_map"]
    assert 2 == ringocli("init", "--from", f"{name}#nothing", "--no-input").code


def test_a_template_is_extended_byte_for_byte(ringocli: Command, docs: Path) -> None:
    """The existing text is not changed: indentation, order, line ends, an unknown key."""
    text = (
        '{\r\n\t"id": "acme",\r\n\t"name": "Acme",\r\n\t"class": "sms",\r\n\t"properties": ["Token"],\r\n'
        '\t"auth": {"type": "Bearer", "token": "$Token$"},\r\n\t"API": {\r\n\t\t"SendMessage": {\r\n'
        '\t\t\t"request_url": "https://api.acme.example/v2/messages",\r\n\t\t\t"request_method": "POST",\r\n'
        '\t\t\t"request_content_type": "application/json",\r\n'
        '\t\t\t"request_parameters": {"recipients": ["$to$"], "sender": "$from$", "body": "$content$"}\r\n\t\t}\r\n\t}\r\n}\r\n'
    )
    path = docs / "mine.json"
    path.write_bytes(text.encode())
    done = ringocli("init", path, "--add-event", "message=message.json", "--add-file", "send-file.sh")
    assert 0 == done.code, done.err
    grown = path.read_bytes().decode()
    assert text.count("\r\n") < grown.count("\r\n") == grown.count("\n")
    for line in text.split("\r\n")[:4]:
        assert line in grown
    document = json.loads(grown)
    assert list(json.loads(text)) == list(document)[:6]
    assert ["Token", "Campaign ID"] == document["properties"]
    assert "SendFile" in document["API"]
    assert "message" == document["Webhook"][0]["event_type"]
    again = ringocli("init", path, "--add-event", "message=message.json")
    assert (0, True) == (again.code, "nothing was changed" in again.err)
    assert grown.encode() == path.read_bytes()


def test_errors_of_an_extended_template_are_shown(ringocli: Command, docs: Path) -> None:
    """Who extends a template learns that it has errors; those that it had before are no reason to refuse."""
    assert 0 == ringocli("init", *WHOLE, "--no-input", "acme.json").code
    document = json.loads((docs / "acme.json").read_text())
    document["API"]["SendMessage"]["request_parameters"]["sender"] = "$ot$"
    del document["Webhook"][2]
    (docs / "acme.json").write_text(json.dumps(document))
    done = ringocli("init", "acme.json", "--add-event", "delivered=delivered.json")
    assert (0, True) == (done.code, "error: RT401 unknown variable $ot$" in done.err)


def test_decisions_point_at_what_was_added(ringocli: Command, docs: Path) -> None:
    """The pointers of decisions are those of the added events; credentials of the command are saved to the given file."""
    assert 0 == ringocli("init", *WHOLE, "--no-input", "acme.json").code
    document = json.loads((docs / "acme.json").read_text())
    del document["API"]["SendFile"], document["Webhook"][2]
    (docs / "acme.json").write_text(json.dumps(document))
    words = ("--add-event", "delivered=delivered.json", "--add-file", "send-file.sh", "--save-credentials", "kept.json")
    done = ringocli("init", "acme.json", *words, "--format", "json")
    assert 0 == done.code, done.err
    pointers = {decision["pointer"] for decision in done.document["decisions"] if decision["variable"]}
    assert {"/Webhook/2/request_parameters/event", "/Webhook/2/request_parameters/data/message_id"} == {
        pointer for pointer in pointers if pointer.startswith("/Webhook")
    }
    assert "/API/SendFile/request_parameters/media_urls/0" in pointers
    assert done.document["template"] == json.loads((docs / "acme.json").read_text())
    saved = json.loads((docs / "kept.json").read_text())["properties"]
    assert {entry["property"] for entry in done.document["credentials"]} == set(saved)


def test_a_template_that_would_break_is_left_alone(ringocli: Command, docs: Path) -> None:
    """A second SendFile, a sample of another kind or a file that is not a template changes nothing."""
    assert 0 == ringocli("init", *WHOLE, "--no-input", "acme.json").code
    before = (docs / "acme.json").read_bytes()
    for words, code in (
        (("acme.json", "--add-file", "send-file.sh"), 2),
        (("acme.json", "--add-event", "message=delivered.json"), 2),
        (("send.sh", "--add-event", "message=message.json"), 3),
        (("reply.json", "--add-event", "message=message.json"), 3),
        (("none.json", "--add-event", "message=message.json"), 3),
        (("--add-event", "message=message.json"), 2),
    ):
        done = ringocli("init", *words)
        assert code == done.code, (words, done.err)
        assert before == (docs / "acme.json").read_bytes()


def test_replacing_a_file_request_needs_force(ringocli: Command, docs: Path) -> None:
    """With --force the new SendFile replaces the old one."""
    assert 0 == ringocli("init", *WHOLE, "--no-input", "acme.json").code
    command = (docs / "send-file.sh").read_text().replace("media_urls", "attachments")
    done = ringocli("init", "acme.json", "--add-file", "-", "--force", stdin=command)
    assert 0 == done.code, done.err
    assert "attachments" in json.loads((docs / "acme.json").read_text())["API"]["SendFile"]["request_parameters"]


@pytest.mark.parametrize(
    ("command", "is_offered"),
    [
        ("-H 'X-Api-Key: abcdef123456'", True),
        ("-F a=b", True),
        ('-d \'{"to": "+13105550199", "text": "Hi there", "sign": "d41d8cd98f00b204e9800998ecf8427e"}\'', True),
        ("--netrc", False),
        ("-H @headers.txt", False),
        ("", False),
    ],
    ids=["own header", "multipart", "signature", "credentials in a file", "headers in a file", "expressible"],
)
def test_a_relay_is_offered_where_it_helps(folder: Path, ringocli: Command, command: str, is_offered: bool) -> None:
    """A relay is offered if Ringotel cannot express the request, not if only the paste is incomplete."""
    data = "" if "-d " in command else """-d '{"to": "+13105550199", "text": "Hi there"}'"""
    Path("send.sh").write_text(f"curl https://api.acme.example/send {command} {data if '-F' not in command else ''}")
    assert ("export --to relay" in ringocli("init", "acme.json", "--from-curl", "send.sh").err) is is_offered
