"""The emulator's store: files of earlier versions, damaged files, correlation, secrets."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ringocli.emulator.store.exchange import DECODED_AT_ONCE, Exchange, body_of, now, shown_body
from ringocli.emulator.store.paths import remove
from ringocli.emulator.store.sqlite import Store
from ringocli.errors import LocalError
from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call
from tests.loopback import Answer, Seen, serving
from tests.text.test_secret_search import ENCODINGS


def test_store_of_an_earlier_version_is_readable(tmp_path: Path) -> None:
    """Earlier versions stored the effect of chaos as "weather"; it is shown as "chaos"."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db, chaos={"ringotel": {"delay_ms": 1}}) as inbox:
        inbox.reply(NUMBER, "Hi", from_=CONTACT)
        expected = inbox.exchanges()[0]
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE exchanges SET content = replace(content, '\"chaos\":', '\"weather\":')")
    connection.close()
    with emulator(ACME, db=db) as inbox:
        assert [expected] == inbox.exchanges()
        assert "chaos" in expected
        assert "weather" not in expected


def test_receipt_before_the_reply_is_correlated(inbox: Emulator, tmp_path: Path) -> None:
    """A receipt that is stored before the reply with its id belongs to the message."""
    from ringocli.emulator.store.exchange import Exchange, now
    from ringocli.emulator.store.sqlite import Store

    store = Store(tmp_path / "s.db")
    shown = {"method": "POST", "url": "/", "headers": [], "body": ""}
    receipt = Exchange(inbox="", at=now(), direction="incoming", request=shown, event_type="messageDelivered",
                       matched=True, status="taken", message_id="m1")  # fmt: skip
    message = Exchange(inbox="", at=now(), direction="outgoing", request=shown, status="sent", message_id="m1")
    store.commit([receipt])
    [stored], changes = store.commit([message])
    assert stored is not None
    assert ("delivered", [1]) == (stored.status, [change.id for change in changes])
    found = store.get("", 1)
    assert found is not None
    assert stored.id == found.correlates
    store.close()


def test_damaged_store_is_refused(tmp_path: Path) -> None:
    """A store with damaged pages is refused with a message and not changed."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db) as inbox:
        for number in range(20):
            inbox.reply(NUMBER, f"{number} " + "x" * 3_000, from_=CONTACT)
    whole = db.read_bytes()
    broken = whole[:8192] + bytes(byte ^ 0xA5 for byte in whole[8192:])
    db.write_bytes(broken)
    with pytest.raises(LocalError, match=r"emulator\.db: the store is damaged"), emulator(ACME, db=db):
        pass
    assert broken == db.read_bytes()


def test_failing_store_is_reported(tmp_path: Path) -> None:
    """A store that fails while running is reported by every endpoint, and the emulator keeps running."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db) as inbox:
        inbox.reply(NUMBER, "Hi", from_=CONTACT)
        other = sqlite3.connect(db)
        other.execute("ALTER TABLE exchanges RENAME TO elsewhere")
        other.close()
        message = {"from": NUMBER, "to": CONTACT, "content": "Hi"}
        for method, path, body in (
            ("DELETE", "/api/exchanges", None),
            ("GET", "/api/exchanges", None),
            ("GET", "/api/wait?to=1", None),
            ("POST", "/api/send", message),
            ("POST", "/api/reply", message),
            ("POST", "/webhook/acme", MESSAGE),
        ):
            got = call(inbox, method, path, body)
            assert (503, 3) == (got.status, got.document["error"]["code"])
        assert 200 == call(inbox, "GET", "/readyz").status


def test_no_secret_is_stored(tmp_path: Path) -> None:
    """No property appears in the API, an export, the page or the file, in any encoding."""
    secret = "kanarienvogel-0815"
    db = tmp_path / "emulator.db"
    with emulator(ACME, properties={"API key": secret}, db=db) as inbox:
        inbox.send(CONTACT, f"my key is {secret}", from_=NUMBER)
        call(inbox, "POST", "/webhook/acme", {**MESSAGE, "leak": base64.b64encode(secret.encode()).decode()})
        call(inbox, "POST", "/provider/v1/messages", {"from": "1", "to": "2", "text": "x"},
             {"Authorization": f"Bearer {secret}"})  # fmt: skip
        call(inbox, "POST", "/webhook/acme", b"\xff" + secret.encode(), JSON)
        inbox.wait(event_type="messageDelivered")
        told = b"".join(call(inbox, "GET", path).body for path in ("/api/exchanges", "/api/export", "/api/about",
                                                                      "/api/export?format=har", "/"))  # fmt: skip
        told += b"".join(call(inbox, "GET", f"/api/exchanges/{n}/curl").body for n in (1, 2, 3))
        told += b"".join(base64.b64decode(one["request"].get("body_base64", "")) for one in inbox.exchanges())
    told += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for encoded in (secret.encode(), base64.b64encode(secret.encode()), base64.b64encode(secret.encode()).rstrip(b"=")):
        assert encoded not in told


CANARY = "k3y/with+odd=chars&<more>\"and'quotes"


def test_no_part_of_an_exchange_shows_a_secret(tmp_path: Path) -> None:
    """Names and values of headers, keys, near misses, notes, ids and errors contain no secret, in any encoding."""
    encodings = [encode(CANARY) for encode in ENCODINGS.values()]
    script = iter(encodings * 2)

    def echo(seen: Seen) -> Answer:
        encoded = next(script)
        content = {"data": {"id": encoded}, "error": {"message": encoded}}
        return Answer.json(content, status=200 if len(encoded) % 2 else 400, headers=(("X-Echo", encoded),))

    with (
        serving(echo) as server,
        emulator(ACME, db=tmp_path / "e.db", properties={"API key": CANARY}, provider_url=server.url) as inbox,
    ):
        for encoded in encodings:
            call(inbox, "POST", "/webhook/acme", {"method": encoded, "params": {encoded: [encoded], "from": encoded}})
            call(inbox, "POST", "/webhook/acme", {"method": "delivered", "params": {"messageid": encoded}})
            call(
                inbox,
                "POST",
                "/webhook/acme",
                f"<x>{encoded}".encode(),
                {"Content-Type": f"text/xml; charset={encoded}"},
            )
            call(
                inbox, "POST", "/webhook/acme", encoded.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
            )
            call(inbox, "POST", "/provider/v1/messages", {"to": encoded, encoded: 1}, {"X-Echo": encoded})
            inbox.send(CONTACT, "Hi", from_=NUMBER)
        told = [call(inbox, "GET", f"/api/{path}").body.decode() for path in ("exchanges?limit=1000", "export")]
        told += [call(inbox, "GET", "/api/export?format=har").body.decode()]
        told += list(_strings([inbox.exchanges()]))
    told += [path.read_bytes().decode("utf-8", "replace") for path in tmp_path.iterdir()]
    assert [] == [encoded for encoded in encodings if any(encoded in text for text in told)]


def _strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for one in [*tree, *tree.values()] if isinstance(tree, dict) else tree:
            yield from _strings(one)


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symbolic", "hard"])
def test_store_is_locked_by_identity(tmp_path: Path, link: Any) -> None:
    """A second emulator is refused, even under another name of the same file; only the owner can read the lock file."""
    db, other = tmp_path / "a.db", tmp_path / "elsewhere.db"
    with emulator(ACME, db=db):
        link(db, other)
        with pytest.raises(LocalError, match="in use by another emulator"), emulator(ACME, db=other):
            pass
        assert 0o600 == (tmp_path / "a.db.lock").stat().st_mode & 0o777
        assert not remove(other)
    with emulator(ACME, db=other):
        pass


def test_foreign_files_are_named_as_such(tmp_path: Path) -> None:
    """A file that is not a database, or is the database of another program, is refused and not changed."""
    text, database = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("not a database " * 100)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    for path in (text, database):
        before = path.read_bytes()
        with pytest.raises(LocalError, match="not a store of"), emulator(ACME, db=path):
            pass
        assert before == path.read_bytes()
        assert not Path(f"{path}.lock").exists()


def test_full_disk_is_named_as_such(tmp_path: Path) -> None:
    """If the disk is full, the sender gets 503 with that reason, and the emulator continues once there is space."""
    store = Store(tmp_path / "s.db")
    shown = {"method": "POST", "url": "/", "headers": [], "body": "x" * 100_000}
    exchange = Exchange(inbox="", at=now(), direction="incoming", request=shown)
    many = [exchange] * 10
    store._writer.execute("PRAGMA max_page_count = 20")
    with pytest.raises(LocalError, match="the disk is full"):
        store.commit(many)
    store._writer.execute("PRAGMA max_page_count = 100000")
    assert store.commit([exchange])[0][0] is not None
    store.close()


def test_clearing_makes_the_file_smaller(tmp_path: Path) -> None:
    """Deleting the exchanges of an inbox frees their space on the disk."""
    db = tmp_path / "s.db"
    with emulator(ACME, db=db) as ringotel:
        for number in range(10):
            ringotel.reply(NUMBER, f"{number}" + "x" * 100_000, from_=CONTACT)
        ringotel.clear()
        assert db.stat().st_size < 200_000


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_a_reply_does_not_repeat_a_secret(encode: Callable[[str], str], tmp_path: Path) -> None:
    """A near miss, a refused request and a wait that timed out describe what was received without the secret."""
    encoded = encode(CANARY)
    with emulator(ACME, properties={"API key": CANARY}) as inbox:
        for method, path, content in (
            ("POST", "/webhook/acme", {"method": encoded, "params": {encoded: encoded, "from": [encoded]}}),
            ("POST", f"/webhook/{quote(encoded, safe='')}", {}),
            ("POST", f"/provider/{quote(encoded, safe='')}", {"from": encoded, encoded: encoded}),
            ("GET", f"/api/wait?timeout_s=0&from={quote(encoded, safe='')}", None),
            ("GET", f"/api/exchanges/{quote(encoded, safe='')}", None),
            ("POST", "/api/paste", {"text": f"curl {encoded}"}),
        ):
            got = call(inbox, method, path, content)
            told = [text for text in _strings(json.loads(got.body)) if encoded in text]
            assert not told, (path, told)


@pytest.mark.parametrize("text", ["é", "🔑", "\xff"], ids=["two bytes", "four bytes", "not UTF-8"])
def test_long_bodies_that_are_not_text_are_kept(text: str) -> None:
    """A multi-byte character at a point where a long body is cut for decoding is kept."""
    character = text.encode("latin-1" if text == "\xff" else "utf-8")
    body = b"\xff" + character * (DECODED_AT_ONCE // len(character) + 1)
    assert body == body_of(shown_body(body))
