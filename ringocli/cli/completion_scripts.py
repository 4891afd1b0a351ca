"""Completion in each shell: its script, and the proposals for a command line in the form that the script expects.

A script passes the line up to the cursor, and the line is parsed here, quotes included, for all four shells alike. The
proposals themselves come from Typer.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from ringocli.cli.completion_values import COMPLETION_VARIABLE

LINE = "_RINGOCLI_LINE"

_BASH = r"""# Completion of ringocli in bash 4.4 or newer.
_ringocli() {
    mapfile -t COMPREPLY < <(_RINGOCLI_COMPLETE=bash _RINGOCLI_LINE="${COMP_LINE:0:COMP_POINT}" "$1" 2>/dev/null)
    case ${COMPREPLY[0]} in *=|*/) compopt -o nospace ;; esac
}
complete -F _ringocli ringocli
"""
_ZSH = r"""#compdef ringocli
# Completion of ringocli in zsh.
_ringocli() {
    local -a values texts open open_texts
    local line value text
    line="${(j: :)words[1,CURRENT-1]} $PREFIX"
    [[ -n $compstate[quote] ]] && line="${(j: :)words[1,CURRENT-1]} $compstate[quote]$PREFIX"
    while IFS=$'\t' read -r value text; do
        case $value in
            *=|*/) open+=("$value"); open_texts+=("$value${text:+  -- $text}") ;;
            *) values+=("$value"); texts+=("$value${text:+  -- $text}") ;;
        esac
    done < <(_RINGOCLI_COMPLETE=zsh _RINGOCLI_LINE=$line ${(Q)words[1]} 2>/dev/null)
    (( $#values )) && compadd -l -d texts -a values
    (( $#open )) && compadd -S '' -l -d open_texts -a open
}
if [[ $funcstack[1] == _ringocli ]]; then _ringocli "$@"; else compdef _ringocli ringocli; fi
"""
_FISH = r"""# Completion of ringocli in fish.
complete --command ringocli --no-files --arguments '(_RINGOCLI_COMPLETE=fish _RINGOCLI_LINE=(commandline -cp | string collect) ringocli 2>/dev/null)'
"""
_POWERSHELL = r"""# Completion of ringocli in PowerShell.
Register-ArgumentCompleter -Native -CommandName ringocli -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $text = $commandAst.ToString()
    $end = [Math]::Min($cursorPosition - $commandAst.Extent.StartOffset, $text.Length)
    $env:_RINGOCLI_COMPLETE = 'powershell'
    $env:_RINGOCLI_LINE = $text.Substring(0, $end).PadRight($cursorPosition - $commandAst.Extent.StartOffset)
    try {
        & $commandAst.GetCommandName() 2>$null | ForEach-Object {
            $insert, $shown, $tip = $_ -split "`t"
            [System.Management.Automation.CompletionResult]::new($insert, $shown, 'ParameterValue', $tip)
        }
    } finally {
        Remove-Item Env:_RINGOCLI_COMPLETE, Env:_RINGOCLI_LINE
    }
}
"""
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}
SHELLS = tuple(SCRIPTS)


class Proposal(NamedTuple):
    """A proposed word, and its description, if there is one."""

    value: str
    text: str


class Line(NamedTuple):
    """A command line up to the cursor: the complete words, the word at the cursor, and the quote that is open there."""

    words: tuple[str, ...]
    last: str
    quote: str


def answer(environ: Mapping[str, str]) -> str:
    """The proposals for the line that a script passed, one per line, in the form that its shell expects."""
    shell = environ[COMPLETION_VARIABLE]
    line = read_line(environ.get(LINE, ""), escape="" if shell == "powershell" else "\\")
    found = proposals(line)
    form = {"bash": _for_bash, "powershell": _for_powershell}.get(shell, _for_zsh_and_fish)
    return "".join(f"{form(one, line)}\n" for one in found)


def read_line(text: str, *, escape: str = "\\") -> Line:
    """Split a command line that may end within a word, or within quotes."""
    end = "\0"  # marks the cursor, so that a word that ends there differs from an empty one
    for quote in ("", '"', "'"):
        lexer = shlex.shlex(text + end + quote, posix=True, punctuation_chars=False)
        lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", escape
        try:
            *before, last = lexer
        except ValueError:  # an open quote
            continue
        return Line(tuple(before[1:]), last.removesuffix(end), quote)
    return Line((), "", "")


def proposals(line: Line) -> list[Proposal]:
    """What Typer proposes at the cursor; a value after ``--option=`` keeps the option before it."""
    import typer
    from typer._completion_classes import BashComplete  # the only way to Typer's proposals without its scripts

    from ringocli.cli.application import application

    command = typer.main.get_command(application(line.words))
    option, equals, _ = line.last.partition("=")
    joined = equals and option.startswith("--")
    items = BashComplete(command, {}, "ringocli", "").get_completions(list(line.words), line.last)
    start = option + equals if joined else ""
    return [
        Proposal(start + item.value, _one_line(item.help or ""))
        for item in items
        if (start + item.value).startswith(line.last)
    ]


def _for_bash(proposal: Proposal, line: Line) -> str:
    """Bash replaces the part after the last ``=`` or ``:``, and completes within an open quote."""
    kept = max(line.last.rfind("="), line.last.rfind(":")) + 1 if not line.quote else 0
    rest = proposal.value[kept:]
    if line.quote:
        return re.sub(r'(["\\$`])', r"\\\1", rest) if line.quote == '"' else rest
    return re.sub(r"([^\w@%+=:,./~-])", r"\\\1", rest)


def _for_zsh_and_fish(proposal: Proposal, line: Line) -> str:
    """The word and its description; both shells add quotes themselves."""
    return f"{proposal.value}\t{proposal.text}"


def _for_powershell(proposal: Proposal, line: Line) -> str:
    """The inserted text, the text in the menu, and a tooltip, which must not be empty."""
    value = proposal.value
    if line.quote or not re.fullmatch(r"[\w+=:./\\~-]+", value):
        doubled = value.replace("'", "''")
        value = f"'{doubled}'"
    return f"{value}\t{proposal.value}\t{proposal.text or proposal.value}"


def _one_line(text: str) -> str:
    """The first sentence, short enough for a menu."""
    sentence = re.split(r"(?<=[.:;])\s", " ".join(text.split()), maxsplit=1)[0].rstrip(".")
    return sentence if len(sentence) <= 60 else f"{sentence[:59].rstrip()}…"


def is_asked(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a shell asks for proposals instead of running a command."""
    return environ.get(COMPLETION_VARIABLE) in SHELLS
