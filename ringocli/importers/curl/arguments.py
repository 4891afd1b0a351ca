"""Splits the arguments of a curl command into options with their values, by curl's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ringocli.importers.curl.option_names import LETTERS, VALUED, long_name
from ringocli.importers.learn.placeholders import OPEN

EXPANDED = "expand-"
"""The prefix of long options whose value may contain ``{{variables}}`` set with ``--variable``."""


def options_of(words: Sequence[str], notes: list[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, in order; a URL has the name ""; ``expand-`` stays before a name."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            yield from (("", url) for url in rest)
            return
        if word.startswith("--"):
            yield _long(word[2:], rest, notes)
        elif word.startswith("-") and len(word) > 1:
            yield from _short(word[1:], rest, notes)
        elif word.strip():
            yield "", word.strip()


def _long(given: str, rest: list[str], notes: list[str]) -> tuple[str, str]:
    name = long_name(given)
    if name is None and "=" in given:
        option, _, value = given.partition("=")
        if (name := long_name(option)) is not None and name in VALUED:
            notes.append(f"--{option}=... was read as --{option} ...; curl itself does not accept =")
            return name, value
    if name is None:
        shown = given.partition("=")[0]
        named = f"--{shown}" if re.fullmatch(r"[a-z]+(?:-[a-z]+)*", shown) else "the word after a --"
        notes.append(f"{named} is not a curl option and was ignored")
        if "=" not in given and rest and not rest[0].startswith("-") and not _resembles_url(rest[0]):
            rest.pop(0)  # its value, which would otherwise be read as a URL
        return "unknown", ""
    mark = EXPANDED if given.startswith(EXPANDED) else ""
    return mark + name, (rest.pop(0) if rest else "") if name in VALUED else ""


def _resembles_url(word: str) -> bool:
    """Whether a word can only be the URL: it has a scheme, or a host name with a dot or a port, or is a placeholder."""
    return bool(
        re.match(rf"[\"']?(?:[a-z]+://|(?:[\w-]+\.)+[a-z]{{2,}}(?:[:/?]|$)|localhost|[\w.-]+:\d+|{OPEN})", word, re.I)
    )


def _short(letters: str, rest: list[str], notes: list[str]) -> Iterator[tuple[str, str]]:
    while letters:
        letter, letters = letters[0], letters[1:]
        name = LETTERS.get(letter)
        if name is None:
            notes.append(f"-{letter} is not a curl option and was ignored")
            return
        if name in VALUED:
            yield name, letters or (rest.pop(0) if rest else "")
            return
        yield name, ""
