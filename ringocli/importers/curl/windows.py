"""Splits command lines by the quoting rules of cmd and PowerShell: carets, doubled quotes, backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.importers.curl.commands import Expansions
from ringocli.importers.learn.credential_places import declares_credential
from ringocli.importers.learn.placeholders import CLOSE, OPEN

_SAFE = r"A-Za-z0-9 \t\n_:=+~'/.,?;()*`\-"
_CARETS_INSIDE = re.compile(
    rf'(?<![^\s=])"(?=[^"]*\^[&%{{}}\[\]"\\|<>!@#$])((?:[{_SAFE}]|[^\x00-\x7f]|\^[^{_SAFE}^]|\^\^|\^\n|(?<=%)\^(?=[A-Za-z0-9_]))+)"(?=\s|$)'
)
"""An argument in plain quotes in which a caret is before each character but the ``_SAFE`` ones, and before no other.

No text has two readings, which would take exponential time.
"""


def with_carets_outside(text: str, notes: list[str]) -> str:
    """The text with ``"a^&b"`` as ``^"a^&b^"``.

    Older versions of Chrome copy commands for cmd in the first form, newer ones in the second (``escapeStringWin`` of its
    DevTools). cmd keeps carets inside plain quotes, but nobody who pastes the first form means them.
    """
    if "^" not in text or re.search(r"\\\n", text):
        return text
    repaired = _CARETS_INSIDE.sub(r'^"\1^"', text)
    if repaired != text:
        notes.append("carets (^) inside double quotes were dropped, as they are Chrome's; cmd would send them")
    return repaired


def cmd_words(text: str) -> list[list[str]]:
    """The words of each line, by cmd's carets and the C runtime's quoting."""
    plain, quoted, index = [], False, 0
    while index < len(text):
        char = text[index]
        if char == "^" and not quoted and index + 1 < len(text):
            spaces = re.match(r"\^[ \t]*\n[ \t]*", text[index:])
            if spaces:
                plain.append(" ")
                index += spaces.end()
                continue
            index += 1
            plain.append(text[index])
        elif char == "^" and (spaces := re.match(r"\^[ \t]*\n", text[index:])):
            index += spaces.end()
            continue
        elif char == "%" and (variable := re.match(r"%([A-Za-z_]\w*)%", text[index:])):
            plain.append(f"{OPEN}{variable.group(1)}{CLOSE}")
            index += variable.end()
            continue
        else:
            if char == '"' and text[index - 1 : index] != "\\":
                quoted = not quoted
            plain.append(char)
        index += 1
    return [_runtime_words(line) for line in _lines("".join(plain))]


def _lines(text: str) -> list[str]:
    """The lines of a text; a line break inside quotes does not end a line."""
    lines, quoted, start = [], False, 0
    for index, char in enumerate(text):
        if char == '"' and text[index - 1 : index] != "\\":
            quoted = not quoted
        elif char == "\n" and not quoted:
            lines.append(text[start:index])
            start = index + 1
    return [*lines, text[start:]]


def _runtime_words(line: str) -> list[str]:
    """Words by the rules of the Windows C runtime: ``\\"`` and a doubled ``""`` are literal quotes."""
    words: list[str] = []
    word: list[str] | None = None
    quote, index = "", 0
    while index < len(line):
        char = line[index]
        if char == "\\" and line[index + 1 : index + 2] == '"':
            word = [*(word or []), '"']
            index += 1
        elif quote:
            if char == quote and quote == '"' and line[index + 1 : index + 2] == '"':
                word = [*(word or []), '"']
                index += 1
            elif char == quote:
                quote = ""
            else:
                word = [*(word or []), char]
        elif char == '"' or (char == "'" and word is None):
            quote, word = char, word or []
        elif char.isspace():
            if word is not None:
                words.append("".join(word))
                word = None
        else:
            word = [*(word or []), char]
        index += 1
    return words if word is None else [*words, "".join(word)]


_DOLLAR = "\ue017"
"""A private character for a literal ``$``, at which no variable starts."""
_POWERSHELL = re.compile(
    r"@'\n(?P<here>.*?)\n'@"
    r'|@"\n(?P<heredouble>.*?)\n"@'
    r"|'(?P<single>(?:[^']|'')*)'"
    r'|"(?P<double>(?:[^"`]|`.|"")*)"'
    r"|`(?P<escaped>[^\n])"
    r"|(?P<joined>`[ \t]*\n\s*)"
    r"|(?P<end>\n)"
    r"|(?P<spaces>[ \t]+)"
    r"|(?P<plain>.)",
    re.S,
)


def powershell_words(text: str) -> tuple[list[list[str]], dict[str, str]]:
    """The words of each line, by PowerShell's quoting, and the account values and secrets that variables are set to.

    A backtick at the end of a line continues it.
    """
    lines: list[list[str]] = [[]]
    word: str | None = None
    for token in _POWERSHELL.finditer(text.strip() + "\n"):
        kind, piece = token.lastgroup or "", token.group(token.lastgroup or 0)
        if kind in ("spaces", "joined", "end"):
            if word is not None:
                lines[-1].append(_powershell_variables(word))
                word = None
            if kind == "end":
                lines.append([])
        else:
            if kind == "single":
                piece = piece.replace("''", "'").replace("$", _DOLLAR)
            elif kind in ("double", "heredouble"):
                piece = re.sub(r'`(.)|""', lambda found: _backtick(found.group(1)), piece, flags=re.S)
            elif kind == "here":
                piece = piece.replace("$", _DOLLAR)
            # A native program reads \" as a quote, whatever PowerShell's own quotes are.
            word = (word or "") + piece.replace('\\"', '"')
    declared: dict[str, str] = {}
    return list(_with_assignments(lines, declared)), declared


def _with_assignments(lines: list[list[str]], declared: dict[str, str]) -> Iterator[list[str]]:
    """The lines without assignments (``$body = @'...'@``), and with the assigned variables expanded."""
    assigned: dict[str, str] = {}
    expansions = Expansions()

    def expanded(name: re.Match[str]) -> str:
        return expansions.counted(assigned.get(name.group(1), name.group()))

    for line in lines:
        words = [re.sub(f"{OPEN}(\\w+){CLOSE}", expanded, word) for word in line[1:]]
        if words[:1] == ["="] and len(words) == 2:
            name, value = line[0].strip(OPEN + CLOSE), words[1]
            known = declared if declares_credential(name, value) else assigned
            known[name] = value
        else:
            yield line[:1] + words


def _backtick(char: str | None) -> str:
    return '"' if char is None else {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "$": _DOLLAR}.get(char, char)


def _powershell_variables(word: str) -> str:
    marked = re.sub(
        r"\$(?:env:)?(?:\{(\w+)\}|([A-Za-z_]\w*))", lambda v: f"{OPEN}{v.group(1) or v.group(2)}{CLOSE}", word
    )
    return marked.replace(_DOLLAR, "$")
