"""Patterns: JSON with ``$variables$`` in its strings, which can be rendered and matched.

Requests are rendered, replies and webhooks are matched. The laws, up to the coercions below:

1. *match undoes render*: for an unambiguous pattern, ``p.match(plain(p.render(v)))`` fits and binds exactly ``v``;
2. *render undoes match*: if ``p.match(d)`` fits, ``d`` contains ``plain(p.render(bindings))``;
3. *ambiguity is named*: ``ambiguities`` lists each string with several values that cannot be told apart;
4. *mismatches are complete*: every difference is listed, not only the first.

Coercions: values are non-empty strings; a JSON scalar binds as its JSON text; an optional variable that is absent,
``null`` or empty binds nothing; a one-element array stands for every element, and the first that matches is used;
further elements are reported in ``Match.more``. How Ringotel treats arrays and optional values is not documented:
see ``template.assumptions``.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ringocli.template.pattern.notation import (
    Constant,
    Fields,
    Items,
    Json,
    Leaf,
    Node,
    Part,
    Several,
    VariablePart,
    as_text,
    leaves,
    parse,
    split,
)
from ringocli.text.pointer import Pointer

if TYPE_CHECKING:
    from ringocli.template.pattern.fast_path import FastPath
    from ringocli.template.pattern.matching import Match
    from ringocli.text.secret import Text


class Ambiguity(NamedTuple):
    """A string whose values cannot be told apart after rendering."""

    pointer: Pointer
    names: tuple[str, ...]


class _Pattern(NamedTuple):
    root: Node


class Pattern(_Pattern):
    """A JSON tree whose strings are split at their variables."""

    @classmethod
    def parse(cls, tree: Json, known: Collection[str] | None = None) -> "Pattern":
        """Parse a pattern; ``known`` names take precedence where a ``$`` could belong to two variables."""
        return cls(parse(tree, known))

    @cached_property
    def leaves(self) -> tuple[tuple[Pointer, Leaf | Constant], ...]:
        """All scalars of the pattern with their pointers, in document order."""
        return tuple(leaves(self.root))

    @cached_property
    def fast_path(self) -> "FastPath | None":
        """The fast path for matching, if the pattern has one."""
        from ringocli.template.pattern.fast_path import FastPath

        return FastPath.of(self.root)

    @cached_property
    def variables(self) -> Mapping[str, tuple[Pointer, ...]]:
        """Each variable with the pointers of its strings, in document order."""
        found: dict[str, list[Pointer]] = {}
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                for name in leaf.names:
                    found.setdefault(name, []).append(pointer)
        return {name: tuple(pointers) for name, pointers in found.items()}

    def ambiguities(self, given: Collection[str] = ()) -> tuple[Ambiguity, ...]:
        """Strings with several free variables; a variable that is given or alone in another string is not free."""
        settled = set(given) | {leaf.alone for _, leaf in self.leaves if isinstance(leaf, Leaf) and leaf.alone}
        found = []
        for pointer, leaf in self.leaves:
            if isinstance(leaf, Leaf):
                free = tuple(name for name in leaf.names if name not in settled)
                if len(free) > 1:
                    found.append(Ambiguity(pointer=pointer, names=free))
        return tuple(found)

    def render(self, values: Mapping[str, "Text"], *, keep_empty: bool = False) -> Json:
        """The tree with ``Traced`` strings; a key or element that is exactly one unset variable is dropped.

        With ``keep_empty``, a variable set to the empty string is kept.
        """
        from ringocli.template.pattern.rendering import rendered

        return rendered(self.root, values, keep_empty)

    def match(
        self,
        document: Json,
        given: Mapping[str, "Text"] | None = None,
        required: Collection[str] | None = None,
    ) -> "Match":
        """Extract the variables from a document.

        A ``given`` variable must have the given value. ``required`` variables must have a value (default: all of
        them); the others may be absent, ``null`` or empty.
        """
        found = self.fast_path.read(document, given or {}) if self.fast_path is not None else None
        return found or self.match_fully(document, given, required)

    def match_fully(
        self,
        document: Json,
        given: Mapping[str, "Text"] | None = None,
        required: Collection[str] | None = None,
    ) -> "Match":
        """``match`` without the fast path."""
        from ringocli.template.pattern.matching import Match, Matcher

        matcher = Matcher(given=given or {}, required=required)
        matcher.read(self.root, document, ())
        matcher.settle()
        return Match(
            bindings=matcher.bindings,
            sources=matcher.sources,
            mismatches=tuple(matcher.mismatches),
            matched=matcher.matched,
            more=tuple(matcher.more),
        )


__all__ = [
    "Ambiguity",
    "Constant",
    "Fields",
    "Items",
    "Json",
    "Leaf",
    "Node",
    "Part",
    "Pattern",
    "Several",
    "VariablePart",
    "as_text",
    "split",
]
