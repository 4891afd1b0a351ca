"""Secret values: sent as they are, shown as ``***``.

Properties and webhook URLs are ``Secret`` from the moment they are read, and stay so when they are joined and encoded,
so that a rendered request knows which of its bytes may be shown. ``redact`` masks secrets in text from outside, which
may repeat them in many encodings. ``reveal`` is called only where bytes leave the process; a test checks the list.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn, TypeAlias
from urllib.parse import quote, quote_plus

MASK = "***"

MIN_SEARCHED_LENGTH = 8
"""Shorter secrets are not searched for in text from outside: ordinary words would be masked."""


class Secret:
    """Text that is sent as it is and shown as ``***``.

    ``str``, f-strings and ``repr`` give the shown text. Concatenation, pickling and JSON encoding raise, because the
    result would be an unprotected secret.
    """

    __slots__ = ("__sent", "shown")

    def __init__(self, sent: str, shown: str = MASK, *, remembered: bool = True) -> None:
        self.__sent = sent
        self.shown = shown
        if remembered:
            _remember(sent)

    def reveal(self) -> str:
        """The text to send; to be called only where bytes leave the process."""
        return self.__sent

    def map(self, encode: Callable[[str], str]) -> Secret:
        """The secret in another encoding; it is shown as before."""
        return Secret(encode(self.__sent), self.shown)

    def __str__(self) -> str:
        return self.shown

    def __repr__(self) -> str:
        return f"Secret({self.shown!r})"

    def __format__(self, spec: str) -> str:
        return format(self.shown, spec)

    def __bool__(self) -> bool:
        return bool(self.__sent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__sent

    def __hash__(self) -> int:
        return hash(self.__sent)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")

    def __add__(self, other: object) -> NoReturn:
        raise TypeError("join secrets with join()")

    __radd__ = __add__


Text: TypeAlias = str | Secret


def join(parts: Iterable[Text]) -> Text:
    """Concatenate texts; the result is a secret if any part is."""
    pieces = tuple(parts)
    if any(isinstance(piece, Secret) for piece in pieces):
        # Its secret parts are already known; adding every joined text would exhaust memory in a long run.
        whole, shown = "".join(map(sent, pieces)), "".join(map(str, pieces))
        return Secret(whole, shown, remembered=False)
    return "".join(str(piece) for piece in pieces)


def sent(text: Text) -> str:
    """The characters to send for a plain or secret text."""
    return text.reveal() if isinstance(text, Secret) else text


def encoded(text: Text, encode: Callable[[str], str]) -> Text:
    """A plain or secret text in another encoding; a secret stays one."""
    return text.map(encode) if isinstance(text, Secret) else encode(text)


def basic_credentials(username: Text, password: Text) -> Text:
    """The base64 of ``username:password`` (RFC 7617); a secret unless both parts are plain."""
    pair = join((username, ":", password))
    plain = base64.b64encode(sent(pair).encode()).decode()
    return Secret(plain) if isinstance(pair, Secret) else plain


_known: dict[str, None] = {}

_edition = object()
"""Replaced whenever ``_known`` changes, by any thread."""

_patterns: tuple[object, tuple[str, ...]] = (_edition, ())
"""The edition of ``_known`` and all encodings of its secrets, longest first."""


def _remember(text: str) -> None:
    """Register a secret, to be masked in text from outside."""
    global _edition
    if len(text) >= MIN_SEARCHED_LENGTH and text not in _known:
        _known[text] = None
        _edition = object()


def forget() -> None:
    """Forget all secrets: each command masks only the secrets that it read itself."""
    global _edition
    _known.clear()
    _edition = object()


def search_patterns() -> tuple[str, ...]:
    """The texts that ``redact`` masks. While it returns the same object, redacting gives the same results."""
    global _patterns
    edition = _edition
    if _patterns[0] is not edition:
        _patterns = (edition, _longest_first(pattern for text in tuple(_known) for pattern in _encodings(text)))
    return _patterns[1]


def _longest_first(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(patterns), key=len, reverse=True))


def _encodings(text: str) -> Iterable[str]:
    """A secret in the encodings in which others may repeat it: raw, JSON, URL, form, base64, HTML, shell."""
    import html
    import shlex

    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield json.dumps(text)[1:-1].replace("/", "\\/")
    yield quote(text, safe="")
    yield quote_plus(text)
    yield quote(text)
    yield base64.b64encode(text.encode()).decode()
    yield base64.b64encode(text.encode()).decode().rstrip("=")
    yield base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    yield html.escape(text)
    yield shlex.quote(text)


def redact(text: str, secrets: Iterable[str | Secret] = ()) -> str:
    """Replace every known secret of 8 or more characters, in any encoding, by ``***``."""
    patterns = _patterns[1] if _patterns[0] is _edition else search_patterns()
    if more := [sent(secret) for secret in secrets if len(sent(secret)) >= MIN_SEARCHED_LENGTH]:
        patterns = _longest_first((*patterns, *(pattern for secret in more for pattern in _encodings(secret))))
    for pattern in patterns:
        if pattern in text:
            text = text.replace(pattern, MASK)
    return text


def redact_values(texts: Mapping[str, str]) -> dict[str, str]:
    """Redact every value of a mapping."""
    return {name: redact(text) for name, text in texts.items()} if search_patterns() else dict(texts)
