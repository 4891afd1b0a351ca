"""Finds the curl commands of a pasted text, in whichever shell it is written: bash, cmd or PowerShell.

Documentation pages break commands in a handful of ways; each repair is reported in a note. Nothing is run: an
expansion stays marked as a placeholder, unless the paste itself assigns the variable.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ringocli.importers.curl.bash import bash_commands
from ringocli.importers.curl.commands import Command, is_curl_name, rejoined
from ringocli.importers.curl.repair import tidied
from ringocli.importers.curl.windows import cmd_words, powershell_words


def read_commands(text: str) -> tuple[list[Command], list[str]]:
    """Every command of a pasted text, and notes on what was repaired."""
    notes: list[str] = []
    text = tidied(text, notes)
    dialect = _dialect(text)
    if dialect == "bash":
        return bash_commands(text, notes), notes
    lines, declared = powershell_words(text) if dialect == "powershell" else (cmd_words(text), {})
    commands = [Command(words=tuple(line), declared=declared) for line in lines if line]
    return rejoined(commands, notes), notes


def _dialect(text: str) -> str:
    if re.search(r"`[ \t]*\n", text) or re.search(r"\$env:\w", text):
        return "powershell"
    if re.search(r"\^[ \t]*\n|\s\^\"", text) and not re.search(r"\\\n", text):
        return "cmd"
    if re.search(r"\"\s*[{\[]\s*\"\"\w", text):
        return "cmd"
    return "bash"


def curl_words(text: str) -> tuple[list[Command], list[str]]:
    """The arguments of each curl command in a text, and notes on how it was read."""
    commands, notes = read_commands(text)
    for command in commands:
        if command.words[0] in ("bash", "sh", "zsh") and "-c" in command.words[1:-1]:
            inner, more = read_commands(command.words[-1])
            commands = [*commands, *(replace(one, files={**command.files, **one.files}) for one in inner)]
            notes = [*notes, *more]
    found = []
    for command in commands:
        for index, word in enumerate(command.words[:4]):
            if is_curl_name(word):
                found.append(replace(command, words=command.words[index + 1 :]))
                break
    if not found:
        first = next((command for command in commands if re.match(r"-|https?://", command.words[0])), None)
        if first is not None:
            found.append(first)
            notes.append("the word curl was missing before the options")
    return found, list(dict.fromkeys(notes))
