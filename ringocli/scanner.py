"""A JSON reader that knows places and does not give up: one broken comma must not hide the rest.

Every mistake becomes one ``Problem`` with its offsets and, where it is safe, the edits that mend it; reading goes on
as if it had been mended. The kinds are those that people make by hand and that web pages put into pasted JSON,
Ringotel's own page included (comments, trailing commas, curly quotes, an unterminated string, a missing brace).
"""

from __future__ import annotations

from ringocli.lexer import BLANK, DOUBLE_QUOTES, KEY_WORD, SINGLE_QUOTES, Lexer, Node, short
from ringocli.mistakes import Edit, Problem

MAX_DEPTH = 64
"""Deeper nesting is refused: no template comes near it, and hostile files do."""


class _TooDeep(Exception):
    pass


def scan(text: str) -> tuple[Node, tuple[Problem, ...]]:
    """The value of a text with all places, and every problem in it, in the order of their offsets."""
    scanner = Scanner(text)
    try:
        node = scanner.document()
    except _TooDeep:
        node = Node(0, len(text))
    return node, tuple(sorted(scanner.problems, key=lambda problem: (problem.start, problem.end)))


class Scanner(Lexer):
    """Reads values, objects and arrays; remembers which brackets are open, to tell which one was forgotten."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.open: list[tuple[str, int]] = []
        self.closed: list[tuple[int, int]] = []

    def document(self) -> Node:
        if self.text.startswith("\ufeff"):
            self.at = 1
            self.problem("byte-order-mark", "the file starts with a byte order mark; save it as plain UTF-8",
                         0, 1, Edit(0, 1, ""), mendable=True)  # fmt: skip
        self.skip()
        if self.at >= len(self.text):
            self.problem("empty", "the file holds no JSON; start with ringocli init", 0, len(self.text))
            return Node(0, len(self.text))
        node = self.value(0)
        if node is None:
            self.problem("stray-character", f"JSON starts with {{, not with {self.peek()!r}", self.at, self.at + 1)
            return Node(self.at, self.at + 1)
        self.skip()
        if self.at < len(self.text):
            self.rest()
        return node

    def rest(self) -> None:
        end = len(self.text.rstrip())
        if self.text[self.at : end] in (",", ";"):
            self.problem("extra-text", "nothing may follow the last bracket; remove it", self.at, end,
                         Edit(self.at, end, ""))  # fmt: skip
        else:
            self.problem("extra-text", "text follows after the end of the JSON; remove it", self.at, end)

    def value(self, depth: int) -> Node | None:
        """The value that starts here, or None if none does."""
        char = self.peek()
        if char in ("{", "["):
            if depth >= MAX_DEPTH:
                self.problem("too-deep", f"nested deeper than {MAX_DEPTH} levels; no template is", self.at, self.at + 1)
                raise _TooDeep
            return self.object(depth) if char == "{" else self.array(depth)
        if char == '"' or (char and char in DOUBLE_QUOTES + SINGLE_QUOTES):
            return self.string()
        if not char or char in ",:}]=":
            return None
        return self.scalar()

    def object(self, depth: int) -> Node:
        node = Node(self.at, value={})
        self.enter("{")
        comma = -1
        while True:
            self.skip()
            char = self.peek()
            if self.ends(node, "}", comma):
                return node
            if char == ",":
                self.extra_comma()
                continue
            key = self.key()
            if key is None:
                self.stray()
                continue
            self.member(node, key, depth)
            comma = self.separator(never="[{")

    def key(self) -> Node | None:
        char = self.peek()
        if char == '"' or char in DOUBLE_QUOTES + SINGLE_QUOTES:
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

    def member(self, node: Node, key: Node, depth: int) -> None:
        self.skip()
        self.colon(key)
        self.skip()
        value = self.value(depth + 1)
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
        self.problem("missing-colon", f"the key {short(str(key.value))} is followed by no colon", key.start, key.end,
                     *edits)  # fmt: skip

    def array(self, depth: int) -> Node:
        node = Node(self.at, value=[])
        self.enter("[")
        comma = -1
        while True:
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

    def enter(self, bracket: str) -> None:
        self.open.append((bracket, self.at))
        self.at += 1

    def separator(self, never: str = "") -> int:
        """Read the comma after a value; its offset, or -1 if the container ends (or should) here.

        No member or item starts with a character of ``never``, so before one of those no comma is missing.
        """
        end = self.at
        self.skip()
        char = self.peek()
        while char in (":", "="):
            self.problem("stray-character", f"{char!r} stands after a value; remove it", self.at, self.at + 1,
                         Edit(self.at, self.at + 1, ""))  # fmt: skip
            self.at += 1
            self.skip()
            char = self.peek()
        if char == ",":
            self.at += 1
            return self.at - 1
        if char == ";":
            self.problem("missing-comma", "values are separated by commas", self.at, self.at + 1,
                         Edit(self.at, self.at + 1, ","))  # fmt: skip
            self.at += 1
        elif char and char not in "}]" + never:
            self.problem("missing-comma", "a comma is missing after this", end - 1, end, Edit(end, end, ","))
        return -1

    def ends(self, node: Node, closer: str, comma: int) -> bool:
        """Whether the container ends here: by its closer, by another's, or with the text."""
        char = self.peek()
        if char and char not in "}]":
            return False
        if comma >= 0:
            self.problem("trailing-comma", "JSON has no comma before a closing bracket; remove it", comma, comma + 1,
                         Edit(comma, comma + 1, ""), mendable=bool(char))  # fmt: skip
        opening = self.open.pop()[1]
        if char == closer:
            self.at += 1
            self.closed.append((opening, self.at - 1))
        elif not char:
            self.unclosed(opening, closer)
        elif any(bracket == ("[" if char == "]" else "{") for bracket, _ in self.open):
            self.problem("unclosed-bracket", f"this bracket is not closed; {closer} is missing before the next {char}",
                         opening, opening + 1, Edit(self.at, self.at, closer))  # fmt: skip
        else:
            self.problem("unclosed-bracket", f"this bracket is closed by {char}; write {closer}", opening, opening + 1,
                         Edit(self.at, self.at + 1, closer))  # fmt: skip
            self.at += 1
        node.end = self.at
        return True

    def unclosed(self, opening: int, closer: str) -> None:
        """The text ended inside a container. Indentation tells which one really lost its bracket."""
        suspect = self.suspect()
        if suspect is None or suspect <= opening:
            end = len(self.text.rstrip())
            self.problem("unclosed-bracket", f"this bracket is never closed; {closer} is missing", opening, opening + 1,
                         Edit(end, end, closer))  # fmt: skip
            return
        shape = {"{": "}", "[": "]"}[self.text[suspect]]
        edits: tuple[Edit, ...] = ()
        lost = self.lost_separator(suspect)
        if lost is not None:
            # The whole line with the closer and its comma was lost: one mistake, so one problem.
            self.problems.remove(lost)
            edits = (Edit(lost.end, lost.end, f"\n{' ' * self.indent(suspect)}{shape},"),)
        self.problem("unclosed-bracket", f"this bracket seems to be the one that is not closed; {shape} is missing",
                     suspect, suspect + 1, *edits)  # fmt: skip

    def suspect(self) -> int | None:
        """The innermost container whose closer stands further left than the line that opened it."""
        for opening, closing in sorted(self.closed, reverse=True):
            if self.indent(closing, alone=True) < self.indent(opening) and "\n" in self.text[opening:closing]:
                return opening
        return None

    def lost_separator(self, suspect: int) -> Problem | None:
        """The missing comma inside a container after which the text goes on at the container's own indentation."""
        for problem in self.problems:
            if problem.kind == "missing-comma" and problem.start > suspect:
                following = BLANK.match(self.text, problem.end)
                if following and self.indent(following.end()) <= self.indent(suspect):
                    return problem
        return None

    def indent(self, offset: int, *, alone: bool = False) -> int:
        line = self.text.rfind("\n", 0, offset) + 1
        before = self.text[line:offset]
        width = len(before) - len(before.lstrip(" \t"))
        return 10_000 if alone and before.strip() else width

    def extra_comma(self) -> None:
        self.problem("stray-character", "this comma separates nothing; remove it", self.at, self.at + 1,
                     Edit(self.at, self.at + 1, ""))  # fmt: skip
        self.at += 1

    def stray(self) -> None:
        self.problem("stray-character", f"{self.peek()!r} has no meaning here; remove it", self.at, self.at + 1)
        self.at += 1
