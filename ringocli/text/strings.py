"""JSON strings as people write and paste them: curly, single, escaped or missing quotes, invalid escapes."""

from __future__ import annotations

import re

from ringocli.text.edits import Edit
from ringocli.text.lexer import KEY_WORD, LINE_REST, NO_ITEMS, NO_MEMBERS, Lexer, Node, short

PLAIN_KEY = re.compile(r'"([^"\\\x00-\x1f]*)"[ \t\r\n]*:[ \t\r\n]*')
_PLAIN_STRING = re.compile(r'"([^"\\\x00-\x1f]*)"')
_RUN_ON_KEY = re.compile(r"([\w $.\-]*[\w$]):\s*$")
_INNER_QUOTES = re.compile(
    r"""(?!\s|")(?:(?!"[ \t]*[:,]|":)[^\r\n]){0,2000}?"(?=[ \t]*(?:,?[ \t]*(?:[\r\n]|$)|,[ \t]*"|[}\]]))"""
)
"""The rest of a string after an unescaped quote inside it; bounded, because lines may be hostile."""
_CURLY_END = re.compile(r"[“”„‟″]\s*(?=[:,}\]]|$)")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DOUBLE_QUOTES = "“”„‟″«»＂"
_SINGLE_QUOTES = "'‘’‚‛′`"
_WRITTEN_QUOTE = re.compile(r"&(?:quot|[lr]dquo|#0*34|#[xX]0*22);|\\\\*\"")
"""A quote written as an HTML entity, or escaped as inside another string."""


class Strings(Lexer):
    """Reads strings in any kind of quotes, and keys with or without quotes."""

    def string(self, *, is_key: bool = False) -> Node:
        if self.peek() != '"':
            written = _WRITTEN_QUOTE.match(self.text, self.at)
            return self.written_string(written.group()) if written else self.odd_string()
        start = self.at
        if plain := _PLAIN_STRING.match(self.text, start):
            self.at = plain.end()
            return self.run_on(Node(start, self.at, plain.group(1)), is_key)
        return self.long_string(start)

    def key(self) -> Node | None:
        if plain := PLAIN_KEY.match(self.text, self.at):
            start, self.at = self.at, plain.end(1) + 1
            return Node(start, self.at, plain.group(1), NO_MEMBERS, NO_ITEMS)
        if self.at_quote():
            return self.string(is_key=True)
        word = KEY_WORD.match(self.text, self.at)
        if word is None:
            return None
        start, self.at = self.at, word.end()
        name = word.group()
        if self.peek() == '"':
            self.at += 1
            self.problem("unterminated-string", "the key has no opening quote", start, self.at,
                         Edit(start, start, '"'))  # fmt: skip
        else:
            self.problem("unquoted-key", f"missing quotes around the key {short(name)}", start, self.at,
                         Edit(start, start, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
        return Node(start, self.at, name)

    def at_quote(self) -> bool:
        """Whether a string starts here, in any kind of quotes."""
        char = self.peek()
        if char == '"' or (char and char in _DOUBLE_QUOTES + _SINGLE_QUOTES):
            return True
        return char in ("&", "\\") and _WRITTEN_QUOTE.match(self.text, self.at) is not None

    def run_on(self, node: Node, is_key: bool) -> Node:
        """Check a string that is not followed by valid JSON: a quote is missing, curly, or part of the text."""
        after = self.text[self.at : self.at + 40].lstrip(" \t")
        if not after or after[0] in ",:}]\r\n/#":
            return node
        content = node.value
        key = _RUN_ON_KEY.match(content) if is_key else None
        if key:
            end = node.start + 1 + key.end(1)
            self.at = end
            self.problem("unterminated-string", "the key has no closing quote; add one before the colon",
                         node.start, end, Edit(end, end, '"'))  # fmt: skip
            return Node(node.start, end, key.group(1))
        if curly := _CURLY_END.search(content):
            end = node.start + 1 + curly.start()
            self.at = end + 1
            self.problem("curly-quote", f"curly quote {content[curly.start()]}; write \"", end, end + 1,
                         Edit(end, end + 1, '"'))  # fmt: skip
            return Node(node.start, end + 1, content[: curly.start()])
        inner = _INNER_QUOTES.match(self.text, self.at) if not is_key else None
        return self.quotes_inside(node, inner.end()) if inner else node

    def quotes_inside(self, node: Node, end: int) -> Node:
        """A string that contains unescaped quotes and ends at the last one."""
        first = self.at - 1
        marks = [at for at in range(first, end - 1) if self.text[at] == '"' and self.text[at - 1] != "\\"]
        self.at = end
        self.problem("unescaped-quote", 'unescaped quote inside a string; write \\"', first, marks[-1] + 1,
                     *(Edit(at, at, "\\") for at in marks))  # fmt: skip
        return Node(node.start, end, self.text[node.start + 1 : end - 1])

    def long_string(self, start: int) -> Node:
        """Read a string with escapes or mistakes, character by character."""
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
                self.problem("raw-control-character", "control character in a string; escape it", at, at + 1,
                             Edit(at, at + 1, _escaped(char)))  # fmt: skip
                parts.append(char)
                at += 1
            else:
                parts.append(char)
                at += 1

    def escape(self, at: int) -> tuple[str, int]:
        """The character of an escape sequence, and the offset of its end."""
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
                self.problem("bad-escape", "lone surrogate; write both halves of the pair", at, at + 6,
                             Edit(at, at + 6, "\\ufffd"))  # fmt: skip
                return "\ufffd", at + 6
            return chr(code), at + 6
        edits = (Edit(at, at + 1, ""),) if char == "'" else (Edit(at, at + 1, "\\\\"),)
        self.problem("bad-escape", f"\\{char} is not a valid escape; write \\\\ for a backslash",
                     at, min(at + 2, len(self.text)), *edits)  # fmt: skip
        return ("" if char == "'" else "\\"), at + 1

    def unterminated(self, start: int, at: int, content: str) -> Node:
        """A string without closing quote: it ends with the line, before a final comma."""
        line = self.text[start:at].rstrip(" \t")
        has_comma = line.endswith(",") and content.rstrip(" \t").endswith(",")
        end = start + len(line) - has_comma
        self.at = end
        self.problem("unterminated-string", "missing closing quote", start, end,
                     Edit(end, end, '"'))  # fmt: skip
        content = content.rstrip(" \t")
        return Node(start, end, content[:-1] if has_comma else content)

    def written_string(self, mark: str) -> Node:
        """A string between HTML entities or escaped quotes."""
        start, first = self.at, self.at + len(mark)
        family = "&[a-z0-9#]+;" if mark[0] == "&" else re.escape(mark)
        close = re.compile(rf"{family}(?=\s*(?:[:,}}\]]|$))").search(self.text, first)
        line = LINE_REST.match(self.text, start)
        assert line is not None
        if close is None or close.start() > line.end():
            self.at = start + len(line.group().rstrip(" \t,"))
            self.problem("unterminated-string", "missing closing quote", start, self.at,
                         Edit(start, first, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
            return Node(start, self.at, self.text[first : self.at])
        self.at = close.end()
        kind = "HTML entity" if mark[0] == "&" else "escaped quote"
        self.problem("written-quote", f"{kind} {mark} instead of a quote; write \"", start, self.at,
                     Edit(start, first, '"'), Edit(close.start(), close.end(), '"'))  # fmt: skip
        return Node(start, self.at, self.text[first : close.start()])

    def odd_string(self) -> Node:
        """A string in curly or single quotes, up to a quote that is followed by valid JSON."""
        start, opening = self.at, self.peek()
        single = opening in _SINGLE_QUOTES
        family = re.escape(_SINGLE_QUOTES if single else _DOUBLE_QUOTES + '"')
        end = re.compile(rf"[{family}](?=\s*(?:[:,}}\]]|$))", re.M).search(self.text, start + 1)
        stop = re.compile(rf"[{family}\r\n]").search(self.text, start + 1)
        if end is None or (stop is not None and stop.group() in "\r\n" and stop.start() < end.start()):
            end = stop if stop is not None and stop.group() not in "\r\n" else None
        kind, name = ("single-quote", "single") if opening in "'`" else ("curly-quote", "curly")
        if end is None:
            line = LINE_REST.match(self.text, start)
            assert line is not None
            self.at = start + len(line.group().rstrip(" \t,"))
            self.problem("unterminated-string", "missing closing quote", start, self.at,
                         Edit(start, start + 1, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
            return Node(start, self.at, self.text[start + 1 : self.at])
        self.at = end.end()
        content = self.text[start + 1 : end.start()]
        inner = tuple(
            Edit(start + 1 + match.start(), start + 1 + match.end(), '\\"')
            for match in re.finditer(r'(?<!\\)"', content)
        )
        self.problem(kind, f"{name} quotes; write straight double quotes", start, self.at,
                     Edit(start, start + 1, '"'), *inner, Edit(end.start(), end.end(), '"'))  # fmt: skip
        return Node(start, self.at, content)


def _escaped(char: str) -> str:
    return {"\t": "\\t", "\b": "\\b", "\f": "\\f"}.get(char, f"\\u{ord(char):04x}")
