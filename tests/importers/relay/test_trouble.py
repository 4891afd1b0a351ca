"""Relays in trouble: a Ringotel that answers oddly, restarts, and webhooks that nobody documents."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.importers.relay.providers import PROVIDERS, post
from tests.importers.relay.test_relay import written
from tests.loopback import Answer, Seen, Server, serving
from tests.servers import LANGUAGES, quick_server

DOCS = PROVIDERS["own header"]
JSON = {"Content-Type": "application/json"}


class Ringotel:
    """Answers as told, the last answer again and again; ``arrived`` is set once it has as many webhooks as awaited."""

    def __init__(self, *answers: Answer, awaited: int) -> None:
        self.answers, self.awaited = list(answers), awaited
        self.seen: list[Seen] = []
        self.arrived = threading.Event()

    def __call__(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        if len(self.seen) >= self.awaited:
            self.arrived.set()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def texts(self) -> list[Any]:
        """The texts in the order of their arrival."""
        assert self.arrived.wait(20)
        return [seen.document["params"].get("content") for seen in self.seen]


def message(text: str) -> bytes:
    return json.dumps({**json.loads(DOCS.message), "text": text}).encode()


def settings(ringotel: Server) -> dict[str, str]:
    return {"RINGOTEL_WEBHOOK_URL": f"{ringotel.url}/hook", "RELAY_TOKEN": "t0ken", **DOCS.settings}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cookie_stops_no_delivery(ringocli: Command, folder: Path, language: str) -> None:
    """A relay ignores cookies, also one that no request could return."""
    relay = written(ringocli, DOCS, language)
    ringotel = Ringotel(Answer(headers=(("Set-Cookie", "caf\xe9=\xe9"),)), awaited=2)
    with serving(ringotel) as at, quick_server(relay, settings(at)) as url:
        post(f"{url}/webhook", message("first"), JSON)
        post(f"{url}/webhook", message("second"), JSON)
        assert ["first", "second"] == ringotel.texts()
    assert [None, None] == [seen.header("Cookie") for seen in ringotel.seen]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_logged_before_the_retry(ringocli: Command, folder: Path, language: str) -> None:
    """The log says that Ringotel answers 404, as it does at a wrong URL."""
    relay = written(ringocli, DOCS, language)
    ringotel = Ringotel(Answer(status=404), Answer(), awaited=2)
    with serving(ringotel) as at, quick_server(relay, settings(at)) as url:
        post(f"{url}/webhook", message("hello"), JSON)
        assert ["hello", "hello"] == ringotel.texts()
    assert "status 404, trying again" in (relay / "server.log").read_text("utf-8")
