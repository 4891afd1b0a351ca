"""Finds secrets in evidence before it is written: known values, and texts in the format of a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ringocli.lint.rules.security import credential_at
from ringocli.text.secret import redact

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"')


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in a member; ``line`` counts from 1. The secret itself is not kept."""

    member: str
    line: int
    why: str


def leaks(members: Mapping[str, bytes]) -> Iterator[Leak]:
    """Every line of every member that contains a secret."""
    for member, content in members.items():
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if redact(line) != line:
                yield Leak(member, number, "a secret that was passed to this command")
            elif any(credential_at(("API", "value"), piece) for piece in _pieces(line)):
                yield Leak(member, number, "a text in the format of a credential")


def _pieces(line: str) -> Iterator[str]:
    """The texts of a line that may be a credential: quoted strings, the value of a header, and the line itself."""
    yield from _QUOTED.findall(line)
    stripped = line.strip()
    if "://" not in stripped:
        yield stripped
