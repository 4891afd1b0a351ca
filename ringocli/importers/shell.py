"""Command lines as a shell reads them: bash by its grammar, cmd and PowerShell by their quoting rules.

Documentation pages break commands in a handful of ways; each is mended and told in a note. Nothing is run: an
expansion stays what it is, marked as a placeholder, unless the paste itself assigned the variable.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from ringocli.importers.bash import bash_commands
from ringocli.importers.command import Command, is_curl_name, rejoined
from ringocli.importers.windows import cmd_words, powershell_words

_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")


def read_commands(text: str) -> tuple[list[Command], list[str]]:
    """Every command of a pasted text, and what was mended on the way."""
    notes: list[str] = []
    text = _tidied(text, notes)
    dialect = _dialect(text)
    if dialect == "bash":
        return bash_commands(text, notes), notes
    lines = powershell_words(text) if dialect == "powershell" else cmd_words(text)
    commands = [Command(words=tuple(line)) for line in lines if line]
    return rejoined(commands, notes), notes


def _dialect(text: str) -> str:
    if re.search(r"`[ \t]*\n", text) or re.search(r"\$env:\w", text):
        return "powershell"
    if re.search(r"\^[ \t]*\n|\s\^\"", text) and not re.search(r"\\\n", text):
        return "cmd"
    if re.search(r"\"\s*[{\[]\s*\"\"\w", text):
        return "cmd"
    return "bash"


def _tidied(text: str, notes: list[str]) -> str:
    """The text without what a web page adds: fences, prompts, entities, curly quotes, odd blanks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
        notes.append("invisible characters were removed")
    text = text.replace("\u00a0", " ")
    text = re.sub(r"(?m)^```.*\n?", "", text)
    if re.search(r"&(?:quot|#39|#x27|lt|gt|amp);", text):
        text = html.unescape(text)
        notes.append("HTML entities (&quot; and the like) were read as the characters they stand for")
    if re.search(r"(?m)(?:^|\s)[“”‘’]|[“”‘’](?:\s|$|\\)", text):
        text = text.translate(_CURLY)
        notes.append("curly quotes were read as straight ones")
    if re.search(r"(?m)(?<=\s)[–—](?=\w)", text):
        text = re.sub(r"(?<=\s)[–—](?=(\w+))", lambda dash: "-" if len(dash.group(1)) == 1 else "--", text)
        notes.append("a long dash before an option was read as - or --")
    if re.search(r"(?m)^[ \t]*[$%#>] +(?=(?:sudo +)?curl\b)", text):
        text = re.sub(r"(?m)^[ \t]*[$%#>] +(?=(?:sudo +)?curl\b)", "", text)
        text = re.sub(r"(?m)(?<=\\\n)[ \t]*> +", "", text)
        notes.append("the prompt before the command was dropped")
    parted = re.sub(r"(?<=[\w}\]])(['\"])\\?(?=--[a-z][a-z-]+[ =])", r"\1 ", text)
    if parted != text:
        text = parted
        notes.append("an option glued to the text before it was read as one of its own")
    mended = re.sub(r"\\[ \t]+(?:#[^\n]*)?(?=\n)", r"\\", text)
    if mended != text:
        notes.append("blanks or a comment after a \\ at the end of a line were dropped")
    return mended


def curl_words(text: str) -> tuple[list[Command], list[str]]:
    """The curl commands of a text, each without what stands before its options; and the notes of reading it."""
    commands, notes = read_commands(text)
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
