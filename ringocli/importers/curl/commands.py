"""A shell command as data: its words, its stdin, and the files that the paste wrote before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

_WAITING = re.compile(r"-[dFHuX]|--(?:data(?:-\w+)?|form|header|json|request|url|user)")
"""Options that cannot end a line, because their value must be on the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its words after unquoting, and its stdin where the paste shows it.

    ``files`` maps the names of files that the paste itself wrote earlier to their content; ``declared`` maps the
    variables that it set and that name an account or a secret to their values: they stay placeholders in ``words``.
    """

    words: tuple[str, ...]
    stdin: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)


def is_curl_name(word: str) -> bool:
    """Whether a word names the curl program, with or without a path."""
    return bool(re.fullmatch(r"(?:.*[/\\])?curl(?:\.exe)?", word, re.I))


def is_curl(words: Sequence[str]) -> bool:
    """Whether a command runs curl, itself or through another program such as ``sudo``."""
    return any(is_curl_name(word) for word in words[:4])


def rejoined(commands: list[Command], notes: list[str]) -> list[Command]:
    """Commands with lost line continuations restored: a line that starts with an option or URL continues the previous one."""
    joined: list[Command] = []
    for command in commands:
        stray = command.words[0].startswith("-") or re.match(r"[\"']?https?://", command.words[0])
        waits = bool(joined) and bool(_WAITING.fullmatch(joined[-1].words[-1]))
        if (stray or waits) and joined and is_curl(joined[-1].words):
            last = joined[-1]
            joined[-1] = replace(last, words=(*last.words, *command.words), stdin=last.stdin or command.stdin)
            notes.append("a line break without a \\ before it was read as a space")
        else:
            joined.append(command)
    return joined
