"""Generated values for proofs: hard texts first, then random ones; and smaller values that may still fail."""

from __future__ import annotations

import random
from collections.abc import Iterator

from ringocli.template.variables import Kind

_TEXTS = (
    "Hello", "two\nlines", "tab\there", 'say "hi"', "it's", "costs $5 or $6", "$from$", "a&b=c d+e%20", "\\n \\u0041",
    "ünïcode – ñ", "👋🏽 👨‍👩‍👧", "שלום عالم", "<b>&amp;</b>", "\x00\x01\x7f", "{}[],:", " leading and trailing ", "null", "true",
    "0", "  ", "\u2028\u2029\ufeff", "x" * 65_536,
)  # fmt: skip
_WORDS = ("101", "alice", "a-b_c.d", "example-org", "7")
_IDS = ("9612c4e2-27f8-4463-a517-c6306ffdabff", "SM1", "0", "1710100373597-8b06", "id/with+odd=chars&more", "true")


def generated_value(kind: Kind, source: random.Random, case: int) -> str:
    """A value of a kind; the first cases use the hard texts in turn, later ones are random."""
    match kind:
        case Kind.NUMBER:
            digits = "".join(source.choice("0123456789") for _ in range(source.choice((1, 5, 10, 11, 15))))
            return source.choice(("+", "", "+1")) + digits
        case Kind.URL:
            return f"https://files.example/{source.randrange(10**6)}.jpg?a=1&b={source.choice('xyz')}%20#f"
        case Kind.WORD:
            return source.choice(_WORDS) + str(source.randrange(100))
        case Kind.ID:
            return source.choice(_IDS) + str(source.randrange(100))
    if case < len(_TEXTS):
        return _TEXTS[(case + source.randrange(2) * case) % len(_TEXTS)]
    length = source.choice((1, 2, 5, 20, 160))
    return "".join(source.choice(_ALPHABET) for _ in range(length))


_ALPHABET = "ab 019$&=+%/\\\"'<>{}[]:;,.\n\r\t-_üß€漢👋\u200d\u202e"


def smaller_values(value: str, kind: Kind, optional: bool) -> Iterator[str]:
    """Smaller values to try instead, the empty one first where the variable is optional."""
    if optional:
        yield ""
    floor = "https://a.example/b" if kind is Kind.URL else "1" if kind is Kind.NUMBER else "a"
    if len(floor) < len(value):
        yield floor
    if kind is Kind.URL:
        return
    for size in (len(value) // 2, len(value) // 4, 1):
        if 0 < size < len(value):
            yield value[:-size]
            yield value[size:]
