"""No exchange that was answered is lost when the process is killed under load and restarted."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from tests.forked import Started, start

KILLS = int(os.environ.get("RINGOCLI_KILLS", "4"))
"""How often the process is killed; read here, since tests run without the environment of their caller."""

SENDERS = 6
MOST_ANSWERS = 60


@contextmanager
def emulating(template: Path, store: Path) -> Iterator[tuple[Started, str]]:
    """Run ``ringocli emulate``; yields the process and its address, and kills it at the end if it still runs."""
    with start("--quiet", "emulate", str(template), "--db", str(store), "--no-browser") as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("listening on "), first
            yield process, urlsplit(first.split()[-1]).netloc
        finally:
            process.kill()


class Load:
    """Sends distinct events from several threads; ``result`` are the events that were answered with 200."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self.numbers = numbers
        self.result: list[str] = []
        self.some = threading.Condition()

    def send(self, address: str) -> None:
        """Send one event after the other, until the connection breaks."""
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            while True:
                content = f"event {next(self.numbers)}"
                body = {
                    "method": "message",
                    "params": {"from": "+13105550199", "to": "+12025550100", "content": content},
                }
                connection.request("POST", "/webhook/acme", json.dumps(body), {"Content-Type": "application/json"})
                response = connection.getresponse()
                response.read()
                assert 200 == response.status
                with self.some:
                    self.result.append(content)
                    self.some.notify()
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def until(self, answers: int) -> None:
        """Wait until there are this many answers in total."""
        with self.some:
            assert self.some.wait_for(lambda: len(self.result) >= answers, 60)


def stored(address: str) -> Counter[str]:
    """How often each text is in the emulator's export."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("GET", "/api/export?format=jsonl")
        lines = connection.getresponse().read().decode().splitlines()
    finally:
        connection.close()
    return Counter(json.loads(line)["variables"]["content"] for line in lines)


def test_what_was_answered_survives_the_kill(acme: Path, tmp_path: Path) -> None:
    """After each restart every event that was answered with 200 is in the store exactly once."""
    store, chance, load = tmp_path / "crash.db", random.Random(5), Load(count())
    for _ in range(KILLS):
        with emulating(acme, store) as (process, address):
            senders = [threading.Thread(target=load.send, args=(address,)) for _ in range(SENDERS)]
            before = len(load.result)
            for sender in senders:
                sender.start()
            load.until(before + chance.randrange(1, MOST_ANSWERS))
            process.kill()
            for sender in senders:
                sender.join()
        with emulating(acme, store) as (_, address):
            found = stored(address)
        assert set(load.result) <= set(found)
        assert {1} == set(found.values())
    assert len(load.result) >= KILLS
