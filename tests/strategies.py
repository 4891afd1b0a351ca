"""Generated patterns and values for the laws."""

from __future__ import annotations

from typing import Any, Literal

from hypothesis import strategies as st

SURROGATES: tuple[Literal["Cs"]] = ("Cs",)
"""Lone surrogates have no encoding in UTF-8."""

NAMES = ("from", "to", "content", "API key", "text", "url", "messageid")

texts = st.text(st.characters(exclude_categories=SURROGATES), min_size=1, max_size=40)
"""Any text that can be encoded as UTF-8: NUL, line breaks, emoji, dollar signs, quotes."""

literals = st.text(st.characters(exclude_categories=SURROGATES, exclude_characters="$"), max_size=8)
keys = st.text(st.characters(exclude_categories=SURROGATES), max_size=6)


constants = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), literals)

# Built once: building strategies for each draw takes several times as long as drawing from them.
variables = st.sampled_from(NAMES).map("${}$".format)
leaves = st.one_of(variables, st.lists(variables | literals, min_size=1, max_size=4, unique=True).map("".join))
"""A string with variables: one alone, or several different ones in a text."""

_KINDS = st.sampled_from(("object", "object", "array", "leaf"))
_LEAVES = st.sampled_from((variables, leaves, literals, constants))
_FEW = st.integers(1, 4)


@st.composite
def trees(draw: st.DrawFn) -> Any:
    """A pattern tree; arrays have one element, which means "each element"."""

    def tree(depth: int) -> Any:
        kind = draw(_KINDS) if depth else "leaf"
        if kind == "object":
            return {draw(keys): tree(depth - 1) for _ in range(draw(_FEW))}
        if kind == "array":
            return [tree(depth - 1)]
        return draw(draw(_LEAVES))

    return tree(3)


flat_trees = st.dictionaries(keys, leaves | literals, max_size=5)
"""A pattern that can be encoded as a form or a query."""


def values_for(names: Any) -> st.SearchStrategy[dict[str, str]]:
    """A value for each name."""
    return st.fixed_dictionaries(dict.fromkeys(names, texts))


bodies = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["message", "+13105550199", "Hi", "k", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["method", "from", "params", ""]), inner)
    ),
    max_leaves=6,
)
"""Any JSON, of few different keys and values, so that it sometimes resembles a pattern."""
