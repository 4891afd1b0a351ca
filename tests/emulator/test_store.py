"""The emulator's database: what earlier versions wrote, and files that are not usable."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ringocli.testing import emulator
from tests.emulator.test_emulator import ACME, CONTACT, NUMBER


def test_store_of_an_earlier_version_is_readable(tmp_path: Path) -> None:
    """Earlier versions stored the effect of chaos as "weather"; it is shown as "chaos"."""
    db = tmp_path / "emulator.db"
    with emulator(ACME, db=db, chaos={"ringotel": {"delay_ms": 1}}) as ringotel:
        ringotel.reply(NUMBER, "Hi", from_=CONTACT)
        expected = ringotel.exchanges()[0]
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE exchanges SET content = replace(content, '\"chaos\":', '\"weather\":')")
    connection.close()
    with emulator(ACME, db=db) as ringotel:
        assert [expected] == ringotel.exchanges()
        assert "chaos" in expected
        assert "weather" not in expected
