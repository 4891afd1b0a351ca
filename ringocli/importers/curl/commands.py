"""One command: its words, and what may be on its stdin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

_WAITING = re.compile(r"-[dFHuX]|--(?:data(?:-\w+)?|form|header|json|request|url|user)")
"""An option that a line cannot end with: its value is on the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its words, unquoted, and the text on its stdin where the paste shows it.

    ``files`` are those that the paste itself wrote before, by name.
    """

    words: tuple[str, ...]
    stdin: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)


def is_curl_name(word: str) -> bool:
    """Whether a word is the program curl, with or without its path."""
    return bool(re.fullmatch(r"(?:.*[/\\])?curl(?:\.exe)?", word, re.I))


def is_curl(words: Sequence[str]) -> bool:
    """Whether a command runs curl, itself or through another program such as ``sudo``."""
    return any(is_curl_name(word) for word in words[:4])


def rejoined(commands: list[Command], notes: list[str]) -> list[Command]:
    """Commands with their lost continuations: a line that starts with an option or an address goes on the last one."""
    joined: list[Command] = []
    for command in commands:
        stray = command.words[0].startswith("-") or re.match(r"[\"']?https?://", command.words[0])
        waits = bool(joined) and bool(_WAITING.fullmatch(joined[-1].words[-1]))
        if (stray or waits) and joined and is_curl(joined[-1].words):
            last = joined[-1]
            joined[-1] = replace(last, words=(*last.words, *command.words), stdin=last.stdin or command.stdin)
            notes.append("a line break without a \\ before it was read as a blank")
        else:
            joined.append(command)
    return joined
