"""Fixes that rewrite a part of a string with variables and keep the rest, including its other variables."""

from __future__ import annotations

from collections.abc import Iterable

from ringocli.lint.rule import Fix, ReplaceValue
from ringocli.template.model import Templated
from ringocli.template.pattern.notation import Constant, Part


def parts_of(one: Templated) -> tuple[Part, ...]:
    """The literal parts and the variables of a string, in order."""
    return (str(one.leaf.value),) if isinstance(one.leaf, Constant) else one.leaf.parts


def joined(parts: Iterable[Part]) -> str:
    """The string with these parts, as it is written in a template."""
    return "".join(part if isinstance(part, str) else f"${part.raw}$" for part in parts)


def rewrite(one: Templated, text: str, new: str, *, safe: bool = True) -> Fix:
    """A fix that replaces the whole string by ``text``, of which ``new`` is what changed."""
    return Fix(title=f"Write {new}", changes=(ReplaceValue(one.pointer, text),), safe=safe)


def replace_variable(one: Templated, old: str, new: str, *, safe: bool = True) -> Fix:
    """Replace a variable by another text, wherever it occurs in the string."""
    parts = (new if not isinstance(part, str) and part.name == old else part for part in parts_of(one))
    return rewrite(one, joined(parts), new, safe=safe)


def replace_span(one: Templated, span: tuple[int, int], new: str) -> Fix:
    """Replace a span of the string's ``residue``, in which each variable is one character, by another text."""
    start, end = span
    found: list[Part] = []
    at = 0
    for part in parts_of(one):
        length = len(part) if isinstance(part, str) else 1
        if isinstance(part, str) and at <= start < at + length:
            found += [part[: start - at], new, part[end - at :]]
        else:
            found.append(part)
        at += length
    return rewrite(one, joined(found), new)
