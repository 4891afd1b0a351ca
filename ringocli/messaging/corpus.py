"""Sample texts to render: ordinary, non-Latin, long and hostile messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringocli.template.values import Layer, Values
from ringocli.template.variables import Place, sample

CORPORA: Mapping[str, tuple[str, ...]] = {
    "basic": ("Hello from Ringotel!", "See you at 5pm & bring 100% of it", 'It\'s "quoted"'),
    "unicode": ("Grüße, señor – voilà", "שלום עולם", "你好，世界", "👋🏽 👨‍👩‍👧"),
    "long": ("A" * 161, "ü" * 71, "Long text with spaces. " * 40),
    "hostile": (
        'quotes " and \\ backslashes',
        "two\nlines\r\nand\ttabs",
        "a=1&b=2#c?d+e%20f",
        "$from$ costs $5",
        "<script>alert(1)</script>",
        "\u202eright to left",
        "nul\x00byte",
    ),
}
"""Texts by the names of ``render --corpus``."""

NUMBER_FORMATS = ("e164", "international", "national")


def number_as(number: str, number_format: str) -> str:
    """A phone number as the portal passes it (assumption 34): with +, digits only, or without the country code.

    Short codes and alphanumeric senders are not E.164 numbers and stay as they are.
    """
    import phonenumbers

    digits = number.strip().removeprefix("+").replace(" ", "").replace("-", "")
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return number
    if not digits.isdigit() or not phonenumbers.is_possible_number(parsed):
        return number
    if number_format == "national":
        return phonenumbers.national_significant_number(parsed)
    return f"+{digits}" if number_format == "e164" else digits


def with_texts(values: Values, corpus: str) -> Iterator[Values]:
    """The values once for each text of a corpus; a text that is set already takes precedence."""
    for text in CORPORA[corpus]:
        yield Values(layers=(*values.layers, Layer(variables={"content": text, "text": text})))


def with_number_format(values: Values, number_format: str) -> Values:
    """The values with the numbers of outgoing requests in a portal's number format."""
    known = values.at(Place.SEND_MESSAGE)
    numbers = {
        name: number_as(known.get(name) or sample(name, Place.SEND_MESSAGE), number_format) for name in ("from", "to")
    }
    return Values(layers=(Layer(outgoing=numbers), *values.layers))
