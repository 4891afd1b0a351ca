"""Requests to real hosts that hang delay nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.server import in_thread
from ringocli.http.exchange import RenderedRequest, Reply
from ringocli.testing.context import Emulator
from ringocli.text.secret import Secret
from tests.conftest import ACME
from tests.emulating import MESSAGE, call, connected

BODY = json.dumps(MESSAGE).encode()
WEBHOOK = (
    b"POST /webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


class Hanging:
    """Sends requests that get no reply while the block lasts; ``begun`` is released for each."""

    def __init__(self) -> None:
        self.begun, self.over, self.ended = threading.Semaphore(0), threading.Event(), 0

    def send(self, request: RenderedRequest) -> Reply:
        self.begun.release()
        self.over.wait(60)
        self.ended += 1
        return Reply(status=200)


@contextmanager
def forwarding(hanging: Hanging, webhooks: int) -> Iterator[Emulator]:
    """An emulator that is forwarding some webhooks."""
    config = EmulatorConfig(
        name="-", text=json.dumps(ACME), forward_to=Secret("http://127.0.0.1:9/hook"), send=hanging.send
    )
    with in_thread(config) as running, ExitStack() as clients:
        assert running.runtime is not None
        ringotel = Emulator(running.runtime.url, "acme")
        for _ in range(webhooks):
            clients.enter_context(connected(ringotel)).sendall(WEBHOOK)
            assert hanging.begun.acquire(timeout=30)
        yield ringotel


def test_other_work_goes_on() -> None:
    """The page gets the findings of the template, for which the emulator needs a thread."""
    hanging = Hanging()
    with forwarding(hanging, webhooks=40) as ringotel:
        assert 200 == call(ringotel, "GET", "/api/template").status
        assert 0 == hanging.ended
        hanging.over.set()


def test_the_emulator_ends_before_they_do() -> None:
    """It does not wait for their replies."""
    hanging = Hanging()
    with forwarding(hanging, webhooks=1):
        pass
    assert 0 == hanging.ended
    hanging.over.set()
