"""Text from outside in Markdown, as GitHub and wikis read it."""

from __future__ import annotations

import re

from ringocli.text.console import printable

_VARIABLES = re.compile(r"((?:\$[^\W\d][\w .-]*\$)+)")
_SPECIAL = re.compile(r"[\\|`*~$]|(?<![^\W_])_|_(?![^\W_])|\](?=[(\[])")


def table_cell(text: str) -> str:
    """Text that neither leaves its cell nor opens a tag; variables are code, as ``$to$`` would be a formula on GitHub."""
    parts = _VARIABLES.split(" ".join(printable(text).split()))
    return "".join(f"`{part}`" if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", re.sub(r"&(?=#?\w+;)", "&amp;", text)).replace("<", "&lt;")
