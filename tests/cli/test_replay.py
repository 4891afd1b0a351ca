"""``replay``: recorded webhooks are sent again, elsewhere, with edited values."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from ringocli.testing import emulator
from tests.conftest import SAMPLES, Command, Result
from tests.hostile import BROKEN, OK, Receiver, receiver
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


def test_failures_have_their_exit_codes(folder: Path, ringocli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 for a rejected event, 4 for no response, 3 for a broken journal, 2 for a wrong option; the URL may
    be in the environment.
    """
    sample = [SAMPLES / "telnyx.json", SAMPLES / "telnyx" / "message.http"]
    with serving(Answer(status=500)) as server:
        assert 1 == ringocli("replay", *sample, "--url", server.url).code
        monkeypatch.setenv("RINGOCLI_WEBHOOK_URL", server.url)
        assert 1 == ringocli("replay", *sample).code
        assert 2 == len(server.seen)
        monkeypatch.delenv("RINGOCLI_WEBHOOK_URL")
    assert 4 == ringocli("replay", *sample, "--url", f"http://127.0.0.1:{unused_port()}").code
    assert 2 == ringocli("replay", *sample).code
    assert 2 == ringocli("replay", *sample, "--url", "http://127.0.0.1:1", "--set", "contnt=x").code
    Path("run.db").write_bytes(b"SQLite format 3\x00" + bytes(100))
    broken = ringocli("replay", SAMPLES / "telnyx.json", "run.db", "--url", "http://127.0.0.1:1")
    assert (3, "error: run.db: not a journal") == (broken.code, broken.err.splitlines()[0])
    assert 2 == ringocli("replay", *sample, "--url", "http://127.0.0.1:1", "--only", "failed").code


def sent_bodies(receiving: Receiver) -> dict[str, bytes]:
    """The body of each event, by its id."""
    return {one.id: one.payload.partition(b"\r\n\r\n")[2] for one in receiving.log}


def replayed(ringocli: Command, url: str, *options: str) -> Result:
    template = SAMPLES / "telnyx.json"
    return ringocli("replay", template, "run.db", "--url", url, "--format", "json", *options)


def test_the_events_of_a_journal_are_sent_again(folder: Path, ringocli: Command) -> None:
    """All events, or those that failed, are sent with the same ids and bytes; --set replaces only the named
    variables.
    """
    run = ["simulate-webhook", SAMPLES / "telnyx.json", "--event", "all", "--count", "40", "--journal", "run.db"]
    with receiver(lambda name, times: BROKEN if name.endswith("7") else OK) as receiving:
        assert 1 == ringocli(*run, "--concurrency", "4", "--set", "from=+13105550100", "--url", receiving.url).code
    with receiver() as elsewhere:
        every = replayed(ringocli, elsewhere.url, "--concurrency", "4")
    with receiver() as failing:
        failed = replayed(ringocli, failing.url, "--only", "failed")
    with receiver() as editing:
        edited = replayed(ringocli, editing.url, "--only", "delivered", "--set", "contact=+13105550111")
    assert (0, 0, 0) == (every.code, failed.code, edited.code), every.err + failed.err + edited.err
    assert (40, 4, 36) == tuple(one.document["delivered"] for one in (every, failed, edited))
    assert sent_bodies(receiving) == sent_bodies(elsewhere)
    assert {name for name in sent_bodies(receiving) if name.endswith("7")} == set(sent_bodies(failing))
    for name, body in sent_bodies(editing).items():
        assert sent_bodies(receiving)[name].replace(b"+13105550100", b"+13105550111") == body


def test_a_journal_with_rows_needs_the_same_rows(folder: Path, ringocli: Command) -> None:
    """Changes that are refused: another shard, an edited column, a moved file, other rows from stdin, a changed row."""
    rows = [f"+1310555{number:04},text {number}" for number in range(9)]
    Path("rows.csv").write_text("\n".join(["contact,content", *rows]), "utf-8")
    run = ["simulate-webhook", SAMPLES / "telnyx.json", "--journal", "run.db"]
    with receiver() as receiving:
        assert 0 == ringocli(*run, "--url", receiving.url, "--data", "rows.csv", "--shard", "2/2").code
        assert 4 == len(receiving.log)
        Path("rows.csv").rename("moved.csv")
        missing = replayed(ringocli, receiving.url)
        moved = replayed(ringocli, receiving.url, "--data", "moved.csv", "--set", "content=edited")
        Path("moved.csv").write_text("\n".join(["contact,content", *rows[:5], rows[6], rows[5], *rows[7:]]), "utf-8")
        changed = replayed(ringocli, receiving.url, "--data", "moved.csv")
        assert (3, 0, 2) == (missing.code, moved.code, changed.code), moved.err
        assert "row 6 differs from the one that was sent" in changed.err
        assert 8 == len(receiving.log)
        assert all(b'"text":"edited"' in one.payload for one in receiving.log[4:])
        Path("run.db").unlink()
        text = "\n".join(["contact,content", *rows])
        assert 0 == ringocli(*run, "--url", receiving.url, "--data", "-", stdin=text).code
        kept = replayed(ringocli, receiving.url)
    assert (0, 9) == (kept.code, kept.document["delivered"])
    assert b"text 8" in receiving.log[-1].payload


def test_only_the_journal_s_own_template_makes_its_events(folder: Path, ringocli: Command) -> None:
    """Another template, another database and a variable that no event has are refused."""
    with receiver() as receiving:
        run = ["simulate-webhook", SAMPLES / "telnyx.json", "--journal", "run.db", "--url", receiving.url]
        assert 0 == ringocli(*run, "--event", "messageDelivered").code
        other = ringocli("replay", SAMPLES / "twilio.json", "run.db", "--url", receiving.url)
        unused = replayed(ringocli, receiving.url, "--set", "content=x")
        with closing(sqlite3.connect("other.db")) as store:
            store.execute("CREATE TABLE x (y)")
        database = ringocli("replay", SAMPLES / "telnyx.json", "other.db", "--url", receiving.url)
    assert (2, 0, 2) == (other.code, unused.code, database.code)
    assert "belongs to another template" in other.err
    assert "no webhook has $content$" in unused.err
    assert "not a journal" in database.err


QUERY = "from=13105550199&to=12135550100&message=Hi%20there&id=77"


@pytest.mark.parametrize(
    ("template", "edit", "expected"),
    [
        ("telnyx", 'content=Grüße "x"', b'"text": "Gr\xc3\xbc\xc3\x9fe \\"x\\""'),
        ("bandwidth", "content=new", b'"text": "new"'),
        ("twilio", "from=+1 2", b"From=%2B1+2"),
    ],
    ids=["json", "an array of events", "form"],
)
def test_an_edit_changes_nothing_else(template: str, edit: str, expected: bytes, ringocli: Command) -> None:
    """Line breaks, the order of keys, the form of numbers and escapes are not changed."""
    sample = SAMPLES / template / "message.http"
    with serving() as server:
        same = ringocli("replay", SAMPLES / f"{template}.json", sample, "--url", server.url)
        edited = ringocli("replay", SAMPLES / f"{template}.json", sample, "--url", server.url, "--set", edit)
    assert (0, 0) == (same.code, edited.code), same.err + edited.err
    before, after = (seen.body for seen in server.seen)
    assert sample.read_bytes().partition(b"\n\n")[2].rstrip(b"\n") == before.rstrip(b"\n")
    assert expected in after
    pieces = [one for one in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if one[0] != "equal"]
    start, end = min(one[1] for one in pieces), max(one[2] for one in pieces)
    assert before[:start] + after[start : len(after) - (len(before) - end)] + before[end:] == after
    assert end - start < 60


def test_bytes_queries_and_headers_are_kept(folder: Path, ringocli: Command) -> None:
    """A body that is not UTF-8 is sent unchanged, a webhook without a body keeps its query, and webhook-id is kept."""
    Path("latin.http").write_bytes(
        b"POST /x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nwebhook-id: evt_1\r\n\r\nBody=\xfc"
    )
    with serving() as server:
        ringocli("replay", SAMPLES / "twilio.json", "latin.http", "--url", server.url)
        Path("get.http").write_text(f"GET /hook?{QUERY} HTTP/1.1\n\n", "utf-8")
        ringocli("replay", SAMPLES / "twilio.json", "get.http", "--url", f"{server.url}/new?key=1")
    assert (b"Body=\xfc", "evt_1") == (server.seen[0].body, server.seen[0].header("webhook-id"))
    assert f"/new?key=1&{QUERY}" == server.seen[1].target
