"""A shell command as data: its words, its stdin, and the files that the paste wrote before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ringocli.errors import LocalError

MAX_EXPANDED = 10_000_000
"""The most characters to which the variables of a paste are expanded; a few lines that double a variable could produce gigabytes."""

_VALUE_ON_NEXT_LINE = re.compile(r"-[dFHuX]|--(?:data(?:-\w+)?|form|header|json|request|url|user)")
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


class Expansions:
    """Counts the characters that variables stand for."""

    def __init__(self) -> None:
        self._characters = 0

    def counted(self, value: str) -> str:
        """The value.

        Raises:
            LocalError: all values together are longer than ``MAX_EXPANDED``.
        """
        self._characters += len(value)
        if self._characters > MAX_EXPANDED:
            raise LocalError(
                "the variables of the shell command expand to too much text", "Paste only the curl command."
            )
        return value


def is_curl_name(word: str) -> bool:
    """Whether a word names the curl program, with or without a path."""
    return not word.startswith("-") and bool(re.fullmatch(r"(?:.*[/\\])?curl(?:\.exe)?", word, re.I))


_NOT_RUN = re.compile(
    r"(?:.*/)?(?:apt|apt-get|aptitude|brew|yum|dnf|apk|pacman|zypper|choco|winget|scoop|pip3?|npm|snap|port|which|whereis|man|"
    r"type|hash|echo|printf|alias|info|whatis)"
)
"""Programs whose argument ``curl`` is a package or a word, not a command to run."""
_WRAPPERS = re.compile(
    r"(?:.*/)?(?:sudo|doas|env|time|timeout|nohup|nice|xargs|exec|command|watch|docker|podman|nerdctl|kubectl|oc|ssh|chroot|"
    r"nsenter|ip|torsocks|proxychains4?|parallel|docker-compose|lxc|heroku|fly|flyctl|wsl|vagrant)(?:\.exe)?"
)
"""Programs that run the command among their arguments."""
_IMAGE = re.compile(r"(?:[\w.-]+(?::\d+)?/)*(?:curl|alpine-curl|curl-alpine)(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?")


def curl_index(words: Sequence[str]) -> int | None:
    """The position of curl among the words of a command, also behind ``sudo``, ``kubectl exec … --`` or ``docker run``."""
    if not words or _NOT_RUN.fullmatch(words[0]):
        return None
    last = len(words) if _WRAPPERS.fullmatch(words[0]) else 4
    named = next((index for index, word in enumerate(words[:last]) if is_curl_name(word)), None)
    if named is None and _WRAPPERS.fullmatch(words[0]) and "run" in words:
        return _start_in_image(words)
    return named


def _start_in_image(words: Sequence[str]) -> int | None:
    """The position before curl's arguments in ``docker run IMAGE …`` and ``kubectl run --image=IMAGE -- …``."""
    for index, word in enumerate(words):
        image = word.removeprefix("--image=")
        if "/" in image and _IMAGE.fullmatch(image):
            return words.index("--", index) if "--" in words[index:] else index
    return None


def is_curl(words: Sequence[str]) -> bool:
    """Whether a command runs curl, itself or through another program such as ``sudo``."""
    return curl_index(words) is not None


def rejoined(commands: list[Command], notes: list[str]) -> list[Command]:
    """Commands with lost line continuations restored: a line that starts with an option or URL continues the previous one."""
    joined: list[Command] = []
    for command in commands:
        stray = command.words[0].startswith("-") or re.match(r"[\"']?https?://", command.words[0])
        waits = bool(joined) and bool(_VALUE_ON_NEXT_LINE.fullmatch(joined[-1].words[-1]))
        if (stray or waits) and joined and is_curl(joined[-1].words):
            last = joined[-1]
            joined[-1] = replace(last, words=(*last.words, *command.words), stdin=last.stdin or command.stdin)
            notes.append("a line break without a \\ before it was read as a space")
        else:
            joined.append(command)
    return joined
