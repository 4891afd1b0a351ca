"""The receiver's own counts, where it is an emulator."""

from __future__ import annotations

import json

import pytest

from ringocli.messaging.load.receiver_counts import KEYS, receiver_account
from ringocli.testing import emulator
from tests.conftest import SAMPLES, Command
from tests.loopback import Answer, Seen, serving, unused_port

ACCOUNT = {"schema_version": 1, **dict.fromkeys(KEYS, 3)}


def answers(seen: Seen) -> Answer:
    """An emulator's two addresses."""
    return Answer.json(ACCOUNT) if seen.method == "GET" else Answer()


@pytest.mark.parametrize("prefix", ["", "/i/alice"])
def test_the_account_is_in_the_summary(ringocli: Command, prefix: str) -> None:
    """The counts are requested after the last event, from the inbox to which the events were sent."""
    with serving(answers) as server:
        url = f"{server.url}{prefix}/webhook/telnyx-custom"
        result = ringocli("simulate-webhook", SAMPLES / "telnyx.json", "--url", url, "--count", "3", "--format", "json")
    assert dict.fromkeys(KEYS, 3) == result.document["account"]
    assert ["POST"] * 3 + ["GET"] == [seen.method for seen in server.seen]
    assert f"{prefix}/api/account" == server.seen[-1].target


@pytest.mark.parametrize(
    "answer", [Answer(status=404), Answer(body=b"<html>"), Answer.json({"received": "many"}), Answer.json([1])]
)
def test_another_server_has_none(answer: Answer) -> None:
    """A server that only resembles an emulator adds nothing to the summary."""
    with serving(answer) as server:
        assert None is receiver_account(f"{server.url}/webhook/x")
        assert None is receiver_account(f"{server.url}/hook")
    assert 1 == len(server.seen)
    assert None is receiver_account(f"http://127.0.0.1:{unused_port()}/webhook/x")
    assert None is receiver_account("https://hooks.example/webhook/x")
    assert json.dumps(ACCOUNT)


def test_an_emulator_and_a_run_agree(ringocli: Command) -> None:
    """Every event was received and matched once; the account shows the effects of chaos."""
    template = SAMPLES / "telnyx.json"
    with emulator(str(template)) as ringotel:
        url = ringotel.inbox("plain").webhook_url
        arguments = [
            "simulate-webhook",
            template,
            "--event",
            "all",
            "--count",
            "300",
            "--format",
            "json",
            "--seed",
            "5",
        ]
        plain = ringocli(*arguments, "--url", url, "--concurrency", "1").document["account"]
        chaotic = ringocli(
            *arguments, "--url", ringotel.inbox("chaos").webhook_url, "--chaos", "dup-same=10%,dup-fresh=10%,lost=5%"
        ).document
    assert {
        "received": 300,
        "matched": 300,
        "unmatched": 0,
        "distinct": 300,
        "duplicates": 0,
        "lost": 0,
        "out_of_order": 0,
    } == plain
    played, account = chaotic["chaos"], chaotic["account"]
    assert chaotic["planned"] == account["received"] == account["matched"]
    assert (played["dup_same"], account["received"] - played["dup_same"]) == (
        account["duplicates"],
        account["distinct"],
    )
    assert 0 < account["lost"] <= played["lost"]
