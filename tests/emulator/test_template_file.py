"""Changes of the template's file while the emulator runs: the version in use, and what is reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import quote

import pytest

from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.server import in_thread
from ringocli.template.values import Values
from ringocli.testing.context import Emulator
from tests.conftest import ACME
from tests.emulating import CONTACT, NUMBER, call, connected


@contextmanager
def edited(path: Path, **options: Any) -> Iterator[tuple[Emulator, SimpleQueue[str]]]:
    """An emulator of a template's file, and the lines of its log."""
    lines: SimpleQueue[str] = SimpleQueue()
    path.write_text(json.dumps(ACME, indent=2), "utf-8")
    config = EmulatorConfig(name=str(path), text=path.read_text("utf-8"), log=lines.put, **options)
    with in_thread(config) as running:
        assert running.runtime is not None
        yield Emulator(running.runtime.url, "acme"), lines


def renamed(text: str) -> str:
    return json.dumps({**json.loads(text), "name": "Renamed"})


BROKEN = {
    "not JSON": (lambda text: text[: len(text) // 2], "not valid JSON"),
    "not an object": (lambda text: "[]", "not a JSON object"),
    "without requests and events": (lambda text: '{"id": "acme"}', "neither requests"),
    "another id": (lambda text: text.replace('"acme"', '"acne"'), "instead of 'acme'"),
}


@pytest.mark.parametrize(("change", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_unusable_version_is_reported(tmp_path: Path, change: Any, problem: str) -> None:
    """A version that cannot be used is named in the log, the stream and /api/about; the version before stays in use."""
    path = tmp_path / "acme.json"
    with edited(path) as (ringotel, lines), connected(ringotel) as client:
        client.sendall(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        text = path.read_text("utf-8")
        in_use = call(ringotel, "GET", "/api/about").document["template"]
        assert (True, None) == (in_use["in_force"], in_use["problem"])
        path.write_text(change(text), "utf-8")
        line = lines.get(timeout=10)
        assert str(path) in line
        assert problem in line
        now = call(ringotel, "GET", "/api/about").document["template"]
        assert (False, in_use["sha256"]) == (now["in_force"], now["sha256"])
        assert problem in now["problem"]
        path.write_text(renamed(text), "utf-8")
        assert "reloaded" in lines.get(timeout=10)
        now = call(ringotel, "GET", "/api/about").document["template"]
        assert (True, None, "Renamed") == (now["in_force"], now["problem"], now["name"])
        streamed = b""
        while streamed.count(b"event: template") < 2:
            streamed += client.recv(65536)
        assert b'"instance": "' in streamed
        assert b'"in_force": false' in streamed


def test_deleted_file_is_reported(tmp_path: Path) -> None:
    """If its file is deleted, a template stays in use, and the log says so."""
    path = tmp_path / "acme.json"
    with edited(path) as (ringotel, lines):
        path.unlink()
        assert "no such file" in lines.get(timeout=10)
        assert not call(ringotel, "GET", "/api/about").document["template"]["in_force"]


def test_missing_property_for_a_real_provider_is_reported_at_start(tmp_path: Path) -> None:
    """If a provider URL is given without the property that its requests need, the log says so at start."""
    path = tmp_path / "acme.json"
    with edited(path, provider_url="http://127.0.0.1:9", values=Values()) as (ringotel, lines):
        assert "no value for API key" in lines.get(timeout=10)
        assert "API key" in call(ringotel, "GET", "/api/about").document["warnings"][0]


def post(ringotel: Emulator, body: Any) -> str:
    """Receive a webhook that does not match; the id of the exchange."""
    assert 422 == call(ringotel, "POST", "/webhook/acme", body).status
    return str(ringotel.exchanges()[0]["id"])


def test_patch_is_applied_and_the_file_keeps_its_formatting(tmp_path: Path) -> None:
    """The proposed change is written to the file, nothing else in it changes, and the webhook matches when replayed."""
    path = tmp_path / "acme.json"
    with edited(path) as (ringotel, _):
        before = path.read_text("utf-8")
        number = post(ringotel, {"method": "message", "params": {"sender": CONTACT, "to": NUMBER, "content": "Hi"}})
        shown = call(ringotel, "GET", f"/api/exchanges/{number}/patch").document
        assert (True, "change", [], []) == (shown["ok"], shown["as"], shown["breaks"], shown["alternatives"])
        applied = call(ringotel, "POST", f"/api/exchanges/{number}/patch").document
        assert (True, True) == (applied["applied"], applied["matches"])
        webhooks = before.index('"Webhook"')
        assert path.read_text("utf-8") == before[:webhooks] + before[webhooks:].replace('"from"', '"sender"', 1)
        assert call(ringotel, "POST", f"/api/exchanges/{number}/replay").document["matched"]
        again = call(ringotel, "GET", f"/api/exchanges/{number}/patch").document
        assert (True, [], "this webhook already matches the template") == (
            again["matches"],
            again["patch"],
            again["why"],
        )


def test_patch_that_breaks_earlier_webhooks_has_an_alternative(tmp_path: Path) -> None:
    """A change that breaks earlier webhooks is refused with the reason; a second event matches both."""
    path = tmp_path / "acme.json"
    with edited(path) as (ringotel, _):
        earlier = ringotel.reply(NUMBER, "Hi", from_=CONTACT)["id"]
        number = post(ringotel, {"method": "message", "params": {"sender": CONTACT, "to": NUMBER, "content": "Hi"}})
        shown = call(ringotel, "GET", f"/api/exchanges/{number}/patch").document
        [alternative] = shown["alternatives"]
        assert ("change", False, [earlier]) == (shown["as"], shown["ok"], shown["breaks"])
        assert "1 earlier webhook would be read differently" == shown["why"]
        assert ("event", True, []) == (alternative["as"], alternative["ok"], alternative["breaks"])
        refused = call(ringotel, "POST", f"/api/exchanges/{number}/patch")
        assert (409, False) == (refused.status, refused.document["applied"])
        assert call(ringotel, "POST", f"/api/exchanges/{number}/patch", {"as": "event"}).document["applied"]
        for one in (earlier, number):
            assert call(ringotel, "POST", f"/api/exchanges/{one}/replay").document["matched"]


def test_patch_can_be_applied_anyway(tmp_path: Path) -> None:
    """The user may apply a change although earlier webhooks are then read differently."""
    path = tmp_path / "acme.json"
    with edited(path) as (ringotel, _):
        earlier = ringotel.reply(NUMBER, "Hi", from_=CONTACT)["id"]
        number = post(ringotel, {"method": "message", "params": {"sender": CONTACT, "to": NUMBER, "content": "Hi"}})
        body = {"as": "change", "anyway": True}
        assert call(ringotel, "POST", f"/api/exchanges/{number}/patch", body).document["applied"]
        assert call(ringotel, "POST", f"/api/exchanges/{number}/replay").document["matched"]
        assert not call(ringotel, "POST", f"/api/exchanges/{earlier}/replay").document["matched"]


def test_user_pairs_fields_over_the_api(tmp_path: Path) -> None:
    """A pair of a missing value and a received field, chosen by the user, completes the change."""
    path = tmp_path / "acme.json"
    with edited(path) as (ringotel, _):
        number = post(ringotel, {"method": "message", "params": {"from": "1", "to": "2", "alpha": "a", "beta": "b"}})
        assert [] == call(ringotel, "GET", f"/api/exchanges/{number}/patch").document["patch"]
        pairs = {"/params/content": "/params/beta"}
        query = quote(json.dumps(pairs))
        assert call(ringotel, "GET", f"/api/exchanges/{number}/patch?pairs={query}").document["ok"]
        assert call(ringotel, "POST", f"/api/exchanges/{number}/patch", {"pairs": pairs}).document["applied"]
        replayed = call(ringotel, "POST", f"/api/exchanges/{number}/replay").document
        assert "b" == replayed["variables"]["content"]
        assert 400 == call(ringotel, "GET", f"/api/exchanges/{number}/patch?pairs=[").status
