"""``replay``: recorded webhooks are sent again, elsewhere, with edited values."""

from __future__ import annotations

import json
from pathlib import Path

from ringocli.testing import emulator
from tests.conftest import SAMPLES, Command
from tests.loopback import Answer, serving, unused_port


def test_an_emulator_s_export_is_replayed(acme: Path, ringocli: Command) -> None:
    """The webhooks arrive again with their ids and without what the template sends itself."""
    with emulator(str(acme), properties={"API key": "k"}) as ringotel:
        ringotel.send("+13105550199", "out", from_="+12025550100")
        ringotel.wait(event_key="delivered", timeout_s=20)
        ringotel.reply("+12025550100", "in", from_="+13105550199")
        ringotel.wait(event_key="message", timeout_s=20)
        exchanges = [json.dumps(one) for one in reversed(ringotel.exchanges())]
    Path("export.jsonl").write_text("\n".join(exchanges) + "\n", "utf-8")
    with serving() as server:
        result = ringocli(
            "replay",
            acme,
            "export.jsonl",
            "--url",
            f"{server.url}/elsewhere",
            "--set",
            "content=edited",
            "--format",
            "json",
        )
    assert 0 == result.code, result.err
    bodies = {seen.document["method"]: seen.document["params"] for seen in server.seen}
    assert {"delivered", "message"} == set(bodies)
    assert "edited" == bodies["message"]["content"]
    assert {"/elsewhere"} == {seen.target for seen in server.seen}
    assert ["content"] == next(
        one["edited"] for one in result.document["replays"] if one["event"].startswith("message:")
    )


def test_a_form_is_edited_in_place(ringocli: Command) -> None:
    """Only the variable changes; every other field keeps its value."""
    with serving() as server:
        result = ringocli(
            "replay",
            SAMPLES / "twilio.json",
            SAMPLES / "twilio" / "message.http",
            "--url",
            server.url,
            "--set",
            "content=a & b",
        )
    assert 0 == result.code, result.err
    assert b"Body=a+%26+b&" in server.seen[0].body
    assert b"AccountSid=sample-account-sid" in server.seen[0].body
    assert "1 of 1 delivered to 127.0.0.1" in result.out


def test_failures_have_their_exit_codes(folder: Path, ringocli: Command) -> None:
    """1 for a refusal, 4 for silence, 2 for a journal, an unknown variable or a missing URL."""
    sample = [SAMPLES / "telnyx.json", SAMPLES / "telnyx" / "message.http"]
    with serving(Answer(status=500)) as server:
        assert 1 == ringocli("replay", *sample, "--url", server.url).code
    assert 4 == ringocli("replay", *sample, "--url", f"http://127.0.0.1:{unused_port()}").code
    assert 2 == ringocli("replay", *sample).code
    assert 2 == ringocli("replay", *sample, "--url", "http://127.0.0.1:1", "--set", "contnt=x").code
    Path("run.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    journal = ringocli("replay", SAMPLES / "telnyx.json", "run.db", "--url", "http://127.0.0.1:1")
    assert 2 == journal.code
    assert "a journal contains no webhooks" in journal.err
