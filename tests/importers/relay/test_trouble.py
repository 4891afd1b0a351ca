"""Relays in trouble: a Ringotel that answers oddly, restarts, and webhooks that nobody documents."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError

import httpx
import pytest

from tests.conftest import Command
from tests.importers.relay.providers import PROVIDERS, post
from tests.importers.relay.test_relay import written
from tests.loopback import Answer, Seen, Server, serving, unused_port
from tests.servers import LANGUAGES, environment_of, imported, quick_server, server

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_a_webhook_arrives(ringocli: Command, folder: Path, language: str) -> None:
    """Half a surrogate pair, a byte order mark, bytes that are not UTF-8 and long numbers are no reason to lose a message."""
    relay = written(ringocli, DOCS, language)
    body = DOCS.message.replace("Hello back", "%s")
    half, escaped = body % r"half \ud83d", body % r"whole \ud83d\udc4b, no escape \\ud83d"
    form = "type=inbound&from=%2B13105550199&to=%2B12025550100&id=1&text=caf%E9"
    number = body.replace('"%s"', "12345678901234567890123")
    bodies = [(half.encode(), JSON), (escaped.encode(), JSON), ((body % "mark").encode("utf-8-sig"), JSON)]
    bodies += [(number.encode(), JSON), ((body % "id").encode(), {**JSON, "webhook-id": "\xe9"})]
    ringotel = Ringotel(Answer(), awaited=len(bodies) + 1)
    with serving(ringotel) as at, quick_server(relay, settings(at)) as url:
        for content, headers in bodies:
            post(f"{url}/webhook", content, headers)
        post(f"{url}/webhook", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        texts = ringotel.texts()
    expected = {"half �", r"whole 👋, no escape \ud83d", "mark", "12345678901234567890123", "id", "caf�"}
    assert expected == set(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_read_is_refused(ringocli: Command, folder: Path, language: str) -> None:
    """Deep nesting and bytes that are not UTF-8 are refused with 400, and nothing of them reaches the log."""
    relay = written(ringocli, DOCS, language)
    token = {**JSON, "Authorization": "Bearer t0ken"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with serving() as at, quick_server(relay, settings(at)) as url:
        for path, body, headers in (
            ("/webhook", b"[" * 100_000, JSON),
            ("/webhook", b'{"a":' * 5_000 + b"1" + b"}" * 5_000, JSON),
            ("/webhook", b"type=inbound&text=caf\xe9", form),
            ("/messages", b"[" * 100_000, token),
            ("/messages", b"[1]", token),
        ):
            with pytest.raises(HTTPError, match="400"):
                post(url + path, body, headers)
    assert [] == at.seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_texts_are_sent(ringocli: Command, folder: Path, language: str) -> None:
    """A number is sent as its digits; a list or an object is refused, not sent in the notation of the language."""
    relay = written(ringocli, DOCS, language)
    token = {**JSON, "Authorization": "Bearer t0ken"}
    whole = {"from": "+12025550100", "to": "+13105550199", "content": "Hi"}
    with (
        serving(Answer.json({"id": "msg-1"})) as provider,
        quick_server(relay, {"PROVIDER_URL": provider.url, "RELAY_TOKEN": "t0ken", **DOCS.settings}) as url,
    ):
        for wrong in ({"content": {"a": 1}}, {"to": ["+13105550199"]}, {"content": None}):
            with pytest.raises(HTTPError, match="422"):
                post(f"{url}/messages", json.dumps({**whole, **wrong}).encode(), token)
        post(f"{url}/messages", json.dumps({**whole, "content": 1.0}).encode(), token)
        post(f"{url}/messages", json.dumps({**whole, "content": "half \ud83d"}).encode(), token)
    assert ["1.0", "half �"] == [seen.document["text"] for seen in provider.seen]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_relay_starts_again_while_a_delivery_hangs(ringocli: Command, folder: Path, language: str) -> None:
    """Its port is free as soon as it was killed, although Ringotel has not answered yet."""
    relay = written(ringocli, DOCS, language)
    release = threading.Event()
    ringotel = Ringotel(Answer(before=lambda: release.wait(60)), awaited=1)
    with serving(ringotel) as at:
        options = {**settings(at), "PORT": str(unused_port())}
        with server(relay, options, group=False) as url:
            post(f"{url}/webhook", message("hello"), JSON)
            assert ["hello"] == ringotel.texts()
        with server(relay, options):
            release.set()
    assert "in use" not in (relay / "server.log").read_text("utf-8")


def test_a_relay_that_is_stopped_finishes_its_delivery(ringocli: Command, folder: Path) -> None:
    """A webhook that is on its way is waited for, so that Ringotel does not get it again after the restart."""
    relay = written(ringocli, DOCS, "python")
    state = str(relay.resolve() / "relay.db")
    stored = {"STATE_FILE": state, "RINGOTEL_WEBHOOK_URL": "http://ringotel.example/hook"}

    async def stopped_during_a_delivery(module: ModuleType) -> None:
        started, release = asyncio.Event(), asyncio.Event()

        async def ringotel(request: httpx.Request) -> httpx.Response:
            started.set()
            await release.wait()
            return httpx.Response(200)

        app = module.application(httpx.MockTransport(ringotel))
        context = app.router.lifespan_context(app)
        await context.__aenter__()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://relay") as client:
            await client.post("/webhook", content=message("hello"), headers=JSON)
        await started.wait()
        stopping = asyncio.create_task(context.__aexit__(None, None, None))
        await asyncio.sleep(0)
        release.set()
        await stopping

    with environment_of(stored), imported(relay, "app") as module:
        asyncio.run(stopped_during_a_delivery(module))
        assert 0 == module.Store(state).pending()


@pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")
def test_a_full_disk_and_a_damaged_file_lose_no_state(ringocli: Command, folder: Path) -> None:
    """What cannot be stored is not acknowledged, and what was stored stays; a file that cannot be read is kept."""
    import resource

    relay = written(ringocli, DOCS, "php")
    code = """
        require 'index.php';
        function attempt(callable $change): void {
            try { echo $change() ?? 'stored', "\\n"; } catch (RuntimeException $error) { echo $error->getMessage(), "\\n"; }
        }
        $store = new Store('state');
        attempt(fn () => $store->put('small', 'x', null));
        attempt(fn () => $store->put('large', str_repeat('x', 100_000), null));
        attempt(fn () => $store->pending());
        file_put_contents('state', '{"outbox": {"a');
        attempt(fn () => $store->put('small', 'x', null));
        echo file_get_contents('state');
    """

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(
        ["php", "-r", code], cwd=relay, capture_output=True, text=True, check=True,
        preexec_fn=limit_files, restore_signals=False,
    )  # fmt: skip
    expected = ["stored", "state cannot be written", "1", "state is damaged", '{"outbox": {"a']
    assert expected == done.stdout.splitlines()


def test_a_relay_forgets_the_ids_of_a_week_ago(
    ringocli: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store does not grow forever; the ids of this week stay."""
    with imported(written(ringocli, DOCS, "python"), "app") as module:
        store = module.Store("state")
        monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
        store.remember("old")
        monkeypatch.setattr("time.time", lambda: 1_700_000_000.0 + 8 * 86_400)
        store.remember("new")
        store.put("event", "{}", None)
        store.delivered(1)
        assert [False, True] == [store.knows("old"), store.knows("new")]
