"""Predicts the output of simple commands from their arguments and stdin; nothing is run."""

from __future__ import annotations

import base64
import re

from ringocli.importers.curl.commands import Command
from ringocli.importers.curl.quoting import ansi_c

_CONVERSION = re.compile(r"%(?:%|[-0-9.]*([sdiqbx]))")


def predicted_output(command: Command) -> str | None:
    """The output of ``echo``, ``printf``, ``cat``, ``base64`` and ``tr -d``; None where it is not known."""
    name, *words = command.words
    if name == "echo":
        return _echoed(words)
    if name == "printf" and words:
        return _formatted(words[1:] if words[0] == "--" else words)
    if command.stdin is None:
        return None
    if name == "cat" and words in ([], ["-"]):
        return command.stdin
    if name == "base64" or (name == "openssl" and {"base64", "-base64", "-a"} & set(words)):
        return base64.b64encode(command.stdin.rstrip("\n").encode()).decode() + "\n"
    if name == "tr" and words[:1] == ["-d"] and len(words) == 2:
        return re.sub(f"[{re.escape(ansi_c(words[1]))}]", "", command.stdin)
    return None


def _echoed(words: list[str]) -> str:
    options = ""
    while words and re.fullmatch(r"-[neE]+", words[0]):
        options += words.pop(0)
    text = " ".join(words)
    return (ansi_c(text) if "e" in options else text) + ("" if "n" in options else "\n")


def _formatted(words: list[str]) -> str | None:
    """The output of a ``printf`` whose format has one conversion per argument; None for any other."""
    pattern, *arguments = words
    conversions = [found for found in _CONVERSION.finditer(pattern) if found.group(1)]
    if len(conversions) != len(arguments):
        return None
    rest = iter(arguments)
    return _CONVERSION.sub(lambda found: next(rest) if found.group(1) else "%", ansi_c(pattern))
