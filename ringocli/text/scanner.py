"""A JSON reader that knows places and does not give up: one broken comma must not hide the rest.

Every mistake becomes one ``Problem`` with its offsets and, where it is safe, the edits that mend it; reading goes on
as if it had been mended. The kinds are those that people make by hand and that web pages put into pasted JSON,
Ringotel's own page included (comments, trailing commas, curly quotes, an unterminated string, a missing brace).
"""

from __future__ import annotations

import gc
import math
import re

from ringocli.text.brackets import Brackets
from ringocli.text.edits import MAX_DEPTH, Edit, Problem
from ringocli.text.lexer import KEY_WORD, Hopeless, Node, short
from ringocli.text.strings import DOUBLE_QUOTES, SINGLE_QUOTES, WRITTEN_QUOTE

_PLAIN_KEY = re.compile(r'"([^"\\\x00-\x1f]*)"[ \t\r\n]*:[ \t\r\n]*')
_PLAIN = re.compile(
    r'(?:"([^"\\\x00-\x1f]*)"|(-?(?:0|[1-9][0-9]{0,17}))|(true|false|null))(?=[ \t\r\n]*[,}\]])'
)  # fmt: skip
_SCALAR = r'("([^"\\\x00-\x1f]*)"|(-?(?:0|[1-9][0-9]{0,17}))|(true|false|null))[ \t\r\n]*(,)[ \t\r\n]*'
_ITEM = re.compile(_SCALAR)
_MEMBER = re.compile(r'("([^"\\\x00-\x1f]*)")[ \t\r\n]*:[ \t\r\n]*' + _SCALAR)
_COMMA = re.compile(r"[ \t\r\n]*(,)[ \t\r\n]*")
_COLON = re.compile(r"[ \t\r\n]*:")
_WORDS = {"true": True, "false": False, "null": None}
_KEY_LIKE = re.compile(r"""["'“”„‟«»‘’‚‛′″`/#]|&[a-z0-9#]+;|\\"|\.{3}|…|[\w$.\- ]*["']?[ \t]*[:=]""")
_JUNK = re.compile(r'(?:"(?:[^"\\\r\n]|\\.)*"|[^",}\]\r\n])+')
# What goes on in the next line: no quote, bracket or comma first, then one quote where a value may end.
_NEXT_LINE = re.compile(r"""(\r\n|\n|\r)[ \t]*[^\s"'{}\[\],:“”][^"\r\n{}\[\]]*"(?=[ \t]*(?:[,}\]\r\n]|$))""")
_LINE = re.compile(r"[^\r\n]*")
# Bounded, and without what JSON itself has outside of strings: only then is the first brace surely where it starts.
_BEFORE = re.compile(r"""[^\s{}\[\]",“”'][^{}\[\]",“”]{0,300}?(?=[{\[]\s*["'“”}{\]\[&\\/\w])""")
_FIRST_KEY = re.compile(r"""["“”][\w $.-]{1,60}["“”][ \t]*:""")
_AFTER = re.compile(r"[,;]?\s*(?:`{3,}|~{3,})?|[,;]")

# Values without parts share these: empty containers of their own would make up most of the time of a large file.
_NO_MEMBERS: dict[str, tuple[int, int, Node]] = {}
_NO_ITEMS: list[Node] = []


def scan(text: str) -> tuple[Node, tuple[Problem, ...]]:
    """The value of a text with all places, and every problem in it, in the order of their offsets."""
    scanner = Scanner(text)
    # The tree has no cycles; looking for some, again and again, would take most of the time of a large file.
    pause = len(text) > 100_000 and gc.isenabled()
    if pause:
        gc.disable()
    try:
        node = scanner.document()
    except Hopeless:
        node = Node(0, len(text))
    finally:
        if pause:
            gc.enable()
    return node, tuple(sorted(scanner.problems, key=lambda problem: (problem.start, problem.end)))


class Scanner(Brackets):
    """Reads values, objects and arrays."""

    def document(self) -> Node:
        if self.text.startswith("\ufeff"):
            self.at = 1
            self.problem("byte-order-mark", "the file starts with a byte order mark; save it as plain UTF-8",
                         0, 1, Edit(0, 1, ""), mendable=True)  # fmt: skip
        self.skip()
        if self.at >= len(self.text):
            self.problem("empty", "the file holds no JSON; start with ringocli init", 0, len(self.text))
            return Node(0, len(self.text))
        self.before()
        node = self.headless() if _FIRST_KEY.match(self.text, self.at) else self.value(0)
        if node is None:
            self.problem("stray-character", f"JSON starts with {{, not with {self.peek()!r}", self.at, self.at + 1)
            return Node(self.at, self.at + 1)
        self.skip()
        if self.at < len(self.text):
            self.rest()
        if self.numbers:
            first = self.numbers[0]
            self.problem("extra-text", "each line starts with its number; remove them", first.start, first.end,
                         *self.numbers)  # fmt: skip
        return node

    def headless(self) -> Node:
        """An object whose opening brace was not copied with it."""
        self.problem("unopened-bracket", "the opening brace is missing; put it first", self.at, self.at + 1,
                     Edit(self.at, self.at, "{"))  # fmt: skip
        return self.object(0, length=0)

    def before(self) -> None:
        """What a page put before the JSON: a fence, a sentence, an assignment, or lost its opening brace instead."""
        found = _BEFORE.match(self.text, self.at)
        if found and found.group().strip():
            start, self.at = self.at, found.end()
            end = start + len(found.group().rstrip())
            self.problem("extra-text", "something stands before the JSON; remove it", start, end,
                         Edit(start, self.at, ""))  # fmt: skip

    def rest(self) -> None:
        end = len(self.text.rstrip())
        if _AFTER.fullmatch(self.text, self.at, end):
            self.problem("extra-text", "nothing may follow the last bracket; remove it", self.at, end,
                         Edit(self.at, end, ""))  # fmt: skip
        else:
            self.problem("extra-text", "text follows after the end of the JSON; remove it", self.at, end)

    def value(self, depth: int) -> Node | None:
        """The value that starts here, or None if none does."""
        start = self.at
        if plain := _PLAIN.match(self.text, start):
            self.at = plain.end()
            text, digits, word = plain.groups()
            plain_value = text if text is not None else int(digits) if digits else _WORDS[word]
            return Node(start, self.at, plain_value, _NO_MEMBERS, _NO_ITEMS)
        char = self.peek()
        if char in ("{", "["):
            if depth >= MAX_DEPTH:
                self.problem("too-deep", f"nested deeper than {MAX_DEPTH} levels; no template is", self.at, self.at + 1)
                raise Hopeless
            return self.object(depth) if char == "{" else self.array(depth)
        if self.at_quote():
            known = len(self.problems)
            node = self.string()
            if known < len(self.problems) and self.problems[-1].kind == "unterminated-string":
                self.unfinished(node)
            return node
        if not char or char in ",:}]=":
            return None
        node = self.scalar()
        if isinstance(node.value, float) and math.isinf(node.value):
            self.problem("bad-number", "the number is too large to be read", start, self.at)
            node.value = 0
        return node

    def at_quote(self) -> bool:
        """Whether a string starts here, in whatever quotes."""
        char = self.peek()
        if char == '"' or (char and char in DOUBLE_QUOTES + SINGLE_QUOTES):
            return True
        return char in ("&", "\\") and WRITTEN_QUOTE.match(self.text, self.at) is not None

    def unfinished(self, node: Node) -> None:
        """A text without closing quote may go on in the next line, or have swallowed the brackets after it."""
        lost = self.problems[-1]
        line = _LINE.match(self.text, node.start)
        assert line is not None
        if wrapped := _NEXT_LINE.match(self.text, line.end()):
            first, last = wrapped.span(1)
            self.at = node.end = wrapped.end()
            node.value = self.text[node.start + 1 : self.at - 1]
            self.problems[-1] = lost._replace(message="a text may not go on in the next line; write \\n there",
                                        end=first, edits=(Edit(first, last, "\\n"),))  # fmt: skip
            return
        end = node.start + len(line.group().rstrip("}], \t"))
        if end < line.end() and not set(node.value) & {"{", "["} and self.fits(self.text[end : line.end()]):
            node.value = node.value[: end - node.start - 1]
            self.at = node.end = end
            self.problems[-1] = lost._replace(end=end, edits=(*lost.edits[:-1], Edit(end, end, '"')))

    def object(self, depth: int, *, length: int = 1) -> Node:
        """An object; ``length`` is 0 where its opening brace is missing."""
        node = Node(self.at, value={})
        self.enter("{", length)
        comma = -1
        while True:
            comma = self.members(node, comma)
            if self.numbered or not _PLAIN_KEY.match(self.text, self.at):
                self.skip()
                if self.ends(node, "}", comma):
                    return node
                if self.peek() == ",":
                    self.extra_comma()
                    continue
            key = self.key()
            if key is None:
                self.stray()
                continue
            comma = self.separator(never="[{") if self.member(node, key, depth) else -1

    def key(self) -> Node | None:
        if plain := _PLAIN_KEY.match(self.text, self.at):
            start, self.at = self.at, plain.end(1) + 1
            return Node(start, self.at, plain.group(1), _NO_MEMBERS, _NO_ITEMS)
        if self.at_quote():
            return self.string(is_key=True)
        word = KEY_WORD.match(self.text, self.at)
        if word is None:
            return None
        start, self.at = self.at, word.end()
        name = word.group()
        if self.peek() == '"':
            self.at += 1
            self.problem("unterminated-string", "the key has no opening quote; put one before it", start, self.at,
                         Edit(start, start, '"'))  # fmt: skip
        else:
            self.problem("unquoted-key", f"the key {short(name)} needs quotes", start, self.at,
                         Edit(start, start, '"'), Edit(self.at, self.at, '"'))  # fmt: skip
        return Node(start, self.at, name)

    def member(self, node: Node, key: Node, depth: int) -> bool:
        """Read a member from its colon on; False if its value is missing and the next key follows at once."""
        self.skip()
        self.colon(key)
        self.skip()
        known = len(self.problems)
        value = self.value(depth + 1)
        follows = value is not None and self.is_next_key(key, value)
        if follows:
            assert value is not None
            self.at, value = value.start, None
            del self.problems[known:]
        if value is None:
            value = Node(key.end, key.end)
            if not self.problems or self.problems[-1].start != key.start or self.problems[-1].kind != "missing-colon":
                self.problem("missing-value", f"the key {short(str(key.value))} has no value", key.start, key.end)
        name = str(key.value)
        if name in node.members:
            first = node.members[name]
            self.problem("duplicate-key", f"the key {short(name)} stands twice here; readers of JSON keep the last",
                         key.start, key.end, also=((first[0], first[1]),))  # fmt: skip
        node.members[name] = (key.start, key.end, value)
        node.value[name] = value.value
        return not follows

    def is_next_key(self, key: Node, value: Node) -> bool:
        """Whether what was read as a value is the key in the next line: its colon follows."""
        if not isinstance(value.value, str) or not _COLON.match(self.text, self.at):
            return False
        return not set(self.text[key.end : value.start]).isdisjoint("\r\n")

    def colon(self, key: Node) -> None:
        char = self.peek()
        if char == ":":
            self.at += 1
            return
        if char == "=":
            end = self.at + (2 if self.text[self.at + 1 : self.at + 2] == ">" else 1)
            self.problem("missing-colon", "a key and its value are joined by a colon", self.at, end,
                         Edit(self.at, end, ":"))  # fmt: skip
            self.at = end
            return
        edits = (Edit(key.end, key.end, ":"),) if char and char not in ",}]" else ()
        self.problem("missing-colon", f"the key {short(str(key.value))} is followed by no colon", key.start, min(self.at + 1, len(self.text)),
                     *edits)  # fmt: skip

    def array(self, depth: int) -> Node:
        node = Node(self.at, value=[])
        self.enter("[")
        comma = -1
        while True:
            comma = self.items(node, comma)
            if self.numbered or not _PLAIN.match(self.text, self.at):
                self.skip()
                if self.ends(node, "]", comma):
                    return node
            if self.peek() == ",":
                self.extra_comma()
                continue
            item = self.value(depth + 1)
            if item is None:
                self.stray()
                continue
            node.items.append(item)
            node.value.append(item.value)
            comma = self.separator()

    def items(self, node: Node, comma: int) -> int:
        """Take a run of plain scalars with their commas, which is most of a large array; where the last comma is."""
        text, at = self.text, self.at
        while (found := _ITEM.match(text, at)) and not self.numbered:
            _, string, digits, word, _ = found.groups()
            value = string if string is not None else int(digits) if digits else _WORDS[word]
            node.items.append(Node(at, found.end(1), value, _NO_MEMBERS, _NO_ITEMS))
            node.value.append(value)
            comma, at = found.start(5), found.end()
        self.at = at
        return comma

    def members(self, node: Node, comma: int) -> int:
        """Take a run of plain members with their commas, likewise; a key that is there already ends it."""
        text, at = self.text, self.at
        while (found := _MEMBER.match(text, at)) and not self.numbered:
            _, name, _, string, digits, word, _ = found.groups()
            if name in node.members:
                break
            value = string if string is not None else int(digits) if digits else _WORDS[word]
            node.members[name] = (at, found.end(1), Node(*found.span(3), value, _NO_MEMBERS, _NO_ITEMS))
            node.value[name] = value
            comma, at = found.start(7), found.end()
        self.at = at
        return comma

    def separator(self, never: str = "") -> int:
        """Read the comma after a value; its offset, or -1 if the container ends (or should) here.

        No member or item starts with a character of ``never``, so before one of those no comma is missing.
        """
        end = self.at
        if comma := _COMMA.match(self.text, end):
            self.at = comma.end()
            return comma.start(1)
        self.skip()
        char = self.peek()
        junk = False
        while char and char not in ",;}]" + never:
            if char in ":=":
                self.problem("stray-character", f"{char!r} stands after a value; remove it", self.at, self.at + 1,
                             Edit(self.at, self.at + 1, ""))  # fmt: skip
                self.at += 1
            elif never and not _KEY_LIKE.match(self.text, self.at):
                junk = True
                self.junk()
            else:
                break
            self.skip()
            char = self.peek()
        if char == ",":
            self.at += 1
            return self.at - 1
        if char == ";":
            self.problem("missing-comma", "values are separated by commas", self.at, self.at + 1,
                         Edit(self.at, self.at + 1, ","))  # fmt: skip
            self.at += 1
        elif not junk and char and char not in "}]" + never:
            self.problem("missing-comma", "a comma is missing between these", end - 1, self.at + 1, Edit(end, end, ","))
        return -1

    def junk(self) -> None:
        """Something after a value that is neither a comma nor a key, as far as the line goes."""
        junk = _JUNK.match(self.text, self.at)
        end = self.at + len(junk.group().rstrip()) if junk else self.at + 1
        self.problem("stray-character", f"{short(self.text[self.at:end])} has no meaning after a value; remove it",
                     self.at, end)  # fmt: skip
        self.at = end

    def extra_comma(self) -> None:
        self.problem("stray-character", "this comma separates nothing; remove it", self.at, self.at + 1,
                     Edit(self.at, self.at + 1, ""))  # fmt: skip
        self.at += 1

    def stray(self) -> None:
        self.problem("stray-character", f"{self.peek()!r} has no meaning here; remove it", self.at, self.at + 1)
        self.at += 1
