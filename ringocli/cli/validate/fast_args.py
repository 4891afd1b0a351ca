"""``validate`` with plain arguments, read without the command-line library, which loads slower than a file is linted.

Everything else (help, completion, what is misspelled, other commands) is left to that library; a test holds both
together on generated command lines.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ringocli.cli.validate.run import Asked
from ringocli.text import console

_FLAGS = {f"--{name.replace('_', '-')}": name for name, default in Asked._field_defaults.items() if default is False}
_LISTS = {
    f"--{name}": name for name, default in Asked._field_defaults.items() if default == () and default is not False
}
_VALUES = {
    f"--{name.replace('_', '-')}": name
    for name, default in Asked._field_defaults.items()
    if default is None or isinstance(default, str)
}
_GLOBAL = {"-q": "quiet", "--quiet": "quiet", "-v": "verbose", "--verbose": "verbose"}


def read_plain(arguments: Sequence[str]) -> Asked | None:
    """The options of ``validate`` if the arguments are plain, with the console set as asked; else None."""
    words = list(arguments)
    said: dict[str, Any] = {}
    while words and words[0] in _GLOBAL:
        said[_GLOBAL[words.pop(0)]] = True
    if words[:1] != ["validate"] or "_RINGOCLI_COMPLETE" in os.environ:
        return None
    asked = _read(words[1:])
    if asked is not None:
        console.configure(**said)
    return asked


def _read(words: list[str]) -> Asked | None:
    paths: list[str] = []
    found: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if word == "-" or not word.startswith("-"):
            paths.append(word)
        elif word in _FLAGS:
            found[_FLAGS[word]] = True
        elif option in _VALUES or option in _LISTS:
            value = value if equals else next(rest, "")
            if not value or (not equals and value.startswith("-")):
                return None
            if option in _LISTS:
                found[_LISTS[option]] = (*found.get(_LISTS[option], ()), value)
            else:
                found[_VALUES[option]] = value
        else:
            return None
    return Asked(paths, **found) if paths and "" not in paths else None
