"""Text that records which of its characters came from which variable.

Rendering yields ``Traced`` instead of ``str``: a sequence of pieces, each either literal text of the template or the
value of a variable, and each plain or secret. All body encodings work on single characters, so encoding the pieces
gives the same bytes as encoding the whole, and the origin and secrecy of every byte are known exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ringocli.text.secret import Text, encoded, join, sent


class Piece(NamedTuple):
    """A run of characters; ``variable`` names the variable whose value it is, None for literal text."""

    text: Text
    variable: str | None = None


class Span(NamedTuple):
    """The position of a variable's value in a body: offsets in UTF-8 bytes, ``end`` excluded."""

    variable: str
    start: int
    end: int


class Traced(NamedTuple):
    """A text in pieces. ``str()`` masks secrets; ``reveal()`` gives the text to send."""

    pieces: tuple[Piece, ...] = ()

    @classmethod
    def plain(cls, text: str) -> Traced:
        """Literal text."""
        return cls((Piece(text),)) if text else cls()

    @property
    def text(self) -> Text:
        """The pieces as one text, secret if any piece is."""
        return join(piece.text for piece in self.pieces)

    def reveal(self) -> str:
        """The text to send; to be called only where bytes leave the process."""
        return sent(self.text)

    def map(self, encode: Callable[[str], str]) -> Traced:
        """The text in another encoding; ``encode`` must treat every character independently."""
        return Traced(tuple(Piece(encoded(piece.text, encode), piece.variable) for piece in self.pieces))

    def spans(self, show: Callable[[Text], str] = str) -> tuple[Span, ...]:
        """The position of each variable's value in the UTF-8 bytes of the text as returned by ``show``."""
        found, offset = [], 0
        for piece in self.pieces:
            end = offset + len(show(piece.text).encode("utf-8", "surrogatepass"))
            if piece.variable is not None:
                found.append(Span(variable=piece.variable, start=offset, end=end))
            offset = end
        return tuple(found)

    def __str__(self) -> str:
        return str(self.text)

    def __bool__(self) -> bool:
        return any(piece.text for piece in self.pieces)


def joined(parts: Iterable[Traced | str]) -> Traced:
    """Concatenate traced and plain texts; plain texts in a row become one piece."""
    pieces: list[Piece] = []
    plain: list[str] = []
    for part in (*parts, Traced()):
        if isinstance(part, str):
            plain.append(part)
        else:
            pieces.extend((*Traced.plain("".join(plain)).pieces, *part.pieces))
            plain.clear()
    return Traced(tuple(pieces))
