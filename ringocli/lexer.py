"""The small parts of JSON as people write it: blanks, comments, strings, numbers, words.

A mistake in one of them becomes one ``Problem`` and is read as if it had been mended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ringocli.mistakes import Edit, Problem

DOUBLE_QUOTES = "“”„‟″«»＂"
SINGLE_QUOTES = "'‘’‚‛′`"
WRITTEN_QUOTE = re.compile(r"&(?:quot|[lr]dquo|#0*34|#[xX]0*22);|\\\\*\"")
"""A quote as HTML writes it, or as a program writes it inside a string."""


@dataclass(slots=True)
class Node:
    """A value with its place; an object has ``members`` (key, key's offsets, value), an array ``items``."""

    start: int
    end: int = 0
    value: Any = None
    members: dict[str, tuple[int, int, Node]] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)


BLANK = re.compile(r"[ \t\r\n]+")
_FOREIGNBLANK = re.compile("[\\u00a0\\u1680\\u2000-\\u200d\\u2028\\u2029\\u202f\\u205f\\u2060\\u3000\\ufeff\\v\\f]+")
_PLAIN_STRING = re.compile(r'"([^"\\\x00-\x1f]*)"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+\-$])")
_LOOSE_NUMBER = re.compile(r"[+\-.]?[0-9][\w.+\-]*|[+\-]\.?[0-9]\w*|-?Infinity\b|[+\-]\w+")
_WORD = re.compile(r"\$[^$\n\"',{}\[\]]*\$|[^\s,:{}\[\]\"'“”]+")
KEY_WORD = re.compile(r"[^\s,:={}\[\]\"'“”]+")
_LEFT_OUT = re.compile(r"(?:\.{3,}|…)(?=[ \t]*[,\r\n}\]])[ \t]*(,?)")
_LINE_REST = re.compile(r"[^\r\n]*")
_NUMBERED = re.compile(r"\s*1[.:|)]?[ \t]*[{\[].*(?:\r\n|\n|\r)[ \t]*2[.:|)]?[ \t]+[^\s,]")
_LINE_NUMBER = re.compile(r"(?<![^\r\n])[ \t]*\d+[.:|)]?(?:[ \t]+|$)", re.M)
"""The number of a line at its start: pages that show code put one there, and it is copied with the text."""
_RUN_ON_KEY = re.compile(r"([\w $.\-]*[\w$]):\s*$")
_INNER_QUOTES = re.compile(
    r"""(?!\s|")(?:(?!"[ \t]*[:,]|":)[^\r\n]){0,2000}?"(?=[ \t]*(?:,?[ \t]*(?:[\r\n]|$)|,[ \t]*"|[}\]]))"""
)
"""What follows a quote inside a text, up to the quote that ends it; bounded, as is the next, for hostile lines."""
_LOST_OPENING = re.compile(r"""[A-Za-z$+][^"\r\n{}\[\],]{0,500}"(?=[ \t]*(?:,?[ \t]*(?:[\r\n]|$)|[}\]]))""")
"""A text up to its closing quote, which ends the line or the object."""
_CURLY_END = re.compile(r"[“”„‟″]\s*(?=[:,}\]]|$)")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_NEAR_WORDS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "NULL": "null",
               "Null": "null", "undefined": "null", "nil": "null"}  # fmt: skip


MAX_PROBLEMS = 200
"""So many mistakes and the text is no template at all: reading on would only take time."""


class Hopeless(Exception):
    """The text is not worth reading on: too many mistakes, or nested too deeply."""


class Lexer:
    """A text, the place in it, and the problems found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problems: list[Problem] = []
        self.numbered = _NUMBERED.match(text) is not None
        self.numbers: list[Edit] = []

    def problem(self, kind: str, message: str, start: int, end: int, *edits: Edit, **more: Any) -> None:
        self.problems.append(Problem(kind=kind, message=message, start=start, end=end, edits=edits, **more))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Hopeless

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    # -- blanks and comments

    def skip(self) -> None:
        """Go on to the next character that means something."""
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n":
                match = BLANK.match(text, self.at)
                assert match is not None
                self.at = match.end()
            elif char == "/" and text[self.at + 1 : self.at + 2] in ("/", "*"):
                self.comment(text[self.at : self.at + 2])
            elif char == "#":
                self.comment("#")
            elif left_out := _LEFT_OUT.match(text, self.at):
                self.at = left_out.end()
                self.problem("left-out", "the dots stand for something left out; write it, or remove them",
                             left_out.start(), left_out.start(1) if left_out.group(1) else left_out.end())  # fmt: skip
            elif self.numbered and (number := _LINE_NUMBER.match(text, self.at)):
                self.numbers.append(Edit(number.start(), number.end(), ""))
                self.at = number.end()
            elif blank := _FOREIGNBLANK.match(text, self.at):
                self.at = blank.end()
                self.problem("stray-character", f"U+{ord(char):04X} is no blank in JSON; replace it by an ordinary one",
                             blank.start(), blank.end(), Edit(blank.start(), blank.end(), " "))  # fmt: skip
            else:
                return

    def comment(self, mark: str) -> None:
        start = self.at
        if mark == "/*":
            close = self.text.find("*/", start + 2)
            self.at = close + 2 if close >= 0 else len(self.text)
        else:
            match = _LINE_REST.match(self.text, start)
            assert match is not None
            self.at = match.end()
        # Bounded, so that a line of a thousand comments is not looked through a thousand times.
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
        self.problem("comment", "JSON has no comments; remove it", start, self.at, Edit(first, last, ""), mendable=True)

    def scalar(self) -> Node:
        start = self.at
        if number := _NUMBER.match(self.text, start):
            return self.number(number.group(), start, number.end())
        if loose := _LOOSE_NUMBER.match(self.text, start):
            self.at = loose.end()
            mended = _mended_number(loose.group())
            edits = (Edit(start, self.at, mended),) if mended else ()
            self.problem("bad-number", f"{short(loose.group())} is no JSON number; write it as text in quotes, or plainly",
                         start, self.at, *edits)  # fmt: skip
            return Node(start, self.at, loose.group())
        if lost := _LOST_OPENING.match(self.text, start):
            self.at = lost.end()
            self.problem("unterminated-string", "the text has no opening quote; put one before it", start, self.at,
                         Edit(start, start, '"'))  # fmt: skip
            return Node(start, self.at, lost.group()[:-1])
        word = _WORD.match(self.text, start)
        self.at = word.end() if word else start + 1
        return self.word(self.text[start : self.at], start)

    def number(self, digits: str, start: int, end: int) -> Node:
        self.at = end
        try:
            value = float(digits) if any(char in digits for char in ".eE") else int(digits)
        except ValueError:  # Python refuses integers of over 4,300 digits
            self.problem("bad-number", "the number has too many digits to be read", start, end)
            value = 0
        return Node(start, end, value)

    def word(self, word: str, start: int) -> Node:
        if word in _WORDS:
            return Node(start, self.at, _WORDS[word])
        if self.peek() == '"' and not word.startswith("$"):
            self.at += 1
            self.problem("unterminated-string", "the text has no opening quote; put one before it", start, self.at,
                         Edit(start, start, '"'))  # fmt: skip
            return Node(start, self.at, word)
        if word in _NEAR_WORDS:
            better = _NEAR_WORDS[word]
            self.problem("unknown-word", f"{word} is no JSON; write {better}", start, self.at,
                         Edit(start, self.at, better))  # fmt: skip
            return Node(start, self.at, _WORDS[better])
        self.problem("unknown-word", f"{short(word)} needs quotes around it", start, self.at,
                     Edit(start, start, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
        return Node(start, self.at, word)

    # -- strings

    def string(self, *, is_key: bool = False) -> Node:
        if self.peek() != '"':
            written = WRITTEN_QUOTE.match(self.text, self.at)
            return self.written_string(written.group()) if written else self.odd_string()
        start = self.at
        if plain := _PLAIN_STRING.match(self.text, start):
            self.at = plain.end()
            return self.run_on(Node(start, self.at, plain.group(1)), is_key)
        return self.long_string(start)

    def run_on(self, node: Node, is_key: bool) -> Node:
        """Look whether a string that ends oddly ended earlier (a lost quote, a curly one) or goes on (quotes inside)."""
        after = self.text[self.at : self.at + 40].lstrip(" \t")
        if not after or after[0] in ",:}]\r\n/#":
            return node
        content = node.value
        key = _RUN_ON_KEY.match(content) if is_key else None
        if key:
            end = node.start + 1 + key.end(1)
            self.at = end
            self.problem("unterminated-string", "the key has no closing quote; put one before the colon",
                         node.start, end, Edit(end, end, '"'))  # fmt: skip
            return Node(node.start, end, key.group(1))
        if curly := _CURLY_END.search(content):
            end = node.start + 1 + curly.start()
            self.at = end + 1
            self.problem("curly-quote", f"{content[curly.start()]} is no JSON quote; write \"", end, end + 1,
                         Edit(end, end + 1, '"'))  # fmt: skip
            return Node(node.start, end + 1, content[: curly.start()])
        inner = _INNER_QUOTES.match(self.text, self.at) if not is_key else None
        return self.quotes_inside(node, inner.end()) if inner else node

    def quotes_inside(self, node: Node, end: int) -> Node:
        """A string with bare quotes in it, which really ends at the last one."""
        first = self.at - 1
        marks = [at for at in range(first, end - 1) if self.text[at] == '"' and self.text[at - 1] != "\\"]
        self.at = end
        self.problem("unescaped-quote", 'a quote inside a text has to be written \\"', first, marks[-1] + 1,
                     *(Edit(at, at, "\\") for at in marks))  # fmt: skip
        return Node(node.start, end, self.text[node.start + 1 : end - 1])

    def long_string(self, start: int) -> Node:
        """A string with escapes or mistakes in it, character by character."""
        text = self.text
        parts: list[str] = []
        at = start + 1
        while True:
            char = text[at : at + 1]
            if char == '"':
                self.at = at + 1
                return Node(start, self.at, "".join(parts))
            if char in ("", "\n", "\r"):
                return self.unterminated(start, at, "".join(parts))
            if char == "\\":
                piece, at = self.escape(at)
                parts.append(piece)
            elif char < " ":
                self.problem("raw-control-character", "a control character in a text has to be escaped", at, at + 1,
                             Edit(at, at + 1, _escaped(char)))  # fmt: skip
                parts.append(char)
                at += 1
            else:
                parts.append(char)
                at += 1

    def escape(self, at: int) -> tuple[str, int]:
        """The character an escape stands for, and where it ends."""
        char = self.text[at + 1 : at + 2]
        if char in _ESCAPES:
            return _ESCAPES[char], at + 2
        digits = self.text[at + 2 : at + 6]
        if char == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            code = int(digits, 16)
            low = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})").match(self.text, at + 6)
            if 0xD800 <= code < 0xDC00 and low:
                return chr(0x10000 + ((code - 0xD800) << 10) + int(low.group(1), 16) - 0xDC00), at + 12
            if 0xD800 <= code < 0xE000:
                self.problem("bad-escape", "half a surrogate pair is no character; write both halves", at, at + 6,
                             Edit(at, at + 6, "\\ufffd"))  # fmt: skip
                return "\ufffd", at + 6
            return chr(code), at + 6
        edits = (Edit(at, at + 1, ""),) if char == "'" else (Edit(at, at + 1, "\\\\"),)
        self.problem("bad-escape", f"\\{char} is no escape of JSON; write \\\\ for a backslash",
                     at, min(at + 2, len(self.text)), *edits)  # fmt: skip
        return ("" if char == "'" else "\\"), at + 1

    def unterminated(self, start: int, at: int, content: str) -> Node:
        """A string that the line ends: its closing quote stood before the comma, if the line ends in one."""
        line = self.text[start:at].rstrip(" \t")
        has_comma = line.endswith(",") and content.rstrip(" \t").endswith(",")
        end = start + len(line) - has_comma
        self.at = end
        self.problem("unterminated-string", "the text has no closing quote; put one at its end", start, end,
                     Edit(end, end, '"'))  # fmt: skip
        content = content.rstrip(" \t")
        return Node(start, end, content[:-1] if has_comma else content)

    def written_string(self, mark: str) -> Node:
        """A string between quotes as HTML or another program's string has them, up to one that may end it."""
        start, first = self.at, self.at + len(mark)
        family = "&[a-z0-9#]+;" if mark[0] == "&" else re.escape(mark)
        close = re.compile(rf"{family}(?=\s*(?:[:,}}\]]|$))").search(self.text, first)
        line = _LINE_REST.match(self.text, start)
        assert line is not None
        if close is None or close.start() > line.end():
            self.at = start + len(line.group().rstrip(" \t,"))
            self.problem("unterminated-string", "the text has no closing quote; put one at its end", start, self.at,
                         Edit(start, first, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
            return Node(start, self.at, self.text[first : self.at])
        self.at = close.end()
        kind = "HTML" if mark[0] == "&" else "a string inside a string"
        self.problem("written-quote", f"{mark} is a quote in {kind}; JSON has the plain one", start, self.at,
                     Edit(start, first, '"'), Edit(close.start(), close.end(), '"'))  # fmt: skip
        return Node(start, self.at, self.text[first : close.start()])

    def odd_string(self) -> Node:
        """A string in curly or single quotes, up to the quote that is followed by what may follow a string."""
        start, opening = self.at, self.peek()
        single = opening in SINGLE_QUOTES
        family = re.escape(SINGLE_QUOTES if single else DOUBLE_QUOTES + '"')
        end = re.compile(rf"[{family}](?=\s*(?:[:,}}\]]|$))", re.M).search(self.text, start + 1)
        stop = re.compile(rf"[{family}\r\n]").search(self.text, start + 1)
        if end is None or (stop is not None and stop.group() in "\r\n" and stop.start() < end.start()):
            end = stop if stop is not None and stop.group() not in "\r\n" else None
        kind, name = ("single-quote", "single") if opening in "'`" else ("curly-quote", "curly")
        if end is None:
            line = _LINE_REST.match(self.text, start)
            assert line is not None
            self.at = start + len(line.group().rstrip(" \t,"))
            self.problem("unterminated-string", "the text has no closing quote; put one at its end", start, self.at,
                         Edit(start, start + 1, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
            return Node(start, self.at, self.text[start + 1 : self.at])
        self.at = end.end()
        content = self.text[start + 1 : end.start()]
        inner = tuple(
            Edit(start + 1 + match.start(), start + 1 + match.end(), '\\"')
            for match in re.finditer(r'(?<!\\)"', content)
        )
        self.problem(kind, f"{name} quotes are no JSON; write straight double quotes", start, self.at,
                     Edit(start, start + 1, '"'), *inner, Edit(end.start(), end.end(), '"'))  # fmt: skip
        return Node(start, self.at, content)


def short(word: str) -> str:
    """A word in quotes, cut where it is long."""
    return repr(word if len(word) <= 40 else word[:37] + "...")


def _escaped(char: str) -> str:
    return {"\t": "\\t", "\b": "\\b", "\f": "\\f"}.get(char, f"\\u{ord(char):04x}")


def _mended_number(word: str) -> str | None:
    """The number that was meant, for the spellings that leave no doubt."""
    if re.fullmatch(r"0x[0-9a-fA-F]{1,15}", word):
        return str(int(word, 16))
    plain = word.removeprefix("+")
    plain = f"0{plain}" if plain.startswith(".") else plain
    plain = f"{plain}0" if plain.endswith(".") else plain
    return plain if _NUMBER.fullmatch(plain) and plain != word and not word.startswith("+") else None
