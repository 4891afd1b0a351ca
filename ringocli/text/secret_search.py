"""Finds and masks secrets in text from outside, in every encoding in which frameworks repeat what they were sent.

A secret is found raw, percent-encoded, as a form value, with escapes of JSON, JavaScript, JSON Pointer or a shell, with
HTML references (named, decimal and hexadecimal), in up to three of these at once, and as base64 or hex. Its first or
last 8 or more characters are found as well, because messages are often cut.

A long text is searched in overlapping pieces, so that other threads can run in between: one search with a regular
expression blocks all other threads until it ends (9 MB of ``%``: 0.8 s at once, at most 0.05 s in pieces).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from math import ceil
from typing import NamedTuple

from ringocli.text.mask import MASK, MIN_SEARCHED_LENGTH, is_common_word

MAX_LAYERS = 3
"""How many nested encodings are undone."""

MAX_DECODINGS = 20
"""How many ways to decode a text are tried; only a hostile text has more."""

MAX_PIECE = 100_000
"""A longer text, in characters, is searched in pieces."""

MAX_CHARACTERS_EACH = 40
"""The most characters that encode one character of a secret: three layers of HTML or percent encoding of four bytes."""

_NUMBER = r"[+\d\s()./-]{1,20}"
_ORIGIN = r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*"

Span = tuple[int, int]


class Masker:
    """Masks a set of secrets; those shorter than ``MIN_SEARCHED_LENGTH`` are ignored."""

    def __init__(self, secrets: Iterable[str], *, max_piece: int = MAX_PIECE) -> None:
        self.secrets = tuple(dict.fromkeys(secret for secret in secrets if len(secret) >= MIN_SEARCHED_LENGTH))
        self._max_piece = max_piece

    def __bool__(self) -> bool:
        return bool(self.secrets)

    def mask(self, text: str) -> str:
        """The text with every secret, and every part of one that is long enough, replaced by ``***``."""
        if not self.secrets or len(text) < MIN_SEARCHED_LENGTH:
            return text
        spans = self._spans(text) if len(text) <= self._max_piece else self._spans_in_pieces(text)
        return _replaced(text, spans) if spans else text

    def _spans_in_pieces(self, text: str) -> list[Span]:
        """The spans of all pieces; one that ends where a piece was cut is complete in the neighbouring piece."""
        longest = MAX_CHARACTERS_EACH * max(map(len, self.secrets))
        found: list[Span] = []
        for start in range(0, len(text), self._max_piece):
            first, end = max(0, start - 2 * longest), start + self._max_piece
            for span_start, span_end in self._spans(text[first:end]):
                is_cut = (span_start == 0 and first > 0) or (first + span_end == end < len(text))
                if not is_cut:
                    found.append((first + span_start, first + span_end))
        return found

    def _spans(self, text: str) -> list[Span]:
        found = self._found_in(text)
        layers: list[tuple[str, tuple[_Encoding, ...]]] = [(text, ())]
        seen = {text}
        for reading, undone in layers:
            for encoding in self._encodings:
                if len(undone) == MAX_LAYERS or len(layers) == MAX_DECODINGS or encoding.marker not in reading:
                    continue
                decoded = encoding.decoded(reading)
                if decoded in seen:
                    continue
                seen.add(decoded)
                layers.append((decoded, (*undone, encoding)))
                spans = self._found_in(decoded)
                found += _in_original(text, (*undone, encoding), spans) if spans else ()
        return found

    def _found_in(self, text: str) -> list[Span]:
        spans: list[Span] = []
        lower = text.lower()
        for form in self._forms:
            where = lower if form.any_case and len(lower) == len(text) else text
            if form.prefix in where or form.suffix in where:
                spans += form.spans(where)
        return spans

    @cached_property
    def _forms(self) -> tuple[_Form, ...]:
        return tuple(form for secret in self.secrets for form in _forms_of(secret))

    @cached_property
    def _encodings(self) -> tuple[_Encoding, ...]:
        found = [_PERCENT, _SLASHES, _HTML]
        if any(" " in secret for secret in self.secrets):
            found.append(_PLUS)
        if any("/" in secret or "~" in secret for secret in self.secrets):
            found.append(_POINTER)
        if any("'" in secret for secret in self.secrets):
            found += [_SHELL, _SHELL_DOUBLE]
        return tuple(found)


class _Form(NamedTuple):
    """One notation of a secret, with the shortest start and end that count as a part of it."""

    text: str
    prefix: str
    suffix: str
    any_case: bool = False
    is_word: bool = False

    @classmethod
    def of(cls, text: str, least: int, *, any_case: bool = False, is_word: bool = False) -> _Form:
        """The form with its shortest parts; with ``is_word``, parts inside longer words and phone numbers do not count."""
        least = min(least, len(text))
        return cls(text, text[:least], text[-least:], any_case, is_word)

    def spans(self, text: str) -> Iterator[Span]:
        """Where the form, its start or its end is in a text."""
        form, least = self.text, len(self.prefix)
        for start in _occurrences(self.prefix, text):
            end = start + least
            while end - start < len(form) and text[end : end + 1] == form[end - start]:
                end += 1
            if end - start == len(form) or self._counts(text, start, end):
                yield start, end
        for start in _occurrences(self.suffix, text):
            index, first = len(form) - least, start
            while index and first and text[first - 1] == form[index - 1]:
                index, first = index - 1, first - 1
            if not index or self._counts(text, first, start + least):
                yield first, start + least

    def _counts(self, text: str, start: int, end: int) -> bool:
        """Whether a part belongs to this secret, and not to another word or number that shares some characters with it."""
        if not self.is_word:
            return True
        origin = max(0, len(self.prefix) - MIN_SEARCHED_LENGTH)
        if (origin or self.text.startswith("/")) and is_common_word(text[start:end]):
            return False
        is_most = 4 * (end - start - origin) >= 3 * (len(self.text) - origin)
        is_inside = text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()
        return (is_most or not is_inside) and not re.fullmatch(_NUMBER, text[start:end])


def _occurrences(part: str, text: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _forms_of(secret: str) -> Iterator[_Form]:
    """The forms to search for.

    Parts of a number, or of the origin of a URL, are not searched for: other numbers and URLs contain the same ones.
    """
    origin = re.match(_ORIGIN, secret)
    least = min(len(secret), MIN_SEARCHED_LENGTH + (origin.end() if origin else 0))
    if re.fullmatch(_NUMBER, secret):
        least = len(secret)
    yield _Form.of(secret, least, is_word=True)
    octets = secret.encode("utf-8", "surrogatepass")
    yield _Form.of(octets.hex(), 2 * least, any_case=True)
    for form in _base64_forms(octets):
        yield _Form.of(form, ceil(least * 4 / 3))


def _base64_forms(octets: bytes) -> Iterable[str]:
    """The base64 characters of the bytes inside a longer text, without those that depend on neighbouring bytes."""
    import base64

    forms = {base64.b64encode(octets).decode().rstrip("="): None}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + octets).decode()
        forms[encoded[ceil(8 * before / 6) : 8 * (before + len(octets)) // 6]] = None
    for form in list(forms):
        forms[form.replace("+", "-").replace("/", "_")] = None
    return (form for form in forms if len(form) >= MIN_SEARCHED_LENGTH)


class _Encoding:
    """A way to escape characters; ``characters`` gives what an escape stands for, each with its length in the text."""

    def __init__(self, marker: str, pattern: str, characters: Callable[[re.Match[str]], list[tuple[str, int]]]) -> None:
        self.marker = marker
        self.characters = characters
        self._pattern = pattern

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when it is first needed, because every command imports this module."""
        return re.compile(self._pattern, re.S)

    def decoded(self, text: str) -> str:
        """The text without its escapes; each different escape is decoded once."""
        known: dict[str, str] = {}

        def plain(match: re.Match[str]) -> str:
            escape = match.group()
            if escape not in known:
                known[escape] = "".join(char for char, _ in self.characters(match))
            return known[escape]

        return self.pattern.sub(plain, text)

    def offsets(self, text: str) -> tuple[list[int], list[int]]:
        """Pairs of offsets in the decoded and the original text; between two pairs both grow at the same rate."""
        decoded, original = [0], [0]
        shift = 0
        for match in self.pattern.finditer(text):
            at = match.start()
            for char, length in self.characters(match):
                decoded.append(at + shift)
                original.append(at)
                at += length
                shift += len(char) - length
                decoded.append(at + shift)
                original.append(at)
        return decoded, original


def _in_original(text: str, undone: tuple[_Encoding, ...], spans: list[Span]) -> list[Span]:
    """Spans of a decoded text in the original one."""
    texts = [text]
    for encoding in undone[:-1]:
        texts.append(encoding.decoded(texts[-1]))
    for encoding, decoded_text in zip(reversed(undone), reversed(texts), strict=True):
        decoded, original = encoding.offsets(decoded_text)
        spans = [
            (_original_start(start, decoded, original), _original_end(end, decoded, original)) for start, end in spans
        ]
    return spans


def _original_start(offset: int, decoded: list[int], original: list[int]) -> int:
    """The original offset of the character at an offset of the decoded text."""
    index = bisect_right(decoded, offset) - 1
    return original[index] + offset - decoded[index]


def _original_end(offset: int, decoded: list[int], original: list[int]) -> int:
    """The original offset after the last character before an offset of the decoded text."""
    index = bisect_right(decoded, offset - 1)
    start = _original_start(offset - 1, decoded, original)
    is_escape = index < len(decoded) and original[index] - original[index - 1] != decoded[index] - decoded[index - 1]
    return original[index] if is_escape else start + 1


def _percent_characters(match: re.Match[str]) -> list[tuple[str, int]]:
    text = bytes.fromhex(match.group().replace("%", "")).decode("utf-8", "surrogateescape")
    return [(char, 3 * len(char.encode("utf-8", "surrogateescape"))) for char in text]


def _slash_characters(match: re.Match[str]) -> list[tuple[str, int]]:
    high, low, braced, unit, octets, octal, other = match.groups()
    length = len(match.group())
    if octets:
        raw = bytes.fromhex(octets[1:].replace("\\x", ""))
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
            return [(char, 4) for char in text]
        return [(char, 4 * len(char.encode())) for char in text]
    if high:
        code = 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
    elif octal:
        code = int(octal, 8)
    elif other:
        return [(_JSON_ESCAPES.get(other, other), length)]
    else:
        code = int(braced or unit, 16)
    return [(chr(code), length)] if code < 0x110000 else [(match.group(), length)]


def _html_characters(match: re.Match[str]) -> list[tuple[str, int]]:
    hexadecimal, decimal, name = match.groups()
    length = len(match.group())
    if name:
        from html.entities import html5

        text = html5.get(f"{name};", match.group())
        return [(text, length)]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return [(chr(code), length)] if code < 0x110000 else [(match.group(), length)]


_JSON_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_PERCENT = _Encoding("%", r"(?:%[0-7][0-9a-fA-F]){1,64}|(?:%[89a-fA-F][0-9a-fA-F])+", _percent_characters)
_SLASHES = _Encoding(
    "\\",
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u\{0{0,6}([0-9a-fA-F]{1,6})\}"
    r"|u([0-9a-fA-F]{4})|(x[0-7][0-9a-fA-F]|x[89a-fA-F][0-9a-fA-F](?:\\x[89a-fA-F][0-9a-fA-F])*)|([0-3][0-7]{2})|(.))",
    _slash_characters,
)
_HTML = _Encoding(
    "&",
    r"&(?:#[xX]0{0,8}([0-9a-fA-F]{1,6})|#0{0,8}([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,30}));?",
    _html_characters,
)
_PLUS = _Encoding("+", r"\+", lambda match: [(" ", 1)])
_POINTER = _Encoding("~", r"~[01]", lambda match: [("~" if match.group() == "~0" else "/", 2)])
_SHELL = _Encoding("'\\''", r"'\\''", lambda match: [("'", 4)])
_SHELL_DOUBLE = _Encoding("'\"'\"'", r"'\"'\"'", lambda match: [("'", 5)])


def _replaced(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start > done or not parts:
            parts += [text[done:start], MASK]
        done = max(done, end)
    return "".join([*parts, text[done:]])
