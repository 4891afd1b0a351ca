"""SMS encoding and segments, with the strings that other calculators got wrong."""

from __future__ import annotations

import pytest

from ringocli.messaging.segments import GSM7_BASIC, GSM7_EXTENSION, count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("Hello", "GSM-7", 5, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€", "GSM-7", 2, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2),
        # An escape may not be split from its character, so the euro goes to the next segment.
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ç", "UCS-2", 1, 1),
        ("Ç", "GSM-7", 1, 1),
        ("ü" * 71, "GSM-7", 71, 1),
        ("–" * 70, "UCS-2", 70, 1),
        ("–" * 71, "UCS-2", 71, 2),
        ("👋", "UCS-2", 2, 1),
        ("👋" * 35, "UCS-2", 70, 1),
        ("👋" * 36, "UCS-2", 72, 2),
        # 67 units hold 33 pairs: a surrogate pair is never split.
        ("👋" * 67, "UCS-2", 134, 3),
        ("\n\r", "GSM-7", 2, 1),
        ("`", "UCS-2", 1, 1),
    ],
)
def test_segments_are_counted(text: str, encoding: str, units: int, segments: int) -> None:
    """Units and segments follow 3GPP TS 23.038 and 23.040."""
    counted = count_segments(text)
    assert (encoding, units, segments) == (counted.encoding, counted.units, counted.segments)


def test_the_forcing_character_is_named() -> None:
    """The first character that GSM-7 does not contain is reported with its index and its Unicode name."""
    forced = count_segments("Hello – 👋").forced_by
    assert forced is not None
    assert ("–", 6, "EN DASH") == (forced.character, forced.index, forced.name)


def test_the_alphabet_is_complete() -> None:
    """127 characters and the escape are the 128 codes of the default alphabet; ten more are in the extension table."""
    assert (127, 10) == (len(set(GSM7_BASIC)), len(set(GSM7_EXTENSION)))
