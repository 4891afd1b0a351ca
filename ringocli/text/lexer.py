"""The tokens of JSON as people write it: whitespace, comments, numbers, words.

Each mistake is recorded as a ``SyntaxProblem`` and read as if it had been corrected.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from ringocli.text.edits import Edit, SyntaxProblem
from ringocli.text.json_numbers import UnusableNumber, read_float, read_integer


@dataclass(slots=True)
class Node:
    """A parsed value with its offsets; an object has ``members`` (key offsets and value), an array ``items``."""

    start: int
    end: int = 0
    value: Any = None
    members: dict[str, tuple[int, int, Node]] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)


# Shared by all values without parts: empty containers of their own would dominate the time for a large file.
NO_MEMBERS: dict[str, tuple[int, int, Node]] = {}
NO_ITEMS: list[Node] = []

SPACE = re.compile(r"[ \t\r\n]+")
_ODD_SPACE = re.compile("[\\u00a0\\u1680\\u2000-\\u200d\\u2028\\u2029\\u202f\\u205f\\u2060\\u3000\\ufeff\\v\\f]+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+\-$])")
_LOOSE_NUMBER = re.compile(r"[+\-.]?[0-9][\w.+\-]*|[+\-]\.?[0-9]\w*|-?Infinity\b|[+\-]\w+")
_WORD = re.compile(r"\$[^$\n\"',{}\[\]]*\$|[^\s,:{}\[\]\"'“”]+")
KEY_WORD = re.compile(r"[^\s,:={}\[\]\"'“”]+")
_LEFT_OUT = re.compile(r"(?:\.{3,}|…)(?=[ \t]*[,\r\n}\]])[ \t]*(,?)")
LINE_REST = re.compile(r"[^\r\n]*")
_NUMBERED = re.compile(r"\s*1[.:|)]?[ \t]*[{\[].*(?:\r\n|\n|\r)[ \t]*2[.:|)]?[ \t]+[^\s,]")
_LINE_NUMBER = re.compile(r"\d+[.:|)]?(?:[ \t]+|$)", re.M)
"""A line number at the start of a line, as copied from web pages that number the lines of code."""
_LOST_OPENING = re.compile(r"""[A-Za-z$+][^"\r\n{}\[\],]{0,500}"(?=[ \t]*(?:,?[ \t]*(?:[\r\n]|$)|[}\]]))""")
"""A string without its opening quote, up to the closing quote at the end of the line or object."""
_WORDS = {"true": True, "false": False, "null": None}
_NEAR_WORDS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "NULL": "null",
               "Null": "null", "undefined": "null", "nil": "null"}  # fmt: skip


MAX_PROBLEMS = 200
"""A text with this many mistakes is not a template, and the rest of it is not read."""


class TooBroken(Exception):
    """Stops the scanner after too many mistakes, or at too deep nesting."""


class Lexer:
    """A text, the current offset in it, and the problems found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problems: list[SyntaxProblem] = []
        self.numbered = _NUMBERED.match(text) is not None
        self.numbers: list[Edit] = []

    def problem(self, kind: str, message: str, start: int, end: int, *edits: Edit, **more: Any) -> None:
        self.problems.append(SyntaxProblem(kind=kind, message=message, start=start, end=end, edits=edits, **more))
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooBroken

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        """Advance to the next character that is neither whitespace nor a comment."""
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n":
                match = SPACE.match(text, self.at)
                assert match is not None
                self.at = match.end()
            elif char == "/" and text[self.at + 1 : self.at + 2] in ("/", "*"):
                self.comment(text[self.at : self.at + 2])
            elif char == "#":
                self.comment("#")
            elif left_out := _LEFT_OUT.match(text, self.at):
                self.at = left_out.end()
                self.problem("left-out", "dots in place of omitted content; write the content or remove the dots",
                             left_out.start(), left_out.start(1) if left_out.group(1) else left_out.end())  # fmt: skip
            elif self.numbered and self.starts_line() and (number := _LINE_NUMBER.match(text, self.at)):
                self.numbers.append(Edit(number.start(), number.end(), ""))
                self.at = number.end()
            elif space := _ODD_SPACE.match(text, self.at):
                self.at = space.end()
                self.problem("stray-character", f"U+{ord(char):04X} is not allowed as whitespace in JSON; use an ordinary space",
                             space.start(), space.end(), Edit(space.start(), space.end(), " "))  # fmt: skip
            else:
                return

    def starts_line(self) -> bool:
        """Whether only spaces and tabs (at most 20) precede the current offset in its line."""
        before = self.text[max(0, self.at - 20) : self.at].rstrip(" \t")
        return before == "" or before[-1] in "\r\n"

    def comment(self, mark: str) -> None:
        start = self.at
        if mark == "/*":
            close = self.text.find("*/", start + 2)
            self.at = close + 2 if close >= 0 else len(self.text)
        else:
            match = LINE_REST.match(self.text, start)
            assert match is not None
            self.at = match.end()
        # Bounded: otherwise a line of a thousand comments would be scanned a thousand times.
        near = max(0, start - 200)
        line = max(self.text.rfind("\n", near, start), self.text.rfind("\r", near, start)) + 1
        first, last = start, self.at
        if (line or start < 200) and not self.text[line:start].strip(" \t"):
            rest = re.compile(r"[ \t]*(\r\n|\n|\r)").match(self.text, last)
            if rest:
                first, last = line, rest.end()
        else:
            while first > line and self.text[first - 1] in " \t" and mark != "/*":
                first -= 1
        self.problem(
            "comment",
            "comments are not allowed in JSON; remove it",
            start,
            self.at,
            Edit(first, last, ""),
            tolerated=True,
        )

    def scalar(self) -> Node:
        start = self.at
        if number := _NUMBER.match(self.text, start):
            return self.number(number.group(), start, number.end())
        if loose := _LOOSE_NUMBER.match(self.text, start):
            self.at = loose.end()
            corrected = _corrected_number(loose.group())
            edits = (Edit(start, self.at, corrected),) if corrected else ()
            self.problem("bad-number", f"{short(loose.group())} is not a valid JSON number; correct it or put it in quotes",
                         start, self.at, *edits)  # fmt: skip
            return Node(start, self.at, loose.group())
        if lost := _LOST_OPENING.match(self.text, start):
            self.at = lost.end()
            self.problem("unterminated-string", "missing opening quote", start, self.at,
                         Edit(start, start, '"'))  # fmt: skip
            return Node(start, self.at, lost.group()[:-1])
        word = _WORD.match(self.text, start)
        self.at = word.end() if word else start + 1
        return self.word(self.text[start : self.at], start)

    def number(self, digits: str, start: int, end: int) -> Node:
        self.at = end
        try:
            value = read_float(digits) if any(char in digits for char in ".eE") else read_integer(digits)
        except UnusableNumber as error:
            self.problem("bad-number", str(error), start, end)
            value = 0
        if isinstance(value, float) and math.isinf(value):
            self.problem("bad-number", "the number has too many digits", start, end)
        return Node(start, end, value)

    def word(self, word: str, start: int) -> Node:
        if word in _WORDS:
            return Node(start, self.at, _WORDS[word])
        if self.peek() == '"' and not word.startswith("$"):
            self.at += 1
            self.problem("unterminated-string", "missing opening quote", start, self.at,
                         Edit(start, start, '"'))  # fmt: skip
            return Node(start, self.at, word)
        if word in _NEAR_WORDS:
            better = _NEAR_WORDS[word]
            self.problem("unknown-word", f"{word} is not valid JSON; write {better}", start, self.at,
                         Edit(start, self.at, better))  # fmt: skip
            return Node(start, self.at, _WORDS[better])
        self.problem("unknown-word", f"missing quotes around {short(word)}", start, self.at,
                     Edit(start, start, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
        return Node(start, self.at, word)


def short(word: str) -> str:
    """A word in quotes, shortened to 40 characters."""
    return repr(word if len(word) <= 40 else word[:37] + "...")


def _corrected_number(word: str) -> str | None:
    """The JSON number meant by another notation, if that is certain."""
    if re.fullmatch(r"0x[0-9a-fA-F]{1,15}", word):
        return str(int(word, 16))
    plain = word.removeprefix("+")
    plain = f"0{plain}" if plain.startswith(".") else plain
    plain = f"{plain}0" if plain.endswith(".") else plain
    return plain if _NUMBER.fullmatch(plain) and plain != word and not word.startswith("+") else None
