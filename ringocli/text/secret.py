"""A secret is a value with two faces: what is sent, and what is shown.

A property of a template and a webhook URL are secrets from the moment they are read. ``Secret`` keeps the mark
through joining and encoding, so that a rendered request knows by itself which of its bytes may be seen.
``blank`` is for the other direction: text that came back from outside and may repeat a secret.
Only the places where bytes leave the process call ``reveal``; a test holds that list.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn, TypeAlias
from urllib.parse import quote, quote_plus

MASK = "***"

MIN_SEARCHED_LENGTH = 8
"""Secrets shorter than this are not searched for in foreign text: they would blank ordinary words."""


class Secret:
    """Text that is sent as it is and shown as ``***``.

    ``str``, f-strings and ``repr`` give what is shown. Concatenation, pickling and JSON encoding raise,
    because each of them would either lose the mark or let the text out.
    """

    __slots__ = ("__sent", "shown")

    def __init__(self, sent: str, shown: str = MASK, *, remembered: bool = True) -> None:
        self.__sent = sent
        self.shown = shown
        if remembered:
            _remember(sent)

    def reveal(self) -> str:
        """The text to send. Call it where bytes leave the process, nowhere else."""
        return self.__sent

    def map(self, encode: Callable[[str], str]) -> Secret:
        """The same secret in another encoding, still a secret; what is shown stays."""
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
    """One text out of several; a secret if any part of it is."""
    pieces = tuple(parts)
    if any(isinstance(piece, Secret) for piece in pieces):
        # Its secret parts are remembered; remembering each whole text would fill memory in a long run.
        whole, shown = "".join(map(sent, pieces)), "".join(map(str, pieces))
        return Secret(whole, shown, remembered=False)
    return "".join(str(piece) for piece in pieces)


def sent(text: Text) -> str:
    """What goes over the wire for a plain or a secret text."""
    return text.reveal() if isinstance(text, Secret) else text


def encoded(text: Text, encode: Callable[[str], str]) -> Text:
    """A plain or a secret text in another encoding; the mark stays."""
    return text.map(encode) if isinstance(text, Secret) else encode(text)


def basic_credentials(username: Text, password: Text) -> Text:
    """The base64 of ``username:password`` (RFC 7617); a secret unless both parts are plain."""
    pair = join((username, ":", password))
    plain = base64.b64encode(sent(pair).encode()).decode()
    return Secret(plain) if isinstance(pair, Secret) else plain


_known: dict[str, None] = {}

_edition = object()
"""Another one whenever ``_known`` changes, in whatever thread."""

_sought: tuple[object, tuple[str, ...]] = (_edition, ())
"""All faces, longest first, with the edition that they were gathered from."""


def _remember(text: str) -> None:
    """Keep every secret of this process for text that comes from outside."""
    global _edition
    if len(text) >= MIN_SEARCHED_LENGTH and text not in _known:
        _known[text] = None
        _edition = object()


def forget() -> None:
    """Start anew: a command blanks the secrets that it read itself, not those of one before it in this process."""
    global _edition
    _known.clear()
    _edition = object()


def sought() -> tuple[str, ...]:
    """What ``blank`` looks for; as long as it is the same object, the same text is blanked the same way."""
    global _sought
    edition = _edition
    if _sought[0] is not edition:
        _sought = (edition, _longest_first(face for text in tuple(_known) for face in _faces(text)))
    return _sought[1]


def _longest_first(faces: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(faces), key=len, reverse=True))


def _faces(text: str) -> Iterable[str]:
    """A secret as foreign text may repeat it: raw, JSON, URL (both ways), base64, HTML, shell."""
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
    """Foreign text with every known secret of 8 or more characters, in any encoding, replaced by ``***``."""
    faces = _sought[1] if _sought[0] is _edition else sought()
    if more := [sent(secret) for secret in secrets if len(sent(secret)) >= MIN_SEARCHED_LENGTH]:
        faces = _longest_first((*faces, *(face for secret in more for face in _faces(secret))))
    for face in faces:
        if face in text:
            text = text.replace(face, MASK)
    return text


def blank_values(texts: Mapping[str, str]) -> dict[str, str]:
    """The same names, with every text blanked."""
    return {name: redact(text) for name, text in texts.items()} if sought() else dict(texts)
