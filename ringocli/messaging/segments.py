"""How a text is sent as SMS: GSM-7 or UCS-2, how many segments, and which character forces UCS-2.

The alphabets are those of 3GPP TS 23.038 §6.2.1; a segment contains 160 septets or 70 UTF-16 units, 153 or 67 in a
concatenated message (TS 23.040 §9.2.3.24.1, user data header of 6 octets). Neither an escaped character nor a
surrogate pair is split between two segments. Providers that replace characters first ("smart encoding") may need fewer.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

GSM7_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet, one septet per character."""

GSM7_EXTENSION = "\f^{}\\[~]|€"
"""The extension table: escape plus character, two septets."""

_COST = {**dict.fromkeys(GSM7_BASIC, 1), **dict.fromkeys(GSM7_EXTENSION, 2)}

GSM7, UCS2 = "GSM-7", "UCS-2"
_CAPACITY = {GSM7: (160, 153), UCS2: (70, 67)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcingCharacter:
    """The first character that GSM-7 does not contain; ``index`` counts characters from 0."""

    character: str
    index: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """The SMS that a text becomes: ``units`` are septets or UTF-16 units, ``capacity`` is that of one segment."""

    encoding: str
    characters: int
    units: int
    segments: int
    capacity: int
    forced_by: ForcingCharacter | None

    @property
    def summary(self) -> str:
        """In words: ``2 SMS segments, UCS-2 because of '\\u2013' (EN DASH) at character 9``."""
        text = f"{self.segments} SMS segment{'s' * (self.segments != 1)}, {self.encoding}"
        if self.forced_by is None:
            return text
        return (
            f"{text} because of {self.forced_by.character!a} ({self.forced_by.name}) "
            f"at character {self.forced_by.index + 1}"
        )


def count_segments(text: str) -> Segments:
    """How a text is split into SMS segments; an empty text is one segment."""
    forced_by = _forcing(text)
    encoding = UCS2 if forced_by else GSM7
    costs = [2 if ord(char) > 0xFFFF else 1 for char in text] if forced_by else [_COST[char] for char in text]
    units = sum(costs)
    single, multiple = _CAPACITY[encoding]
    segments = 1 if units <= single else _split(costs, multiple)
    return Segments(
        encoding=encoding,
        characters=len(text),
        units=units,
        segments=segments,
        capacity=single if segments == 1 else multiple,
        forced_by=forced_by,
    )


def _forcing(text: str) -> ForcingCharacter | None:
    for index, char in enumerate(text):
        if char not in _COST:
            return ForcingCharacter(character=char, index=index, name=unicodedata.name(char, f"U+{ord(char):04X}"))
    return None


def _split(costs: list[int], capacity: int) -> int:
    segments, used = 1, 0
    for cost in costs:
        if used + cost > capacity:
            segments, used = segments + 1, 0
        used += cost
    return segments


def segments_document(text: str) -> dict[str, object]:
    """The count as JSON outputs contain it."""
    counted = count_segments(text)
    forced = counted.forced_by
    return {
        "encoding": counted.encoding,
        "characters": counted.characters,
        "units": counted.units,
        "segments": counted.segments,
        "per_segment": counted.capacity,
        "forced_by": forced and {"character": forced.character, "index": forced.index, "name": forced.name},
    }
