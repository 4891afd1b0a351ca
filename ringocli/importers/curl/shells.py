"""Finds the curl commands of a pasted text, in whichever shell it is written: bash, cmd or PowerShell.

Documentation pages break commands in several ways; each repair is reported in a note. Nothing is run: an expansion
remains a placeholder, unless the paste itself assigns the variable.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ringocli.importers.curl.bash import bash_commands
from ringocli.importers.curl.commands import Command, curl_index, is_curl, rejoined
from ringocli.importers.curl.repair import without_page_markup
from ringocli.importers.curl.windows import cmd_words, powershell_words, with_carets_outside


def read_commands(text: str) -> tuple[list[Command], list[str]]:
    """Every command of a pasted text, and notes on what was repaired."""
    notes: list[str] = []
    text = with_carets_outside(without_page_markup(text, notes), notes)
    dialect = _dialect(text)
    if dialect == "bash":
        return bash_commands(text, notes), notes
    lines, declared = powershell_words(text) if dialect == "powershell" else (cmd_words(text), {})
    commands = [Command(words=tuple(line), declared=declared) for line in lines if line]
    return rejoined(commands, notes), notes


def _dialect(text: str) -> str:
    if any(line.rstrip().endswith("`") and line.count("`") % 2 for line in text.split("\n")[:-1]) or re.search(
        r"\$env:\w", text
    ):
        return "powershell"
    if re.search(r"\^[ \t]*\n|\s\^\"", text) and not re.search(r"\\\n", text):
        return "cmd"
    if re.search(r"\"\s*[{\[]\s*\"\"\w", text):
        return "cmd"
    return "bash"


def curl_words(text: str) -> tuple[list[Command], list[str]]:
    """The arguments of each curl command in a text, and notes on how it was read."""
    found, notes = _curl_words(text)
    if not found and (logged := _LOGGED.match(text)) is not None:
        found, notes = _curl_words(text[logged.end() :])
        notes = [*notes, "the text before the command was dropped"] if found else notes
    return found, notes


_LOGGED = re.compile(r"[^\n'\"]*?[:\])][ \t]+(?=curl(?:\.exe)?[ \t]+[-'\"h])")
"""What a log writes before a command on its line."""


def _curl_words(text: str) -> tuple[list[Command], list[str]]:
    commands, notes = read_commands(text)
    for command in commands:
        script = None if is_curl(command.words) else _script_in(command)
        if script is not None:
            inner, more = read_commands(script)
            inner = [
                replace(
                    one,
                    files={**command.files, **one.files},
                    declared={**command.declared, **one.declared},
                    stdin=one.stdin or command.stdin,
                )
                for one in inner
            ]
            commands = [*commands, *inner]
            notes = [*notes, *more]
    found = []
    for command in commands:
        if (index := curl_index(command.words)) is not None:
            found.append(replace(command, words=command.words[index + 1 :]))
    if not found and re.match(r"\s*[\"']?(?:-|https?://)", text):
        first = next((command for command in commands if re.match(r"-|https?://", command.words[0])), None)
        if first is not None:
            found.append(first)
            notes.append("the word curl was missing before the options")
    return found, list(dict.fromkeys(notes))


_SCRIPT = re.compile(r"(?s)(?:^|.*[\s;&|(])(?:[\w./-]*/)?curl(?:\.exe)?\s.*")


def _script_in(command: Command) -> str | None:
    """The script that a command passes to a shell, here or on another machine: ``sh -c '…'``, ``ssh host 'curl …'``."""
    words = command.words
    runs = re.fullmatch(
        r"(?:.*/)?(?:bash|sh|zsh|ash|dash|ssh|docker|podman|kubectl|oc|su|sudo|eval|watch|cmd|wsl)", words[0]
    )
    return next((word for word in words[1:] if " " in word and _SCRIPT.match(word)), None) if runs else None
