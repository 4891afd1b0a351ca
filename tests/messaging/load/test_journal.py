"""The journal: after a crash the same command sends what has no answer, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Command, Result
from tests.hostile import BROKEN, HANG, OK, Receiver, receiver
from tests.loopback import unused_port

TEMPLATE = str(SAMPLES / "telnyx.json")
COUNT = 1500


def simulate(ringocli: Command, url: str, *options: str) -> Result:
    return ringocli("simulate-webhook", TEMPLATE, "--url", url, "--journal", "run.db", "--format", "json", *options)


def accounts_agree(summary: dict[str, int], receiving: Receiver, count: int) -> None:
    """Nothing lost, and every repeated delivery is counted as a possible duplicate."""
    accepted = Counter(receiving.accepted())
    assert (count, count, 0) == (summary["planned"], summary["delivered"], summary["failed"])
    assert count == len(accepted)
    assert sum(accepted.values()) - count <= summary["duplicates_sent"]
    by_id: dict[str, set[bytes]] = {}
    for one in receiving.log:
        by_id.setdefault(one.id, set()).add(one.payload)
    assert all(len(payloads) == 1 for payloads in by_id.values()), "an event changed its bytes"


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_run_that_is_killed_repeatedly_delivers_everything(folder: Path, ringocli: Command) -> None:
    """After four kills with SIGKILL while the receiver restarts, the last run ends with every event delivered."""
    command = [
        sys.executable, "-m", "ringocli", "simulate-webhook", TEMPLATE, "--count", str(COUNT), "--concurrency", "16",
        "--retry", "10", "--journal", "run.db", "--format", "json", "--rate", "1200",
    ]  # fmt: skip
    with receiver() as receiving:
        for round_ in range(4):
            before = len(receiving.log)
            process = subprocess.Popen(
                [*command, "--url", receiving.url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            while len(receiving.log) < before + 100 and process.poll() is None:
                time.sleep(0.005)
            if round_ % 2:
                receiving.stop()
                receiving.start()
            process.send_signal(signal.SIGKILL)
            process.wait()
        result = simulate(ringocli, receiving.url, "--count", str(COUNT), "--concurrency", "16", "--retry", "10")
    assert 0 == result.code, result.err
    assert 0 < result.document["sent_this_run"] < COUNT
    accounts_agree(result.document, receiving, COUNT)


def test_what_was_answered_is_not_sent_again(folder: Path, ringocli: Command) -> None:
    """A second run sends no answered event again, even if the answer was an error; the figures cover both runs."""
    with receiver(lambda name, times: BROKEN if name.endswith("5") else OK) as receiving:
        first = simulate(ringocli, receiving.url, "--count", "100", "--concurrency", "4")
        sent = len(receiving.log)
        second = simulate(ringocli, receiving.url, "--count", "100", "--concurrency", "4")
    assert (1, 1, 100, 100) == (first.code, second.code, sent, len(receiving.log))
    assert (90, 10, 0) == tuple(second.document[key] for key in ("delivered", "failed", "sent_this_run"))
    assert first.document["statuses"] == second.document["statuses"] == {"200": 90, "500": 10}


def test_what_had_no_answer_goes_again(folder: Path, ringocli: Command) -> None:
    """Events that timed out are sent again and counted as duplicates; events that never connected are not counted."""
    with receiver(lambda name, times: HANG if name.endswith("3") else OK) as receiving:
        first = simulate(ringocli, receiving.url, "--count", "20", "--concurrency", "4", "--timeout-s", "1")
        receiving.over.set()
        receiving.decide = lambda name, times: OK
        second = simulate(ringocli, receiving.url, "--count", "20", "--concurrency", "4")
    assert {"timeout": 2} == first.document["errors"]
    assert (0, 20, 2, 2) == (
        second.code,
        *(second.document[key] for key in ("delivered", "sent_this_run", "duplicates_sent")),
    )
    port = unused_port()
    Path("run.db").unlink()
    assert 4 == simulate(ringocli, f"http://127.0.0.1:{port}/hook", "--count", "12").code
    with receiver() as receiving:
        again = simulate(ringocli, receiving.url, "--count", "12")
    assert (12, 0, 12) == (again.document["delivered"], again.document["duplicates_sent"], len(receiving.log))


ROWS = [f"+1310555{number:04},text {number}" for number in range(600)]


def write_rows(rows: list[str]) -> None:
    Path("rows.csv").write_text("contact,content\n" + "\n".join(rows) + "\n", "utf-8")


def test_a_changed_data_file_is_refused_with_the_row(folder: Path, ringocli: Command) -> None:
    """Swapped and missing rows are found before anything is sent; unchanged rows resume."""
    write_rows(ROWS)
    with receiver() as receiving:
        assert 0 == simulate(ringocli, receiving.url, "--data", "rows.csv").code
        write_rows([*ROWS[:299], ROWS[300], ROWS[299], *ROWS[301:]])
        swapped = simulate(ringocli, receiving.url, "--data", "rows.csv")
        write_rows(ROWS[:500])
        shorter = simulate(ringocli, receiving.url, "--data", "rows.csv")
        write_rows(ROWS)
        same = simulate(ringocli, receiving.url, "--data", "rows.csv")
    assert 600 == len(receiving.log)
    assert (2, 2, 0) == (swapped.code, shorter.code, same.code)
    assert "rows.csv: row 300 differs from the one" in swapped.err
    assert "row 501 is missing" in shorter.err
    assert (600, 0) == (same.document["delivered"], same.document["sent_this_run"])


def test_a_changed_template_or_option_is_refused(folder: Path, ringocli: Command) -> None:
    """Another template or option would generate other events."""
    Path("copy.json").write_text(Path(TEMPLATE).read_text("utf-8"), "utf-8")
    with receiver() as receiving:
        arguments = ["simulate-webhook", "copy.json", "--url", receiving.url, "--journal", "run.db", "--count", "3"]
        assert 0 == ringocli(*arguments).code
        other_event = ringocli(*arguments, "--event", "messageDelivered")
        Path("copy.json").write_text(Path(TEMPLATE).read_text("utf-8").replace("Telnyx", "Other"), "utf-8")
        other_template = ringocli(*arguments)
    assert (2, 2, 3) == (other_event.code, other_template.code, len(receiving.log))
    assert "the events changed" in other_event.err
    assert "the template changed" in other_template.err


def test_rows_from_stdin_are_kept(folder: Path, ringocli: Command) -> None:
    """The rows are in the journal, so that a resumed run does not need stdin again."""
    text = "contact,content\n+13105550101,one\n+13105550102,two\n"
    arguments = ["simulate-webhook", TEMPLATE, "--journal", "run.db", "--data", "-", "--format", "json"]
    refused = ringocli(*arguments, "--url", f"http://127.0.0.1:{unused_port()}/x", stdin=text)
    with receiver() as receiving:
        resumed = ringocli(*arguments, "--url", receiving.url, stdin=text)
    assert (4, 0, 2) == (refused.code, resumed.code, resumed.document["delivered"])
    assert {"one", "two"} == {
        json.loads(one.payload.partition(b"\r\n\r\n")[2])["data"]["payload"]["text"] for one in receiving.log
    }


def test_shards_add_up(folder: Path, ringocli: Command) -> None:
    """Three shards with a journal each send every row once, and the same bytes as one run."""
    write_rows(ROWS[:100])
    common = ["simulate-webhook", TEMPLATE, "--data", "rows.csv", "--seed", "4", "--format", "json"]
    with receiver() as whole:
        assert 0 == ringocli(*common, "--url", whole.url).code
    with receiver() as parts:
        results = [
            ringocli(*common, "--url", parts.url, "--shard", f"{number}/3", "--journal", f"{number}.db")
            for number in (1, 2, 3)
        ]
    assert [34, 33, 33] == [result.document["delivered"] for result in results]

    def bodies(receiving: Receiver) -> list[bytes]:
        return sorted(one.payload.partition(b"User-Agent")[2] for one in receiving.log)

    assert bodies(whole) == bodies(parts)


def test_a_journal_in_use_or_of_another_kind_is_refused(folder: Path, ringocli: Command) -> None:
    """The exit code is 3, and nothing is sent."""
    Path("text.db").write_text("no journal " * 100, "utf-8")
    with receiver() as receiving:
        other = ringocli("simulate-webhook", TEMPLATE, "--url", receiving.url, "--journal", "text.db")
        lock = sqlite3.connect("run.db", isolation_level=None)
        lock.execute("CREATE TABLE x (y)")
        lock.execute("BEGIN EXCLUSIVE")
        locked = simulate(ringocli, receiving.url)
        lock.close()
    assert (3, 3, []) == (other.code, locked.code, receiving.log)
    assert "not a journal" in other.err
    assert "in use" in locked.err
