"""``emulate``, ``clean`` and ``tour`` as a user types them, and the usage errors that are reported before anything
starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from ringocli.testing.context import Emulator
from tests.conftest import ACME, Command
from tests.emulating import MESSAGE, call
from tests.forked import Started, start
from tests.loopback import Answer, serving

NUMBER, CONTACT = "+12025550100", "+13105550199"


@contextmanager
def emulating(*arguments: str | Path, **environment: str) -> Iterator[tuple[Emulator, Started]]:
    """The command in a process of its own, stopped at the end."""
    with start("emulate", *map(str, arguments), "--no-browser", **environment) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("listening on http://"), process.communicate()
        try:
            yield Emulator(first.removeprefix("listening on ").strip(), "acme"), process
        finally:
            process.terminate()


def test_address_is_the_first_line_and_the_only_one(acme: Path, tmp_path: Path) -> None:
    """Stdout has the address for scripts; stderr has the rest, and a line for each exchange."""
    command = [sys.executable, "-m", "ringocli", "emulate", str(acme), "--db", str(tmp_path / "e.db"), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ringotel = Emulator(process.stdout.readline().removeprefix("listening on ").strip(), "acme")
        ringotel.reply(NUMBER, "Hi", from_=CONTACT)
        call(ringotel, "POST", "/webhook/acme", {"method": "message", "params": {}})
        ringotel.wait(status="unmatched")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert ("", 130) == (out, process.returncode)
    assert "<- message:message POST /webhook/acme 200" in err
    assert "/params/from: expected $from$, found nothing" in err


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe that does not block")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_blocked_reader_of_the_log_does_not_keep_the_process_alive(acme: Path, number: signal.Signals) -> None:
    """Nobody reads stderr, as in a script that only waits for the end; the exit code is as usual."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    free = 2_000
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"." * free)
    os.read(reading, 2 * free)
    os.set_blocking(writing, True)
    command = [sys.executable, "-m", "ringocli", "emulate", str(acme), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=writing, text=True) as process:
        assert process.stdout is not None
        ringotel = Emulator(process.stdout.readline().removeprefix("listening on ").strip(), "acme")
        for _ in range(200):
            call(ringotel, "POST", "/webhook/acme", MESSAGE)
        process.send_signal(number)
        try:
            code = process.wait(20)
        finally:
            process.kill()
            os.close(reading)
            os.close(writing)
    assert (130 if number == signal.SIGINT else 0) == code


def test_everything_is_stored_after_a_restart(acme: Path, tmp_path: Path) -> None:
    """After a restart the store contains all exchanges, and no id is used twice."""
    db = tmp_path / "e.db"
    with emulating(acme, "--db", db) as (ringotel, _):
        first = ringotel.reply(NUMBER, "before", from_=CONTACT)
    with emulating(acme, "--db", db) as (ringotel, _):
        assert ["before"] == [one["variables"]["content"] for one in ringotel.exchanges()]
        assert int(ringotel.reply(NUMBER, "after", from_=CONTACT)["id"]) > int(first["id"])
        mode = db.stat().st_mode & 0o777
    assert os.name == "nt" or mode == 0o600


def test_second_emulator_on_one_store_is_refused(acme: Path, tmp_path: Path, ringocli: Command) -> None:
    """A second emulator on the same store is refused, with advice."""
    with emulating(acme, "--db", tmp_path / "e.db"):
        done = ringocli("emulate", acme, "--db", tmp_path / "e.db", "--no-browser")
    assert 3 == done.code
    assert "in use by another emulator" in done.err


def test_store_is_capped(acme: Path, tmp_path: Path) -> None:
    """The oldest exchanges are deleted."""
    with emulating(acme, "--db", tmp_path / "e.db", "--keep", "5") as (ringotel, _):
        for number in range(9):
            ringotel.reply(NUMBER, f"text {number}", from_=CONTACT)
        assert [f"text {n}" for n in (8, 7, 6, 5, 4)] == [one["variables"]["content"] for one in ringotel.exchanges()]


def test_template_may_change_meanwhile(acme: Path, tmp_path: Path) -> None:
    """The file is reloaded when it changes; a near miss can fix it and keeps its formatting."""
    text = acme.read_text("utf-8")
    with emulating(acme, "--db", tmp_path / "e.db") as (ringotel, _):
        body = {"method": "message", "params": {"form": CONTACT, "to": NUMBER, "content": "Hi"}}
        assert 422 == call(ringotel, "POST", "/webhook/acme", body).status
        shown = call(ringotel, "GET", "/api/exchanges/1/patch").document
        assert (True, True, []) == (shown["ok"], shown["matches"], shown["breaks"])
        assert '+          "form": "$from$",' in shown["diff"]
        assert text == acme.read_text("utf-8")
        applied = call(ringotel, "POST", "/api/exchanges/1/patch")
        assert (200, True) == (applied.status, applied.document["applied"])
        assert 1 == sum(old != new for old, new in zip(text.splitlines(), acme.read_text().splitlines(), strict=True))
        assert 202 == call(ringotel, "POST", "/api/exchanges/1/replay").status
        assert [True, False] == [one["matched"] for one in ringotel.exchanges()]


def test_patch_that_breaks_other_webhooks_is_not_applied(acme: Path, tmp_path: Path) -> None:
    """A patch is refused if it changes how stored webhooks are read."""
    text = acme.read_text("utf-8")
    with emulating(acme, "--db", tmp_path / "e.db") as (ringotel, _):
        assert 200 == call(ringotel, "POST", "/webhook/acme", MESSAGE).status
        body = {"method": "message", "params": {"form": CONTACT, "to": NUMBER, "content": "Hi"}}
        call(ringotel, "POST", "/webhook/acme", body)
        applied = call(ringotel, "POST", "/api/exchanges/2/patch")
    assert (409, False, ["1"]) == (applied.status, applied.document["applied"], applied.document["breaks"])
    assert text == acme.read_text("utf-8")


def test_user_sends_to_a_real_provider(acme: Path, tmp_path: Path) -> None:
    """With --provider-url, the template's request is sent to that URL; no reply is invented, and no credential is
    stored.
    """
    with (
        serving(Answer.json({"data": {"id": "real-1"}})) as server,
        emulating(acme, "--db", tmp_path / "e.db", "--provider-url", server.url) as (ringotel, _),
    ):
        got = call(ringotel, "POST", "/api/send", {"from": NUMBER, "to": CONTACT, "content": "Hi"})
        assert (400, True) == (got.status, "API key" in got.document["error"]["message"])
        wanted = {"from": NUMBER, "to": CONTACT, "content": "Hi", "properties": {"API key": "a-real-credential"}}
        sent = call(ringotel, "POST", "/api/send", wanted).document
        told = call(ringotel, "GET", "/api/export").body
    [seen] = server.seen
    assert ("/v1/messages", "Bearer a-real-credential") == (seen.target, seen.header("Authorization"))
    assert ("sent", "real-1") == (sent["status"], sent["variables"]["messageid"])
    assert b"a-real-credential" not in told


def test_webhooks_are_forwarded_to_the_real_ringotel(acme: Path, tmp_path: Path) -> None:
    """The provider gets Ringotel's own reply, and both replies are shown; only the host of the webhook URL is shown."""
    with serving(Answer(status=202, body=b"queued")) as server:
        url = f"{server.url}/hook/very-secret-path"
        with emulating(acme, "--db", tmp_path / "e.db", "--forward-to", url) as (ringotel, process):
            got = call(ringotel, "POST", "/webhook/acme?x=1", MESSAGE, {"X-Signature": "abc"})
            [exchange] = ringotel.exchanges()
            process.terminate()
            _, err = process.communicate()
    assert (202, b"queued") == (got.status, got.body)
    assert ("127.0.0.1", 202, "queued") == tuple(exchange["forwarded"][key] for key in ("host", "status", "body"))
    assert True is exchange["matched"]
    [seen] = server.seen
    assert ("/hook/very-secret-path?x=1", "abc", MESSAGE) == (seen.target, seen.header("X-Signature"), seen.document)
    assert "very-secret-path" not in err + json.dumps(exchange)


def test_webhook_that_ringotel_did_not_get_is_tried_again(acme: Path, tmp_path: Path) -> None:
    """A webhook that could not be forwarded is not acknowledged; it is recorded with the reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/hook/very-secret-path"
    with emulating(acme, "--db", tmp_path / "e.db", "--forward-to", nobody) as (ringotel, _):
        got = call(ringotel, "POST", "/webhook/acme", MESSAGE)
        [exchange] = ringotel.exchanges()
    assert (502, 4) == (got.status, got.document["error"]["code"])
    assert (True, None) == (exchange["matched"], exchange["forwarded"]["status"])
    assert "refused the connection" in exchange["forwarded"]["error"]
    assert "very-secret-path" not in got.body.decode() + json.dumps(exchange)


@pytest.mark.parametrize("token", ["short", "sixteen characters and spaces", "semicolons;and;more;of;them"])
def test_access_token_is_accepted_in_urls_and_cookies(
    acme: Path, ringocli: Command, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """A token that would be changed in a URL or a cookie is refused at the start."""
    monkeypatch.setenv("RINGOCLI_EMULATOR_TOKEN", token)
    done = ringocli("emulate", acme, "--no-browser", "--host", "0.0.0.0", "--expose")
    assert (2, True, False) == (done.code, "RINGOCLI_EMULATOR_TOKEN" in done.err, token in done.err)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_not_stop_the_emulator(acme: Path, closed: str) -> None:
    """Started as a service without stdout or stderr, a command does its work."""
    command = f'exec "$0" -m ringocli validate "$1" {closed}'
    done = subprocess.run(["sh", "-c", command, sys.executable, str(acme)], capture_output=True, text=True, check=False)
    assert 0 == done.returncode
    assert "bug" not in done.stdout + done.stderr


def test_listening_as_provider_sends_nothing(acme: Path, tmp_path: Path) -> None:
    """Requests of a real Ringotel are recorded and answered; no receipt is made up."""
    arguments = ("--db", tmp_path / "e.db", "--listen-as-provider", "--public-url", "https://tunnel.example")
    with emulating(acme, *arguments) as (ringotel, _):
        body = {"from": NUMBER, "to": CONTACT, "text": "Hi"}
        through = {"Host": "tunnel.example", "Authorization": "Bearer abcdefgh", "X-Forwarded-For": "203.0.113.7"}
        assert 200 == call(ringotel, "POST", "/provider/v1/messages", body, through).status
        assert 200 == call(ringotel, "POST", "/webhook/acme", MESSAGE, through).status
        assert 200 == call(ringotel, "GET", "/files/sample/picture.png", headers=through).status
        for path in ("/", "/api/exchanges", "/readyz", "/openapi.json", "/page/app.js", "/v1/messages"):
            assert 421 == call(ringotel, "GET", path, headers=through).status
        added = call(ringotel, "POST", "/api/files?name=a.png", b"x", {"Content-Type": "image/png"}).document
        assert added["url"].startswith("https://tunnel.example/files/")
        assert {"SendMessage", None} == {one["name"] for one in ringotel.exchanges()}
        assert 2 == len(ringotel.exchanges())


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--host", "0.0.0.0"), 2, "needs --expose"),
        (("--provider-url", "https://api.acme.example"), 2, "needs --live"),
        (("--provider-url", "api.acme.example"), 2, "must be an http or https URL"),
        (("--forward-to", "https://hooks.acme.example/x"), 2, "needs --live"),
        (("--forward-to", "webhook"), 2, "no webhook URL to forward to"),
        (("--public-url", "tunnel.example"), 2, "--public-url must be"),
        (("--public-url", "https://me:secret@tunnel.example"), 2, "--public-url must be"),
        (("--public-url", "https://tunnel.example?a=b"), 2, "--public-url must be"),
        (("--provider-url", "http://127.0.0.1:99999"), 2, "must be an http or https URL"),
        (("--keep-days", "nan"), 2, "--keep-days"),
        (("--keep-days", "inf"), 2, "--keep-days"),
        (("--keep-days", "-1"), 2, "--keep-days"),
        (("--chaos", "handset:status=500"), 2, "--chaos must be SIDE"),
        (("--chaos", "provider:fault=hnag"), 2, "did you mean hang?"),
        (("--property", "API kez=x"), 2, "did you mean API key?"),
        (("--port", "70000"), 2, ""),
        (("--db", "/"), 3, "cannot be opened"),
        (("--host", "203.0.113.7", "--expose"), 3, "cannot listen on"),
        (("--timeout-s", "0"), 2, "--timeout-s must be between"),
    ],
)
def test_usage_errors_are_reported_before_serving(
    acme: Path, ringocli: Command, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """A usage error is one sentence with the documented exit code; nothing is started."""
    done = ringocli("emulate", acme, "--no-browser", *arguments)
    assert (code, "") == (done.code, done.out)
    assert says in done.err
    assert "Traceback" not in done.err


def test_taken_port_and_foreign_file_are_refused(acme: Path, tmp_path: Path, ringocli: Command) -> None:
    """A port in use and a file that is not a store are named; the file is not changed."""
    with serving() as server:
        done = ringocli("emulate", acme, "--no-browser", "--db", tmp_path / "e.db", "--port", str(server.port))
    assert (3, True) == (done.code, "cannot listen" in done.err)
    other = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
        connection.commit()
    before = other.read_bytes()
    done = ringocli("emulate", acme, "--no-browser", "--db", other)
    assert (3, True, before) == (done.code, "not a store" in done.err, other.read_bytes())
    assert [other] == sorted(tmp_path.glob("other*"))
    foreign = tmp_path / "foreign.db"
    foreign.write_bytes(b"this is no database, but it is longer than a page of zeros" * 100)
    before = foreign.read_bytes()
    done = ringocli("emulate", acme, "--no-browser", "--db", foreign)
    assert (3, True, before) == (done.code, "not a store" in done.err, foreign.read_bytes())


def test_exposed_emulator_requires_its_token(acme: Path, tmp_path: Path) -> None:
    """Bound beyond loopback, the page and the API need the token; webhooks do not."""
    token = "a-token-of-enough-length"
    arguments = ("--db", tmp_path / "e.db", "--host", "0.0.0.0", "--expose")
    with emulating(acme, *arguments, RINGOCLI_EMULATOR_TOKEN=token) as (exposed, _):
        ringotel = Emulator(f"http://127.0.0.1:{urlsplit(exposed.url).port}", "acme")
        assert 401 == call(ringotel, "GET", "/api/exchanges").status
        assert 401 == call(ringotel, "GET", "/").status
        assert 200 == call(ringotel, "GET", "/api/exchanges", headers={"Authorization": f"Bearer {token}"}).status
        assert 200 == call(ringotel, "POST", "/webhook/acme", MESSAGE).status
        entered = call(ringotel, "GET", f"/?token={token}")
        assert 303 == entered.status
        cookie = entered.headers["set-cookie"].partition(";")[0]
        assert 200 == call(ringotel, "GET", "/api/exchanges", headers={"Cookie": cookie}).status


def test_clean_removes_what_no_emulator_uses(
    acme: Path, ringocli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state folder is emptied, except for a store in use."""
    monkeypatch.setenv("RINGOCLI_STATE_DIR", str(tmp_path / "state"))
    assert "nothing is stored" in ringocli("clean").out
    with emulating(acme) as (ringotel, _):
        ringotel.reply(NUMBER, "Hi", from_=CONTACT)
        assert "in use, kept" in ringocli("clean").out
    assert "would remove" in ringocli("clean", "--dry-run").out
    assert "removed" in ringocli("clean").out
    assert [] == list((tmp_path / "state" / "emulator").iterdir())
    assert [] == ringocli("clean", "--format", "json").document["stores"]


def test_contacts_may_answer_by_themselves(acme: Path, tmp_path: Path) -> None:
    """With --auto-reply every message is answered."""
    with emulating(acme, "--db", tmp_path / "e.db", "--auto-reply", "OK") as (ringotel, _):
        ringotel.send(CONTACT, "Hello", from_=NUMBER)
        assert CONTACT == ringotel.wait(content="OK")["variables"]["from"]


@pytest.mark.parametrize("preset", ["voipms", "inteliquent"])
def test_the_tour_succeeds(ringocli: Command, preset: str) -> None:
    """Eight steps, each checked, within 80 columns."""
    done = ringocli("tour", "--preset", preset)
    assert (0, True) == (done.code, "All 8 steps worked" in done.out)
    assert all(len(line) <= 80 for line in done.out.splitlines())


def test_fixture_starts_emulators(pytester_file: Path) -> None:
    """The plugin works in a test suite that names it."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(pytester_file)],
        capture_output=True, text=True, cwd=pytester_file.parent, check=False,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout


@pytest.fixture
def pytester_file(tmp_path: Path) -> Path:
    (tmp_path / "acme.json").write_text(json.dumps(ACME), "utf-8")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["ringocli.testing.plugin"]\n', "utf-8")
    path = tmp_path / "test_it.py"
    path.write_text(
        "def test_it(ringotel_emulator):\n"
        "    ringotel = ringotel_emulator('acme.json')\n"
        "    ringotel.reply('+12025550100', 'Hi', from_='+13105550199')\n"
        "    assert ringotel.wait(from_='+13105550199')['matched']\n",
        "utf-8",
    )
    return path


def test_an_unread_log_blocks_nothing(acme: Path, tmp_path: Path) -> None:
    """A full pipe on stderr does not delay any exchange."""
    fcntl: Any = pytest.importorskip("fcntl")
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        pytest.skip("needs a pipe that is full soon")
    with emulating(acme, "--db", tmp_path / "e.db") as (ringotel, process):
        assert process.stderr is not None
        pipe = process.stderr.fileno()
        size = fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
        for _ in range(size // 40):
            call(ringotel, "POST", "/webhook/acme", {"method": "message", "params": {"from": "x" * 200}})
        assert 200 == urlopen(f"{ringotel.url}/readyz").status
        held = os.read(pipe, size)
        assert len(held) + len(os.read(pipe, size)) > size, "it was never full"
