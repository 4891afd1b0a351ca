"""Recognises UUIDs."""

from __future__ import annotations

import re

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def is_uuid(text: str) -> bool:
    """Whether the whole text is a UUID with its hyphens, of any version."""
    return len(text) == 36 and re.fullmatch(_UUID, text) is not None
