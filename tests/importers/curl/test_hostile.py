"""Pastes that ask for too much work are refused with a message."""

from __future__ import annotations

import pytest

from ringocli.errors import RingocliError
from ringocli.importers.curl.reader import read_curl

URL = "curl https://sms.acme.example/send -d "
DOUBLING = "a=xxxxxxxxxx\n" + "".join(f'{new}="{"$" + old * 1}{("$" + old) * 9}"\n' for old, new in zip("abcdefghij", "bcdefghijk", strict=True))  # fmt: skip
POWERSHELL = "$a = 'xxxxxxxxxx'\n" + "".join(f'${new} = "{("$" + old) * 10}"\n' for old, new in zip("abcdefghij", "bcdefghijk", strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DOUBLING + URL + '"text=$k"', "too much text"),
        (POWERSHELL + URL + '"text=$k" $env:x', "too much text"),
        (URL + "|" * 60_000, "too complex"),
        (URL + '"$(echo ' * 2_000 + ')"' * 2_000, "too complex"),
    ],
    ids=["variables that double", "PowerShell variables that double", "only pipes", "deeply nested"],
)
def test_too_much_work_is_refused(text: str, message: str) -> None:
    """Nothing is expanded without limit, and no script keeps the grammar busy for minutes."""
    with pytest.raises(RingocliError, match=message):
        read_curl("paste", text)
