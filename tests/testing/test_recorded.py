"""Recordings: every exchange is read, however the file is encoded."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from ringocli.errors import LocalError, RingocliError, UsageError
from ringocli.testing.cases.recorded import read_recording

EXPORT = "".join(
    json.dumps({"direction": "incoming", "request": {"method": "POST", "url": "/hook", "headers": [], "body": body}})
    + "\n"
    for body in ("one", "two", "drei ü")
)
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16, as PowerShell writes it": lambda text: text.encode("utf-16"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip to which was appended": lambda text: b"".join(gzip.compress(line.encode()) for line in text.splitlines(True)),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_an_export_has_the_same_exchanges_in_every_encoding(encode: Callable[[str], bytes]) -> None:
    """No webhook of an export is left out."""
    found = read_recording(encode(EXPORT))
    assert ["one", "two", "drei ü"] == [one.request.body.decode() for one in found if one.request is not None]


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_an_empty_recording_is_refused(encode: Callable[[str], bytes]) -> None:
    """A file with nothing but a byte order mark is empty, too."""
    with pytest.raises(UsageError, match="the recording is empty"):
        read_recording(encode(" \n"))


def test_a_recording_that_is_nested_too_deeply_is_refused() -> None:
    """The message says so."""
    with pytest.raises(RingocliError, match="nested more than 64 levels deep"):
        read_recording(b"[" * 100_000)


@pytest.mark.parametrize("export", [EXPORT[:-20], f"{EXPORT}note\n", EXPORT + '{"a":' * 9_000])
def test_an_export_with_an_unreadable_line_is_refused(export: str) -> None:
    """Its other webhooks are not replayed as if they were all; the message names the line."""
    number = len(export.splitlines())
    with pytest.raises(LocalError, match=f"line {number} of the recording is not valid JSON"):
        read_recording(export.encode())
