"""A secret is masked however text from outside repeats it."""

from __future__ import annotations

import base64
import html
import json
import shlex
from collections.abc import Callable
from html.entities import codepoint2name
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringocli.text.mask import MASK
from ringocli.text.secret_search import Masker

SECRET = "k3y/+\"<&>' \\cän=ary🔑 ~end"


def _each(convert: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(char if char.isascii() and char.isalnum() else convert(char) for char in text)


def _units(char: str) -> str:
    octets = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(octets[at : at + 2]):04X}" for at in range(0, len(octets), 2))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, lower case": _each(lambda char: quote(char, safe="").lower()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON with \\u escapes": _each(_units),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "HTML": lambda text: html.escape(text),
    "HTML named": _each(lambda char: f"&{codepoint2name[ord(char)]};" if ord(char) in codepoint2name else char),
    "HTML decimal": _each(lambda char: f"&#{ord(char)};"),
    "HTML hexadecimal": _each(lambda char: f"&#x{ord(char):X};"),
    "HTML in JSON": lambda text: json.dumps(html.escape(text))[1:-1],
    "base64": lambda text: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode(),
    "base64 without padding": lambda text: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode(),
    "hex": lambda text: text.encode("utf-8", "surrogatepass").hex(),
    "hex, upper case": lambda text: text.encode("utf-8", "surrogatepass").hex().upper(),
    "JSON Pointer": lambda text: text.replace("~", "~0").replace("/", "~1"),
    "shell": shlex.quote,
    "shell with backslashes": lambda text: "'" + text.replace("'", "'\\''") + "'",
}
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=8, max_size=40).filter(
    lambda text: len(set(text)) > 3
)


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_a_secret_is_masked_in_every_encoding(encode: Callable[[str], str]) -> None:
    """Nothing of the secret is left in the text around the mask."""
    masked = Masker([SECRET]).mask(f"<error: {encode(SECRET)} is wrong>")
    assert masked.startswith("<error: ")
    assert masked.endswith(" is wrong>")
    assert MASK in masked
    assert 6 >= len(masked) - len(f"<error: {MASK} is wrong>"), masked


@given(SECRETS, st.sampled_from(sorted(ENCODINGS)), st.text(max_size=20), st.text(max_size=20))
@example('a b"c/d=e', "HTML in JSON", "", "")
@example("0000AAA\u0080", "percent", "%", "%41")
def test_any_secret_is_masked_in_any_encoding(secret: str, encoding: str, before: str, after: str) -> None:
    """The masked text does not contain the encoded secret, for any secret in any text."""
    encoded = ENCODINGS[encoding](secret)
    masked = Masker([secret]).mask(f"{before} {encoded} {after}")
    assert MASK in masked
    assert len(encoded) < 8 or encoded not in masked


@given(SECRETS, st.sampled_from(sorted(ENCODINGS)), st.text(max_size=20), st.text(max_size=20), st.integers(1, 300))
@example("0000AAA\u0080", "percent", "%", "%41", 7)
def test_a_text_searched_in_pieces_is_masked(secret: str, encoding: str, before: str, after: str, piece: int) -> None:
    """Wherever a long text is cut into pieces, no secret in it is missed."""
    encoded = ENCODINGS[encoding](secret)
    text = f"{before} {encoded} {after}"
    masked = Masker([secret], max_piece=piece).mask(text)
    assert MASK in masked
    assert len(encoded) < 8 or encoded not in masked


@given(st.text("abcDEF-0123456789 x/:.", max_size=200), st.integers(1, 50))
def test_pieces_change_no_result(text: str, piece: int) -> None:
    """A text is masked in the same way in pieces as at once, even if it only shares characters with a secret."""
    secrets = ("abcDEF-0123456789", "https://a.example/webhook/other")
    assert Masker(secrets).mask(text) == Masker(secrets, max_piece=piece).mask(text)


@given(SECRETS.filter(lambda secret: "://" not in secret and secret.strip("0123456789+-()._/ ") != ""), st.data())
def test_a_cut_secret_is_masked(secret: str, data: st.DataObject) -> None:
    """The first or last 8 characters and more are masked, raw and percent-encoded."""
    length = data.draw(st.integers(8, len(secret)))
    for part in (secret[:length], secret[-length:]):
        for written in (part, quote(part, safe="")):
            assert written not in Masker([secret]).mask(f"[{written}]")


@given(st.text(max_size=200))
def test_text_without_the_secret_is_unchanged(text: str) -> None:
    """Ordinary text is left alone."""
    assert text == Masker(["\U0001f511" * 4 + "never-generated"]).mask(text) or "\U0001f511" in text


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("https://hooks.example/i/t0ken-abcdefgh", "see https://hooks.example/docs"),
        ("+12025550100", "from +12025550199"),
        ("short", "a short text"),
        ("Account-ABCDEFGH", "Account is not ABCDEFG"),
    ],
    ids=["the host of a URL", "numbers that start alike", "a short secret", "less than 8 characters"],
)
def test_text_shared_with_other_words_is_not_masked(secret: str, text: str) -> None:
    """Hosts, numbers and short parts do not mask ordinary text."""
    assert text == Masker([secret]).mask(text)


@pytest.mark.parametrize(
    "text",
    ["%3d" * 500_000, "\\" * 300_000, "&amp;" * 100_000, "&#0000" * 100_000, "%25" * 200_000, "sk_live_" * 50_000],
    ids=["percent", "backslashes", "ampersands", "references", "percent signs", "the start of the secret"],
)
@pytest.mark.timeout(60)
def test_hostile_text_is_searched_in_linear_time(text: str) -> None:
    """A megabyte of escapes takes seconds at most."""
    assert Masker(["sk_live_0123456789abcdef=", "it's a secret"]).mask(text)


@pytest.mark.parametrize(
    "text", ["447123456789", "send to 0123456789", "xabcDEF-0123", "https://a.example/webhook/acme"]
)
def test_a_word_that_shares_characters_with_a_secret_is_kept(text: str) -> None:
    """Another word, phone number or URL is not a part of a secret, even if it begins or ends with the same characters."""
    masker = Masker(("abcDEF-0123456789", "https://a.example/webhook/other"))
    assert text == masker.mask(text)


@pytest.mark.parametrize(
    "cut", ["key abcDEF-01… is invalid", "…EF-0123456789", "'abcDEF-0123'", "https://a.example/webhook/oth"]
)
def test_a_secret_cut_by_a_message_is_masked(cut: str) -> None:
    """The beginning or the end of a secret is masked as well."""
    masker = Masker(("abcDEF-0123456789", "https://a.example/webhook/other"))
    assert "***" in masker.mask(cut)


@pytest.mark.parametrize("text", [f"x{SECRET[3:]}", f"{SECRET[:-3]}x"], ids=["without its start", "without its end"])
def test_most_of_a_secret_is_masked_inside_a_longer_word(text: str) -> None:
    """If three quarters of a secret are found, they are masked, whatever follows."""
    assert 6 >= len(Masker([SECRET]).mask(text)), Masker([SECRET]).mask(text)


@pytest.mark.parametrize("text", ['{"delivered": 3}', "delivered  3", "status delivered"])
def test_a_common_word_in_the_path_of_a_url_is_no_secret(text: str) -> None:
    """Results stay readable, and their keys the same, if the webhook URL ends with a word that they contain."""
    masker = Masker(["http://127.0.0.1:8080/hooks/delivered", "http://127.0.0.1:8080/delivered"])
    assert text == masker.mask(text)
    assert "*** refused" == masker.mask("http://127.0.0.1:8080/delivered refused")
