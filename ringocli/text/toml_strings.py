"""Writes strings of TOML, which the standard library only reads."""

from __future__ import annotations

import json


def toml_string(text: str) -> str:
    """A basic string of TOML; lone surrogates, which it cannot express, become ``?``.

    A JSON string is one, except that TOML requires DEL to be escaped.
    """
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
