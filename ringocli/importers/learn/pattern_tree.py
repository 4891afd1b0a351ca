"""Builds a JSON tree from {pointer: value}.

In a pattern, a list with one element matches every element; a list with several elements matches by position.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringocli.text.pointer import Pointer

_MOST_ELEMENTS = 50


def exclude(first: Pointer, second: Pointer) -> bool:
    """Whether only one of two places can have a value: they are the same, or one contains the other."""
    return first[: len(second)] == second[: len(first)]


def tree_of(places: Mapping[Pointer, Any]) -> Any:
    """The smallest tree that has these values at these pointers."""
    if () in places:
        return places[()]
    first = next(iter(places))[0]
    if isinstance(first, int):
        positions = sorted({pointer[0] for pointer in places}, key=str)
        return [tree_of({at[1:]: value for at, value in places.items() if at[0] == index}) for index in positions]
    keys = dict.fromkeys(pointer[0] for pointer in places)
    return {
        key: tree_of({pointer[1:]: value for pointer, value in places.items() if pointer[0] == key}) for key in keys
    }


def shortened(tree: Any) -> Any:
    """A sample with only the first elements of its lists, because long lists have similar elements."""
    if isinstance(tree, Mapping):
        return {key: shortened(value) for key, value in tree.items()}
    if type(tree) is list:
        return [shortened(item) for item in tree[:_MOST_ELEMENTS]]
    return tree
