"""Brackets that are open, and which of them was forgotten when they do not fit."""

from __future__ import annotations

import re
from functools import cached_property

from ringocli.text.edits import Edit, Problem
from ringocli.text.lexer import BLANK, Node
from ringocli.text.pointer import Lines
from ringocli.text.strings import Strings

# Bounded, so that a million closers are not looked through a million times.
_CLOSERS = re.compile(r"[}\] \t\r\n]{1,400}")
_BLANKS = re.compile(r"[ \t\r\n]+")
_CLOSER = {"{": "}", "[": "]"}


class Brackets(Strings):
    """Remembers which brackets are open, to tell which one was forgotten."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.open: list[tuple[str, int]] = []
        self.closed: list[tuple[int, int]] = []
        self.ended = False

    def enter(self, bracket: str, length: int = 1) -> None:
        self.open.append((bracket, self.at))
        self.at += length

    def fits(self, closers: str) -> bool:
        """Whether the brackets in a text close the innermost of those that are open."""
        found = [char for char in closers if char in "}]"]
        return bool(found) and found == [_CLOSER[bracket] for bracket, _ in reversed(self.open)][: len(found)]

    def ends(self, node: Node, closer: str, comma: int) -> bool:
        """Whether the container ends here: by its closer, by another's, or with the text."""
        char = self.peek()
        if char and char not in "}]":
            return False
        opening = self.open.pop()[1]
        if not char:
            node.end = self.at
            self.unclosed(opening, closer, comma)
            return True
        if comma >= 0 and not (self.problems and self.problems[-1].kind == "left-out"):
            self.problem("trailing-comma", "JSON has no comma before a closing bracket; remove it", comma, comma + 1,
                         Edit(comma, comma + 1, ""), mendable=True)  # fmt: skip
        if char != closer and self.is_stray_closer(closer):
            self.problem("stray-character", f"this {char} closes nothing; remove it", self.at, self.at + 1,
                         Edit(self.at, self.at + 1, ""))  # fmt: skip
            self.at += 1
            self.skip()
            char = closer
        if char == closer:
            self.at += 1
            self.closed.append((opening, self.at - 1))
        elif any(bracket == ("[" if char == "]" else "{") for bracket, _ in self.open):
            self.problem("unclosed-bracket", f"this bracket is not closed; {closer} is missing before the next {char}",
                         opening, opening + 1, Edit(self.at, self.at, closer))  # fmt: skip
        else:
            self.problem("unclosed-bracket", f"this bracket is closed by {char}; write {closer}", opening, opening + 1,
                         Edit(self.at, self.at + 1, closer))  # fmt: skip
            self.at += 1
        node.end = self.at
        return True

    def is_stray_closer(self, closer: str) -> bool:
        """Whether the closers from here on fit what is open only without the first of them."""
        run = _CLOSERS.match(self.text, self.at)
        closers = _BLANKS.sub("", run.group()) if run else ""
        if not closers[1:].startswith(closer):
            return False
        return (closers[2:] == "" or self.fits(closers[2:])) and not self.fits(closers)

    def unclosed(self, opening: int, closer: str, comma: int) -> None:
        """The text ended inside containers: one mistake. Indentation tells which one really lost its bracket."""
        if self.ended:
            return
        self.ended = True
        suspect = self.suspect()
        if suspect is None or suspect <= opening:
            end = len(self.text.rstrip())
            closers = closer + "".join(_CLOSER[bracket] for bracket, _ in reversed(self.open))
            tail = (Edit(comma, comma + 1, ""),) if comma >= 0 else ()
            others = f", and {len(self.open)} around it" if self.open else ""
            self.problem("unclosed-bracket", f"this bracket is never closed{others}; {closers} is missing",
                         opening, opening + 1, *tail, Edit(end, end, closers))  # fmt: skip
            return
        shape = _CLOSER[self.text[suspect]]
        edits: tuple[Edit, ...] = ()
        lost = self.lost_separator(suspect)
        if lost is not None:
            # The whole line with the closer and its comma was lost: one mistake, so one problem.
            self.problems.remove(lost)
            edits = (Edit(lost.start + 1, lost.start + 1, f"\n{' ' * self.lines.indent(suspect)}{shape},"),)
        self.problem("unclosed-bracket", f"this bracket seems to be the one that is not closed; {shape} is missing",
                     suspect, suspect + 1, *edits)  # fmt: skip

    @cached_property
    def lines(self) -> Lines:
        """The line starts of the text."""
        return Lines(self.text)

    def suspect(self) -> int | None:
        """The innermost container whose closer starts a line further left than the line that opened it."""
        for opening, closing in sorted(self.closed, reverse=True):
            line = self.lines.starts[self.lines.number(closing) - 1]
            width = self.lines.indent(closing)
            if opening < line and line + width == closing and width < self.lines.indent(opening):
                return opening
        return None

    def lost_separator(self, suspect: int) -> Problem | None:
        """The missing comma inside a container after which the text goes on at the container's own indentation."""
        for problem in self.problems:
            if problem.kind == "missing-comma" and problem.start > suspect:
                following = BLANK.match(self.text, problem.start + 1)
                if following and self.lines.indent(following.end()) <= self.lines.indent(suspect):
                    return problem
        return None
