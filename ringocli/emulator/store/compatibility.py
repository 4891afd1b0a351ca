"""Reads exchanges as earlier versions of ringocli stored them."""

from __future__ import annotations

from typing import Any

_RENAMED = {"weather": "chaos"}
"""Members of a stored exchange by the name they had before (up to version 0.1)."""


def with_current_names(content: dict[str, Any]) -> dict[str, Any]:
    """Stored content with the current names of its members; changes ``content`` itself."""
    for old, new in _RENAMED.items():
        if old in content:
            content[new] = content.pop(old)
    return content
