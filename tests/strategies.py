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


@st.composite
def leaves(draw: st.DrawFn, name: str | None = None) -> str:
    """A string with one variable, alone or inside a text."""
    name = name or draw(st.sampled_from(NAMES))
    if draw(st.booleans()):
        return f"${name}$"
    return f"{draw(literals)}${name}${draw(literals)}"


constants = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), literals)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Any:
    """A pattern tree; arrays have one element, which means "each element"."""
    if depth == 0:
        return draw(st.one_of(leaves(), constants))
    return draw(
        st.one_of(
            leaves(),
            constants,
            st.dictionaries(keys, trees(depth - 1), max_size=4),
            trees(depth - 1).map(lambda tree: [tree]),
        )
    )


@st.composite
def flat_trees(draw: st.DrawFn) -> dict[str, Any]:
    """A pattern that can be encoded as a form or a query."""
    return draw(st.dictionaries(keys, st.one_of(leaves(), literals), max_size=5))


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
