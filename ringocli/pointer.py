"""Pointers into JSON (RFC 6901)."""

from __future__ import annotations

from typing import TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]


def as_text(pointer: Pointer) -> str:
    """RFC 6901 text."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
