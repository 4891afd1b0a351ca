"""Passwords that contain what looks like a placeholder."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Command


def test_a_password_with_a_placeholder_in_it_stays_out_of_the_template(ringocli: Command, folder: Path) -> None:
    """The whole password becomes the property, not only the part in angle brackets."""
    Path("a.sh").write_text(
        "curl https://sms.acme.example/send -u 'user:k3y/with+odd=chars&<m>' -d to=2 -d from=1 -d text=x\n"
    )
    done = ringocli("init", "new.json", "--no-input", "--from-curl", "a.sh")
    assert 0 == done.code, done.err
    assert "k3y/with" not in Path("new.json").read_text() + done.out + done.err
    assert json.loads(Path("new.json").read_text())["auth"]["password"].count("$") == 2
