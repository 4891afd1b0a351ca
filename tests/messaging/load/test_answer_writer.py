"""The writer of answers: whatever was recorded is in the journal after a flush."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringocli.errors import LocalError
from ringocli.messaging.load.answer_writer import AnswerWriter
from ringocli.messaging.load.attempt import DeliveryAttempt
from ringocli.messaging.load.event_order import Shard
from ringocli.messaging.load.events import Event
from ringocli.messaging.load.journal_file import open_for_writing


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_for_writing(tmp_path / "run.db")
    yield opened
    opened.close()


def places(store: sqlite3.Connection) -> list[int]:
    return [place for (place,) in store.execute("SELECT place FROM answer ORDER BY place")]


def attempt_of(number: int) -> DeliveryAttempt:
    return DeliveryAttempt(Event(number, f"id-{number}", b""), 0.0)


def test_stopping_commits_what_was_recorded(store: sqlite3.Connection) -> None:
    """The thread ends after the last answer is on disk."""
    writer = AnswerWriter(store, threading.Lock(), Path("run.db"), Shard())
    writer.start()
    for number in range(100):
        writer.record(attempt_of(number), None, 200, 5)
    writer.stop()
    assert list(range(100)) == places(store)


def test_a_commit_while_an_answer_is_recorded_loses_nothing(store: sqlite3.Connection) -> None:
    """The thread may commit at any call inside ``record``; the answer goes with the next group then."""

    class CommittingShard(Shard):
        def place_of(self, event: int) -> int:
            writer.flush()
            return super().place_of(event)

    writer = AnswerWriter(store, threading.Lock(), Path("run.db"), CommittingShard())
    writer.record(attempt_of(0), None, 200, 5)
    writer.record_unsent([1, 2])
    writer.flush()
    assert [0, 1, 2] == places(store)


def test_a_full_disk_stops_the_run(store: sqlite3.Connection) -> None:
    """The first answer after a failed commit raises the error of the commit."""
    writer = AnswerWriter(store, threading.Lock(), Path("run.db"), Shard())
    store.execute("PRAGMA query_only = ON")
    writer.record(attempt_of(0), None, 200, 5)
    for go_on in (writer.flush, lambda: writer.record(attempt_of(1), None, 200, 5)):
        with pytest.raises(LocalError, match=r"run\.db: the journal cannot be written"):
            go_on()
