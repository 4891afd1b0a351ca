"""Reads the colons and commas of JSON as people write it."""

from __future__ import annotations

import re

from ringocli.text.brackets import Brackets
from ringocli.text.edits import Edit
from ringocli.text.lexer import Node, short

_COMMA = re.compile(r"[ \t\r\n]*(,)[ \t\r\n]*")
_KEY_LIKE = re.compile(r"""["'“”„‟«»‘’‚‛′″`/#]|&[a-z0-9#]+;|\\"|\.{3}|…|[\w$.\- ]*["']?[ \t]*[:=]""")
_JUNK = re.compile(r'(?:"(?:[^"\\\r\n]|\\.)*"|[^",}\]\r\n])+')


class Separators(Brackets):
    """Reads colons and commas, and reports those that are missing, wrong or superfluous."""

    def colon(self, key: Node) -> None:
        char = self.peek()
        if char == ":":
            self.at += 1
            return
        if char == "=":
            end = self.at + (2 if self.text[self.at + 1 : self.at + 2] == ">" else 1)
            self.problem("missing-colon", "missing colon between key and value", self.at, end,
                         Edit(self.at, end, ":"))  # fmt: skip
            self.at = end
            return
        edits = (Edit(key.end, key.end, ":"),) if char and char not in ",}]" else ()
        self.problem("missing-colon", f"missing colon after the key {short(str(key.value))}", key.start, min(self.at + 1, len(self.text)),
                     *edits)  # fmt: skip

    def separator(self, never: str = "") -> int:
        """Read the comma after a value; returns its offset, or -1 if the object or array ends here.

        Before a character in ``never``, which cannot start a member or item, no comma is reported missing.
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
                self.problem("stray-character", f"unexpected {char!r} after a value; remove it", self.at, self.at + 1,
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
            self.problem("missing-comma", "values must be separated by commas", self.at, self.at + 1,
                         Edit(self.at, self.at + 1, ","))  # fmt: skip
            self.at += 1
        elif not junk and char and char not in "}]" + never:
            self.problem("missing-comma", "missing comma", end - 1, self.at + 1, Edit(end, end, ","))
        return -1

    def junk(self) -> None:
        """Skip text after a value that is neither a comma nor a key, up to the end of the line."""
        junk = _JUNK.match(self.text, self.at)
        end = self.at + len(junk.group().rstrip()) if junk else self.at + 1
        self.problem("stray-character", f"{short(self.text[self.at:end])} is not allowed after a value; remove it",
                     self.at, end)  # fmt: skip
        self.at = end

    def extra_comma(self) -> None:
        self.problem("stray-character", "superfluous comma; remove it", self.at, self.at + 1,
                     Edit(self.at, self.at + 1, ""))  # fmt: skip
        self.at += 1
