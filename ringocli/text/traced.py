"""Text that knows which of its characters came from which variable.

Rendering yields ``Traced`` instead of ``str``: a run of pieces, each either written in the template or put in for a
variable, each plain or secret. Every encoding of a body works on single characters, so encoding piece by piece gives
the same bytes as encoding the whole, and neither the origin nor the secrecy of a byte is ever guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ringocli.text.secret import Text, encoded, join, sent


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters; ``variable`` names what it was put in for, ``None`` for the template's own text."""

    text: Text
    variable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a variable's text lies in a body: offsets in UTF-8 bytes, ``end`` not included."""

    variable: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Traced:
    """A text in pieces. ``str()`` shows it with secrets masked; ``reveal()`` is what is sent."""

    pieces: tuple[Piece, ...] = ()

    @classmethod
    def plain(cls, text: str) -> Traced:
        """Text that came from no variable."""
        return cls((Piece(text),)) if text else cls()

    @property
    def text(self) -> Text:
        """The pieces as one text, secret if any piece is."""
        return join(piece.text for piece in self.pieces)

    def reveal(self) -> str:
        """The text to send, for the place where bytes leave the process."""
        return sent(self.text)

    def map(self, encode: Callable[[str], str]) -> Traced:
        """The text in another encoding, piece by piece; ``encode`` must work on single characters."""
        return Traced(tuple(Piece(encoded(piece.text, encode), piece.variable) for piece in self.pieces))

    def spans(self, show: Callable[[Text], str] = str) -> tuple[Span, ...]:
        """Where each variable's text lies, in the bytes of the text as ``show`` shows it."""
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
    """One traced text out of traced and plain ones."""
    pieces: list[Piece] = []
    for part in parts:
        pieces.extend(Traced.plain(part).pieces if isinstance(part, str) else part.pieces)
    return Traced(tuple(pieces))
