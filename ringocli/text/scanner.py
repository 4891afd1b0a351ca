"""A JSON parser that records positions and recovers from errors, so that one mistake does not hide the next.

Each mistake is recorded as one ``SyntaxProblem`` with its offsets and, where it is safe, the edits that fix it; parsing
continues as if it had been corrected. The mistakes are those that people make by hand and that are found in JSON copied
from web pages, Ringotel's included (comments, trailing commas, curly quotes, an unterminated string, a missing brace).
"""

from __future__ import annotations

import gc
import re

from ringocli.text.edits import Edit, SyntaxProblem
from ringocli.text.lexer import NO_ITEMS, NO_MEMBERS, Node, TooBroken, short
from ringocli.text.pointer import MAX_DEPTH
from ringocli.text.separators import Separators
from ringocli.text.strings import PLAIN_KEY

_PLAIN = re.compile(
    r'(?:"([^"\\\x00-\x1f]*)"|(-?(?:0|[1-9][0-9]{0,17}))|(true|false|null))(?=[ \t\r\n]*[,}\]])'
)  # fmt: skip
_SCALAR = r'("([^"\\\x00-\x1f]*)"|(-?(?:0|[1-9][0-9]{0,17}))|(true|false|null))[ \t\r\n]*(,)[ \t\r\n]*'
_ITEM = re.compile(_SCALAR)
_MEMBER = re.compile(r'("([^"\\\x00-\x1f]*)")[ \t\r\n]*:[ \t\r\n]*' + _SCALAR)
_COLON = re.compile(r"[ \t\r\n]*:")
_WORDS = {"true": True, "false": False, "null": None}
# A string that continues on the next line: no quote, bracket or comma, then a quote where a value may end.
_NEXT_LINE = re.compile(r"""(\r\n|\n|\r)[ \t]*[^\s"'{}\[\],:“”][^"\r\n{}\[\]]*"(?=[ \t]*(?:[,}\]\r\n]|$))""")
_LINE = re.compile(r"[^\r\n]*")
# Text before the JSON: bounded, and without characters of JSON, so that the first brace surely starts the JSON.
_BEFORE = re.compile(r"""[^\s{}\[\]",“”'][^{}\[\]",“”]{0,300}?(?=[{\[]\s*["'“”}{\]\[&\\/\w])""")
_FIRST_KEY = re.compile(r"""["“”][\w $.-]{1,60}["“”][ \t]*:""")
_AFTER = re.compile(r"[,;]?\s*(?:`{3,}|~{3,})?|[,;]")


def scan(text: str) -> tuple[Node, tuple[SyntaxProblem, ...]]:
    """The value of a text with all positions, and its problems ordered by offset."""
    scanner = Scanner(text)
    # The tree has no cycles; with the garbage collector's search for them, 5 MB take 2.6 instead of 1.5 s.
    pause = len(text) > 100_000 and gc.isenabled()
    if pause:
        gc.disable()
    try:
        node = scanner.document()
    except TooBroken:
        node = Node(0, len(text))
    finally:
        if pause:
            gc.enable()
    return node, tuple(sorted(scanner.problems, key=lambda problem: (problem.start, problem.end)))


class Scanner(Separators):
    """Reads values, objects and arrays."""

    def document(self) -> Node:
        if self.text.startswith("\ufeff"):
            self.at = 1
            self.problem("byte-order-mark", "byte order mark; save the file as UTF-8 without one",
                         0, 1, Edit(0, 1, ""), tolerated=True)  # fmt: skip
        self.skip()
        if self.at >= len(self.text):
            self.problem("empty", "the file is empty; create a template with ringocli init", 0, len(self.text))
            return Node(0, len(self.text))
        self.before()
        node = self.headless() if _FIRST_KEY.match(self.text, self.at) else self.value(0)
        if node is None:
            self.problem("stray-character", f"unexpected {self.peek()!r}; JSON starts with {{", self.at, self.at + 1)
            return Node(self.at, self.at + 1)
        self.skip()
        if self.at < len(self.text):
            self.rest()
        if self.numbers:
            first = self.numbers[0]
            self.problem("extra-text", "line numbers at the start of the lines; remove them", first.start, first.end,
                         *self.numbers)  # fmt: skip
        return node

    def headless(self) -> Node:
        """An object whose opening brace is missing."""
        self.problem("unopened-bracket", "missing opening brace", self.at, self.at + 1,
                     Edit(self.at, self.at, "{"))  # fmt: skip
        return self.object(0, length=0)

    def before(self) -> None:
        """Skip text before the JSON, such as a code fence, a sentence or an assignment."""
        found = _BEFORE.match(self.text, self.at)
        if found and found.group().strip():
            start, self.at = self.at, found.end()
            end = start + len(found.group().rstrip())
            self.problem("extra-text", "text before the JSON; remove it", start, end,
                         Edit(start, self.at, ""))  # fmt: skip

    def rest(self) -> None:
        end = len(self.text.rstrip())
        if _AFTER.fullmatch(self.text, self.at, end):
            self.problem("extra-text", "text after the last bracket; remove it", self.at, end,
                         Edit(self.at, end, ""))  # fmt: skip
        else:
            self.problem("extra-text", "text after the end of the JSON; remove it", self.at, end)

    def value(self, depth: int) -> Node | None:
        """The value that starts here, or None if none does."""
        start = self.at
        if plain := _PLAIN.match(self.text, start):
            self.at = plain.end()
            text, digits, word = plain.groups()
            plain_value = text if text is not None else int(digits) if digits else _WORDS[word]
            return Node(start, self.at, plain_value, NO_MEMBERS, NO_ITEMS)
        char = self.peek()
        if char in ("{", "["):
            if depth >= MAX_DEPTH:
                self.problem("too-deep", f"nested more than {MAX_DEPTH} levels deep", self.at, self.at + 1)
                raise TooBroken
            return self.object(depth) if char == "{" else self.array(depth)
        if self.at_quote():
            known = len(self.problems)
            node = self.string()
            if known < len(self.problems) and self.problems[-1].kind == "unterminated-string":
                self.unfinished(node)
            return node
        if not char or char in ",:}]=":
            return None
        return self.scalar()

    def unfinished(self, node: Node) -> None:
        """Check whether a string without closing quote continues on the next line or includes closing brackets."""
        lost = self.problems[-1]
        line = _LINE.match(self.text, node.start)
        assert line is not None
        if wrapped := _NEXT_LINE.match(self.text, line.end()):
            first, last = wrapped.span(1)
            self.at = node.end = wrapped.end()
            node.value = self.text[node.start + 1 : self.at - 1]
            self.problems[-1] = lost._replace(message="line break inside a string; write \\n",
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
            if self.numbered or not PLAIN_KEY.match(self.text, self.at):
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

    def member(self, node: Node, key: Node, depth: int) -> bool:
        """Read a member from its colon on; False if the value is missing and the next key follows."""
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
            self.problem("duplicate-key", f"duplicate key {short(name)}; JSON parsers keep only the last",
                         key.start, key.end, also=((first[0], first[1]),))  # fmt: skip
        node.members[name] = (key.start, key.end, value)
        node.value[name] = value.value
        return not follows

    def is_next_key(self, key: Node, value: Node) -> bool:
        """Whether the text read as a value is the key on the next line, followed by a colon."""
        if not isinstance(value.value, str) or not _COLON.match(self.text, self.at):
            return False
        return not set(self.text[key.end : value.start]).isdisjoint("\r\n")

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
        """Read a run of plain scalars with their commas, the bulk of a large array; returns the last comma's offset."""
        text, at = self.text, self.at
        while (found := _ITEM.match(text, at)) and not self.numbered:
            _, string, digits, word, _ = found.groups()
            value = string if string is not None else int(digits) if digits else _WORDS[word]
            node.items.append(Node(at, found.end(1), value, NO_MEMBERS, NO_ITEMS))
            node.value.append(value)
            comma, at = found.start(5), found.end()
        self.at = at
        return comma

    def members(self, node: Node, comma: int) -> int:
        """Read a run of plain members with their commas, up to a duplicate key; returns the last comma's offset."""
        text, at = self.text, self.at
        while (found := _MEMBER.match(text, at)) and not self.numbered:
            _, name, _, string, digits, word, _ = found.groups()
            if name in node.members:
                break
            value = string if string is not None else int(digits) if digits else _WORDS[word]
            node.members[name] = (at, found.end(1), Node(*found.span(3), value, NO_MEMBERS, NO_ITEMS))
            node.value[name] = value
            comma, at = found.start(7), found.end()
        self.at = at
        return comma

    def stray(self) -> None:
        self.problem("stray-character", f"unexpected {self.peek()!r}; remove it", self.at, self.at + 1)
        self.at += 1
