"""Unquotes shell text: one function for each kind of quoting."""

from __future__ import annotations

import re

_LETTERS = {"a": 7, "b": 8, "e": 27, "E": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34, "?": 63}  # fmt: skip
_ANSI_ESCAPE = re.compile(
    r"\\(?:u(?P<short>[0-9a-fA-F]{1,4})|U(?P<long>[0-9a-fA-F]{1,8})|x(?P<hex>[0-9a-fA-F]{1,2})|(?P<octal>[0-7]{1,3})"
    r"|c(?P<control>.)|(?P<letter>.))",
    re.S,
)


def unquoted(text: str) -> str:
    """A word outside quotes: a backslash makes the next character literal."""
    return re.sub(r"\\(.)", r"\1", text.replace("\\\n", ""), flags=re.S)


def double_quoted(text: str) -> str:
    """The inside of ``"..."`` without its expansions."""
    return re.sub(r"\\([$`\"\\])", r"\1", text.replace("\\\n", ""))


def heredoc_plain(text: str) -> str:
    """The lines of a here-document with an unquoted delimiter, without its expansions."""
    return re.sub(r"\\([$`\\])", r"\1", text.replace("\\\n", ""))


def ansi_c(text: str) -> str:
    r"""``$'...'``: the escapes of C, with ``\xHH`` and ``\NNN`` as UTF-8 bytes; like bash, stops at a NUL."""
    octets, at = bytearray(), 0
    for found in _ANSI_ESCAPE.finditer(text):
        octets += text[at : found.start()].encode("utf-8", "surrogatepass") + _escaped(found)
        at = found.end()
    octets += text[at:].encode("utf-8", "surrogatepass")
    return bytes(octets).partition(b"\0")[0].decode("utf-8", "replace")


def _escaped(found: re.Match[str]) -> bytes:
    kind = found.lastgroup or ""
    code = found.group(kind)
    match kind:
        case "short" | "long":
            return chr(min(int(code, 16), 0x10FFFF)).encode("utf-8", "surrogatepass")
        case "hex":
            return bytes([int(code, 16)])
        case "octal":
            return bytes([int(code, 8) & 0xFF])
        case "control":
            return bytes([ord(code) & 0x1F])
    return bytes([_LETTERS[code]]) if code in _LETTERS else f"\\{code}".encode("utf-8", "surrogatepass")
