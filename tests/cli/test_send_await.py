"""``send-test --await``: the webhook that belongs to a send, at an emulator or on a port of its own."""

from __future__ import annotations

import json
import socket
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from ringocli.messaging.awaiting import emulator as awaiting_emulator
from ringocli.testing import emulator
from tests.conftest import Command
from tests.loopback import Answer, Seen, serving, unused_port

VALUES = ["--set", "number=+12025550100", "--property", "API key=test-key"]
ID = "9612c4e2-27f8-4463-a517-c6306ffdabff"


def post(port: int, document: Any, path: str = "/hook") -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
    assert 200 == connection.getresponse().status
    connection.close()


def receipt(message_id: str) -> dict[str, Any]:
    return {"method": "delivered", "params": {"messageid": message_id}}


def text_from(contact: str, text: str = "YES") -> dict[str, Any]:
    return {"method": "message", "params": {"from": contact, "to": "+12025550100", "content": text}}


def accepted(message_id: str = ID) -> Answer:
    return Answer.json({"data": {"id": message_id}})


def test_an_emulator_s_receipt_is_awaited(acme: Path, ringocli: Command) -> None:
    """The built-in provider answers, and its receipt is found by the message's id."""
    with emulator(str(acme)) as ringotel:
        result = ringocli(
            "send-test", acme, *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi", "--format", "json",
            "--url", ringotel.provider_url, "--emulator", ringotel.url,
            "--await", "delivered", "--await-timeout-s", "20",
        )  # fmt: skip
    assert 0 == result.code, result.err
    whats = [entry["what"] for entry in result.document["timeline"]]
    assert "sent" == whats[0]
    assert "webhook messageDelivered:delivered" in whats
    assert [True] == [entry["matched"] for entry in result.document["timeline"] if entry["event_key"] == "delivered"]


def test_a_receipt_before_the_reply_counts(acme: Path, ringocli: Command) -> None:
    """The provider delivers the receipt first and answers afterwards; the timeline shows the order."""
    port = unused_port()

    def early(seen: Seen) -> Answer:
        post(port, receipt(ID))
        return accepted()

    with serving(early) as provider:
        result = ringocli(
            "send-test", acme, *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi", "--url", provider.url,
            "--await", "delivered", "--listen", f"127.0.0.1:{port}", "--await-timeout-s", "5", "--format", "json",
        )  # fmt: skip
    assert 0 == result.code, result.err
    whats = [entry["what"] for entry in result.document["timeline"]]
    assert ["sent", "webhook messageDelivered:delivered", "reply 200"] == whats


def test_an_emulator_s_old_receipt_does_not_count(acme: Path, ringocli: Command) -> None:
    """A receipt with the same id that arrived before the send is ignored; one that arrives before the reply counts."""
    send = [
        "send-test", acme, *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi", "--await", "delivered",
        "--format", "json",
    ]  # fmt: skip
    with emulator(str(acme)) as ringotel:
        port, path = urlsplit(ringotel.webhook_url).port or 0, urlsplit(ringotel.webhook_url).path
        post(port, receipt(ID), path)
        with serving(accepted()) as provider:
            old = ringocli(*send, "--url", provider.url, "--emulator", ringotel.url, "--await-timeout-s", "0.3")

        def early(seen: Seen) -> Answer:
            post(port, receipt(ID), path)
            return accepted()

        with serving(early) as provider:
            new = ringocli(*send, "--url", provider.url, "--emulator", ringotel.url, "--await-timeout-s", "5")
    assert (1, 0) == (old.code, new.code), old.err + new.err
    whats = [entry["what"] for entry in new.document["timeline"]]
    assert ["sent", "webhook messageDelivered:delivered", "reply 200"] == whats


def test_no_arrival_is_missed_when_there_are_many(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator lists the newest first, a page at a time."""
    monkeypatch.setattr(awaiting_emulator, "PAGE", 2)
    with emulator(str(acme)) as ringotel:
        parts = urlsplit(ringotel.webhook_url)
        arrivals = awaiting_emulator.EmulatorArrivals(ringotel.url)
        for number in range(5):
            post(parts.port or 0, receipt(f"id-{number}"), parts.path)
        found = arrivals.wait(4, 5.0)
    assert [f"id-{number}" for number in range(5)] == [one.variables["messageid"] for one in found]


def test_another_message_s_receipt_does_not_count(acme: Path, ringocli: Command) -> None:
    """The exit code is 1, and the webhook that arrived instead is named."""
    port = unused_port()

    def other(seen: Seen) -> Answer:
        post(port, receipt("another-id"))
        post(port, {"method": "unknown"})
        return accepted()

    with serving(other) as provider:
        result = ringocli(
            "send-test", acme, *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi", "--url", provider.url,
            "--await", "delivered", "--listen", f"127.0.0.1:{port}", "--await-timeout-s", "0.3",
        )  # fmt: skip
    assert 1 == result.code
    assert "messageDelivered:delivered did not arrive within 0.3 s" in result.err
    assert "messageid=another-id" in result.err
    assert "no event" in result.err


def test_a_number_check(acme: Path, ringocli: Command) -> None:
    """Each row's number gets a message and has to answer; a number that does not is a failed test case."""
    port = unused_port()
    numbers = ["+13105550101", "+13105550102", "+13105550103"]
    Path("numbers.csv").write_text("contact\n" + "\n".join(numbers) + "\n", "utf-8")

    def answer(seen: Seen) -> Answer:
        contact = seen.document["to"]
        if contact != numbers[1]:
            threading.Thread(target=post, args=(port, text_from(contact))).start()
        return accepted()

    arguments = [
        "send-test", acme, *VALUES, "--set", "content=Are you there?", "--data", "numbers.csv",
        "--await", "message", "--listen", f"127.0.0.1:{port}", "--await-timeout-s", "1.5", "--price", "0.01",
    ]  # fmt: skip
    with serving(answer) as provider:
        junit = ringocli(*arguments, "--url", provider.url, "--format", "junit")
        document = ringocli(*arguments, "--url", provider.url, "--format", "json")
    suite = ElementTree.fromstring(junit.out)[0]
    assert (1, "3", "1") == (junit.code, suite.get("tests"), suite.get("failures"))
    assert [1] == [index for index, case in enumerate(suite) if case.find("failure") is not None]
    assert "3 messages, 3 segments, about 0.03" in junit.err
    lines = junit.err.splitlines()  # stdout may be a file that nobody watches
    assert [True] == [numbers[1] in line for line in lines if "failed" in line]
    assert "2 of 3 ok" == lines[-1]
    assert (1, 3, 1, 0.03) == (document.code, *(document.document[key] for key in ("sent", "failed", "cost")))
    assert [True, False, True] == [one["ok"] for one in document.document["sends"]]


def test_limits_are_checked_before_the_first_send(acme: Path, ringocli: Command) -> None:
    """A recipient that is not allowed, too many rows, or a row without a value: nothing is sent."""
    Path("rows.csv").write_text("contact,content\n+13105550101,one\n+14155550102,two\n+13105550103,\n", "utf-8")
    with serving(accepted()) as provider:
        send = ["send-test", acme, *VALUES, "--data", "rows.csv", "--url", provider.url]
        refused = ringocli(*send, "--allow", "+1310", "--missing", "drop")
        many = ringocli(*send, "--max-sends", "2")
        empty = ringocli(*send)
        rate = ringocli(*send, "--rate", "no", "--missing", "drop")
        Path("rows.csv").write_text("contact,content\n+13105550101\n", "utf-8")
        short = ringocli(*send)
        codes = [one.code for one in (refused, many, empty, rate, short)]
        assert ([], [2] * 5) == (provider.seen, codes)
    assert "row 2: +14155550102 is not allowed" in refused.err
    assert "more than 2 rows" in many.err
    assert "row 3: no value for content" in empty.err
    assert "invalid --rate 'no'" in rate.err
    assert "row 1: 1 field instead of 2" in short.err
    assert "--on-bad-row" not in short.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--await", "delivered"], "--await needs either --emulator or --listen"),
        (["--listen", "127.0.0.1:0"], "--emulator and --listen need --await"),
        (["--await", "delivred", "--listen", "127.0.0.1:0"], "delivred"),
        (["--await", "delivered", "--listen", "nowhere"], "invalid --listen"),
        (["--format", "junit"], "--format junit needs --data"),
        (["--rate", "5"], "--rate and --max-sends need --data"),
        (["--allow", "any"], "invalid --allow 'any'"),
    ],
)
def test_impossible_combinations_are_usage_errors(
    acme: Path, ringocli: Command, options: list[str], message: str
) -> None:
    """The exit code is 2, and nothing is sent."""
    with serving(accepted()) as provider:
        common = ["--set", "contact=+13105550199", "--set", "content=Hi", "--url", provider.url]
        result = ringocli("send-test", acme, *VALUES, *common, *options)
        assert (2, []) == (result.code, provider.seen)
    assert message in result.err


def test_a_template_without_response_map_cannot_await_a_receipt(folder: Path, ringocli: Command) -> None:
    """Without response_map there is no id by which a receipt could be recognised."""
    from tests.conftest import ACME

    api = {
        name: {key: value for key, value in spec.items() if key != "response_map"} for name, spec in ACME["API"].items()
    }
    Path("bare.json").write_text(json.dumps({**ACME, "API": api}), "utf-8")
    with serving(accepted()) as provider:
        result = ringocli(
            "send-test", "bare.json", *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi",
            "--url", provider.url, "--await", "delivered", "--listen", "127.0.0.1:0",
        )  # fmt: skip
        assert (2, []) == (result.code, provider.seen)
    assert "response_map of SendMessage has no $messageid$" in result.err


def test_an_emulator_that_is_not_there(acme: Path, ringocli: Command) -> None:
    """The exit code is 4 and nothing is sent, because the subscription is made first."""
    with serving(accepted()) as provider:
        result = ringocli(
            "send-test", acme, *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi",
            "--url", provider.url, "--await", "delivered", "--emulator", f"http://127.0.0.1:{unused_port()}",
        )  # fmt: skip
        assert (4, []) == (result.code, provider.seen)


def test_a_port_in_use(acme: Path, ringocli: Command) -> None:
    """The exit code is 3, and the error names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken, serving(accepted()) as provider:
        port = taken.getsockname()[1]
        result = ringocli(
            "send-test", acme, *VALUES, "--set", "contact=+13105550199", "--set", "content=Hi",
            "--url", provider.url, "--await", "delivered", "--listen", f"127.0.0.1:{port}",
        )  # fmt: skip
        assert (3, []) == (result.code, provider.seen)
    assert str(port) in result.err


def test_a_send_is_recorded_as_a_case(acme: Path, ringocli: Command) -> None:
    """The exchange and the webhooks become a case that passes; the credential is in none of its files."""
    port = unused_port()

    def deliver(seen: Seen) -> Answer:
        post(port, receipt(ID))
        return accepted()

    Path("cases").mkdir()
    with serving(deliver) as provider:
        result = ringocli(
            "send-test", acme, "--set", "number=+12025550100", "--property", "API key=c4nary-secret",
            "--set", "contact=+13105550199", "--set", "content=Hi", "--url", provider.url,
            "--await", "delivered", "--listen", f"127.0.0.1:{port}", "--record", "cases/sent.toml",
        )  # fmt: skip
    assert 0 == result.code, result.err
    texts = [path.read_text("utf-8") for path in Path("cases").iterdir()]
    assert not any("c4nary-secret" in text for text in texts)
    passed = ringocli("test", acme, "--format", "json")
    assert 0 == passed.code, passed.out + passed.err


@pytest.mark.parametrize("extension", ["", "101"])
def test_a_recorded_case_omits_what_the_request_omitted(
    extension: str, ringocli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that Ringotel left out is not replaced by a sample value, and the case passes."""
    monkeypatch.chdir(tmp_path)
    assert 0 == ringocli("init", "--preset", "generic-json", "own.json").code
    Path("cases").mkdir()
    bodies: list[Any] = []

    def answer(seen: Seen) -> Answer:
        bodies.append(json.loads(seen.body))
        return accepted()

    with serving(answer) as server:
        given = ["--set", f"extension={extension}"] if extension else []
        result = ringocli(
            "send-test", "own.json", "--set", "number=+12025550100", "--set", "contact=+13105550199", *given,
            "--set", "content=Hi", "--property", "API key=k-93521", "--url", server.url, "--record", "cases/sent.toml",
        )  # fmt: skip
    assert result.code in (0, 1), result.err
    recorded = Path("cases/sent.send-1.request.http").read_text("utf-8")
    assert bodies == [json.loads(recorded.split("\n\n", 1)[1])]
    assert 0 == ringocli("test", "own.json").code
