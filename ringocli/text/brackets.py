"""Tracks the open brackets of a broken JSON text and finds the one that is missing."""

from __future__ import annotations

import re
from functools import cached_property

from ringocli.text.edits import Edit, SyntaxProblem
from ringocli.text.lexer import SPACE, Node
from ringocli.text.positions import Lines
from ringocli.text.strings import Strings

# Limited, because a million closing brackets would otherwise be scanned a million times.
_CLOSERS = re.compile(r"[}\] \t\r\n]{1,400}")
_SPACES = re.compile(r"[ \t\r\n]+")
_CLOSER = {"{": "}", "[": "]"}


class Brackets(Strings):
    """Reads closing brackets and reports those that are missing, wrong or superfluous."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.open: list[tuple[str, int]] = []
        self.closed: list[tuple[int, int]] = []
        self.ended = False

    def enter(self, bracket: str, length: int = 1) -> None:
        self.open.append((bracket, self.at))
        self.at += length

    def fits(self, closers: str) -> bool:
        """Whether the closing brackets in a text match the innermost open brackets."""
        found = [char for char in closers if char in "}]"]
        return bool(found) and found == [_CLOSER[bracket] for bracket, _ in reversed(self.open)][: len(found)]

    def ends(self, node: Node, closer: str, comma: int) -> bool:
        """Whether the object or array ends here: with its bracket, with a wrong one, or at the end of the text."""
        char = self.peek()
        if char and char not in "}]":
            return False
        opening = self.open.pop()[1]
        if not char:
            node.end = self.at
            self.unclosed(opening, closer, comma)
            return True
        if comma >= 0 and not (self.problems and self.problems[-1].kind == "left-out"):
            self.problem("trailing-comma", "trailing comma before a closing bracket; remove it", comma, comma + 1,
                         Edit(comma, comma + 1, ""), tolerated=True)  # fmt: skip
        if char != closer and self.is_stray_closer(closer):
            self.problem("stray-character", f"unexpected {char}: no bracket is open; remove it", self.at, self.at + 1,
                         Edit(self.at, self.at + 1, ""))  # fmt: skip
            self.at += 1
            self.skip()
            char = closer
        if char == closer:
            self.at += 1
            self.closed.append((opening, self.at - 1))
        elif any(bracket == ("[" if char == "]" else "{") for bracket, _ in self.open):
            self.problem("unclosed-bracket", f"unclosed bracket: {closer} is missing before the next {char}",
                         opening, opening + 1, Edit(self.at, self.at, closer))  # fmt: skip
        else:
            self.problem("unclosed-bracket", f"bracket closed with {char} instead of {closer}", opening, opening + 1,
                         Edit(self.at, self.at + 1, closer))  # fmt: skip
            self.at += 1
        node.end = self.at
        return True

    def is_stray_closer(self, closer: str) -> bool:
        """Whether the closing brackets from here on match only if the first one is removed."""
        run = _CLOSERS.match(self.text, self.at)
        closers = _SPACES.sub("", run.group()) if run else ""
        if not closers[1:].startswith(closer):
            return False
        return (closers[2:] == "" or self.fits(closers[2:])) and not self.fits(closers)

    def unclosed(self, opening: int, closer: str, comma: int) -> None:
        """Report the end of the text inside brackets, as one problem; indentation shows which bracket is unclosed."""
        if self.ended:
            return
        self.ended = True
        suspect = self.suspect()
        if suspect is None or suspect <= opening:
            end = len(self.text.rstrip())
            closers = closer + "".join(_CLOSER[bracket] for bracket, _ in reversed(self.open))
            tail = (Edit(comma, comma + 1, ""),) if comma >= 0 else ()
            others = f" (and {len(self.open)} around it)" if self.open else ""
            self.problem("unclosed-bracket", f"unclosed bracket{others}: {closers} is missing at the end",
                         opening, opening + 1, *tail, Edit(end, end, closers))  # fmt: skip
            return
        shape = _CLOSER[self.text[suspect]]
        edits: tuple[Edit, ...] = ()
        lost = self.lost_separator(suspect)
        if lost is not None:
            # The line with the closing bracket and its comma is missing: report one problem, not two.
            self.problems.remove(lost)
            edits = (Edit(lost.start + 1, lost.start + 1, f"\n{' ' * self.lines.indent(suspect)}{shape},"),)
        self.problem("unclosed-bracket", f"unclosed bracket, judging by the indentation: {shape} is missing",
                     suspect, suspect + 1, *edits)  # fmt: skip

    @cached_property
    def lines(self) -> Lines:
        """The line starts of the text."""
        return Lines(self.text)

    def suspect(self) -> int | None:
        """The innermost object or array whose closing bracket is indented less than the line that opened it."""
        for opening, closing in sorted(self.closed, reverse=True):
            line = self.lines.starts[self.lines.number(closing) - 1]
            width = self.lines.indent(closing)
            if opening < line and line + width == closing and width < self.lines.indent(opening):
                return opening
        return None

    def lost_separator(self, suspect: int) -> SyntaxProblem | None:
        """The missing comma inside an object or array after which the text continues at the outer indentation."""
        for problem in self.problems:
            if problem.kind == "missing-comma" and problem.start > suspect:
                following = SPACE.match(self.text, problem.start + 1)
                if following and self.lines.indent(following.end()) <= self.lines.indent(suspect):
                    return problem
        return None
