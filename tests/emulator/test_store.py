"""The emulator's store: files of earlier versions, damaged files, correlation, secrets."""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

import pytest

from ringocli.errors import LocalError
from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call


def test_store_of_an_earlier_version_is_readable(tmp_path: Path) -> None:
    """Earlier versions stored the effect of chaos as "weather"; it is shown as "chaos"."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db, chaos={"ringotel": {"delay_ms": 1}}) as acme:
        acme.reply(NUMBER, "Hi", from_=CONTACT)
        expected = acme.exchanges()[0]
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE exchanges SET content = replace(content, '\"chaos\":', '\"weather\":')")
    connection.close()
    with emulator(ACME, db=db) as acme:
        assert [expected] == acme.exchanges()
        assert "chaos" in expected
        assert "weather" not in expected


def test_receipt_before_the_reply_is_correlated(acme: Emulator, tmp_path: Path) -> None:
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
    """A store with damaged pages is refused with a message, and left as it is."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db) as acme:
        for number in range(20):
            acme.reply(NUMBER, f"{number} " + "x" * 3_000, from_=CONTACT)
    whole = db.read_bytes()
    broken = whole[:8192] + bytes(byte ^ 0xA5 for byte in whole[8192:])
    db.write_bytes(broken)
    with pytest.raises(LocalError, match=r"emulator\.db: the store is damaged"), emulator(ACME, db=db):
        pass
    assert broken == db.read_bytes()


def test_failing_store_is_reported(tmp_path: Path) -> None:
    """A store that fails while running is reported by every endpoint, and the emulator keeps running."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db) as acme:
        acme.reply(NUMBER, "Hi", from_=CONTACT)
        other = sqlite3.connect(db)
        other.execute("ALTER TABLE exchanges RENAME TO elsewhere")
        other.close()
        for method, path in (("DELETE", "/api/exchanges"), ("GET", "/api/exchanges"), ("GET", "/api/wait?to=1")):
            got = call(acme, method, path)
            assert (503, 3) == (got.status, got.document["error"]["code"])
        assert 200 == call(acme, "GET", "/readyz").status


def test_no_secret_is_stored(tmp_path: Path) -> None:
    """No property appears in the API, an export, the page or the file, in any encoding."""
    secret = "kanarienvogel-0815"
    db = tmp_path / "emulator.db"
    with emulator(ACME, properties={"API key": secret}, db=db) as acme:
        acme.send(CONTACT, f"my key is {secret}", from_=NUMBER)
        call(acme, "POST", "/webhook/acme", {**MESSAGE, "leak": base64.b64encode(secret.encode()).decode()})
        call(acme, "POST", "/provider/v1/messages", {"from": "1", "to": "2", "text": "x"},
             {"Authorization": f"Bearer {secret}"})  # fmt: skip
        call(acme, "POST", "/webhook/acme", b"\xff" + secret.encode(), JSON)
        acme.wait(event_type="messageDelivered")
        told = b"".join(call(acme, "GET", path).body for path in ("/api/exchanges", "/api/export", "/api/about",
                                                                      "/api/export?format=har", "/"))  # fmt: skip
        told += b"".join(call(acme, "GET", f"/api/exchanges/{n}/curl").body for n in (1, 2, 3))
        told += b"".join(base64.b64decode(one["request"].get("body_base64", "")) for one in acme.exchanges())
    told += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for face in (secret.encode(), base64.b64encode(secret.encode()), base64.b64encode(secret.encode()).rstrip(b"=")):
        assert face not in told
