"""The documentation of a rule, read from its docstring: what, why, a bad and a good example, and the source."""

from __future__ import annotations

from typing import NamedTuple

LABELS = ("Earlier", "Other", "Bad", "Good", "Source")
"""The sections of a rule's docstring after its title and its explanation."""
MARK = ">"
"""Starts a line of an example that a finding is about."""


class Excerpt(NamedTuple):
    """An example: JSON text, and the numbers of the lines (from 1) that the findings are about.

    An excerpt that starts with a brace or a bracket is a whole file. Any other is a list of members of a template; the
    rest of that template is ``GOOD`` in tests/lint/examples.py.
    """

    text: str
    marked: tuple[int, ...] = ()

    @property
    def framed(self) -> str:
        """The text with a margin of two columns, in which marked lines have a ``>``."""
        if not self.marked:
            return self.text
        lines = enumerate(self.text.split("\n"), 1)
        return "\n".join(f"{MARK if number in self.marked else ' '} {line}".rstrip() for number, line in lines)


class RuleDoc(NamedTuple):
    """The sections of a rule's docstring.

    A rule that compares has a second excerpt: of the earlier version (``earlier``) or of another file (``other``).
    """

    title: str
    body: str
    earlier: Excerpt | None
    other: Excerpt | None
    bad: Excerpt | None
    good: Excerpt | None
    source: str


def read_doc(docstring: str) -> RuleDoc:
    """The sections of a rule's docstring."""
    import inspect

    sections: dict[str, list[str]] = {"body": []}
    current = "body"
    for line in inspect.cleandoc(docstring).split("\n"):
        label, separator, rest = line.partition(":")
        if separator and label in LABELS:
            current = label.lower()
            sections[current] = [rest.strip()] if rest.strip() else []
        else:
            sections[current].append(line)
    title, _, rest = "\n".join(sections["body"]).strip().partition("\n\n")
    return RuleDoc(
        title=title.replace("\n", " "),
        body=rest.strip(),
        earlier=_excerpt(sections.get("earlier")),
        other=_excerpt(sections.get("other")),
        bad=_excerpt(sections.get("bad")),
        good=_excerpt(sections.get("good")),
        source=" ".join(line.strip() for line in sections.get("source", ())).strip(),
    )


def _excerpt(lines: list[str] | None) -> Excerpt | None:
    """An example without its indentation of four columns; the first column may contain the mark."""
    if lines is None:
        return None
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    marked = tuple(number for number, line in enumerate(lines, 1) if line.startswith(MARK))
    return Excerpt("\n".join(line[4:] for line in lines), marked)
