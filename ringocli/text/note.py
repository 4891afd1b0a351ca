"""Notes: remarks on an input, each with the location that it is about."""

from __future__ import annotations

from typing import NamedTuple

from ringocli.text.pointer import Pointer, as_text


class Note(NamedTuple):
    """A remark, and the location that it is about (None: the whole)."""

    text: str
    pointer: Pointer | None = None

    def as_document(self) -> dict[str, str | None]:
        """The note as JSON output lists it."""
        return {"text": self.text, "pointer": None if self.pointer is None else as_text(self.pointer)}
