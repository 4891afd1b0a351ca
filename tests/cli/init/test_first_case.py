"""init writes the pasted samples as a first case, which passes at once and contains no credential."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Command
from tests.importers.relay.providers import PROVIDERS, ProviderDocs
from tests.importers.relay.test_relay import as_sample

DOCS = SAMPLES / "docs"
ACME = (
    "--from-curl", DOCS / "send.sh", "--file-from-curl", DOCS / "send-file.sh", "--sample-response", DOCS / "reply.json",
    *(word for kind in ("message", "mms", "delivered") for word in ("--sample-webhook", f"{kind}={DOCS / kind}.json")),
    "--sample-webhook", f"other={DOCS / 'failed.json'}",
)  # fmt: skip


def texts() -> str:
    return "".join(path.read_text("utf-8") for path in sorted(Path("cases").iterdir()))


def test_the_samples_become_a_case_that_passes(ringocli: Command, folder: Path) -> None:
    """The case has both requests with the reply, each webhook, and a failed receipt that must not match; the summary names the file."""
    done = ringocli("init", *ACME)
    assert "Wrote cases/acme-samples.toml: your samples as a test." in " ".join(done.err.split())
    result = ringocli("test", "--format", "json")
    assert (0, 1, 0) == (result.code, result.document["passed"], result.document["failed"])
    case = Path("cases/acme-samples.toml").read_text("utf-8")
    assert ["text", "file", "message-3", "mms-4", "delivered-5", "other-6"] == [
        line.split('"')[1] for line in case.splitlines() if line.startswith("id = ")
    ]
    assert "matched = false" in case


def test_a_changed_template_fails_the_case(ringocli: Command, folder: Path) -> None:
    """The case that init wrote fails like any other if the template no longer fits it."""
    ringocli("init", *ACME)
    template = Path("acme.json")
    template.write_text(template.read_text("utf-8").replace('"sender"', '"source"'), "utf-8")
    assert 1 == ringocli("test").code


def test_json_lists_the_files(ringocli: Command, folder: Path) -> None:
    """The case file is listed last; with --dry-run nothing is written or listed."""
    assert "cases" not in ringocli("init", *ACME, "--dry-run", "--format", "json").document
    assert not Path("cases").exists()
    listed = ringocli("init", *ACME, "--format", "json").document["cases"]
    assert "cases/acme-samples.toml" == listed[-1]
    assert {Path(name) for name in listed} == set(Path("cases").iterdir())


def test_the_printed_template_is_the_written_one(ringocli: Command, folder: Path) -> None:
    """The sample values of properties in the case mask nothing in the output: fields keep their names."""
    Path("send.sh").write_text(
        "curl 'https://sms.example.com/s?username=joe77&password=pw-1234567&to=15550002222&text=Hi'"
    )
    document = ringocli("init", "--from-curl", "send.sh", "--no-input", "--format", "json").document
    assert json.loads(Path(document["path"]).read_text("utf-8")) == document["template"]
    assert "password" in document["template"]["API"]["SendMessage"]["request_parameters"]


@pytest.mark.parametrize("reply", ["OK: 15550002222: 42", "<id>42</id>", '"abc123"', "HTTP/1.1 202 Accepted\n\n"])
def test_a_reply_that_cannot_be_described_is_not_in_the_case(ringocli: Command, folder: Path, reply: str) -> None:
    """The template is written, its first line says what is missing, and the case passes without the reply."""
    Path("reply.txt").write_text(reply, "utf-8")
    done = ringocli("init", "--from-curl", DOCS / "send.sh", "--sample-response", "reply.txt", "--no-input")
    assert (0, True) == (done.code, "delivery receipts cannot be matched" in done.err.partition("\n\n")[0])
    assert 0 == ringocli("test").code
    assert not list(Path("cases").glob("*.reply.http"))


def test_an_existing_case_is_kept(ringocli: Command, folder: Path) -> None:
    """--force replaces the template and the case."""
    Path("cases").mkdir()
    case = Path("cases/acme-samples.toml")
    case.write_text("# mine\n", "utf-8")
    assert "exists and was kept" in " ".join(ringocli("init", *ACME).err.split())
    assert "# mine\n" == case.read_text("utf-8")
    ringocli("init", *ACME, "--force")
    assert "[[step]]" in case.read_text("utf-8")


@pytest.mark.parametrize(
    "docs", [docs for docs in PROVIDERS.values() if "<" not in docs.message + docs.reply + docs.send]
)
def test_no_credential_gets_into_a_case(ringocli: Command, folder: Path, docs: ProviderDocs) -> None:
    """Neither a credential of the request, nor the token or the URL of a webhook, is written to the case."""
    Path("send.txt").write_text(docs.send, "utf-8")
    Path("reply.txt").write_text(docs.reply, "utf-8")
    for kind, body in (("message", docs.message), ("delivered", docs.receipt)):
        Path(f"{kind}.http").write_text(as_sample(docs, body).replace("/hook", "/hook-s3cr3t-path"), "utf-8")
    done = ringocli(
        "init", "acme.json", "--id", "acme", "--name", "Acme", "--from-curl", "send.txt", "--sample-response", "reply.txt",
        "--sample-webhook", "message=message.http", "--sample-webhook", "delivered=delivered.http",
    )  # fmt: skip
    assert 0 == done.code, done.err
    assert 0 == ringocli("test").code
    secrets = ("abcd1234efgh5678", "003026bbc133714df", "demo-pass-123", "KEY0189AAAA", "0f9e8d7c6b5a", "77aa88bb99cc")
    assert not any(secret in texts() for secret in (*secrets, "9a8b7c6d5e4f", "signing-secret", "s3cr3t-path"))


FIELDS = '"from": "+15550002222", "to": "+15550001111", "body": "Hi you"'


@pytest.mark.parametrize(
    "webhook",
    [
        "GET /in?apikey=a8F3kQz91LmX7&from=15550002222&to=15550001111&body=Hi HTTP/1.1\nHost: x.example\n\n",
        "POST /in?sig=a8F3kQz91LmX7 HTTP/1.1\nContent-Type: application/json\n\n{" + FIELDS + "}",
        '{"auth": {"value": "a8F3kQz91LmX7", "type": "x"}, ' + FIELDS + "}",
        '{"media": ["https://x.example/a.jpg?Expires=1&Signature=a8F3kQz91LmX7"], ' + FIELDS + "}",
    ],
)
def test_no_credential_of_a_webhook_is_written_or_printed(ringocli: Command, folder: Path, webhook: str) -> None:
    """Credentials in the query, in an object with a secret's name and in the URL of a file; the case still passes."""
    Path("webhook.http").write_text(webhook, "utf-8")
    kind = "mms" if "media" in webhook else "message"
    samples = ("--sample-response", DOCS / "reply.json", "--sample-webhook", f"{kind}=webhook.http")
    done = ringocli("init", "--from-curl", DOCS / "send.sh", *samples, "--format", "json")
    assert f"acme-samples.{kind}-2.http" in str(done.document["cases"])
    assert "a8F3kQz91LmX7" not in done.out + done.err + texts() + Path("acme.json").read_text("utf-8")
    assert 0 == ringocli("test").code


@pytest.mark.parametrize(
    "webhook",
    [
        "GET /in?secret=Z9hK7sd&from=15550002222&to=15550001111&body=Hi HTTP/1.1\nHost: x.example\n\n",
        "from=15550002222&to=15550001111&body=Hi&secret=Z9hK7sd",
        '{"secret" : "Z9hK7sd", ' + FIELDS + "}",
        '{"auth": {"pin": 90817}, ' + FIELDS + "}",
        '{"secret": ["Z9hK7sd", 90817], ' + FIELDS + "}",
        '{"file": "https://x.example/a?token=Z9hK7sd", ' + FIELDS + "}",
        "from=15550002222&to=15550001111&body=Hi&data[secret]=Z9hK7sd",
    ],
)
def test_a_short_credential_of_a_webhook_is_not_written(ringocli: Command, folder: Path, webhook: str) -> None:
    """A value with the name of a secret is masked whatever its length; one that tells events apart is no secret."""
    Path("webhook.http").write_text(webhook, "utf-8")
    Path("reply.json").write_text('{"id": "msg-81f3a7", "token": "Z9hK7sd"}', "utf-8")
    samples = ("--sample-response", "reply.json", "--sample-webhook", "message=webhook.http")
    done = ringocli("init", "--from-curl", DOCS / "send.sh", *samples, "--format", "json")
    assert "acme-samples.message-2.http" in str(done.document["cases"])
    assert ("***" in texts(), False, False) == (True, "Z9hK7sd" in texts(), "90817" in texts())
    assert 0 == ringocli("test").code


def test_a_field_that_is_named_like_a_short_credential_keeps_its_name(ringocli: Command, folder: Path) -> None:
    """Only values are masked."""
    Path("reply.json").write_text('{"id": "msg-81f3a7", "secrets": {"key": ["queue", "other"]}, "queue": 7}', "utf-8")
    ringocli("init", "--from-curl", DOCS / "send.sh", "--sample-response", "reply.json")
    assert '{"key": ["***", "***"]}, "queue": 7}' in texts()


def test_a_short_word_that_tells_events_apart_is_kept(ringocli: Command, folder: Path) -> None:
    """A field such as "key" may name the event: its sample stays in the case."""
    Path("message.json").write_text('{"key": "mo", ' + FIELDS + "}", "utf-8")
    Path("delivered.json").write_text('{"key": "dlr-ok", "id": "msg-81f3a7", "status": "delivered"}', "utf-8")
    Path("reply.json").write_text('{"id": "msg-81f3a7"}', "utf-8")
    kinds = (word for kind in ("message", "delivered") for word in ("--sample-webhook", f"{kind}={kind}.json"))
    done = ringocli(
        "init", "--from-curl", DOCS / "send.sh", "--sample-response", "reply.json", *kinds, "--format", "json"
    )
    assert "message-2.http" in str(done.document["cases"])
    assert "delivered-3.http" in str(done.document["cases"])
    assert 0 == ringocli("test").code


def test_a_sample_that_is_read_as_something_else_is_left_out(ringocli: Command, folder: Path) -> None:
    """A failed receipt in the form of a delivered one: the summary says that it is not in the case."""
    Path("delivered.json").write_text('{"event":"dlr","id":"9612c4e2-27f8-4463"}', "utf-8")
    Path("other.json").write_text('{"event":"dlr","id":"9612c4e2-27f8-4464"}', "utf-8")
    done = ringocli(
        "init", "--id", "acme", "--name", "Acme", "--from-curl", DOCS / "send.sh", "--sample-webhook", "delivered=delivered.json",
        "--sample-webhook", "other=other.json",
    )  # fmt: skip
    assert "Not in the test: other.json: the template does not read it as other" in " ".join(done.err.split())
    assert 0 == ringocli("test").code


def test_events_with_the_same_name_are_told_apart_by_pointer(ringocli: Command, folder: Path) -> None:
    """Two receipts with one status, by GET and by POST, become two events; the case names each by its pointer."""
    Path("get.txt").write_text("GET /dlr?id=8889991112&status=delivered HTTP/1.1\r\nHost: a.example\r\n\r\n", "utf-8")
    Path("post.json").write_text('{"id": "8889991113", "status": "delivered"}', "utf-8")
    samples = ("--sample-webhook", "delivered=get.txt", "--sample-webhook", "delivered=post.json")
    done = ringocli("init", "--id", "twice", "--name", "Twice", "--send-url", "https://api.x.example/sms", *samples)
    assert 0 == done.code, done.err
    assert 0 == ringocli("test").code
    assert 'event = "/Webhook/1"' in texts()
