"""Numbers in text from outside are ASCII digits of a sensible length, wherever they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringocli.text.digits import is_count
from tests.conftest import Command

ODD = ("²", "1" * 5_000)
"""``"²".isdigit()`` is true and ``int("²")`` raises; Python refuses integers of over 4,300 digits."""


@pytest.mark.parametrize(("text", "expected"), [("0", True), ("123", True), ("", False), ("-1", False), *((one, False) for one in ODD)])  # fmt: skip
def test_counts(text: str, expected: bool) -> None:
    """Only what ``int`` reads is a count."""
    assert is_count(text) is expected


@pytest.mark.parametrize("number", ODD, ids=["superscript", "long"])
def test_odd_numbers_are_errors(ringocli: Command, acme: Path, number: str) -> None:
    """A number that Python cannot read is a usage error in every option that takes one."""
    url = "http://127.0.0.1:9"
    for arguments in (
        ("simulate-webhook", acme, "--url", url, "--shard", f"{number}/3"),
        ("simulate-webhook", acme, "--url", url, "--chaos", f"reorder={number}"),
        ("simulate-webhook", acme, "--url", url, "--retry", number),
        ("simulate-webhook", acme, "--url", f"{url}{number}"),
        ("send-test", acme, "--await", "delivered", "--listen", f"127.0.0.1:{number}"),
        ("send-test", acme, "--url", url, "--expect-status", number),
        ("emulate", acme, "--port", number),
        ("explain", number),
    ):
        assert 2 == ringocli(*arguments).code, arguments
    done = ringocli("match", acme, "-", "--pair", f"/{number}=/{number}", stdin="{}")
    assert 1 == done.code
